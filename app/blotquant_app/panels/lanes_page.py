"""Lanes: how many, which are doubtful, and the selected one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from blotquant import edits
from blotquant.edits.lane_words import MOST_LANES
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.sample import Sample
from blotquant.normalise.design import sample_of
from blotquant_app.actions import Actions
from blotquant_app.digits import count
from blotquant_app.gestures.commands import Commands
from blotquant_app.names import sentence, shortened
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.doubt_box import DoubtBox
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
    warning,
)
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene, is_doubtful_lane

KIND_LABELS = {
    LaneKind.SAMPLE: "Sample",
    LaneKind.LADDER: "Ladder",
    LaneKind.BLANK: "Blank",
    LaneKind.STANDARD: "Standard (dilution series)",
}
LONGEST = 20  # signs of a name in the list: the inspector is no wider


class LanesPage(Page):
    """Counts, doubts, and width and kind of the selected lane."""

    def __init__(self, session: Session, actions: Actions, commands: Commands) -> None:
        super().__init__(session)
        self.summary = body()
        self.n_lanes = NumberBox(
            "Number of lanes",
            1,
            MOST_LANES,
            lambda n: commands.set_lane_count(round(n)),
            unit="lanes here",
            decimals=0,
        )
        self.others = QCheckBox("Fit the others when one is changed")
        self.others.setToolTip(
            "Off: the others stay exactly as they are shown, whatever is done to one of them"
        )
        self.others.clicked.connect(lambda fits: commands.keep_other_lanes(not fits))
        self.doubt = DoubtBox(session, actions)
        self.chosen = section("Selected lane")
        self.hint = caption(
            "Click a lane in the picture. Drag it, its edges or its nodes; a double click adds a "
            "node."
        )
        self.width_box = NumberBox("Lane width", 1, 100_000, self._set_width, unit="px")
        self.kind = ChoiceBox("Lane holds", self._set_kind)
        self.width_field = labelled("Width", self.width_box)
        self.kind_field = labelled("Holds", self.kind)
        self.list = Lines()
        self.form = SettingsForm(session, ("lane_detector",))
        buttons = QWidget()
        grid = QGridLayout(buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(button("Add lane", actions.trigger("add_lane"), tip="Key L"), 0, 0)
        grid.addWidget(button("Delete lane", actions.trigger("delete"), tip="Key Del"), 0, 1)
        grid.addWidget(button("Same width for all", self._same_width), 1, 0)
        self.even = button(
            "Equal distances",
            commands.space_lanes,
            tip="Lay as many lanes evenly between the first and the last one",
        )
        grid.addWidget(self.even, 1, 1)
        grid.addWidget(button("Detect again", actions.trigger("detect_lanes")), 2, 0, 1, 2)
        self.add(
            self.summary,
            labelled(
                "Not right? Type how many there are",
                self.n_lanes,
                "So many are found, those that show the most first; what you changed stays.",
            ),
            self.others,
            self.chosen,
            self.doubt,
            self.hint,
            self.width_field,
            self.kind_field,
            buttons,
            section("All lanes"),
            self.list,
            section("Detection"),
            self.form,
        )
        self.close_column()

    def refresh(self) -> None:
        """Show the lanes of the selected photograph."""
        scene = self.session.scene()
        now = self.session.selection.now
        self.summary.setText(_summary(scene))
        lane = self._lane(scene)
        here = now.membrane or next((m.name for m in scene.membranes), "")
        self.n_lanes.setEnabled(bool(here))
        self.n_lanes.show_value(len(scene.lanes_of(here)))
        self.even.setEnabled(len(scene.lanes_of(here)) > 1)
        self.others.setChecked(not self._are_kept(scene, here))
        self.doubt.refresh()
        n = len(self.session.selection.all)
        self.chosen.setText(
            "Selected lane"
            if lane is None
            else f"{n} lanes selected, last lane {lane.number}"
            if n > 1 and not now.row
            else f"Lane {lane.number}"
        )
        self.hint.setVisible(lane is None)
        for field in (self.width_field, self.kind_field):
            field.setVisible(lane is not None)
        if lane is not None:
            self.width_box.show_value(lane.width_px)
            self.kind.offer([Choice(value=k, label=x) for k, x in KIND_LABELS.items()], lane.kind)
        self._show_list(scene, lane)
        self.form.refresh()

    def _are_kept(self, scene: BlotScene, membrane: str) -> bool:
        """Whether the lanes that nobody changed stay as they are."""
        placed = self.session.document.shown.lanes
        here = [p for p in placed if (p.image, p.membrane) == (scene.image, membrane)]
        return self.session.keeps_other_lanes or any(not p.found_around for p in here)

    def _show_list(self, scene: BlotScene, chosen: Lane | None) -> None:
        project = self.session.document.shown
        several = len({x.membrane for x in scene.lanes}) > 1
        entries = tuple(
            (
                x.membrane,
                x.number,
                _title(x, sample_of(project, (x.membrane, x.number)), several=several),
                (x.reason or "Please check its place") if is_doubtful_lane(x) else "",
                chosen is not None and (x.membrane, x.number) == (chosen.membrane, chosen.number),
            )
            for x in scene.lanes
        )
        self.list.show_for(
            entries,
            lambda: [
                w
                for membrane, number, title, doubt, is_chosen in entries
                for w in self._entry(membrane, number, title, doubt, is_chosen=is_chosen)
            ],
        )

    def _entry(
        self, membrane: str, number: int, title: str, doubt: str, *, is_chosen: bool
    ) -> list[QWidget]:
        entry = link(title, self._show(membrane, number))
        entry.setToolTip(f"Lane {number} of {membrane}")
        entry.setProperty("chosen", "true" if is_chosen else "false")
        if not doubt:
            return [entry]
        return [entry, warning(sentence(doubt))]

    def _lane(self, scene: BlotScene) -> Lane | None:
        now = self.session.selection.now
        return scene.lane(now.membrane, now.lane)

    def _show(self, membrane: str, number: int) -> Callable[[], None]:
        return lambda: self.session.selection.select_lane(membrane, number)

    def _set_width(self, width: float) -> None:
        scene = self.session.scene()
        lane = self._lane(scene)
        if lane is not None:
            lanes = scene.lanes_of(lane.membrane)
            base = self.session.before_lane_edit(lanes)
            new = edits.set_lane_width(base, lanes, lane.number, width)
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


def _title(lane: Lane, sample: Sample | None, *, several: bool) -> str:
    """Return ``3   VK2 50 µM`` or ``1   Ladder``, with the membrane where there are several."""
    membrane = shortened(lane.membrane, LONGEST)
    place = f"{membrane}  {lane.number}" if several else f"{lane.number}"
    holds = KIND_LABELS[lane.kind]
    if lane.kind is LaneKind.SAMPLE and sample is not None:
        holds = sample.sample or sample.condition or holds
    return f"{place}   {shortened(holds, LONGEST)}"


def _summary(scene: BlotScene) -> str:
    if not scene.lanes:
        return "No lanes yet. Press L and click where one is, or choose another detection."
    parts = []
    for name in dict.fromkeys(lane.membrane for lane in scene.lanes):
        lanes = scene.lanes_of(name)
        ladders = sum(lane.kind is LaneKind.LADDER for lane in lanes)
        doubtful = sum(is_doubtful_lane(lane) for lane in lanes)
        text = f"Membrane {shortened(name, LONGEST)}: {count(len(lanes), 'lane')}"
        text += f", {count(ladders, 'ladder')} among them" if ladders else ""
        parts.append(text + (f", {doubtful} to check" if doubtful else ", none doubtful"))
    return "\n".join(parts)
