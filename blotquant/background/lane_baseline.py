"""The default: one smooth curve under the whole lane, estimated together with the bands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import (
    BACKGROUNDS,
    Background,
    FittedBands,
    LaneView,
    band_length,
    means,
    plain,
)
from blotquant.background.joint import Joint, fit_jointly
from blotquant.background.leaps import leaps, on_the_blot
from blotquant.background.smoother import (
    DECIMATION,
    MANY_POSITIONS,
    Curve,
    best_stiffness,
    fit,
)
from blotquant.errors import SettingsError

FEWEST_POSITIONS = 8
LAG, SHORTEST_LAG = 0.15, 4  # of a band's length, and in positions: where a level may leap
POSITIONS_OF_SIGMA = 4.0  # coarser positions would change a band's shape


@BACKGROUNDS.register("lane-baseline")
@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBaseline:
    r"""A smooth curve through the lane profile, with the bands' shapes fitted along with it.

    ```
    signal     /\\         /\\
          ____/  \\_______/  \\____
    level ------------------------   learns most where no band is
    ```
    Where a band is strong, its shape is not known well enough to see the level through it, and
    those places count for little; where it is faint, they count almost fully. Follows gradients and
    slow smears. Fails where bands leave no free place between them (a ladder of touching bands):
    its standard error then says so. About 4 ms for 1000 positions.

    Parameters
    ----------
    stiffness
        Penalty on the second difference, in units of the noise; None chooses it by maximum
        likelihood.
    """

    stiffness: float | None = None

    def __post_init__(self) -> None:
        if self.stiffness is not None and not self.stiffness > 0:
            raise SettingsError(
                f"A stiffness of {self.stiffness} is impossible", "Give a positive number"
            )

    def estimate(self, view: LaneView) -> Background:
        """Fit level and bands, and weigh down places that neither of them explains."""
        masked = self._masked(view)
        if masked is None:
            return _flat(view)
        joint = fit_jointly(masked.coarse, masked.curve, masked.stiffness)
        return replace(_background(view, joint.curve, masked), bands=_found(view, joint))

    def without_bands(self, view: LaneView) -> Background:
        """Return the level through the places that belong to no band; their shapes are not asked.

        Its error under a band is how far the level may wander there unseen. About 0.3 ms.
        """
        masked = self._masked(view)
        if masked is None:
            return _flat(view)
        return _background(view, masked.curve, masked)

    def _masked(self, view: LaneView) -> _Masked | None:
        """Return the level with the bands left out, None where they leave nothing."""
        signal = view.profile.signal
        free = np.where(view.masked | _spoiled(view), 0.0, 1.0)
        if signal.size < FEWEST_POSITIONS or free.sum() < FEWEST_POSITIONS / 2:
            return None
        stiffness = self.stiffness or best_stiffness(signal, free)
        by = _step(view)
        coarse = view.coarser(by) if by > 1 else view
        stiffness /= by**4
        free = (means(free, by) > 0.999).astype(np.float64)
        curve = fit(coarse.profile.signal, free, stiffness, np.zeros((0, free.size)))
        return _Masked(coarse=coarse, by=by, stiffness=stiffness, curve=curve)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Masked:
    """The level with the bands left out, on means of `by` positions, and its stiffness there."""

    coarse: LaneView
    by: int
    stiffness: float
    curve: Curve


def _background(view: LaneView, curve: Curve, masked: _Masked) -> Background:
    """Return a level at all positions."""
    n, by = view.profile.signal.size, masked.by
    level_se = np.sqrt(np.maximum(curve.sd**2 / np.maximum(curve.factor[0] ** 2, 1e-12), 0))
    return Background(
        level=_finer(curve.level, n, by),
        level_se=np.maximum(_finer(level_se, n, by), 0.0),
        error=_EitherWay(curve=curve, masked=masked.curve, by=by),
    )


def _spoiled(view: LaneView) -> NDArray[np.bool_]:
    """Mark what no level runs through: leaps, and what lies beyond the rim of the blot."""
    signal = view.profile.signal
    lag = max(SHORTEST_LAG, round(LAG * band_length(view)))
    spoiled = leaps(signal, ~view.masked, lag)
    first, stop = on_the_blot(signal, lag)
    spoiled[:first] = spoiled[stop:] = True
    return spoiled


def _step(view: LaneView) -> int:
    """Return how many positions may be one: a quarter of the thinnest band's width."""
    if view.profile.signal.size < MANY_POSITIONS:
        return 1
    thinnest = float(view.family.sigma_px.min(initial=np.inf))
    return int(np.clip(thinnest / POSITIONS_OF_SIGMA, 1, DECIMATION))


def _finer(coarse: NDArray[np.float64], n: int, by: int) -> NDArray[np.float64]:
    """Return a curve at all positions, straight between those where it is known and beyond."""
    if by == 1:
        return coarse
    place = (np.arange(n) - (by - 1) / 2) / by
    first = np.clip(place.astype(np.int64), 0, coarse.size - 2)
    share = place - first
    return np.asarray(coarse[first] * (1 - share) + coarse[first + 1] * share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _EitherWay:
    """Error of a level that can be told from the bands in two ways: with their shapes, or masked.

    Masking the bands and fitting their shapes are both right on a clean lane. Where smears run
    into bands they differ, and nothing in the picture says which is meant: half the difference is
    taken as a standard error, as far as it is more than the masked level's own error. Where bands
    fill a crop, masking leaves nothing to tell the level from, and the difference says nothing.
    """

    curve: Curve
    masked: Curve
    by: int

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Return the variance of ``sum(weights * level)``."""
        return float(self.variances(weights[None])[0])

    def variances(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the variance of ``sum(weights * level)`` for each row of weights."""
        if self.by > 1:
            starts = np.arange(self.curve.level.size) * self.by
            weights = np.add.reduceat(weights, starts, axis=1)
        apart = weights @ (self.curve.level - self.masked.level)
        beyond = np.maximum(apart**2 - self.masked.variances(weights), 0.0)
        return np.asarray(self.curve.variances(weights) + 0.25 * beyond)


def _found(view: LaneView, joint: Joint) -> FittedBands:
    there = np.array(view.present, dtype=bool)
    errors = np.full(there.size, np.nan)
    errors[there] = joint.volume_se
    shapes = view.shapes.copy()
    shapes[there] = view.family.shapes(joint.values)
    return FittedBands(
        shapes=shapes, values=joint.values, volume_se=tuple(float(e) for e in errors)
    )


def _flat(view: LaneView) -> Background:
    """Too short for a curve: the lower part of what there is, with an honest error."""
    signal = view.profile.signal
    lowest = np.sort(signal)[: max(1, signal.size // 4)]
    few = int((~view.masked).sum()) < FEWEST_POSITIONS / 2
    free = lowest if few else signal[~view.masked]
    # The lowest places of a crop that bands fill are flanks: the level may lie below all of them.
    spread = float(np.median(free) - free.min()) + float(np.std(free))
    se = spread if few else float(1.25 * np.std(free) / np.sqrt(free.size))
    return plain(np.full(signal.size, float(np.median(free))), np.full(signal.size, se))
