"""A magnifier: the pixels around the mouse, large and unsmoothed, in a corner of the picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from blotquant.model.geometry import Point
from blotquant.model.image import BlotImage, Polarity
from blotquant_app.theme import CHOSEN_COLOUR, LIGHT, Tokens
from blotquant_app.views.display import Display, greys, lookup_table

SIDE_PX = 200
ACROSS = 25  # file pixels in the lens: a band of 10 px fills two fifths of it
_MARGIN = 12


class Lens(QWidget):
    """Shows what it is told to look at; it gives way when the mouse comes to its corner."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Magnifier")
        self.tokens: Tokens = LIGHT
        self._over = over
        self._pixels: QImage | None = None
        self._fraction = QPointF()
        self.is_wanted = False
        self.hide()

    def want(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Take the lens in hand, or put it away."""
        self.is_wanted = on
        if not on:
            self.hide()

    def look(
        self, image: BlotImage | None, display: Display | None, polarity: Polarity, at: Point | None
    ) -> None:
        """Show the pixels around a place; None hides the lens."""
        if not self.is_wanted or image is None or display is None or at is None:
            self.hide()
            return
        column, row = round(at[0]), round(at[1])
        if not (0 <= column < image.width and 0 <= row < image.height):
            self.hide()
            return
        self._fraction = QPointF(at[0] - column, at[1] - row)
        self._pixels = _cut(image, display, polarity, column, row)
        self.show()
        self.update()

    def give_way(self, x: int, y: int) -> None:
        """Stand at the top right, or at the top left when the mouse is there."""
        right = self._over.width() - SIDE_PX - _MARGIN
        is_near = x > right - _MARGIN and y < SIDE_PX + 2 * _MARGIN
        self.move(_MARGIN if is_near else right, _MARGIN)
        self.raise_()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the pixels as squares, and where the mouse is."""
        painter = QPainter(self)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(frame, QColor(self.tokens.raised))
        if self._pixels is not None:
            painter.drawImage(frame, self._pixels)
        size = SIDE_PX / ACROSS
        square = QRectF(0, 0, size, size)
        square.moveCenter(frame.center())
        middle = frame.center() + self._fraction * size
        painter.setPen(QPen(QColor(CHOSEN_COLOUR), 1))
        painter.drawRect(square)
        painter.drawLine(QPointF(middle.x() - 14, middle.y()), QPointF(middle.x() - 6, middle.y()))
        painter.drawLine(QPointF(middle.x() + 6, middle.y()), QPointF(middle.x() + 14, middle.y()))
        painter.setPen(QPen(QColor(self.tokens.control_line), 1))
        painter.drawRoundedRect(frame, 6, 6)
        painter.end()


def _cut(image: BlotImage, display: Display, polarity: Polarity, column: int, row: int) -> QImage:
    """Return the pixels around a place as they are shown; beyond the picture there is nothing."""
    half = ACROSS // 2
    rows, columns = (np.arange(c - half, c + half + 1) for c in (row, column))
    inside = ((rows >= 0) & (rows < image.height))[:, None] & (
        (columns >= 0) & (columns < image.width)
    )[None, :]
    counts = image.pixels[
        np.clip(rows, 0, image.height - 1)[:, None], np.clip(columns, 0, image.width - 1)[None, :]
    ]
    table = lookup_table(display, polarity)
    rgba = np.empty((*counts.shape, 4), dtype=np.uint8)
    rgba[..., :3] = table[greys(counts, display)]
    rgba[..., 3] = np.where(inside, 255, 0)
    return QImage(rgba.tobytes(), ACROSS, ACROSS, 4 * ACROSS, QImage.Format.Format_RGBA8888).copy()
