"""What stands in a JPEG stream that decoders do not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF, 0xF7}  # kinds that predict instead of rounding; F7 is JPEG-LS
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_END = b"\xff\xd9"
_UNDECODED = 128  # what libjpeg leaves where the data end too early
_FILL = bytes(range(0x10, 0xF0)) * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a JPEG stream codes its picture."""

    bits: int = 8
    is_lossless: bool = False
    is_progressive: bool = False


def frame_of(data: bytes) -> Frame:
    """Return what the stream's frame says; without one its decoder will say what is wrong."""
    place = 2
    while place + 5 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # any number of these may stand before a marker
            place += 1
            continue
        if marker in _FRAMES:
            return Frame(
                bits=data[place + 4],
                is_lossless=marker in _LOSSLESS,
                is_progressive=marker in _PROGRESSIVE,
            )
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return Frame()


def ends_early(data: bytes, samples: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]) -> bool:
    """Return whether decoding `data` to `samples` ran out of data before the picture was full.

    Decoders fill the rest with grey and say nothing. Where the last pixel has that grey (or is seen
    in several passes, of which one may lack), bytes are put before the end mark and the picture is
    decoded again: a whole picture does not change, another takes them for its missing data.
    """
    if np.any(samples[-1, -1] != _UNDECODED) and not frame_of(data).is_progressive:
        return False
    end = data.rfind(_END)
    return end < 0 or not np.array_equal(decode(data[:end] + _FILL + data[end:]), samples)
