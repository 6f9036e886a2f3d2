"""A table model over a tuple of results, described by columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from blotquant_app.digits import DASH

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its header, what a cell shows, and what it sorts by.

    Parameters
    ----------
    title
        With the unit, for instance ``"MW (kDa)"``.
    text
        The cell's text for a row.
    key
        What the column sorts by; a number that is NaN comes last in both directions. Without a
        key it sorts by the text.
    tip
        The cell's tooltip.
    only_if
        ``filled``: shown when a cell holds something; ``several``: when cells differ.
    """

    title: str
    text: Callable[[Any], str]
    key: Callable[[Any], Any] | None = None
    tip: Callable[[Any], str] | None = None
    title_tip: str = ""
    is_number: bool = False
    only_if: str = ""

    def is_worth_showing(self, rows: tuple[Any, ...]) -> bool:
        """Whether the column tells anything about these rows."""
        if not self.only_if or not rows:
            return True
        texts = {self.text(row) for row in rows}
        return len(texts) > 1 if self.only_if == "several" else bool(texts - {"", DASH})

    def sort_key(self, row: Any) -> tuple[bool, Any]:
        """Return what a row sorts by; the first part says whether there is nothing."""
        value = self.text(row) if self.key is None else self.key(row)
        is_missing = value is None or (isinstance(value, float) and math.isnan(value))
        return is_missing, 0.0 if is_missing else value


class RowsModel(QAbstractTableModel):
    """Shows rows of results; sorting keeps the same objects."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        super().__init__()
        self.columns = columns
        self._given: tuple[Any, ...] = ()
        self.rows: tuple[Any, ...] = ()
        self._sorted_by = -1
        self._order = Qt.SortOrder.AscendingOrder

    def set_rows(self, rows: tuple[Any, ...]) -> None:
        """Show other rows in the chosen order."""
        self.beginResetModel()
        self._given = rows
        self.rows = self._in_order(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, tooltip or alignment."""
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(row) if column.tip is not None else column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].title_tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the original order back."""
        self._sorted_by, self._order = column, order
        self.layoutAboutToBeChanged.emit()
        self.rows = self._in_order(self._given)
        self.layoutChanged.emit()

    def find(self, matches: Callable[[Any], bool]) -> int:
        """Return the first row that matches, or -1."""
        return next((i for i, row in enumerate(self.rows) if matches(row)), -1)

    def as_text(self) -> str:
        """Return the table as tab-separated text with its header, as it is sorted."""
        lines = ["\t".join(c.title for c in self.columns)]
        lines += ["\t".join(c.text(row) for c in self.columns) for row in self.rows]
        return "\n".join(lines)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft
        if self.columns[column].is_number:
            side = Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _in_order(self, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._sorted_by < 0:
            return rows
        key = self.columns[self._sorted_by].sort_key
        present = [r for r in rows if not key(r)[0]]
        missing = [r for r in rows if key(r)[0]]
        present.sort(key=key, reverse=self._order is Qt.SortOrder.DescendingOrder)
        return (*present, *missing)
