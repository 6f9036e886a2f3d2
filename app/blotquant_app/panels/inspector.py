"""The inspector: one page per stage."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtWidgets import QStackedWidget, QWidget

from blotquant.model.results import Ratio
from blotquant_app.actions import Actions
from blotquant_app.gestures.commands import Commands
from blotquant_app.panels.bands_page import BandsPage
from blotquant_app.panels.images_page import ImagesPage
from blotquant_app.panels.lanes_page import LanesPage
from blotquant_app.panels.normalise_page import NormalisePage
from blotquant_app.panels.page import Page
from blotquant_app.panels.results_page import ResultsPage
from blotquant_app.panels.targets_page import TargetsPage
from blotquant_app.session import Session
from blotquant_app.theme import Theme
from blotquant_app.views.blot_view import BlotView


class Stage(StrEnum):
    """The stages of the way from photographs to ratios."""

    IMAGES = "Images"
    LANES = "Lanes"
    BANDS = "Bands"
    TARGETS = "Targets"
    NORMALISE = "Normalise"
    RESULTS = "Results"


class Inspector(QStackedWidget):
    """Shows the page of the current stage; only that one is kept up to date.

    Without photographs it stays empty: it is hidden then, and the methods that its lists name are
    slow to import.
    """

    def __init__(
        self,
        session: Session,
        actions: Actions,
        commands: Commands,
        view: BlotView,
        theme: Theme,
        selected_ratio: Callable[[], Ratio | None],
        choose_ratio: Callable[[Ratio], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.pages: dict[Stage, Page] = {
            Stage.IMAGES: ImagesPage(session, view, actions),
            Stage.LANES: LanesPage(session, actions, commands),
            Stage.BANDS: BandsPage(session, actions),
            Stage.TARGETS: TargetsPage(session, actions),
            Stage.NORMALISE: NormalisePage(session),
            Stage.RESULTS: ResultsPage(session, actions, theme, selected_ratio, choose_ratio),
        }
        for page in self.pages.values():
            self.addWidget(page)
        session.document.changed.connect(self.refresh)
        session.analysed.connect(self.refresh)
        session.measured.connect(self.refresh)
        session.image_read.connect(self.refresh)
        session.selection.changed.connect(self.refresh)

    def show_stage(self, stage: Stage) -> None:
        """Show the page of a stage."""
        page = self.pages[stage]
        self.setCurrentWidget(page)
        self.refresh()
        page.column.activate()

    def refresh(self, *_: object) -> None:
        """Bring the page on the screen up to date."""
        page = self.currentWidget()
        if self._session.document.shown.photographs and isinstance(page, Page):
            page.refresh()

    @property
    def ratio_plot(self) -> QWidget:
        """The plot of the ratio that is chosen, on the results' page."""
        page = self.pages[Stage.RESULTS]
        return page.plot if isinstance(page, ResultsPage) else page

    def shut_down(self) -> None:
        """Give the plots back before the program ends."""
        page = self.pages[Stage.RESULTS]
        if isinstance(page, ResultsPage):
            page.shut_down()
