"""The directory of a ZIP archive, measured before it is read.

Python reads the whole directory when it opens an archive, and makes an object of every entry: a
file of some megabytes can hold millions of them.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import IO

MAX_DIRECTORY_BYTES = 4 * 2**20  # 4000 members with names of a thousand letters
_END, _END_BYTES = b"PK\x05\x06", 22
_LARGE_LOCATOR, _LARGE_LOCATOR_BYTES = b"PK\x06\x07", 20
_LARGE_END, _LARGE_END_BYTES = b"PK\x06\x06", 56
_MAX_COMMENT = 2**16


def open_archive(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """Return an archive for reading; raise `BadZipFile` where its directory is too large.

    Also raises what `zipfile.ZipFile` raises.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            _check(stream)
    else:
        _check(file)
    return zipfile.ZipFile(file)


def _check(stream: IO[bytes]) -> None:
    stream.seek(0, 2)
    length = stream.tell()
    start = max(0, length - _MAX_COMMENT - _END_BYTES - _LARGE_LOCATOR_BYTES)
    stream.seek(start)
    tail = stream.read()
    place = _end_of(tail)
    if place < 0:
        return  # no archive: zipfile says so
    sizes = [int(struct.unpack_from("<I", tail, place + 12)[0])]
    locator = place - _LARGE_LOCATOR_BYTES
    if locator >= 0 and tail.startswith(_LARGE_LOCATOR, locator):
        stated = int(struct.unpack_from("<Q", tail, locator + 8)[0])
        sizes = [_large_size(stream, at) for at in (start + locator - _LARGE_END_BYTES, stated)]
    if max(sizes) > MAX_DIRECTORY_BYTES:
        raise zipfile.BadZipFile("its directory is too large")


def _end_of(tail: bytes) -> int:
    """Return where zipfile finds the end record in the last bytes of a file, -1 if nowhere."""
    last = len(tail) - _END_BYTES
    if last >= 0 and tail.startswith(_END, last) and tail.endswith(b"\x00\x00"):
        return last
    place = tail.rfind(_END)
    return place if place <= last else -1


def _large_size(stream: IO[bytes], at: int) -> int:
    """Return the directory's size as an archive of more than 4 GiB or 65,535 members states it."""
    if not 0 <= at < 2**62:
        return 0
    stream.seek(at)
    record = stream.read(_LARGE_END_BYTES)
    if len(record) < _LARGE_END_BYTES or not record.startswith(_LARGE_END):
        return 0
    return int(struct.unpack_from("<Q", record, 40)[0])
