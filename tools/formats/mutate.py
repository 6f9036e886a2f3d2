"""Ways in which files are damaged: by chance, and by somebody who wants to."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TOKENS = (
    b"-1",
    b"0",
    b"1e999",
    b"NaN",
    b"99999999999999999999",
    b"..",
    b"/etc/passwd",
    b"\\x00",
    b"null",
    b"[]",
    b"{}",
    b'"',
    b"\xff\xfe",
    b"<!ENTITY a 'b'>",
)
_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP = b"PK\x03\x04"


def mutated(data: bytes, random: Random) -> bytes:
    """Return a damaged copy: one to three changes, within archives and checksums as well."""
    if data.startswith(_ZIP) and random.random() < 0.7:
        return _inside_archive(data, random)
    damaged = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        change = random.choice(_CHANGES)
        damaged = change(damaged, random)
    if data.startswith(_PNG) and random.random() < 0.7:
        return _with_checksums(bytes(damaged))
    return bytes(damaged)


def _flip(data: bytearray, random: Random) -> bytearray:
    for _ in range(random.choice((1, 1, 2, 8))):
        if data:
            data[_place(data, random)] ^= 1 << random.randrange(8)
    return data


def _extreme(data: bytearray, random: Random) -> bytearray:
    size, order = random.choice((1, 2, 4, 8)), random.choice("<>")
    place = _place(data, random)
    form = order + {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
    value = random.choice(_EXTREMES) & (2 ** (8 * size) - 1)
    data[place : place + size] = struct.pack(form, value)[: max(0, len(data) - place)]
    return data


def _cut(data: bytearray, random: Random) -> bytearray:
    return data[: random.randint(0, len(data))]


def _remove(data: bytearray, random: Random) -> bytearray:
    start = _place(data, random)
    del data[start : start + random.randint(1, 64)]
    return data


def _repeat(data: bytearray, random: Random) -> bytearray:
    start = _place(data, random)
    part = data[start : start + random.randint(1, 256)]
    data[start:start] = part * random.choice((1, 2, 16))
    return data


def _token(data: bytearray, random: Random) -> bytearray:
    place = _place(data, random)
    token = random.choice(_TOKENS)
    data[place : place + random.choice((0, len(token)))] = token
    return data


_CHANGES: tuple[Callable[[bytearray, Random], bytearray], ...] = (
    _flip,
    _flip,
    _extreme,
    _extreme,
    _cut,
    _remove,
    _repeat,
    _token,
)


def _place(data: bytearray, random: Random) -> int:
    """Return a place, more often in the first bytes, where most headers are."""
    reach = len(data) if random.random() < 0.5 else min(len(data), 256)
    return random.randrange(max(1, reach))


def _with_checksums(data: bytes) -> bytes:
    """Return a PNG with the checksums that its damaged chunks should have."""
    fixed = bytearray(data)
    place = len(_PNG)
    while place + 12 <= len(fixed):
        (length,) = struct.unpack_from(">I", fixed, place)
        stop = place + 8 + length
        if stop + 4 > len(fixed):
            break
        struct.pack_into(">I", fixed, stop, zlib.crc32(fixed[place + 4 : stop]))
        place = stop + 4
    return bytes(fixed)


def _inside_archive(data: bytes, random: Random) -> bytes:
    """Return an archive whose members are damaged and whose own structure is sound."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            odd = random.random()
            kept = mutated(content, random) if odd < 0.8 and content else content
            new.writestr(name if odd < 0.95 else "../" + name, kept)
    return buffer.getvalue()
