"""Pictures that are gone or have changed: where they are now, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from blotquant.errors import BlotquantError
from blotquant.io.relink import PictureState, find_moved, picture_sha256, relink
from blotquant.model.project import Photograph, Project
from blotquant_app.digits import count
from blotquant_app.panels.widgets import body, button, caption
from blotquant_app.session import Session

_HASH = 10  # characters of a SHA-256 that are shown
_WORDS = {
    PictureState.MISSING: "Not there",
    PictureState.CHANGED: "Has changed since",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A photograph whose file is gone or has another content."""

    photograph: Photograph
    state: PictureState


class RelinkDialog(QDialog):
    """Lists the pictures that are gone or changed; finds them by their content, or by hand.

    Nothing is changed before `Use them`: then all new files are one step of the history.
    """

    def __init__(self, session: Session, lost: tuple[Lost, ...], window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Find pictures")
        self.resize(720, 420)
        self._session = session
        self._lost = lost
        self.files: dict[str, Path] = {}
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Pictures")
        self.tree.setHeaderLabels(["Picture", "What is known", "File to use"])
        self.tree.setRootIsDecorated(False)
        self.tree.setWordWrap(True)
        items = [QTreeWidgetItem([Path(part.photograph.file).name]) for part in lost]
        self.tree.addTopLevelItems(items)
        self.tree.setColumnWidth(0, 170)
        self.tree.setColumnWidth(1, 270)
        self.tree.setCurrentItem(items[0])
        self.found = caption()
        row = QHBoxLayout()
        row.addWidget(button("Look in a folder …", self._ask_folder))
        row.addWidget(button("Choose a file …", self._ask_file))
        self.as_they_are = button(
            "Accept the changed ones",
            self._accept_changed,
            tip="Their files are meant as they are now; check lanes and bands afterwards",
        )
        self.as_they_are.setVisible(any(part.state is PictureState.CHANGED for part in lost))
        row.addWidget(self.as_they_are)
        row.addStretch(1)
        box = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(box.Ok | box.Cancel)
        self.use = self.buttons.button(box.Ok)
        self.use.setText("Use them")
        self.use.setProperty("primary", "true")
        self.use.setIcon(QIcon())
        self.buttons.button(box.Cancel).setIcon(QIcon())
        self.buttons.accepted.connect(self._apply)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(
            body(
                "These pictures are not as the project knew them. A folder is searched for files "
                "with the same content, whatever they are called now. A file that you choose may "
                "differ: check lanes and bands afterwards."
            )
        )
        column.addWidget(self.tree, 1)
        column.addLayout(row)
        column.addWidget(self.found)
        column.addWidget(self.buttons)
        self._refresh()

    def look_in(self, folder: Path) -> None:
        """Search a folder and everything below it, away from the window."""
        project = self._session.document.project
        self.found.setText(f"Looking through {folder} …")
        self.setEnabled(False)
        self._session.task_runner.submit(
            lambda progress: find_moved(project, (folder,), progress), self._take, self._failed
        )

    def choose(self, image: str, file: Path) -> None:
        """Use a file for a photograph, whatever it holds."""
        self.files[image] = file
        self._refresh()

    def _accept_changed(self) -> None:
        for part in self._lost:
            if part.state is PictureState.CHANGED:
                self.files[part.photograph.id] = Path(part.photograph.file)
        self._refresh()

    def _take(self, found: dict[str, Path]) -> None:
        self.setEnabled(True)
        self.files |= found
        self.found.setText(
            f"{count(len(found), 'picture')} found by content."
            if found
            else "No file there has the content of one of these pictures. Try another folder."
        )
        self._refresh()

    def _failed(self, error: Exception) -> None:
        self.setEnabled(True)
        self.found.setText(str(error))

    def _refresh(self) -> None:
        for i, part in enumerate(self._lost):
            item = self.tree.topLevelItem(i)
            file = self.files.get(part.photograph.id)
            if item is not None:
                item.setText(1, _known(part, file))
                item.setText(2, str(file) if file is not None else "")
                item.setToolTip(0, part.photograph.file)
                item.setToolTip(2, item.text(2))
        self.use.setEnabled(bool(self.files))

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, "Look in this folder", self._session.memory.last_folder
        )
        if chosen:
            self.look_in(Path(chosen))

    def _ask_file(self) -> None:
        row = self.tree.indexOfTopLevelItem(self.tree.currentItem())
        if row < 0:
            return
        photograph = self._lost[row].photograph
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            f"The file of {Path(photograph.file).name}",
            self._session.memory.last_folder,
            f"Same kind (*{Path(photograph.file).suffix});;All files (*)",
        )
        if chosen:
            self.choose(photograph.id, Path(chosen))

    def _apply(self) -> None:
        document = self._session.document
        new: Project = document.project
        try:
            for image, file in self.files.items():
                new = relink(new, image, file, accept_changed=True)
        except BlotquantError as error:
            self.found.setText(str(error))
            return
        self._session.read_again(new.photographs)
        document.edit(f"Find {count(len(self.files), 'picture')} again", new)
        self.accept()


def _known(part: Lost, file: Path | None) -> str:
    """Return what is known of a lost picture and of the file that is to take its place."""
    wanted = part.photograph.sha256.partition("#")[0]
    if file is None:
        now = _hash_of(Path(part.photograph.file)) if part.state is PictureState.CHANGED else ""
        return _WORDS[part.state] + (_difference(now, wanted) if now else "")
    now = _hash_of(file)
    if not now:
        return "The file cannot be read"
    if not wanted:
        return "The content that it had was never noted: check lanes and bands"
    if now == wanted:
        return "Same content"
    return "Another content" + _difference(now, wanted)


def _difference(now: str, wanted: str) -> str:
    return f"\nSHA-256 {now[:_HASH]}, not {wanted[:_HASH]}"


def _hash_of(file: Path) -> str:
    try:
        return picture_sha256(file)
    except BlotquantError:
        return ""
