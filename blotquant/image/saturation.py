"""Where a detector saturates, and which pixels of a picture did.

The largest count of a detector is not that of its file: a 12-bit camera in a 16-bit file clips at
4095, and a rescaled export clips anywhere. What clipping leaves behind is a pile-up: many
neighbouring pixels with one and the same extreme value, far more than at the levels beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.image.padding import padding
from blotquant.model.image import BlotImage, Polarity

Pixels = NDArray[Any]

DETECTOR_LIMITS = {1023: 10, 4095: 12, 16383: 14}
"""Largest counts of cameras whose pictures come in 16-bit files, and their bits."""

_MIN_PLATEAU_PX = 16  # smaller patches are dust, hot pixels or the rounded top of one band
_MIN_KNOWN_PLATEAU_PX = 3  # enough where the value itself is a detector's limit
_HALF_FLOAT_LIMIT = 65504.0  # what overflowed pixels of 16-bit floats are read as
_PILE_UP = 8.0  # times the levels beside it; a flat-topped band in 8 bits reaches about 5
_NEIGHBOUR_LEVELS = 8
_MAX_SORTED = 2_000_000  # values of a float picture that are sorted to find its levels


@dataclass(frozen=True, slots=True, kw_only=True)
class FullScale:
    """The detector's largest count and how it was found, in words."""

    value: float
    reason: str


def histogram(pixels: Pixels) -> NDArray[np.int64]:
    """Return how many pixels have each value of an unsigned 8- or 16-bit picture.

    Returns 256 or 65536 counts; about 4 ms for 12 million pixels.
    """
    import cv2  # noqa: PLC0415 - slow import

    n_levels = int(np.iinfo(pixels.dtype).max) + 1
    # A float32 bin counts exactly up to 2^24 pixels only, so larger pictures go in strips.
    rows = max(1, (1 << 24) // pixels.shape[1])
    total = np.zeros(n_levels, dtype=np.int64)
    for start in range(0, pixels.shape[0], rows):
        strip = np.ascontiguousarray(pixels[start : start + rows])
        counts = cv2.calcHist([strip], [0], None, [n_levels], [0, n_levels])
        total += np.asarray(counts).ravel().astype(np.int64)
    return total


def find_full_scale(
    pixels: Pixels,
    limit: float | None = None,
    stated: float | None = None,
    counts: NDArray[np.int64] | None = None,
) -> FullScale:
    """Return the largest count that the detector behind `pixels` can give.

    Parameters
    ----------
    pixels
        (rows, columns) stored values: uint8, uint16 or float32, all finite.
    limit
        Largest value that the file's pixels can hold (4095 for packed 12-bit ones); None takes
        that of the array, and means "none" for float.
    stated
        What the file itself calls its largest possible value, if it does.
    counts
        From `histogram`, where it is there already.

    Notes
    -----
    In this order: pixels at the file's own limit; a plateau at 1023, 4095 or 16383; a plateau at
    any other maximum; what the file states; the file's limit (float: the largest value). About
    10 ms for 12 million uint16 pixels. It cannot see a plateau that was blurred, resampled or
    divided by a flat field after the detector clipped.
    """
    if limit is None and pixels.dtype.kind == "u":
        limit = float(np.iinfo(pixels.dtype).max)
    largest = float(pixels.max())
    found = _from_plateau(pixels, largest, limit, counts)
    if found is not None:
        return found
    if stated is not None and largest <= stated and (limit is None or stated < limit):
        return FullScale(value=stated, reason=f"the file states {stated:g} as its largest value")
    if limit is not None:
        return FullScale(
            value=limit,
            reason=f"no pile-up at the largest value ({largest:g}), so the file's own limit",
        )
    return FullScale(
        value=largest,
        reason="the largest value; the file states no limit, and nothing piles up there",
    )


def _from_plateau(
    pixels: Pixels, largest: float, limit: float | None, counts: NDArray[np.int64] | None
) -> FullScale | None:
    """Return the full scale that the pixels at the largest value prove, if they prove one."""
    if counts is not None and largest != limit and counts[int(largest)] < _MIN_KNOWN_PLATEAU_PX:
        return None
    at_top = pixels == largest
    n = int(np.count_nonzero(at_top))
    what = "1 pixel" if n == 1 else f"{n} pixels"
    if largest == limit:
        return FullScale(value=largest, reason=f"{what} at the file's own limit")
    bits = DETECTOR_LIMITS.get(int(largest)) if largest.is_integer() else None
    if bits is not None and n >= _MIN_KNOWN_PLATEAU_PX and _is_contiguous(at_top, n):
        return FullScale(
            value=largest, reason=f"{what} together at {largest:g}, the limit of {bits} bits"
        )
    if _is_plateau(pixels, at_top, n, top=True, counts=counts):
        return FullScale(
            value=largest, reason=f"{what} pile up side by side at the largest value, {largest:g}"
        )
    return None


def saturated_mask(pixels: Pixels, full_scale: float, polarity: Polarity) -> NDArray[np.bool_]:
    """Return where the signal of a picture is at its limit, as (rows, columns) of booleans.

    Parameters
    ----------
    pixels
        (rows, columns) stored values.
    full_scale
        From `find_full_scale`.
    polarity
        Bright bands saturate at the full scale. Dark bands saturate at 0, or at the picture's
        smallest value where pixels pile up (a clipped picture that was inverted afterwards).

    Notes
    -----
    A margin that was filled in with that value (the corners of a picture that was turned, what was
    transparent) is no signal and is left out: see `blotquant.image.padding`.
    """
    limit = signal_limit(pixels, full_scale, polarity)
    if limit is None:
        return np.zeros(pixels.shape, dtype=np.bool_)
    own = pixels.dtype.type(limit)
    mask: NDArray[np.bool_] = pixels >= own if polarity is Polarity.LIGHT_ON_DARK else pixels <= own
    return mask & ~padding(pixels, mask)


def saturated_pixels(image: BlotImage, polarity: Polarity) -> NDArray[np.bool_]:
    """Return where a picture is saturated: as it states itself, or by `saturated_mask`."""
    if image.saturated is not None:
        return image.saturated
    return saturated_mask(image.pixels, image.full_scale, polarity)


def count_saturated_pixels(image: BlotImage, polarity: Polarity) -> int:
    """Return in how many pixels a picture is saturated, as fast as `count_saturated`."""
    if image.saturated is not None:
        return int(np.count_nonzero(image.saturated))
    return count_saturated(image.pixels, image.full_scale, polarity)


def count_saturated(pixels: Pixels, full_scale: float, polarity: Polarity) -> int:
    """Return in how many pixels the signal is at its limit; 2 ms at 12 MP where it nowhere is."""
    if signal_limit(pixels, full_scale, polarity) is None:
        return 0
    return int(np.count_nonzero(saturated_mask(pixels, full_scale, polarity)))


def signal_limit(pixels: Pixels, full_scale: float, polarity: Polarity) -> float | None:
    """Return the stored value at which the signal saturated, None where it nowhere did.

    About 5 ms for 12 million uint16 pixels.
    """
    if polarity is Polarity.LIGHT_ON_DARK:
        return _upper_limit(pixels, full_scale)
    smallest = pixels.min()  # of the pixels' own type: they are compared five times faster then
    if pixels.dtype.kind == "u" and smallest == 0:
        return 0.0
    at_bottom = pixels == smallest
    n = int(np.count_nonzero(at_bottom))
    return float(smallest) if _is_plateau(pixels, at_bottom, n, top=False) else None


def _upper_limit(pixels: Pixels, full_scale: float) -> float | None:
    """Return `full_scale` if pixels reach it and that means saturation."""
    if float(pixels.max()) < full_scale:
        return None
    if pixels.dtype.kind == "u" and (
        full_scale == np.iinfo(pixels.dtype).max or int(full_scale) in DETECTOR_LIMITS
    ):
        return full_scale
    if pixels.dtype.kind == "f" and full_scale == _HALF_FLOAT_LIMIT:
        return full_scale
    at_top = pixels >= full_scale
    n = int(np.count_nonzero(at_top))
    return full_scale if _is_plateau(pixels, at_top, n, top=True) else None


def _is_plateau(
    pixels: Pixels,
    extreme: NDArray[np.bool_],
    n: int,
    *,
    top: bool,
    counts: NDArray[np.int64] | None = None,
) -> bool:
    """Return whether the `n` extreme pixels pile up, lie side by side and are no speck."""
    if n < _MIN_PLATEAU_PX:
        return False
    beside = counts_beside(pixels, counts, top=top)
    if beside.size < _NEIGHBOUR_LEVELS:
        # So few grey levels are a drawing or a flat picture: every level is a plateau there.
        return False
    return n >= _PILE_UP * float(beside.mean()) and _is_contiguous(extreme, n)


def counts_beside(
    pixels: Pixels, counts: NDArray[np.int64] | None, *, top: bool
) -> NDArray[np.int64]:
    """Return how many pixels have each of the eight occupied levels next to the extreme one.

    Fewer where there are fewer levels. `counts` is the histogram, where it is there already.
    """
    if pixels.dtype.kind == "u":
        counts = histogram(pixels) if counts is None else counts
        occupied = counts[counts > 0]
    else:
        occupied = _float_levels_near(pixels, top=top)
    ordered = occupied[::-1] if top else occupied
    beside: NDArray[np.int64] = ordered[1 : 1 + _NEIGHBOUR_LEVELS]
    return beside


def _float_levels_near(pixels: Pixels, *, top: bool) -> NDArray[np.int64]:
    """Return how many pixels have each level near one end of a float picture's range.

    Sorting all pixels would take a second at 12 million, so it looks as far as it must.
    """
    low, high = float(pixels.min()), float(pixels.max())
    occupied = np.zeros(0, dtype=np.int64)
    for share in (1 / 64, 1 / 8, 1.0):
        reach = share * (high - low)
        near = pixels[pixels >= high - reach] if top else pixels[pixels <= low + reach]
        thinned = near[:: 1 + near.size // _MAX_SORTED]
        counts = np.unique(thinned, return_counts=True)[1]
        occupied = counts * (near.size // max(1, thinned.size))
        if occupied.size > _NEIGHBOUR_LEVELS:
            break
    return occupied


def _is_contiguous(mask: NDArray[np.bool_], n: int) -> bool:
    """Return whether the `n` set pixels lie side by side rather than scattered.

    A patch has nearly two neighbour pairs a pixel, a line one, scattered pixels none.
    """
    beside = int(np.count_nonzero(mask[:, 1:] & mask[:, :-1]))
    above = int(np.count_nonzero(mask[1:] & mask[:-1]))
    return 2 * (beside + above) >= n
