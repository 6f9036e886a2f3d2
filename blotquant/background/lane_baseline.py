"""The default: one smooth curve under the whole lane, estimated together with the bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from blotquant.background.base import BACKGROUNDS, Background, LaneView, plain
from blotquant.background.smoother import Curve, best_stiffness, fit, fit_volumes
from blotquant.errors import SettingsError

SHAPE_MISFIT = 0.3  # by how much a real band differs from its row's shape, place by place
WIDENING = 0.15  # of a band's height
FEWEST_POSITIONS = 8
ROUNDS = 3


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
        signal = view.profile.signal
        if min(signal.size, 2 * int((~view.masked).sum())) < FEWEST_POSITIONS:
            return _flat(view)
        masked = view.smooth
        if masked is None or self.stiffness not in {None, masked.stiffness}:
            masked = smooth_between(signal, view.masked, self.stiffness)
        curve = _with_bands(view, masked)
        level_se = np.sqrt(np.maximum(curve.sd**2 / np.maximum(curve.factor[0] ** 2, 1e-12), 0))
        return Background(
            level=curve.level,
            level_se=level_se,
            error=_EitherWay(curve=curve, masked=masked),
            fit_se=_errors(view, curve),
        )


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

    def variance(self, weights: NDArray[np.float64]) -> float:
        """Return the variance of ``sum(weights * level)``."""
        apart = float((weights * (self.curve.level - self.masked.level)).sum())
        beyond = max(apart**2 - self.masked.variance(weights), 0.0)
        return self.curve.variance(weights) + 0.25 * beyond


def smooth_between(
    signal: NDArray[np.float64], masked: NDArray[np.bool_], stiffness: float | None = None
) -> Curve:
    """Return the curve through the places outside of `masked`, as stiff as is most likely."""
    free = np.where(masked, 0.0, 1.0)
    return fit(
        signal,
        free,
        stiffness or best_stiffness(signal, free),
        np.zeros((0, signal.size)),
    )


def _with_bands(view: LaneView, masked: Curve) -> Curve:
    """Alternate between the bands' volumes and the weights that follow from them."""
    signal = view.profile.signal
    noise = max(masked.sd, 1e-9)
    rest = signal - masked.level
    free = rest[~view.masked]
    # The noise holds the specks themselves; their judge must not.
    scatter = 1.4826 * float(np.median(np.abs(free - np.median(free)))) if free.size else noise
    outlying = np.where(view.masked, 0.0, np.abs(rest) / (2.5 * max(scatter, 1e-9)))
    robust = 1 / np.maximum(outlying, 1.0)
    variance = np.maximum(view.profile.variance, 1e-12)
    quiet = float(np.median(variance[~view.masked])) if (~view.masked).any() else variance.min()
    shot = np.maximum(variance / max(quiet, 1e-12), 1.0)
    # A place where no band was seen is level: leaving it free would leave the level free too.
    found = np.array(view.present, dtype=bool)
    shapes = view.shapes[found]
    strength = np.clip(shapes @ rest / np.maximum((shapes**2).sum(axis=1), 1e-300), 0.0, None)
    blurred = _widened(shapes, [x for x, f in zip(view.limits, found, strict=True) if f])

    def weights() -> NDArray[np.float64]:
        misfit = (SHAPE_MISFIT * (strength @ blurred) / noise) ** 2
        return np.asarray(robust / (shot + misfit))

    for _ in range(ROUNDS - 1):
        volumes = fit_volumes(signal, weights(), masked.stiffness, shapes)
        strength = np.clip(volumes, 0.0, None)
    return fit(signal, weights(), masked.stiffness, shapes, noise)


def _errors(view: LaneView, curve: Curve) -> tuple[float, ...]:
    errors = np.full(len(view.present), np.nan)
    errors[np.array(view.present, dtype=bool)] = np.sqrt(np.diag(curve.covariance))
    return tuple(float(e) for e in errors)


def _widened(
    shapes: NDArray[np.float64], limits: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return the shapes spread a little up and down.

    A band that is a tenth broader than its row is many times higher out on its flanks.
    """
    out = [
        maximum_filter1d(shape, 2 * round(WIDENING * (stop - start)) + 1, mode="nearest")
        for shape, (start, stop) in zip(shapes, limits, strict=True)
    ]
    return np.array(out) if out else shapes


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
