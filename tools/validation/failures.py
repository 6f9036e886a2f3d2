"""Pictures of what detection does not manage, drawn on simulated photographs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.cache import StageCache
from blotquant.model.lane import Lane
from blotquant.simulate.photos import photo_scene, simulate_photo
from validation.lanes_alone import find_lanes, read_photo
from validation.scenes import match_scene_lanes

SIDE_PX = 420  # longest side of a picture
RIGHT, INVENTED, MISSED = (220, 140, 0), (40, 40, 230), (0, 165, 255)  # blue, red, orange
SHOWN = (0.002, 0.998)  # quantiles of the grey values that become black and white

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A picture's name, and the simulated photograph on which detection fails."""

    name: str
    scene: str
    seed: int


FAILURES = (
    Failure(name="gels-joined", scene="gels-joined", seed=101),
    Failure(name="cut-pieces", scene="cut-pieces", seed=103),
    Failure(name="figure-panels", scene="figure-panels", seed=102),
    Failure(name="crop-jpeg", scene="crop-jpeg", seed=102),
    Failure(name="strips", scene="strips", seed=102),
    Failure(name="dots", scene="dots", seed=101),
)


def draw_failures(folder: Path) -> None:
    """Write one small PNG for each failure into `folder`."""
    folder.mkdir(exist_ok=True)
    for failure in FAILURES:
        picture = draw(failure)
        _, encoded = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        (folder / f"{failure.name}.png").write_bytes(encoded.tobytes())
        print(f"drew {failure.name}.png")


def draw(failure: Failure) -> Picture:
    """Return the photograph with the lanes found (blue), invented (red) and missed (orange)."""
    photo = simulate_photo(photo_scene(failure.scene, failure.seed))
    lanes = find_lanes(*read_photo(photo, failure.name), StageCache())
    true = [(membrane, lane) for membrane in photo.membranes for lane in membrane.lanes]
    matched = match_scene_lanes(true, lanes)
    right = {j for j, _ in matched.values()}
    missed = [
        lane.as_lane("", "")
        for i, (membrane, lane) in enumerate(true)
        if i not in matched and any(b.lane == lane.number for b in membrane.bands)
    ]
    picture, scale = _shown(photo.image.pixels)
    for lane in missed:
        _outline(picture, lane, scale, MISSED)
    for j, lane in enumerate(lanes):
        _outline(picture, lane, scale, RIGHT if j in right else INVENTED)
    return picture


def _shown(pixels: NDArray[Any]) -> tuple[Picture, float]:
    """Return a small picture in colours, and by how much it is smaller."""
    scale = SIDE_PX / max(pixels.shape)
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(pixels.astype(np.float32), size, interpolation=way)
    low, high = np.quantile(small, SHOWN)
    grey = np.clip((small - low) / max(high - low, 1e-9) * 255, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8), scale


def _outline(picture: Picture, lane: Lane, scale: float, colour: tuple[int, int, int]) -> None:
    half = lane.width_px / 2
    left = [(x - half, y) for x, y in lane.nodes]
    right = [(x + half, y) for x, y in lane.nodes]
    corners = np.array([*left, *reversed(right)])
    places = np.round((corners + 0.5) * scale - 0.5).astype(np.int32)
    cv2.polylines(picture, [places], isClosed=True, color=colour)
