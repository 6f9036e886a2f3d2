"""A list of things that are made and taken away, beside the form of the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from blotquant_app.panels.widgets import button

_LIST_PX = 180


class DraftList(QWidget):
    """Names on the left with New and Delete, `form` on the right."""

    def __init__(
        self, noun: str, form: QWidget, add: Callable[[], None], remove: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._remove = remove
        self._form = form
        self.list = QListWidget()
        self.list.setAccessibleName(f"Own {noun}s")
        self.list.setFixedWidth(_LIST_PX)
        self.new = button(f"New {noun}", add)
        self.delete = button("Delete", self._delete)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.new)
        left.addWidget(self.delete)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 8)
        row.setSpacing(16)
        row.addLayout(left)
        row.addWidget(form, 1)

    @property
    def chosen(self) -> int:
        """The place of the chosen one in the list, -1 without any."""
        return self.list.currentRow()

    def offer(self, names: Sequence[str], chosen: int) -> None:
        """List these and choose one."""
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([name or "Without a name" for name in names])
        self.list.setCurrentRow(min(chosen, len(names) - 1))
        self.list.blockSignals(False)
        has_one = bool(names)
        self._form.setVisible(has_one)
        self.delete.setEnabled(has_one)

    def rename(self, name: str) -> None:
        """Show the chosen one under another name."""
        item = self.list.currentItem()
        if item is not None:
            item.setText(name or "Without a name")

    def _delete(self) -> None:
        if self.chosen >= 0:
            self._remove(self.chosen)
