"""PNG, JPEG and BMP.

Each format is opened by its own decoder, chosen by signature; the header is checked before pixels
are decoded. A PNG's checksums are verified, and a picture whose data end early is refused instead
of being filled up with grey.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.palette import through_palette
from blotquant.io.reader import (
    DECODER_ERRORS,
    READERS,
    Decoded,
    check_size,
    damaged,
    plain,
    unsupported,
)

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGNATURE = b"\xff\xd8\xff"
_BMP_SIGNATURE = b"BM"
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_PALETTE = 3
_EXIF_STATED = ((271, "make"), (272, "model"), (305, "software"), (306, "date"))
_EXIF_ORIENTATION = 274


@READERS.register("png")
class PngReader:
    """PNG with 1 to 16 bits, grey, RGB or palette, with or without alpha."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as PNG does."""
        return head.startswith(_PNG_SIGNATURE)

    def read(self, name: str, data: bytes) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        try:
            chunks = _png_chunks(data)
            columns, rows, bits, kind = struct.unpack(">IIBB", chunks[0][1][:10])
            check_size(name, rows, columns, _PNG_CHANNELS[kind], max(1, bits // 8))
            samples, warnings = _png_samples(data, chunks, is_palette=kind == _PNG_PALETTE)
            metadata = _png_metadata(chunks)
        except DECODER_ERRORS as error:
            raise damaged(name, "PNG", error) from error
        return Decoded(
            samples=samples,
            bits=bits,
            limit=65535.0 if bits == 16 else 255.0,
            metadata=(("format", "PNG"), *metadata),
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

    table = next(content for kind, content in chunks if kind == b"PLTE")
    colours = np.frombuffer(table, dtype=np.uint8).reshape(-1, 3)
    with PngImageFile(BytesIO(data)) as picture:
        indices = np.asarray(picture)
    return through_palette(indices.astype(np.uint8, copy=False), colours)


def _png_metadata(chunks: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return the plain texts that the file carries."""
    pairs: list[tuple[str, str]] = []
    for kind, content in chunks:
        if kind == b"tEXt":
            key, _, text = content.partition(b"\x00")
            pairs.append((plain(key.decode("latin-1"), 80), plain(text.decode("latin-1"))))
    return tuple(pair for pair in pairs if all(pair))


@READERS.register("jpeg")
class JpegReader:
    """JPEG, grey or colour."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as JPEG does."""
        return head.startswith(_JPEG_SIGNATURE)

    def read(self, name: str, data: bytes) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415 - slow import

        try:
            with JpegImageFile(BytesIO(data)) as picture:
                return _pillow_content(name, picture, "JPEG", lossy=True)
        except DECODER_ERRORS as error:
            raise damaged(name, "JPEG", error) from error


@READERS.register("bmp")
class BmpReader:
    """Windows and OS/2 bitmaps."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as a bitmap does; "BM" alone could be any text."""
        if len(head) < 18 or not head.startswith(_BMP_SIGNATURE):
            return False
        return int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES

    def read(self, name: str, data: bytes) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.BmpImagePlugin import BmpImageFile  # noqa: PLC0415 - slow import

        try:
            with BmpImageFile(BytesIO(data)) as picture:
                return _pillow_content(name, picture, "BMP", lossy=False)
        except DECODER_ERRORS as error:
            raise damaged(name, "BMP", error) from error


def _pillow_content(name: str, picture: ImageFile, kind: str, *, lossy: bool) -> Decoded:
    """Return the content of a file that Pillow has opened and not yet decoded."""
    columns, rows = picture.size
    check_size(name, rows, columns, len(picture.getbands()), 1)
    samples, warnings = _pillow_samples(name, picture)
    stated = dict(picture.getexif()) if kind == "JPEG" else {}
    metadata = [("format", kind)]
    metadata += [
        (label, text) for tag, label in _EXIF_STATED if (text := plain(str(stated.get(tag, ""))))
    ]
    orientation = stated.get(_EXIF_ORIENTATION, 1)
    if orientation not in {0, 1}:
        warnings += (
            (
                f"The file asks viewers to turn or mirror it (orientation {orientation}); it is "
                "read as it is stored. Positions refer to the stored picture."
            ),
        )
    return Decoded(
        samples=samples,
        bits=1 if picture.mode == "1" else 8,
        limit=255.0,
        lossy=lossy,
        metadata=tuple(metadata),
        warnings=warnings,
    )


def _pillow_samples(name: str, picture: ImageFile) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the stored values of an 8-bit picture, or 0 and 255 of a 1-bit one."""
    if picture.mode == "1":
        return np.asarray(picture).astype(np.uint8) * np.uint8(255), ()
    if picture.mode == "P":
        colours = np.asarray(picture.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        return through_palette(np.asarray(picture), colours)
    if picture.mode in {"L", "RGB", "RGBA"}:
        return np.asarray(picture), ()
    raise unsupported(name, f"{picture.mode} print colours")
