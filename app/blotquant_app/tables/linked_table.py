"""A table whose selection is the window's selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from blotquant_app.tables.rows_model import RowsModel


class LinkedTable(QTableView):
    """Shows a `RowsModel`; `picked` carries the row object that a user chose."""

    picked = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(
        self, model: RowsModel, name: str, hint: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hint = hint
        self.rows_model = model
        self._is_following = False
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.resizeColumnsToContents()

    def set_rows(self, rows: tuple[Any, ...], *, fits: bool = False) -> None:
        """Show other rows; `fits` makes the columns as wide as their contents again."""
        had_rows = bool(self.rows_model.rows)
        self._is_following = True
        self.rows_model.set_rows(rows)
        self._is_following = False
        shown = [c.is_worth_showing(rows) for c in self.rows_model.columns]
        is_new = shown != [not self.isColumnHidden(i) for i in range(len(shown))]
        for i, is_shown in enumerate(shown):
            self.setColumnHidden(i, not is_shown)
        if fits or is_new or bool(rows) != had_rows:
            self.resizeColumnsToContents()

    def follow(self, matches: Callable[[Any], bool]) -> None:
        """Mark the first row that matches, without telling anybody."""
        current = self.currentIndex()
        if current.isValid() and matches(self.rows_model.rows[current.row()]):
            return
        row = self.rows_model.find(matches)
        self._is_following = True
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(self.rows_model.index(-1, -1))
        else:
            index = self.rows_model.index(row, max(current.column(), 0))
            self.selectionModel().setCurrentIndex(
                index,
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows,
            )
            self.scrollTo(index)
        self._is_following = False

    def selectionChanged(self, new: QItemSelection, old: QItemSelection) -> None:  # noqa: N802 - Qt
        """Tell which row was chosen, when a user chose it."""
        super().selectionChanged(new, old)
        indexes = new.indexes()
        if indexes and not self._is_following:
            self.picked.emit(self.rows_model.rows[indexes[0].row()])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the table, or what would fill it while it is empty."""
        super().paintEvent(event)
        if not self.rows_model.rows:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(
                self.viewport().rect(),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self._hint,
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Copy the whole table as tab-separated text on Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.rows_model.as_text())
            return
        super().keyPressEvent(event)

    def _ask_for_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self.menu_wanted.emit(
                self.rows_model.rows[index.row()], self.viewport().mapToGlobal(at)
            )
