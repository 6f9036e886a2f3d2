"""Pictures of blots from files.

The signature in a file's first bytes decides its format, never the extension. What cannot be read
exactly is refused with a `ReadError` that names the file and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import ReadError
from blotquant.image.saturation import find_full_scale, histogram
from blotquant.io import (  # noqa: F401 - they enter their readers into the registry
    archive,
    biorad_1sc,
    biorad_scn,
    fuji,
    jpeg2000,
    png,
    raster,
    raster_more,
    tiff,
)
from blotquant.io.advice import advise
from blotquant.io.colour import one_channel
from blotquant.io.files import Beside, file_sha256, page_sha256, read_bytes, sha256_of
from blotquant.io.foreign import refusal
from blotquant.io.history import noticed_in_pixels, noticed_in_words
from blotquant.io.masked import measurable_floats
from blotquant.io.orientation import in_words, oriented
from blotquant.io.reader import (
    HEAD_BYTES,
    READERS,
    Decoded,
    Reader,
    Source,
    listed,
    reader_of,
    unsupported,
)
from blotquant.model.image import BlotImage, Look
from blotquant.model.project import Photograph, Project
from blotquant.progress import Progress, no_progress

__all__ = [
    "READERS",
    "Decoded",
    "Reader",
    "Source",
    "file_sha256",
    "page_names",
    "read_bytes",
    "read_image",
    "read_images",
    "sha256_of",
]


def read_image(path: Path | str, page: int = 0) -> BlotImage:
    """Return the picture in a file, its stored values unaltered.

    Parameters
    ----------
    path
        TIFF, PNG, JPEG, BMP, GIF, WebP, JPEG 2000, Bio-Rad ``.1sc`` and ``.scn``, a Typhoon
        ``.gel``, a Fuji ``.img``/``.inf`` pair, or a ZIP archive of such files; colour becomes one
        channel. ``project.blot/pictures/...`` names a picture inside a project file.
    page
        Which page, channel or exposure of the file, from 1; 0 takes the first and, where there are
        several, says so.

    Raises
    ------
    ReadError
        If the file is missing, damaged, too large, no picture, or holds values that are no numbers.

    Notes
    -----
    A picture that its camera held sideways is turned upright by exchanging rows and columns;
    positions refer to the upright picture. 12 million uint16 pixels take about 2 ms when the
    disk's cache has them. What takes longer (some 20 ms for SHA-256, full scale and a look at how
    the picture was made) happens when one of them is first asked for.
    """
    file = Path(path)
    name = file.name or str(file)
    beside = Beside(file)
    source = Source(name=name, data=read_bytes(file), page=page, beside=beside)
    with _enough_memory(name):
        decoded = _reader_for(source).read(source)
        samples, warnings = _measurable(name, decoded.samples)
        pixels, colour_warnings = one_channel(oriented(samples, decoded.orientation))
        pixels = np.ascontiguousarray(pixels)
    decoded = replace(
        decoded,
        # What was decoded is needed no more, in case it is larger than the one channel.
        samples=pixels,
        warnings=(*decoded.warnings, *_unchosen(page, decoded.pages), *warnings, *colour_warnings),
    )
    is_coloured = samples.ndim == 3 and samples.shape[2] >= 3
    files = (source.data, *beside.found.values())
    return BlotImage.not_looked_at(
        name=name,
        pixels=pixels,
        bits=decoded.bits,
        metadata=(
            *decoded.metadata,
            *in_words(decoded.orientation),
            *_page_of(page, decoded),
        ),
        look=partial(_look, name, files, page, decoded, coloured=is_coloured),
    )


def page_names(path: Path | str) -> tuple[str, ...]:
    """Return what the pages, channels or exposures of a file are called; one for most files.

    Reads the first of them. Raises `ReadError` as `read_image` does.
    """
    file = Path(path)
    source = Source(name=file.name or str(file), data=read_bytes(file), beside=Beside(file))
    return _reader_for(source).read(source).pages or ("picture",)


def read_images(project: Project, progress: Progress = no_progress) -> dict[str, BlotImage]:
    """Return the picture of every photograph by its id; raise `ReadError` for the first bad one."""
    images: dict[str, BlotImage] = {}
    n = len(project.photographs)
    for i, photograph in enumerate(project.photographs):
        progress(i / n, f"Reading {Path(photograph.file).name}")
        images[photograph.id] = _as_added(photograph, read_image(photograph.file, photograph.page))
    progress(1.0, "Pictures read")
    return images


def _reader_for(source: Source) -> Reader:
    """Return the reader whose signature the first bytes have; raise `ReadError` if none has."""
    head = source.data[:HEAD_BYTES]
    reader = reader_of(head)
    if reader is not None:
        return reader
    # Half of a pair has no signature of its own; its other half has.
    if fuji.is_text(source.beside(fuji.TEXT_ENDING) or b""):
        return READERS.create("fuji")
    raise refusal(source.name, head)


@contextmanager
def _enough_memory(name: str) -> Iterator[None]:
    """Turn a lack of memory into a `ReadError` that names the file."""
    try:
        yield
    except MemoryError as error:
        raise ReadError(
            f"{name} is too large for this computer's memory", "Export the blot alone, or smaller"
        ) from error


def _look(
    name: str, files: tuple[bytes, ...], page: int, decoded: Decoded, *, coloured: bool
) -> Look:
    """Return what the bytes and the pixels of a picture tell.

    Parameters
    ----------
    files
        The bytes of its file, and of the other half of a pair.
    decoded
        Its one channel, with the warnings there are already.
    coloured
        Whether the file stores colours (also grey ones).
    """
    # Hashing takes as long as everything else and runs beside it.
    with _enough_memory(name), ThreadPoolExecutor(max_workers=1) as pool:
        sha256 = pool.submit(sha256_of, *files)
        pixels = decoded.samples
        counts = histogram(pixels) if pixels.dtype.kind == "u" else None
        lossy, advice = advise(pixels, counts, bits=decoded.bits, lossy=decoded.lossy)
        full_scale = find_full_scale(pixels, decoded.limit, decoded.stated_limit, counts)
        noticed = (
            *noticed_in_pixels(pixels, counts, bits=decoded.bits, lossy=decoded.lossy),
            *noticed_in_words(dict(decoded.metadata), pixels.shape, coloured=coloured),
        )
        return Look(
            sha256=page_sha256(sha256.result(), page),
            full_scale=full_scale.value,
            full_scale_reason=full_scale.reason,
            lossy=lossy,
            warnings=(*decoded.warnings, *advice, *noticed),
        )


def _page_of(page: int, decoded: Decoded) -> tuple[tuple[str, str], ...]:
    """Return which of several pages this is."""
    n = len(decoded.pages)
    if n < 2:
        return ()
    number = max(1, page)
    return (("page", f"{number} of {n}: {decoded.pages[number - 1]}"),)


def _unchosen(page: int, pages: tuple[str, ...]) -> tuple[str, ...]:
    """Return a warning where the user should say which of several pages is meant."""
    if page or len(pages) < 2:
        return ()
    return (
        (
            f"The file has {len(pages)} pages: {listed(pages, 4)}. The first was read and "
            f"{len(pages) - 1} not. Say which page this photograph is."
        ),
    )


def _measurable(name: str, samples: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the same values as uint8, uint16 or float32, refusing what that would alter.

    float64 is rounded to 24 bits (7 digits), far below any detector's noise, and says so.
    """
    if samples.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        return samples, ()
    warnings: tuple[str, ...] = ()
    if samples.dtype.kind == "f":
        samples, warnings = measurable_floats(name, samples)
    if samples.dtype == np.float32:
        return samples, warnings
    if samples.dtype.kind not in "iuf":
        raise unsupported(name, f"pixels of the kind {samples.dtype}")
    if samples.dtype == np.int16 and samples.min() >= 0:
        return samples.astype(np.uint16), ()
    # Overflow to infinity is looked for right below; numpy need not report it a second time.
    with np.errstate(over="ignore"):
        rounded = samples.astype(np.float32)
    if np.array_equal(rounded.astype(np.float64), samples.astype(np.float64)):
        return rounded, warnings
    if samples.dtype.kind != "f" or not np.isfinite(rounded).all():
        raise ReadError(
            f"{name} holds numbers of {samples.dtype.itemsize * 8} bits that are too large to be "
            "kept exactly",
            "Export it as 16-bit or 32-bit floating-point TIFF",
        )
    return rounded, (*warnings, "64-bit values were rounded to 32 bits, that is to 7 digits.")


def _as_added(photograph: Photograph, image: BlotImage) -> BlotImage:
    """Return the picture, with a warning if the file changed since it was added."""
    if file_sha256(photograph.sha256) in {"", file_sha256(image.sha256)}:
        return image
    warning = (
        "The file has changed since it was added to the project. Check that lanes and bands "
        "still fit, or bring the old file back."
    )
    return replace(image, warnings=(*image.warnings, warning))
