"""Pictures of blots from files.

The signature in a file's first bytes decides its format, never the extension. What cannot be read
exactly is refused with a `ReadError` that names the file and the remedy.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import ReadError
from blotquant.image.saturation import find_full_scale
from blotquant.io import raster, tiff  # noqa: F401 - they enter their readers into the registry
from blotquant.io.advice import advise
from blotquant.io.colour import one_channel
from blotquant.io.foreign import refusal
from blotquant.io.reader import MAX_BYTES, READERS, Decoded, Reader, unsupported
from blotquant.model.image import BlotImage
from blotquant.model.project import Photograph, Project
from blotquant.progress import Progress, no_progress

__all__ = ["READERS", "Decoded", "Reader", "read_bytes", "read_image", "read_images", "sha256_of"]

_HEAD_BYTES = 512
_EXPORT_AGAIN = "Export it again from the imager"


def read_image(path: Path | str) -> BlotImage:
    """Return the picture in a file, its stored values unaltered.

    Parameters
    ----------
    path
        TIFF (8 to 32 bits, integer or float), PNG, JPEG or BMP; colour becomes one channel.

    Raises
    ------
    ReadError
        If the file is missing, damaged, too large, no picture, or holds values that are no numbers.

    Notes
    -----
    12 million uint16 pixels take about 50 ms: reading, SHA-256, decoding, full scale.
    """
    file = Path(path)
    name = file.name or str(file)
    data = read_bytes(file)
    decoded = _reader_for(name, data[:_HEAD_BYTES]).read(name, data)
    return _blot_image(name, sha256_of(data), decoded)


def read_images(project: Project, progress: Progress = no_progress) -> dict[str, BlotImage]:
    """Return the picture of every photograph by its id; raise `ReadError` for the first bad one."""
    images: dict[str, BlotImage] = {}
    n = len(project.photographs)
    for i, photograph in enumerate(project.photographs):
        progress(i / n, f"Reading {Path(photograph.file).name}")
        images[photograph.id] = _as_added(photograph, read_image(photograph.file))
    progress(1.0, "Pictures read")
    return images


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return a regular file's bytes; raise `ReadError` where that is impossible or too much."""
    name = path.name or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ReadError(f"{name} is a folder", "Give the picture files in it")
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{name} is a device or a pipe, not a file", "Give a picture file")
        if status.st_size > MAX_BYTES:
            raise ReadError(
                f"{name} is larger than the {MAX_BYTES // 1024**3} GiB that are read",
                "Export the blot alone, or at a lower resolution",
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(
            f"There is no file {name}", "Check its name and folder, or add it again"
        ) from error
    except PermissionError as error:
        raise ReadError(
            f"{name} may not be read by this user", "Change its permissions, or copy it elsewhere"
        ) from error
    except (OSError, ValueError) as error:
        raise ReadError(
            f"{name} cannot be opened", "Check that the disk is connected and the name is possible"
        ) from error
    if not data:
        raise ReadError(f"{name} is empty", "Copy or export it again from the imager")
    return data


def _reader_for(name: str, head: bytes) -> Reader:
    """Return the reader whose signature the first bytes have; raise `ReadError` if none has."""
    for kind in READERS.names():
        reader = READERS.create(kind)
        if reader.sniffs(head):
            return reader
    raise refusal(name, head)


def _blot_image(name: str, sha256: str, decoded: Decoded) -> BlotImage:
    """Return the picture with its scale, from what a reader decoded."""
    samples, number_warnings = _measurable(name, decoded.samples)
    pixels, colour_warnings = one_channel(samples)
    lossy, advice = advise(pixels, bits=decoded.bits, lossy=decoded.lossy)
    full_scale = find_full_scale(pixels, decoded.limit, decoded.stated_limit)
    return BlotImage(
        name=name,
        pixels=np.ascontiguousarray(pixels),
        sha256=sha256,
        bits=decoded.bits,
        full_scale=full_scale.value,
        full_scale_reason=full_scale.reason,
        lossy=lossy,
        metadata=decoded.metadata,
        warnings=decoded.warnings + number_warnings + colour_warnings + advice,
    )


def _measurable(name: str, samples: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the same values as uint8, uint16 or float32, refusing what that would alter.

    float64 is rounded to 24 bits (7 digits), far below any detector's noise, and says so.
    """
    if samples.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        return samples, ()
    if samples.dtype.kind == "f":
        _refuse_no_numbers(name, samples)
    if samples.dtype == np.float32:
        return samples, ()
    if samples.dtype.kind not in "iuf":
        raise unsupported(name, f"pixels of the kind {samples.dtype}")
    if samples.dtype == np.int16 and samples.min() >= 0:
        return samples.astype(np.uint16), ()
    # Overflow to infinity is looked for right below; numpy need not report it a second time.
    with np.errstate(over="ignore"):
        rounded = samples.astype(np.float32)
    if np.array_equal(rounded.astype(np.float64), samples.astype(np.float64)):
        return rounded, ()
    if samples.dtype.kind != "f" or not np.isfinite(rounded).all():
        raise ReadError(
            f"{name} holds numbers of {samples.dtype.itemsize * 8} bits that are too large to be "
            "kept exactly",
            "Export it as 16-bit or 32-bit floating-point TIFF",
        )
    return rounded, ("64-bit values were rounded to 32 bits, that is to 7 digits.",)


def _refuse_no_numbers(name: str, samples: NDArray[Any]) -> None:
    """Raise `ReadError` where a pixel is NaN or infinite; say how many and where the first is."""
    # A sum is finite only if all terms are, and it needs no mask in memory; it may overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(samples, dtype=np.float64)):
            return
    bad = ~np.isfinite(samples)
    n = int(np.count_nonzero(bad))
    if n == 0:
        return
    row, column = (int(i) for i in np.argwhere(bad)[0][:2])
    pixels = "1 pixel that is" if n == 1 else f"{n} pixels that are"
    raise ReadError(
        f"{name} has {pixels} no number (masked or overflowed), the first at column {column}, "
        f"row {row}",
        "Export it as 16-bit TIFF without masked pixels",
    )


def _as_added(photograph: Photograph, image: BlotImage) -> BlotImage:
    """Return the picture, with a warning if the file changed since it was added."""
    if photograph.sha256 in {"", image.sha256}:
        return image
    warning = (
        "The file has changed since it was added to the project. Check that lanes and bands "
        "still fit, or bring the old file back."
    )
    return replace(image, warnings=(*image.warnings, warning))
