"""Rows: the same band across the lanes, so that every lane holds every row.

Borrowing strength is the largest gain for weak bands: a place that would be too faint to believe in
one lane is believed where the other lanes have a band at the same height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.align import lane_shifts
from blotquant.bands.believe import LINE_SHARE, believe
from blotquant.bands.contrast import LaneContrast, PlainContrast, lane_contrasts, plain_contrasts
from blotquant.bands.extent import parted, reaches
from blotquant.bands.peaks import Peak, find_peaks
from blotquant.bands.suspects import (
    Row,
    doubt_of,
    is_believed,
    is_lettered,
    is_taken,
    line_share_of,
    parted_px,
    reach_of,
    strong_contrast,
    typical_scale,
    without_ruled,
)
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import Lane, LaneKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenLanes:
    """The contrast of every lane, and of the gaps by the index of the lane to their left.

    It is the same at any sensitivity, and the larger part of the work.
    """

    lanes: tuple[LaneContrast, ...]
    gaps: tuple[tuple[int, PlainContrast], ...]

    @classmethod
    def of(
        cls,
        straight: Sequence[StraightLane],
        unit_px: float,
        gaps: Sequence[tuple[int, StraightLane]],
    ) -> SeenLanes:
        """Return what shows in straightened lanes and gaps."""
        between = plain_contrasts([s for _, s in gaps], unit_px)
        return cls(
            lanes=lane_contrasts(straight, unit_px),
            gaps=tuple(zip([k for k, _ in gaps], between, strict=True)),
        )


def detect_bands(
    lanes: Sequence[Lane],
    straight: Sequence[StraightLane],
    sensitivity: float,
    unit_px: float = 1.0,
    gaps: Sequence[tuple[int, StraightLane]] = (),
    seen: SeenLanes | None = None,
    lettered: Sequence[NDArray[np.float64]] | None = None,
) -> tuple[Band, ...]:
    """Return the bands of one membrane on one photograph, every lane holding every row.

    Parameters
    ----------
    lanes, straight
        Left to right, each lane with its straightened picture.
    sensitivity
        Signal-to-noise ratio from which a place counts as a band where other lanes support it; a
        row that shows in one lane only needs 1.7 times as much.
    unit_px
        File pixels per pixel of a picture about 1100 px large: band heights scale with it.
    gaps
        (Index of the lane to its left, straightened picture) of stretches between lanes, and
        beside the first (-1) and the last. What shows there as well is a line across the membrane:
        its rim, a dye front, a fold.
    seen
        What `SeenLanes.of` says of the same lanes and gaps, for another look at them.
    lettered
        Of each lane: share of its width that is lettering, for every position. No band is there.
    """
    if not lanes:
        return ()
    seen = seen or SeenLanes.of(straight, unit_px, gaps)
    contrasts = seen.lanes
    blank = [np.zeros(c.snr.shape[1]) for c in contrasts] if lettered is None else lettered
    peaks = [
        tuple(p for p in find_peaks(c, sensitivity) if not is_lettered(p, marks))
        for c, marks in zip(contrasts, blank, strict=True)
    ]
    shifts = _shifts(lanes, peaks)
    rows = _collect(peaks, shifts, sensitivity)
    for row in rows:
        others = [r for r in rows if r is not row]
        _borrow(row, others, contrasts, shifts, sensitivity, blank)
    rows = without_ruled(_merge(rows, shifts), len(lanes), min(contrasts[0].scales_px))
    length = min(s.signal.shape[0] for s in straight)
    typical, strong = typical_scale(rows), strong_contrast(rows, len(lanes))
    for row in rows:
        row.doubt = doubt_of(row, typical, strong, length)
    rows = [r for r in rows if is_believed(r, sensitivity * r.doubt)]
    for row in rows:
        row.line_share = line_share_of(row, contrasts, seen.gaps, shifts)
    rows = [r for r in rows if r.line_share <= LINE_SHARE]
    rows.sort(key=lambda r: r.t)
    return _bands(lanes, straight, rows, shifts)


def _shifts(lanes: Sequence[Lane], peaks: Sequence[Sequence[Peak]]) -> NDArray[np.float64]:
    samples = [i for i, lane in enumerate(lanes) if lane.kind is not LaneKind.LADDER]
    if not samples:
        samples = list(range(len(lanes)))
    middle = [(lanes[i].nodes[0][0] + lanes[i].nodes[-1][0]) / 2 for i in samples]
    leans = [
        (lane.nodes[-1][0] - lane.nodes[0][0]) / (lane.nodes[-1][1] - lane.nodes[0][1])
        for lane in lanes
    ]
    expected = -float(np.median(leans)) - _slope_of_tops([lanes[i] for i in samples])
    found = lane_shifts([peaks[i] for i in samples], middle, expected)
    every = [(lane.nodes[0][0] + lane.nodes[-1][0]) / 2 for lane in lanes]
    return np.asarray(np.interp(every, middle, found))


def _slope_of_tops(lanes: Sequence[Lane]) -> float:
    """Return dy/dx of where the lanes begin: not 0 on a membrane that lies askew."""
    tops = [lane.nodes[0] for lane in lanes]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(tops)]
    slopes = [dy / dx for dx, dy in steps if dx]
    return float(np.median(slopes)) if slopes else 0.0


def _collect(
    peaks: Sequence[Sequence[Peak]], shifts: NDArray[np.float64], sensitivity: float
) -> list[Row]:
    """Gather peaks into rows, the strongest first; a lane gives a row at most one peak."""
    free = [list(mine) for mine in peaks]
    rows: list[Row] = []
    while True:
        best = max(
            ((p.snr, k, n) for k, mine in enumerate(free) for n, p in enumerate(mine)),
            default=None,
        )
        if best is None or best[0] < sensitivity:
            return rows
        _, k, n = best
        seed = free[k][n]
        row = Row(t=seed.position_px - shifts[k], scale=seed.scale_px, peaks={k: seed})
        # From the seed outwards, so that a row may bend a little more than the membrane does.
        for order in (range(k + 1, len(free)), range(k - 1, -1, -1)):
            t = row.peaks[k].position_px - shifts[k]
            for m in order:
                peak = _nearest(free[m], t + shifts[m], reach_of(row.scale))
                if peak is not None:
                    row.peaks[m] = peak
                    t += 0.5 * (peak.position_px - shifts[m] - t)
        for m, p in row.peaks.items():
            free[m].remove(p)
        row.settle(shifts)
        rows.append(row)


def _nearest(peaks: Sequence[Peak], position: float, reach: float) -> Peak | None:
    near = [p for p in peaks if abs(p.position_px - position) <= reach]
    return min(near, key=lambda p: abs(p.position_px - position), default=None)


def _borrow(
    row: Row,
    others: Sequence[Row],
    contrasts: Sequence[LaneContrast],
    shifts: NDArray[np.float64],
    sensitivity: float,
    lettered: Sequence[NDArray[np.float64]],
) -> None:
    """Look again in the lanes without a peak, exactly where the row runs."""
    if len(row.peaks) < 2:
        return
    for k, c in enumerate(contrasts):
        if k not in row.peaks:
            peak = _look_again(c, row.t + shifts[k], row.scale, sensitivity)
            if peak is None or is_lettered(peak, lettered[k]) or is_taken(peak, k, others):
                continue
            row.peaks[k] = peak


def _look_again(
    found: LaneContrast, expected: float, scale: float, sensitivity: float
) -> Peak | None:
    """Return a peak, or the bend of a doublet's weak partner, at the expected place."""
    index = found.nearest_scale(scale)
    fine = max(0, index - 1)
    reach = 0.7 * reach_of(scale)
    n = found.snr.shape[1]
    a, b = max(1, int(expected - reach)), min(n - 1, int(expected + reach) + 2)
    for snr, strips, k in (
        (found.snr, found.strips, index),
        (found.bend_snr, found.bend_strips, fine),
    ):
        if b - a < 2:
            return None
        i = a + int(snr[k, a:b].argmax())
        is_top = snr[k, i] >= max(snr[k, i - 1], snr[k, min(i + 1, n - 1)])
        if is_top and snr[k, i] >= sensitivity and strips[k, i] >= 0.6:
            return Peak(
                position_px=float(i),
                snr=float(snr[k, i]),
                scale_px=scale,
                contrast=float(found.contrast[index, i]),
                strips=float(strips[k, i]),
            )
    return None


def _merge(rows: list[Row], shifts: NDArray[np.float64]) -> list[Row]:
    """Join rows that are one: nearer than bands can be parted, or near and never in one lane."""
    rows = sorted(rows, key=lambda r: r.t)
    merged: list[Row] = []
    for row in rows:
        last = merged[-1] if merged else None
        if last is not None and (
            row.t - last.t < parted_px(row.scale, last.scale)
            or (
                row.t - last.t < 1.5 * reach_of(max(row.scale, last.scale))
                and not set(row.peaks) & set(last.peaks)
            )
        ):
            for k, p in row.peaks.items():
                if k not in last.peaks or p.snr > last.peaks[k].snr:
                    last.peaks[k] = p
            last.settle(shifts)
        else:
            merged.append(row)
    return merged


def _bands(
    lanes: Sequence[Lane],
    straight: Sequence[StraightLane],
    rows: list[Row],
    shifts: NDArray[np.float64],
) -> tuple[Band, ...]:
    profiles = [s.mean for s in straight]
    shapes = [reaches(row.peaks, row.scale, profiles) for row in rows]
    bands = []
    for k, lane in enumerate(lanes):
        mine = []
        for n, (row, (up, down)) in enumerate(zip(rows, shapes, strict=True)):
            peak = row.peaks.get(k)
            apex = peak.position_px if peak else row.t + shifts[k]
            apex = float(min(max(apex, 0.0), profiles[k].size - 1))
            confidence, reason = believe(
                peak, support=len(row.peaks), line_share=row.line_share, doubt=row.doubt
            )
            mine.append(
                Band(
                    image=lane.image,
                    membrane=lane.membrane,
                    lane=lane.number,
                    row=n + 1,
                    apex_px=apex,
                    start_px=apex - up,
                    stop_px=apex + down,
                    found=peak is not None,
                    confidence=confidence,
                    reason=reason,
                )
            )
        bands.extend(parted(mine, profiles[k]))
    return tuple(bands)
