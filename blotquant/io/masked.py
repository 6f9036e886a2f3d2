"""Pixels that are no numbers, as near-infrared imagers export them: NaN for masked, infinity for
overflow.

Overflow is saturation, so it becomes the largest number that the file can hold, which the picture's
saturation mask marks. A masked margin becomes 0, as any black margin is. A masked pixel inside the
picture has no number and none is invented: such a file is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import ReadError
from blotquant.image.padding import margins

_UNMASKED = "Export it as 16-bit TIFF without masked pixels"
_FLOAT16_LARGEST = 65504.0


def measurable_floats(name: str, samples: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the same values with overflow and masked margins made finite, and warnings.

    Parameters
    ----------
    name
        File name, for messages.
    samples
        (rows, columns) or (rows, columns, channels) floats.

    Raises `ReadError` for minus infinity, for masked pixels that no margin explains, and for
    overflow where the number format has no largest count.
    """
    # A sum is finite only if all terms are, and it needs no mask in memory; it may overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(samples, dtype=np.float64)):
            return samples, ()
    if np.isfinite(samples).all():
        return samples, ()
    repaired = samples.copy()
    overflow = np.isposinf(samples)
    warnings: tuple[str, ...] = ()
    if overflow.any():
        largest = _largest(name, samples, overflow)
        repaired[overflow] = largest
        warnings += (
            (
                f"{_pixels(overflow)} overflowed the file's numbers: they count as saturated at "
                f"{largest:g}. Use a shorter exposure."
            ),
        )
    bad = ~np.isfinite(repaired)
    if bad.any():
        _refuse_inside(name, samples, bad)
        repaired[bad] = min(0.0, float(repaired[~bad].min()))
        warnings += (
            (
                f"{_pixels(bad)} at the margin are masked: they are treated as a black margin. "
                "Keep lanes and bands clear of it."
            ),
        )
    return repaired, warnings


def _largest(name: str, samples: NDArray[Any], overflow: NDArray[np.bool_]) -> float:
    """Return the count that an overflowed pixel has at least."""
    finite = samples[np.isfinite(samples)]
    is_half = samples.dtype == np.float16
    # Exports convert half floats to 32 bits; what overflowed there was still larger than that.
    if is_half or (finite.size > 0 and float(np.abs(finite).max()) <= _FLOAT16_LARGEST):
        return _FLOAT16_LARGEST
    raise _refusal(name, overflow, "infinite")


def _refuse_inside(name: str, samples: NDArray[Any], bad: NDArray[np.bool_]) -> None:
    """Raise `ReadError` unless all pixels that are no numbers are NaN and belong to a margin."""
    flat = np.asarray(bad.any(axis=2) if bad.ndim == 3 else bad, dtype=np.bool_)
    if np.isneginf(samples).any() or flat.all():
        raise _refusal(name, flat, "no number (masked or overflowed)")
    inside = flat & ~margins(flat)
    if inside.any():
        raise _refusal(name, inside, "no number (masked)")


def _refusal(name: str, bad: NDArray[np.bool_], what: str) -> ReadError:
    row, column = (int(i) for i in np.argwhere(bad)[0][:2])
    n = int(np.count_nonzero(bad))
    pixels = f"1 pixel that is {what}" if n == 1 else f"{n} pixels that are {what}"
    return ReadError(f"{name} has {pixels}, the first at column {column}, row {row}", _UNMASKED)


def _pixels(mask: NDArray[np.bool_]) -> str:
    n = int(np.count_nonzero(mask))
    return "1 pixel" if n == 1 else f"{n} pixels"
