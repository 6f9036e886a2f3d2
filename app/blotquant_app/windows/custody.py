"""The window's side of files that are shared, moved, many-paged or left by a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.io.autosave import Recovery, forget
from blotquant.io.relink import PictureState, extract_pictures, picture_state
from blotquant.model.project import Project
from blotquant.progress import Progress
from blotquant_app.actions import Actions
from blotquant_app.dialogs.guarding import ContestedBox, RecoveryDialog
from blotquant_app.dialogs.relink import Lost, RelinkDialog
from blotquant_app.keeping import Keeper
from blotquant_app.page_asker import PageAsker
from blotquant_app.session import Session

_LOST = (PictureState.MISSING, PictureState.CHANGED)


class Custody(QObject):
    """Asks what the keeper and the pages need to know, and answers the actions about pictures."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._actions = actions
        self._window = window
        self.keeper = Keeper(session)
        self.pages = PageAsker(session, window)
        self.contested: ContestedBox | None = None
        self.recovery: RecoveryDialog | None = None
        self.relinking: RelinkDialog | None = None
        self.keeper.contested.connect(self._ask_contested)
        self.keeper.found.connect(self._offer)
        session.document.changed.connect(self._follow)
        session.analysed.connect(self._follow)

    # -- several pages ------------------------------------------------------------------------

    def choose_pages(self) -> None:
        """Ask which pages of the selected photograph's file are measured."""
        image = self._session.selection.now.image
        for photograph in self._session.document.project.photographs:
            if photograph.id == image:
                self.pages.ask(photograph)

    # -- embedded or linked -------------------------------------------------------------------

    def embed(self, *_: object) -> None:
        """Turn the other way round whether the project file holds its pictures."""
        document = self._session.document
        project = document.project
        if not project.embed_pictures:
            document.edit("Keep pictures inside", edits.keep_pictures_inside(project, inside=True))
            self._session.notices.info(
                "The pictures go into the project file when it is saved as .blot."
            )
            return
        try:
            new = self._taken_out(project)
        except BlotquantError as error:
            self._session.notices.error(str(error))
            new = None
        if new is not None:
            document.edit("Link pictures", new)
        self._follow()

    def _taken_out(self, project: Project) -> Project | None:
        """Return the project with links alone; None where nobody says where the pictures go."""
        inside = [p for p in project.photographs if picture_state(p) is PictureState.EMBEDDED]
        if not inside:
            return edits.keep_pictures_inside(project, inside=False)
        folder = QFileDialog.getExistingDirectory(
            self._window, "Write the pictures into this folder", self._session.memory.last_folder
        )
        return extract_pictures(project, folder) if folder else None

    # -- moved and changed --------------------------------------------------------------------

    def relink(self) -> None:
        """Look which pictures are gone or changed, and ask where they are."""
        photographs = self._session.document.project.photographs

        def job(_: Progress) -> tuple[Lost, ...]:
            states = [(p, picture_state(p)) for p in photographs]
            return tuple(Lost(photograph=p, state=s) for p, s in states if s in _LOST)

        self._session.task_runner.submit(job, self._open_relinking)

    def _open_relinking(self, lost: tuple[Lost, ...]) -> None:
        if not lost:
            self._session.notices.info("All pictures are where the project says, and unchanged.")
            return
        self.relinking = RelinkDialog(self._session, lost, self._window)
        self.relinking.finished.connect(self._relinked)
        self.relinking.open()

    def _relinked(self) -> None:
        self.relinking = None

    # -- shared with another window -----------------------------------------------------------

    def _ask_contested(self, holder: str) -> None:
        path = self._session.path
        name = path.name if path is not None else "The project"
        box = ContestedBox(name, holder, self._window)
        self.contested = box
        box.buttonClicked.connect(self._answer)
        box.open()

    def _answer(self, button: QObject) -> None:
        box, self.contested = self.contested, None
        if box is None:
            return
        if button is box.work:
            self.keeper.take_over()
        elif button is box.leave:
            self._session.new()
        else:
            self._session.path_changed.emit()

    # -- after a crash ------------------------------------------------------------------------

    def _offer(self, left: tuple[Recovery, ...]) -> None:
        self.recovery = RecoveryDialog(left, self._window)
        self.recovery.restored.connect(self.keeper.restore)
        self.recovery.discarded.connect(forget)
        self.recovery.finished.connect(self._offered)
        self.recovery.open()

    def _offered(self) -> None:
        self.recovery = None

    # -- actions ------------------------------------------------------------------------------

    def _follow(self, *_: object) -> None:
        """Bring the actions up to date."""
        project = self._session.document.shown
        self._actions["embed"].setChecked(project.embed_pictures)
        has_photographs = bool(project.photographs)
        for name in ("embed", "relink", "choose_pages"):
            self._actions[name].setEnabled(has_photographs)


def autosave_folder(data_folder: str) -> Path:
    """Return where unsaved work is kept aside, below the program's own data."""
    return Path(data_folder) / "unsaved"
