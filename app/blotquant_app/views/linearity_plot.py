"""A dilution series: volumes against amounts on logarithmic axes, the line, the usable range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from blotquant.model.linearity import DilutionPoint, DilutionSeries, PointState, amount_text
from blotquant_app.theme import Tokens
from blotquant_app.views.plots import dress_plot, quiet_plot

_HEIGHT = 210
_REACH_PX = 12.0
_OUT_OF_SIGHT = 20.0  # decades
_USED = (PointState.IN_RANGE, PointState.OUTSIDE, PointState.MEASURABLE)


class LinearityPlot(QWidget):
    """Points with their errors; `picked` carries the number of the lane that was clicked.

    Full points lie in the usable range, which is shaded, open ones outside it; crosses were left
    out of every fit.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: DilutionSeries | None = None
        self._tokens: Tokens | None = None
        self.plot = quiet_plot("Volumes of the dilution series by amount", 44)
        self.usable = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        self._line = pg.PlotCurveItem()
        self._bars = pg.ErrorBarItem(beam=0.02)
        self.points = pg.ScatterPlotItem(pxMode=True)
        for item in (self.usable, self._line, self._bars, self.points):
            self.plot.addItem(item)
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.setFixedHeight(_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the theme's colours."""
        self._tokens = tokens
        dress_plot(self.plot, tokens, tokens.background)
        soft = QColor(tokens.accent)
        soft.setAlphaF(0.12)
        self.usable.setBrush(pg.mkBrush(soft))
        self._draw()

    def show_series(self, series: DilutionSeries | None) -> None:
        """Plot this series, or nothing."""
        if series is self._series:
            return
        self._series = series
        self._draw()

    def _shown(self) -> tuple[DilutionPoint, ...]:
        points = self._series.points if self._series is not None else ()
        return tuple(p for p in points if p.amount > 0 and p.volume > 0)

    def _draw(self) -> None:
        series, tokens, shown = self._series, self._tokens, self._shown()
        self.setVisible(len(shown) > 1)
        if series is None or tokens is None or len(shown) < 2:
            return
        x = np.log10([p.amount for p in shown])
        y = np.log10([p.volume for p in shown])
        error = np.array([p.volume_se / p.volume for p in shown])
        self._bars.setData(
            x=x,
            y=y,
            top=np.log10(1 + error),
            bottom=np.array([_reach_down(e) for e in error]),
            pen=pg.mkPen(tokens.muted, width=1.2),
        )
        self.points.setData([self._point(p, tokens) for p in shown])
        self.usable.setVisible(series.has_range)
        if series.has_range:
            self.usable.setRegion((math.log10(series.range_low), math.log10(series.range_high)))
        ends = np.array([x.min(), x.max()])
        self._line.setVisible(series.has_line)
        if series.has_line:
            pen = pg.mkPen(tokens.muted, width=1.2, style=Qt.PenStyle.DashLine)
            self._line.setData(ends, _line(series, ends), pen=pen)
        amounts = sorted({p.amount for p in shown})
        ticks = [(math.log10(a), amount_text(a)) for a in amounts]
        self.plot.getAxis("bottom").setTicks([ticks])
        self.plot.setXRange(*ends, padding=0.1)
        self.plot.setYRange(float(y.min()), float(y.max()), padding=0.1)
        self.plot.getAxis("left").setTicks([_volume_ticks(float(y.min()), float(y.max()))])

    def _point(self, p: DilutionPoint, tokens: Tokens) -> dict[str, Any]:
        is_used = p.state in _USED
        colour = QColor(tokens.accent if is_used else tokens.muted)
        fill = tokens.accent if p.state is PointState.IN_RANGE else tokens.background
        return {
            "pos": (math.log10(p.amount), math.log10(p.volume)),
            "symbol": "o" if is_used else "x",
            "size": 9,
            "brush": pg.mkBrush(QColor(fill) if is_used else colour),
            "pen": pg.mkPen(colour, width=1.4),
            "data": p.lane,
        }

    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        box = self.plot.getViewBox()
        at = event.scenePos()

        def distance(p: DilutionPoint) -> float:
            place = pg.Point(math.log10(p.amount), math.log10(p.volume))
            off = box.mapViewToScene(place) - at
            return math.hypot(off.x(), off.y())

        nearest = min(self._shown(), key=distance, default=None)
        if nearest is not None and distance(nearest) <= _REACH_PX:
            self.picked.emit(nearest.lane)

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.close()


def _reach_down(error: float) -> float:
    """Return how far an error bar runs down in decades: out of the picture where it includes 0."""
    return -math.log10(1 - error) if error < 1 else _OUT_OF_SIGHT


def _volume_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return ticks at 1, 2 and 5 of each decade, at decades alone where there are three or more."""
    steps = (1, 2, 5) if high - low < 2.5 else (1,)
    decades = range(math.floor(low), math.ceil(high) + 1)
    places = ((step, decade, decade + math.log10(step)) for decade in decades for step in steps)
    return [(place, f"{step}e{decade}") for step, decade, place in places if low <= place <= high]


def _line(series: DilutionSeries, x: Any) -> Any:
    """Return log10 of the line's volume: proportional where there is a range, else as fitted."""
    if series.has_range:
        return math.log10(series.response) + x
    return series.intercept / math.log(10) + series.slope * x
