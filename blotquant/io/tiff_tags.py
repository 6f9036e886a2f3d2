"""What a TIFF page says of itself, and the one thing among it that changes its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.reader import plain

if TYPE_CHECKING:
    from tifffile import TiffPage

PHOTOMETRIC = {
    0: "white is zero",
    1: "black is zero",
    2: "RGB",
    3: "palette",
    6: "YCbCr",
}
"""The kinds of colour that are read, by the number in the photometric tag."""

_GEL_FORMAT, _GEL_SCALE = 33445, 33446
_GEL_SQUARE_ROOT, _GEL_LINEAR = 2, 128
_STATED_TAGS = (
    (270, "description"),
    (271, "make"),
    (272, "model"),
    (305, "software"),
    (306, "date"),
    (315, "artist"),
    (33432, "copyright"),
)


def number(page: TiffPage, code: int) -> float | None:
    """Return the first value of a numeric tag, None where there is no such number."""
    tag = page.tags.get(code)
    value = None if tag is None else tag.value
    if isinstance(value, tuple) and value:
        value = value[0]
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def stated(page: TiffPage) -> tuple[tuple[str, str], ...]:
    """Return what the page says of itself, in reading order."""
    from tifffile import COMPRESSION  # noqa: PLC0415 - slow import

    pairs = [
        ("format", "TIFF"),
        ("photometric", PHOTOMETRIC[int(page.photometric)]),
        ("compression", COMPRESSION(page.compression).name.lower()),
    ]
    if (coding := number(page, _GEL_FORMAT)) is not None:
        pairs.append(
            ("coding", "square root" if coding == _GEL_SQUARE_ROOT else f"number {coding:g}")
        )
    for code, label in _STATED_TAGS:
        tag = page.tags.get(code)
        if tag is not None and (text := plain(str(tag.value))):
            pairs.append((label, text))
    return tuple(pairs)


def linear_gel(
    page: TiffPage, stored: NDArray[Any], limit: float
) -> tuple[NDArray[np.float32], float] | None:
    """Return linear counts and their limit for a Typhoon or PhosphorImager `.gel`, else None.

    Parameters
    ----------
    page
        Its tag 33445 is 2 where square roots of the counts are stored (counts = stored^2 x scale)
        and 128 where they are linear; tag 33446 is the scale.
    stored
        (rows, columns) stored values, unsigned.
    limit
        Largest value that can be stored.
    """
    coding = number(page, _GEL_FORMAT)
    if coding not in {_GEL_SQUARE_ROOT, _GEL_LINEAR}:
        return None
    tag = page.tags.get(_GEL_SCALE)
    numerator, denominator = (1, 1) if tag is None else (int(tag.value[0]), int(tag.value[1]))
    power = 2 if coding == _GEL_SQUARE_ROOT else 1
    scale = numerator / denominator
    counts = (stored.astype(np.float64) ** power * scale).astype(np.float32)
    return counts, float(np.float32(limit**power * scale))
