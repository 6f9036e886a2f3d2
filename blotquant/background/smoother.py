"""A smooth curve through a profile, together with bands of known shape, and all their errors.

The curve is an integrated random walk seen through noise; its estimate is the Whittaker smoother
(Eilers 2003, doi 10.1021/ac034173t), and the inverse of the same banded matrix is its posterior
covariance, which widens by itself where the data say little. Bands enter as further unknowns with
known shapes, so that a faint band and the level under it are told apart by what is known of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbtrf, dtbtrs

STIFFNESS = tuple(10.0 ** (k / 2) for k in range(2, 19))
RIDGE = 1e-12  # a larger one competes with the data at the highest stiffness
DECIMATION = 4
# The columns of D'D for second differences D, from the diagonal down: inside, and at the ends.
INNER = np.array([6.0, -4.0, 1.0])
FIRST = np.array([[1.0, -2.0, 1.0], [5.0, -4.0, 1.0]])
LAST = np.array([[5.0, -2.0, 0.0], [1.0, 0.0, 0.0]])
MANY_POSITIONS = 240  # from here on the stiffness is sought on means of four positions

Floats = NDArray[np.float64]


def _factor(weights: Floats, stiffness: Floats) -> Floats:
    """Cholesky factor of ``W + stiffness * D'D`` for second differences D, lower banded form.

    Of several stiffnesses they are side by side: together they are one banded matrix.
    """
    n = weights.size
    # LAPACK takes columns.
    bands = np.empty((3, stiffness.size * n), order="F")
    columns = bands.T.reshape(stiffness.size, n, 3)
    penalty = stiffness[:, None, None]
    columns[:] = penalty * INNER
    columns[:, :2], columns[:, -2:] = penalty * FIRST, penalty * LAST
    # A ridge far below the data keeps the matrix positive where everything is masked.
    columns[:, :, 0] += weights + RIDGE * stiffness[:, None]
    factor, failed = dpbtrf(bands, lower=1, overwrite_ab=1)
    if failed:
        raise np.linalg.LinAlgError("The level's matrix is not positive")
    return np.asarray(factor)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prior:
    """Amounts known beforehand: inverse covariance, and the same times their expected values."""

    precision: Floats
    pull: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """The smooth level, the bands' volumes and their covariance.

    `sd` is the noise of a position of weight 1. `variance` gives the variance of any weighted sum
    of the level with the bands unknown. `factor` is the banded Cholesky factor of the level's
    matrix, `lifted` (bands, n) what it makes of the weighted shapes.
    """

    level: Floats
    volumes: Floats
    covariance: Floats
    sd: float
    factor: Floats
    lifted: Floats

    def variance(self, weights: Floats) -> float:
        """Return the variance of ``sum(weights * level)``."""
        return float(self.variances(weights[None])[0])

    def variances(self, weights: Floats) -> Floats:
        """Return the variance of ``sum(weights * level)`` for each row of weights."""
        if not len(weights):  # LAPACK writes anywhere when it is given nothing
            return np.zeros(0)
        # Halves of a solution are enough for its products, and cost half as much.
        halves = _forward(self.factor, weights)
        through = halves @ self.lifted.T
        own = self.sd**2 * (halves**2).sum(axis=1)
        shared = ((through @ self.covariance) * through).sum(axis=1)
        return np.asarray(np.maximum(own + shared, 0.0))


def _forward(factor: Floats, rows: Floats) -> Floats:
    """Solve ``L x = row`` for every row, where ``L L'`` is the matrix; O(n) each."""
    return np.asarray(dtbtrs(factor, rows.T, uplo="L")[0]).T


def _backward(factor: Floats, row: Floats) -> Floats:
    """Solve ``L' x = row``."""
    # Stored as an upper triangle it is solved by columns, twice as fast as L by rows.
    upper = np.zeros_like(factor)
    for k in range(len(factor)):
        upper[-1 - k, k:] = factor[k, : factor.shape[1] - k]
    return np.asarray(dtbtrs(upper, row[:, None], uplo="U")[0])[:, 0]


def fit(
    signal: Floats,
    weights: Floats,
    stiffness: float,
    shapes: Floats,
    sd: float | None = None,
    prior: Prior | None = None,
) -> Curve:
    """Fit level and bands at one stiffness by generalised least squares; O(n) for each band.

    Parameters
    ----------
    signal, weights
        (n,); a weight is the inverse variance in units of the noise, 0 leaves a position out.
    stiffness
        Penalty on the level's second difference in units of the noise.
    shapes
        (bands, n); may have no rows.
    sd
        Noise of a position of weight 1; None estimates it from the residuals.
    prior
        What is known of the shapes' amounts beforehand; needs `sd`.
    """
    factor = _factor(weights, np.array([stiffness]))
    weighted = shapes * weights
    # The penalty leaves a straight line alone, and so must the ridge: it is taken out beforehand.
    line = _line(signal, weights)
    signal = signal - line
    halves = _forward(factor, np.concatenate([weighted, (weights * signal)[None]]))
    lifted, seen = halves[:-1], halves[-1]
    # What of the shapes the level cannot take up.
    own = weighted @ shapes.T
    normal = own - lifted @ lifted.T
    right = weighted @ signal - lifted @ seen
    if prior is not None and sd is not None:
        normal += sd**2 * prior.precision
        right += sd**2 * prior.pull
    normal[np.diag_indices_from(normal)] += 1e-9 * np.maximum(np.diag(own), 1e-300)
    inverse = np.linalg.inv(normal)
    volumes = inverse @ right
    level = _backward(factor, seen - volumes @ lifted)
    if sd is None:
        rest = signal - level - volumes @ shapes
        penalty = stiffness * float((np.diff(level, 2) ** 2).sum())
        free = max(float((weights > 0).sum()) - 2 - volumes.size, 1.0)
        sd = float(np.sqrt((float((weights * rest**2).sum()) + penalty) / free))
    return Curve(
        level=level + line,
        volumes=volumes,
        covariance=np.asarray(sd**2 * inverse, dtype=np.float64),
        sd=sd,
        factor=factor,
        lifted=lifted,
    )


def _line(signal: Floats, weights: Floats) -> Floats:
    """Weighted straight line through the signal; a constant where there are too few places."""
    total = float(weights.sum())
    if total <= 0:
        return np.full(signal.size, float(np.mean(signal)))
    x = np.arange(signal.size, dtype=float)
    middle, mean = float(weights @ x) / total, float(weights @ signal) / total
    spread = float(weights @ (x - middle) ** 2)
    slope = float(weights @ ((x - middle) * signal)) / spread if spread > 0 else 0.0
    return mean + slope * (x - middle)


def best_stiffness(signal: Floats, weights: Floats) -> float:
    """Return the stiffness of maximum likelihood among `STIFFNESS`, bands masked by weight 0.

    Long profiles are averaged over four positions first; the penalty scales with the fourth power
    of the step against the white noise.
    """
    if signal.size >= MANY_POSITIONS:
        n = signal.size // DECIMATION * DECIMATION
        w = weights[:n].reshape(-1, DECIMATION)
        total = w.sum(axis=1)
        y = (w * signal[:n].reshape(-1, DECIMATION)).sum(axis=1) / np.maximum(total, 1e-9)
        return _best(y, total / DECIMATION, DECIMATION**4)
    return _best(signal, weights, 1)


def _best(signal: Floats, weights: Floats, scale: int) -> float:
    """Try every second stiffness, then those beside the best: the likelihood has one top."""
    signal = signal - _line(signal, weights)
    stiffness = np.array(STIFFNESS)
    every = np.arange(stiffness.size)
    likelihood = np.full(every.size, -np.inf)
    tried = every[::2]
    likelihood[tried] = _likelihoods(signal, weights, stiffness[tried], scale)
    tried = every[1::2][np.abs(every[1::2] - likelihood.argmax()) == 1]
    likelihood[tried] = _likelihoods(signal, weights, stiffness[tried], scale)
    return float(stiffness[likelihood.argmax()])


def _likelihoods(signal: Floats, weights: Floats, stiffness: Floats, scale: int) -> Floats:
    """Fit at several stiffnesses at once: side by side their matrices are one banded matrix."""
    n = signal.size
    factor = _factor(weights, stiffness / scale)
    weighted = weights * signal
    halves = _forward(factor, np.tile(weighted, (1, stiffness.size)))[0].reshape(-1, n)
    # Misfit and penalty together are what the level leaves of the signal.
    cost = np.maximum(weighted @ signal - (halves**2).sum(axis=1), 0.0)
    sd = np.sqrt(cost / max(float((weights > 0).sum()) - 2, 1.0))
    score = 0.5 * (n - 2) * np.log(stiffness) - np.log(factor[0].reshape(-1, n)).sum(axis=1)
    score -= max(float(weights.sum()) - 2, 1.0) * np.log(np.maximum(sd, 1e-12))
    return np.asarray(score)
