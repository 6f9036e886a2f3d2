"""What every picture format has in common: the reader protocol, its registry, and the size cap."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from blotquant.errors import ReadError
from blotquant.registry import Registry

MAX_PIXELS = 400_000_000
MAX_BYTES = 2 * 1024**3

DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What decoders raise on damaged files; `ReadError` and `Cancelled` are none of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """The content of a picture file, before a channel is chosen and its scale is found.

    Parameters
    ----------
    samples
        (rows, columns) or (rows, columns, channels) stored values in any real number format:
        1 channel grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
    bits
        Bits per channel that the file stores.
    limit
        Largest value that a pixel can hold; None for float.
    stated_limit
        What the file itself calls its largest possible value.
    lossy
        Whether its compression alters counts.
    metadata, warnings
        As in `blotquant.model.image.BlotImage`.
    """

    samples: NDArray[Any]
    bits: int
    limit: float | None
    stated_limit: float | None = None
    lossy: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class Reader(Protocol):
    """A picture format."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the first bytes of a file (up to 512) have this format's signature."""
        ...

    def read(self, name: str, data: bytes) -> Decoded:
        """Return the content of the file `name`, whose bytes are `data`; raise `ReadError`."""
        ...


READERS: Registry[Reader] = Registry("picture reader", "blotquant.readers")


def check_size(name: str, rows: int, columns: int, samples: int, bytes_per_sample: int) -> None:
    """Raise `ReadError` where a header promises nothing, or more than fits in memory."""
    if min(rows, columns, samples) < 1:
        raise ReadError(
            f"{name} says that it is {columns} x {rows} pixels large: it holds no picture",
            "Export it again from the imager",
        )
    n_bytes = rows * columns * samples * bytes_per_sample
    if rows * columns > MAX_PIXELS or n_bytes > MAX_BYTES:
        raise ReadError(
            f"{name} says that it is {columns} x {rows} pixels large, more than the "
            f"{MAX_PIXELS // 1_000_000} million pixels or {MAX_BYTES // 1024**3} GiB that are read",
            "Export the blot alone, or at a lower resolution; if it is not that large, its header "
            "is damaged",
        )


def damaged(name: str, kind: str, detail: object = "") -> ReadError:
    """Return the error for a file that has the right signature but cannot be decoded."""
    text = plain(str(detail), 120).rstrip(".")
    because = f" ({text})" if text else ""
    return ReadError(
        f"{name} is a damaged or incomplete {kind} file{because}",
        "Copy or export it again from the imager",
    )


def unsupported(name: str, what: str) -> ReadError:
    """Return the error for a sound file whose kind of picture cannot be measured."""
    return ReadError(
        f"{name} holds {what}, which cannot be read as counts",
        "Export it as an uncompressed 16-bit grey TIFF",
    )


def plain(text: str, length: int = 400) -> str:
    """Return `text` on one line, without control characters, and not longer than `length`."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    line = " ".join(words)
    return line if len(line) <= length else line[: length - 1] + "…"
