"""What goes to the clipboard: the table on the screen, the profile, the blot."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from blotquant_app.notices import Notices
from blotquant_app.panels.inspector import Inspector
from blotquant_app.tables.results_panel import ResultsPanel
from blotquant_app.windows.centre import Centre


class Copying:
    """Copies text for a spreadsheet and pictures for a slide."""

    def __init__(
        self, notices: Notices, centre: Centre, results: ResultsPanel, inspector: Inspector
    ) -> None:
        self._inspector = inspector
        self._notices = notices
        self._centre = centre
        self._results = results

    def table(self) -> None:
        """Copy the table on the screen as tab-separated text."""
        QGuiApplication.clipboard().setText(self._results.current_text())
        self._notices.info("Copied the table. Paste it into a spreadsheet.")

    def profile(self) -> None:
        """Copy the lane profile as it is shown."""
        if self._centre.profile.plot.isHidden():
            self._notices.info("There is no profile on the screen. Select a lane first.")
            return
        self._picture(self._centre.profile)

    def blot(self) -> None:
        """Copy the blot with the marks that are shown."""
        self._picture(self._centre.view)

    def plot(self) -> None:
        """Copy the plot of the ratio that is chosen."""
        plot = self._inspector.ratio_plot
        if self._results.selected_ratio is None:
            self._notices.info("There is no plot yet. Choose a ratio in the table first.")
            return
        self._picture(plot)

    def _picture(self, widget: QWidget) -> None:
        QGuiApplication.clipboard().setPixmap(widget.grab())
        self._notices.info("Copied the picture. Paste it into a document or a slide.")
