"""Where things are: polarity, membranes and lanes of each photograph, and which lane is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from blotquant.cache import StageCache
from blotquant.image.contrast import WorkCopy, contrasts, work_copy
from blotquant.image.lettering import lettering
from blotquant.image.membranes import Evidence, find_membranes
from blotquant.image.noise import estimate_noise
from blotquant.image.polarity import guess_polarity
from blotquant.image.saturation import count_saturated_pixels
from blotquant.lanes.closer import Window, look_closer
from blotquant.lanes.crests import lane_pieces
from blotquant.lanes.detect import LANE_DETECTORS
from blotquant.lanes.match import Picture, Seen, match_lanes, register_on_lead
from blotquant.lanes.ridges import Piece
from blotquant.lanes.turned import Turned
from blotquant.lanes.wanted import NOTHING_WANTED, Wanted
from blotquant.lanes.widths import of_typical_width
from blotquant.model.geometry import Membrane
from blotquant.model.image import BlotImage, Polarity, PolarityGuess
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Photograph, PlacedLanes, Project
from blotquant.model.registration import Registration
from blotquant.model.results import ImageReport
from blotquant.normalise.design import sample_of

BLANK = LaneKind.BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One photograph: its report and the lanes of each membrane on it."""

    report: ImageReport
    seen: tuple[Seen, ...]


def locate(
    project: Project, photograph: Photograph, image: BlotImage, cache: StageCache
) -> Located:
    """Find polarity, noise, membranes and lanes of one photograph."""
    sha = image.sha256
    copy = cache.get(("work", sha), lambda: work_copy(image.pixels))
    scales = cache.get(("contrast", sha), lambda: contrasts(copy))
    guess = cache.get(("polarity", sha), lambda: guess_polarity(copy, scales))
    if photograph.polarity is not None:
        guess = PolarityGuess(
            polarity=photograph.polarity, confidence=1.0, reason="set by the user"
        )
    polarity = guess.polarity
    clipped = cache.get(
        ("clipped", sha, polarity),
        lambda: count_saturated_pixels(image, polarity),
    )
    noise = cache.get(
        ("noise", sha, polarity),
        lambda: image.noise or estimate_noise(image.pixels, image.full_scale, polarity),
    )
    letters = cache.get(("letters", sha), lambda: lettering(copy.pixels))
    pieces = cache.get(
        ("pieces", sha, polarity), lambda: lane_pieces(copy, scales, polarity, letters)
    )
    membranes = _membranes(project, photograph, image, copy, pieces, cache)
    report = ImageReport(
        photograph=photograph,
        image=image,
        polarity=guess,
        n_saturated=clipped,
        noise=noise,
        membranes=membranes,
    )
    picture = Picture(
        sha256=sha,
        shape=(image.pixels.shape[0], image.pixels.shape[1]),
        copy=copy,
        pieces=pieces,
        polarity=polarity,
    )
    seen = tuple(
        replace(
            _lanes(project, image, copy, pieces, m, membranes, polarity, cache), picture=picture
        )
        for m in membranes
    )
    return Located(report=report, seen=seen)


def _membranes(
    project: Project,
    photograph: Photograph,
    image: BlotImage,
    copy: WorkCopy,
    pieces: tuple[Piece, ...],
    cache: StageCache,
) -> tuple[Membrane, ...]:
    for placed in project.membranes:
        if placed.image == photograph.id:
            return placed.membranes
    names = photograph.membranes or (image.name.rpartition(".")[0] or image.name,)

    def find() -> tuple[Membrane, ...]:
        crests = [
            Evidence(x=p.centre, y=p.y, width=p.width, weight=p.weight, thickness=p.thickness)
            for p in of_typical_width(pieces)
        ]
        return find_membranes(copy, crests, photograph.id, names[0])

    found = cache.get(("membranes", image.sha256, pieces, photograph.id, names[0]), find)
    if len(names) > 1 and len(names) == len(found):
        return tuple(replace(m, name=n) for m, n in zip(found, names, strict=True))
    return found


def _lanes(
    project: Project,
    image: BlotImage,
    copy: WorkCopy,
    pieces: tuple[Piece, ...],
    membrane: Membrane,
    others: Sequence[Membrane],
    polarity: Polarity,
    cache: StageCache,
) -> Seen:
    here = (membrane.image, membrane.name)
    placed = next((p for p in project.lanes if (p.image, p.membrane) == here), None)
    if placed is not None and not placed.found_around:
        lanes = tuple(sorted(placed.lanes, key=lambda x: x.number))
        return Seen(image=membrane.image, membrane=membrane, lanes=lanes, placed=True)
    wanted = NOTHING_WANTED if placed is None else _wanted(placed, membrane, others, image.width)
    name = project.settings.lane_detector
    detector = LANE_DETECTORS.create(name)

    def find() -> tuple[Lane, ...]:
        shape = (image.pixels.shape[0], image.pixels.shape[1])
        window = Turned.along(membrane) or Window.around(membrane, shape)
        if window is None:
            return detector.detect(copy, pieces, membrane, polarity, wanted)
        key = ("closer", image.sha256, polarity, window)
        near, mine = cache.get(key, lambda: look_closer(image.pixels, window, polarity))
        inside, word = window.membrane_inside(membrane), window.wanted_inside(wanted)
        return window.lanes_outside(detector.detect(near, mine, inside, polarity, word))

    key = ("lanes", image.sha256, polarity, pieces, membrane, name, wanted)
    lanes = cache.get(key, find)
    return Seen(image=membrane.image, membrane=membrane, lanes=lanes, placed=bool(wanted))


def _wanted(
    placed: PlacedLanes, membrane: Membrane, others: Sequence[Membrane], width_px: int
) -> Wanted:
    """Return what the user said of the lanes, for a detector that finds the rest around it."""
    fixed = tuple(x for x in placed.lanes if x.edited)
    room = None if membrane.edited else _room(membrane, others, width_px)
    return Wanted(fixed=fixed, absent=placed.absent, count=placed.count, room=room)


def _room(membrane: Membrane, others: Sequence[Membrane], width_px: int) -> tuple[float, float]:
    """Return from where to where (x) a found membrane may really go: up to those beside it."""
    left, top, right, bottom = membrane.bounds
    low, high = 0.0, width_px - 1.0
    for other in others:
        a, above, b, below = other.bounds
        if other is membrane or below <= top or above >= bottom:
            continue
        if a + b < left + right:
            low = max(low, min(b, left))
        else:
            high = min(high, max(a, right))
    return low, high


def register_photographs(seen: Sequence[Seen], cache: StageCache) -> tuple[Registration, ...]:
    """Return how the photographs of each membrane lie against the one that leads it.

    Nothing is computed for a membrane with a single photograph.
    """
    return tuple(
        registration
        for name in dict.fromkeys(s.membrane.name for s in seen)
        for registration in _registered(tuple(s for s in seen if s.membrane.name == name), cache)
    )


def _registered(here: tuple[Seen, ...], cache: StageCache) -> tuple[Registration, ...]:
    if len(here) < 2:
        return ()
    key = (
        "registrations",
        tuple((s.membrane, s.lanes, s.placed, *_of(s.picture)) for s in here),
    )
    return cache.get(key, lambda: register_on_lead(here))


def _of(picture: Picture | None) -> tuple[str, ...]:
    return () if picture is None else (picture.sha256, picture.polarity)


def number_lanes(
    project: Project, seen: Sequence[Seen], cache: StageCache
) -> dict[tuple[str, str], tuple[Lane, ...]]:
    """Return the lanes by (image, membrane), the same lane with the same number everywhere."""
    numbered: dict[tuple[str, str], tuple[Lane, ...]] = {}
    for name in dict.fromkeys(s.membrane.name for s in seen):
        here = tuple(s for s in seen if s.membrane.name == name)
        known = _registered(here, cache)
        key = ("match", tuple((s.membrane, s.lanes, s.placed) for s in here), known)
        matched = cache.get(
            key,
            lambda here=here, known=known: match_lanes(here, known),  # type: ignore[misc]
        )
        shown = {x.number for s in here for x in matched.lanes[s.image] if x.kind is not BLANK}
        for s in here:
            numbered[s.image, name] = tuple(
                _with_kind(project, lane, is_shown=lane.number in shown)
                for lane in matched.lanes[s.image]
            )
    return numbered


def _with_kind(project: Project, lane: Lane, *, is_shown: bool) -> Lane:
    """Let the sample sheet say what was loaded, unless the user said so at the lane itself.

    A lane that was only inferred is blank, unless another photograph shows something in it.
    """
    if lane.edited:
        return lane
    sample = sample_of(project, (lane.membrane, lane.number))
    if sample is not None and (sample.kind is not LaneKind.SAMPLE or lane.kind is BLANK):
        return replace(lane, kind=sample.kind)
    if is_shown and lane.kind is BLANK:
        return replace(lane, kind=LaneKind.SAMPLE)
    return lane
