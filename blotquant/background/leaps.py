"""Where a lane's level leaps: scratches, dust, and the rim of the blot with what lies beyond it.

::

             |      speck
       ______|__________
      |                 |
    __|                 |__
    beyond    on the blot

No smooth curve follows a leap. Left in, a few of them make the level seem to wander everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blotquant.image.order import median, quantile

LEAP = 8.0  # robust standard deviations of changes over the same distance
RIM_SHARE = 0.05  # of a lane, at either end: further inside a leap is no rim
LEAST_LAGS = 4  # a shorter lane is all ends

Floats = NDArray[np.float64]


def leaps(signal: Floats, free: NDArray[np.bool_], lag: int) -> NDArray[np.bool_]:
    """Mark the places of a lane over which its level leaps.

    Parameters
    ----------
    signal, free
        (positions,): the profile, counts, and which places belong to no band.
    lag
        Positions within which a level does not change by much; a leap may be as wide.

    Nothing is marked where leaps would take more than half of the free places. O(n).
    """
    marked = np.zeros(signal.size, dtype=bool)
    if signal.size < LEAST_LAGS * lag:
        return marked
    change = signal[lag:] - signal[:-lag]
    both = free[lag:] & free[:-lag]
    if np.count_nonzero(both) < LEAST_LAGS * lag:
        return marked
    steep = both & (np.abs(change) > LEAP * _spread(change[both]))
    for first, stop in _runs(steep):
        marked[first : stop + lag] = True
    too_many = 2 * np.count_nonzero(free & ~marked) < np.count_nonzero(free)
    return np.zeros_like(marked) if too_many else marked


def on_the_blot(profile: Floats, lag: int) -> tuple[int, int]:
    """Return from which position to before which a lane lies within the rim of its blot.

    A rim is a leap near a lane's end, from a place that is darker than most of the lane: the flank
    of a band that a crop has cut is none. O(n).
    """
    n = profile.size
    if n < LEAST_LAGS * lag:
        return 0, n
    steep = LEAP * _spread(profile[lag:] - profile[:-lag])

    def rim(side: Floats) -> int:
        zone = side[: max(2 * lag, int(RIM_SHARE * n)) + lag]
        rises = np.flatnonzero(zone[lag:] - zone[:-lag] > steep)
        if not rises.size:
            return 0
        inside = int(rises[-1]) + lag
        return inside if (side[0] + side[inside]) / 2 < quantile(profile, 0.25) else 0

    return rim(profile), n - rim(profile[::-1])


def _runs(steep: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where runs of true places start, and before where they stop."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steep, [False]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _spread(change: Floats) -> float:
    return max(1.4826 * median(np.abs(change - median(change))), 1e-9)
