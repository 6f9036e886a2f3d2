"""The document: one project, its undo history, and whether it was saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from blotquant.model.project import Project

# QUndoStack merges only commands of one id; which drags belong together is decided by `merge_id`.
_REPLACE_ID = 1


class _Replace(QUndoCommand):
    """Replace the project by another one: the only command there is."""

    def __init__(
        self, document: Document, text: str, old: Project, new: Project, merge_id: str | None
    ) -> None:
        super().__init__(text)
        self._document = document
        self.old = old
        self.new = new
        self.merge_id = merge_id

    def id(self) -> int:
        return _REPLACE_ID if self.merge_id is not None else -1

    def redo(self) -> None:
        self._document._show(self.new)  # noqa: SLF001 - the command is the document's other half

    def undo(self) -> None:
        self._document._show(self.old)  # noqa: SLF001 - the command is the document's other half

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(other, _Replace) or other.merge_id != self.merge_id:
            return False
        self.new = other.new
        return True


class Document(QObject):
    """Holds the project that the window shows; every change goes through `edit`.

    `changed(old, new)` is emitted with two `Project` objects after every change of what is shown:
    edits, undo, redo, previews of a running drag, and another file. Views compare their own part
    by identity and redraw that.
    """

    changed = Signal(object, object)
    modified_changed = Signal(bool)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project or Project()
        self._preview: Project | None = None
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def project(self) -> Project:
        """The project without the preview of a running drag."""
        return self._project

    @property
    def shown(self) -> Project:
        """The project as the window shows it: with the preview of a running drag."""
        return self._preview or self._project

    @property
    def is_modified(self) -> bool:
        """Whether there are changes that are not in the file."""
        return not self.undo_stack.isClean()

    @property
    def is_previewing(self) -> bool:
        """Whether a drag is under way."""
        return self._preview is not None

    def edit(self, text: str, new: Project, merge_id: str | None = None) -> None:
        """Make `new` the project, as one step of the history that is called `text`.

        Steps in a row with the same `merge_id` become one. A project equal to the present one
        makes no step.
        """
        self._preview = None
        if new == self._project:
            self._show(self._project)
            return
        self.undo_stack.push(_Replace(self, text, self._project, new, merge_id))

    def preview(self, new: Project) -> None:
        """Show `new` while a drag is under way; nothing enters the history."""
        old, self._preview = self.shown, new
        self.changed.emit(old, new)

    def drop_preview(self) -> None:
        """Give back what was there before the drag."""
        if self._preview is not None:
            old, self._preview = self._preview, None
            self.changed.emit(old, self._project)

    def open(self, project: Project) -> None:
        """Start anew with another project: empty history, not modified."""
        old = self.shown
        self._preview = None
        self._project = project
        self.undo_stack.clear()
        self.undo_stack.setClean()
        self.changed.emit(old, project)

    def mark_saved(self) -> None:
        """Declare the present state to be what the file holds."""
        self.undo_stack.setClean()

    def mark_unsaved(self) -> None:
        """Declare that no file holds the present state, although nothing can be undone."""
        self.undo_stack.resetClean()

    def _clean_changed(self, clean: bool) -> None:  # noqa: FBT001 - a Qt slot
        self.modified_changed.emit(not clean)

    def _show(self, project: Project) -> None:
        old = self.shown
        self._preview = None
        self._project = project
        self.changed.emit(old, project)
