"""What a drag does: from a hit, the place where it began and where the mouse is, a new project."""

from __future__ import annotations

from dataclasses import dataclass

from blotquant import edits
from blotquant.model.geometry import Point
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant_app.gestures.hits import Hit, Part
from blotquant_app.selection import Selected
from blotquant_app.views.outlines import along_and_across
from blotquant_app.views.shown import BlotScene


@dataclass(frozen=True, slots=True, kw_only=True)
class Drag:
    """A running drag: everything is computed from the project and the scene at its beginning."""

    project: Project
    scene: BlotScene
    hit: Hit
    start: Point

    @property
    def text(self) -> str:
        """The name of the step in the history."""
        hit = self.hit
        if hit.row:
            verb = "Move" if hit.part is Part.BODY else "Resize"
            return f"{verb} band {hit.row} of lane {hit.lane}"
        if hit.part is Part.BODY:
            return f"Move lane {hit.lane}"
        return f"{'Bend' if hit.part is Part.NODE else 'Resize'} lane {hit.lane}"

    def project_at(self, point: Point) -> Project:
        """Return the project as it would be if the mouse were released here."""
        return self._band_at(point) if self.hit.row else self._lane_at(point)

    def _lane(self) -> Lane:
        lane = self.scene.lane(self.hit.membrane, self.hit.lane)
        if lane is None:
            raise KeyError(self.hit.lane)
        return lane

    def _lane_at(self, point: Point) -> Project:
        hit, lanes = self.hit, self.scene.lanes_of(self.hit.membrane)
        dx, dy = point[0] - self.start[0], point[1] - self.start[1]
        if hit.part is Part.NODE:
            x, y = self._lane().nodes[hit.node]
            return edits.bend_lane(self.project, lanes, hit.lane, hit.node, (x + dx, y + dy))
        if hit.part in {Part.LEFT, Part.RIGHT}:
            lane = self._lane()
            _, before = along_and_across(lane, self.start)
            _, now = along_and_across(lane, point)
            moved = now - before
            left, right = (moved, 0.0) if hit.part is Part.LEFT else (0.0, moved)
            return edits.set_lane_edges(self.project, lanes, hit.lane, left, right)
        return edits.move_lane(self.project, lanes, hit.lane, dx)

    def _band_at(self, point: Point) -> Project:
        hit, bands = self.hit, self.scene.bands_of(self.hit.membrane)
        band = self.scene.band(hit.membrane, hit.lane, hit.row)
        if band is None:
            raise KeyError(hit.row)
        lane, lanes = self._lane(), self.scene.lanes_of(hit.membrane)
        moved = along_and_across(lane, point)[0] - along_and_across(lane, self.start)[0]
        if hit.part is Part.BODY:
            return edits.move_band(self.project, bands, hit.lane, hit.row, moved, lanes)
        start, stop = band.start_px, band.stop_px
        if hit.part is Part.TOP:
            start = min(start + moved, stop - 1)
        else:
            stop = max(stop + moved, start + 1)
        return edits.set_band_limits(
            self.project, bands, hit.lane, hit.row, start, stop, lanes=lanes
        )


def lane_after(scene: BlotScene, hit: Selected, project: Project) -> int:
    """Return the number that a lane bears after an edit that may have changed the count.

    A lane that was dragged past its neighbour is recognised by being the edited one whose nodes
    are new.
    """
    before = {lane.nodes for lane in scene.lanes_of(hit.membrane)}
    for placed in project.lanes:
        if (placed.image, placed.membrane) == (scene.image, hit.membrane):
            new = [lane for lane in placed.lanes if lane.nodes not in before]
            if len(new) == 1:
                return new[0].number
    return hit.lane
