"""Which lanes are ladders although nobody said so, and what the user is told of them.

It comes after the bands were found: a ladder is known by its bands. The sample sheet, a kind that
was given to a lane and a lane that the user edited are the user's word and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.cache import StageCache
from blotquant.flags import Flag
from blotquant.model.ladder import Ladder, LadderGuess
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import ImageRole, Photograph, Project
from blotquant.model.results import Notice
from blotquant.normalise.design import sample_of
from blotquant.quantify.ladder_lanes import (
    ASKED_FROM,
    Standing,
    is_candidate,
    judge,
    standings,
    together,
)
from blotquant.quantify.ladder_match import ladder_lane
from blotquant.quantify.ladder_product import ProductMatch, best_product
from blotquant.stages.placed import PlacedLane
from blotquant.targets.library import ANY_CHEMISTRY, Library

Lanes = Mapping[tuple[str, str], tuple[Lane, ...]]

_ON_MARKER_PHOTOGRAPH = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The lanes by (image, membrane), with the kinds that were recognised, and every guess."""

    lanes: Lanes
    guesses: tuple[LadderGuess, ...]

    @property
    def has_news(self) -> bool:
        """Whether a lane has another kind now: rows are then found without it."""
        return any(g.is_taken for g in self.guesses)


def recognise(
    project: Project,
    library: Library,
    lanes: Lanes,
    placed: Sequence[PlacedLane],
    cache: StageCache,
) -> Recognised:
    """Look on every membrane for lanes that are ladders.

    Parameters
    ----------
    lanes
        The numbered lanes by (image, membrane).
    placed
        The same lanes with the bands found in them.

    A membrane costs next to nothing unless a lane differs from the others; then about 0.1 s for
    that lane, once.
    """
    guesses: list[LadderGuess] = []
    for name in dict.fromkeys(membrane for _, membrane in lanes):
        here = tuple(p for p in placed if p.lane.membrane == name)
        guesses += _on_membrane(project, library, here, cache)
    taken = {(g.membrane, g.lane) for g in guesses if g.is_taken}
    marked = {
        place: tuple(
            replace(x, kind=LaneKind.LADDER) if (x.membrane, x.number) in taken else x for x in row
        )
        for place, row in lanes.items()
    }
    return Recognised(lanes=marked, guesses=tuple(guesses))


def notices(library: Library, guesses: Sequence[LadderGuess]) -> tuple[Notice, ...]:
    """Return a sentence for every lane that was taken for a ladder or may be one."""
    return tuple(
        Notice(
            text=(
                f"Lane {g.lane} of {g.membrane} {'is taken for' if g.is_taken else 'may be'} "
                f"a ladder: {g.reason}"
            ),
            advice=_advice(library, g),
            image=g.image,
            membrane=g.membrane,
            lane=g.lane,
        )
        for g in guesses
    )


def _advice(library: Library, guess: LadderGuess) -> str:
    if not guess.is_taken:
        return "If it is one, give it the kind ladder in the sample sheet or in the window"
    text = "If it is a sample, give it the kind sample in the sample sheet or in the window"
    if guess.product:
        name = next(x.name for x in library.ladders if x.id == guess.product)
        text += f"; choose its product to read weights: the steps are those of {name}"
    return text


def _on_membrane(
    project: Project, library: Library, here: tuple[PlacedLane, ...], cache: StageCache
) -> list[LadderGuess]:
    """Look again after each ladder that was found: it then no longer counts as a sample."""
    known = {p.lane.number for p in here if p.lane.kind is LaneKind.LADDER}
    closed = {p.lane.number for p in here if not _is_open(project, p.lane)}
    guesses = _on_marker_photographs(project, here, closed)
    known |= {g.lane for g in guesses if g.is_taken}
    closed |= {g.lane for g in guesses}
    while True:
        found = _compared(project, library, here, (known, closed), cache)
        new = [g for g in found if g.is_taken]
        if not new:
            return sorted([*guesses, *found], key=lambda g: g.lane)
        best = max(new, key=lambda g: g.confidence)
        guesses.append(best)
        known.add(best.lane)


def _is_open(project: Project, lane: Lane) -> bool:
    """Return whether the user has not said what the lane holds."""
    said = sample_of(project, (lane.membrane, lane.number)) is not None
    return lane.kind is LaneKind.SAMPLE and not lane.edited and not said


def _compared(
    project: Project,
    library: Library,
    here: tuple[PlacedLane, ...],
    kinds: tuple[set[int], set[int]],
    cache: StageCache,
) -> list[LadderGuess]:
    """Return the lanes that differ from the others as a ladder does."""
    known, closed = kinds
    seen: dict[int, list[tuple[Standing, PlacedLane]]] = {}
    for image in dict.fromkeys(p.lane.image for p in here):
        row = tuple(p for p in here if p.lane.image == image)
        for p, standing in zip(row, _standings(row, known), strict=True):
            if p.lane.number not in known | closed:
                seen.setdefault(p.lane.number, []).append((standing, p))
    guesses = []
    for number, photographs in seen.items():
        standing = together(tuple(s for s, _ in photographs))
        p = max(photographs, key=lambda x: (x[0].n_own, x[0].n_others))[1]
        product, tables = _tables(project, library, p.report.photograph)
        is_expected = bool(product) and not known
        if not is_candidate(standing, is_expected=is_expected):
            continue
        match = _match(p, tables, cache)
        if product and (match is None or not match.fits):
            # Whatever was chosen, the lane may hold another product: that is said of the fit.
            match = _match(p, library.ladders, cache)
        verdict = judge(standing, match, is_expected=is_expected)
        if verdict.is_taken or verdict.confidence >= ASKED_FROM:
            guesses.append(
                LadderGuess(
                    membrane=p.lane.membrane,
                    lane=number,
                    image=p.lane.image,
                    confidence=verdict.confidence,
                    is_taken=verdict.is_taken,
                    reason=verdict.reason,
                    product="" if product else _clear_product(match),
                )
            )
    return guesses


def _standings(row: tuple[PlacedLane, ...], known: set[int]) -> tuple[Standing, ...]:
    """Compare the lanes of one photograph, left to right."""
    rows = sorted({b.row for p in row for b in p.bands})
    heights = np.full((len(row), len(rows)), np.nan)
    for k, p in enumerate(row):
        for b in p.bands:
            if b.found and not b.excluded:
                y = p.lane.point_at(b.apex_px)[1]
                heights[k, rows.index(b.row)] = y / _membrane_height(p)
    is_ladder = np.array([p.lane.number in known for p in row], dtype=bool)
    is_blank = np.array([p.lane.kind is LaneKind.BLANK for p in row], dtype=bool)
    return standings(heights, ~is_ladder & ~is_blank, is_ladder)


def _membrane_height(p: PlacedLane) -> float:
    return next(m.height_px for m in p.report.membranes if m.name == p.lane.membrane)


def _tables(
    project: Project, library: Library, photograph: Photograph
) -> tuple[str, tuple[Ladder, ...]]:
    """Return the chosen product, if any, and the tables that the lane may follow."""
    product = photograph.ladder or project.settings.ladder
    chemistry = photograph.chemistry or project.settings.chemistry
    if not product:
        fitting = ("", ANY_CHEMISTRY, chemistry)
        tables = (x for x in library.ladders if not chemistry or x.chemistry in fitting)
        return "", tuple(tables)
    ladder = library.ladder(product, chemistry)
    if chemistry:
        return product, (ladder,)
    return product, tuple(x for x in library.ladders if x.id == ladder.id) or (ladder,)


def _match(p: PlacedLane, tables: tuple[Ladder, ...], cache: StageCache) -> ProductMatch | None:
    heights: dict[float, float] = {}
    for b in p.bands:
        if b.found and not b.excluded:
            y = p.lane.point_at(b.apex_px)[1]
            heights[y] = max(heights.get(y, 0.0), b.confidence, 1e-3)
    places = tuple(sorted(heights.items()))
    lane = ladder_lane([y for y, _ in places], [s for _, s in places])
    return cache.get(("ladder product", places, tables), lambda: best_product(lane, tables))


def _clear_product(match: ProductMatch | None) -> str:
    is_clear = match is not None and match.is_clear and match.beyond_chance > 0
    return match.ladder.id if match is not None and is_clear else ""


def _on_marker_photographs(
    project: Project, here: tuple[PlacedLane, ...], closed: set[int]
) -> list[LadderGuess]:
    """Return the lanes that show bands on a marker photograph, where the samples show none."""
    marker = {
        p.lane.image: p.report.image.name
        for p in here
        if project.photograph(p.lane.image).role is ImageRole.MARKER
    }
    others = list(dict.fromkeys(p.lane.image for p in here if p.lane.image not in marker))
    samples = _like_samples(here, others)
    out: dict[int, LadderGuess] = {}
    for image, name in marker.items():
        row = tuple(p for p in here if p.lane.image == image)
        shown = [p.lane for p in row if _shows_bands(p)]
        # Where most lanes show bands the photograph shows the samples too: bands must decide.
        if others and len(shown) > max(2, len(row) // 3):
            continue
        for lane in shown:
            if lane.number not in closed:
                out.setdefault(
                    lane.number, _on_marker(lane, name, is_sample=lane.number in samples)
                )
    return list(out.values())


def _on_marker(lane: Lane, photograph: str, *, is_sample: bool) -> LadderGuess:
    reason = f"it shows bands on the marker photograph {photograph}"
    if is_sample:
        reason += ", but elsewhere it shows the rows of the samples"
    return LadderGuess(
        membrane=lane.membrane,
        lane=lane.number,
        image=lane.image,
        confidence=ASKED_FROM if is_sample else _ON_MARKER_PHOTOGRAPH,
        is_taken=not is_sample,
        reason=reason,
    )


def _like_samples(here: Sequence[PlacedLane], images: Sequence[str]) -> set[int]:
    """Return the lanes that show more than half of the rows common to all on these photographs."""
    seen: dict[int, list[Standing]] = {}
    for image in images:
        row = tuple(p for p in here if p.lane.image == image)
        for p, standing in zip(row, _standings(row, set()), strict=True):
            seen.setdefault(p.lane.number, []).append(standing)
    whole = {number: together(tuple(x)) for number, x in seen.items()}
    return {number for number, s in whole.items() if 2 * s.n_shared > s.n_common}


def _shows_bands(p: PlacedLane) -> bool:
    return Flag.TRANSFERRED_LANE not in p.lane.flags and any(b.found for b in p.bands)
