"""The main window: lays out the parts and connects actions with what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QToolBar,
)

from blotquant.model.project import Project
from blotquant_app.actions import Actions
from blotquant_app.crash import CrashHook
from blotquant_app.dialogs.figure import FigureDialog
from blotquant_app.dialogs.help import show_about, show_keys, show_palette
from blotquant_app.dialogs.own_targets import OwnTargetsDialog
from blotquant_app.gestures.commands import Commands
from blotquant_app.gestures.doubts import Doubt
from blotquant_app.gestures.hits import Hit
from blotquant_app.gestures.reshaping import Reshaping
from blotquant_app.ladder_hints import LadderHints
from blotquant_app.notices import NoticeArea
from blotquant_app.panels.experiment_panel import ExperimentPanel
from blotquant_app.panels.inspector import Inspector, Stage
from blotquant_app.panels.row_menu import row_menu
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.tables.results_panel import ResultsPanel
from blotquant_app.theme import Theme
from blotquant_app.windows.centre import TOOL_ACTIONS, Centre
from blotquant_app.windows.copying import Copying
from blotquant_app.windows.custody import Custody
from blotquant_app.windows.docks import Docks
from blotquant_app.windows.files import Files
from blotquant_app.windows.menus import blot_menu, fill_menus
from blotquant_app.windows.stage_bar import STAGE_OF, StageBar
from blotquant_app.windows.status import Status
from blotquant_app.windows.tab_order import TabOrder
from blotquant_app.windows.tour import Tour
from blotquant_app.windows.view_toggles import ViewToggles
from blotquant_app.windows.weights import Weights
from blotquant_app.windows.welcome import Welcome

_STATE_VERSION = 2
_NEED_PHOTOGRAPHS = (
    *("save", "save_as", "export", "export_figure", "design_figure"),
    *("copy_table", "copy_profile", "copy_blot", "copy_plot"),
)
_TABS = {Stage.BANDS: 0, Stage.TARGETS: 0, Stage.NORMALISE: 4, Stage.RESULTS: 1}


class MainWindow(QMainWindow):
    """One window, one experiment.

    Parameters
    ----------
    remembers
        Whether geometry is restored and stored; tests and screenshots do without.
    """

    def __init__(self, session: Session, theme: Theme, *, remembers: bool = True) -> None:
        super().__init__()
        self.session = session
        self.theme = theme
        self._remembers = remembers
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self.setMinimumSize(900, 600)
        self.setDockNestingEnabled(True)
        self.centre = Centre(session, theme)
        self.actions_ = Actions(self, self.centre.view, theme)
        self._add_undo()
        self.centre.fill_bar(self.actions_)
        self.commands = Commands(session)
        self.custody = Custody(session, self.actions_, self)
        self.files = Files(session, self, self.custody.keeper)
        self.welcome = Welcome(session, self.actions_)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.welcome)
        self.stack.addWidget(self.centre)
        self.setCentralWidget(self.stack)
        self.results = ResultsPanel(session)
        self.inspector = Inspector(
            session,
            self.actions_,
            self.commands,
            self.centre.view,
            theme,
            lambda: self.results.selected_ratio,
            self.results.choose_ratio,
        )
        self.experiment = ExperimentPanel(session, self.actions_)
        undo_stack = session.document.undo_stack
        self.docks = Docks(
            self, self.actions_, self.experiment, self.inspector, self.results, undo_stack
        )
        self.stages = StageBar(session, self.actions_)
        self._add_stage_bar()
        self.status = Status(session)
        self.setStatusBar(self.status)
        self.notice_area = NoticeArea(session.notices, self)
        self.ladder_hints = LadderHints(session, self)
        self.weights = Weights(session, self)
        self.tour = Tour(self, session.memory, self.show_stage)
        session.demo_opened.connect(self.tour.start_once)
        self.crash_hook = CrashHook(session.rescue, self)
        fill_menus(self, self.actions_, session.memory, lambda p: self.files.open_paths([p]))
        centre = self.centre
        self.tab_order = TabOrder(
            self,
            (
                *(self.welcome, self.stages, self.experiment, centre.bar, centre.compare),
                *(centre.view, centre.profile, self.inspector, self.results),
            ),
        )
        session.settled.connect(self.tab_order.set_soon)
        self._connect_actions()
        ViewToggles(self, self.actions_, self.centre, theme)
        self._connect_parts()
        self.show_stage(Stage.LANES)
        self._follow_document()
        if remembers:
            self.restoreGeometry(session.memory.load_bytes("geometry"))
            state = session.memory.load_bytes("state")
            self.docks.sizes_are_new = not self.restoreState(state, _STATE_VERSION)
            self._follow_document()

    # -- layout -------------------------------------------------------------------------------

    def _add_undo(self) -> None:
        stack = self.session.document.undo_stack
        undo = stack.createUndoAction(self, "Undo")
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo = stack.createRedoAction(self, "Redo")
        redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.actions_.add("undo", undo)
        self.actions_.add("redo", redo)
        self.actions_.dress()

    def _add_stage_bar(self) -> None:
        bar = QToolBar("Stages")
        bar.setObjectName("stages")
        bar.setMovable(False)
        bar.toggleViewAction().setEnabled(False)
        bar.addWidget(self.stages)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setStyleSheet("QToolBar { border: 0; padding: 0; margin: 0; spacing: 0; }")
        self.addToolBar(bar)
        self.stage_tool_bar = bar

    # -- connections --------------------------------------------------------------------------

    def _connect_actions(self) -> None:
        files, commands, view = self.files, self.commands, self.centre.view
        gestures = self.centre.gestures
        reshaping = Reshaping(self.session, commands)
        copying = Copying(self.session.notices, self.centre, self.results, self.inspector)
        answers: dict[str, Callable[[], object]] = {
            "new": files.new,
            "open": files.open,
            "demo": files.open_demo,
            "save": files.save,
            "save_as": files.save_as,
            "embed": self.custody.embed,
            "relink": self.custody.relink,
            "choose_pages": self.custody.choose_pages,
            "export": files.export,
            "export_figure": files.export_figure,
            "design_figure": lambda: FigureDialog(self, self.session, files.export_figure).open(),
            "copy_table": copying.table,
            "copy_profile": copying.profile,
            "copy_blot": copying.blot,
            "copy_plot": copying.plot,
            "quit": self.close,
            "remove_photograph": commands.remove_photograph,
            "merge_exposures": lambda: commands.merge_exposures(self.experiment.chosen()),
            "part_exposures": commands.part_exposures,
            "add_lane": lambda: gestures.take_tool("lane"),
            "add_band": lambda: gestures.take_tool("band"),
            "draw_membrane": lambda: gestures.take_tool("membrane"),
            "straighten": lambda: gestures.take_tool("straighten"),
            "detect_membranes": reshaping.detect_membranes,
            "delete_membrane": reshaping.delete_membrane,
            "own_targets": lambda: OwnTargetsDialog(self, self.session).open(),
            "give_weight": lambda: gestures.take_tool("weight"),
            "forget_weights": self.weights.forget,
            "split": reshaping.split,
            "merge": reshaping.merge,
            "duplicate": reshaping.duplicate_lane,
            "delete": commands.delete,
            "delete_row": commands.delete_row,
            "exclude": commands.exclude,
            "select_alike": commands.select_alike,
            "detect_lanes": commands.detect_lanes,
            "detect_bands": commands.detect_bands,
            "next_doubtful": commands.next_doubtful,
            "accept": commands.accept,
            "next_lane": lambda: commands.step_lane(1),
            "previous_lane": lambda: commands.step_lane(-1),
            "next_band": lambda: commands.step_band(1),
            "previous_band": lambda: commands.step_band(-1),
            "cancel": gestures.cancel,
            "fit": view.fit,
            "actual_size": view.actual_size,
            "zoom_in": lambda: view.zoom(1.25),
            "zoom_out": lambda: view.zoom(0.8),
            "next_part": self.tab_order.go_on,
            "tour": self.tour.start,
            "palette": lambda: show_palette(self, self.actions_),
            "keys": lambda: show_keys(self),
            "about": lambda: show_about(self),
        }
        for name, dx, dy in (("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1)):
            for verb, step in (("nudge", 1), ("push", 10)):
                answers[f"{verb}_{name}"] = partial(commands.nudge, dx * step, dy * step)
        for name, answer in answers.items():
            self.actions_[name].triggered.connect(lambda _=False, f=answer: f())

    def _connect_parts(self) -> None:
        session, centre = self.session, self.centre
        session.document.changed.connect(self._follow_project)
        session.document.modified_changed.connect(self.setWindowModified)
        session.path_changed.connect(self._follow_document)
        session.crashed.connect(self.crash_hook.caught)
        session.selection.changed.connect(self._follow_selection)
        self.stages.stage_chosen.connect(self.show_stage)
        self.commands.show_doubt = self._show_doubt
        centre.view.hovered.connect(
            lambda point: self.status.show_mouse(point, centre.view.polarity)
        )
        centre.gestures.tool_changed.connect(self._show_tool)
        centre.gestures.advice.connect(session.notices.info)
        centre.gestures.menu_wanted.connect(self._show_menu)
        centre.gestures.weight_wanted.connect(self.weights.ask)
        self.results.row_menu_wanted.connect(self._show_row_menu)
        self.results.ratios.picked.connect(lambda _: self.inspector.refresh())

    # -- answers ------------------------------------------------------------------------------

    def show_stage(self, stage: Stage) -> None:
        """Show the inspector's page of a stage and the table that goes with it."""
        self.stages.show_stage(stage)
        self.inspector.show_stage(stage)
        self.docks.page_heading.setText(stage.value)
        self.tab_order.set_soon()
        if stage in _TABS:
            self.results.setCurrentIndex(_TABS[stage])

    def _follow_project(self, old: Project, new: Project) -> None:
        if old.photographs is not new.photographs or old.name != new.name:
            self._follow_document()

    def _follow_document(self) -> None:
        project = self.session.document.shown
        has_photographs = bool(project.photographs)
        was_empty = self.stack.currentWidget() is self.welcome
        self.stack.setCurrentWidget(self.centre if has_photographs else self.welcome)
        if was_empty and has_photographs:
            self.centre.view.setFocus()  # its keys work at once
        if not has_photographs:
            self.welcome.refresh()
        self.docks.show(has_photographs)
        self.stage_tool_bar.setVisible(has_photographs)
        for name in _NEED_PHOTOGRAPHS:
            self.actions_[name].setEnabled(has_photographs)
        path = self.session.path
        name = path.name if path is not None else project.name
        if self.custody.keeper.read_only:
            name += " (read only)"
        self.setWindowTitle(f"{name}[*] – blotquant" if has_photographs else "blotquant[*]")

    def _follow_selection(self, now: Selected) -> None:
        """Describe what is selected: a lane on the lanes' page, a band on the bands' page."""
        current = self.inspector.currentWidget()
        pages = self.inspector.pages
        if now.is_band and current is pages[Stage.LANES]:
            self.show_stage(Stage.BANDS)
        elif now.lane and not now.row and current is pages[Stage.BANDS]:
            self.show_stage(Stage.LANES)

    def _show_doubt(self, doubt: Doubt) -> None:
        self.show_stage(STAGE_OF[doubt.about])
        self.centre.look_at(doubt.at)

    def _show_tool(self, tool: str) -> None:
        for name, action in TOOL_ACTIONS.items():
            self.actions_[action].setChecked(tool == name)

    def _show_menu(self, hit: Hit | None) -> None:
        exclude = self.commands.exclude_because
        blot_menu(self, self.actions_, self.session, hit, exclude).popup(QCursor.pos())

    def _show_row_menu(self, membrane: str, row: int, at: QPoint) -> None:
        row_menu(self.session, membrane, row, self).popup(at)

    # -- dropping and closing -----------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept files."""
        if any(u.isLocalFile() for u in event.mimeData().urls()):
            event.acceptProposedAction()
            self.welcome.set_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Forget that files were about to be dropped."""
        self.welcome.set_dragging(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open the files."""
        self.welcome.set_dragging(False)
        urls = event.mimeData().urls()
        self.files.open_paths([Path(u.toLocalFile()) for u in urls if u.isLocalFile()])
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask about unsaved changes, then end the threads and give the plots back."""
        if not self.files.may_leave():
            event.ignore()
            return
        if self._remembers and self.session.document.project.photographs:
            self.session.memory.save_bytes("geometry", self.saveGeometry())
            self.session.memory.save_bytes("state", self.saveState(_STATE_VERSION))
        self.session.shut_down()
        self.custody.keeper.shut_down()
        self.centre.shut_down()
        self.inspector.shut_down()
        self.crash_hook.uninstall()
        event.accept()
