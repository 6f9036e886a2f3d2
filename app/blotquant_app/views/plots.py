"""What the small plots have in common: they stay quiet under the mouse and wear the theme."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from blotquant_app.theme import Tokens


def quiet_plot(name: str, left_px: int = 0) -> pg.PlotWidget:
    """Return a plot that neither pans nor zooms nor takes files; its left axis is so wide, or gone.

    Parameters
    ----------
    name
        What screen readers call it.
    left_px
        Room for the numbers on the left, in screen px.
    """
    plot = pg.PlotWidget()
    plot.setAccessibleName(name)
    # A plot is looked at: what it shows stands in the tables, where the keyboard goes.
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setAcceptDrops(False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    for side in ("left", "bottom"):
        plot.getAxis(side).enableAutoSIPrefix(False)
    if left_px:
        plot.getAxis("left").setWidth(left_px)
    else:
        plot.hideAxis("left")
    return plot


def dress_plot(plot: pg.PlotWidget, tokens: Tokens, ground: str) -> None:
    """Give a plot the theme's colours on a ground of one of them."""
    plot.setBackground(ground)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(tokens.line))
        axis.setTextPen(pg.mkPen(tokens.muted))
