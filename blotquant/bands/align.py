"""How far each lane must be shifted so that the same band lies at the same height everywhere.

Rotation and smile bend all rows of a membrane alike: the shift is a parabola across the membrane,
found by letting the peaks of neighbouring lanes meet, plus a small remainder for each lane.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.peaks import Peak

MAX_SLOPE = 0.21  # of a row against the horizontal, about 12 degrees
FAR = 6.0  # kernel widths from which a pair counts for nothing
MAX_SAG = 0.12  # of the parabola, as a share of the membrane's width


def lane_shifts(
    peaks: Sequence[Sequence[Peak]],
    centre_x: Sequence[float],
    expected_slope: float = 0.0,
) -> NDArray[np.float64]:
    """Return for each lane the px to subtract from its positions.

    Parameters
    ----------
    peaks
        Of each lane, left to right.
    centre_x
        Of each lane, px.
    expected_slope
        dy/dx of rows that run square to the lanes.
    """
    n = len(centre_x)
    x = np.asarray(centre_x, dtype=float)
    if n < 2:
        return np.zeros(n)
    middle, half = (x[0] + x[-1]) / 2, max((x[-1] - x[0]) / 2, 1.0)
    u = (x - middle) / half
    y, w, lane, thick = _flatten(peaks)
    if len(y) < 2:
        return np.asarray(expected_slope * half * u)
    i, j = np.triu_indices(len(y), 1)
    distance = lane[j] - lane[i]
    near = (distance >= 1) & (distance <= 2)
    i, j = i[near], j[near]
    if i.size == 0:
        return np.asarray(expected_slope * half * u)
    dy = y[j] - y[i]
    du, dv = u[lane[j]] - u[lane[i]], u[lane[j]] ** 2 - u[lane[i]] ** 2
    weight = np.minimum(w[i], w[j])
    width = float(np.median(thick))
    slope, sag = expected_slope * half, 0.0
    slope_span, sag_span = MAX_SLOPE * half, (MAX_SAG * 2 * half if n >= 3 else 0.0)
    for step in range(4):
        kernel = max(width, 4 * width / 2**step)
        slopes = np.clip(slope + np.linspace(-1, 1, 25) * slope_span, *_limits(half))
        sags = sag + np.linspace(-1, 1, 17 if sag_span else 1) * sag_span
        # Pairs that no bend in reach brings together would only cost time.
        bends = slopes[[0, 0, -1, -1], None] * du + sags[[0, -1, 0, -1], None] * dv
        met = (dy > bends.min(axis=0) - FAR * kernel) & (dy < bends.max(axis=0) + FAR * kernel)
        grid = (slopes[:, None, None] * du[met] + sags[None, :, None] * dv[met] - dy[met]) / kernel
        # Single precision tells the best of a grid as well, in a third of the time.
        score = np.exp(-0.5 * grid.astype(np.float32) ** 2) @ weight[met]
        # Among equals the flatter and the squarer wins.
        score *= np.exp(
            -0.02
            * (
                ((slopes[:, None] - expected_slope * half) / (0.05 * half)) ** 2
                + (sags[None] / (0.05 * half)) ** 2
            )
        )
        a, b = np.unravel_index(int(score.argmax()), score.shape)
        slope, sag = float(slopes[a]), float(sags[b])
        slope_span, sag_span = slope_span / 5, sag_span / 5
    shift = slope * u + sag * u**2
    shift = shift + _remainders(peaks, shift, width)
    return np.asarray(shift - shift.mean())


def _limits(half: float) -> tuple[float, float]:
    return -1.6 * MAX_SLOPE * half, 1.6 * MAX_SLOPE * half


def _flatten(
    peaks: Sequence[Sequence[Peak]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The eight strongest peaks of each lane: heights, weights, lane numbers, thickness."""
    y, w, lane, thick = [], [], [], []
    for k, mine in enumerate(peaks):
        for p in sorted(mine, key=lambda p: -p.snr)[:8]:
            y.append(p.position_px)
            w.append(np.log1p(p.snr / 3))
            lane.append(k)
            thick.append(p.scale_px)
    return np.array(y), np.array(w), np.array(lane, dtype=int), np.array(thick)


def _remainders(
    peaks: Sequence[Sequence[Peak]], shift: NDArray[np.float64], width: float
) -> NDArray[np.float64]:
    """Each lane's own small rest: the mean distance of its peaks from those of its neighbours."""
    rest = np.zeros(len(shift))
    places = [np.array([p.position_px for p in mine]) for mine in peaks]
    weights = [np.log1p(np.array([p.snr for p in mine]) / 3) for mine in peaks]
    for _ in range(2):
        straight = [y - s for y, s in zip(places, shift + rest, strict=True)]
        update = np.zeros_like(rest)
        for k, mine in enumerate(straight):
            beside = [m for m in range(max(0, k - 3), min(len(peaks), k + 4)) if m != k]
            there = np.concatenate([straight[m] for m in beside]) if beside else mine[:0]
            if not there.size or not mine.size:
                continue
            d = mine[:, None] - there
            near = np.exp(-0.5 * (d / (1.2 * width)) ** 2)
            met = near * np.concatenate([weights[m] for m in beside])
            # A peak speaks for its lane as far as it is sure and meets another one.
            own = weights[k] * near.max(axis=1)
            value = own @ ((met * d).sum(axis=1) / np.maximum(met.sum(axis=1), 1e-12))
            update[k] = value / (own.sum() + 2.0)
        rest = rest + 0.7 * update
    return rest
