"""Least squares for several small problems side by side: few parameters each, within bounds.

Marquardt's method (1963, doi 10.1137/0111030) on the normal equations: a model says for all
problems at once what its sums of squares are and where they fall, so that the work is done in a few
large arrays whatever the number of problems.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Which = NDArray[np.intp]

LEAST_DAMPING = 1e-3  # and the first: steps that are right come as close, and others recover
LESS, MORE = 0.1, 5.0  # damping after a step that helped, and after one that did not
LONGEST_STEP = 1.0  # of the scale: further away the slope says little
MOST_DAMPING = 1e9  # no step helps any more


class Slope(NamedTuple):
    """Half the sum of squares of each problem, its gradient, and its normal matrix J'J.

    Shapes are (problems,), (problems, parameters) and (problems, parameters, parameters).
    """

    cost: Floats
    gradient: Floats
    normal: Floats


def descend(
    slope: Callable[[Floats, Which], Slope],
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    scale: Floats | float = 1.0,
    most_steps: int = 30,
    step_enough: float = 1e-4,
    gain_enough: float = 1e-6,
) -> Floats:
    """Return the parameters (problems, parameters) at which the sums of squares are least.

    Parameters
    ----------
    slope
        Of some of the problems at once: called with their parameters and their indices.
    start, low, high
        (problems, parameters); parameters stay within `low` and `high`.
    scale
        How far a parameter may go in one step.
    step_enough, gain_enough
        A problem ends with a step that is smaller (in scales), or with a smaller gain relative to
        its sum of squares.
    """
    p = np.clip(start, low, high)
    scale = np.broadcast_to(scale, p.shape)
    now = slope(p, np.arange(len(p)))
    damping = np.full(len(p), LEAST_DAMPING)
    left = np.arange(len(p))  # those that are not done
    for _ in range(most_steps):
        here, unit = p[left], scale[left]
        own = Slope(now.cost[left], now.gradient[left], now.normal[left])
        step = _step(here, own, damping[left], low[left], high[left])
        step /= np.maximum(np.abs(step / unit).max(axis=1, keepdims=True) / LONGEST_STEP, 1.0)
        trial = np.clip(here + step, low[left], high[left])
        then = slope(trial, left)
        gain = own.cost - then.cost
        better = gain >= 0
        small = np.abs((trial - here) / unit).max(axis=1) < step_enough
        done = better & (small | (gain < gain_enough * own.cost))
        moved = left[better]
        p[moved] = trial[better]
        for kept, new in zip(now, then, strict=True):
            kept[moved] = new[better]
        damping[left] = np.maximum(damping[left] * np.where(better, LESS, MORE), LEAST_DAMPING)
        left = left[~done & (damping[left] <= MOST_DAMPING)]
        if not left.size:
            break
    return p


def _step(p: Floats, now: Slope, damping: Floats, low: Floats, high: Floats) -> Floats:
    """Return the damped step; a parameter at a bound that it would cross stays out of it."""
    k = np.arange(p.shape[1])
    held = ((p <= low) & (now.gradient > 0)) | ((p >= high) & (now.gradient < 0))
    matrix = np.where(held[:, :, None] | held[:, None, :], 0.0, now.normal)
    own = np.maximum(now.normal[:, k, k], 1e-300)
    matrix[:, k, k] = own * (1 + damping[:, None])
    right = np.where(held, 0.0, -now.gradient)
    return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0])
