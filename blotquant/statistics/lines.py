"""Lines through points with known errors and an unknown common scatter, on the ln-ln plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.statistics.compare import t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """``y = coefficients @ columns`` with the covariance of the coefficients.

    `scatter` is the variance that the points have beyond their stated one; `degrees` the degrees
    of freedom that are left.
    """

    coefficients: Floats
    covariance: Floats
    scatter: float
    degrees: int

    def interval(self, which: int, level: float) -> tuple[float, float]:
        """Return Student's interval of one coefficient; NaN where nothing is left to judge by."""
        if self.degrees < 1:
            return math.nan, math.nan
        half = t_quantile(level, self.degrees) * math.sqrt(self.covariance[which, which])
        value = float(self.coefficients[which])
        return value - half, value + half


def fit_line(columns: Floats, y: Floats, variance: Floats) -> Line:
    """Return the weighted least-squares line of n points on p columns, (n, p) and (n,).

    Points scatter by more than their own variance says: pipetting, transfer, antibody. One common
    extra variance is taken such that the weighted squares sum to n - p (Paule and Mandel 1982,
    doi:10.6028/jres.087.022); it is 0 where the stated errors suffice.
    """
    n, p = columns.shape
    degrees = n - p
    scatter = _scatter(columns, y, variance, degrees) if degrees > 0 else 0.0
    solution, covariance, _ = _solved(columns, y, variance + scatter)
    return Line(coefficients=solution, covariance=covariance, scatter=scatter, degrees=degrees)


def _solved(columns: Floats, y: Floats, variance: Floats) -> tuple[Floats, Floats, float]:
    """Return coefficients, covariance, and the weighted sum of squares."""
    weight = 1.0 / variance
    normal = columns.T @ (columns * weight[:, None])
    covariance: Floats = np.asarray(np.linalg.inv(normal), dtype=np.float64)
    solution: Floats = covariance @ (columns.T @ (weight * y))
    return solution, covariance, float(np.sum(weight * (y - columns @ solution) ** 2))


def _scatter(columns: Floats, y: Floats, variance: Floats, degrees: int) -> float:
    def excess(scatter: float) -> float:
        return _solved(columns, y, variance + scatter)[2] - degrees

    if excess(0.0) <= 0:
        return 0.0
    from scipy.optimize import brentq  # noqa: PLC0415 - slow import, for dilution series alone

    high = float(np.var(y)) + 1e-12
    while excess(high) > 0:
        high *= 4.0
    return float(brentq(excess, 0.0, high))


def straight(x: Floats) -> Floats:
    """Return the columns of ``intercept + slope * x``, (n, 2)."""
    return np.column_stack([np.ones_like(x), x])


def stray_point(x: Floats, y: Floats, variance: Floats, tolerance_ln: float) -> int | None:
    """Return the one point that does not belong to the straight line of the others, if any.

    Each point is held against the line through all others (externally studentised residual, with
    Bonferroni's correction, p < 0.05) and must lie off it by more than `tolerance_ln`. Without
    four other places along `x` none is named: a bend could not be told from a slip.
    """
    from scipy.stats import t  # noqa: PLC0415 - slow import, for dilution series alone

    n = len(x)
    worst, found = 0.05 / max(n, 1), None
    for i in range(n):
        rest = np.arange(n) != i
        if len(np.unique(x[rest])) < 4:
            continue
        line = fit_line(straight(x[rest]), y[rest], variance[rest])
        here = np.array([1.0, x[i]])
        off = abs(float(y[i] - here @ line.coefficients))
        error = math.sqrt(variance[i] + line.scatter + float(here @ line.covariance @ here))
        p = 2 * float(t.sf(off / error, line.degrees))
        if p < worst and off > tolerance_ln:
            worst, found = p, i
    return found


def lack_of_fit(x: Floats, y: Floats, variance: Floats) -> tuple[float, str]:
    """Return p of the hypothesis that the points lie on a straight line, and the test's name.

    With repeats of an amount their spread is the yardstick (F test, "repeats"); else a bend is
    tested against the scatter about a parabola ("bend"). (NaN, "") below four points.
    """
    line = fit_line(straight(x), y, variance)
    weight = 1.0 / (variance + line.scatter)
    places = np.unique(x)
    n_pure, n_lack = len(x) - len(places), len(places) - 2
    if n_pure >= 1 and n_lack >= 1:
        return _against_repeats(x, y, weight, line), "repeats"
    if len(x) < 4 or len(places) < 4:
        return math.nan, ""
    from scipy.stats import t  # noqa: PLC0415 - slow import, for dilution series alone

    middle = x - np.average(x, weights=weight)
    columns = np.column_stack([np.ones_like(x), middle, middle**2])
    solution, covariance, squares = _solved(columns, y, 1.0 / weight)
    error = math.sqrt(covariance[2, 2] * squares / (len(x) - 3))
    if error == 0:
        return math.nan, ""
    return 2 * float(t.sf(abs(solution[2]) / error, len(x) - 3)), "bend"


def _against_repeats(x: Floats, y: Floats, weight: Floats, line: Line) -> float:
    from scipy.stats import f  # noqa: PLC0415 - slow import, for dilution series alone

    places, group = np.unique(x, return_inverse=True)
    means = np.bincount(group, weight * y) / np.bincount(group, weight)
    pure = float(np.sum(weight * (y - means[group]) ** 2))
    fitted = straight(x) @ line.coefficients
    lack = float(np.sum(weight * (means[group] - fitted) ** 2))
    n_pure, n_lack = len(x) - len(places), len(places) - 2
    if pure == 0:
        return math.nan
    return float(f.sf((lack / n_lack) / (pure / n_pure), n_lack, n_pure))
