"""Peaks of one lane's profile that stand out of the noise on both sides.

Noise is judged sideways: a lane is cut into five strips, and what differs between neighbouring
strips is noise, whereas bands run across all of them. That works in a tight crop too, where the
scatter along the lane is nothing but bands.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from blotquant.lanes.profile import StraightLane

STRIPS = 5
SCALES = (1.2, 1.8, 2.7, 4.0, 6.0, 9.0, 13.5)
REACH = 2.4
EVEN = 0.35  # share of the lane's contrast that its middle strip must have
LEAST_RELATIVE = 0.02  # a peak on a strong band must rise by this share of the band


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """A place that stands out: position along the lane, signal-to-noise ratio, scale (px).

    `strips` is the share of the lane's strips in which it shows.
    """

    position_px: float
    snr: float
    scale_px: float
    contrast: float
    strips: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneContrast:
    """Contrast of one lane at every scale: all arrays are (scales, positions).

    `snr` and `contrast` are two-sided: centre minus the larger of both sides. `bend_snr` is how
    sharply the profile bends downwards, in units of its noise: it also shows the weak partner of a
    doublet, which has no valley of its own. `strips` is the share of strips that show the contrast,
    `bend_strips` the same for the bend.
    """

    scales_px: tuple[float, ...]
    snr: NDArray[np.float64]
    contrast: NDArray[np.float64]
    strips: NDArray[np.float64]
    bend_snr: NDArray[np.float64]
    bend_strips: NDArray[np.float64]

    @property
    def best_snr(self) -> NDArray[np.float64]:
        """The best ratio over the scales at each position."""
        return np.asarray(self.snr.max(axis=0))


def lane_contrast(straight: StraightLane, unit_px: float = 1.0) -> LaneContrast:
    """Return two-sided contrast against sideways noise for scales from 1.2 to 13.5 units."""
    count, across = straight.signal.shape
    n_strips = min(STRIPS, across)
    edges = np.linspace(0, across, n_strips + 1).round().astype(int)
    strips = np.stack(
        [
            straight.signal[:, a:b].mean(axis=1, dtype=np.float64)
            for a, b in itertools.pairwise(edges)
        ]
    )
    # Large pictures hold no finer bands: contrast is taken on means of whole units.
    step = max(1, int(unit_px))
    whole = count // step * step
    strips = strips[:, :whole].reshape(n_strips, -1, step).mean(axis=2)
    scales: list[float] = []
    snr: list[NDArray[np.float64]] = []
    contrast: list[NDArray[np.float64]] = []
    shows: list[NDArray[np.float64]] = []
    bends: list[NDArray[np.float64]] = []
    bend_shows: list[NDArray[np.float64]] = []
    for scale in SCALES:
        s = scale * unit_px / step
        if whole < 4 * s * step and scales:
            break
        each = _two_sided(strips, s)
        mean = _two_sided(strips.mean(axis=0, keepdims=True), s)[0]
        noise_strip, noise = _noise(each, n_strips)
        scales.append(s * step)
        contrast.append(mean)
        snr.append(mean / noise)
        # A speck is strong in one strip; a band is about as strong in the middle one of all.
        even = np.median(each, axis=0) > EVEN * mean
        shows.append((each > noise_strip).mean(axis=0) * even)
        bend = _bend(strips, s)
        noise_strip, noise = _noise(bend, n_strips)
        bends.append(bend.mean(axis=0) / noise)
        bend_shows.append((bend > noise_strip).mean(axis=0))
    return LaneContrast(
        scales_px=tuple(scales),
        snr=_spread(snr, step, count),
        contrast=_spread(contrast, step, count),
        strips=_spread(shows, step, count),
        bend_snr=_spread(bends, step, count),
        bend_strips=_spread(bend_shows, step, count),
    )


def _spread(rows: list[NDArray[np.float64]], step: int, count: int) -> NDArray[np.float64]:
    """Return values of whole units at every position, straight in between."""
    table = np.array(rows)
    if step == 1:
        return table
    centres = (np.arange(table.shape[1]) + 0.5) * step - 0.5
    position = np.arange(count)
    return np.array([np.interp(position, centres, row) for row in table])


def _bend(profiles: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Downward curvature: minus the second derivative of the smoothed profile."""
    return -1.0 * np.asarray(
        gaussian_filter1d(profiles, 0.75 * scale, axis=1, order=2, mode="nearest")
    )


def _two_sided(profiles: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    smooth = gaussian_filter1d(profiles, 0.75 * scale, axis=1, mode="nearest")
    reach = max(2, round(REACH * scale))
    n = profiles.shape[1]
    index = np.arange(n)
    above = smooth[:, np.maximum(index - reach, 0)]
    below = smooth[:, np.minimum(index + reach, n - 1)]
    return np.asarray(smooth - np.maximum(above, below))


def _noise(each: NDArray[np.float64], n_strips: int) -> tuple[float, float]:
    """Return the noise of one strip's contrast and of the lane's."""
    if n_strips < 3:
        d = np.diff(each[0])
        strip = 1.4826 * float(np.median(np.abs(d - np.median(d)))) if d.size else 1.0
        strip = max(strip, 1e-6)
        return strip, strip / np.sqrt(n_strips)
    # Second differences across strips: a lean or a cup of the band cancels, noise stays.
    second = each[:-2] - 2 * each[1:-1] + each[2:]
    strip = 1.4826 * float(np.median(np.abs(second))) / np.sqrt(6)
    strip = max(strip, 1e-3 * float(np.abs(each).max()), 1e-6)
    return strip, strip / np.sqrt(n_strips)


def find_peaks(found: LaneContrast, least_snr: float) -> tuple[Peak, ...]:
    """Return peaks from the finest scale up; a coarser one only where no finer one lies."""
    peaks: list[Peak] = []
    top = np.maximum(found.contrast.max(axis=0), 1e-12)
    for k, scale in enumerate(found.scales_px):
        z, c = found.snr[k], found.contrast[k]
        # Finer scales try more places, so that they must be surer.
        threshold = least_snr * (1.4 if k < 2 else 1.0)
        for i in _maxima(z):
            if z[i] < threshold or found.strips[k, i] < 0.6:
                continue
            near = slice(max(0, i - round(3 * scale)), i + round(3 * scale) + 1)
            if c[i] < LEAST_RELATIVE * top[near].max():
                continue
            if any(abs(p.position_px - i) < 1.6 * scale for p in peaks):
                continue
            peaks.append(
                Peak(
                    position_px=_vertex(c, i),
                    snr=float(found.snr[:, i].max()),
                    scale_px=_best_scale(found, i),
                    contrast=float(found.contrast[:, i].max()),
                    strips=float(found.strips[k, i]),
                )
            )
    return _own_scales(sorted(peaks, key=lambda p: p.position_px))


def _own_scales(peaks: list[Peak]) -> tuple[Peak, ...]:
    """Hold each scale below half the way to the next peak: a doublet looks like one broad band."""
    out = []
    for i, p in enumerate(peaks):
        gaps = [
            abs(q.position_px - p.position_px) for q in peaks[max(0, i - 1) : i + 2] if q is not p
        ]
        limit = max(0.5 * min(gaps), SCALES[0]) if gaps else p.scale_px
        out.append(replace(p, scale_px=min(p.scale_px, limit)))
    return tuple(out)


def _best_scale(found: LaneContrast, i: int) -> float:
    return float(found.scales_px[int(found.snr[:, i].argmax())])


def _maxima(values: NDArray[np.float64]) -> NDArray[np.int64]:
    inner = (values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])
    return np.flatnonzero(inner) + 1


def _vertex(values: NDArray[np.float64], i: int) -> float:
    """Return the apex of the parabola through three points about i."""
    a, b, c = values[i - 1], values[i], values[i + 1]
    bend = a - 2 * b + c
    return float(i if bend >= 0 else i + np.clip(0.5 * (a - c) / bend, -0.5, 0.5))
