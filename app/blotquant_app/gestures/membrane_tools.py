"""Drags that say where a blot lies: draw a box, move a corner, lay a line along the bands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from blotquant import edits
from blotquant.model.geometry import Membrane, Point
from blotquant.model.project import Project
from blotquant_app.views.shown import BlotScene


class MembraneTool(StrEnum):
    """What is in hand."""

    BOX = "membrane"
    LINE = "straighten"


@dataclass(frozen=True, slots=True, kw_only=True)
class MembraneDrag:
    """A running drag. `corner` counts from 0 where one of a membrane's corners moves, else -1."""

    project: Project
    scene: BlotScene
    tool: MembraneTool
    start: Point
    membrane: str = ""
    corner: int = -1

    @property
    def text(self) -> str:
        """The name of the step in the history."""
        if self.tool is MembraneTool.LINE:
            return f"Straighten membrane {self.membrane}"
        return f"Crop membrane {self.membrane}" if self.corner >= 0 else "Draw a membrane"

    def is_long_enough(self, point: Point, reach_px: float) -> bool:
        """Whether the drag went far enough to mean something."""
        dx, dy = abs(point[0] - self.start[0]), abs(point[1] - self.start[1])
        if self.corner >= 0:
            return True
        return min(dx, dy) > reach_px if self.tool is MembraneTool.BOX else dx > 3 * reach_px

    def outline_at(self, point: Point) -> tuple[Point, ...]:
        """Return what is drawn while the mouse is here: a line, or a closed outline."""
        if self.tool is MembraneTool.LINE:
            return self.start, point
        if self.corner < 0:
            (x0, y0), (x1, y1) = self.start, point
            return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
        placed = next(p for p in self.project_at(point).membranes if p.image == self.scene.image)
        return next(m.corners for m in placed.membranes if m.name == self.membrane)

    def project_at(self, point: Point) -> Project:
        """Return the project as it would be if the mouse were released here.

        Raises `SettingsError` for a line that says nothing.
        """
        shown = self.scene.membranes
        if self.tool is MembraneTool.LINE:
            return edits.straighten_membrane(self.project, shown, self.membrane, self.start, point)
        if self.corner >= 0:
            return edits.set_membrane_corner(self.project, shown, self.membrane, self.corner, point)
        return edits.draw_membrane(self.project, shown, self.scene.image, self.start, point)


def corner_at(
    membranes: tuple[Membrane, ...], point: Point, reach_px: float
) -> tuple[str, int] | None:
    """Return the name of a membrane and which of its corners lies under the mouse."""
    for membrane in membranes:
        for i, corner in enumerate(membrane.corners):
            if math.dist(corner, point) <= reach_px:
                return membrane.name, i
    return None


def membrane_at(membranes: tuple[Membrane, ...], point: Point) -> Membrane | None:
    """Return the membrane that lies under a point."""
    return next((m for m in membranes if m.contains(point)), None)


def drag_from(
    tool: MembraneTool, project: Project, scene: BlotScene, point: Point, reach_px: float
) -> MembraneDrag | None:
    """Return the drag that a press here begins; None where there is nothing to take hold of."""
    if tool is MembraneTool.BOX:
        name, corner = corner_at(scene.membranes, point, 2 * reach_px) or ("", -1)
        return MembraneDrag(
            project=project, scene=scene, tool=tool, start=point, membrane=name, corner=corner
        )
    under = membrane_at(scene.membranes, point)
    if under is None and len(scene.membranes) == 1:
        under = scene.membranes[0]
    if under is None:
        return None
    return MembraneDrag(project=project, scene=scene, tool=tool, start=point, membrane=under.name)
