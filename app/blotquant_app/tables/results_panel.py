"""The tabs at the bottom: bands, ratios, summary, quality, samples; linked with the picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from blotquant.model.results import Analysis, Notice, Ratio
from blotquant.model.sample import Sample
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.tables.columns import (
    BandRow,
    band_columns,
    notice_columns,
    ratio_columns,
    summary_columns,
)
from blotquant_app.tables.linked_table import LinkedTable
from blotquant_app.tables.rows_model import RowsModel
from blotquant_app.tables.samples_panel import SamplesPanel

_NO_RATIOS = "No ratios yet: say which row is which form, on the Targets page or by a right click"
_NO_SUMMARY = "No summary yet: it needs conditions and ratios"


class ResultsPanel(QTabWidget):
    """Shows the numbers of the latest analysis. `row_menu_wanted` carries a band row's place."""

    row_menu_wanted = Signal(str, int, QPoint)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session

        def name_of(target: str) -> str:
            # Own targets come and go: the library is asked each time.
            return session.library.name_of(target)

        self._name_of = name_of
        self.bands = LinkedTable(
            RowsModel(band_columns()), "Bands", "No bands on this photograph yet"
        )
        self.ratios = LinkedTable(RowsModel(ratio_columns(name_of)), "Ratios", _NO_RATIOS)
        self.summary = LinkedTable(RowsModel(summary_columns(name_of)), "Summary", _NO_SUMMARY)
        self.quality = LinkedTable(RowsModel(notice_columns()), "Quality", "Nothing to remark")
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabBar().setAccessibleName("Tables")
        for table, title in (
            (self.bands, "Bands"),
            (self.ratios, "Ratios"),
            (self.summary, "Summary"),
            (self.quality, "Quality"),
        ):
            self.addTab(table, title)
        self.samples = SamplesPanel(session)
        self.addTab(self.samples, "Samples")
        self.bands.picked.connect(self._pick_band)
        self.bands.menu_wanted.connect(self._ask_for_row_menu)
        self.ratios.picked.connect(self._pick_ratio)
        self.quality.picked.connect(self._pick_notice)
        session.analysed.connect(self.refresh)
        session.measured.connect(self._follow_drag)
        session.selection.changed.connect(self._follow)
        self._image = ""

    @property
    def selected_ratio(self) -> Ratio | None:
        """The ratio that is chosen in the table."""
        index = self.ratios.currentIndex()
        rows = self.ratios.rows_model.rows
        ratio = rows[index.row()] if 0 <= index.row() < len(rows) else None
        return ratio if isinstance(ratio, Ratio) else None

    def choose_ratio(self, ratio: Ratio) -> None:
        """Select a ratio in the table, and so its lane everywhere."""
        row = self.ratios.rows_model.find(lambda r: r is ratio)
        if row >= 0:
            self.ratios.selectRow(row)

    def refresh(self) -> None:
        """Show the numbers of the latest analysis."""
        analysis = self._session.analysis
        self._show_bands(analysis)
        self.ratios.set_rows(analysis.ratios if analysis else ())
        self.summary.set_rows(analysis.summary if analysis else ())
        notices = analysis.notices if analysis else ()
        self.quality.set_rows(notices)
        self.setTabText(3, f"Quality ({len(notices)})" if notices else "Quality")
        self._follow(self._session.selection.now)

    def _follow_drag(self) -> None:
        """Show the new numbers of a lane that is being dragged; ratios wait for its end."""
        self._show_bands(self._session.analysis)
        self._follow(self._session.selection.now)

    def current_text(self) -> str:
        """Return the table on the screen as tab-separated text."""
        table = self.currentWidget()
        return (
            table.rows_model.as_text()
            if isinstance(table, LinkedTable)
            else (self.samples.as_text())
        )

    def _show_bands(self, analysis: Analysis | None) -> None:
        is_other = self._image != self._session.selection.now.image
        self._image = self._session.selection.now.image
        if analysis is None:
            self.bands.set_rows(())
            return
        samples = {(s.membrane, s.lane): s for s in analysis.project.samples}
        self.bands.set_rows(self._band_rows(analysis, samples), fits=is_other)

    def _band_rows(
        self, analysis: Analysis, samples: dict[tuple[str, int], Sample]
    ) -> tuple[BandRow, ...]:
        assigned = {(a.membrane, a.row): a for a in analysis.assignments if a.image == self._image}
        amounts = {a.key: a for a in analysis.amounts}
        rows = []
        for measured in analysis.bands_of(self._image):
            band = measured.band
            a = assigned.get((band.membrane, band.row))
            rows.append(
                BandRow(
                    measured=measured,
                    assignment=a,
                    sample=samples.get((band.membrane, band.lane)),
                    target_name=self._name_of(a.target) if a else "",
                    amount=amounts.get(band.key),
                )
            )
        return tuple(rows)

    def _follow(self, now: Selected) -> None:
        if now.image != self._image:
            self._show_bands(self._session.analysis)
        self.bands.follow(
            lambda r: (
                now.is_band and r.measured.band.key == (now.image, now.membrane, now.lane, now.row)
            )
        )
        self._follow_ratio(now)

    def _follow_ratio(self, now: Selected) -> None:
        """Mark the lane's first ratio of a target that is on this photograph, else of any."""
        analysis = self._session.analysis
        here = {a.target for a in analysis.assignments if a.image == now.image} if analysis else ()
        of_lane = [r for r in self.ratios.rows_model.rows if _is_of_lane(r, now)]
        targets = {r.target for r in of_lane}
        shown = targets.intersection(here) or targets
        self.ratios.follow(lambda r: _is_of_lane(r, now) and r.target in shown)

    def _pick_band(self, row: BandRow) -> None:
        band = row.measured.band
        self._session.selection.select(
            Selected(image=band.image, membrane=band.membrane, lane=band.lane, row=band.row)
        )

    def _pick_ratio(self, ratio: Ratio) -> None:
        """Show the lane on a photograph of its target, else where it is seen now."""
        analysis = self._session.analysis
        if analysis is None:
            return
        now = self._session.selection.now
        image = now.image
        for a in analysis.assignments:
            if (a.membrane, a.target) == (ratio.membrane, ratio.target):
                image = a.image
                break
        self._session.selection.select(
            replace(now, image=image, membrane=ratio.membrane, lane=ratio.lane, row=0)
        )

    def _pick_notice(self, notice: Notice) -> None:
        now = self._session.selection.now
        self._session.selection.select(
            Selected(
                image=notice.image or now.image,
                membrane=notice.membrane,
                lane=notice.lane,
                row=notice.row,
            )
        )

    def _ask_for_row_menu(self, row: BandRow, at: QPoint) -> None:
        band = row.measured.band
        self.row_menu_wanted.emit(band.membrane, band.row, at)


def _is_of_lane(ratio: Ratio, now: Selected) -> bool:
    return now.lane > 0 and (ratio.membrane, ratio.lane) == (now.membrane, now.lane)
