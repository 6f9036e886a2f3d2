"""What lies under the mouse: pure functions in file pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from blotquant.model.geometry import Point
from blotquant.model.lane import Lane
from blotquant_app.selection import Selected
from blotquant_app.views.outlines import along_and_across
from blotquant_app.views.shown import BlotScene


class Part(StrEnum):
    """Which part of a lane or band is under the mouse."""

    BODY = "body"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    NODE = "node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A lane (row 0) or a band, and the part of it; `node` counts from 0."""

    membrane: str
    lane: int
    row: int = 0
    part: Part = Part.BODY
    node: int = 0


def _selected_lane_hit(lane: Lane, point: Point, reach_px: float) -> Hit | None:
    for i, node in enumerate(lane.nodes):
        if math.dist(node, point) <= reach_px:
            return Hit(membrane=lane.membrane, lane=lane.number, part=Part.NODE, node=i)
    along, across = along_and_across(lane, point)
    if not -reach_px <= along <= lane.length_px + reach_px:
        return None
    for part, edge in ((Part.LEFT, -lane.width_px / 2), (Part.RIGHT, lane.width_px / 2)):
        if abs(across - edge) <= reach_px:
            return Hit(membrane=lane.membrane, lane=lane.number, part=part)
    return None


def _selected_band_hit(
    scene: BlotScene, selected: Selected, lane: Lane, point: Point, reach_px: float
) -> Hit | None:
    band = scene.band(selected.membrane, selected.lane, selected.row)
    along, across = along_and_across(lane, point)
    if band is None or abs(across) > lane.width_px / 2:
        return None
    # The edges of a small band may not eat its body: the middle third always moves it.
    reach = min(reach_px, (band.stop_px - band.start_px) / 3)
    for part, edge, inwards in (
        (Part.TOP, band.start_px, 1),
        (Part.BOTTOM, band.stop_px, -1),
    ):
        depth = (along - edge) * inwards
        if -reach_px <= depth <= reach:
            return Hit(membrane=band.membrane, lane=band.lane, row=band.row, part=part)
    return None


def hit_at(scene: BlotScene, selected: Selected, point: Point, reach_px: float) -> Hit | None:
    """Return what lies at a point: handles of the selection first, then bands, then lanes.

    `reach_px` is how far from a line the mouse may be, in file pixels.
    """
    chosen = scene.lane(selected.membrane, selected.lane)
    if chosen is not None:
        if selected.is_band:
            hit = _selected_band_hit(scene, selected, chosen, point, reach_px)
        else:
            hit = _selected_lane_hit(chosen, point, reach_px)
        if hit is not None:
            return hit
    for lane in scene.lanes:
        along, across = along_and_across(lane, point)
        if abs(across) > lane.width_px / 2:
            continue
        for band in scene.bands:
            if (band.membrane, band.lane) == (lane.membrane, lane.number) and (
                band.start_px <= along <= band.stop_px
            ):
                return Hit(membrane=band.membrane, lane=band.lane, row=band.row)
        if -reach_px <= along <= lane.length_px + reach_px:
            return Hit(membrane=lane.membrane, lane=lane.number)
    return None
