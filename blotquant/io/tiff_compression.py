"""Whether the compression of a TIFF page has altered its counts.

Several codecs have a lossy and an exact mode; where the compressed data say which, they are asked.
Where nothing says it, counts may have been altered, and that is what is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blotquant.io.jpeg2000 import is_reversible
from blotquant.io.jpeg_stream import frame_of

if TYPE_CHECKING:
    from tifffile import TiffPage

_JPEG = {6, 7, 34892}
_JPEG_2000 = {33003, 33004, 33005, 34712}
_WEBP = {34927, 50001}
_HEAD_BYTES = 2**16  # in which the head of a strip or tile lies
_UNKNOWN = {22610, 34934, 50002, 52546, 34887}  # JPEG XR, JPEG XL, LERC


def is_jpeg(page: TiffPage) -> bool:
    """Return whether JPEG, in one of its variants, is in the page."""
    return int(page.compression) in _JPEG


def may_be_lossy(page: TiffPage, data: bytes) -> bool:
    """Return whether the page's compression rounds, as far as its first strip or tile tells.

    `data` are the bytes of the whole file.
    """
    code = int(page.compression)
    start, size = page.dataoffsets[0], page.databytecounts[0]
    segment = data[start : start + min(size, _HEAD_BYTES)]
    if code in _JPEG:
        return not frame_of(segment).is_lossless
    if code in _JPEG_2000:
        return not is_reversible(segment)
    if code in _WEBP:
        return segment[12:16] != b"VP8L"
    return code in _UNKNOWN
