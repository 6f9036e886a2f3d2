"""The texts in a PNG file: plain, compressed, and in every language."""

from __future__ import annotations

import re
import zlib

from blotquant.io.reader import plain

_MAX_BYTES = 2**16  # what follows is not read; nobody tells so much of a blot
_XMP = "XML:com.adobe.xmp"
_COMMENT, _COMMENT_LETTERS = "UserComment", 400
_BETWEEN_TAGS = re.compile(r">([^<>]+)<")


def text_of(kind: bytes, content: bytes) -> tuple[str, str]:
    """Return the key and the text of a chunk; empty where it is no text, or cannot be unpacked."""
    head, _, rest = content.partition(b"\x00")
    key = plain(head.decode("latin-1"), 80)
    if kind == b"tEXt":
        return key, plain(rest.decode("latin-1"))
    if kind == b"zTXt":
        return key, plain(_unpacked(rest[1:]).decode("latin-1"))
    if kind == b"iTXt":
        is_packed, rest = rest[:1] == b"\x01", rest[2:]
        body = rest.split(b"\x00", 2)[-1]
        text = (_unpacked(body) if is_packed else body[:_MAX_BYTES]).decode("utf-8", "replace")
        return _comment(text) if key == _XMP else (key, plain(text))
    return "", ""


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _MAX_BYTES)
    except zlib.error:
        # No count depends on it.
        return b""


def _comment(xmp: str) -> tuple[str, str]:
    """Return the comment in a description by Adobe's rules, in which Macs name screenshots."""
    _, _, behind = xmp.partition(_COMMENT)
    texts = (plain(text, 80) for text in _BETWEEN_TAGS.findall(behind[:_COMMENT_LETTERS]))
    return "comment", next((text for text in texts if text), "")
