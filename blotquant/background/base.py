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
    positions that belong to a band. `shapes` (bands, positions) is what a band of volume 1 adds to
    the profile, counts per pixel; `present` tells which bands are there, or may hide beside one
    that is.
    """

    straight: StraightLane
    profile: LaneProfile
    limits: tuple[tuple[float, float], ...]
    masked: NDArray[np.bool_]
    shapes: NDArray[np.float64]
    present: tuple[bool, ...]


class LevelError(Protocol):
    """How errors of the level go together along the lane."""

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Return the variance of ``sum(weights * level)``; weights per position."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonError:
    """A level that is wrong by the same amount everywhere near a band, `se` at each position."""

    se: NDArray[np.float64]

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Errors add up with their signs."""
        return float((weights * self.se).sum() ** 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """The level under a lane, counts per pixel along the axis, and what it is worth.

    `level_se` is the standard error of a single position, `error` how these errors go together in a
    sum. A method that estimates the present bands with the level states their volumes' standard
    errors in `fit_se`, one for each band of the view, NaN for a band that is not present; None for
    other methods.
    """

    level: NDArray[np.float64]
    level_se: NDArray[np.float64]
    error: LevelError
    fit_se: tuple[float, ...] | None = None


class BackgroundMethod(Protocol):
    """Estimates the level under the bands of one lane."""

    def estimate(self, view: LaneView) -> Background:
        """Return level and errors; never changes its input."""
        ...


BACKGROUNDS: Registry[BackgroundMethod] = Registry("background method", "blotquant.backgrounds")


def plain(level: NDArray[np.float64], se: NDArray[np.float64]) -> Background:
    """Return a background whose error is common to all positions near a band."""
    return Background(level=level, level_se=se, error=CommonError(se=se))


def residual_sd(
    signal: NDArray[np.float64], level: NDArray[np.float64], free: NDArray[np.bool_]
) -> float:
    """Robust scatter of the free positions about the level, counts."""
    rest = (signal - level)[free]
    if rest.size < 4:
        return float(np.std(signal - level)) if signal.size else 0.0
    return float(1.4826 * np.median(np.abs(rest - np.median(rest))))
