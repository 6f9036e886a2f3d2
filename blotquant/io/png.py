"""PNG.

Its checksums are verified, and a picture whose data end early is refused instead of being filled
up. The decoder gets the chunks that hold the picture alone: it has nothing to say about the others.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.palette import through_palette
from blotquant.io.pillow_picture import exif_stated, readable, reading, stored_array
from blotquant.io.png_texts import text_of
from blotquant.io.reader import (
    READERS,
    Decoded,
    Source,
    check_expansion,
    check_size,
    unsupported,
    wanted_page,
)
from blotquant.io.stated import pixel_size_um

if TYPE_CHECKING:
    from PIL.Image import Exif

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3
_MOVING = b"acTL"
_OF_THE_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """A part of a PNG file: what it is, where it begins, and its content (none for pixels)."""

    kind: bytes
    start: int
    stop: int
    content: bytes


@READERS.register("png")
class PngReader:
    """PNG with 1 to 16 bits, grey, RGB or palette, with or without alpha."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as PNG does."""
        return head.startswith(_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        wanted_page(source, ("picture",))
        name, data = source.name, source.data
        with reading(name, "PNG"):
            chunks = _chunks(data)
            if any(chunk.kind == _MOVING for chunk in chunks):
                raise unsupported(name, "a moving picture")
            columns, rows, bits, kind = struct.unpack(">IIBB", chunks[0].content[:10])
            size = _CHANNELS[kind] * max(1, bits // 8)
            check_size(name, rows, columns, 1, size)
            check_expansion(name, rows * columns * size, len(data))
            samples, warnings = _samples(data, chunks, is_palette=kind == _PALETTE)
            orientation, exif = _exif(chunks)
            metadata = {"format": "PNG", **_texts(chunks), **exif}
        return Decoded(
            samples=samples,
            bits=bits,
            limit=65535.0 if bits == 16 else 255.0,
            orientation=orientation,
            metadata=tuple(metadata.items()),
            warnings=warnings,
        )


def _chunks(data: bytes) -> list[_Chunk]:
    """Return every chunk up to the end mark; raise ValueError on damage."""
    chunks: list[_Chunk] = []
    view = memoryview(data)
    place = len(_SIGNATURE)
    while not chunks or chunks[-1].kind != b"IEND":
        if place + 12 > len(data):
            raise ValueError("it ends before the picture does")
        (length,) = struct.unpack_from(">I", data, place)
        stop = place + 8 + length
        if stop + 4 > len(data):
            raise ValueError("it ends before the picture does")
        if zlib.crc32(view[place + 4 : stop]) != struct.unpack_from(">I", data, stop)[0]:
            raise ValueError("a checksum does not fit its data")
        kind = data[place + 4 : place + 8]
        content = b"" if kind == b"IDAT" else data[place + 8 : stop]
        chunks.append(_Chunk(kind=kind, start=place, stop=stop + 4, content=content))
        place = stop + 4
    if chunks[0].kind != b"IHDR":
        raise ValueError("it has no header")
    return chunks


def _samples(
    data: bytes, chunks: list[_Chunk], *, is_palette: bool
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the stored values; fewer than 8 bits are spread evenly over 8."""
    view = memoryview(data)
    needed = [view[c.start : c.stop] for c in chunks if c.kind in _OF_THE_PICTURE]
    picture = data if len(needed) == len(chunks) else b"".join((_SIGNATURE, *needed))
    if is_palette:
        return _palette_samples(picture, chunks)
    import imagecodecs  # noqa: PLC0415 - slow import

    return np.asarray(imagecodecs.png_decode(picture)), ()


def _palette_samples(data: bytes, chunks: list[_Chunk]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the counts or colours of a palette picture."""
    from PIL.PngImagePlugin import PngImageFile  # noqa: PLC0415 - slow import

    table = next((chunk.content for chunk in chunks if chunk.kind == b"PLTE"), b"")
    if not table:
        raise ValueError("it has no table of colours")
    colours = np.frombuffer(table, dtype=np.uint8).reshape(-1, 3)
    with PngImageFile(BytesIO(data)) as picture:
        indices = stored_array(picture)
    return through_palette(indices, colours)


def _texts(chunks: list[_Chunk]) -> dict[str, str]:
    """Return the texts that the file carries."""
    pairs = (text_of(chunk.kind, chunk.content) for chunk in chunks)
    return {key: text for key, text in pairs if key and text}


def _exif(chunks: list[_Chunk]) -> tuple[int, dict[str, str]]:
    """Return how the picture must be turned and what EXIF and the resolution chunk state."""
    found: dict[str, str] = {}
    for chunk in chunks:
        if chunk.kind == b"pHYs" and len(chunk.content) == 9 and chunk.content[8] == 1:
            across = struct.unpack(">I", chunk.content[:4])[0]
            found["pixel_size_um"] = pixel_size_um(across / 100, 3)
    orientation, stated = exif_stated(readable(lambda: _loaded(chunks)))
    return orientation, {key: text for key, text in {**found, **stated}.items() if text}


def _loaded(chunks: list[_Chunk]) -> Exif:
    """Return the EXIF part of the file, empty where there is none."""
    from PIL.Image import Exif  # noqa: PLC0415 - slow import

    exif = Exif()
    for chunk in chunks:
        if chunk.kind == b"eXIf":
            exif.load(chunk.content)
    return exif
