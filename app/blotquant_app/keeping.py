"""What guards the work of one window: a hold on its file, and a copy kept aside for a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from blotquant.errors import BlotquantError
from blotquant.io.autosave import Autosave, Recovery, forget, recover, recoverable
from blotquant.io.claims import Claim, file_stamp
from blotquant.progress import Progress
from blotquant_app.session import Session

AUTOSAVE_MS = 15_000


class Keeper(QObject):
    """Claims the session's file, notices who else writes to it, and keeps unsaved work aside.

    `contested` is emitted with the holder in words when another window has the project open;
    `found` with the copies that crashed windows left.
    """

    contested = Signal(str)
    found = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._claim: Claim | None = None
        self._path: Path | None = None
        self._stamp = ""
        self._autosave: Autosave | None = None
        self.read_only = False
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(AUTOSAVE_MS)
        self.timer.timeout.connect(self.keep_aside)
        session.path_changed.connect(self._follow_path)
        session.document.changed.connect(self._follow_document)
        session.document.modified_changed.connect(self._follow_modified)

    # -- the file -----------------------------------------------------------------------------

    def take_over(self) -> None:
        """Work on the project although another window has it open."""
        self.read_only = False
        self._session.path_changed.emit()

    def changed_elsewhere(self, path: Path) -> bool:
        """Return whether the project's own file was written since it was opened or saved here."""
        return path == self._path and file_stamp(path) != self._stamp

    def _follow_path(self) -> None:
        path = self._session.path
        if path is not None and path == self._path:
            self._stamp = file_stamp(path)
            return
        self._release()
        self._path = path
        if path is None:
            return
        self._stamp = file_stamp(path)
        self._claim = Claim(path)
        if not self._claim.is_mine:
            self.read_only = True
            self.contested.emit(self._claim.holder)

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release()
        self._claim = None
        self.read_only = False
        self._stamp = ""

    # -- the copy -----------------------------------------------------------------------------

    def watch(self, folder: Path) -> None:
        """Keep copies in a folder from now on; say what crashed windows left there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._session.notices.warn(
                f"Unsaved work cannot be kept aside in {folder}: {error.strerror}. Save often."
            )
            return
        left = recoverable(folder)
        self._autosave = Autosave(folder)
        if left:
            self.found.emit(left)

    def keep_aside(self) -> None:
        """Write a copy of unsaved work, away from the window."""
        autosave, document = self._autosave, self._session.document
        if autosave is None or not document.is_modified or not document.project.photographs:
            return
        project, origin = document.project, self._session.path

        def job(_: Progress) -> None:
            autosave.save(project, origin)

        def done(_: None) -> None:
            if not document.is_modified:
                autosave.discard()

        self._session.task_runner.submit(job, done)

    def restore(self, recovery: Recovery) -> None:
        """Show the project of a copy as unsaved work."""
        try:
            project = recover(recovery)
        except BlotquantError as error:
            self._session.notices.error(str(error))
            return
        self._session.restore(project, recovery.origin)
        if self._autosave is not None:
            # The old copy goes when the new one is there: a second crash loses nothing either.
            self._autosave.save(project, recovery.origin)
        forget(recovery)

    def _follow_document(self, *_: object) -> None:
        if self._autosave is not None and self._session.document.is_modified:
            self._wait()

    def _follow_modified(self, modified: bool) -> None:  # noqa: FBT001 - a Qt slot
        if modified:
            self._wait()
            return
        self.timer.stop()
        if self._autosave is not None:
            self._autosave.discard()

    def _wait(self) -> None:
        if self._autosave is not None and not self.timer.isActive():
            self.timer.start()

    def shut_down(self) -> None:
        """Give the file free; what was not to be saved is not kept either."""
        self.timer.stop()
        self._release()
        self._path = None
        if self._autosave is not None:
            self._autosave.discard()
            self._autosave.close()
            self._autosave = None
