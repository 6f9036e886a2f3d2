"""The exponentially modified Gaussian: a Gaussian with an exponential tail on one side."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx

Sizes = float | NDArray[np.float64]

LONGEST_TAIL = 1.5  # in units of sigma


def _emg(t: NDArray[np.float64], sigma: Sizes, tau: Sizes) -> NDArray[np.float64]:
    """Unit-area exponentially modified Gaussian with its tail towards +t."""
    tau = np.maximum(tau, 1e-3 * np.asarray(sigma))
    z = (sigma / tau - t / sigma) / np.sqrt(2)
    # Two forms of the same function: the first overflows far out on the tail, the second before.
    near = np.exp(-0.5 * (t / sigma) ** 2) * erfcx(np.maximum(z, -5.0)) / (2 * tau)
    if (z > -5).all():
        return np.asarray(near)
    far = np.exp(np.minimum(0.5 * (sigma / tau) ** 2 - t / tau, 0.0)) / tau
    return np.where(z > -5, near, far)


@cache
def _mode_table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return tail-to-sigma ratios and where the apex of `_emg` lies for each, in sigma."""
    ratios = np.linspace(0.0, 2 * LONGEST_TAIL, 121)
    t = np.linspace(0.0, 2.5, 501)
    return ratios, np.array([t[int(_emg(t, 1.0, r).argmax())] for r in ratios])


def emg_density(distance: NDArray[np.float64], sigma: Sizes, tail: Sizes) -> NDArray[np.float64]:
    """Return the density at distances below the apex; sizes are single or as many as rows.

    `tail` is the tail's decay length, positive for a tail towards negative distances.
    """
    tau = np.abs(tail)
    apex = sigma * np.interp(tau / sigma, *_mode_table())  # of `_emg`
    t = np.where(np.asarray(tail) >= 0, -distance, distance)
    return _emg(t + apex, sigma, tau)
