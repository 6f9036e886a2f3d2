"""One small valid file, or a few, of every format that is read."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from formats.biorad import one_sc, scn

_SHAPE = (24, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file: its name, its bytes, and the file that must lie beside it."""

    name: str
    data: bytes
    beside: tuple[tuple[str, bytes], ...] = ()


def grey(seed: int = 0) -> NDArray[np.uint16]:
    """Return a noisy 16-bit picture of 24 x 32 pixels."""
    return np.random.default_rng(seed).normal(3000, 200, _SHAPE).astype(np.uint16)


def inf_text(
    shape: tuple[int, int] = _SHAPE,
    *,
    bits: int = 16,
    sensitivity: str = "4000",
    latitude: str = "5",
    scale: str = "",
) -> bytes:
    """Return the text of a Fuji pair with 100 um pixels; with a scale, as a Typhoon writes it."""
    rows, columns = shape
    lines = ("BAS_IMAGE_FILE", "blot 1", "20*25", "100", "100", str(bits), str(columns), str(rows))
    more = (sensitivity, latitude, "Mon Dec 15 11:55:00 2015", "1450180500", "0", "FLA7000", "")
    if not scale:
        return "\n".join((*lines, *more, "a comment", "")).encode()
    listed = (f"H,ScaleType={scale}", "S,LaserName=LD635", "S,FilterName=IP", "S,V=655")
    # No size of the plate, and a list below.
    return "\n".join((*lines[:2], *lines[3:], *more, "*** more info ***", *listed, "")).encode()


def tiff(array: NDArray[Any], **how: Any) -> bytes:
    """Return a TIFF file."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **how)
    return buffer.getvalue()


def raster(array: NDArray[Any], kind: str, **how: Any) -> bytes:
    """Return a file that Pillow writes."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **how)
    return buffer.getvalue()


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def samples() -> tuple[Sample, ...]:
    """Return the valid files, in a fixed order."""
    return (*_tiffs(), *_rasters(), *_imagers())


def _tiffs() -> tuple[Sample, ...]:
    a, b = grey(), grey(1)
    small = (a >> 5).astype(np.uint8)
    stack, both = np.stack([a, b]), np.stack([a, b], axis=-1)
    gel = [(33445, "I", 1, 2, True), (33446, "2I", 1, (1, 4), True)]
    ways: dict[str, bytes] = {
        "plain": tiff(a),
        "lzw": tiff(a, compression="lzw", rowsperstrip=8),
        "tiles": tiff(a, tile=(16, 16), compression="zlib", predictor=True),
        "big": tiff(a, bigtiff=True, byteorder=">"),
        "float": tiff(a.astype(np.float16)),
        "packbits": tiff(small, compression="packbits"),
        "jpeg": tiff(small, compression="jpeg", tile=(16, 16)),
        "zstd": tiff(a, compression="zstd"),
        "rgb": tiff(np.stack([small] * 3, axis=-1), photometric="rgb", resolution=(254, 254)),
        "palette": tiff(
            small, photometric="palette", colormap=np.tile(np.arange(256, dtype="u2") * 257, (3, 1))
        ),
        "pages": tiff(stack, photometric="minisblack", metadata=None),
        "imagej": tiff(stack, imagej=True, photometric="minisblack"),
        "ome": tiff(stack, ome=True, photometric="minisblack", metadata={"axes": "CYX"}),
        "channels": tiff(both, photometric="minisblack", planarconfig="contig"),
        "gel": tiff(a, extratags=gel),
    }
    return tuple(Sample(name=f"{name}.tif", data=data) for name, data in ways.items())


def _rasters() -> tuple[Sample, ...]:
    a = grey()
    small = (a >> 5).astype(np.uint8)
    rgba = np.dstack([small, small, small, np.full_like(small, 255)])
    exif = Image.Exif()
    exif[274], exif[270] = 6, "Exposure time = 2 s"
    palette = Image.fromarray(small, mode=None).convert("P")
    buffer = io.BytesIO()
    palette.save(buffer, "PNG")
    frames = [Image.fromarray(small), Image.fromarray(255 - small)]
    gif = io.BytesIO()
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:])
    return (
        Sample(name="grey16.png", data=raster(a, "PNG")),
        Sample(name="rgba.png", data=raster(rgba, "PNG", exif=exif)),
        Sample(name="palette.png", data=buffer.getvalue()),
        Sample(name="grey.jpg", data=raster(small, "JPEG", exif=exif)),
        Sample(name="colour.jpg", data=raster(rgba[..., :3], "JPEG", progressive=True)),
        Sample(name="grey.bmp", data=raster(small, "BMP")),
        Sample(name="two.gif", data=gif.getvalue()),
        Sample(name="lossy.webp", data=raster(rgba[..., :3], "WEBP")),
        Sample(name="exact.webp", data=raster(rgba[..., :3], "WEBP", lossless=True)),
        Sample(name="exact.jp2", data=imagecodecs.jpeg2k_encode(a, reversible=True)),
        Sample(
            name="lossy.j2k",
            data=imagecodecs.jpeg2k_encode(small, level=30, reversible=False, codecformat="j2k"),
        ),
    )


def _imagers() -> tuple[Sample, ...]:
    a, b = grey(), grey(1)
    raw = a.astype(">u2").tobytes()
    return (
        Sample(name="scan.1sc", data=one_sc(a)),
        Sample(name="scan.scn", data=scn(a)),
        Sample(name="two.scn", data=scn(a, b)),
        Sample(name="plate.img", data=raw, beside=(("plate.inf", inf_text()),)),
        Sample(name="text.inf", data=inf_text(), beside=(("text.img", raw),)),
        Sample(name="typhoon.img", data=raw, beside=(("typhoon.inf", inf_text(scale="Linear")),)),
        Sample(name="pair.zip", data=archive({"700.tif": tiff(a), "800.tif": tiff(b)})),
        Sample(
            name="deflated.zip",
            data=archive({"blot/a.png": raster(a, "PNG")}, zipfile.ZIP_DEFLATED),
        ),
    )
