"""Fuji BAS, FLA and LAS scans: raw pixels in ``.img`` and a page of text in ``.inf``.

Imaging plates are stored as the logarithm of what they gave. Where the text says so, the pixels are
taken back to photostimulated luminescence, PSL = (Res/100)^2 * (4000/S) * 10^(L * (QL/G - 1/2)),
with the resolution in um, the sensitivity S, the latitude L in decades and the largest code G; code
0 means nothing. Cameras of the LAS series state no latitude: their pixels are counts already.

Typhoon imagers write the same pair, without the line of the plate's size and with a list of
``letter,name=value`` below: what it calls linear are counts, whatever the latitude says.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import ReadError
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

SIGNATURE = b"BAS_IMAGE_FILE"
TEXT_ENDING, _PIXEL_ENDING = ".inf", ".img"
_MAX_TEXT_BYTES = 2**20
_MIN_LINES = 10
_BITS = {8, 10, 12, 14, 16}
_LATITUDES = (1.0, 8.0)  # decades; instruments have 4 or 5
_FACTORS = (1e-9, 1e9)
_ENOUGH_PIXELS = 4096
_SMOOTHER = 0.5  # in the wrong order the noisy low byte counts 256 times
_LISTED = re.compile(r"[A-Za-z],(\w+)=(.*)")
_LINEAR, _LOGARITHMIC = "linear", ("log", "logarithmic", "ql")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What the text says: size in pixels, pixel sides in um, codes, and how they are coded.

    `scale` is what the list calls it, empty where there is no list.
    """

    columns: int
    rows: int
    bits: int
    x_um: float
    y_um: float
    sensitivity: float
    latitude: float
    scale: str
    stated: tuple[tuple[str, str], ...]

    @property
    def is_logarithmic(self) -> bool:
        """Whether the pixels are codes of an imaging plate."""
        return self.scale != _LINEAR and self.sensitivity > 0 and self.latitude > 0

    @property
    def factor(self) -> float:
        """What the luminescence is multiplied with for the pixel's area and the sensitivity."""
        return self.x_um * self.y_um / 1e4 * 4000.0 / self.sensitivity


@READERS.register("fuji")
class FujiReader:
    """Fuji ``.img`` with its ``.inf`` beside it: 8 to 16 bits, the most significant byte first."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file is the text of a pair; pixels alone have no signature."""
        return head.startswith(SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the picture of a pair, given either of its files; raise `ReadError`."""
        wanted_page(source, ("scan",))
        is_text = self.sniffs(source.data[: len(SIGNATURE)])
        other = source.beside(_PIXEL_ENDING if is_text else TEXT_ENDING)
        if other is None:
            lacking = _PIXEL_ENDING if is_text else TEXT_ENDING
            raise ReadError(
                f"{source.name} is half of a Fuji scan, and its {lacking} file is not beside it",
                "Put both files into one folder, with the same name before the ending",
            )
        text, pixels = (source.data, other) if is_text else (other, source.data)
        try:
            return _decode(source.name, _header(source.name, text), pixels)
        except DECODER_ERRORS as error:
            raise damaged(source.name, "Fuji .img/.inf", error) from error


def is_text(data: bytes) -> bool:
    """Return whether bytes are the text of a Fuji pair."""
    return data.startswith(SIGNATURE) and len(data) <= _MAX_TEXT_BYTES


def other_half(ending: str, data: bytes) -> str:
    """Return the ending that the other half of a pair would have, empty where this is no half."""
    if is_text(data):
        return _PIXEL_ENDING
    return TEXT_ENDING if ending.lower() == _PIXEL_ENDING else ""


def _header(name: str, text: bytes) -> _Header:
    """Return what the text says; raise ValueError where a number in it is none."""
    if len(text) > _MAX_TEXT_BYTES:
        raise ValueError("its text is too long")
    lines = tuple(plain(line, 200) for line in text.decode("latin-1").splitlines())
    if len(lines) < _MIN_LINES:
        raise ValueError("its text ends early")
    start = _start(lines)
    numbers = [_finite(text) for text in lines[start : start + 5]]
    bits = int(numbers[2])
    if bits not in _BITS:
        raise unsupported(name, f"pixels of {bits} bits")
    matches = (_LISTED.match(line) for line in lines)
    listed = {found.group(1): found.group(2) for found in matches if found is not None}
    scale = listed.get("ScaleType", "").lower()
    if scale and scale not in {_LINEAR, *_LOGARITHMIC}:
        raise unsupported(name, f"values on a scale that it calls {scale}")
    return _Header(
        x_um=numbers[0],
        y_um=numbers[1],
        bits=bits,
        columns=int(numbers[3]),
        rows=int(numbers[4]),
        sensitivity=_finite(lines[start + 5] or "0"),
        latitude=_finite(lines[start + 6] or "0"),
        scale=scale,
        stated=_stated(lines, start, listed),
    )


def _start(lines: tuple[str, ...]) -> int:
    """Return the line of the pixel's side: behind the plate's size, if that is there."""
    has_size = lines[5].isdecimal() and int(lines[5]) in _BITS
    return 3 if has_size or not (lines[4].isdecimal() and int(lines[4]) in _BITS) else 2


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _decode(name: str, header: _Header, raw: bytes) -> Decoded:
    size = 1 if header.bits == 8 else 2
    check_size(name, header.rows, header.columns, 1, size)
    if len(raw) != header.rows * header.columns * size:
        raise ValueError(f"{len(raw)} bytes are no {header.columns} x {header.rows} pixels")
    stored = np.frombuffer(raw, dtype=">u2" if size == 2 else "u1")
    codes = stored.reshape(header.rows, header.columns).astype(f"=u{size}")
    if size == 2 and codes.size >= _ENOUGH_PIXELS and _is_smoother_swapped(codes):
        raise unsupported(name, "pixels in another byte order than such files have")
    largest = 2**header.bits - 1
    if int(codes.max()) > largest:
        raise ValueError(f"a pixel in it is larger than {header.bits} bits hold")
    coding: tuple[tuple[str, str], ...] = ()
    samples, limit = codes, float(largest)
    if header.is_logarithmic:
        if not _LATITUDES[0] <= header.latitude <= _LATITUDES[1]:
            raise ValueError(f"a latitude of {header.latitude:g} decades is not possible")
        if header.x_um <= 0 or not _FACTORS[0] <= header.factor <= _FACTORS[1]:
            raise ValueError("its resolution and sensitivity are not possible")
        samples = _luminescence(codes, header)
        limit = float(_luminescence(np.array([largest]), header)[0])
        coding = (("coding", f"logarithm over {header.latitude:g} decades, made linear (PSL)"),)
    return Decoded(
        samples=samples,
        bits=header.bits,
        limit=limit,
        metadata=(("format", "Fuji img/inf"), *coding, *header.stated),
    )


def _is_smoother_swapped(codes: NDArray[np.unsignedinteger]) -> bool:
    """Return whether neighbours are far more alike with the bytes of every pixel exchanged."""
    rough, swapped = (
        float(np.abs(np.diff(values.astype(np.float32), axis=1)).sum(dtype=np.float64))
        for values in (codes, codes.byteswap())
    )
    return swapped < _SMOOTHER * rough


def _luminescence(codes: NDArray[np.unsignedinteger], header: _Header) -> NDArray[np.float32]:
    """Return PSL by the formula above; a table of all codes makes it one look-up a pixel."""
    largest = 2**header.bits - 1
    code = np.arange(largest + 1, dtype=np.float64)
    table = 10.0 ** (header.latitude * (code / largest - 0.5))
    table *= header.factor
    table[0] = 0.0
    linear: NDArray[np.float32] = table.astype(np.float32)[codes]
    return linear


def _stated(
    lines: tuple[str, ...], start: int, listed: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return what the text says of the scan."""
    more = (*lines, *("",) * 15)
    x_um = _finite(lines[start])
    pairs = (
        ("pixel_size_um", f"{x_um:g}" if x_um > 0 else ""),
        ("sensitivity", more[start + 5]),
        ("latitude", more[start + 6]),
        ("date", more[start + 7]),
        ("instrument", "" if listed else more[start + 10]),
        ("description", more[1]),
        ("excitation", listed.get("LaserName", "")),
        ("emission", listed.get("FilterName", "")),
        ("PMT voltage", listed.get("V", "")),
        ("scale", listed.get("ScaleType", "")),
    )
    return tuple((key, text) for key, text in pairs if text)
