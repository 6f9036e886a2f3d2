"""Lanes: how many, which are doubtful, and the selected one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from blotquant import edits
from blotquant.model.lane import Lane, LaneKind
from blotquant_app.actions import Actions
from blotquant_app.digits import count
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.page import Page
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.widgets import (
    ChoiceBox,
    Lines,
    NumberBox,
    body,
    button,
    caption,
    labelled,
    link,
    section,
)
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene, is_doubtful_lane

_KIND_LABELS = {LaneKind.SAMPLE: "Sample", LaneKind.LADDER: "Ladder", LaneKind.BLANK: "Blank"}


class LanesPage(Page):
    """Counts, doubts, and width and kind of the selected lane."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session, "Lanes")
        self.summary = body()
        self.doubts = Lines()
        self.chosen = section("Selected lane")
        self.hint = caption("Click a lane in the picture. Drag it, its edges or its nodes.")
        self.width_box = NumberBox("Lane width", 1, 100_000, self._set_width, unit="px")
        self.kind = ChoiceBox("Lane holds", self._set_kind)
        self.width_field = labelled("Width", self.width_box)
        self.kind_field = labelled("Holds", self.kind)
        self.form = SettingsForm(session, ("lane_detector",))
        buttons = QWidget()
        grid = QGridLayout(buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(button("Add lane", actions.trigger("add_lane"), tip="Key L"), 0, 0)
        grid.addWidget(button("Delete lane", actions.trigger("delete"), tip="Key Del"), 0, 1)
        grid.addWidget(button("Same width for all", self._same_width), 1, 0)
        grid.addWidget(button("Detect again", actions.trigger("detect_lanes")), 1, 1)
        self.add(
            self.summary,
            self.doubts,
            self.chosen,
            self.hint,
            self.width_field,
            self.kind_field,
            buttons,
            section("Detection"),
            self.form,
        )
        self.close_column()

    def refresh(self) -> None:
        """Show the lanes of the selected photograph."""
        scene = self.session.scene()
        doubtful = tuple(lane for lane in scene.lanes if is_doubtful_lane(lane))
        self.summary.setText(_summary(scene, doubtful))
        self.doubts.show_for(
            tuple((d.membrane, d.number, d.reason) for d in doubtful),
            lambda: [
                link(f"Lane {d.number}: {d.reason or 'please check its place'}", self._show(d))
                for d in doubtful
            ],
        )
        lane = self._lane(scene)
        self.chosen.setText(f"LANE {lane.number}" if lane else "SELECTED LANE")
        self.hint.setVisible(lane is None)
        for field in (self.width_field, self.kind_field):
            field.setVisible(lane is not None)
        if lane is not None:
            self.width_box.show_value(lane.width_px)
            self.kind.offer([Choice(value=k, label=x) for k, x in _KIND_LABELS.items()], lane.kind)
        self.form.refresh()

    def _lane(self, scene: BlotScene) -> Lane | None:
        now = self.session.selection.now
        return scene.lane(now.membrane, now.lane)

    def _show(self, lane: Lane) -> Callable[[], None]:
        def show() -> None:
            self.session.selection.select_lane(lane.membrane, lane.number)

        return show

    def _set_width(self, width: float) -> None:
        scene = self.session.scene()
        lane = self._lane(scene)
        if lane is not None:
            new = edits.set_lane_width(
                self.session.document.project, scene.lanes_of(lane.membrane), lane.number, width
            )
            self.session.document.edit(f"Set the width of lane {lane.number}", new)

    def _same_width(self) -> None:
        scene = self.session.scene()
        lane = self._lane(scene)
        if lane is None:
            self.session.notices.info("Select the lane whose width all others shall take.")
            return
        new = edits.set_all_lane_widths(
            self.session.document.project, scene.lanes_of(lane.membrane), lane.width_px
        )
        self.session.document.edit("Set the width of all lanes", new)

    def _set_kind(self, kind: object) -> None:
        scene = self.session.scene()
        lane = self._lane(scene)
        if lane is not None and isinstance(kind, LaneKind):
            new = edits.set_lane_kind(
                self.session.document.project, scene.lanes_of(lane.membrane), lane.number, kind
            )
            self.session.document.edit(f"Say what lane {lane.number} holds", new)


def _summary(scene: BlotScene, doubtful: tuple[Lane, ...]) -> str:
    if not scene.lanes:
        return "No lanes yet. Press L and click where one is, or choose another detection."
    parts = []
    for name in dict.fromkeys(lane.membrane for lane in scene.lanes):
        lanes = scene.lanes_of(name)
        ladders = sum(lane.kind is LaneKind.LADDER for lane in lanes)
        text = f"{name}: {count(len(lanes), 'lane')}"
        parts.append(text + (f", {count(ladders, 'ladder')} among them" if ladders else ""))
    text = "\n".join(parts)
    return text + (f"\n{len(doubtful)} to check:" if doubtful else "")
