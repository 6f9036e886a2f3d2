"""TIFF, as imagers, ImageJ and Bio-Formats write it.

The stored values are taken as they are: the photometric tag is reported and never inverts, because
ImageQuant and Image Lab write "white is zero" although high values are signal. tifffile fills what
is missing from a truncated file with zeros, so everything that a header promises is checked against
the file's length first.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.palette import through_palette
from blotquant.io.reader import (
    DECODER_ERRORS,
    READERS,
    Decoded,
    check_size,
    damaged,
    plain,
    unsupported,
)
from blotquant.io.tiff_tags import PHOTOMETRIC, linear_gel, number, stated

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
# JPEG in its old, new and vendor variants, JPEG 2000, JPEG XR, WebP, JPEG XL, lossy DNG
_LOSSY = {6, 7, 33003, 33004, 33005, 34712, 34892, 34933, 50001, 50002}
_RGB, _PALETTE, _YCBCR = 2, 3, 6
_ALPHA_KINDS = {1, 2}


class _Collector(logging.Filter):
    """Keeps what tifffile would print, and prints nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the record; note it if it is a warning or worse."""
        if record.levelno >= logging.WARNING:
            self.messages.append(plain(record.getMessage(), 160))
        return False


@contextmanager
def _quiet_tifffile() -> Iterator[list[str]]:
    """Collect the messages of tifffile's logger instead of printing them."""
    logger = logging.getLogger("tifffile")
    collector = _Collector()
    logger.addFilter(collector)
    try:
        yield collector.messages
    finally:
        logger.removeFilter(collector)


@READERS.register("tiff")
class TiffReader:
    """TIFF and BigTIFF: 1 to 32 bits, integer or float, strips or tiles, any usual compression."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as TIFF does."""
        return head[:4] in _SIGNATURES

    def read(self, name: str, data: bytes) -> Decoded:
        """Return the first full page; a warning counts the others. Raise `ReadError`."""
        from tifffile import TiffFile  # noqa: PLC0415 - slow import

        with _quiet_tifffile() as messages:
            try:
                with TiffFile(BytesIO(data), name=name) as tif:
                    decoded = _decode(name, data, tif)
            except DECODER_ERRORS as error:
                raise damaged(name, "TIFF", error) from error
        if not messages:
            return decoded
        notice = (
            f"The TIFF structure is not clean: {messages[0]}. If the picture looks wrong, export "
            "it again from the imager."
        )
        return _with_warning(decoded, notice)


def _with_warning(decoded: Decoded, warning: str) -> Decoded:
    """Return the same content with one more warning."""
    return replace(decoded, warnings=(*decoded.warnings, warning))


def _decode(name: str, data: bytes, tif: TiffFile) -> Decoded:
    """Return the content of an open file."""
    page, n_pages = _full_page(tif)
    _check_header(name, page)
    _check_segments(name, page, len(data))
    stored = _rows_columns_channels(name, page)
    samples, limit, warnings = _values(page, stored, is_imagej=bool(tif.is_imagej))
    if n_pages > 1:
        warnings += (
            (
                f"The file has {n_pages} pages; the first was read and {n_pages - 1} not. Export "
                "each channel or exposure as a file of its own."
            ),
        )
    orientation = number(page, 274)
    if orientation not in {None, 1}:
        warnings += (
            (
                f"The file asks viewers to turn or mirror it (orientation {orientation:g}); it is "
                "read as it is stored. Positions refer to the stored picture."
            ),
        )
    return Decoded(
        samples=samples,
        bits=int(page.bitspersample),
        limit=limit,
        stated_limit=number(page, 281),
        lossy=int(page.compression) in _LOSSY,
        metadata=stated(page),
        warnings=warnings,
    )


def _full_page(tif: TiffFile) -> tuple[TiffPage, int]:
    """Return the first page that is no thumbnail, and how many pages there are."""
    from tifffile import TiffPage  # noqa: PLC0415 - slow import

    pages = [page for page in tif.pages if isinstance(page, TiffPage)]
    full = [page for page in pages if not page.is_reduced] or pages
    n_pages = len(full)
    if tif.is_imagej:
        # ImageJ may describe a stack in words and give one page for all of it.
        n_pages = max(n_pages, int((tif.imagej_metadata or {}).get("images", 1)))
    return full[0], n_pages


def _check_header(name: str, page: TiffPage) -> None:
    """Raise `ReadError` where the page is too large, empty or of a kind that is no counts."""
    if page.dtype is None:
        raise unsupported(name, f"pixels of {page.bitspersample} bits in an unknown number format")
    rows, columns = int(page.imagelength), int(page.imagewidth)
    depth, samples = int(page.imagedepth), int(page.samplesperpixel)
    check_size(name, rows, columns, samples * depth, page.dtype.itemsize)
    if depth != 1:
        raise unsupported(name, f"a volume of {depth} layers")
    if page.is_tiled:
        check_size(name, int(page.tilelength), int(page.tilewidth), samples, page.dtype.itemsize)
    if int(page.photometric) not in PHOTOMETRIC:
        raise unsupported(name, f"colours of the kind {page.photometric!s}")
    if page.dtype.kind not in "buif":
        raise unsupported(name, "complex numbers")


def _check_segments(name: str, page: TiffPage, file_size: int) -> None:
    """Raise `ReadError` unless every strip or tile lies wholly within the file."""
    offsets, sizes = page.dataoffsets, page.databytecounts
    needed = math.prod(page.chunked)
    if page.is_contiguous:
        sizes = (page.nbytes,)
        offsets, needed = offsets[:1], 1
    complete = len(offsets) >= needed and len(sizes) >= needed
    inside = all(
        start > 0 and size > 0 and start + size <= file_size
        for start, size in zip(offsets[:needed], sizes[:needed], strict=False)
    )
    if not (complete and inside):
        raise damaged(name, "TIFF", "its pixels end before the picture does")


def _rows_columns_channels(name: str, page: TiffPage) -> NDArray[Any]:
    """Return the stored values as (rows, columns, channels) in this machine's byte order."""
    values = page.asarray(squeeze=False)  # planes, depth, rows, columns, samples
    if values.ndim != 5 or values.size == 0:
        raise damaged(name, "TIFF", "it holds no pixels")
    planes = values.shape[0]
    stored = np.moveaxis(values[:, 0, :, :, 0], 0, -1) if planes > 1 else values[0, 0]
    return stored.astype(stored.dtype.newbyteorder("="), copy=False)


def _values(
    page: TiffPage, stored: NDArray[Any], *, is_imagej: bool
) -> tuple[NDArray[Any], float | None, tuple[str, ...]]:
    """Return the samples to measure, the largest value they can hold, and warnings."""
    bits, kind = int(page.bitspersample), stored.dtype.kind
    if bits == 1:
        return stored[..., 0].astype(np.uint8) * np.uint8(255), 255.0, ()
    limit = float(2**bits - 1) if kind == "u" and bits <= 16 else None
    if int(page.photometric) == _PALETTE and page.colormap is not None:
        # ImageJ stores counts and a look-up table for the screen.
        colours = page.colormap.T.astype(np.uint16)
        samples, warnings = through_palette(stored[..., 0], colours, is_display_only=is_imagej)
        return samples, 255.0 if samples.dtype == np.uint8 else limit, warnings
    if kind == "u" and limit is not None and (gel := linear_gel(page, stored[..., 0], limit)):
        return *gel, ()
    samples, warnings = _grey_or_colour(page, stored)
    return samples, limit, warnings


def _grey_or_colour(page: TiffPage, stored: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return grey or RGB with at most an alpha channel; further channels are not read."""
    is_colour = int(page.photometric) in {_RGB, _YCBCR}
    n_colours = 3 if is_colour and stored.shape[-1] >= 3 else 1
    extra = [int(kind) for kind in page.extrasamples]
    has_alpha = bool(extra) and extra[0] in _ALPHA_KINDS and stored.shape[-1] > n_colours
    n_kept = n_colours + has_alpha
    n_left = stored.shape[-1] - n_kept
    samples = stored[..., :n_kept] if n_kept > 1 else stored[..., 0]
    if n_left == 0:
        return samples, ()
    return samples, (
        (
            f"The file has {stored.shape[-1]} channels; {n_left} were not read. Export each "
            "channel as a file of its own."
        ),
    )
