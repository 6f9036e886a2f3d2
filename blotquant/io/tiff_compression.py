"""Whether the compression of a TIFF page has altered its counts.

Several codecs have a lossy and an exact mode; where the compressed data say which, they are asked.
Where nothing says it, counts may have been altered, and that is what is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blotquant.io.jpeg2000 import is_reversible

if TYPE_CHECKING:
    from tifffile import TiffPage

_JPEG = {6, 7, 34892}
_JPEG_2000 = {33003, 33004, 33005, 34712}
_WEBP = {34927, 50001}
_UNKNOWN = {22610, 34934, 50002, 52546, 34887}  # JPEG XR, JPEG XL, LERC
_LOSSLESS_FRAMES = {0xC3, 0xC7, 0xCB, 0xCF}  # the kinds of JPEG that predict instead of rounding
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def is_jpeg(page: TiffPage) -> bool:
    """Return whether JPEG, in one of its variants, is in the page."""
    return int(page.compression) in _JPEG


def may_be_lossy(page: TiffPage, data: bytes) -> bool:
    """Return whether the page's compression rounds, as far as its first strip or tile tells.

    `data` are the bytes of the whole file.
    """
    code = int(page.compression)
    start, size = page.dataoffsets[0], page.databytecounts[0]
    segment = data[start : start + size]
    if code in _JPEG:
        return not _is_lossless_jpeg(segment)
    if code in _JPEG_2000:
        return not is_reversible(segment)
    if code in _WEBP:
        return segment[12:16] != b"VP8L"
    return code in _UNKNOWN


def _is_lossless_jpeg(segment: bytes) -> bool:
    """Return whether the frame of a JPEG stream is of a lossless kind."""
    place = 2
    while place + 4 <= len(segment) and segment[place] == 0xFF:
        marker = segment[place + 1]
        if marker in _FRAMES:
            return marker in _LOSSLESS_FRAMES
        place += 2 + int.from_bytes(segment[place + 2 : place + 4], "big")
    return False
