"""What a band of each row looks like along migration, learned from the row's clear lanes.

All lanes of a row share one shape, an exponentially modified Gaussian: a Gaussian with an
exponential tail on one side. Rows that overlap (doublets) are fitted together, with one spacing for
all lanes. The shapes part overlapping bands and weigh faint ones; strong bands stay measured sums.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.extent import weighted_median
from blotquant.bands.shape_fit import MIN_SIGMA_PX, Stack, fit_shape
from blotquant.model.band import Band

Profiles = Sequence[NDArray[np.float64]]

CLEAR_SNR = 5.0  # lanes whose apex stands this many noise units above the level teach the shape
LARGEST_MISFIT = 0.08  # from here on a group of rows does not share a shape
LARGEST_GROUP = 4  # rows that are fitted together; a ladder of touching bands is cut up
TOUCHING = 0.25  # of the lanes that show either: rows that touch in fewer overlap ...
NEAR = 0.6  # ... only if they are as near, in the height of the taller
PAIR = 2
NARROW_ENOUGH = 1.15  # times the narrowest row
FEWEST_ALIKE = 3  # rows whose median says what bands usually look like
PARTS = 2  # stacks of an overlapping group: lanes where the upper band leads, and the others


@dataclass(frozen=True, slots=True, kw_only=True)
class BandShape:
    """An exponentially modified Gaussian along migration, its apex at 0.

    `tail_px` is the tail's decay length, positive for a tail towards the top (slow side), negative
    for one towards the bottom. `offset_px` is how far the apex lies below that of the first row of
    its group of overlapping rows, equal in all lanes; None for a row that stands alone.
    """

    sigma_px: float
    tail_px: float
    group: tuple[int, ...]
    offset_px: float | None = None


def learn_shapes(
    profiles: Profiles, levels: Profiles, noise: Sequence[float], bands: Sequence[Sequence[Band]]
) -> dict[int, BandShape]:
    """Return the shape of every row of one membrane on one photograph.

    Parameters
    ----------
    profiles, levels
        Of each lane: signal and a first background, counts per pixel.
    noise
        Of each lane: standard deviation of one position of the profile, counts.
    bands
        Of each lane, sorted by row.

    Costs about 1 ms for a row and 5 ms for a group of overlapping rows.
    """
    shapes: dict[int, BandShape] = {}
    for group in _groups(bands):
        found = _learn(profiles, levels, noise, bands, group)
        if found is None:
            # Not one kind of band: each row keeps to itself, between its valleys.
            found = {}
            for row in group:
                found.update(_learn(profiles, levels, noise, bands, (row,)) or {})
        shapes.update(found)
    # Bands that overlap say little of their own width; those of other rows are alike.
    again: dict[int, BandShape] = {}
    for group in sorted({s.group for s in shapes.values() if len(s.group) > 1}):
        usual = usual_shape(shapes, group, bands)
        found = _learn(profiles, levels, noise, bands, group, usual) if usual else None
        again.update(found or {})
    return shapes | again


def usual_shape(
    shapes: Mapping[int, BandShape], rows: tuple[int, ...], bands: Sequence[Sequence[Band]]
) -> tuple[float, float] | None:
    """Return sigma (px) and tail (in sigma) of rows other than these; None where there are none.

    Rows that stand alone show most of their shape, but two that look like one are broader than
    they are: broad ones do not count, and of two the narrower speaks.
    """
    others: dict[tuple[int, ...], BandShape]
    others = {s.group: s for r, s in shapes.items() if r not in rows}
    if not others:
        return None
    narrowest = min(s.sigma_px for s in others.values())
    limit = NARROW_ENOUGH * narrowest
    alone = {g: s for g, s in others.items() if len(g) < PAIR and s.sigma_px < limit}
    others = alone or others
    sizes = [s.sigma_px for s in others.values()]
    tails = [s.tail_px / s.sigma_px for s in others.values()]
    if len(sizes) < FEWEST_ALIKE:
        k = int(np.argmin(sizes))
        return sizes[k], tails[k]
    seen = [float(sum(b.found for m in bands for b in m if b.row in group)) for group in others]
    return weighted_median(sizes, seen), weighted_median(tails, seen)


def _learn(
    profiles: Profiles,
    levels: Profiles,
    noise: Sequence[float],
    bands: Sequence[Sequence[Band]],
    group: tuple[int, ...],
    usual: tuple[float, float] | None = None,
) -> dict[int, BandShape] | None:
    """Return the shapes of one group, None when its rows do not share one."""
    stacks = _stacks(profiles, levels, noise, bands, group)
    return _fit(stacks, group, _typical_width(bands, group), _spacing(bands, group), usual)


def _groups(bands: Sequence[Sequence[Band]]) -> list[tuple[int, ...]]:
    """Join rows that overlap: whose bands touch in a quarter of the lanes that show either, ...

    ... or in any lane if they are near for their height, since most lanes may show a close pair as
    one band. A ladder beside the samples has bands everywhere that touch theirs, of another width.
    """
    rows = sorted({b.row for mine in bands for b in mine})
    seen = {row: [b for mine in bands for b in mine if b.row == row and b.found] for row in rows}
    touching: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for mine in bands:
        found = sorted((b for b in mine if b.found), key=lambda b: b.apex_px)
        for a, b in itertools.pairwise(found):
            if b.start_px <= a.stop_px + 1e-6:
                pair = min(a.row, b.row), max(a.row, b.row)
                touching[pair].append(b.apex_px - a.apex_px)

    def overlap(a: int, b: int) -> bool:
        apart = touching.get((a, b))
        if not apart:
            return False
        if len(apart) >= TOUCHING * len({x.lane for x in (*seen[a], *seen[b])}):
            return True
        height = max(median([x.stop_px - x.start_px for x in seen[r]]) for r in (a, b))
        return median(apart) < NEAR * height

    groups: list[list[int]] = []
    for row in rows:
        if groups and overlap(groups[-1][-1], row) and len(groups[-1]) < LARGEST_GROUP:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [tuple(g) for g in groups]


def _typical_width(bands: Sequence[Sequence[Band]], group: tuple[int, ...]) -> float:
    """Median height of the bands, as a first idea of 4 sigma."""
    heights = [b.stop_px - b.start_px for mine in bands for b in mine if b.row in group]
    return float(np.median(heights)) if heights else 8.0


def _spacing(bands: Sequence[Sequence[Band]], group: tuple[int, ...]) -> NDArray[np.float64]:
    """Median distance of each row's apex from that of the first, over lanes where both show."""
    out = [0.0]
    for row in group[1:]:
        apart = []
        for mine in bands:
            place = {b.row: b for b in mine}
            a, b = place.get(group[0]), place.get(row)
            if a is not None and b is not None and a.found and b.found:
                apart.append(b.apex_px - a.apex_px)
        if not apart:
            apart = [
                q.apex_px - p.apex_px
                for mine in bands
                for p in mine
                for q in mine
                if p.row == group[0] and q.row == row
            ]
        out.append(float(np.median(apart)))
    return np.array(out)


def _stacks(
    profiles: Profiles,
    levels: Profiles,
    noise: Sequence[float],
    bands: Sequence[Sequence[Band]],
    group: tuple[int, ...],
) -> list[Stack]:
    """Lay the clear lanes over each other, apex on apex; overlapping groups in two parts."""
    spacing = _spacing(bands, group)
    entries = []
    for profile, level, sd, mine in zip(profiles, levels, noise, bands, strict=True):
        place = {b.row: b for b in mine}
        rest = profile - level
        heights = np.array(
            [_height(rest, place[r]) if r in place else 0.0 for r in group], dtype=float
        )
        best = int(heights.argmax())
        lead = place.get(group[best])
        if lead is None or not lead.found or heights[best] < CLEAR_SNR * sd:
            continue
        origin = _apex(rest, lead) - spacing[best]
        ratio = heights[0] / max(heights.sum(), 1e-12)
        entries.append((ratio, origin, rest, heights[best], sd, lead))
    if not entries:
        return []
    entries.sort(key=lambda e: e[0])
    parts = [entries]
    if len(group) > 1 and len(entries) >= 2 * PARTS:
        half = len(entries) // 2
        parts = [entries[:half], entries[half:]]
    # A row that stands alone is read within its limits, where neighbours do not reach.
    beyond = 1.3 if len(group) > 1 else 0.5
    reach = beyond * max(b.stop_px - b.start_px for *_, b in entries)
    step = max(0.5, reach / 40)
    position = np.arange(-reach, spacing[-1] + reach + step, step)
    stacks = []
    for part in parts:
        lines, weights = [], []
        for _, origin, rest, height, sd, _lead in part:
            index = np.arange(rest.size)
            line = np.interp(origin + position, index, rest, left=np.nan, right=np.nan)
            lines.append(line / height)
            weights.append(1 / (0.05**2 + (sd / height) ** 2))
        table = np.array(lines)
        w = np.array(weights)[:, None] * np.isfinite(table)
        total = w.sum(axis=0)
        mean = np.where(total > 0, np.nansum(w * np.nan_to_num(table), axis=0), 0.0)
        usable = total > 0
        stacks.append(
            Stack(position=position[usable], signal=(mean / np.maximum(total, 1e-12))[usable])
        )
    return stacks


def _height(rest: NDArray[np.float64], band: Band) -> float:
    i = min(max(round(band.apex_px), 0), rest.size - 1)
    top = rest[max(0, i - 1) : i + 2]
    return float(top.sum()) / top.size if band.found else 0.0


def _apex(rest: NDArray[np.float64], band: Band) -> float:
    """Return the exact apex: the centre of the parabola through the top of the band."""
    reach = max(2, round(0.12 * (band.stop_px - band.start_px)))
    i = min(max(round(band.apex_px), reach), max(reach, rest.size - 1 - reach))
    part = rest[i - reach : i + reach + 1]
    if part.size < 2 * reach + 1:
        return band.apex_px
    # Least squares; about the middle of evenly spaced places odd and even terms do not mix.
    x = np.arange(-reach, reach + 1)
    own = (x**2).sum() / x.size
    tilt = float(x @ part) / (own * x.size)
    bend = float((x**2 - own) @ part) / float(((x**2 - own) ** 2).sum())
    if bend >= 0:
        return band.apex_px
    return float(i + min(max(-tilt / (2 * bend), -reach), reach))


def _fit(
    stacks: list[Stack],
    group: tuple[int, ...],
    width: float,
    spacing: NDArray[np.float64],
    usual: tuple[float, float] | None,
) -> dict[int, BandShape] | None:
    sigma = max(MIN_SIGMA_PX, width / 6)
    if not stacks:
        return _made(group, sigma, 0.0, spacing)
    s, tail, places, misfit = fit_shape(stacks, spacing, width, usual)
    if len(group) > 1 and misfit > LARGEST_MISFIT:
        return None
    return _made(group, max(s, MIN_SIGMA_PX), tail, places)


def _made(
    group: tuple[int, ...], sigma: float, tail: float, places: NDArray[np.float64]
) -> dict[int, BandShape]:
    alone = len(group) == 1
    return {
        row: BandShape(
            sigma_px=sigma,
            tail_px=tail,
            group=group,
            offset_px=None if alone else float(places[k]),
        )
        for k, row in enumerate(group)
    }
