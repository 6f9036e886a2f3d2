"""The exponentially modified Gaussian: a Gaussian with an exponential tail on one side."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import erfcx

Sizes = float | NDArray[np.float64]

LONGEST_TAIL = 1.5  # in units of sigma
PIECE, PIECES = LONGEST_TAIL / 60, 120  # of the curve of apexes: up to twice the longest tail
SHORTEST_TAIL = 1e-3  # in units of sigma: a shorter one is none


def _emg(t: NDArray[np.float64], sigma: Sizes, tau: Sizes) -> NDArray[np.float64]:
    """Unit-area exponentially modified Gaussian with its tail towards +t."""
    tau = np.maximum(tau, SHORTEST_TAIL * np.asarray(sigma))
    z = (sigma / tau - t / sigma) / np.sqrt(2)
    # Two forms of the same function: the first overflows far out on the tail, the second before.
    near = np.exp(-0.5 * (t / sigma) ** 2) * erfcx(np.maximum(z, -5.0)) / (2 * tau)
    if (z > -5).all():
        return np.asarray(near)
    far = np.exp(np.minimum(0.5 * (sigma / tau) ** 2 - t / tau, 0.0)) / tau
    return np.where(z > -5, near, far)


@cache
def _mode_pieces() -> NDArray[np.float64]:
    """Return the cubic pieces of the curve that `_mode` follows, (4, pieces), from 0 on.

    It goes smoothly through places found between those of a grid, by a parabola through the highest
    three: in whole steps the apex would jump, and fits with it.
    """
    ratios = PIECE * np.arange(PIECES + 1)
    step = 0.02
    t = np.arange(-1.0, 126.0) * step
    modes = []
    for ratio in ratios:
        height = _emg(t, 1.0, float(ratio))
        k = int(height[1:-1].argmax()) + 1
        below, top, above = height[k - 1 : k + 2]
        modes.append(t[k] + step * (below - above) / (2 * (below - 2 * top + above)))
    return np.asarray(CubicSpline(ratios, np.array(modes)).c)


def _mode(ratio: Sizes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the apex of `_emg` lies, in sigma, over the tail-to-sigma ratio, and its slope.

    Beyond `PIECES` pieces it stays where it is.
    """
    k = np.minimum(np.asarray(ratio) / PIECE, PIECES - 1).astype(np.intp)
    a, b, c, d = _mode_pieces()[:, k]
    x = np.minimum(ratio, PIECES * PIECE) - PIECE * k
    slope = np.where(np.asarray(ratio) < PIECES * PIECE, (3 * a * x + 2 * b) * x + c, 0.0)
    return ((a * x + b) * x + c) * x + d, slope


def emg_density(distance: NDArray[np.float64], sigma: Sizes, tail: Sizes) -> NDArray[np.float64]:
    """Return the density at distances below the apex; sizes are single or as many as rows.

    `tail` is the tail's decay length, positive for a tail towards negative distances.
    """
    tau = np.abs(tail)
    mode, _ = _mode(tau / sigma)
    apex = sigma * mode  # of `_emg`
    t = np.where(np.asarray(tail) >= 0, -distance, distance)
    return _emg(t + apex, sigma, tau)


class EmgSlopes(NamedTuple):
    """A density and how it changes with each of its arguments; all of one shape."""

    density: NDArray[np.float64]
    by_distance: NDArray[np.float64]
    by_sigma: NDArray[np.float64]
    by_tail: NDArray[np.float64]


def emg_slopes(distance: NDArray[np.float64], sigma: Sizes, tail: Sizes) -> EmgSlopes:
    """Return `emg_density` with its derivatives, which follow from it and from a Gaussian.

    The tail spreads a Gaussian ``g``: ``tau f' = g - f``; and ``df/dsigma = sigma f''``.
    """
    sigma, tail = np.asarray(sigma), np.asarray(tail)
    tau = np.abs(tail)
    ratio = tau / sigma
    mode, mode_by_ratio = _mode(ratio)
    sign = np.where(tail >= 0, 1.0, -1.0)
    t = sigma * mode - sign * distance
    f = _emg(t, sigma, tau)
    short = tau < SHORTEST_TAIL * sigma
    tau = np.maximum(tau, SHORTEST_TAIL * sigma)
    g = np.exp(-0.5 * (t / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    by_t = (g - f) / tau
    by_own_sigma = -sigma / tau * (t / sigma**2 * g + by_t)
    by_tau = (sigma**2 / tau**2 * (g - f) + (t / tau - 1) * f) / tau
    by_tau = np.where(short, 0.0, by_tau)
    return EmgSlopes(
        density=f,
        by_distance=-sign * by_t,
        by_sigma=by_own_sigma + by_t * (mode - ratio * mode_by_ratio),
        by_tail=sign * (by_tau + by_t * mode_by_ratio),
    )
