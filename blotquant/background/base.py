"""What a background method is: a small configured object that returns a level and its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.profile import StraightLane
from blotquant.model.lane import LaneProfile
from blotquant.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneView:
    """What a background method may look at, for one lane.

    `limits` are the (start, stop) of every band in the lane, px along the axis; `masked` marks the
    positions that belong to a band. `surround` is the mean signal just outside the lane on its two
    sides, (2, positions), NaN where a neighbouring lane or the frame is in the way.
    """

    straight: StraightLane
    profile: LaneProfile
    limits: tuple[tuple[float, float], ...]
    masked: NDArray[np.bool_]
    surround: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """The level under a lane, counts per pixel along the axis, and what it is worth.

    `level` has one value per position. `level_se` is the standard error of a single position;
    `band_se` the standard error of the mean level under each band of `LaneView.limits`, which is
    what a volume needs: errors of neighbouring positions go together.
    """

    level: NDArray[np.float64]
    level_se: NDArray[np.float64]
    band_se: tuple[float, ...]


class BackgroundMethod(Protocol):
    """Estimates the level under the bands of one lane."""

    def estimate(self, view: LaneView) -> Background:
        """Return level and errors; never changes its input."""
        ...


BACKGROUNDS: Registry[BackgroundMethod] = Registry("background method", "blotquant.backgrounds")


def residual_sd(signal: NDArray[np.float64], level: NDArray[np.float64], free: NDArray[np.bool_]) -> float:
    """Robust scatter of the free positions about the level, counts."""
    rest = (signal - level)[free]
    if rest.size < 4:  # noqa: PLR2004 - nothing to judge by
        return float(np.std(signal - level)) if signal.size else 0.0
    return float(1.4826 * np.median(np.abs(rest - np.median(rest))))
