"""Pictures of blots from files.

The signature in a file's first bytes decides its format, never the extension. What cannot be read
exactly is refused with a `ReadError` that names the file and the remedy.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
from blotquant.model.image import BlotImage
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
    positions refer to the upright picture. 12 million uint16 pixels take about 40 ms: reading,
    SHA-256, decoding, full scale, and a look at how the picture was made.
    """
    file = Path(path)
    name = file.name or str(file)
    data = read_bytes(file)
    beside = Beside(file)
    source = Source(name=name, data=data, page=page, beside=beside)
    try:
        # Hashing takes as long as decoding and runs beside it.
        with ThreadPoolExecutor(max_workers=1) as pool:
            alone = pool.submit(sha256_of, data)
            decoded = _reader_for(source).read(source)
            sha256 = sha256_of(data, *beside.found.values()) if beside.found else alone.result()
        return _blot_image(name, sha256, page, decoded)
    except MemoryError as error:
        raise ReadError(
            f"{name} is too large for this computer's memory", "Export the blot alone, or smaller"
        ) from error


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


def _blot_image(name: str, sha256: str, page: int, decoded: Decoded) -> BlotImage:
    """Return the picture with its scale, from what a reader decoded."""
    samples, number_warnings = _measurable(name, decoded.samples)
    coloured = samples.ndim == 3 and samples.shape[2] >= 3
    pixels, colour_warnings = one_channel(oriented(samples, decoded.orientation))
    counts = histogram(pixels) if pixels.dtype.kind == "u" else None
    lossy, advice = advise(pixels, counts, bits=decoded.bits, lossy=decoded.lossy)
    full_scale = find_full_scale(pixels, decoded.limit, decoded.stated_limit)
    metadata = dict(decoded.metadata)
    noticed = (
        *noticed_in_pixels(pixels, counts, bits=decoded.bits, lossy=decoded.lossy),
        *noticed_in_words(metadata, pixels.shape, coloured=coloured),
    )
    return BlotImage(
        name=name,
        pixels=np.ascontiguousarray(pixels),
        sha256=page_sha256(sha256, page),
        bits=decoded.bits,
        full_scale=full_scale.value,
        full_scale_reason=full_scale.reason,
        lossy=lossy,
        metadata=(*metadata.items(), *in_words(decoded.orientation), *_page_of(page, decoded)),
        warnings=(
            *decoded.warnings,
            *_unchosen(page, decoded.pages),
            *number_warnings,
            *colour_warnings,
            *advice,
            *noticed,
        ),
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
