"""Where everything of a scene lies, in the membrane's axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blotquant.model.geometry import Point
from blotquant.model.lane import LaneKind
from blotquant.simulate.scene import Scene, SimulatedLane
from blotquant.simulate.shapes import Array, Frame, pixels_around


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A part of the picture with the values that belong there."""

    top: int
    left: int
    values: Array

    def of(self, picture: Array) -> Array:
        """Return the part of a (rows, columns) array that this patch covers."""
        rows, columns = self.values.shape
        return picture[self.top : self.top + rows, self.left : self.left + columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One band before it is rendered: `v_px` is its row's height in the middle of the picture."""

    lane: int
    row: int
    target: str
    form: str
    kda: float
    v_px: float
    amount: float
    sigma_px: float
    tail_px: float


class Layout:
    """Where everything of a scene lies, in the membrane's axes."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.frame = Frame(
            centre=(
                (scene.width_px - 1) / 2 + scene.offset_px[0],
                (scene.height_px - 1) / 2 + scene.offset_px[1],
            ),
            rotation_deg=scene.rotation_deg,
        )
        self.half_height = scene.membrane_size_px[1] / 2
        self.slope = math.tan(math.radians(scene.tilt_deg))

    def middle(self, number: int) -> float:
        """Return the u of a lane's axis at the membrane's middle."""
        scene = self.scene
        pitch = scene.lane_width_px + scene.gap_px
        shift = scene.lane_shifts_px[number - 1] if scene.lane_shifts_px else 0.0
        return (number - 1 - (scene.n_lanes - 1) / 2) * pitch + shift

    def lean(self, v: Array) -> Array:
        """Return how far lanes stand to the right of their middle at height v."""
        share = v / self.half_height
        return self.slope * v + self.scene.bow_px * (1 - share * share)

    def bend(self, u: Array) -> Array:
        """Return how much lower a row runs at u than in the middle of the picture."""
        share = u / (self.scene.width_px / 2)
        return self.scene.smile_px * share * share

    def height_of(self, kda: float) -> float:
        """Return the v where a molecular weight runs."""
        largest, smallest = self.scene.kda_range
        share = math.log(largest / kda) / math.log(largest / smallest)
        return (2 * share - 1) * self.half_height

    def apex(self, spot: Spot) -> Point:
        """Return the (u, v) of a band's highest place: on the lane's axis, on the bent row."""
        v = spot.v_px
        for _ in range(4):  # the axis leans by little, so this settles at once
            u = self.middle(spot.lane) + float(self.lean(np.array(v)))
            v = spot.v_px + float(self.bend(np.array(u)))
        return u, v

    def lane(self, number: int, kind: LaneKind) -> SimulatedLane:
        """Return the true lane; a straight one has two nodes."""
        heights = np.linspace(-self.half_height, self.half_height, 9 if self.scene.bow_px else 2)
        middle = self.middle(number)
        nodes = tuple(
            self.frame.to_file(middle + float(self.lean(np.array(v))), float(v)) for v in heights
        )
        width = self.scene.lane_width_px * math.cos(math.atan(self.slope))
        return SimulatedLane(number=number, nodes=nodes, width_px=width, kind=kind)

    def region(self, corners: tuple[Point, ...]) -> tuple[int, int, Array, Array]:
        """Return top, left and the (u, v) of all pixels in the box around membrane places."""
        scene = self.scene
        files = [self.frame.to_file(u, v) for u, v in corners]
        top, bottom, left, right = pixels_around(files, (scene.height_px, scene.width_px))
        x = np.arange(left, right, dtype=np.float64)[np.newaxis, :]
        y = np.arange(top, bottom, dtype=np.float64)[:, np.newaxis]
        u, v = self.frame.to_membrane(x, y)
        return top, left, u, v
