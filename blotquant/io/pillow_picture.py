"""Pictures that Pillow decodes: 8 bits, one or several frames, with EXIF."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.io.palette import through_palette
from blotquant.io.reader import (
    DECODER_ERRORS,
    Decoded,
    Source,
    check_expansion,
    check_pages,
    check_size,
    damaged,
    plain,
    unsupported,
    wanted_page,
)
from blotquant.io.stated import from_description, iso_date

if TYPE_CHECKING:
    from PIL.Image import Exif
    from PIL.ImageFile import ImageFile

_STATED = ((270, "description"), (271, "make"), (272, "model"), (305, "software"), (306, "date"))
_ORIENTATION, _EXIF_PART, _EXPOSURE, _USER_COMMENT = 274, 0x8769, 33434, 0x9286
_COMMENT_MARK = 8  # bytes before a comment, which name its letters


@contextmanager
def reading(name: str, kind: str) -> Iterator[None]:
    """Turn whatever Pillow raises on a damaged file into a `ReadError` that names it.

    Pillow's warnings speak to programmers and go nowhere; sizes are checked by our own limits.
    """
    from PIL.Image import DecompressionBombError  # noqa: PLC0415 - slow import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (*DECODER_ERRORS, DecompressionBombError) as error:
            raise damaged(name, kind, error) from error


def pillow_content(source: Source, picture: ImageFile, kind: str, *, lossy: bool) -> Decoded:
    """Return the wanted frame of a file that Pillow has opened and not yet decoded.

    Parameters
    ----------
    kind
        What the format is called; GIF frames are pages, other formats have one.
    lossy
        Whether its compression alters counts.

    Raises `ReadError` for too large pictures and colours that are no counts, and whatever Pillow
    raises on damaged data.
    """
    columns, rows = picture.size
    n_bands = len(picture.getbands())
    check_size(source.name, rows, columns, n_bands, 1)
    n_frames = int(getattr(picture, "n_frames", 1)) if kind == "GIF" else 1
    check_pages(source.name, n_frames)
    pages = tuple(f"frame {number}" for number in range(1, n_frames + 1))
    wanted = wanted_page(source, pages)
    # A frame is painted over all those before it.
    check_expansion(source.name, rows * columns * n_bands * (wanted + 1), len(source.data))
    picture.seek(wanted)
    samples, warnings = _samples(source.name, picture)
    orientation, stated = exif_stated(readable(picture.getexif))
    metadata = {"format": kind, **stated}
    return Decoded(
        samples=samples,
        bits=1 if picture.mode == "1" else 8,
        limit=255.0,
        lossy=lossy,
        pages=pages,
        orientation=orientation,
        metadata=tuple(metadata.items()),
        warnings=warnings,
    )


def readable(exif: Callable[[], Exif]) -> Exif:
    """Return EXIF as Pillow reads it; empty where it is damaged, since no count depends on it."""
    from PIL.Image import Exif  # noqa: PLC0415 - slow import

    try:
        return exif()
    except DECODER_ERRORS:
        return Exif()


def exif_stated(exif: Exif) -> tuple[int, dict[str, str]]:
    """Return the orientation (1 if none is given) and what else EXIF states."""
    stated = {
        label: text for tag, label in _STATED if (text := plain(str(exif.get(tag, "")).strip("\0")))
    }
    if "date" in stated:
        stated["date"] = iso_date(stated["date"])
    found = from_description(str(exif.get(270, "")))
    if model := stated.get("model"):
        found.setdefault("instrument", model)
    photographic = exif.get_ifd(_EXIF_PART) if exif else {}
    if comment := _comment(photographic.get(_USER_COMMENT)):
        found["comment"] = comment
    exposure = photographic.get(_EXPOSURE, 0)
    if _is_number(exposure) and math.isfinite(exposure) and exposure > 0:
        found["exposure_s"] = f"{float(exposure):g}"
    orientation = exif.get(_ORIENTATION, 1)
    return orientation if isinstance(orientation, int) else 1, {**found, **stated}


def _comment(value: Any) -> str:
    """Return a comment in plain letters; others are left out."""
    if not isinstance(value, bytes) or not value.startswith(b"ASCII"):
        return ""
    return plain(value[_COMMENT_MARK:].decode("latin-1"), 80)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError, ArithmeticError):
        return False
    return True


def stored_array(picture: ImageFile) -> NDArray[np.uint8]:
    """Return (rows, columns) or (rows, columns, bands) of a picture with 8 bits a band.

    A later frame of a GIF takes its kind of colours while it is decoded; numpy's own way in would
    take the size from before and the bytes from after, and read beyond them.
    """
    picture.load()
    columns, rows = picture.size
    n_bands = len(picture.getbands())
    flat = np.frombuffer(picture.tobytes(), dtype=np.uint8)
    return flat.reshape((rows, columns) if n_bands == 1 else (rows, columns, n_bands))


def _samples(name: str, picture: ImageFile) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the stored values of an 8-bit picture, or 0 and 255 of a 1-bit one."""
    picture.load()
    if picture.mode == "1":
        return np.asarray(picture).astype(np.uint8) * np.uint8(255), ()
    if picture.mode == "P":
        colours = np.asarray(picture.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        return through_palette(stored_array(picture), colours)
    if picture.mode in {"L", "LA", "RGB", "RGBA"}:
        return stored_array(picture), ()
    raise unsupported(name, f"{picture.mode} print colours")
