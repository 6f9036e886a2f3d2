"""What happened to a picture before it came here, seen in its pixels and in what its file states.

Nothing here changes a number: each finding is a sentence with advice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.image.padding import margins
from blotquant.image.saturation import counts_beside

Profile = NDArray[np.float64]

_EXPORT = "Export 16-bit TIFF from the imager."
_BLOCK = 8  # JPEG works in squares of so many pixels
_MAX_SIDE = 768  # the middle of a picture is enough to see how it was made
_GRID = 1.15  # times larger are the steps between blocks than those within them
_GRID_ALONE = 1.4
_MIN_STEP = 0.01  # levels; a picture of one colour has steps of 0 everywhere
_MIN_SIDE = 128
_SQUARE = 16
_MIN_SQUARES = 30
_MIN_VARIANCE = 0.5
_ALIKE = 0.12
_CLIPPED_SHARE = 0.001
_PILE_UP = 8.0
_NEIGHBOURS = 8
_LARGEST_DENSITY = 5.0  # scanners see 3 to 4
_FULL_FLOAT_BITS = 32  # near-infrared imagers write 16-bit floats, whose counts may be small
_SCREENS = {
    (1280, 720),
    (1280, 800),
    (1366, 768),
    (1440, 900),
    (1536, 864),
    (1600, 900),
    (1680, 1050),
    (1920, 1080),
    (1920, 1200),
    (2560, 1440),
    (2560, 1600),
    (2880, 1800),
    (3440, 1440),
    (3840, 2160),
}
_SCREENSHOT = re.compile(r"screen ?shot|snipping|scrot|spectacle|greenshot|snagit", re.IGNORECASE)
_SCANNER = re.compile(
    r"\b(epson|perfection|canoscan|scanjet|microtek|umax|film|x-?ray)\b", re.IGNORECASE
)
_DENSITY = re.compile(r"optical density|\bo\.?d\.?\b|gs-?900", re.IGNORECASE)


def noticed_in_pixels(
    pixels: NDArray[Any], counts: NDArray[np.int64] | None, *, bits: int, lossy: bool
) -> tuple[str, ...]:
    """Return what the pixels tell: blocks of JPEG, resampling, cut off values, densities.

    Parameters
    ----------
    pixels
        (rows, columns) stored values.
    counts
        How many pixels have each value; None for float.
    bits
        Bits per pixel that the file stores.
    lossy
        Whether the file itself says that its counts were altered: then nothing is new.

    Notes
    -----
    About 5 ms for 12 million pixels. A picture that was made smaller afterwards shows neither
    blocks nor likeness; a picture of 8 bits may have too little noise to be judged.
    """
    found = [*_clipped(pixels, counts), *_like_densities(pixels, bits)]
    if min(pixels.shape) < _MIN_SIDE:
        return tuple(found)
    middle = _middle(pixels)
    if not lossy and bits <= 8 and has_jpeg_grid(middle):
        found.append(
            "The picture shows the blocks of JPEG although its file is none: counts around sharp "
            f"edges were altered before. {_EXPORT}"
        )
    elif not lossy and is_correlated(middle):
        found.append(
            "The noise of neighbouring pixels is alike: the picture was enlarged, turned or "
            "smoothed, perhaps by the imager itself, and errors come out too small. Use the "
            "unaltered picture if there is one."
        )
    return tuple(found)


def noticed_in_words(
    metadata: Mapping[str, str], shape: tuple[int, int], *, coloured: bool
) -> tuple[str, ...]:
    """Return what the file's own words and size tell: screenshots, film, optical densities.

    Parameters
    ----------
    shape
        Rows and columns.
    coloured
        Whether the file stores colours (also grey ones).
    """
    found: list[str] = []
    said = " ".join(f"{key} {text}" for key, text in metadata.items())
    makers = " ".join(metadata.get(key, "") for key in ("make", "model", "instrument", "software"))
    if _SCREENSHOT.search(said) or (coloured and (shape[1], shape[0]) in _SCREENS):
        found.append(
            "This looks like a screenshot: a screen shows 256 levels, scaled and often with a "
            f"curve. {_EXPORT}"
        )
    if _DENSITY.search(metadata.get("units", "")) or re.search(r"gs-?900", makers, re.IGNORECASE):
        found.append(
            "The file may hold optical densities rather than counts (its imager exports both): "
            "they are used as they are and never converted a second time."
        )
    elif _SCANNER.search(makers) or _SCANNER.search(metadata.get("description", "")):
        found.append(
            "This looks like a scan. Film blackens in proportion to light only over a short range: "
            "compare bands of similar strength, and check them by a dilution series."
        )
    return tuple(found)


def has_jpeg_grid(pixels: NDArray[Any]) -> bool:
    """Return whether steps between pixels are larger every eight columns, or every eight rows.

    Either must be clear; both may be weaker.
    """
    values = pixels.astype(np.float32)
    grids = [_grid(np.abs(np.diff(values, axis=axis)), axis) for axis in (0, 1)]
    return max(grids) > _GRID_ALONE or min(grids) > _GRID


def _grid(steps: NDArray[np.float32], axis: int) -> float:
    """Return how many times larger the steps are at one in eight places, all along the picture."""
    profile: Profile = steps.mean(axis=1 - axis, dtype=np.float64)
    whole = profile[: profile.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    # The median over blocks: a band's edge or a lane's must not speak for the whole picture.
    typical = np.median(whole, axis=0)
    phase = int(np.argmax(typical))
    others = np.delete(typical, phase)
    return float(typical[phase]) / max(float(others.max()), _MIN_STEP)


def is_correlated(pixels: NDArray[Any]) -> bool:
    """Return whether the noise of neighbouring pixels is alike in both directions.

    A camera's or a scanner's pixels are independent (measured: -0.1 to 0.0 between neighbours);
    enlarging, turning and smoothing mix them (0.15 to 0.8). Looked at in the flattest squares of
    the picture, each freed of its own slope and curvature.
    """
    residues = _flat_residues(pixels)
    if residues.shape[0] < _MIN_SQUARES:
        return False
    across = _alike(residues[:, :, 1:], residues[:, :, :-1])
    down = _alike(residues[:, 1:], residues[:, :-1])
    return min(across, down) > _ALIKE


def _flat_residues(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Return (squares, side, side) of noise: the flattest third of the squares that have any."""
    n = _SQUARE
    rows, columns = (size // n for size in pixels.shape)
    whole = pixels[: rows * n, : columns * n].astype(np.float64)
    squares = whole.reshape(rows, n, columns, n).swapaxes(1, 2).reshape(-1, n * n)
    y, x = (axis.ravel() for axis in np.mgrid[-1 : 1 : n * 1j, -1 : 1 : n * 1j])
    surface, _ = np.linalg.qr(np.stack([np.ones(n * n), x, y, x * y, x * x, y * y], axis=1))
    shapes = squares @ surface
    # What is left of the squares' sums of squares without what the surface takes, by Pythagoras.
    variances = (_sums_of_squares(squares) - _sums_of_squares(shapes)) / (n * n)
    # Below that, what is left is the rounding to whole numbers.
    noisy = np.flatnonzero(variances > _MIN_VARIANCE)
    flattest = noisy[np.argsort(variances[noisy], kind="stable")]
    kept = flattest[: max(_MIN_SQUARES, flattest.size // 3)]
    residues = squares[kept] - shapes[kept] @ surface.T
    return np.asarray(residues.reshape(-1, n, n))


def _sums_of_squares(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of squares of each row."""
    sums: NDArray[np.float64] = np.einsum("ij,ij->i", rows, rows)
    return sums


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the correlation of two sets of noise values that have mean zero."""
    size = math.sqrt(float((one * one).sum()) * float((other * other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


def _clipped(pixels: NDArray[Any], counts: NDArray[np.int64] | None) -> tuple[str, ...]:
    """Return a sentence for each end of the range at which values pile up."""
    found = []
    at_least = max(16, _CLIPPED_SHARE * pixels.size)
    for top, which, lost in ((False, "smallest", "darker"), (True, "largest", "brighter")):
        level = pixels.max() if top else pixels.min()
        n = int(np.count_nonzero(pixels == level) if counts is None else counts[level])
        if n < at_least:
            continue
        beside = counts_beside(pixels, counts, top=top)
        if beside.size < _NEIGHBOURS or n < _PILE_UP * beside.mean():
            continue
        n -= int(np.count_nonzero(margins(pixels == level)))
        if n >= at_least:
            found.append(
                f"{100 * n / pixels.size:.2g} % of the pixels have the {which} value, {level:g}: "
                f"what was {lost} was cut off. Export the picture unadjusted, or expose it again."
            )
    return tuple(found)


def _like_densities(pixels: NDArray[Any], bits: int) -> tuple[str, ...]:
    """Return a sentence where fractional values run so far as densities do, and no further."""
    if pixels.dtype.kind != "f" or bits < _FULL_FLOAT_BITS:
        return ()
    low, high = float(pixels.min()), float(pixels.max())
    if low < -_LARGEST_DENSITY or not 0 < high <= _LARGEST_DENSITY:
        return ()
    return (
        (
            f"Values from {low:.2g} to {high:.2g} may be optical densities, or fractions of a full "
            "scale, rather than counts. They are used as they are: see that they are in proportion "
            "to the light."
        ),
    )


def _middle(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the middle of a large picture, all of a small one."""
    slices = []
    for size in pixels.shape:
        start = max(0, (size - _MAX_SIDE) // 2)
        slices.append(slice(start, start + min(size, _MAX_SIDE)))
    return pixels[tuple(slices)]
