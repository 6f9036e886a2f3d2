"""The profile of the selected lane beside the picture: each band stands at its own height."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.results import LaneResult
from blotquant_app.theme import Tokens
from blotquant_app.views.plots import dress_plot, quiet_plot

_HINT = "Select a lane to see its profile"


class ProfileView(QWidget):
    """Plots one lane downwards, signal to the right, at the heights of the picture.

    `limits_dragged` and `limits_dropped` carry (lane, row, start, stop) in px along the lane;
    `moved` says that the plot has another place or size and wants to be aligned again.
    """

    limits_dragged = Signal(int, int, float, float)
    limits_dropped = Signal(int, int, float, float)
    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(_HINT)
        self.title.setObjectName("caption")
        self.title.setWordWrap(True)
        self.title.setContentsMargins(12, 6, 8, 4)
        self.plot = quiet_plot("Lane profile")
        self.plot.invertY(True)
        self.plot.getAxis("bottom").setStyle(maxTickLevel=0, tickTextOffset=4)
        self._signal = self.plot.plot([], [])
        self._baseline = self.plot.plot([], [])
        self._cursor = pg.InfiniteLine(angle=0, movable=False)
        self._cursor.setZValue(50)
        self._cursor.hide()
        self.plot.addItem(self._cursor, ignoreBounds=True)
        self._regions: list[Any] = []
        self._lane: Lane | None = None
        self._is_filling = False
        self.plot.getViewBox().sigResized.connect(lambda *_: self.moved.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        self.plot.hide()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the theme's colours."""
        dress_plot(self.plot, tokens, tokens.surface)
        self._signal.setPen(pg.mkPen(tokens.text, width=1.5))
        self._baseline.setPen(pg.mkPen(tokens.accent, width=1.5, style=Qt.PenStyle.DashLine))
        self._cursor.setPen(pg.mkPen(tokens.muted, width=1, style=Qt.PenStyle.DotLine))

    def show_lane(
        self,
        result: LaneResult | None,
        lane: Lane | None,
        bands: tuple[Band, ...],
        selected_row: int,
        colour_of: Callable[[Band], QColor],
    ) -> None:
        """Plot a lane with its bands; None shows what to do instead.

        `lane` is where the lane lies now; the numbers of `result` may be those of a moment ago.
        """
        if result is None or lane is None:
            self._lane = None
            self.title.setText(_HINT)
            self._signal.setData([], [])
            self._baseline.setData([], [])
            self._set_regions((), 0, colour_of)
            self.plot.hide()
            return
        self._lane = lane
        self.title.setText(f"Lane {lane.number}: signal in counts; dashed, its baseline")
        self.title.setToolTip("Drag the limits of a band, or the band that is selected.")
        self.plot.show()
        profile = result.profile
        heights = _heights(result.lane, profile.position_px)
        self._signal.setData(profile.signal, heights)
        self._baseline.setData(result.baseline.level, heights)
        self._set_regions(bands, selected_row, colour_of)
        low = min(float(profile.signal.min()), float(result.baseline.level.min()))
        high = max(float(profile.signal.max()), low + 1.0)
        self.plot.setXRange(low, high, padding=0.06)

    def align(self, height_at: Callable[[QPointF], float]) -> None:
        """Show the heights that the picture shows beside the plot.

        `height_at` returns the file row at a place on the screen.
        """
        rect: QRectF = self.plot.getViewBox().sceneBoundingRect()
        if not self.plot.isVisible() or rect.height() < 2:
            return
        viewport = self.plot.viewport()
        top, bottom = (
            height_at(QPointF(viewport.mapToGlobal(self.plot.mapFromScene(corner))))
            for corner in (rect.topLeft(), rect.bottomLeft())
        )
        if bottom > top:
            self.plot.setYRange(top, bottom, padding=0)

    def show_cursor(self, height: float | None) -> None:
        """Mark the height under the mouse; None takes the mark away."""
        self._cursor.setVisible(height is not None)
        if height is not None:
            self._cursor.setValue(height)

    def _set_regions(
        self, bands: tuple[Band, ...], selected_row: int, colour_of: Callable[[Band], QColor]
    ) -> None:
        self._is_filling = True
        while len(self._regions) > len(bands):
            self.plot.removeItem(self._regions.pop())
        while len(self._regions) < len(bands):
            region = pg.LinearRegionItem(orientation="horizontal", movable=True, swapMode="block")
            region.setZValue(-10)
            region.sigRegionChanged.connect(self._dragged)
            region.sigRegionChangeFinished.connect(self._dropped)
            self.plot.addItem(region, ignoreBounds=True)
            self._regions.append(region)
        for region, band in zip(self._regions, bands, strict=True):
            self._dress(region, band, colour_of(band), is_selected=band.row == selected_row)
        self._is_filling = False

    def _dress(self, region: Any, band: Band, colour: QColor, *, is_selected: bool) -> None:
        region.band = band
        look = (colour.rgba(), is_selected, band.found)
        if getattr(region, "look", None) != look:
            # Pens and brushes cost more than the place: a drag changes only the place.
            region.look = look
            _paint(region, colour, is_selected=is_selected, is_found=band.found)
        # A region that is being dragged knows best where it is.
        if not region.moving and not any(line.moving for line in region.lines):
            if self._lane is None:
                return
            ends = (self._lane.point_at(p)[1] for p in (band.start_px, band.stop_px))
            region.setRegion(tuple(ends))

    def _limits(self, region: Any) -> tuple[float, float] | None:
        if self._is_filling or self._lane is None:
            return None
        top, bottom = region.getRegion()
        return self._lane.position_at(float(top)), self._lane.position_at(float(bottom))

    def _dragged(self, region: Any) -> None:
        limits = self._limits(region)
        if limits is not None:
            self.limits_dragged.emit(region.band.lane, region.band.row, *limits)

    def _dropped(self, region: Any) -> None:
        limits = self._limits(region)
        if limits is not None:
            self.limits_dropped.emit(region.band.lane, region.band.row, *limits)

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.close()


def _heights(lane: Lane, positions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the file row of every position along a lane."""
    y = np.array([node[1] for node in lane.nodes])
    at = np.array([lane.position_at(float(row)) for row in y])
    slope_in = (y[1] - y[0]) / (at[1] - at[0])
    slope_out = (y[-1] - y[-2]) / (at[-1] - at[-2])
    # Positions beyond the ends run on straight.
    beyond = np.minimum(positions - at[0], 0) * slope_in
    beyond += np.maximum(positions - at[-1], 0) * slope_out
    heights: np.ndarray[Any, Any] = np.interp(positions, at, y) + beyond
    return heights


def _paint(region: Any, colour: QColor, *, is_selected: bool, is_found: bool) -> None:
    fill = QColor(colour)
    fill.setAlpha(90 if is_selected else 38)
    region.setBrush(fill)
    hover = QColor(colour)
    hover.setAlpha(110)
    region.setHoverBrush(hover)
    style = Qt.PenStyle.SolidLine if is_found else Qt.PenStyle.DotLine
    for line in region.lines:
        line.setPen(pg.mkPen(colour, width=2 if is_selected else 1, style=style))
        line.setHoverPen(pg.mkPen(colour, width=3))
    # Only the selected band moves as a whole: a stray drag may not shift a measurement.
    region.setMovable(True)
    region.movable = is_selected
