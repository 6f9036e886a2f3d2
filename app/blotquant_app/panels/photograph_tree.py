"""The list of photographs by membrane: one that is dropped on another group shows that membrane."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

ID = Qt.ItemDataRole.UserRole
MEMBRANES = Qt.ItemDataRole.UserRole + 1
_ITEMS = "application/x-qabstractitemmodeldatalist"


class PhotographTree(QTreeWidget):
    """Groups of photographs. `dropped` carries their ids and the membranes of the group.

    No membranes: they were dropped where no group is.
    """

    dropped = Signal(object, object)

    def __init__(self, thumb: QSize) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setIconSize(thumb)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setAccessibleName("Photographs")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setToolTip("Drag a photograph to the membrane that it shows")

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the photographs that are selected, several perhaps."""
        ids = (item.data(0, ID) for item in self.selectedItems())
        return tuple(i for i in ids if i)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take photographs of this list; files are the window's business."""
        self._answer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - Qt's name
        """Take photographs of this list."""
        self._answer(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Say which photographs were dropped on which membranes; the document moves them."""
        self._answer(event)
        if event.isAccepted():
            self.dropped.emit(self.chosen(), self._membranes_at(event.position().toPoint()))

    def _answer(self, event: QDropEvent) -> None:
        if event.mimeData().hasFormat(_ITEMS):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def _membranes_at(self, place: QPoint) -> tuple[str, ...]:
        item: QTreeWidgetItem | None = self.itemAt(place)
        group = item.parent() or item if item is not None else None
        return tuple(group.data(0, MEMBRANES)) if group is not None else ()
