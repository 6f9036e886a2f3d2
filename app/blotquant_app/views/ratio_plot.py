"""One ratio over the lanes of its membrane, with intervals and bounds; a click selects a lane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from blotquant.model.results import Ratio
from blotquant_app.panels.widgets import caption
from blotquant_app.theme import Tokens
from blotquant_app.views.plots import dress_plot, quiet_plot

_HEIGHT = 190
_BESIDE = 0.16  # of the distance between lanes: where the thin bar stands
LEGEND = (
    "Bars through the points: interval. Thin bars beside them: other background methods, and the"
    " analysis repeated with lanes and bands drawn slightly elsewhere."
)


class RatioPlot(QWidget):
    """Points with their intervals, lane by lane. `picked` carries the ratio that was clicked.

    A thin bar to the right of a point spans what other background methods and repeats of the
    analysis give; the line below says so. A bound is a triangle that points where the value may
    lie; a lane without a value a cross on the axis.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ratios: tuple[Ratio, ...] = ()
        self._chosen: Ratio | None = None
        self._tokens: Tokens | None = None
        self.plot = quiet_plot("Ratio by lane", 40)
        self._bars = pg.ErrorBarItem(beam=0.14)
        self._methods = pg.ErrorBarItem(beam=0.08)
        self._points = pg.ScatterPlotItem(pxMode=True)
        for item in (self._methods, self._bars, self._points):
            self.plot.addItem(item)
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.plot.setFixedHeight(_HEIGHT)
        self.legend = caption(LEGEND)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        column.addWidget(self.legend)

    def set_theme(self, tokens: Tokens) -> None:
        """Take the theme's colours."""
        self._tokens = tokens
        dress_plot(self.plot, tokens, tokens.background)
        self._draw()

    def show_ratios(self, ratios: tuple[Ratio, ...], chosen: Ratio | None) -> None:
        """Plot these, one per lane, and mark the chosen one."""
        if ratios == self._ratios and chosen == self._chosen:
            return
        self._ratios, self._chosen = ratios, chosen
        self._draw()

    def _draw(self) -> None:
        tokens = self._tokens
        finite = [r for r in self._ratios if math.isfinite(r.value)]
        self.setVisible(len(finite) > 1)
        if tokens is None or len(finite) < 2:
            return
        ranged = [r for r in finite if math.isfinite(r.ci_low) and math.isfinite(r.ci_high)]
        _span(self._bars, [(r.lane, r.ci_low, r.ci_high) for r in ranged], tokens, 1.2)
        spread = [r for r in finite if math.isfinite(r.method_low) and not r.bound]
        self.legend.setVisible(bool(spread))
        methods = [(r.lane + _BESIDE, r.method_low, r.method_high) for r in spread]
        _span(self._methods, methods, tokens, 0.6)
        self._points.setData([self._point(r, tokens) for r in self._ratios])
        lanes = [r.lane for r in self._ratios]
        self.plot.getAxis("bottom").setTicks([[(n, str(n)) for n in lanes]])
        self.plot.setXRange(min(lanes) - 0.6, max(lanes) + 0.6, padding=0)
        ends = [
            x
            for r in finite
            for x in (r.value, r.ci_low, r.ci_high, r.method_low, r.method_high)
            if math.isfinite(x)
        ]
        low, top = min(0.0, *ends), max(ends)
        self.plot.setYRange(low, top or 1.0, padding=0.08)

    def _point(self, ratio: Ratio, tokens: Tokens) -> dict[str, Any]:
        is_chosen = ratio is self._chosen or ratio == self._chosen
        colour = QColor(tokens.accent if is_chosen else tokens.text)
        there = math.isfinite(ratio.value)
        symbol = {"": "o", "<": "t", ">": "t1"}[ratio.bound] if there else "x"
        return {
            "pos": (float(ratio.lane), ratio.value if there else 0.0),
            "symbol": symbol,
            "size": 11 if is_chosen else 8,
            "brush": pg.mkBrush(colour),
            "pen": pg.mkPen(colour),
        }

    def _click(self, event: Any) -> None:
        place: QPointF = self.plot.getViewBox().mapSceneToView(event.scenePos())
        near = [r for r in self._ratios if abs(r.lane - place.x()) < 0.5]
        if near and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(near[0])

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.close()


def _span(
    item: pg.ErrorBarItem, bars: list[tuple[float, float, float]], tokens: Tokens, width: float
) -> None:
    """Draw bars from (place, low, high); one need not contain the value that it stands beside."""
    at, low, high = np.array(bars, dtype=float).reshape(-1, 3).T
    pen = pg.mkPen(tokens.muted, width=width)
    item.setData(x=at, y=(low + high) / 2, height=high - low, pen=pen)
