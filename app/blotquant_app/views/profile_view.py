"""The profile of the selected lane: signal, baseline, and band limits that can be dragged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from blotquant.model.band import Band
from blotquant.model.results import LaneResult
from blotquant_app.theme import Tokens


class ProfileView(QWidget):
    """Plots one lane. `limits_dragged` and `limits_dropped` carry (lane, row, start, stop)."""

    limits_dragged = Signal(int, int, float, float)
    limits_dropped = Signal(int, int, float, float)
    band_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel("Select a lane to see its profile")
        self.title.setObjectName("caption")
        self.title.setContentsMargins(12, 6, 12, 0)
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName("Lane profile")
        self.plot.setAcceptDrops(False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.plot.getAxis("left").setWidth(56)
        self._signal = self.plot.plot([], [])
        self._baseline = self.plot.plot([], [])
        self._regions: list[Any] = []
        self._lane: LaneResult | None = None
        self._is_filling = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 4)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        self.plot.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the theme's colours."""
        self.plot.setBackground(tokens.surface)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(tokens.line))
            axis.setTextPen(pg.mkPen(tokens.muted))
        self._signal.setPen(pg.mkPen(tokens.text, width=1.5))
        self._baseline.setPen(pg.mkPen(tokens.accent, width=1.5, style=Qt.PenStyle.DashLine))

    def show_lane(
        self,
        result: LaneResult | None,
        bands: tuple[Band, ...],
        selected_row: int,
        colour_of: Callable[[Band], QColor],
        title: str,
    ) -> None:
        """Plot a lane with its bands; None shows an empty plot with the title."""
        self.title.setText(title)
        is_other = self._lane is None or result is None or self._lane.lane != result.lane
        self._lane = result
        if result is None:
            self._signal.setData([], [])
            self._baseline.setData([], [])
            self._set_regions((), 0, colour_of)
            self.plot.hide()
            return
        self.plot.show()
        profile = result.profile
        self._signal.setData(profile.position_px, profile.signal)
        self._baseline.setData(profile.position_px, result.baseline.level)
        self._set_regions(bands, selected_row, colour_of)
        if is_other:
            self.plot.setXRange(
                float(profile.position_px[0]), float(profile.position_px[-1]), padding=0.01
            )
        low = min(float(profile.signal.min()), float(result.baseline.level.min()))
        high = max(float(profile.signal.max()), low + 1.0)
        self.plot.setYRange(low, high, padding=0.06)

    def _set_regions(
        self, bands: tuple[Band, ...], selected_row: int, colour_of: Callable[[Band], QColor]
    ) -> None:
        self._is_filling = True
        while len(self._regions) > len(bands):
            self.plot.removeItem(self._regions.pop())
        while len(self._regions) < len(bands):
            region = pg.LinearRegionItem(movable=True, swapMode="block")
            region.setZValue(-10)
            region.sigRegionChanged.connect(self._dragged)
            region.sigRegionChangeFinished.connect(self._dropped)
            self.plot.addItem(region)
            self._regions.append(region)
        for region, band in zip(self._regions, bands, strict=True):
            self._dress(region, band, colour_of(band), is_selected=band.row == selected_row)
        self._is_filling = False

    @staticmethod
    def _dress(region: Any, band: Band, colour: QColor, *, is_selected: bool) -> None:
        region.band = band
        fill = QColor(colour)
        fill.setAlpha(90 if is_selected else 38)
        region.setBrush(fill)
        hover = QColor(colour)
        hover.setAlpha(110)
        region.setHoverBrush(hover)
        style = Qt.PenStyle.SolidLine if band.found else Qt.PenStyle.DotLine
        for line in region.lines:
            line.setPen(pg.mkPen(colour, width=2 if is_selected else 1, style=style))
            line.setHoverPen(pg.mkPen(colour, width=3))
        # Only the selected band moves as a whole: a stray drag may not shift a measurement.
        region.setMovable(True)
        region.movable = is_selected
        # A region that is being dragged knows best where it is.
        if not region.moving and not any(line.moving for line in region.lines):
            region.setRegion((band.start_px, band.stop_px))

    def _dragged(self, region: Any) -> None:
        if not self._is_filling:
            start, stop = region.getRegion()
            band = region.band
            self.limits_dragged.emit(band.lane, band.row, float(start), float(stop))

    def _dropped(self, region: Any) -> None:
        if not self._is_filling:
            start, stop = region.getRegion()
            band = region.band
            self.limits_dropped.emit(band.lane, band.row, float(start), float(stop))

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.close()
