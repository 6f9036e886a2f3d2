"""Rows: the same band across the lanes, so that every lane holds every row.

Borrowing strength is the largest gain for weak bands: a place that would be too faint to believe in
one lane is believed where the other lanes have a band at the same height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.align import lane_shifts
from blotquant.bands.believe import LINE_SHARE, believe
from blotquant.bands.contrast import LaneContrast, PlainContrast, lane_contrasts, plain_contrasts
from blotquant.bands.extent import parted, reaches, weighted_median
from blotquant.bands.peaks import Peak, find_peaks
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import Lane, LaneKind

FEWEST_GAPS = 2
ALONE = 1.7  # a row that shows in a single lane must be surer by this factor


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row in the making: its height `t` in the common frame and the peak of each lane."""

    t: float
    scale: float
    peaks: dict[int, Peak] = field(default_factory=dict)
    line_share: float = 0.0
    doubt: float = 1.0

    def settle(self, shifts: NDArray[np.float64]) -> None:
        places = np.array([p.position_px - shifts[k] for k, p in self.peaks.items()])
        weights = np.array([np.log1p(p.snr) for p in self.peaks.values()])
        order = np.argsort(places)
        middle = np.cumsum(weights[order]) - weights[order] / 2
        self.t = float(np.interp(weights.sum() / 2, middle, places[order]))
        self.scale = float(np.median([p.scale_px for p in self.peaks.values()]))


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
    """
    if not lanes:
        return ()
    seen = seen or SeenLanes.of(straight, unit_px, gaps)
    contrasts = seen.lanes
    peaks = [find_peaks(c, sensitivity) for c in contrasts]
    shifts = _shifts(lanes, peaks)
    rows = _collect(peaks, shifts, sensitivity)
    for row in rows:
        _borrow(row, contrasts, shifts, sensitivity)
    rows = _merge(rows, shifts)
    length = min(s.signal.shape[0] for s in straight)
    typical = _typical_scale(rows)
    rows = [r for r in rows if _believed(r, sensitivity * _doubt(r, typical, length))]
    for row in rows:
        row.line_share = _line_share(row, contrasts, seen.gaps, shifts)
        row.doubt = _doubt(row, typical, length)
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
) -> list[_Row]:
    """Gather peaks into rows, the strongest first; a lane gives a row at most one peak."""
    free = [list(mine) for mine in peaks]
    rows: list[_Row] = []
    while True:
        best = max(
            ((p.snr, k, n) for k, mine in enumerate(free) for n, p in enumerate(mine)),
            default=None,
        )
        if best is None or best[0] < sensitivity:
            return rows
        _, k, n = best
        seed = free[k][n]
        row = _Row(t=seed.position_px - shifts[k], scale=seed.scale_px, peaks={k: seed})
        # From the seed outwards, so that a row may bend a little more than the membrane does.
        for order in (range(k + 1, len(free)), range(k - 1, -1, -1)):
            t = row.peaks[k].position_px - shifts[k]
            for m in order:
                peak = _nearest(free[m], t + shifts[m], _reach(row.scale))
                if peak is not None:
                    row.peaks[m] = peak
                    t += 0.5 * (peak.position_px - shifts[m] - t)
        for m, p in row.peaks.items():
            free[m].remove(p)
        row.settle(shifts)
        rows.append(row)


def _reach(scale: float) -> float:
    return max(3.0, 1.3 * scale)


def _nearest(peaks: Sequence[Peak], position: float, reach: float) -> Peak | None:
    near = [p for p in peaks if abs(p.position_px - position) <= reach]
    return min(near, key=lambda p: abs(p.position_px - position), default=None)


def _borrow(
    row: _Row,
    contrasts: Sequence[LaneContrast],
    shifts: NDArray[np.float64],
    sensitivity: float,
) -> None:
    """Look again in the lanes without a peak, exactly where the row runs."""
    if len(row.peaks) < 2:
        return
    for k, c in enumerate(contrasts):
        if k not in row.peaks:
            peak = _look_again(c, row.t + shifts[k], row.scale, sensitivity)
            if peak is not None:
                row.peaks[k] = peak


def _look_again(
    found: LaneContrast, expected: float, scale: float, sensitivity: float
) -> Peak | None:
    """Return a peak, or the bend of a doublet's weak partner, at the expected place."""
    index = found.nearest_scale(scale)
    fine = max(0, index - 1)
    reach = 0.7 * _reach(scale)
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


def _merge(rows: list[_Row], shifts: NDArray[np.float64]) -> list[_Row]:
    """Join rows that are one: nearer than bands can be parted, or near and never in one lane."""
    rows = sorted(rows, key=lambda r: r.t)
    merged: list[_Row] = []
    for row in rows:
        last = merged[-1] if merged else None
        if last is not None and (
            row.t - last.t < max(2.0, 0.8 * min(row.scale, last.scale))
            or (
                row.t - last.t < 1.5 * _reach(max(row.scale, last.scale))
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


def _typical_scale(rows: Sequence[_Row]) -> float:
    """Return the scale that most of the evidence has: the bands of one blot are of one kind."""
    if not rows:
        return 1.0
    scales = [r.scale for r in rows]
    weights = [sum(np.log1p(p.snr / 3) for p in r.peaks.values()) for r in rows]
    return weighted_median(scales, weights)


def _doubt(row: _Row, typical: float, length: int) -> float:
    """Return by how much more a row must stand out to be believed.

    Blotches and smears are taller than bands; beside the end of a lane only one side is seen.
    """
    doubt = max(1.0, row.scale / (1.5 * typical)) ** 2
    at_end = min(row.t, length - row.t) < 2.4 * row.scale
    return doubt * (1.5 if at_end else 1.0)


def _believed(row: _Row, threshold: float) -> bool:
    strongest = max(p.snr for p in row.peaks.values())
    # One strong band does not make a row, however many lanes there are; the cap grows with the
    # threshold, or no row could ever reach a high one.
    cap = max(10.0, 2.8 * threshold)
    together = sum(min(p.snr, cap) for p in row.peaks.values()) / np.sqrt(len(row.peaks))
    if len(row.peaks) == 1:
        return bool(strongest >= ALONE * threshold)
    return bool(together >= 1.5 * threshold)


def _line_share(
    row: _Row,
    contrasts: Sequence[LaneContrast],
    between: Sequence[tuple[int, PlainContrast]],
    shifts: NDArray[np.float64],
) -> float:
    """Return how much of its contrast a row keeps between and beside lanes; 0 where none tells."""
    shares = []
    for k, gap in between:
        beside = [i for i in (k, k + 1) if 0 <= i < len(contrasts)]
        mine = [
            _contrast_at(contrasts[i], row.t + shifts[i], row.scale)
            for i in beside
            if i in row.peaks
        ]
        if mine and min(mine) > 0:
            there = row.t + float(np.mean([shifts[i] for i in beside]))
            shares.append(_contrast_at(gap, there, row.scale) / min(mine))
    return float(np.median(shares)) if len(shares) >= FEWEST_GAPS else 0.0


def _contrast_at(found: PlainContrast, expected: float, scale: float) -> float:
    """Return the largest contrast of a lane near a place, at the row's scale."""
    index = found.nearest_scale(scale)
    reach = 0.7 * _reach(scale)
    n = found.contrast.shape[1]
    a, b = max(0, int(expected - reach)), min(n, int(expected + reach) + 2)
    return float(found.contrast[index, a:b].max()) if b > a else 0.0


def _bands(
    lanes: Sequence[Lane],
    straight: Sequence[StraightLane],
    rows: list[_Row],
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
