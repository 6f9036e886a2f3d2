"""Local surround: the median of a guarded stretch above and below each band."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blotquant.background.base import BACKGROUNDS, Background, LaneView, plain
from blotquant.errors import SettingsError
from blotquant.image.order import median


@BACKGROUNDS.register("local")
@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSurround:
    """The median of the lane just above and below a band, other bands excluded.

    Fails on steep gradients that bend within a band's height, and where no free place is near: the
    search then widens and the error grows.

    Parameters
    ----------
    guard_px
        Distance from the band's limits that is left out because its tails reach there.
    reach
        Length of each side stretch in band heights.
    """

    guard_px: float = 2.0
    reach: float = 0.75

    def __post_init__(self) -> None:
        if self.guard_px < 0 or self.reach <= 0:
            raise SettingsError(
                "The local background needs a guard of at least 0 px and a positive reach",
                "Use the defaults: guard 2 px, reach 0.75 band heights",
            )

    def estimate(self, view: LaneView) -> Background:
        """Return one level for each band, joined by straight lines between the bands."""
        signal = view.profile.signal
        position = view.profile.position_px
        free = ~view.masked
        centres, levels, errors = [], [], []
        for start, stop in view.limits:
            level, error = self._around(signal, position, free, start, stop)
            centres.append((start + stop) / 2)
            levels.append(level)
            errors.append(error)
        if not levels:
            level = median(signal)
            return plain(np.full(signal.size, level), np.full(signal.size, float(np.std(signal))))
        order = np.argsort(centres)
        c, v, e = (np.array(q)[order] for q in (centres, levels, errors))
        level_curve = np.interp(position, c, v)
        for (start, stop), level in zip(view.limits, levels, strict=True):
            level_curve[(position >= start) & (position <= stop)] = level
        return plain(level_curve, np.interp(position, c, e))

    def _around(
        self,
        signal: np.ndarray,
        position: np.ndarray,
        free: np.ndarray,
        start: float,
        stop: float,
    ) -> tuple[float, float]:
        height = stop - start
        for widen in (1.0, 2.0, 4.0, 16.0):
            length = max(4.0, widen * self.reach * height)
            up, down = start - self.guard_px, stop + self.guard_px
            sides = [
                v
                for k in (
                    _within(position, up - length, up),
                    _within(position, down, down + length),
                )
                if (v := signal[k][free[k]]).size
            ]
            values = np.concatenate(sides) if sides else np.zeros(0)
            if values.size >= 5:
                level = median(values)
                scatter = 1.4826 * median(np.abs(values - level))
                white = 1.25 * scatter / math.sqrt(values.size)
                return level, math.hypot(white, _unlike(sides))
        lowest = np.sort(signal)[: max(2, signal.size // 5)]
        return median(lowest), float(np.std(signal))


def _within(position: np.ndarray, low: float, high: float) -> slice:
    """Return where positions, which ascend, lie between two of them."""
    return slice(int(position.searchsorted(low, "left")), int(position.searchsorted(high, "right")))


def _unlike(sides: list[np.ndarray]) -> float:
    """Return the error of a level that lies anywhere between those of the two sides.

    What noise alone sets them apart is taken off; with one side only nothing is known of it.
    """
    if len(sides) < 2 or min(v.size for v in sides) < 3:
        return 0.0
    middles = [median(v) for v in sides]
    apart = middles[0] - middles[1]
    by_noise = 0.0
    for v, middle in zip(sides, middles, strict=True):
        scatter = 1.4826 * median(np.abs(v - middle))
        by_noise += (1.25 * scatter) ** 2 / v.size
    return math.sqrt(max(apart**2 - by_noise, 0.0) / 12)
