"""GIF and WebP."""

from __future__ import annotations

import struct
from io import BytesIO

from blotquant.io.pillow_picture import pillow_content, reading
from blotquant.io.reader import (
    READERS,
    Decoded,
    Source,
    check_expansion,
    check_size,
    unsupported,
)


@READERS.register("gif")
class GifReader:
    """GIF: a palette of at most 256 colours; every frame is a page."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as GIF does."""
        return head.startswith((b"GIF87a", b"GIF89a"))

    def read(self, source: Source) -> Decoded:
        """Return the wanted frame; raise `ReadError`."""
        from PIL.GifImagePlugin import GifImageFile  # noqa: PLC0415 - slow import

        with reading(source.name, "GIF"):
            if not source.data.rstrip(b"\x00").endswith(b";"):
                # Pillow fills what is missing with the first colour.
                raise ValueError("it ends before the picture does")
            with GifImageFile(BytesIO(source.data)) as picture:
                return pillow_content(source, picture, "GIF", lossy=False)


@READERS.register("webp")
class WebpReader:
    """WebP, lossy and lossless, one picture."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as WebP does."""
        return head.startswith(b"RIFF") and head[8:12] == b"WEBP"

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        from PIL.WebPImagePlugin import WebPImageFile  # noqa: PLC0415 - slow import

        with reading(source.name, "WebP"):
            chunks = _webp_chunks(source.data)
            _check_webp(source, chunks)
            with WebPImageFile(BytesIO(source.data)) as picture:
                return pillow_content(source, picture, "WebP", lossy="VP8 " in chunks)


def _webp_chunks(data: bytes) -> dict[str, bytes]:
    """Return the first bytes of each kind of chunk; raise ValueError where the file is cut."""
    chunks: dict[str, bytes] = {}
    place = 12
    stop = 8 + int.from_bytes(data[4:8], "little")
    if stop > len(data):
        raise ValueError("it ends before the picture does")
    while place + 8 <= stop:
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + length > stop:
            raise ValueError("a part of it ends too early")
        kind = data[place : place + 4].decode("latin-1")
        chunks.setdefault(kind, data[place + 8 : place + 8 + min(length, 16)])
        place += 8 + length + (length & 1)
    return chunks


def _check_webp(source: Source, chunks: dict[str, bytes]) -> None:
    """Raise `ReadError` for moving pictures and too large ones, before pixels are decoded."""
    if "ANIM" in chunks or "ANMF" in chunks:
        raise unsupported(source.name, "a moving picture")
    if (frame := chunks.get("VP8 ")) is not None and len(frame) >= 10:
        columns, rows = (x & 0x3FFF for x in struct.unpack_from("<HH", frame, 6))
    elif (frame := chunks.get("VP8L")) is not None and len(frame) >= 5:
        packed = int.from_bytes(frame[1:5], "little")
        columns, rows = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    else:
        raise ValueError("it holds no picture")
    check_size(source.name, rows, columns, 4, 1)
    check_expansion(source.name, 4 * rows * columns, len(source.data))
