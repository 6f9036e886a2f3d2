"""Help: the keyboard map, the command palette, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import blotquant
from blotquant_app.actions import ACTIONS, Actions

_ACTION = Qt.ItemDataRole.UserRole


def show_about(window: QWidget) -> None:
    """Show name, version and purpose."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About blotquant")
    box.setText(f"blotquant {blotquant.__version__}")
    box.setInformativeText(
        "Turns photographs of western blots into band ratios with their uncertainty. "
        "BSD-3-Clause licence."
    )
    box.open()


def show_keys(window: QWidget) -> None:
    """Show all keys."""
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keyboard map")
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    native = QKeySequence.SequenceFormat.NativeText
    entries = [
        (" or ".join(QKeySequence(k).toString(native) for k in spec.keys), spec.text.rstrip(" …"))
        for spec in ACTIONS
        if spec.keys
    ]
    entries += [
        ("Space and drag", "Move the picture"),
        ("Wheel", "Zoom at the mouse"),
        ("Ctrl and click", "Add to the selection"),
        ("Shift and click", "Select up to here"),
    ]
    rows = (len(entries) + 1) // 2
    for i, (keys, text) in enumerate(entries):
        column = 2 * (i // rows)
        label = QLabel(keys)
        label.setObjectName("section")
        grid.addWidget(label, i % rows, column)
        grid.addWidget(QLabel(text), i % rows, column + 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(holder)
    QVBoxLayout(dialog).addWidget(area)
    dialog.resize(700, 640)
    dialog.open()


class Palette(QDialog):
    """Every action by name: type a part of it, press Enter."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("All commands")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type what you want to do")
        self.field.setAccessibleName("Command")
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for action in actions:
            if action.isEnabled() and action.objectName() != "palette":
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                text = action.text().replace("&", "").rstrip(" …")
                item = QListWidgetItem(f"{text}    {keys}" if keys else text)
                item.setData(_ACTION, action)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._run)
        self.list.itemClicked.connect(lambda _: self._run())
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(420, 380)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first = None
        for i in range(self.list.count()):
            item = self.list.item(i)
            hidden = any(w not in item.text().casefold() for w in words)
            item.setHidden(hidden)
            if first is None and not hidden:
                first = item
        if first is None:
            self.list.clearSelection()
            self.list.setCurrentRow(-1)
        else:
            self.list.setCurrentItem(first)

    def _run(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            return
        action = self.list.item(row).data(_ACTION)
        self.accept()
        if isinstance(action, QAction):
            action.trigger()


def show_palette(window: QWidget, actions: Actions) -> None:
    """Open the command palette."""
    Palette(window, actions).open()
