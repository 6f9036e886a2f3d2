"""The outlines of lanes and bands in file pixels: pure geometry, shared by painting and hitting."""

from __future__ import annotations

import math

from blotquant.model.geometry import Point
from blotquant.model.lane import Lane


def _across(a: Point, b: Point) -> Point:
    """Return the unit vector across the axis from a to b, pointing to the right."""
    length = math.dist(a, b)
    return (b[1] - a[1]) / length, -(b[0] - a[0]) / length


def across_at(lane: Lane, position_px: float) -> Point:
    """Return the unit vector across a lane at a position along it, pointing to the right."""
    half = min(1.0, lane.length_px / 4)
    return _across(lane.point_at(position_px - half), lane.point_at(position_px + half))


def lane_sides(lane: Lane) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Return the left and the right side of a lane, top to bottom, one point per node."""
    left, right = [], []
    half = lane.width_px / 2
    nodes = lane.nodes
    for i, (x, y) in enumerate(nodes):
        ux, uy = _across(nodes[max(i - 1, 0)], nodes[min(i + 1, len(nodes) - 1)])
        left.append((x - ux * half, y - uy * half))
        right.append((x + ux * half, y + uy * half))
    return tuple(left), tuple(right)


def lane_outline(lane: Lane) -> tuple[Point, ...]:
    """Return the closed outline of a lane."""
    left, right = lane_sides(lane)
    return (*left, *reversed(right))


def band_outline(lane: Lane, start_px: float, stop_px: float) -> tuple[Point, ...]:
    """Return the four corners of a band: top left, top right, bottom right, bottom left."""
    half = lane.width_px / 2
    corners = []
    for position, signs in ((start_px, (-1, 1)), (stop_px, (1, -1))):
        x, y = lane.point_at(position)
        ux, uy = across_at(lane, position)
        corners += [(x + s * ux * half, y + s * uy * half) for s in signs]
    return tuple(corners)


def along_and_across(lane: Lane, point: Point) -> tuple[float, float]:
    """Return the position along a lane and the distance from its axis (positive to the right)."""
    position = lane.position_at(point[1])
    for _ in range(3):
        # The height alone is exact for an upright lane; a leaning one needs the foot of the
        # perpendicular, which these steps reach to well below a pixel.
        x, y = lane.point_at(position)
        ux, uy = across_at(lane, position)
        position += (point[0] - x) * -uy + (point[1] - y) * ux
    x, y = lane.point_at(position)
    ux, uy = across_at(lane, position)
    return position, (point[0] - x) * ux + (point[1] - y) * uy
