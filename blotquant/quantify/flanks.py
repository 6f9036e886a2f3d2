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
from typing import NamedTuple

import numpy as np

from blotquant.quantify.flank_fit import Prior, fit_windows, learn
from blotquant.quantify.flank_model import Windows
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
    shape. About 2 ms for a band.
    """
    if not any(b.is_clipped for b in bands):
        return (None,) * len(bands)
    windows, learned = _known(bands)
    clipped = {
        k: w
        for k, (b, w) in enumerate(zip(bands, windows, strict=True))
        if w is not None and b.is_clipped
    }
    if not clipped:
        return (None,) * len(bands)
    lacking = _lacking(Windows.of(tuple(clipped.values())), learned)
    found = {k: _estimate(bands[k], x) for k, x in zip(clipped, lacking, strict=True)}
    return tuple(found.get(k) for k in range(len(bands)))


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
    told = [w for w in windows if w is not None]
    return windows, learn(fit_windows(Windows.of(told), first), first) if told else first


class _Lacking(NamedTuple):
    """By how much a shape exceeds what was seen, and its standard error, counts x px."""

    excess: float
    se: float


def _lacking(windows: Windows, prior: Prior) -> list[_Lacking]:
    """Return what the bands of one row lack."""
    fits = fit_windows(windows, prior)
    p, covariance = fits.parameters, fits.covariance
    excess, slopes = windows.excess(p), np.zeros_like(p)
    for i in range(p.shape[1]):
        step = np.zeros_like(p)
        step[:, i] = 0.5 * np.sqrt(covariance[:, i, i])
        slopes[:, i] = (windows.excess(p + step) - windows.excess(p - step)) / (2 * step[:, i])
    variance = np.maximum(np.einsum("wi,wij,wj->w", slopes, covariance, slopes), 0.0)
    se = np.sqrt(variance + (SHAPE_ERROR * excess) ** 2)
    return [_Lacking(*x) for x in zip(excess.tolist(), se.tolist(), strict=True)]


def _estimate(band: FlankBand, lacking: _Lacking) -> FlankEstimate:
    """Return the measured volume with the excess, and its interval on the log scale."""
    excess = lacking.excess
    total = band.volume + excess
    if excess <= 0:
        return FlankEstimate(volume=total, low=total, high=total + TRUST * band.volume_se)
    spread = TRUST * lacking.se / excess
    # Flanks that say nothing leave the peak without an upper bound.
    factor = math.exp(spread) if spread < LARGEST_EXPONENT else math.inf
    rim = TRUST * band.volume_se
    return FlankEstimate(
        volume=total,
        low=max(band.volume, total - math.hypot(excess * (1 - 1 / factor), rim)),
        high=total + math.hypot(excess * (factor - 1), rim),
    )
