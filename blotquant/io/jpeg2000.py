"""JPEG 2000, as a file of its own and as the compression of other files."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.reader import (
    DECODER_ERRORS,
    READERS,
    Decoded,
    Source,
    check_expansion,
    check_size,
    damaged,
    unsupported,
    wanted_page,
)

_CODESTREAM = b"\xff\x4f\xff\x51"
_BOXES = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODING_STYLE = 0xFF52
_REVERSIBLE = 1  # the 5-3 wavelet; 0 is the 9-7 one, which rounds
_NO_LENGTH = {0xFF4F, 0xFF90, 0xFF93, 0xFFD9}


@READERS.register("jpeg2000")
class Jpeg2000Reader:
    """JPEG 2000 (``.jp2``, ``.j2k``): 1 to 16 bits, grey or RGB, with or without loss."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as JPEG 2000 does."""
        return head.startswith((_CODESTREAM, _BOXES))

    def read(self, source: Source) -> Decoded:
        """Return the content of the file; raise `ReadError`."""
        wanted_page(source, ("picture",))
        try:
            size = _codestream(source.data)
            check_size(source.name, size.rows, size.columns, size.channels, 2)
            n_bytes = size.rows * size.columns * size.channels * 2
            check_expansion(source.name, n_bytes, len(source.data))
            if size.bits > 16 or size.is_signed:
                raise unsupported(source.name, f"pixels of {size.bits} bits with a sign")
            samples = _jpeg2000_samples(source, size)
        except DECODER_ERRORS as error:
            raise damaged(source.name, "JPEG 2000", error) from error
        return Decoded(
            samples=samples,
            bits=size.bits,
            limit=float(2**size.bits - 1),
            lossy=not size.is_lossless,
            metadata=(
                ("format", "JPEG 2000"),
                ("compression", "reversible" if size.is_lossless else "lossy"),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Codestream:
    """What the main header of a JPEG 2000 codestream promises."""

    rows: int
    columns: int
    channels: int
    bits: int
    is_signed: bool
    is_lossless: bool


def _codestream(data: bytes) -> _Codestream:
    """Return what the main header promises; raise ValueError where it is damaged."""
    start = data.find(_CODESTREAM)
    if start < 0:
        raise ValueError("it holds no picture")
    right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
    (channels,) = struct.unpack_from(">H", data, start + 40)
    depths = data[start + 42 : start + 42 + 3 * channels]
    if not 1 <= channels <= 4 or len(depths) < 3 * channels:
        raise ValueError(f"{channels} channels are not possible")
    if any(depths[3 * k + 1 : 3 * k + 3] != b"\x01\x01" for k in range(channels)):
        raise ValueError("its channels have different sizes")
    return _Codestream(
        rows=bottom - top,
        columns=right - left,
        channels=channels,
        bits=max((depths[3 * k] & 0x7F) + 1 for k in range(channels)),
        is_signed=any(depths[3 * k] & 0x80 for k in range(channels)),
        is_lossless=_wavelet(data, start) == _REVERSIBLE,
    )


def is_reversible(data: bytes) -> bool:
    """Return whether a codestream was made with the wavelet that rounds nothing."""
    start = data.find(_CODESTREAM)
    return start >= 0 and _wavelet(data, start) == _REVERSIBLE


def _wavelet(data: bytes, start: int) -> int:
    """Return which wavelet the main header names."""
    place = start + 2
    while place + 14 <= len(data):
        marker, length = struct.unpack_from(">HH", data, place)
        if marker in _NO_LENGTH or marker < 0xFF00 or length < 2:
            break
        if marker == _CODING_STYLE:
            return data[place + 13]
        place += 2 + length
    raise ValueError("its header is damaged")


def _jpeg2000_samples(source: Source, size: _Codestream) -> NDArray[Any]:
    """Return the decoded values; raise ValueError where the decoder gives something else."""
    import imagecodecs  # noqa: PLC0415 - slow import

    end = source.data.rstrip(b"\x00")[-2:]
    if end != b"\xff\xd9":
        raise ValueError("it ends before the picture does")
    samples = np.asarray(imagecodecs.jpeg2k_decode(source.data))
    if samples.shape[:2] != (size.rows, size.columns) or samples.dtype.kind != "u":
        raise ValueError("its pixels do not fit its header")
    return samples
