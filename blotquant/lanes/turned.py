"""A look at a membrane along its own axes, when the user said how it lies.

Lanes that lean far are found badly, and each begins elsewhere along its bands. A membrane that was
straightened is laid upright for detection alone; what is found is turned back. No measured pixel
is touched.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.closer import AROUND, LEAST_PX
from blotquant.lanes.wanted import Wanted
from blotquant.model.geometry import Membrane, Point, along_and_down
from blotquant.model.lane import Lane

LEAST_DEG = 1.0  # what leans less is found as well as it lies


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A part of a photograph whose rows run along the bands.

    `corner` is the file pixel of its top left pixel, `angle_deg` the lean of the lanes, `width` and
    `height` its size in pixels of the file's size.
    """

    corner: Point
    angle_deg: float
    width: int
    height: int

    @classmethod
    def along(cls, membrane: Membrane) -> Turned | None:
        """Return the part to look at, None where the membrane lies straight or nobody said how."""
        if not membrane.edited or abs(membrane.angle_deg) < LEAST_DEG:
            return None
        u, v = along_and_down(membrane.angle_deg)
        across = [x * u[0] + y * u[1] for x, y in membrane.corners]
        down = [x * v[0] + y * v[1] for x, y in membrane.corners]
        margin = AROUND * max(max(across) - min(across), max(down) - min(down))
        width = math.ceil(max(across) - min(across) + 2 * margin)
        height = math.ceil(max(down) - min(down) + 2 * margin)
        if min(width, height) < LEAST_PX:
            return None
        i, j = min(across) - margin, min(down) - margin
        return cls(
            corner=(i * u[0] + j * v[0], i * u[1] + j * v[1]),
            angle_deg=membrane.angle_deg,
            width=width,
            height=height,
        )

    def cut(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return the part of a picture, upright; beyond its edges the outermost pixels go on."""
        (ux, uy), (vx, vy) = along_and_down(self.angle_deg)
        back = np.array([[ux, vx, self.corner[0]], [uy, vy, self.corner[1]]])
        cut: NDArray[Any] = cv2.warpAffine(
            np.asarray(pixels),
            back,
            (self.width, self.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return cut

    def membrane_inside(self, membrane: Membrane) -> Membrane:
        """Return a membrane of the photograph in the part's pixels."""
        a, b, c, d = (self._inside(p) for p in membrane.corners)
        return replace(membrane, corners=(a, b, c, d), angle_deg=0.0)

    def wanted_inside(self, wanted: Wanted) -> Wanted:
        """Return the user's word in the part's pixels; lanes that would lie across are left out."""
        fixed, absent = self._all_inside(wanted.fixed), self._all_inside(wanted.absent)
        return replace(wanted, fixed=fixed, absent=absent, room=None)

    def lanes_outside(self, lanes: Iterable[Lane]) -> tuple[Lane, ...]:
        """Return lanes of the part in the photograph's pixels."""
        return tuple(replace(x, nodes=tuple(map(self._outside, x.nodes))) for x in lanes)

    def _all_inside(self, lanes: Iterable[Lane]) -> tuple[Lane, ...]:
        moved = ((x, tuple(map(self._inside, x.nodes))) for x in lanes)
        return tuple(
            replace(x, nodes=nodes)
            for x, nodes in moved
            if all(a[1] < b[1] for a, b in itertools.pairwise(nodes))
        )

    def _inside(self, point: Point) -> Point:
        u, v = along_and_down(self.angle_deg)
        dx, dy = point[0] - self.corner[0], point[1] - self.corner[1]
        return dx * u[0] + dy * u[1], dx * v[0] + dy * v[1]

    def _outside(self, point: Point) -> Point:
        (ux, uy), (vx, vy) = along_and_down(self.angle_deg)
        i, j = point
        return self.corner[0] + i * ux + j * vx, self.corner[1] + i * uy + j * vy
