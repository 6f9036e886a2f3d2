"""From where to where a band reaches along its lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.peaks import Peak
from blotquant.flags import Flag
from blotquant.model.band import Band


def reaches(
    peaks: Mapping[int, Peak], scale_px: float, profiles: Sequence[NDArray[np.float64]]
) -> tuple[float, float]:
    """Return how far the row's bands reach above and below their apex.

    The flanks of a strong band rise above the noise further out than those of a weak one, and all
    lanes of a row must be cut alike to be comparable: the row's strongest lane decides. A Gaussian
    has fallen to 1 % at 2.6 half widths and to 0.02 % at 3.5.
    """
    up, down = _half_widths(peaks, scale_px, profiles)
    strongest = max(p.snr for p in peaks.values())
    reach = float(np.clip(0.9 + 0.45 * np.log(strongest), 2.0, 3.8))
    return reach * up, reach * down


def _half_widths(
    peaks: Mapping[int, Peak], scale_px: float, profiles: Sequence[NDArray[np.float64]]
) -> tuple[float, float]:
    """Return the half widths at half height above and below the apex, from the sure lanes."""
    ups, downs, weights = [], [], []
    for k, p in peaks.items():
        profile = profiles[k]
        i = min(max(round(p.position_px), 1), profile.size - 2)
        reach = max(4, round(5 * p.scale_px))
        above, below = profile[max(0, i - reach) : i + 1][::-1], profile[i : i + reach + 1]
        base = min(above.min(), below.min())
        up, down = _fall(above, base), _fall(below, base)
        if up is None and down is None:
            continue
        ups.append(up if up is not None else down)
        downs.append(down if down is not None else up)
        weights.append(np.log1p(p.snr / 5))
    if not ups:
        return 1.2 * scale_px, 1.2 * scale_px
    return (
        max(1.0, weighted_median(ups, weights)),
        max(1.0, weighted_median(downs, weights)),
    )


def _fall(side: NDArray[np.float64], base: float) -> float | None:
    """Return the distance at which a flank has fallen half way to its lowest place.

    None where that place is not half way down to `base`: a shallow valley before a neighbour is no
    end of a band.
    """
    if side.size < 3 or side.min() > (side[0] + base) / 2:
        return None
    half = (side[0] + side.min()) / 2
    below = np.flatnonzero(side < half)
    if below.size == 0:
        return None
    i = int(below[0])
    if i == 0:
        return None
    return float(i - 1 + (side[i - 1] - half) / max(side[i - 1] - side[i], 1e-12))


def weighted_median(values: Sequence[float | None], weights: Sequence[float]) -> float:
    """Return the value at which half of the weight is reached."""
    v = np.array(values, dtype=float)
    w = np.array(weights, dtype=float)
    order = np.argsort(v)
    cumulated = np.cumsum(w[order]) - w[order] / 2
    return float(np.interp(w.sum() / 2, cumulated, v[order]))


def parted(bands: list[Band], profile: NDArray[np.float64]) -> list[Band]:
    """Let neighbours that overlap share the valley between them."""
    out = list(bands)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        if a.stop_px <= b.start_px or b.apex_px <= a.apex_px:
            continue
        lo, hi = round(a.apex_px), round(b.apex_px)
        between = profile[lo : hi + 1]
        k = int(between.argmin()) if between.size else 0
        valley = float(lo + k)
        inside = 0 < k < between.size - 1
        if not (inside and a.found and b.found):
            valley = (a.apex_px + b.apex_px) / 2
        flag = Flag.NONE
        if a.found and b.found and between.size:
            lower = min(between[0], between[-1])
            if not inside or between[k] > 0.98 * lower:
                flag = Flag.UNRESOLVED
        out[i] = replace(a, stop_px=max(valley, a.start_px + 0.5), flags=a.flags | flag)
        out[i + 1] = replace(b, start_px=min(valley, b.stop_px - 0.5), flags=b.flags | flag)
    return out
