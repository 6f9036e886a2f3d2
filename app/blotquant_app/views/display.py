"""How a photograph looks on the screen. No measured number knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.model.image import BlotImage, Polarity

# Every 8th pixel in both directions shows the same percentiles at a 64th of the cost.
COLOUR_MAPS = ("grey", "inferno", "viridis", "cividis")
_STRIDE = 8
_SMALL_PX = 250_000
_SHRINKABLE = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How counts become colours.

    `low` and `high` are levels in raw counts, `inverted` says that bands are light on dark,
    `colours` is one of `COLOUR_MAPS`.
    """

    low: float
    high: float
    gamma: float = 1.0
    inverted: bool = False
    colours: str = "grey"


def _thinned(pixels: NDArray[Any]) -> NDArray[Any]:
    return pixels if pixels.size <= _SMALL_PX else pixels[::_STRIDE, ::_STRIDE]


def automatic(image: BlotImage, *, gamma: float = 1.0, inverted: bool = False) -> Display:
    """Return levels that show all but the outermost 0.1 % of the counts."""
    low, high = np.percentile(_thinned(image.pixels), (0.1, 99.9))
    if not high > low:
        low, high = float(image.pixels.min()), float(image.pixels.max())
    if not high > low:
        high = low + 1
    return Display(low=float(low), high=float(high), gamma=gamma, inverted=inverted)


def histogram(image: BlotImage, n_bins: int = 128) -> tuple[NDArray[Any], float, float]:
    """Return the counts of a thinned picture in bins, and the range that they span."""
    thinned = _thinned(image.pixels)
    low, high = float(thinned.min()), float(thinned.max())
    if not high > low:
        high = low + 1
    heights, _ = np.histogram(thinned, bins=n_bins, range=(low, high))
    return heights, low, high


def lookup_table(display: Display, polarity: Polarity) -> NDArray[np.uint8]:
    """Return 256 colours (256, 3) for counts from `low` to `high`: bands dark unless inverted."""
    ramp = np.linspace(0.0, 1.0, 256) ** (1 / display.gamma)
    if (polarity is Polarity.LIGHT_ON_DARK) is not display.inverted:
        ramp = np.linspace(1.0, 0.0, 256) ** (1 / display.gamma)
    grey = np.round(255 * ramp).astype(np.uint8)
    if display.colours == "grey":
        return np.repeat(grey[:, None], 3, axis=1)
    return _colour_table(display.colours)[grey]


@cache
def _colour_table(name: str) -> NDArray[np.uint8]:
    import pyqtgraph as pg  # noqa: PLC0415 - the maps alone

    table: NDArray[np.uint8] = pg.colormap.get(name).getLookupTable(nPts=256, mode="byte")[:, :3]
    return table


def greys(counts: NDArray[Any], display: Display) -> NDArray[np.uint8]:
    """Return the place of each count in a lookup table."""
    share = (counts.astype(np.float32) - display.low) / (display.high - display.low)
    places: NDArray[np.uint8] = np.clip(share * 256, 0, 255).astype(np.uint8)
    return places


def shrunk(pixels: NDArray[Any], by: int) -> NDArray[Any]:
    """Return the pixels averaged in squares of `by`; what is left over at two edges is dropped.

    `by` 1 returns the pixels themselves.
    """
    if by <= 1 or min(pixels.shape) < by:
        return pixels
    import cv2  # noqa: PLC0415 - slow import

    size = (pixels.shape[1] // by, pixels.shape[0] // by)
    source = pixels if pixels.dtype in _SHRINKABLE else pixels.astype(np.float32)
    small: NDArray[Any] = cv2.resize(source, size, interpolation=cv2.INTER_AREA)
    return small


def stripes(mask: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the mask as diagonal stripes: saturation is a pattern, not a colour alone."""
    rows, columns = mask.shape
    diagonal = (np.arange(rows)[:, None] + np.arange(columns)[None, :]) % 4 < 2
    return (mask & diagonal).astype(np.uint8)
