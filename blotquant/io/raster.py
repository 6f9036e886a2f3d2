"""PNG, JPEG and BMP.

Each format is opened by its own decoder, chosen by signature; the header is checked before pixels
are decoded. A PNG's checksums are verified, and a picture whose data end early is refused instead
of being filled up with grey.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.palette import through_palette
from blotquant.io.pillow_picture import exif_stated, pillow_content, reading, stored_array
from blotquant.io.reader import (
    READERS,
    Decoded,
    Source,
    check_expansion,
    check_size,
    plain,
    wanted_page,
)
from blotquant.io.stated import pixel_size_um

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGNATURE = b"\xff\xd8\xff"
_BMP_SIGNATURE = b"BM"
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_PALETTE = 3


@READERS.register("png")
class PngReader:
    """PNG with 1 to 16 bits, grey, RGB or palette, with or without alpha."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as PNG does."""
        return head.startswith(_PNG_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        wanted_page(source, ("picture",))
        name, data = source.name, source.data
        with reading(name, "PNG"):
            chunks = _png_chunks(data)
            columns, rows, bits, kind = struct.unpack(">IIBB", chunks[0][1][:10])
            size = _PNG_CHANNELS[kind] * max(1, bits // 8)
            check_size(name, rows, columns, 1, size)
            check_expansion(name, rows * columns * size, len(data))
            samples, warnings = _png_samples(data, chunks, is_palette=kind == _PNG_PALETTE)
            orientation, exif = _png_exif(chunks)
            metadata = {"format": "PNG", **dict(_png_metadata(chunks)), **exif}
        return Decoded(
            samples=samples,
            bits=bits,
            limit=65535.0 if bits == 16 else 255.0,
            orientation=orientation,
            metadata=tuple(metadata.items()),
            warnings=warnings,
        )


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return (kind, content) of every chunk up to the end mark; raise ValueError on damage."""
    chunks: list[tuple[bytes, bytes]] = []
    view = memoryview(data)
    place = len(_PNG_SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        if place + 12 > len(data):
            raise ValueError("it ends before the picture does")
        (length,) = struct.unpack_from(">I", data, place)
        stop = place + 8 + length
        if stop + 4 > len(data):
            raise ValueError("it ends before the picture does")
        if zlib.crc32(view[place + 4 : stop]) != struct.unpack_from(">I", data, stop)[0]:
            raise ValueError("a checksum does not fit its data")
        kind = data[place + 4 : place + 8]
        chunks.append((kind, b"" if kind == b"IDAT" else data[place + 8 : stop]))
        place = stop + 4
    if chunks[0][0] != b"IHDR":
        raise ValueError("it has no header")
    return chunks


def _png_samples(
    data: bytes, chunks: list[tuple[bytes, bytes]], *, is_palette: bool
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the stored values; fewer than 8 bits are spread evenly over 8."""
    if is_palette:
        return _png_palette_samples(data, chunks)
    import imagecodecs  # noqa: PLC0415 - slow import

    return np.asarray(imagecodecs.png_decode(data)), ()


def _png_palette_samples(
    data: bytes, chunks: list[tuple[bytes, bytes]]
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the counts or colours of a palette picture."""
    from PIL.PngImagePlugin import PngImageFile  # noqa: PLC0415 - slow import

    table = next((content for kind, content in chunks if kind == b"PLTE"), b"")
    if not table:
        raise ValueError("it has no table of colours")
    colours = np.frombuffer(table, dtype=np.uint8).reshape(-1, 3)
    with PngImageFile(BytesIO(data)) as picture:
        indices = stored_array(picture)
    return through_palette(indices, colours)


def _png_metadata(chunks: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return the plain texts that the file carries."""
    pairs: list[tuple[str, str]] = []
    for kind, content in chunks:
        if kind == b"tEXt":
            key, _, text = content.partition(b"\x00")
            pairs.append((plain(key.decode("latin-1"), 80), plain(text.decode("latin-1"))))
    return tuple(pair for pair in pairs if all(pair))


def _png_exif(chunks: list[tuple[bytes, bytes]]) -> tuple[int, dict[str, str]]:
    """Return how the picture must be turned and what EXIF and the resolution chunk state."""
    from PIL.Image import Exif  # noqa: PLC0415 - slow import

    exif = Exif()
    found: dict[str, str] = {}
    for kind, content in chunks:
        if kind == b"eXIf":
            exif.load(content)
        if kind == b"pHYs" and len(content) == 9 and content[8] == 1:
            across = struct.unpack(">I", content[:4])[0]
            found["pixel_size_um"] = pixel_size_um(across / 100, 3)
    orientation, stated = exif_stated(exif)
    return orientation, {key: text for key, text in {**found, **stated}.items() if text}


@READERS.register("jpeg")
class JpegReader:
    """JPEG, grey or colour."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as JPEG does."""
        return head.startswith(_JPEG_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415 - slow import

        with reading(source.name, "JPEG"), JpegImageFile(BytesIO(source.data)) as picture:
            return pillow_content(source, picture, "JPEG", lossy=True)


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
