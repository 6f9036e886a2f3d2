"""What every picture format has in common: the reader protocol, its registry, and the size cap."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from blotquant.errors import ReadError
from blotquant.registry import Registry

MAX_PIXELS = 400_000_000
MAX_BYTES = 2 * 1024**3
MAX_PAGES = 1000
HEAD_BYTES = 512  # in which every signature lies
_FREE_BYTES = 64 * 1024**2  # a header may promise so much, however small its file is
_MAX_EXPANSION = 200  # times the file's size; blots shrink 2 to 20 times, a bomb a thousand times

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


def nothing_beside(_ending: str) -> bytes | None:
    """Return no file: a picture of which only the bytes are there."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """A picture file as a reader gets it.

    Parameters
    ----------
    name
        File name without its folder, for messages.
    data
        Its bytes.
    page
        Which page or channel is wanted, from 1; 0 when the user did not choose.
    beside
        Gives the bytes of the file that has the same name but another ending (``".inf"``), or None.
    """

    name: str
    data: bytes
    page: int = 0
    beside: Callable[[str], bytes | None] = nothing_beside


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """One page of a picture file, before a channel is chosen and its scale is found.

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
    pages
        What the pages or channels of the file are called, this one among them; empty means one.
    orientation
        How EXIF says that the stored picture must be turned or mirrored, from 1 (not at all) to 8.
    metadata, warnings
        As in `blotquant.model.image.BlotImage`.
    """

    samples: NDArray[Any]
    bits: int
    limit: float | None
    stated_limit: float | None = None
    lossy: bool = False
    pages: tuple[str, ...] = ()
    orientation: int = 1
    metadata: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class Reader(Protocol):
    """A picture format."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the first bytes of a file (up to 512) have this format's signature."""
        ...

    def read(self, source: Source) -> Decoded:
        """Return the wanted page of a file, the first if none is wanted; raise `ReadError`."""
        ...


READERS: Registry[Reader] = Registry("picture reader", "blotquant.readers")


def reader_of(head: bytes) -> Reader | None:
    """Return the reader whose signature the first `HEAD_BYTES` of a file have, or None."""
    readers = (READERS.create(kind) for kind in READERS.names())
    return next((reader for reader in readers if reader.sniffs(head)), None)


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


def check_expansion(name: str, n_bytes: int, file_size: int) -> None:
    """Raise `ReadError` where a header promises far more pixels than its file can hold."""
    if n_bytes > max(_FREE_BYTES, _MAX_EXPANSION * file_size):
        raise ReadError(
            f"{name} promises {n_bytes // 2**20} MiB of pixels in a file of {file_size} bytes: its "
            "header is damaged",
            "Copy or export it again from the imager",
        )


def check_pages(name: str, n_pages: int) -> None:
    """Raise `ReadError` where a file holds more pages than are read."""
    if n_pages > MAX_PAGES:
        raise ReadError(
            f"{name} holds more than the {MAX_PAGES} pages that are read",
            "Save the pages that show the blot as a file of their own",
        )


def wanted_page(source: Source, pages: tuple[str, ...]) -> int:
    """Return the index of the wanted page from 0; raise `ReadError` if there is no such page."""
    if source.page > len(pages):
        held = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        raise ReadError(
            f"{source.name} has {held}; there is no page {source.page}",
            f"Choose one of them: {listed(pages)}",
        )
    return max(0, source.page - 1)


def listed(pages: tuple[str, ...], at_most: int = 12) -> str:
    """Return the pages with their numbers and names, in words: ``1 (700 nm), 2 (800 nm)``."""
    shown = [
        f"{number}" if name in {f"page {number}", ""} else f"{number} ({name})"
        for number, name in enumerate(pages[:at_most], start=1)
    ]
    return ", ".join(shown) + (f" ... {len(pages)}" if len(pages) > at_most else "")


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
    # What is far behind is cut off in any case, and looking at every letter takes time.
    words = "".join(c if c.isprintable() else " " for c in text[: 100 * length]).split()
    line = " ".join(words)
    return line if len(line) <= length else line[: length - 1] + "…"
