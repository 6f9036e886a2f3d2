"""What leaves the session as files for others: tables and the figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from blotquant.model.figure import FigureOptions
from blotquant.model.results import Analysis
from blotquant.progress import Progress
from blotquant_app.digits import count

if TYPE_CHECKING:
    from blotquant_app.session import Session


class Exporter(QObject):
    """Writes the results away from the window; what is asked for too early waits for them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._waiting: list[Callable[[], None]] = []
        self.figure_options = FigureOptions()
        session.settled.connect(self._go_on)

    def write_tables(self, folder: Path) -> None:
        """Write the tables into a folder."""

        def write_them(analysis: Analysis) -> str:
            from blotquant.export import write  # noqa: PLC0415 - slow import

            n = len(tuple(write(analysis.project, analysis, folder)))
            return f"Wrote {count(n, 'file')} to {folder}."

        self._write_when_settled(write_them, folder)

    def write_figure(self, path: Path) -> None:
        """Draw the figure into a file, with the options that were chosen last."""
        options = self.figure_options

        def draw(analysis: Analysis) -> str:
            from blotquant.export.figure import write_figure  # noqa: PLC0415 - slow import

            return f"Drew {write_figure(analysis.project, analysis, path, options).name}."

        self._write_when_settled(draw, path.parent)

    def preview_figure(
        self, options: FigureOptions, width_px: int, show: Callable[[bytes], None]
    ) -> None:
        """Draw the figure as it would be written and hand it over as a PNG of this width."""
        analysis = self._session.analysis
        if analysis is None:
            return

        def draw(_: Progress) -> bytes:
            from blotquant.export.figure import figure_png  # noqa: PLC0415 - slow import

            return figure_png(analysis.project, analysis, options, width_px)

        self._session.task_runner.submit(draw, show)

    def _write_when_settled(self, write: Callable[[Analysis], str], folder: Path) -> None:
        session = self._session
        if not session.is_settled:
            self._waiting.append(lambda: self._write_when_settled(write, folder))
            return
        analysis = session.analysis
        if analysis is None:
            session.notices.error("There are no results yet. Open photographs first.")
            return

        def done(text: str) -> None:
            url = QUrl.fromLocalFile(str(folder))
            session.notices.info(text, "Show folder", lambda: _open_url(url))
            session.settled.emit()

        session.task_runner.submit(lambda _: write(analysis), done)

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()


def _open_url(url: QUrl) -> None:
    QDesktopServices.openUrl(url)
