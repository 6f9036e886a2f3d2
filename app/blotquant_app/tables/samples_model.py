"""The sample sheet as a table that can be typed into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from blotquant.model.sample import Sample
from blotquant_app.tables.sample_cells import CELLS

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
PLACES = ("Membrane", "Lane")
Change = tuple[int, int, str]
"""Line, field of `CELLS`, new text."""


class SamplesModel(QAbstractTableModel):
    """A line for each physical lane; what is typed goes to `write`."""

    def __init__(self, write: Callable[[Sequence[Change]], bool]) -> None:
        super().__init__()
        self._write = write
        self.lines: tuple[Sample, ...] = ()

    def set_lines(self, lines: tuple[Sample, ...]) -> None:
        """Show other lines; cells that stay keep their place and the selection."""
        if len(lines) == len(self.lines):
            self.lines = lines
            if lines:
                self.dataChanged.emit(
                    self.index(0, 0), self.index(len(lines) - 1, self.columnCount() - 1)
                )
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """Return the number of lanes."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(PLACES) + len(CELLS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let everything but the place be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() >= len(PLACES):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def text(self, line: int, column: int) -> str:
        """Return what a cell shows."""
        sample = self.lines[line]
        if column < len(PLACES):
            return str((sample.membrane, sample.lane)[column])
        cell = CELLS[column - len(PLACES)]
        return cell.show(getattr(sample, cell.field))

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or alignment."""
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def setData(  # noqa: N802 - Qt's name
        self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Write what was typed."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        if str(value) == self.text(index.row(), index.column()):
            return False
        return self._write([(index.row(), index.column() - len(PLACES), str(value))])

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title and what belongs into it."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        field = section - len(PLACES)
        if role == Qt.ItemDataRole.DisplayRole:
            return PLACES[section] if field < 0 else CELLS[field].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return None if field < 0 else CELLS[field].tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    @staticmethod
    def _alignment(column: int) -> Qt.AlignmentFlag:
        field = CELLS[column - len(PLACES)].field if column >= len(PLACES) else ""
        is_number = column == 1 or field in {"dose", "time_h"}
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
