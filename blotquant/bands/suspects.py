"""What tells a row of bands from lettering, drawn lines, lines across the membrane and smears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.contrast import LaneContrast, PlainContrast
from blotquant.bands.extent import weighted_median
from blotquant.bands.peaks import Peak

FEWEST_GAPS = 2  # beside lanes that show a row ...
TOLD = 0.4  # ... and for each lane: fewer gaps are where bands touch or lanes are misplaced
WEAK_SHARE = 0.02  # of the contrast of strong bands: what is weaker must be the surer
LETTERED = 0.25  # of a lane's width: a peak on so much lettering is a label
FEWEST_RULED, RULED_SHARE = 5, 0.8  # lanes, and share of all lanes, that a drawn line crosses
THICKER = 1.3  # than drawn lines are the bands beside them
EVEN = 0.12  # relative scatter of its contrast at most: the edges of a frame are no bands
PARTED, LEAST_PARTED_PX = 0.8, 2.0  # scales, and px: bands that are nearer cannot be parted
ALONE = 1.7  # a row that shows in a single lane must be surer by this factor


@dataclass(slots=True, kw_only=True)
class Row:
    """A row in the making: its height `t` in the common frame and the peak of each lane."""

    t: float
    scale: float
    peaks: dict[int, Peak] = field(default_factory=dict)
    line_share: float = 0.0
    doubt: float = 1.0

    def settle(self, shifts: NDArray[np.float64]) -> None:
        """Take height and scale from the peaks; `shifts` are the lanes' offsets, px."""
        places = np.array([p.position_px - shifts[k] for k, p in self.peaks.items()])
        weights = np.array([np.log1p(p.snr) for p in self.peaks.values()])
        order = np.argsort(places)
        middle = np.cumsum(weights[order]) - weights[order] / 2
        self.t = float(np.interp(weights.sum() / 2, middle, places[order]))
        self.scale = float(np.median([p.scale_px for p in self.peaks.values()]))


def without_ruled(rows: list[Row], n_lanes: int, finest: float) -> list[Row]:
    """Drop drawn lines, unless all that there is is as thin."""
    drawn = [r for r in rows if _is_ruled(r, n_lanes, finest)]
    others = [r for r in rows if r not in drawn]
    return others if others and typical_scale(others) > THICKER * finest else rows


def _is_ruled(row: Row, n_lanes: int, finest: float) -> bool:
    """Tell whether a row is a drawn line: as thin as can be seen, and the same in all lanes."""
    contrast = np.array([p.contrast for p in row.peaks.values()])
    across = len(contrast) >= max(FEWEST_RULED, RULED_SHARE * n_lanes)
    return bool(across and row.scale <= finest and contrast.std() < EVEN * contrast.mean())


def typical_scale(rows: Sequence[Row]) -> float:
    """Return the scale that most of the evidence has: the bands of one blot are of one kind."""
    if not rows:
        return 1.0
    scales = [r.scale for r in rows]
    weights = [sum(np.log1p(p.snr / 3) for p in r.peaks.values()) for r in rows]
    return weighted_median(scales, weights)


def strong_contrast(rows: Sequence[Row], n_lanes: int) -> float:
    """Return the contrast of a lane's strongest band, the median of the lanes."""
    best = np.zeros(n_lanes)
    for row in rows:
        for k, p in row.peaks.items():
            best[k] = max(best[k], p.contrast)
    return float(np.median(best[best > 0])) if (best > 0).any() else 0.0


def doubt_of(row: Row, typical: float, strong: float, length: int) -> float:
    """Return by how much more a row must stand out to be believed.

    Blotches and smears are taller than bands; beside the end of a lane only one side is seen. What
    is far weaker than the membrane's bands in all lanes is mostly unspecific, or their stray light.
    """
    doubt = max(1.0, row.scale / (1.5 * typical)) ** 2
    at_end = min(row.t, length - row.t) < 2.4 * row.scale
    share = max(p.contrast for p in row.peaks.values()) / max(strong, 1e-300)
    weak = max(1.0, WEAK_SHARE / max(share, 1e-3))
    return doubt * weak * (1.5 if at_end else 1.0)


def is_believed(row: Row, threshold: float) -> bool:
    """Tell whether the lanes together show a row at this signal-to-noise ratio."""
    strongest = max(p.snr for p in row.peaks.values())
    # One strong band does not make a row, however many lanes there are; the cap grows with the
    # threshold, or no row could ever reach a high one.
    cap = max(10.0, 2.8 * threshold)
    together = sum(min(p.snr, cap) for p in row.peaks.values()) / np.sqrt(len(row.peaks))
    if len(row.peaks) == 1:
        return bool(strongest >= ALONE * threshold)
    return bool(together >= 1.5 * threshold)


def line_share_of(
    row: Row,
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
    enough = max(FEWEST_GAPS, TOLD * len(contrasts))
    return float(np.median(shares)) if len(shares) >= enough else 0.0


def _contrast_at(found: PlainContrast, expected: float, scale: float) -> float:
    """Return the largest contrast of a lane near a place, at the row's scale."""
    index = found.nearest_scale(scale)
    reach = 0.7 * reach_of(scale)
    n = found.contrast.shape[1]
    a, b = max(0, int(expected - reach)), min(n, int(expected + reach) + 2)
    return float(found.contrast[index, a:b].max()) if b > a else 0.0


def reach_of(scale: float) -> float:
    """Return how far from its row a band may lie, px."""
    return max(3.0, 1.3 * scale)


def is_lettered(peak: Peak, lettered: NDArray[np.float64]) -> bool:
    """Tell whether a peak reaches into lettering."""
    first = max(0, int(peak.position_px - peak.scale_px))
    around = lettered[first : int(peak.position_px + peak.scale_px) + 2]
    return bool(around.size and around.max() > LETTERED)


def is_taken(peak: Peak, lane: int, others: Sequence[Row]) -> bool:
    """Tell whether a lane's peak is another row's: nearer to it than bands can be parted."""
    taken = (r.peaks[lane] for r in others if lane in r.peaks)
    return any(
        abs(p.position_px - peak.position_px) < parted_px(p.scale_px, peak.scale_px) for p in taken
    )


def parted_px(scale: float, other: float) -> float:
    """Return how far apart two bands of these scales are at least, px: nearer ones are one."""
    return max(LEAST_PARTED_PX, PARTED * min(scale, other))
