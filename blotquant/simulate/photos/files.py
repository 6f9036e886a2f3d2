"""Simulated photographs as files: the picture and its truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blotquant.simulate.files import TRUTH_FORMAT, lane_truth, write_bytes, write_json
from blotquant.simulate.photos.compose import SimulatedMembrane, SimulatedPhoto

TRUTH_VERSION = 2  # version 1 knows one membrane, and volumes


def photo_truth(photo: SimulatedPhoto) -> dict[str, Any]:
    """Return what is true of a photograph as a mapping that JSON can hold; numbers to 1e-4."""
    return {
        "format": TRUTH_FORMAT,
        "version": TRUTH_VERSION,
        "polarity": photo.polarity.value,
        "full_scale": photo.image.full_scale,
        "seed": photo.scene.seed,
        "membranes": [_membrane(membrane) for membrane in photo.membranes],
    }


def write_photo(photo: SimulatedPhoto, folder: Path | str, name: str) -> Path:
    """Write ``name.tif`` (or ``.jpg``) and ``name.truth.json``; return the picture's path.

    The folder is made if it does not exist. Raises `ProjectError` where it cannot be written.
    """
    path = Path(folder) / f"{name}{Path(photo.image.name).suffix}"
    write_bytes(path, photo.content)
    write_json(path.with_name(f"{name}.truth.json"), {"image": path.name, **photo_truth(photo)})
    return path


def _membrane(membrane: SimulatedMembrane) -> dict[str, Any]:
    return {
        "corners": [[round(x, 4), round(y, 4)] for x, y in membrane.corners],
        "lanes": [lane_truth(lane) for lane in membrane.lanes],
        "bands": [
            {
                "lane": band.lane,
                "row": band.row,
                "kind": band.kind.value,
                "x_px": round(band.x_px, 4),
                "y_px": round(band.y_px, 4),
                "height_px": round(band.height_px, 4),
                "snr": round(band.snr, 4),
            }
            for band in membrane.bands
        ],
    }
