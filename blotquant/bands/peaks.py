"""Peaks of one lane's profile that stand out of the noise on both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.contrast import SCALES, Floats, LaneContrast

LEAST_STRIPS = 0.6  # share of a lane's strips that a peak must show in
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


def find_peaks(found: LaneContrast, least_snr: float) -> tuple[Peak, ...]:
    """Return peaks from the finest scale up; a coarser one only where no finer one lies."""
    peaks: list[Peak] = []
    top = np.maximum(found.contrast.max(axis=0), 1e-12)
    for k, scale in enumerate(found.scales_px):
        z, c = found.snr[k], found.contrast[k]
        # Finer scales try more places, so that they must be surer.
        threshold = least_snr * (1.4 if k < 2 else 1.0)
        high = _maxima(z)
        for i in high[(z[high] >= threshold) & (found.strips[k, high] >= LEAST_STRIPS)].tolist():
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
        out.append(p if p.scale_px <= limit else replace(p, scale_px=limit))
    return tuple(out)


def _best_scale(found: LaneContrast, i: int) -> float:
    return float(found.scales_px[int(found.snr[:, i].argmax())])


def _maxima(values: Floats) -> NDArray[np.int64]:
    inner = (values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])
    return np.flatnonzero(inner) + 1


def _vertex(values: Floats, i: int) -> float:
    """Return the apex of the parabola through three points about i."""
    a, b, c = (float(v) for v in values[i - 1 : i + 2])
    bend = a - 2 * b + c
    return float(i if bend >= 0 else i + min(max(0.5 * (a - c) / bend, -0.5), 0.5))
