"""Which found thing is which true thing, and the figures that follow from counting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LANE_SHARE = 0.25  # of a lane's width: how far off a found centre may be
LEAST_BAND_PX = 6.0
BAND_SHARE = 0.6  # of a band's height: how far off a found apex may be
NEIGHBOUR_LEAST_PX = 4.0


def one_to_one(cost: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    """Pair rows with columns, cheapest pairs first; an infinite cost is never paired.

    `cost` is (true, found). Each row and column is used once at most. O(n log n) in its size.
    """
    pairs: list[tuple[int, int]] = []
    order = np.argsort(cost, axis=None, kind="stable")
    rows, columns = np.unravel_index(order, cost.shape)
    free_rows, free_columns = set(range(cost.shape[0])), set(range(cost.shape[1]))
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        if i in free_rows and j in free_columns and np.isfinite(cost[i, j]):
            pairs.append((i, j))
            free_rows.discard(i)
            free_columns.discard(j)
    return tuple(pairs)


def within(distance: NDArray[np.float64], limit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances (true, found), infinite where one exceeds the limit of its true row."""
    return np.where(distance <= limit[:, np.newaxis], distance, np.inf)


def tolerances(
    heights_px: Sequence[float],
    ys: Sequence[float],
    least_px: float = LEAST_BAND_PX,
    neighbour_least_px: float = NEIGHBOUR_LEAST_PX,
) -> NDArray[np.float64]:
    """Return how far off each band of a lane may be found: never nearer to its neighbour."""
    y = np.asarray(ys, dtype=np.float64)
    limit = np.maximum(least_px, BAND_SHARE * np.asarray(heights_px, dtype=np.float64))
    if y.size > 1:
        gaps = np.abs(y[:, np.newaxis] - y[np.newaxis, :])
        np.fill_diagonal(gaps, np.inf)
        limit = np.minimum(limit, np.maximum(gaps.min(axis=1) / 2, neighbour_least_px))
    return limit


def apart(true: Sequence[float], found: Sequence[float]) -> NDArray[np.float64]:
    """Return all distances, (true, found)."""
    a, b = np.asarray(true, dtype=np.float64), np.asarray(found, dtype=np.float64)
    return np.abs(a[:, np.newaxis] - b[np.newaxis, :])


def share(part: int, whole: int) -> float:
    """Return part / whole; NaN where there is no whole."""
    return part / whole if whole else float("nan")


def f1(hit: int, true: int, false: int) -> float:
    """Return the harmonic mean of precision and recall; NaN where nothing is true or found."""
    return share(2 * hit, true + hit + false)


def percentile(values: Sequence[float], rank: float) -> float:
    """Return a percentile with linear interpolation; NaN of nothing."""
    return float(np.percentile(np.asarray(values), rank)) if len(values) else float("nan")
