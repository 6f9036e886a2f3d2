"""Where things are: polarity, membranes and lanes of each photograph, and which lane is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from blotquant.cache import StageCache
from blotquant.image.contrast import WorkCopy, contrasts, work_copy
from blotquant.image.membranes import Evidence, find_membranes
from blotquant.image.noise import estimate_noise
from blotquant.image.polarity import guess_polarity
from blotquant.image.saturation import saturated_mask
from blotquant.lanes.detect import LANE_DETECTORS, lane_pieces
from blotquant.lanes.match import Seen, match_lanes
from blotquant.lanes.ridges import Piece
from blotquant.model.geometry import Membrane
from blotquant.model.image import BlotImage, Polarity, PolarityGuess
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import ImageRole, Photograph, Project
from blotquant.model.results import ImageReport
from blotquant.normalise.design import sample_of


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
        lambda: int(saturated_mask(image.pixels, image.full_scale, polarity).sum()),
    )
    noise = cache.get(
        ("noise", sha, polarity),
        lambda: estimate_noise(image.pixels, image.full_scale, polarity),
    )
    pieces = cache.get(("pieces", sha, polarity), lambda: lane_pieces(copy, scales, polarity))
    membranes = _membranes(project, photograph, image, copy, pieces, cache)
    report = ImageReport(
        photograph=photograph,
        image=image,
        polarity=guess,
        n_saturated=clipped,
        noise=noise,
        membranes=membranes,
    )
    seen = tuple(_lanes(project, image, copy, pieces, m, polarity, cache) for m in membranes)
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
            for p in pieces
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
    polarity: Polarity,
    cache: StageCache,
) -> Seen:
    for placed in project.lanes:
        if (placed.image, placed.membrane) == (membrane.image, membrane.name):
            lanes = tuple(sorted(placed.lanes, key=lambda x: x.number))
            return Seen(image=membrane.image, membrane=membrane, lanes=lanes, placed=True)
    name = project.settings.lane_detector
    detector = LANE_DETECTORS.create(name)
    lanes = cache.get(
        ("lanes", image.sha256, polarity, pieces, membrane, name),
        lambda: detector.detect(copy, pieces, membrane, polarity),
    )
    return Seen(image=membrane.image, membrane=membrane, lanes=lanes)


def number_lanes(
    project: Project, seen: Sequence[Seen], cache: StageCache
) -> dict[tuple[str, str], tuple[Lane, ...]]:
    """Return the lanes by (image, membrane), the same lane with the same number everywhere."""
    numbered: dict[tuple[str, str], tuple[Lane, ...]] = {}
    for name in dict.fromkeys(s.membrane.name for s in seen):
        here = tuple(s for s in seen if s.membrane.name == name)
        key = ("match", tuple((s.membrane, s.lanes, s.placed) for s in here))
        matched = cache.get(key, lambda here=here: match_lanes(here))  # type: ignore[misc]
        for s in here:
            numbered[s.image, name] = tuple(
                _with_kind(project, lane) for lane in matched.lanes[s.image]
            )
    return numbered


def _with_kind(project: Project, lane: Lane) -> Lane:
    """Let the sample sheet say what was loaded, unless the user said so at the lane itself."""
    sample = sample_of(project, (lane.membrane, lane.number))
    if sample is not None and sample.kind is not LaneKind.SAMPLE and not lane.edited:
        return replace(lane, kind=sample.kind)
    role = project.photograph(lane.image).role
    if role is ImageRole.MARKER and lane.kind is LaneKind.SAMPLE and sample is None:
        return replace(lane, kind=LaneKind.LADDER)
    return lane
