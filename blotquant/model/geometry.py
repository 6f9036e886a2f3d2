"""Places on a photograph.

Coordinates are pixels of the file as it was read: a pixel's centre is an integer, the origin is top
left, points are (x, y), arrays are (row, column).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]


def along_and_down(angle_deg: float) -> tuple[Point, Point]:
    """Return the unit vectors along the bands and down the lanes of a membrane that leans so."""
    angle = math.radians(angle_deg)
    return (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Membrane:
    """Where one blot lies on one photograph.

    Parameters
    ----------
    image
        Id of the photograph.
    name
        The physical membrane; the same name on two photographs is the same piece of membrane.
    corners
        Four points: top left, top right, bottom right, bottom left, as migration runs downwards.
    angle_deg
        By how much lanes lean: the angle of the migration direction from the vertical, positive
        when a lane's lower end lies to the right.
    edited
        Whether a user placed it.
    """

    image: str
    name: str
    corners: tuple[Point, Point, Point, Point]
    angle_deg: float = 0.0
    edited: bool = False

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of the upright box around it."""
        xs = [x for x, _ in self.corners]
        ys = [y for _, y in self.corners]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def height_px(self) -> float:
        """Mean length of the two sides along migration."""
        tl, tr, br, bl = self.corners
        return (math.dist(tl, bl) + math.dist(tr, br)) / 2

    def contains(self, point: Point) -> bool:
        """Return whether the point lies inside the four corners (or on their edge)."""
        x, y = point
        for (x0, y0), (x1, y1) in zip(
            self.corners, (*self.corners[1:], self.corners[0]), strict=True
        ):
            if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) < -1e-9:
                return False
        return True
