"""The middle of the window: the blot with its tools, the lane profile beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blotquant import edits
from blotquant.model.band import Band
from blotquant.model.geometry import Point
from blotquant.model.project import Project
from blotquant.model.results import LaneResult
from blotquant_app.actions import Actions
from blotquant_app.gestures.controller import Gestures
from blotquant_app.gestures.form_drops import FormDrops
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.theme import Theme, form_colour
from blotquant_app.views.blot_view import BlotView
from blotquant_app.views.hint import Hint
from blotquant_app.views.outlines import band_outline
from blotquant_app.views.problem_card import ProblemCard
from blotquant_app.views.profile_view import ProfileView
from blotquant_app.views.shown import polarity_of, probed_targets
from blotquant_app.windows.compare import Compare

_TOOLS = (
    ("add_lane", "add_band", "delete"),
    ("draw_membrane", "straighten", "give_weight"),
    ("fit", "actual_size", "zoom_in", "zoom_out"),
    ("invert", "saturated", "show_lanes", "show_bands", "profile", "lens", "compare"),
)
_WORDS_FROM_PX = 640
_AROUND_LANE, _AROUND_BAND = 2.5, 4.0  # of its own size, what is shown beside it
_HINTS = {
    "": "",
    "lane": "Click where the lane is. Esc: never mind.",
    "band": "Click in a lane where the band is. Esc: never mind.",
    "membrane": "Drag a box around the blot, or a corner. Esc: never mind.",
    "straighten": "Drag a line along a row of bands. Esc: never mind.",
    "weight": "Click a band of the marker, then type its kDa. Esc: done.",
}
# The tools that are taken in hand, and the action of each.
TOOL_ACTIONS = {
    "lane": "add_lane",
    "band": "add_band",
    "membrane": "draw_membrane",
    "straighten": "straighten",
    "weight": "give_weight",
}


class Centre(QWidget):
    """Keeps picture, profile, document, analysis and selection together."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self.view = BlotView()
        self.profile = ProfileView()
        self.gestures = Gestures(
            session.document, session.selection, session.scene, self, session.before_lane_edit
        )
        self.view.pointer = self.gestures
        self.marks_saturated = True
        self._worded: list[QToolButton] = []
        self._marked: tuple[str, str] | None = None
        self.problem: ProblemCard | None = None
        self.bar = QFrame()
        self.bar.setObjectName("viewBar")
        self.hint = Hint(self.view)
        self.form_drops = FormDrops(session, self.view, self.hint.say)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.view)
        self.split.addWidget(self.profile)
        self.split.setStretchFactor(0, 4)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        self.view.setMinimumWidth(280)
        self.profile.setMinimumWidth(140)
        self.split.setSizes([700, 200])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        self.compare = Compare(session, theme, self.view, self.split)
        column.addWidget(self.compare)
        column.addWidget(self.split, 1)
        session.document.changed.connect(self.refresh)
        session.analysed.connect(self.refresh)
        session.measured.connect(self.refresh)
        session.image_read.connect(self.refresh)
        session.sensitivity.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        self.view.moved.connect(self._align_profile)
        self.view.hovered.connect(lambda p: self.profile.show_cursor(None if p is None else p[1]))
        self.profile.moved.connect(self._align_profile)
        self.profile.limits_dragged.connect(self._preview_limits)
        self.profile.limits_dropped.connect(self._set_limits)
        self.gestures.tool_changed.connect(self._show_tool)
        self.gestures.drawn.connect(self.view.show_drawn)
        theme.changed.connect(self._dress)
        self._dress()

    def fill_bar(self, actions: Actions) -> None:
        """Put the tools above the picture, and what to do where there is none over its place."""
        actions["delete"].setIconText("Delete")  # "selection" goes without saying here
        self.problem = ProblemCard(self._session, actions, self.view)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(2)
        for i, group in enumerate(_TOOLS):
            if i:
                row.addSpacing(12)
            for name in group:
                tool = QToolButton()
                tool.setDefaultAction(actions[name])
                tool.setAccessibleName(actions[name].text())
                with_text = i == 0
                tool.setToolButtonStyle(
                    Qt.ToolButtonStyle.ToolButtonTextBesideIcon
                    if with_text
                    else Qt.ToolButtonStyle.ToolButtonIconOnly
                )
                if with_text:
                    self._worded.append(tool)
                row.addWidget(tool)
        row.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the words out where there is no room for them; their tips stay."""
        super().resizeEvent(event)
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if self.width() >= _WORDS_FROM_PX
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for tool in self._worded:
            tool.setToolButtonStyle(style)

    def _show_tool(self, tool: str) -> None:
        self.hint.say(_HINTS[tool])
        self.view.show_corners(tool == "membrane")

    def refresh(self, *_: object) -> None:
        """Show the selected photograph with everything over it."""
        session = self._session
        project, now = session.document.shown, session.selection.now
        polarity = polarity_of(project, session.analysis, now.image)
        self.view.show_image(session.image(now.image), polarity)
        if self.problem is not None:
            shown = next((p for p in project.photographs if p.id == now.image), None)
            self.problem.show_for(shown)
        self.view.overlay.targets = probed_targets(project, session.library)
        self.view.set_scene(session.scene())
        self.view.set_selected(now, session.selection.all)
        self._mark_saturated()
        self._show_profile()

    def look_at(self, at: Selected) -> None:
        """Bring a lane, a band or a row near, with its neighbours around it."""
        scene = self._session.scene()
        lanes = [x for x in scene.lanes_of(at.membrane) if at.lane in (0, x.number)]
        points: list[Point] = []
        for lane in lanes:
            bands = [b for b in scene.bands_of(at.membrane) if b.lane == lane.number]
            spans = [(b.start_px, b.stop_px) for b in bands if b.row == at.row]
            if not at.row:
                spans = [(0.0, lane.length_px)]
            for start, stop in spans:
                points += band_outline(lane, start, stop)
        if not points:
            self.view.fit()
            return
        width = max(x.width_px for x in lanes)
        height = max(y for _, y in points) - min(y for _, y in points)
        down = _AROUND_BAND * height if at.row else 0.0
        self.view.look_at(points, _AROUND_LANE * width, down)

    def mark_saturated(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Show or hide the saturated pixels."""
        self.marks_saturated = on
        self._marked = None
        self._mark_saturated()

    def _mark_saturated(self) -> None:
        image = self.view.image
        key = (image.sha256, self.view.polarity.value) if image is not None else None
        if key == self._marked:
            return
        self._marked = key
        if image is None or not self.marks_saturated:
            self.view.set_saturated(None)
            return
        from blotquant.image.saturation import saturated_pixels  # noqa: PLC0415 - slow import

        self.view.set_saturated(saturated_pixels(image, self.view.polarity))

    # -- the profile --------------------------------------------------------------------------

    def _lane_result(self) -> LaneResult | None:
        analysis, now = self._session.analysis, self._session.selection.now
        if analysis is None:
            return None
        for result in analysis.lanes_of(now.image, now.membrane or None):
            if result.lane.number == now.lane:
                return result
        return None

    def _show_profile(self) -> None:
        if self.profile.isHidden():
            return
        scene, now = self._session.scene(), self._session.selection.now
        bands = tuple(b for b in scene.bands if (b.membrane, b.lane) == (now.membrane, now.lane))
        lane = scene.lane(now.membrane, now.lane)
        self.profile.show_lane(self._lane_result(), lane, bands, now.row, self._colour_of)
        self._align_profile()

    def _align_profile(self) -> None:
        viewport = self.view.graphics.viewport()
        self.profile.align(
            lambda place: self.view.to_file(viewport.mapFromGlobal(place).toPoint())[1]
        )

    def _colour_of(self, band: Band) -> QColor:
        label = self.view.overlay.scene_.label(band.membrane, band.row)
        if label is None:
            return form_colour((), "", is_cleaved=False)
        return form_colour(self.view.overlay.targets, label.target, is_cleaved=label.is_cleaved)

    def _with_limits(self, lane: int, row: int, start: float, stop: float) -> Project | None:
        scene, now = self._session.scene(), self._session.selection.now
        band = scene.band(now.membrane, lane, row)
        if band is None:
            return None
        moved = start - band.start_px
        apex = band.apex_px + moved if abs(moved - (stop - band.stop_px)) < 1e-6 else None
        return edits.set_band_limits(
            self._session.document.project,
            scene.bands_of(now.membrane),
            lane,
            row,
            start,
            stop,
            apex,
            scene.lanes_of(now.membrane),
        )

    def _preview_limits(self, lane: int, row: int, start: float, stop: float) -> None:
        new = self._with_limits(lane, row, start, stop)
        if new is not None:
            self._session.document.preview(new)

    def _set_limits(self, lane: int, row: int, start: float, stop: float) -> None:
        new = self._with_limits(lane, row, start, stop)
        if new is not None:
            self._session.document.edit(f"Set the limits of band {row} of lane {lane}", new)
            self._session.selection.select_band(self._session.selection.now.membrane, lane, row)

    def _dress(self) -> None:
        self.view.set_theme(self._theme.tokens)
        self.profile.set_theme(self._theme.tokens)

    def shut_down(self) -> None:
        """Give the plots back before the program ends."""
        self.view.shut_down()
        self.compare.shut_down()
        self.profile.shut_down()
