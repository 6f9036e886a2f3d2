"""Simulated blots as files: a TIFF and its truth beside it."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import ProjectError

if TYPE_CHECKING:
    from blotquant.simulate.scene import SimulatedBlot, SimulatedLane

TRUTH_FORMAT = "blotquant-truth"
TRUTH_VERSION = 1


def tiff_bytes(pixels: NDArray[np.generic]) -> bytes:
    """Return an uncompressed grey TIFF; the same pixels give the same bytes."""
    import tifffile  # noqa: PLC0415 - slow import

    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer, pixels, photometric="minisblack", software="blotquant simulate", metadata=None
    )
    return buffer.getvalue()


def truth(blot: SimulatedBlot) -> dict[str, Any]:
    """Return what is true of a blot as a mapping that JSON can hold; numbers to 1e-4."""
    scene = blot.scene
    return {
        "format": TRUTH_FORMAT,
        "version": TRUTH_VERSION,
        "polarity": blot.polarity.value,
        "full_scale": scene.full_scale,
        "exposure": scene.exposure,
        "seed": scene.seed,
        "lanes": [lane_truth(lane) for lane in blot.lanes],
        "bands": [
            {
                "lane": band.lane,
                "row": band.row,
                "target": band.target,
                "form": band.form,
                "kda": _number(band.kda),
                "x_px": _number(band.x_px),
                "y_px": _number(band.y_px),
                "volume": _number(band.volume),
                "peak": _number(band.peak),
                "saturated_fraction": _number(band.saturated_fraction),
            }
            for band in blot.bands
        ],
    }


def lane_truth(lane: SimulatedLane) -> dict[str, Any]:
    """Return what is true of a lane, for a mapping that JSON can hold."""
    return {
        "lane": lane.number,
        "kind": lane.kind.value,
        "width_px": round(lane.width_px, 4),
        "nodes": [[round(x, 4), round(y, 4)] for x, y in lane.nodes],
    }


def write_blot(blot: SimulatedBlot, folder: Path | str, name: str) -> Path:
    """Write ``name.tif`` and ``name.truth.json`` into a folder; return the picture's path.

    The folder is made if it does not exist. Raises `ProjectError` where it cannot be written.
    """
    path = Path(folder) / f"{name}.tif"
    write_bytes(path, tiff_bytes(blot.image.pixels))
    write_json(path.with_name(f"{name}.truth.json"), {"image": path.name, **truth(blot)})
    return path


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write readable JSON in UTF-8 with line feeds on every platform."""
    write_bytes(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, making its folder; raise `ProjectError` where that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror or error}",
            "Choose a folder that you may write to",
        ) from error


def _number(value: float) -> float | None:
    """Round for a file; None where there is no number."""
    return None if math.isnan(value) else round(value, 4)
