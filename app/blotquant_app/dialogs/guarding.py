"""Questions about files: who else has a project open, and what a crash left behind."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from blotquant.io.autosave import Recovery
from blotquant_app.panels.widgets import body, button

_RECOVERY = Qt.ItemDataRole.UserRole


class ContestedBox(QMessageBox):
    """Says that another window has the project open; `read`, `work` and `leave` are the answers."""

    def __init__(self, name: str, holder: str, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("The project is open elsewhere")
        self.setText(f"{name} is open in another window: {holder}.")
        self.setInformativeText(
            "Read it here without saving over it, or take it over: then whoever saves last is "
            "asked before the other's changes are lost."
        )
        role = QMessageBox.ButtonRole
        self.read = self.addButton("Read only", role.AcceptRole)
        self.work = self.addButton("Take over", role.DestructiveRole)
        self.leave = self.addButton("Close it here", role.RejectRole)
        self.setDefaultButton(self.read)
        self.setEscapeButton(self.read)


class RecoveryDialog(QDialog):
    """Offers the copies that crashed windows left: `restored` and `discarded` carry one each."""

    restored = Signal(object)
    discarded = Signal(object)

    def __init__(self, left: tuple[Recovery, ...], window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Unsaved work was found")
        self.resize(560, 300)
        self.list = QListWidget()
        self.list.setAccessibleName("Unsaved work")
        for recovery in left:
            item = QListWidgetItem(_line(recovery))
            item.setData(_RECOVERY, recovery)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.restore = button("Restore", self._restore, tip="Open it as unsaved changes")
        self.restore.setProperty("primary", "true")
        self.restore.setDefault(True)
        self.discard = button("Discard", self._discard, tip="Delete this copy for good")
        self.later = button("Later", self.reject, tip="Keep the copies; ask at the next start")
        row = QHBoxLayout()
        row.addWidget(self.discard)
        row.addStretch(1)
        row.addWidget(self.later)
        row.addWidget(self.restore)
        column = QVBoxLayout(self)
        column.addWidget(
            body(
                "A window ended before its work was saved. A copy was kept aside. Restore it and "
                "save it, or discard it; the project files themselves are as they were last saved."
            )
        )
        column.addWidget(self.list, 1)
        column.addLayout(row)

    def _current(self) -> Recovery | None:
        item = self.list.currentItem()
        recovery = item.data(_RECOVERY) if item is not None else None
        return recovery if isinstance(recovery, Recovery) else None

    def _restore(self) -> None:
        recovery = self._current()
        if recovery is not None:
            self.restored.emit(recovery)
        self.accept()

    def _discard(self) -> None:
        recovery = self._current()
        if recovery is not None:
            self.discarded.emit(recovery)
            self.list.takeItem(self.list.currentRow())
        if not self.list.count():
            self.accept()


def _line(recovery: Recovery) -> str:
    when = recovery.saved_at.astimezone().strftime("%d %B %Y, %H:%M")
    where = str(recovery.origin) if recovery.origin is not None else "never saved to a file"
    return f"{recovery.name}   {when}\n{where}"
