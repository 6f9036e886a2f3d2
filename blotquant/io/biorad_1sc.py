"""Bio-Rad Quantity One scans, ``.1sc``.

The file is a directory of eleven blocks. Even blocks describe what the next block holds (names,
number formats, offsets), so values are looked up by name rather than by place. The layout was
published by the biorad1sc_doc project; the scan header names the picture's size, and the last block
holds its pixels, the bottom row first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from blotquant.io.reader import (
    DECODER_ERRORS,
    READERS,
    Decoded,
    Source,
    check_size,
    damaged,
    plain,
    unsupported,
    wanted_page,
)

_SIGNATURE = b"\xaf\xafStable File Version"
_LITTLE_ENDIAN = b"Intel Format"
_DIRECTORY, _ENTRY, _N_BLOCKS = 160, 20, 11
_DESCRIPTION, _VALUES, _PIXELS = 128, 129, 130  # directory entries of the scan header and pixels
_TEXT_FIELD, _KEY_FIELD, _ITEMS_FIELD = 16, 100, 101
_REGION = 36  # bytes that describe one value
# number formats by code: text, 16-bit and 32-bit integers, floats
_FORMATS = {3: "h", 4: "H", 5: "i", 6: "I", 9: "f", 10: "d"}
_TEXT, _TEXT_REFERENCE = 2, 15
_MAX_VALUES = 20_000  # in all records together; real files describe some hundreds
_LARGEST_OD = 10.0  # a densitometer's scale ends at 3 or 4; of cameras the file states 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """Where a value lies in the record that holds it."""

    kind: int
    count: int
    offset: int


class _ScanHeader:
    """The scan header: its values by name, those of nested records as ``params.exposure_time``."""

    def __init__(self, description: bytes, values: bytes) -> None:
        self._records, self._field = _records(description)
        fields = list(_fields(values))
        self._texts = {ident: _text(body) for kind, ident, body in fields if kind == _TEXT_FIELD}
        self._body = next(body for kind, _, body in fields if kind == self._field["SCN"])

    def _find(self, name: str) -> tuple[_Value, int] | None:
        """Return a value's description and its offset in the whole record."""
        record, start = self._records["SCN"], 0
        *nests, last = name.split(".")
        for nest in nests:
            inner = record.get(nest)
            names = {code: item for item, code in self._field.items()}
            if inner is None or names.get(inner.kind) not in self._records:
                return None
            record, start = self._records[names[inner.kind]], start + inner.offset
        found = record.get(last)
        return None if found is None else (found, start + found.offset)

    def number(self, name: str) -> float | None:
        """Return a number; None where the file has no such value."""
        found = self._find(name)
        if found is None or found[0].kind not in _FORMATS:
            return None
        return float(struct.unpack_from("<" + _FORMATS[found[0].kind], self._body, found[1])[0])

    def text(self, name: str) -> str:
        """Return a text, empty where the file has none."""
        found = self._find(name)
        if found is None:
            return ""
        value, offset = found
        if value.kind == _TEXT_REFERENCE:
            return self._texts.get(struct.unpack_from("<I", self._body, offset)[0], "")
        return _text(self._body[offset : offset + value.count]) if value.kind == _TEXT else ""


@READERS.register("biorad-1sc")
class Biorad1scReader:
    """Bio-Rad ``.1sc``: 8 or 16 bits, as Quantity One saves scans of Bio-Rad imagers."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as such scans do."""
        return head.startswith(_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the scan, its rows turned so that the first is the top one; raise `ReadError`."""
        wanted_page(source, ("scan",))
        if _LITTLE_ENDIAN not in source.data[:64]:
            raise unsupported(source.name, "a Bio-Rad scan in an unknown byte order")
        try:
            return _decode(source)
        except (*DECODER_ERRORS, StopIteration) as error:
            raise damaged(source.name, "Bio-Rad .1sc", error) from error


def _decode(source: Source) -> Decoded:
    blocks = _blocks(source.data)
    header = _ScanHeader(blocks[_DESCRIPTION], blocks[_VALUES])
    columns, rows = (int(header.number(name) or 0) for name in ("nxpix", "nypix"))
    size = int(header.number("bytes_per_pix") or 0)
    if size not in {1, 2}:
        raise unsupported(source.name, f"pixels of {8 * size} bits")
    check_size(source.name, rows, columns, 1, size)
    stored = blocks[_PIXELS]
    if len(stored) != rows * columns * size:
        raise ValueError(f"{len(stored)} bytes are no {columns} x {rows} pixels")
    pixels = np.frombuffer(stored, dtype="<u2" if size == 2 else "u1").reshape(rows, columns)
    ceiling = header.number("data_ceiling")
    return Decoded(
        samples=np.ascontiguousarray(pixels[::-1]).astype(
            np.uint16 if size == 2 else np.uint8, copy=False
        ),
        bits=8 * size,
        limit=float(2 ** (8 * size) - 1),
        # Image Lab writes the largest value itself where nothing was clipped to less.
        stated_limit=ceiling if ceiling and ceiling < 2 ** (8 * size) - 1 else None,
        metadata=_stated(header, columns),
    )


def _blocks(data: bytes) -> Mapping[int, bytes]:
    """Return the blocks by the kind that the directory gives them."""
    blocks: dict[int, bytes] = {}
    for k in range(_N_BLOCKS):
        kind, _, _, start, length = struct.unpack_from("<HHIII", data, _DIRECTORY + _ENTRY * k)
        if start + length > len(data):
            raise ValueError("its directory points beyond its end")
        blocks[kind] = data[start : start + length]
    return blocks


def _fields(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give (kind, id, content) of every field in a block, up to its end mark."""
    place = 8
    while place + 8 <= len(block):
        kind, length, ident = struct.unpack_from("<HHI", block, place)
        if kind == 0:
            return
        length = _ENTRY if length == 1 else length
        if length < 8 or place + length > len(block):
            raise ValueError("a field in it is longer than its block")
        yield kind, ident, block[place + 8 : place + length]
        place += length


def _records(description: bytes) -> tuple[dict[str, dict[str, _Value]], dict[str, int]]:
    """Return the values of every record by name, and the number format code of each record."""
    fields = list(_fields(description))
    texts = {ident: _text(body) for kind, ident, body in fields if kind == _TEXT_FIELD}
    keys = {ident: body for kind, ident, body in fields if kind == _KEY_FIELD}
    records: dict[str, dict[str, _Value]] = {}
    codes: dict[str, int] = {}
    n_left = _MAX_VALUES
    for body in (body for kind, _, body in fields if kind == _ITEMS_FIELD):
        for at in range(0, len(body) - _ENTRY + 1, _ENTRY):
            code, _, _, n_values, key, _, label = struct.unpack_from("<HHHHIII", body, at)
            name = texts[label]
            codes[name] = code
            records[name] = _values_of(keys[key], n_values, texts)
            n_left -= len(records[name]) + 1
            if n_left < 0:
                raise ValueError("it describes too many values")
    return records, codes


def _values_of(key: bytes, n_values: int, texts: Mapping[int, str]) -> dict[str, _Value]:
    """Return the values that one key describes, by name."""
    found: dict[str, _Value] = {}
    for at in range(0, min(len(key), n_values * _REGION), _REGION):
        kind, _, count, offset, label = struct.unpack_from("<HHIII", key, at)
        found[texts[label]] = _Value(kind=kind, count=count, offset=offset)
    return found


def _text(raw: bytes) -> str:
    return plain(raw.partition(b"\x00")[0].decode("latin-1"))


def _stated(header: _ScanHeader, columns: int) -> tuple[tuple[str, str], ...]:
    """Return what the scan header says of the picture."""
    width_mm = header.number("img_size_x") or 0.0
    exposure = header.number("params.exposure_time") or 0.0
    largest_od = header.number("max_OD") or 0.0
    pairs = [
        ("format", "Bio-Rad 1sc"),
        ("instrument", header.text("scanner")),
        ("channel", header.text("params.app_name")),
        ("exposure_s", f"{exposure:g}" if 0 < exposure < 1e6 else ""),
        ("pixel_size_um", f"{1000 * width_mm / columns:g}" if 0 < width_mm < 1e5 else ""),
        ("date", header.text("creation_date")),
        ("units", "optical density" if 0 < largest_od <= _LARGEST_OD else ""),
        ("description", header.text("desc") or header.text("old_description")),
    ]
    return tuple((key, text) for key, text in pairs if text)
