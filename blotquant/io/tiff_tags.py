"""What a TIFF page says of itself, and the one thing among it that changes its numbers."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.microscopy import from_imagej, from_ome
from blotquant.io.reader import plain
from blotquant.io.stated import from_description, iso_date, pixel_size_um

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

YCBCR = 6  # what JPEG stores in place of RGB; decoding JPEG turns it back
PHOTOMETRIC = {
    0: "white is zero",
    1: "black is zero",
    2: "RGB",
    3: "palette",
    YCBCR: "YCbCr",
}
"""The kinds of colour that are read, by the number in the photometric tag."""
_NOT_READ = {
    4: "a transparency mask",
    5: "CMYK print colours",
    8: "CIELab colours",
    9: "CIELab colours",
    10: "CIELab colours",
    32803: "a camera's raw picture",
    32844: "coded luminances (LogL)",
    32845: "coded luminances (LogLuv)",
    34892: "a camera's raw picture",
}

_GEL_FORMAT, _GEL_SCALE, _GEL_UNITS = 33445, 33446, 33452
_GEL_SQUARE_ROOT, _GEL_LINEAR = 2, 128
_EXPOSURE, _EXIF, _RESOLUTION, _RESOLUTION_UNIT = 33434, 34665, 282, 296
_STATED_TAGS = (
    (270, "description"),
    (271, "make"),
    (272, "model"),
    (305, "software"),
    (306, "date"),
    (315, "artist"),
    (33432, "copyright"),
    (_GEL_UNITS, "units"),
)


def colours_in_words(photometric: int) -> str:
    """Return what the colours that are not read are called."""
    return _NOT_READ.get(photometric, f"colours of the kind {photometric}")


def number(page: TiffPage, code: int) -> float | None:
    """Return the first value of a numeric tag, None where there is no such number."""
    tag = page.tags.get(code)
    value = None if tag is None else tag.value
    if isinstance(value, tuple) and value:
        value = value[0]
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def stated(page: TiffPage, tif: TiffFile) -> tuple[tuple[str, str], ...]:
    """Return what the page says of itself, in reading order."""
    from tifffile import COMPRESSION  # noqa: PLC0415 - slow import

    pairs = {
        "format": "TIFF",
        "photometric": PHOTOMETRIC[int(page.photometric)],
        "compression": COMPRESSION(page.compression).name.lower(),
    }
    coding = number(gel_page(tif, page), _GEL_FORMAT)
    if coding is not None:
        words = {_GEL_SQUARE_ROOT: "square root, made linear", _GEL_LINEAR: "linear"}
        pairs["coding"] = words.get(int(coding), f"number {coding:g}")
    for code, label in _STATED_TAGS:
        tag = page.tags.get(code)
        if tag is not None and (text := plain(str(tag.value))):
            pairs[label] = iso_date(text) if label == "date" else text
    tag = page.tags.get(270)
    described = str(tag.value) if tag is not None else ""
    more = {"instrument": pairs.get("model", ""), **from_description(described)}
    more |= from_ome(tif.ome_metadata) if tif.is_ome and tif.ome_metadata else {}
    more["exposure_s"] = _exposure(page) or more.get("exposure_s", "")
    more["pixel_size_um"] = _pixel_size(page, tif) or more.get("pixel_size_um", "")
    return tuple(pairs.items()) + tuple((k, v) for k, v in more.items() if v and k not in pairs)


def _exposure(page: TiffPage) -> str:
    """Return the exposure time that the EXIF tags give, in seconds."""
    exif = page.tags.get(_EXIF)
    inner = exif.value.get("ExposureTime") if exif and isinstance(exif.value, dict) else None
    tag = page.tags.get(_EXPOSURE)
    value: Any = inner if tag is None else tag.value
    if isinstance(value, tuple) and len(value) == 2 and value[1]:
        return f"{value[0] / value[1]:g}"
    found = from_description(str(tag.value)) if tag is not None else {}
    return found.get("exposure_s", "")


def _pixel_size(page: TiffPage, tif: TiffFile) -> str:
    tag = page.tags.get(_RESOLUTION)
    value = None if tag is None else tag.value
    if not (isinstance(value, tuple) and len(value) == 2 and value[1]):
        return ""
    per_unit = value[0] / value[1]
    by_words = from_imagej(tif.imagej_metadata or {}, per_unit) if tif.is_imagej else {}
    stated = pixel_size_um(per_unit, int(number(page, _RESOLUTION_UNIT) or 2))
    return by_words.get("pixel_size_um") or stated


def gel_page(tif: TiffFile, page: TiffPage) -> TiffPage:
    """Return the page that has the private tags of a `.gel`: the picture's, or one of tags alone.

    Some scanners put them on a second page without pixels.
    """
    if page.tags.get(_GEL_FORMAT) is not None:
        return page
    from tifffile import TiffPage  # noqa: PLC0415 - slow import

    # Never all pages: a damaged file can promise millions.
    for other in islice(tif.pages, 2):
        if isinstance(other, TiffPage) and other.tags.get(_GEL_FORMAT) is not None:
            return other
    return page


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
    if not 0 < scale < 1e12:
        raise ValueError(f"a scale of {scale:g} is not possible")
    counts = (stored.astype(np.float64) ** power * scale).astype(np.float32)
    return counts, float(np.float32(limit**power * scale))
