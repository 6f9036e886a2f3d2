"""The map at the top: Images > Lanes > Bands > Targets > Normalise > Results, with counts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout

from blotquant.model.project import Project
from blotquant_app.actions import Actions
from blotquant_app.digits import count
from blotquant_app.gestures.doubts import About, doubts
from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.widgets import button
from blotquant_app.selection import Selected
from blotquant_app.session import Session

STAGE_OF = {
    About.POLARITY: Stage.IMAGES,
    About.LANE: Stage.LANES,
    About.BAND: Stage.BANDS,
    About.ROW: Stage.TARGETS,
}
_DOUBTED = ("photographs", "lanes", "bands", "rows")


class _StageButton(QToolButton):
    """A stage with its name and, under it, what is there and what is doubtful."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(stage.value)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(104, 48)
        name = QLabel(stage.value)
        name.setObjectName("stageName")
        self.count = QLabel()
        self.count.setObjectName("stageCount")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(0)
        column.addWidget(name)
        column.addWidget(self.count)
        for label in (name, self.count):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, text: str, *, doubt: bool) -> None:
        """Show a count; `doubt` marks it, in words and colour."""
        self.count.setText(text)
        if self.count.property("doubt") != doubt:
            self.count.setProperty("doubt", doubt)
            self.count.style().unpolish(self.count)
            self.count.style().polish(self.count)


class StageBar(QFrame):
    """Any stage at any time; a click shows its inspector and goes to the first doubtful thing."""

    stage_chosen = Signal(object)

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("stageBar")
        self._session = session
        self.buttons: dict[Stage, _StageButton] = {}
        self._doubts: dict[Stage, list[Selected]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(0)
        for stage in Stage:
            if self.buttons:
                arrow = QLabel("›")
                arrow.setObjectName("stageArrow")
                row.addWidget(arrow)
            stage_button = _StageButton(stage)
            stage_button.clicked.connect(lambda _=False, s=stage: self._choose(s))
            self.buttons[stage] = stage_button
            row.addWidget(stage_button)
        row.addStretch(1)
        for name in ("undo", "redo"):
            tool = QToolButton()
            tool.setDefaultAction(actions[name])
            tool.setAccessibleName(name.capitalize())
            tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            row.addWidget(tool)
        row.addSpacing(8)
        self.figure = button("Figure …", actions.trigger("design_figure"))
        self.figure.setToolTip(actions["design_figure"].toolTip())
        row.addWidget(self.figure)
        row.addSpacing(8)
        self.export = button("Export CSV …", actions.trigger("export"))
        self.export.setProperty("primary", "true")
        self.export.setToolTip(actions["export"].toolTip())
        row.addWidget(self.export)
        session.analysed.connect(self.refresh)
        session.document.changed.connect(self._follow_document)
        self.refresh()

    def show_stage(self, stage: Stage) -> None:
        """Mark a stage as the current one."""
        self.buttons[stage].setChecked(True)

    def _choose(self, stage: Stage) -> None:
        self.stage_chosen.emit(stage)
        found = self._doubts.get(stage, [])
        now = self._session.selection.now
        if found:
            place = found.index(now) + 1 if now in found else 0
            self._session.selection.select(found[place % len(found)])

    def _follow_document(self, old: Project, new: Project) -> None:
        # What was just accepted is not counted any more.
        if any(getattr(old, f) is not getattr(new, f) for f in _DOUBTED):
            self.refresh()

    def refresh(self) -> None:
        """Count what is there and what is doubtful."""
        session, analysis = self._session, self._session.analysis
        photographs = session.document.shown.photographs
        self.export.setEnabled(bool(photographs))
        self.figure.setEnabled(bool(photographs))
        if analysis is None:
            self._doubts = {}
            for stage, stage_button in self.buttons.items():
                text = count(len(photographs), "photo") if stage is Stage.IMAGES else ""
                stage_button.say(text if photographs else "", doubt=False)
            return
        ids = [r.photograph.id for r in analysis.images]
        self._doubts = {stage: [] for stage in STAGE_OF.values()}
        for doubt in doubts(session.document.shown, analysis):
            self._doubts[STAGE_OF[doubt.about]].append(doubt.at)
        totals = {
            Stage.IMAGES: len(ids),
            Stage.LANES: len(analysis.lanes),
            Stage.BANDS: sum(m.detected for m in analysis.bands),
            Stage.TARGETS: len({(a.target, a.form) for a in analysis.assignments if a.target}),
            Stage.NORMALISE: len([x for x in analysis.loadings if x.loading == x.loading]),
            Stage.RESULTS: len([r for r in analysis.ratios if r.value == r.value]),
        }
        words = {
            Stage.IMAGES: ("photo", "photos"),
            Stage.LANES: ("lane", "lanes"),
            Stage.BANDS: ("band", "bands"),
            Stage.TARGETS: ("form", "forms"),
            Stage.NORMALISE: ("lane", "lanes"),
            Stage.RESULTS: ("ratio", "ratios"),
        }
        for stage, stage_button in self.buttons.items():
            n_doubts = len(self._doubts.get(stage, []))
            text = count(totals[stage], *words[stage])
            stage_button.say(text + (f", {n_doubts}?" if n_doubts else ""), doubt=bool(n_doubts))
            stage_button.setToolTip(
                f"{stage.value}: {text}"
                + (f", {n_doubts} to check. Click to go to the next." if n_doubts else "")
            )
