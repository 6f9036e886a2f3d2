"""Two-sided contrast: how far a place stands out from what lies above *and* below it.

A step, a gradient or the flank of a smear has one side as high as its centre, so subtracting the
larger of the two sides leaves nothing of it; a band stands out from both. The same measure on the
inverted picture finds dark bands, so its two signs also tell the polarity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

WORK_SIZE_PX = 1100  # longest side of the working copy; smaller ones lose faint bands
SCALES_PX = (1.4, 2.1, 3.2, 4.8, 7.2, 10.8, 16.2)
SMOOTHING_ACROSS = 0.0023  # of the picture's width: far less than a lane, or gaps would close
MAX_NOISE_SAMPLES = 60_000
MIN_CURVE_SAMPLES = 800  # fewer are too little for a curve
REACH = 2.4  # how far up and down the sides lie, in units of the scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkCopy:
    """A photograph area-averaged to a working size, with the way back to file pixels.

    `pixels` is float32 (rows, columns); `scale` is file pixels per working pixel (>= 1); `live`
    marks pixels that carry information (not black or white padding).
    """

    pixels: FloatArray
    scale: float
    live: NDArray[np.bool_]

    def to_file(self, value: Any) -> Any:
        """Return file coordinates of working coordinates (pixel centres are integers in both)."""
        return (np.asarray(value, dtype=float) + 0.5) * self.scale - 0.5

    def from_file(self, value: Any) -> Any:
        """Return working coordinates of file coordinates."""
        return (np.asarray(value, dtype=float) + 0.5) / self.scale - 0.5


def work_copy(pixels: NDArray[Any], size_px: int = WORK_SIZE_PX) -> WorkCopy:
    """Average the picture down so that its longest side is at most `size_px`.

    Costs one pass over the picture (about 10 ms at 12 MP).
    """
    scale = max(1.0, max(pixels.shape) / size_px)
    if scale > 1.0:
        shape = (max(1, round(pixels.shape[1] / scale)), max(1, round(pixels.shape[0] / scale)))
        small = cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA).astype(np.float32)
    else:
        small = pixels.astype(np.float32)
    return WorkCopy(pixels=small, scale=scale, live=_live(small))


def _live(pixels: FloatArray) -> NDArray[np.bool_]:
    """Mark everything but large constant areas at the lowest and the highest value."""
    live = np.ones(pixels.shape, dtype=bool)
    kernel = np.ones((9, 9), dtype=np.uint8)
    for value in (pixels.min(), pixels.max()):
        constant = (pixels == value).astype(np.uint8)
        if constant.mean() < 0.02:
            continue
        solid = cv2.morphologyEx(constant, cv2.MORPH_OPEN, kernel)
        live &= ~solid.astype(bool)
    return live if live.mean() > 0.01 else np.ones(pixels.shape, dtype=bool)


def two_sided(
    pixels: FloatArray, scale_px: float, across_px: float | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the contrast of bright and of dark bands at one scale, same shape as the picture.

    The picture is smoothed (Gaussian, `scale_px` along migration) and the larger (smaller) of the
    values a reach above and below is subtracted. `across_px` is the smoothing across, by default
    far less than a lane. Near the frame the missing side is the edge value.
    """
    smooth = cv2.GaussianBlur(
        pixels,
        (0, 0),
        sigmaX=across_px or max(1.0, SMOOTHING_ACROSS * pixels.shape[1]),
        sigmaY=0.75 * scale_px,
        borderType=cv2.BORDER_REPLICATE,
    )
    reach = max(2, round(REACH * scale_px))
    rows = pixels.shape[0]
    reach = min(reach, rows - 1)
    padded = cv2.copyMakeBorder(smooth, reach, reach, 0, 0, cv2.BORDER_REPLICATE)
    above, below = padded[:rows], padded[2 * reach :]
    bright = np.asarray(cv2.subtract(smooth, cv2.max(above, below)), dtype=np.float32)
    dark = np.asarray(cv2.subtract(cv2.min(above, below), smooth), dtype=np.float32)
    return bright, dark


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleContrast:
    """Signal-to-noise ratio of bright and of dark bands at one scale, (rows, columns)."""

    scale_px: float
    bright: FloatArray
    dark: FloatArray
    noise: FloatArray


def contrasts(copy: WorkCopy, across_px: float | None = None) -> tuple[ScaleContrast, ...]:
    """Return both contrasts at every scale that fits into the picture, with their noise.

    `across_px` smooths across the lanes, by default far less than a lane.

    About 0.1 s for a working copy of 1100 x 800 px: the dearest step of detection, done once.
    """
    tones = _Tones.of(copy)
    out = []
    for scale in SCALES_PX:
        if copy.pixels.shape[0] < 5 * scale and scale > SCALES_PX[2]:
            break
        bright, dark = two_sided(copy.pixels, scale, across_px)
        noise = _noise(bright, tones)
        out.append(ScaleContrast(scale_px=scale, bright=bright, dark=dark, noise=noise))
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tones:
    """Grey values of the working copy in 256 steps, and the sample that noise is judged on."""

    index: NDArray[np.uint8]
    rows: slice
    lag: int
    sample_index: NDArray[np.int64]
    usable: NDArray[np.bool_]

    @classmethod
    def of(cls, copy: WorkCopy) -> _Tones:
        pixels = copy.pixels
        low, high = float(pixels.min()), float(pixels.max())
        step = max((high - low) / 255, 1e-12)
        index = cv2.convertScaleAbs(pixels, alpha=1 / step, beta=-low / step)
        lag = min(max(1, pixels.shape[1] // 4), 12)
        rows = slice(None, None, max(1, pixels.size // MAX_NOISE_SAMPLES))
        part = pixels[rows]
        between = (part[:, lag:] + part[:, :-lag]) / 2
        live = copy.live[rows]
        usable = live[:, lag:] & live[:, :-lag]
        sample = np.clip((between[usable] - low) / step, 0, 255).astype(np.int64)
        return cls(
            index=np.asarray(index, dtype=np.uint8),
            rows=rows,
            lag=lag,
            sample_index=sample,
            usable=usable,
        )


def _noise(contrast: FloatArray, tones: _Tones) -> FloatArray:
    """Return the standard deviation of a contrast map as a function of the local level.

    Differences between neighbouring columns a few correlation lengths apart hold the noise and
    little of the bands, which run across. Their median absolute value is taken in bins of the local
    level, since shot noise and texture grow with it.
    """
    part = contrast[tones.rows]
    lag = tones.lag
    d = np.abs(part[:, lag:] - part[:, :-lag])[tones.usable]
    factor = 1 / (0.6745 * np.sqrt(2))
    if d.size == 0:
        return np.full(contrast.shape, np.inf, dtype=np.float32)
    overall = float(np.median(d)) * factor
    floor = max(overall * 0.25, float(np.mean(d)) * 0.02, 1e-6)
    order = np.argsort(tones.sample_index, kind="stable")
    groups = np.array_split(order, 8) if d.size >= MIN_CURVE_SAMPLES else []
    if not groups:
        return np.full(contrast.shape, max(overall, floor), dtype=np.float32)
    centres = np.array([np.median(tones.sample_index[g]) for g in groups])
    spread = np.array([np.median(d[g]) for g in groups]) * factor
    # Bright bins are where the bands are; they may not make the noise more than shot noise would.
    spread = np.clip(spread, floor, max(3 * overall, floor))
    curve = np.interp(np.arange(256), centres, spread).astype(np.float32)
    return np.asarray(cv2.LUT(tones.index, curve))
