"""What a clipped band would have shown: its peak from the flanks that the detector still saw.

::

         ____         ....     the shape, fitted to everything that is not clipped
        _|    |_     _|    |_   measured: it stays as it is

Only what is missing is modelled: the estimate is the measured volume plus the shape's excess over
it at the clipped places. Places across the lane clip at different heights, so strips of the lane
are fitted together: one width, tail and bent apex line, free heights. The row's other lanes teach
width and tail beforehand (empirical Bayes), the more so the more of the band is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blotquant.quantify.flank_fit import Fit, Prior, fit_window, learn
from blotquant.quantify.flank_window import FlankBand, Window

LARGEST_EXPONENT = 700.0  # of a floating-point number
SHAPE_ERROR = 0.2  # relative error of what is missing from the shape's family alone
TRUST = 1.96  # the offered interval is a 95 % one


@dataclass(frozen=True, slots=True, kw_only=True)
class FlankEstimate:
    """The volume that a clipped band would have without its limit, counts x px.

    `low` and `high` span a 95 % interval; `low` is never below the measured volume.
    """

    volume: float
    low: float
    high: float


def estimate_row(bands: Sequence[FlankBand]) -> tuple[FlankEstimate | None, ...]:
    """Return the estimates of one row's bands over its lanes, None where nothing is clipped.

    None too where nothing of the flanks is left. Bands without a clipped place only teach the
    shape. About 20 ms for a band.
    """
    if not any(b.is_clipped for b in bands):
        return (None,) * len(bands)
    windows, learned = _known(bands)
    out: list[FlankEstimate | None] = []
    for band, window in zip(bands, windows, strict=True):
        if window is None or not band.is_clipped:
            out.append(None)
        else:
            out.append(_estimate(band, window, fit_window(window, learned)))
    return tuple(out)


def shape_of_row(bands: Sequence[FlankBand]) -> tuple[float, float] | None:
    """Return sigma and tail (px) of a row in which bands are clipped, from what is not clipped.

    None where nothing is clipped, or nothing can be told.
    """
    if not any(b.is_clipped for b in bands):
        return None
    windows, learned = _known(bands)
    if all(w is None for w in windows):
        return None
    sigma = math.exp(learned.ln_sigma.value)
    return sigma, learned.tail.value * sigma


def _known(bands: Sequence[FlankBand]) -> tuple[list[Window | None], Prior]:
    """Return the bands' windows, None for those too lost, and what they teach of the row."""
    windows = [Window.of(b) for b in bands]
    width = float(np.median([b.band.stop_px - b.band.start_px for b in bands]))
    first = Prior.before(width)
    fits = [fit_window(w, first) for w in windows if w is not None]
    return windows, learn(fits, first)


def _estimate(band: FlankBand, window: Window, fit: Fit) -> FlankEstimate:
    """Return the measured volume with the excess, and its interval on the log scale."""
    excess = window.excess(fit.parameters)
    slope = np.zeros(fit.parameters.size)
    for i in range(slope.size):
        step = 0.5 * math.sqrt(fit.covariance[i, i])
        up, down = fit.parameters.copy(), fit.parameters.copy()
        up[i] += step
        down[i] -= step
        slope[i] = (window.excess(up) - window.excess(down)) / (2 * step)
    se = math.sqrt(max(float(slope @ fit.covariance @ slope), 0.0) + (SHAPE_ERROR * excess) ** 2)
    total = band.volume + excess
    if excess <= 0:
        return FlankEstimate(volume=total, low=total, high=total + TRUST * band.volume_se)
    spread = TRUST * se / excess
    # Flanks that say nothing leave the peak without an upper bound.
    factor = math.exp(spread) if spread < LARGEST_EXPONENT else math.inf
    rim = TRUST * band.volume_se
    return FlankEstimate(
        volume=total,
        low=max(band.volume, total - math.hypot(excess * (1 - 1 / factor), rim)),
        high=total + math.hypot(excess * (factor - 1), rim),
    )
