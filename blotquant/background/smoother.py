"""A smooth curve through gappy data, with its posterior error.

The curve is an integrated random walk seen through white noise; its estimate is the Whittaker
smoother (Eilers 2003, doi 10.1021/ac034173t), and the inverse of the same banded matrix is its
posterior covariance, which widens by itself where data are masked. The stiffness maximises the
likelihood of the unmasked data, so it is chosen from the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

STIFFNESS = tuple(10.0**k for k in np.arange(1.0, 9.01, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothCurve:
    """`level` at every position, `sd` of the noise, and the factor for posterior errors."""

    level: NDArray[np.float64]
    sd: float
    factor: NDArray[np.float64]

    def mean_se(self, start: int, stop: int) -> float:
        """Standard error of the mean level over positions start to stop - 1."""
        n = self.level.size
        start, stop = max(start, 0), min(stop, n)
        if stop <= start:
            return 0.0
        b = np.zeros(n)
        b[start:stop] = 1 / (stop - start)
        solved = cho_solve_banded((self.factor, True), b, check_finite=False)
        return float(self.sd * np.sqrt(max(b @ solved, 0.0)))


def _penalised(weights: NDArray[np.float64], stiffness: float) -> NDArray[np.float64]:
    """Lower banded form of ``W + stiffness * D'D`` for second differences D."""
    n = weights.size
    bands = np.zeros((3, n))
    bands[0] = 6.0
    bands[0, [0, -1]] = 1.0
    bands[0, [1, -2]] = 5.0
    bands[1, :-1] = -4.0
    bands[1, [0, -2]] = -2.0
    bands[2, :-2] = 1.0
    bands *= stiffness
    # A ridge far below the data keeps the matrix positive where everything is masked.
    bands[0] += weights + 1e-9 * stiffness
    return bands


def smooth(
    signal: NDArray[np.float64], weights: NDArray[np.float64], stiffness: float
) -> SmoothCurve:
    """Fit the curve at one stiffness; `weights` are 0 for masked positions, 1 for free ones."""
    factor = cholesky_banded(_penalised(weights, stiffness), lower=True, check_finite=False)
    level = cho_solve_banded((factor, True), weights * signal, check_finite=False)
    rest = signal - level
    penalty = stiffness * float((np.diff(level, 2) ** 2).sum())
    free = max(float(weights.sum()) - 2, 1.0)
    sd = float(np.sqrt((float((weights * rest**2).sum()) + penalty) / free))
    return SmoothCurve(level=level, sd=sd, factor=factor)


def best_stiffness(signal: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the stiffness of maximum likelihood among `STIFFNESS`; O(n) for each."""
    n = signal.size
    best, best_score = STIFFNESS[-1], -np.inf
    free = max(float(weights.sum()) - 2, 1.0)
    for stiffness in STIFFNESS:
        curve = smooth(signal, weights, stiffness)
        log_det = 2 * float(np.log(curve.factor[0]).sum())
        score = 0.5 * (n - 2) * np.log(stiffness) - 0.5 * log_det
        score -= free * np.log(max(curve.sd, 1e-12))
        if score > best_score:
            best, best_score = stiffness, score
    return best
