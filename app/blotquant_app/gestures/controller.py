"""The mouse on the blot: click selects, a drag on the selection edits, tools add."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from PySide6.QtCore import QObject, Qt, Signal

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.geometry import Membrane, Point
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant_app.document import Document
from blotquant_app.gestures.drags import Drag, lane_after
from blotquant_app.gestures.hits import Hit, Part, hit_at
from blotquant_app.gestures.membrane_tools import (
    MembraneDrag,
    MembraneTool,
    corner_at,
    drag_from,
    membrane_at,
)
from blotquant_app.selection import Manner, Selected, Selection
from blotquant_app.views.outlines import along_and_across
from blotquant_app.views.shown import BlotScene

_DEFAULT_LANE_SHARE = 0.06  # of the membrane's width, for the first lane of a membrane
_MEMBRANE_TOOLS = tuple(t.value for t in MembraneTool)
_TOO_SHORT = {
    MembraneTool.BOX: "Drag from one corner of the blot to the opposite one.",
    MembraneTool.LINE: "Drag along a row of bands, from one side of the blot to the other.",
}


class Gestures(QObject):
    """Turns presses, moves and releases in file pixels into edits of the document.

    Parameters
    ----------
    scene
        Returns what the picture shows now.
    lane_base
        Returns the project that an edit of these lanes begins from.
    """

    tool_changed = Signal(str)
    menu_wanted = Signal(object)
    advice = Signal(str)
    weight_wanted = Signal(str, object)  # of the marker band at a place: membrane, (x, y)
    drawn = Signal(object)  # the points of what is being drawn, none when it is done

    def __init__(
        self,
        document: Document,
        selection: Selection,
        scene: Callable[[], BlotScene],
        parent: QObject | None = None,
        lane_base: Callable[[tuple[Lane, ...]], Project] | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane_base = lane_base or (lambda _: document.project)
        self._document = document
        self._selection = selection
        self._scene = scene
        self._drag: Drag | None = None
        self._tool = ""
        self._drawing: MembraneDrag | None = None
        self._reach_px = 0.0

    @property
    def tool(self) -> str:
        """`lane` or `band` while one is to be added, a `MembraneTool`, else empty."""
        return self._tool

    @property
    def is_dragging(self) -> bool:
        """Whether something moves under the mouse."""
        return self._drag is not None or self._drawing is not None

    def take_tool(self, tool: str) -> None:
        """Take a tool in hand, or put it down with an empty name or the same one again."""
        self._tool = "" if tool == self._tool else tool
        self.tool_changed.emit(self._tool)

    def press(self, point: Point, reach_px: float) -> bool:
        """Begin a drag if the press is on the selection; return whether it is."""
        scene = self._scene()
        if self._tool in _MEMBRANE_TOOLS:
            self._reach_px = reach_px
            self._drawing = drag_from(
                MembraneTool(self._tool), self._document.project, scene, point, reach_px
            )
            if self._drawing is None:
                self.advice.emit("Begin the line on the blot that is to be straightened.")
            return True
        hit = hit_at(scene, self._selection.now, point, reach_px)
        if self._tool or hit is None or not self._is_selected(hit):
            return False
        lanes = scene.lanes_of(hit.membrane)
        project = self._document.project if hit.row else self._lane_base(lanes)
        self._drag = Drag(project=project, scene=scene, hit=hit, start=point)
        return True

    def move(self, point: Point) -> None:
        """Show where the drag has come to."""
        if self._drawing is not None:
            self.drawn.emit(self._drawing.outline_at(point))
        if self._drag is not None:
            self._document.preview(self._drag.project_at(point))

    def release(self, point: Point) -> None:
        """End the drag: one step in the history."""
        if self._drawing is not None:
            self._finish_drawing(point)
        if self._drag is None:
            return
        drag, self._drag = self._drag, None
        new = drag.project_at(point)
        now = self._selection.now
        self._document.edit(drag.text, new)
        if not drag.hit.row:
            number = lane_after(drag.scene, now, new)
            self._selection.select_lane(now.membrane, number)

    def cancel(self) -> bool:
        """Give back what was there before the drag, or put the tool down; say whether it did."""
        if self._drawing is not None:
            self._drawing = None
            self.drawn.emit(())
            return True
        if self._drag is not None:
            self._drag = None
            self._document.drop_preview()
            return True
        if self._tool:
            self.take_tool("")
            return True
        return False

    def click(self, point: Point, reach_px: float, manner: Manner = Manner.ALONE) -> None:
        """Use the tool in hand, or select what lies here: alone, added, or up to here."""
        if self._tool in _MEMBRANE_TOOLS:
            self.advice.emit(_TOO_SHORT[MembraneTool(self._tool)])
            return
        if self._tool == "lane":
            self._add_lane(point)
            return
        if self._tool == "band":
            self._add_band(point)
            return
        if self._tool == "weight":
            self._weigh(point)
            return
        hit = hit_at(self._scene(), self._selection.now, point, reach_px)
        if hit is None:
            if manner is Manner.ALONE:
                self._selection.clear()
            return
        answers = {
            Manner.ALONE: self._selection.select,
            Manner.ADDED: self._selection.toggle,
            Manner.UP_TO: self._selection.extend,
        }
        answers[manner](self._thing(hit))

    def double_click(self, point: Point, reach_px: float) -> None:
        """Give the selected lane a node here, or take the one under the mouse away."""
        now, scene = self._selection.now, self._scene()
        hit = hit_at(scene, now, point, reach_px)
        if self._tool or hit is None or hit.row or now.row or not self._is_selected(hit):
            return
        lanes = scene.lanes_of(hit.membrane)
        base = self._lane_base(lanes)
        n_nodes = len(next(x for x in lanes if x.number == hit.lane).nodes)
        if hit.part is not Part.NODE:
            new = edits.add_lane_node(base, lanes, hit.lane, point)
            self._document.edit(f"Add a node to lane {hit.lane}", new)
        elif 0 < hit.node < n_nodes - 1:
            new = edits.delete_lane_node(base, lanes, hit.lane, hit.node)
            self._document.edit(f"Take a node off lane {hit.lane}", new)

    def menu(self, point: Point, reach_px: float) -> None:
        """Select what lies here and ask for its menu."""
        hit = hit_at(self._scene(), self._selection.now, point, reach_px)
        under = membrane_at(self._scene().membranes, point)
        if hit is not None and self._thing(hit) not in self._selection.all:
            self._selection.select(self._thing(hit))
        elif hit is None and under is not None:
            self._selection.select(Selected(image=self._scene().image, membrane=under.name))
        self.menu_wanted.emit(hit)

    def cursor(self, point: Point, reach_px: float) -> Qt.CursorShape:
        """Return the mouse cursor that says what a press here would do."""
        if self._tool:
            is_box = self._tool == MembraneTool.BOX
            takes = is_box and corner_at(self._scene().membranes, point, 2 * reach_px)
            return Qt.CursorShape.SizeAllCursor if takes else Qt.CursorShape.CrossCursor
        hit = hit_at(self._scene(), self._selection.now, point, reach_px)
        if hit is None:
            return Qt.CursorShape.ArrowCursor
        if not self._is_selected(hit):
            return Qt.CursorShape.PointingHandCursor
        if hit.part in {Part.LEFT, Part.RIGHT}:
            return Qt.CursorShape.SizeHorCursor
        if hit.part in {Part.TOP, Part.BOTTOM}:
            return Qt.CursorShape.SizeVerCursor
        return Qt.CursorShape.SizeAllCursor

    def _finish_drawing(self, point: Point) -> None:
        """Make the step of a drawn box, corner or line, unless it says nothing."""
        drawing, self._drawing = self._drawing, None
        self.drawn.emit(())
        if drawing is None:
            return
        if not drawing.is_long_enough(point, self._reach_px):
            self.advice.emit(_TOO_SHORT[drawing.tool])
            return
        try:
            new = drawing.project_at(point)
        except BlotquantError as error:
            self.advice.emit(str(error))
            return
        self._document.edit(drawing.text, new)
        self.take_tool("")

    def _thing(self, hit: Hit) -> Selected:
        image = self._selection.now.image
        return Selected(image=image, membrane=hit.membrane, lane=hit.lane, row=hit.row)

    def _is_selected(self, hit: Hit) -> bool:
        return self._thing(hit) == self._selection.now

    def _add_lane(self, point: Point) -> None:
        scene = self._scene()
        membrane = next((m for m in scene.membranes if m.contains(point)), None)
        if membrane is None:
            self.advice.emit("A lane lies on a membrane. Click inside the blot.")
            return
        lanes = scene.lanes_of(membrane.name)
        nodes, width = _new_lane(membrane, scene, point)
        base = self._lane_base(lanes)
        new = edits.add_lane(base, lanes, scene.image, membrane.name, nodes, width)
        now = Selected(image=scene.image, membrane=membrane.name)
        self._document.edit("Add a lane", new)
        self._selection.select_lane(membrane.name, lane_after(scene, now, new))
        self.take_tool("")

    def _add_band(self, point: Point) -> None:
        scene = self._scene()
        for lane in scene.lanes:
            along, across = along_and_across(lane, point)
            if abs(across) <= lane.width_px / 2 and 0 <= along <= lane.length_px:
                self._add_band_in(scene, lane.membrane, lane.number, along)
                return
        self.advice.emit("A band lies in a lane. Click inside a lane, or add the lane first.")

    def _weigh(self, point: Point) -> None:
        """Ask for the weight of the band under a click, at its apex; of the place where none is."""
        scene = self._scene()
        for lane in scene.lanes:
            along, across = along_and_across(lane, point)
            if abs(across) > lane.width_px / 2 or not 0 <= along <= lane.length_px:
                continue
            here = [b for b in scene.bands_of(lane.membrane) if b.lane == lane.number]
            band = next((b for b in here if b.start_px <= along <= b.stop_px), None)
            at = lane.point_at(along if band is None else band.apex_px)
            self.weight_wanted.emit(lane.membrane, at)
            return
        self.advice.emit("A marker band lies in a lane. Click inside a lane, or add it first.")

    def _add_band_in(self, scene: BlotScene, membrane: str, lane: int, along: float) -> None:
        bands = scene.bands_of(membrane)
        here = next((b for b in bands if b.lane == lane and b.start_px <= along <= b.stop_px), None)
        if here is not None:
            # A click inside a row's place says that its band is there after all.
            lanes = scene.lanes_of(membrane)
            new = edits.add_band(self._document.project, bands, lane, here.row, lanes)
            row = here.row
        else:
            new = edits.add_row(
                self._document.project, scene.lanes_of(membrane), bands, lane, along
            )
            above = [b.row for b in bands if b.lane == lane and b.apex_px <= along]
            row = max(above) + 1 if above else min((b.row for b in bands), default=1)
        self._document.edit(f"Add a band to lane {lane}", new)
        self._selection.select_band(membrane, lane, row)
        self.take_tool("")


def _new_lane(
    membrane: Membrane, scene: BlotScene, point: Point
) -> tuple[tuple[Point, ...], float]:
    """Return nodes through a point, shaped like the nearest lane, and the usual width."""
    lanes = scene.lanes_of(membrane.name)
    if lanes:
        nearest = min(lanes, key=lambda lane: abs(lane.x_at(point[1]) - point[0]))
        dx = point[0] - nearest.x_at(point[1])
        return tuple((x + dx, y) for x, y in nearest.nodes), median(n.width_px for n in lanes)
    left, top, right, bottom = membrane.bounds
    nodes = ((point[0], top), (point[0], bottom))
    return nodes, max((right - left) * _DEFAULT_LANE_SHARE, 4.0)
