"""Conditions against a control over independent experiments, as a randomised block design.

The model is ``y = condition + block`` on the log (or logit) scale; a block is an experiment or a
blot, so that what all its lanes share cancels. Differences to the control are tested together by
Dunnett's method (doi:10.1080/01621459.1955.10501294) with the correlation that the model
gives them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SEED = 20240229
"""The integral of Dunnett's method is a quasi-random sum: a fixed seed gives the same digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One independent value: a condition in one experiment, technical lanes averaged."""

    condition: Hashable
    block: Hashable
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A condition minus the control: `difference` on the model's scale, p and the test's name.

    `p` is NaN and `test` empty where the data cannot support a test.
    """

    condition: Hashable
    difference: float
    p: float = float("nan")
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Differences to the control (m,), their covariance (m, m) and the residual freedom."""

    differences: NDArray[Any]
    covariance: NDArray[Any]
    df: int


def compare_with_control(cells: Sequence[Cell], control: Hashable) -> tuple[Comparison, ...]:
    """Return every other condition against `control`, in the order of the cells.

    Conditions with fewer than two independent values get their difference within shared blocks
    but no test. Two conditions: paired t over blocks (two-sample t when nothing pairs them); more:
    Dunnett in the block model; where the blocks do not connect all conditions: paired t each, with
    Holm's correction.
    """
    others = [c for c in dict.fromkeys(cell.condition for cell in cells) if c != control]
    counts = {c: sum(cell.condition == c for cell in cells) for c in (control, *others)}
    tested = [c for c in others if counts[c] >= 2] if counts[control] >= 2 else []
    known: dict[Hashable, Comparison] = {}
    if tested:
        used = [cell for cell in cells if cell.condition in (control, *tested)]
        fit = _fit(used, control, tested)
        known = _jointly(fit, used, tested) if fit else _each(used, control, tested)
    return tuple(
        known.get(c) or Comparison(condition=c, difference=_mean_difference(cells, control, c))
        for c in others
    )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p values corrected by Holm's step-down method; NaN stays NaN and does not count.

    >>> holm((0.01, 0.04, 0.03))
    (0.03, 0.06, 0.06)
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if math.isfinite(p))
    corrected = [math.nan] * len(p_values)
    largest = 0.0
    for step, (p, i) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - step)))
        corrected[i] = largest
    return tuple(corrected)


def t_quantile(level: float, df: int) -> float:
    """Return the two-sided Student quantile, 12.7 for 0.95 and one degree of freedom."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow import

    return float(stdtrit(df, (1 + level) / 2))


def _fit(cells: Sequence[Cell], control: Hashable, others: Sequence[Hashable]) -> _Fit | None:
    """Fit the block model by least squares; None when it cannot tell the conditions apart."""
    blocks = list(dict.fromkeys(cell.block for cell in cells))
    x = np.zeros((len(cells), len(others) + len(blocks)))
    for row, cell in enumerate(cells):
        if cell.condition != control:
            x[row, others.index(cell.condition)] = 1.0
        x[row, len(others) + blocks.index(cell.block)] = 1.0
    y = np.array([cell.y for cell in cells])
    n_columns = x.shape[1]
    if np.linalg.matrix_rank(x) < n_columns:
        return None
    solution, *_ = np.linalg.lstsq(x, y, rcond=None)
    df = len(cells) - n_columns
    residual = y - x @ solution
    m = len(others)
    inverse = np.linalg.inv(x.T @ x)[:m, :m]
    scale = float(residual @ residual) / df if df > 0 else math.nan
    # What is left of exactly equal differences is rounding, and no measure of scatter.
    if scale <= (1e-12 * max(1.0, float(np.max(np.abs(y))))) ** 2:
        scale = math.nan
    return _Fit(differences=solution[:m], covariance=inverse * scale, df=df)


def _jointly(
    fit: _Fit, cells: Sequence[Cell], others: Sequence[Hashable]
) -> dict[Hashable, Comparison]:
    """Return the comparisons of one fitted model."""
    differences = [float(d) for d in fit.differences]
    if fit.df < 1 or not np.all(np.isfinite(fit.covariance)):
        p_values, test = [math.nan] * len(others), ""
    else:
        t = np.abs(fit.differences) / np.sqrt(np.diag(fit.covariance))
        n_blocks = len({cell.block for cell in cells})
        if len(others) == 1:
            p_values = [_t_p(float(t[0]), fit.df)]
            test = "paired t" if n_blocks > 1 else "two-sample t"
        else:
            p_values = _dunnett_p(t, fit)
            test = "Dunnett, block model" if n_blocks > 1 else "Dunnett"
    return {
        c: Comparison(condition=c, difference=d, p=p, test=test)
        for c, d, p in zip(others, differences, p_values, strict=True)
    }


def _each(
    cells: Sequence[Cell], control: Hashable, others: Sequence[Hashable]
) -> dict[Hashable, Comparison]:
    """Return a comparison of each condition with the control by itself, Holm-corrected."""
    single = []
    for c in others:
        shared = {x.block for x in cells if x.condition == c} & {
            x.block for x in cells if x.condition == control
        }
        pair = [x for x in cells if x.block in shared and x.condition in (c, control)]
        fit = _fit(pair, control, (c,)) if pair else None
        single.append(
            _jointly(fit, pair, (c,))[c] if fit else Comparison(condition=c, difference=math.nan)
        )
    corrected = holm([x.p for x in single])
    return {
        x.condition: Comparison(
            condition=x.condition,
            difference=x.difference,
            p=p,
            test=f"{x.test}, Holm" if x.test else "",
        )
        for x, p in zip(single, corrected, strict=True)
    }


def _mean_difference(cells: Sequence[Cell], control: Hashable, condition: Hashable) -> float:
    """Return the mean difference within the blocks that hold both; NaN where none does."""
    differences = []
    for block in dict.fromkeys(cell.block for cell in cells):
        own = [x.y for x in cells if x.block == block and x.condition == condition]
        base = [x.y for x in cells if x.block == block and x.condition == control]
        if own and base:
            differences.append(math.fsum(own) / len(own) - math.fsum(base) / len(base))
    return math.fsum(differences) / len(differences) if differences else math.nan


def _t_p(t: float, df: int) -> float:
    """Return the two-sided p value of Student's t."""
    from scipy.special import stdtr  # noqa: PLC0415 - slow import

    return float(2 * stdtr(df, -abs(t)))


def _dunnett_p(t: NDArray[Any], fit: _Fit) -> list[float]:
    """Return ``1 - P(max |T| <= t)`` for each of the jointly distributed t values."""
    sd = np.sqrt(np.diag(fit.covariance))
    correlation = fit.covariance / np.outer(sd, sd)
    loadings = _common_factor(correlation)
    p_values = []
    for value in t:
        if loadings is None:
            inside = _inside_general(float(value), correlation, fit.df)
        else:
            inside = _inside_common(float(value), loadings, fit.df)
        # Neither below the uncorrected p value nor above 1, whatever the integral's last digit.
        p_values.append(min(1.0, max(_t_p(float(value), fit.df), 1.0 - inside)))
    return p_values


def _common_factor(correlation: NDArray[Any]) -> NDArray[Any] | None:
    """Return l with ``correlation[i, j] = l[i] * l[j]``, None where there is no such l.

    It exists for one-way designs and for complete blocks, which are most experiments.
    """
    m = len(correlation)
    off = correlation - np.diag(np.diag(correlation))
    if np.any(off + np.eye(m) <= 0):
        return None
    logs = np.log(off + np.eye(m))
    # The rows' sums of ln l_i + ln l_j over j != i are m - 2 times ln l_i plus the sum of all.
    rows = logs.sum(axis=1)
    own = rows / 2 if m == 2 else (rows - rows.sum() / (2 * (m - 1))) / (m - 2)
    loadings = np.exp(own)
    product = np.outer(loadings, loadings)
    fits = np.allclose(product[~np.eye(m, dtype=bool)], off[~np.eye(m, dtype=bool)], atol=1e-9)
    return loadings if fits and np.all(loadings < 0.999) else None


def _inside_common(t: float, loadings: NDArray[Any], df: int) -> float:
    """Return P(max |T| <= t) by integrating over the common factor and the residual SD."""
    from scipy.special import gammaln, ndtr  # noqa: PLC0415 - slow import

    nodes, weights = np.polynomial.legendre.leggauss(96)
    z, z_weight = 8.5 * nodes, 8.5 * weights
    top = 1 + 9 / math.sqrt(df)
    s, s_weight = top * (nodes + 1) / 2, top * weights / 2
    normal = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    # Density of the residual SD in units of the true one: a scaled chi with df degrees.
    ln_s = (
        math.log(2)
        + df / 2 * math.log(df / 2)
        - float(gammaln(df / 2))
        + (df - 1) * np.log(s)
        - df * s**2 / 2
    )
    inside = np.ones((len(s), len(z)))
    for loading in loadings:
        rest = math.sqrt(1 - loading**2)
        centre = loading * z[None, :]
        reach = t * s[:, None]
        inside *= ndtr((centre + reach) / rest) - ndtr((centre - reach) / rest)
    return float((s_weight * np.exp(ln_s)) @ inside @ (z_weight * normal))


def _inside_general(t: float, correlation: NDArray[Any], df: int) -> float:
    """Return P(max |T| <= t) for any correlation; some ten milliseconds and a slow import."""
    from scipy.stats import multivariate_t  # noqa: PLC0415 - slow import

    limit = np.full(len(correlation), t)
    return float(
        multivariate_t.cdf(
            limit,
            shape=correlation,
            df=df,
            lower_limit=-limit,
            maxpts=5_000 * len(correlation),
            random_state=np.random.default_rng(_SEED),
        )
    )
