"""Numbers that follow the mouse: the dragged lane is measured alone, the rest when it rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from blotquant.model.lane import Lane
from blotquant.model.results import Analysis
from blotquant_app.analysing import Analyst

if TYPE_CHECKING:
    from blotquant_app.session import Session

REST_MS = 200  # a mouse that stays for so long wants to see everything


class Live(QObject):
    """Measures the selected lane of a running drag, as often as the worker can."""

    def __init__(self, session: Session, analyst: Analyst) -> None:
        super().__init__(session)
        self._session = session
        self._analyst = analyst
        self._is_measuring = False
        self._is_behind = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look_at_everything)

    def follow(self) -> bool:
        """Follow the drag as it is shown now; return whether there is a lane to follow."""
        lane = self._lane()
        if lane is None:
            return False
        self._rest.start()
        # A job that was replaced by another request never ends.
        self._is_behind = self._is_measuring and self._session.analysis_runner.is_busy
        if not self._is_behind:
            self._measure(lane)
        return True

    def stop(self) -> None:
        """The drag is over: what is still measured is of no use."""
        self._rest.stop()
        self._is_measuring = self._is_behind = False

    def _lane(self) -> Lane | None:
        session, now = self._session, self._session.selection.now
        analysis = session.analysis
        lane = session.scene().lane(now.membrane, now.lane) if session.scene().lanes else None
        if analysis is None or lane is None:
            return None
        known = {r.lane.number for r in analysis.lanes_of(now.image, now.membrane)}
        return lane if lane.number in known else None

    def _measure(self, lane: Lane) -> None:
        session = self._session
        project, analysis = session.document.shown, session.analysis
        bands = tuple(b for b in session.scene().bands_of(lane.membrane) if b.lane == lane.number)
        if analysis is None:
            return
        self._is_measuring = True
        session.analysis_runner.submit(
            lambda _: self._analyst.measure_one(project, analysis, lane, bands),
            self._show,
            lambda _: self._look_at_everything(),
        )

    def _show(self, analysis: Analysis) -> None:
        if not self._is_measuring:
            return
        self._is_measuring = False
        self._session.show_numbers(analysis)
        if self._is_behind and self._session.document.is_previewing:
            self._is_behind = False
            lane = self._lane()
            if lane is not None:
                self._measure(lane)

    def _look_at_everything(self) -> None:
        self._is_measuring = self._is_behind = False
        if self._session.document.is_previewing:
            self._session.analyse_again()
