"""What a background method is: a small configured object that returns a level and its error."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blotquant.image.order import median
from blotquant.lanes.profile import StraightLane
from blotquant.model.lane import LaneProfile
from blotquant.registry import Registry


class BandFamily(Protocol):
    """How the bands that are present may differ from the shapes expected of them.

    A set of values, 0 for what is expected, says by how much; `precision` is the inverse covariance
    of a prior around 0, `start` lies near the truth, `owner` names the band of each value.
    """

    @property
    def start(self) -> NDArray[np.float64]:
        """Values to begin with."""
        ...

    @property
    def owner(self) -> NDArray[np.int64]:
        """The band of each value."""
        ...

    @property
    def sigma_px(self) -> NDArray[np.float64]:
        """The expected width of each band."""
        ...

    @property
    def precision(self) -> NDArray[np.float64]:
        """Inverse covariance of the prior, (values, values)."""
        ...

    def at(self, values: NDArray[np.float64]) -> BandFamily:
        """Return the same family with another start."""
        ...

    def on(self, position: NDArray[np.float64], area: NDArray[np.float64]) -> BandFamily:
        """Return the same family at other positions, equally far apart."""
        ...

    def shapes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each band of volume 1 adds to the profile, (bands, positions)."""
        ...

    def shapes_and_slopes(
        self, values: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `shapes`, and how the shape of its owner changes with each value.

        Slopes are (values, positions).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneView:
    """What a background method may look at, for one lane.

    `limits` are the (start, stop) of every band in the lane, px along the axis; `masked` marks the
    positions that belong to a band. `shapes` (bands, positions) is what a band of volume 1 adds to
    the profile, counts per pixel; `present` tells which bands are there, or may hide beside one
    that is, and `family` how far these may differ from `shapes`. `surface` is the level that a
    method found on the whole photograph, counts per pixel at each position; None where it looks at
    the lane alone.
    """

    straight: StraightLane
    profile: LaneProfile
    limits: tuple[tuple[float, float], ...]
    masked: NDArray[np.bool_]
    shapes: NDArray[np.float64]
    present: tuple[bool, ...]
    family: BandFamily
    surface: NDArray[np.float64] | None = None

    def coarser(self, by: int) -> LaneView:
        """Return the same lane by the means of so many positions; a rest at the end is left out."""
        profile = self.profile
        position, area = means(profile.position_px, by), means(profile.area_px, by)
        return replace(
            self,
            profile=replace(
                profile,
                position_px=position,
                signal=means(profile.signal, by),
                area_px=area,
                variance=means(profile.variance, by) / by,
                saturated=means(profile.saturated, by),
            ),
            masked=means(self.masked, by) > 0,
            shapes=means(self.shapes, by),
            family=self.family.on(position, area),
            surface=None if self.surface is None else means(self.surface, by),
        )


def means(values: NDArray[Any], by: int) -> NDArray[np.float64]:
    """Return the means of every so many positions along the last axis; a rest is left out."""
    stop = values.shape[-1] // by * by
    total = values[..., 0:stop:by].astype(np.float64)
    for k in range(1, by):
        total += values[..., k:stop:by]
    return np.asarray(total / by)


class LevelError(Protocol):
    """How errors of the level go together along the lane."""

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Return the variance of ``sum(weights * level)``; weights per position."""
        ...

    def variances(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the variance of ``sum(weights * level)`` for each row of weights."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonError:
    """A level that is wrong by the same amount everywhere near a band, `se` at each position."""

    se: NDArray[np.float64]

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Errors add up with their signs."""
        return float((weights @ self.se) ** 2)

    def variances(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Errors of each row add up with their signs."""
        return np.asarray((weights @ self.se) ** 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedBands:
    """The bands as a method found them together with the level.

    `shapes` (bands, positions) are those of the view, changed where a band was fitted; `values`
    say by how much, as the view's family counts. `volume_se` are the standard errors of the
    volumes with level and shapes unknown, NaN for a band that is not present.
    """

    shapes: NDArray[np.float64]
    values: NDArray[np.float64]
    volume_se: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """The level under a lane, counts per pixel along the axis, and what it is worth.

    `level_se` is the standard error of a single position, `error` how these errors go together in a
    sum; `bands` is what a method that estimates the bands with the level found of them.
    """

    level: NDArray[np.float64]
    level_se: NDArray[np.float64]
    error: LevelError
    bands: FittedBands | None = None


class BackgroundMethod(Protocol):
    """Estimates the level under the bands of one lane."""

    def estimate(self, view: LaneView) -> Background:
        """Return level and errors; never changes its input."""
        ...


BACKGROUNDS: Registry[BackgroundMethod] = Registry("background method", "blotquant.backgrounds")


def plain(level: NDArray[np.float64], se: NDArray[np.float64]) -> Background:
    """Return a background whose error is common to all positions near a band."""
    return Background(level=level, level_se=se, error=CommonError(se=se))


def free_places(view: LaneView) -> NDArray[np.bool_]:
    """Tell which positions belong to no band; all of them where fewer than two are left."""
    free = ~view.masked
    return free if int(free.sum()) >= 2 else np.ones_like(free)


def band_length(view: LaneView) -> float:
    """Return the median length of the lane's bands in px, an eighth of the lane without any."""
    if not view.limits:
        return view.profile.signal.size / 8
    return float(np.median([stop - start for start, stop in view.limits]))


def median_se(rest: NDArray[np.float64], length: float, *, follows: bool = False) -> float:
    """Return the standard error of the median of free places as the level of another place.

    Two parts in quadrature: ``1.25 sd / sqrt(n)`` of the noise between neighbours, and by how much
    the means of stretches of `length` wander more than this noise makes them.

    Parameters
    ----------
    rest
        Free places above the level's shape, counts, in the order of the lane.
    length
        Of a band, in positions.
    follows
        Whether the level's shape comes from the same noise: it then strays under a band as it does
        between them, and the stretches' means count whole.
    """
    if rest.size < 3:
        return float(np.std(rest)) if rest.size else 0.0
    steps = np.diff(rest)
    white = 1.4826 * median(np.abs(steps)) / math.sqrt(2)
    block = int(np.clip(round(length), 1, max(1, rest.size // 3)))
    means = rest[: rest.size // block * block].reshape(-1, block).mean(axis=1)
    by_chance = 0.0 if follows else white**2 / block
    wander = max(float(np.var(means, ddof=1)) - by_chance, 0.0)
    return float(np.hypot(1.2533 * white / np.sqrt(rest.size), np.sqrt(wander)))
