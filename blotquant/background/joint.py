"""Level and bands of a lane fitted together, each band free to differ a little from its row.

Where the level runs under a band shows on the band's flanks, and what a flank is hangs on the
band's place, width and tail. All of them are therefore unknowns of one fit, with the family's prior
on the shapes, and the errors of the level and of the volumes hold what is not known of the shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import LaneView
from blotquant.background.smoother import Curve, Prior, fit
from blotquant.image.order import median

Floats = NDArray[np.float64]

# By how much a real band differs from its family of shapes, place by place: in height, and in where
# its flanks are (of sigma); where sigma is one position. Misfits of broader bands are alike at more
# positions, which tell less.
MISFIT = 0.005
FLANK_MISFIT = 0.02
STRAY = 5e-5  # of the strongest peak: light that strays in any camera; no place is known better
OUTLYING = 2.5  # standard deviations, from which on a place without a band counts less
RIM = 1e-3  # of its peak: where a band ends
ROUNDS = 8
LONGEST_STEP = 1.0  # in standard deviations of the prior
ENOUGH = 0.02  # a smaller step ends the fit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """The level, with the volumes of the present bands first in its amounts, and their shapes.

    `values` say by how much the shapes differ from what was expected, as the family counts.
    """

    curve: Curve
    values: Floats
    volume_se: Floats


def fit_jointly(view: LaneView, masked: Curve, stiffness: float) -> Joint:
    """Fit level, volumes and shapes by Gauss-Newton steps.

    Parameters
    ----------
    masked
        The level with the bands left out: where the fit starts.
    stiffness
        Penalty on the level's second difference in units of the noise.

    About 1 ms for each 1000 positions and band.
    """
    signal, family = view.profile.signal, view.family
    noise = max(masked.sd, 1e-9)
    variance = _without_bands(view, masked)
    values, owner = family.start, family.owner
    shapes, slopes = family.shapes_and_slopes(values)
    n = len(shapes)
    strength = _strengths(shapes, signal - masked.level)
    precision = np.zeros((n + values.size, n + values.size))
    precision[n:, n:] = family.precision
    position = view.profile.position_px
    sigma = family.sigma_px / (position[1] - position[0])
    curve, unlike = masked, np.ones(signal.size)
    for k in range(ROUNDS):
        misfit = _misfit(shapes, strength, sigma)
        expected = variance + (misfit / noise) ** 2
        pull = -precision @ np.concatenate([np.zeros(n), values])
        columns = np.concatenate([shapes, slopes * strength[owner, None]])
        curve = fit(
            signal,
            1 / (expected * unlike),
            stiffness,
            columns,
            noise,
            Prior(precision=precision, pull=pull),
        )
        rest = signal - curve.level - curve.volumes @ columns
        unlike = _unlike(shapes, (rest / noise) ** 2 / expected)
        step = curve.volumes[n:]
        longest = float(np.abs(step).max(initial=0.0))
        values = values + step * min(1.0, LONGEST_STEP / max(longest, 1e-12))
        # The first weights are a guess: they are always set once more.
        if k and longest < ENOUGH:
            break
        shapes, slopes = family.shapes_and_slopes(values)
        # Volumes of a step that was cut short are not those of the shapes it led to.
        strength = _strengths(shapes, signal - curve.level)
    return Joint(
        curve=curve,
        values=values,
        volume_se=np.sqrt(np.maximum(np.diag(curve.covariance)[:n], 0.0)),
    )


def _strengths(shapes: Floats, rest: Floats) -> Floats:
    """Return a first idea of the volumes, never negative."""
    normal = shapes @ shapes.T
    own = np.einsum("kk->k", normal)  # a view
    own *= 1 + 1e-6
    own += 1e-300
    return np.asarray(np.maximum(np.linalg.solve(normal, shapes @ rest), 0.0))


def _misfit(shapes: Floats, strength: Floats, sigma: Floats) -> Floats:
    """Return by how much the bands may differ from these shapes, counts; `sigma` in positions."""
    weight = strength * np.sqrt(sigma)
    flanks = np.gradient((weight * sigma) @ shapes)
    of_shape = np.hypot(MISFIT * (weight @ shapes), FLANK_MISFIT * flanks)
    stray = STRAY * float((strength * shapes.max(axis=1, initial=0.0)).max(initial=0.0))
    return np.asarray(np.hypot(of_shape, stray))


def _unlike(shapes: Floats, chi: Floats) -> Floats:
    """Return by which factor the variance is larger where bands follow their family worse.

    `chi` are squared residuals in units of their expected variance: a torn band or a hole must not
    bend the level. All of a band counts less then, lest its rims alone say how much it holds.
    """
    if not len(shapes):
        return np.ones_like(chi)
    mean = (shapes @ chi) / np.maximum(shapes.sum(axis=1), 1e-300)
    there = shapes > RIM * shapes.max(axis=1, keepdims=True)
    return np.asarray(np.where(there, np.maximum(mean, 1.0)[:, None], 1.0).max(axis=0))


def _without_bands(view: LaneView, masked: Curve) -> Floats:
    """Return the variance of the places in units of the noise, as if the shapes were known.

    It holds the shot noise of the bands, and outside them weighs down specks.
    """
    rest = view.profile.signal - masked.level
    free = rest[~view.masked]
    # The noise holds the specks themselves; their judge must not.
    scatter = 1.4826 * median(np.abs(free - median(free))) if free.size else masked.sd
    outlying = np.where(view.masked, 0.0, np.abs(rest) / (OUTLYING * max(scatter, 1e-9)))
    variance = np.maximum(view.profile.variance, 1e-12)
    quiet = median(variance[~view.masked]) if free.size else float(variance.min())
    shot = np.maximum(variance / max(quiet, 1e-12), 1.0)
    return np.asarray(np.maximum(outlying, 1.0) * shot)
