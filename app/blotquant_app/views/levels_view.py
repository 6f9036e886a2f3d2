"""The histogram with its two handles, and gamma: for the eye only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from blotquant.model.image import BlotImage
from blotquant_app.views.display import Display, histogram

_HEIGHT = 96
_MARGIN = 6


class LevelsView(QWidget):
    """Shows how often each count occurs; the two handles set black and white.

    `changed` carries the new `Display`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Levels")
        self.setToolTip("Drag the two handles to set the levels. No measured number changes.")
        self._image: BlotImage | None = None
        self._display: Display | None = None
        self._bars = np.zeros(1)
        self._low, self._high = 0.0, 1.0
        self._dragged = ""

    def show_image(self, image: BlotImage | None, display: Display | None) -> None:
        """Show the histogram of a picture and its present levels."""
        if image is not None and image != self._image:
            heights, self._low, self._high = histogram(image)
            # A blot is mostly background: a logarithm lets the bands be seen beside it.
            self._bars = np.log1p(heights) / np.log1p(max(int(heights.max()), 1))
        self._image, self._display = image, display
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the histogram and the handles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        area = QRectF(_MARGIN, 4, self.width() - 2 * _MARGIN, _HEIGHT - 20)
        painter.setPen(QPen(palette.mid().color(), 1))
        painter.setBrush(palette.base())
        painter.drawRoundedRect(area, 4, 4)
        if self._image is None or self._display is None:
            return
        grey = palette.dark().color()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(grey)
        step = area.width() / len(self._bars)
        for i, bar in enumerate(self._bars):
            height = float(bar) * (area.height() - 6)
            painter.drawRect(QRectF(area.left() + i * step, area.bottom() - height, step, height))
        accent = palette.highlight().color()
        for value in (self._display.low, self._display.high):
            self._paint_handle(painter, area, self._x_of(value), accent)

    @staticmethod
    def _paint_handle(painter: QPainter, area: QRectF, x: float, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(colour)
        tip = area.bottom() + 2
        painter.drawPolygon(
            QPolygonF([QPointF(x, tip), QPointF(x - 5, tip + 9), QPointF(x + 5, tip + 9)])
        )

    def _x_of(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return _MARGIN + min(max(share, 0.0), 1.0) * (self.width() - 2 * _MARGIN)

    def _value_at(self, x: float) -> float:
        share = min(max((x - _MARGIN) / (self.width() - 2 * _MARGIN), 0.0), 1.0)
        return self._low + share * (self._high - self._low)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the nearer handle."""
        if self._display is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        to_low = abs(x - self._x_of(self._display.low))
        to_high = abs(x - self._x_of(self._display.high))
        self._dragged = "low" if to_low <= to_high else "high"
        self._set(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the handle that was taken."""
        if self._dragged:
            self._set(event.position().x())
        else:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the handle go."""
        self._dragged = ""

    def _set(self, x: float) -> None:
        if self._display is None:
            return
        least = (self._high - self._low) / 256
        value = self._value_at(x)
        if self._dragged == "low":
            new = replace(self._display, low=min(value, self._display.high - least))
        else:
            new = replace(self._display, high=max(value, self._display.low + least))
        self._display = new
        self.update()
        self.changed.emit(new)
