"""What a picture's grey levels tell of its history: few levels, rounding, stretched contrast."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_EXPORT = "Export 16-bit TIFF from the imager."
_WINDOW = 33  # levels over which the expected count of one level is averaged
_ENOUGH = 12.0  # expected pixels at which a level is empty by chance once in e^12
_COMB = 0.05  # share of such levels that must be empty before contrast was stretched
_FEW_LEVELS = 256


def advise(
    pixels: NDArray[Any], counts: NDArray[np.int64] | None, *, bits: int, lossy: bool
) -> tuple[bool, tuple[str, ...]]:
    """Return whether counts were rounded or altered before, and warnings with advice.

    Parameters
    ----------
    pixels
        (rows, columns) stored values: uint8, uint16 or float32.
    counts
        How many pixels have each value, from `blotquant.image.saturation.histogram`; None for
        float.
    bits
        Bits per channel that the file stores.
    lossy
        Whether the file's compression alters counts.
    """
    warnings: list[str] = []
    if lossy:
        warnings.append(f"JPEG-like compression alters the counts around sharp edges. {_EXPORT}")
    if bits <= 8:
        warnings.append(
            f"The file has {2**bits} grey levels: counts were rounded before they came here, and "
            f"weak bands may be lost. {_EXPORT}"
        )
    if counts is not None:
        step = level_step(counts)
        few = bits > 8 and pixels.dtype == np.uint16 and _is_8_bit_inside(counts, step)
        if few:
            warnings.append(
                f"The file has {bits} bits but the picture in it only {_FEW_LEVELS} grey levels: "
                f"it was 8-bit before. {_EXPORT}"
            )
        if not few and has_comb(counts[::step]):
            warnings.append(
                "The histogram has regular gaps: the contrast was stretched before the file was "
                "saved, and counts were rounded. Export the picture unadjusted."
            )
        lossy = lossy or few
    return lossy or bits <= 8, tuple(warnings)


def level_step(counts: NDArray[np.int64]) -> int:
    """Return the common step of the occupied levels: 4 where a 14-bit camera fills 16 bits.

    The largest level is left out: it may be a mark for saturation that is off the grid.
    """
    levels = np.flatnonzero(counts)[:-1]
    return int(np.gcd.reduce(levels)) if levels.size > 1 and levels[-1] > 0 else 1


def _is_8_bit_inside(counts: NDArray[np.int64], step: int) -> bool:
    """Return whether 16-bit levels are the 256 of 8 bits, shifted (x 256) or spread (x 257)."""
    n_occupied = int(np.count_nonzero(counts))
    return n_occupied > 1 and (step % 256 == 0 or step % 257 == 0)


def has_comb(counts: NDArray[np.int64]) -> bool:
    """Return whether levels are empty amid well filled ones, as stretching contrast leaves them.

    A level is judged only where its surroundings let a dozen pixels be expected at it.
    """
    occupied = np.flatnonzero(counts)
    if occupied.size < _WINDOW:
        return False
    inner = counts[occupied[0] : occupied[-1] + 1].astype(np.float64)
    # The cap keeps one huge level (a white margin) from raising what is expected beside it.
    capped = np.minimum(inner, 4 * np.median(inner[inner > 0]))
    expected = np.convolve(capped, np.full(_WINDOW, 1 / _WINDOW), mode="same")
    judged = expected >= _ENOUGH
    n_judged = int(np.count_nonzero(judged))
    n_empty = int(np.count_nonzero(judged & (inner == 0)))
    return n_judged >= _WINDOW and n_empty > _COMB * n_judged
