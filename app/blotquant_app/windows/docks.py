"""The docks around the picture: experiment, inspector, tables, and the history of steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QUndoView, QWidget

from blotquant_app.actions import Actions

_LEFT_PX, _RIGHT_PX, _BOTTOM_PX = 228, 300, 190


class Docks:
    """Places the docks; `main` are those that belong to every experiment."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        experiment: QWidget,
        inspector: QWidget,
        results: QWidget,
        undo_stack: QUndoStack,
    ) -> None:
        self._window = window
        self._actions = actions
        self.sizes_are_new = True
        area = Qt.DockWidgetArea
        window.setCorner(Qt.Corner.BottomLeftCorner, area.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, area.BottomDockWidgetArea)
        left, _ = self._add("experiment", "Experiment", experiment, area.LeftDockWidgetArea)
        right, self.page_heading = self._add(
            "inspector", "Inspector", inspector, area.RightDockWidgetArea
        )
        bottom, _ = self._add("results", "Results", results, area.BottomDockWidgetArea)
        bottom.setTitleBarWidget(QWidget())
        steps = QUndoView(undo_stack)
        steps.setEmptyLabel("As it was opened")
        steps.setAccessibleName("History")
        self.history, _ = self._add("history", "History", steps, area.LeftDockWidgetArea)
        self.history.hide()
        self.main = (left, right, bottom)
        experiment.setMinimumWidth(180)
        inspector.setMinimumWidth(280)
        results.setMinimumHeight(120)

    def show(self, visible: bool) -> None:  # noqa: FBT001 - mirrors a Qt property
        """Show the docks with an experiment, hide them without one."""
        was_empty = self.main[0].isHidden()
        for dock in self.main:
            dock.setVisible(visible)
        if not visible:
            self.history.hide()
        if was_empty and visible and self.sizes_are_new:
            # Sizes asked for while docks are hidden are forgotten.
            self.sizes_are_new = False
            sides = [*self.main[:2]]
            self._window.resizeDocks(sides, [_LEFT_PX, _RIGHT_PX], Qt.Orientation.Horizontal)
            self._window.resizeDocks([self.main[2]], [_BOTTOM_PX], Qt.Orientation.Vertical)

    def _add(
        self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea
    ) -> tuple[QDockWidget, QLabel]:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        heading = QLabel(title)
        heading.setObjectName("pageTitle")
        dock.setTitleBarWidget(heading)
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        toggle = dock.toggleViewAction()
        toggle.setObjectName(f"dock_{name}")
        self._actions.add(f"dock_{name}", toggle)
        return dock, heading
