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
    Source,
    check_expansion,
    check_size,
    damaged,
    plain,
    unsupported,
    wanted_page,
)
from blotquant.io.tiff_compression import is_jpeg, may_be_lossy
from blotquant.io.tiff_pages import Plane, has_alpha, is_camera_raw, n_colours, planes_of
from blotquant.io.tiff_tags import (
    PHOTOMETRIC,
    YCBCR,
    colours_in_words,
    gel_page,
    linear_gel,
    number,
    stated,
)

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_CAMERA_RAW = b"CR"  # at byte 8, where Canon's raw pictures differ from any other TIFF
_PALETTE = 3
_MISREAD_BITS = 24  # tifffile takes three bytes for other numbers than they are


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

    def read(self, source: Source) -> Decoded:
        """Return the wanted page or channel, the first if none is wanted; raise `ReadError`."""
        from tifffile import TiffFile  # noqa: PLC0415 - slow import

        with _quiet_tifffile() as messages:
            try:
                # tifffile's objects refer to each other in rings and keep what is not closed.
                with BytesIO(source.data) as stream, TiffFile(stream, name=source.name) as tif:
                    decoded = _decode(source, tif)
            except DECODER_ERRORS as error:
                raise damaged(source.name, "TIFF", error) from error
        if not messages:
            return decoded
        notice = (
            f"The TIFF structure is not clean: {messages[0]}. If the picture looks wrong, export "
            "it again from the imager."
        )
        return replace(decoded, warnings=(*decoded.warnings, notice))


def _decode(source: Source, tif: TiffFile) -> Decoded:
    """Return the wanted plane of an open file."""
    name = source.name
    if source.data[8:10] == _CAMERA_RAW or is_camera_raw(tif):
        raise unsupported(name, "a camera's raw picture behind a small preview")
    planes, names = planes_of(name, tif)
    if not planes:
        raise damaged(name, "TIFF", "it holds no page")
    plane = planes[wanted_page(source, names)]
    page = plane.page
    _check_header(name, page, len(source.data))
    _check_segments(name, plane, len(source.data))
    stored = _rows_columns_channels(name, plane, source.data, str(tif.byteorder))
    samples, limit, warnings = _values(plane, stored, tif)
    return Decoded(
        samples=samples,
        bits=int(page.bitspersample),
        limit=limit,
        stated_limit=number(page, 281),
        lossy=may_be_lossy(page, source.data),
        pages=names,
        orientation=int(number(page, 274) or 1),
        metadata=stated(page, tif),
        warnings=warnings,
    )


def _check_header(name: str, page: TiffPage, file_size: int) -> None:
    """Raise `ReadError` where the page is too large, empty or of a kind that is no counts."""
    if page.dtype is None:
        raise unsupported(name, f"pixels of {page.bitspersample} bits in an unknown number format")
    rows, columns = int(page.imagelength), int(page.imagewidth)
    depth, samples = int(page.imagedepth), int(page.samplesperpixel)
    size = page.dtype.itemsize
    check_size(name, rows, columns, samples * depth, size)
    check_expansion(name, rows * columns * samples * depth * size, file_size)
    if depth != 1:
        raise unsupported(name, f"a volume of {depth} layers")
    if page.is_tiled:
        tile = int(page.tilelength) * int(page.tilewidth)
        check_size(name, int(page.tilelength), int(page.tilewidth), samples, size)
        check_expansion(name, tile * samples * size, file_size)
    if int(page.photometric) not in PHOTOMETRIC:
        raise unsupported(name, colours_in_words(int(page.photometric)))
    if int(page.photometric) == YCBCR and not is_jpeg(page):
        raise unsupported(name, "YCbCr colours")
    if page.dtype.kind not in "buif":
        raise unsupported(name, "complex numbers")
    if int(page.bitspersample) == _MISREAD_BITS:
        raise unsupported(name, f"pixels of {_MISREAD_BITS} bits")


def _check_segments(name: str, plane: Plane, file_size: int) -> None:
    """Raise `ReadError` unless every strip or tile lies wholly within the file."""
    page = plane.page
    offsets, sizes = page.dataoffsets, page.databytecounts
    needed = math.prod(page.chunked)
    if plane.frame and not page.is_final:
        raise unsupported(name, "a stack whose frames have no pages")
    if page.is_contiguous:
        sizes = (page.nbytes * (plane.frame + 1),)
        offsets, needed = offsets[:1], 1
    complete = len(offsets) >= needed and len(sizes) >= needed
    inside = all(
        start > 0 and size > 0 and start + size <= file_size
        for start, size in zip(offsets[:needed], sizes[:needed], strict=False)
    )
    if not (complete and inside):
        raise damaged(name, "TIFF", "its pixels end before the picture does")


def _rows_columns_channels(name: str, plane: Plane, data: bytes, byteorder: str) -> NDArray[Any]:
    """Return the stored values as (rows, columns, channels) in this machine's byte order."""
    page = plane.page
    if page.is_final:
        # As it lies in the file's bytes: nothing is copied that need not be.
        kind = np.dtype(page.dtype).newbyteorder("<" if byteorder == "<" else ">")
        start = page.dataoffsets[0] + plane.frame * page.nbytes
        flat = np.frombuffer(data, kind, math.prod(page.shape), start)
        values = np.require(flat, requirements="A").reshape(page.shaped)
    else:
        values = page.asarray(squeeze=False)  # planes, depth, rows, columns, samples
    if values.ndim != 5 or values.size == 0:
        raise damaged(name, "TIFF", "it holds no pixels")
    n_planes = values.shape[0]
    stored = np.moveaxis(values[:, 0, :, :, 0], 0, -1) if n_planes > 1 else values[0, 0]
    if plane.channel is not None:
        stored = stored[..., plane.channel : plane.channel + 1]
    return stored.astype(stored.dtype.newbyteorder("="), copy=False)


def _values(
    plane: Plane, stored: NDArray[Any], tif: TiffFile
) -> tuple[NDArray[Any], float | None, tuple[str, ...]]:
    """Return the samples to measure, the largest value they can hold, and warnings."""
    page = plane.page
    bits, kind = int(page.bitspersample), stored.dtype.kind
    if bits == 1:
        return stored[..., 0].astype(np.uint8) * np.uint8(255), 255.0, ()
    limit = float(2**bits - 1) if kind == "u" and bits <= 16 else None
    if int(page.photometric) == _PALETTE and page.colormap is not None:
        # ImageJ stores counts and a look-up table for the screen.
        colours = page.colormap.T.astype(np.uint16)
        samples, warnings = through_palette(
            stored[..., 0], colours, is_display_only=bool(tif.is_imagej)
        )
        return samples, 255.0 if samples.dtype == np.uint8 else limit, warnings
    if kind == "u" and limit is not None:
        gel = linear_gel(gel_page(tif, page), stored[..., 0], limit)
        if gel is not None:
            return *gel, ()
    samples, warnings = _grey_or_colour(plane, stored)
    return samples, limit, warnings


def _grey_or_colour(plane: Plane, stored: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return grey or RGB with at most an alpha channel; channels behind them are not read."""
    if plane.channel is not None:
        return stored[..., 0], ()
    n_kept = n_colours(plane.page) + has_alpha(plane.page)
    n_left = stored.shape[-1] - n_kept
    samples = stored[..., :n_kept] if n_kept > 1 else stored[..., 0]
    if n_left <= 0:
        return samples, ()
    left = "1 was" if n_left == 1 else f"{n_left} were"
    return samples, (
        (
            f"The file has {stored.shape[-1]} channels; {left} not read. Export each channel as "
            "a file of its own."
        ),
    )
