"""The sensitivity while it is dragged: bands come and go in the picture, nothing is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from blotquant import edits
from blotquant_app.analysing import Analyst, BandPreview

if TYPE_CHECKING:
    from blotquant_app.session import Session


class Sensitivity(QObject):
    """Looks again at the shown photograph as often as the worker can, always at the newest value.

    `changed` says that `preview` is another one, or gone. The document is edited once, when the
    value is set.
    """

    changed = Signal()

    def __init__(self, session: Session, analyst: Analyst) -> None:
        super().__init__(session)
        self._session = session
        self._analyst = analyst
        self.preview: BandPreview | None = None
        self._wanted: float | None = None
        self._is_looking = False

    def try_value(self, value: float) -> None:
        """Show the bands that this sensitivity finds; nothing enters the history."""
        self._wanted = value
        # A look that was cancelled never ends.
        if not (self._is_looking and self._session.analysis_runner.is_busy):
            self._look()

    def set_value(self, value: float) -> None:
        """Take this sensitivity: one step in the history, and the numbers follow."""
        self._stop_looking()
        document = self._session.document
        if value == document.project.settings.sensitivity:
            self.drop()  # nothing will be analysed that could take the preview's place
        new = edits.set_sensitivity(document.project, value)
        document.edit("Change the sensitivity", new, merge_id="setting sensitivity")

    def drop(self) -> None:
        """Forget what was tried: the analysis shows the bands again."""
        self._stop_looking()
        if self.preview is not None:
            self.preview = None
            self.changed.emit()

    def _stop_looking(self) -> None:
        self._wanted = None
        self._is_looking = False

    def _look(self) -> None:
        session, value = self._session, self._wanted
        analysis, image = session.analysis, session.selection.now.image
        self._wanted = None
        if value is None or analysis is None:
            return
        if all(r.photograph.id != image for r in analysis.images):
            return
        self._is_looking = True
        project = session.document.project
        session.analysis_runner.submit(
            lambda _: self._analyst.look_again(project, analysis, image, value), self._show
        )

    def _show(self, preview: BandPreview) -> None:
        if not self._is_looking:
            return
        self._is_looking = False
        self.preview = preview
        self.changed.emit()
        self._look()
