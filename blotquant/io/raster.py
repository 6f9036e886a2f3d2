"""JPEG and BMP, opened by the decoder of their signature."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from blotquant.io.jpeg_stream import ends_early, frame_of
from blotquant.io.pillow_picture import pillow_content, reading, stored_array
from blotquant.io.reader import READERS, Decoded, Source, unsupported

_JPEG_SIGNATURE = b"\xff\xd8\xff"
_JPEG_BITS = 8
_BMP_SIGNATURE = b"BM"
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}


@READERS.register("jpeg")
class JpegReader:
    """JPEG, grey or colour."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as JPEG does."""
        return head.startswith(_JPEG_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415 - slow import

        frame = frame_of(source.data)
        if frame.is_lossless or frame.bits != _JPEG_BITS:
            raise unsupported(source.name, f"a {frame.bits}-bit JPEG picture of an unusual kind")
        with reading(source.name, "JPEG"), JpegImageFile(BytesIO(source.data)) as picture:
            decoded = pillow_content(source, picture, "JPEG", lossy=True)
            if ends_early(source.data, decoded.samples, _decoded_jpeg):
                raise ValueError("its data end before the picture does")
            return decoded


def _decoded_jpeg(data: bytes) -> NDArray[np.uint8]:
    """Return the stored values of a JPEG stream."""
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415 - slow import

    with JpegImageFile(BytesIO(data)) as picture:
        return stored_array(picture)


@READERS.register("bmp")
class BmpReader:
    """Windows and OS/2 bitmaps."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as a bitmap does; "BM" alone could be any text."""
        if len(head) < 18 or not head.startswith(_BMP_SIGNATURE):
            return False
        return int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.BmpImagePlugin import BmpImageFile  # noqa: PLC0415 - slow import

        with reading(source.name, "BMP"), BmpImageFile(BytesIO(source.data)) as picture:
            return pillow_content(source, picture, "BMP", lossy=False)
