"""A band at a glance: its piece of the photograph, and its profile over the baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from blotquant.model.band import BandMeasurement
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.results import LaneResult
from blotquant_app.theme import Tokens
from blotquant_app.views.display import automatic, greys, lookup_table

HEIGHT_PX = 68
_PICTURE_PX = 60
_AROUND = 0.8  # of the band's height, shown above and below it
_BESIDE = 0.65  # of the lane's width, shown on either side of its middle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BandSight:
    """What a card shows: a measured band in its lane, on its photograph."""

    measured: BandMeasurement
    lane: LaneResult
    image: BlotImage
    polarity: Polarity
    colour: QColor
    name: str


class BandCard(QAbstractButton):
    """Paints a band; a click goes there."""

    def __init__(self, sight: BandSight, tokens: Tokens) -> None:
        super().__init__()
        self._sight = sight
        self._tokens = tokens
        self._picture = _piece(sight)
        band = sight.measured.band
        self.setText(f"{sight.name}, lane {band.lane}")
        self.setAccessibleName(f"Go to {self.text()}")
        self.setToolTip(
            "The band on the photograph, and its profile: what lies between the curve and the "
            "dashed baseline, within the limits, is the volume. Click to go there."
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size that leaves the width to the column."""
        return QSize(200, HEIGHT_PX)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the picture on the left and the profile beside it, at the same heights."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_lit = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(QColor(self._tokens.accent if is_lit else self._tokens.line), 1))
        painter.setBrush(QColor(self._tokens.surface))
        painter.drawRoundedRect(frame, 6, 6)
        picture = QRectF(4, 4, _PICTURE_PX, HEIGHT_PX - 8)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(picture, self._picture)
        room = QRectF(_PICTURE_PX + 12, 4, frame.width() - _PICTURE_PX - 20, HEIGHT_PX - 8)
        self._paint_profile(painter, room)
        painter.end()

    def _paint_profile(self, painter: QPainter, room: QRectF) -> None:
        start, stop = _span(self._sight.measured)
        profile, level = self._sight.lane.profile, self._sight.lane.baseline.level
        shown = (profile.position_px >= start) & (profile.position_px <= stop)
        if shown.sum() < 2:
            return
        positions, signal = profile.position_px[shown], profile.signal[shown]
        base = level[shown]
        low, high = float(min(signal.min(), base.min())), float(max(signal.max(), base.max()))
        spread = max(high - low, 1e-9)

        def place(position: float, value: float) -> QPointF:
            return QPointF(
                room.left() + (value - low) / spread * room.width(),
                room.top() + (position - start) / (stop - start) * room.height(),
            )

        band, colour = self._sight.measured.band, self._sight.colour
        inside = (positions >= band.start_px) & (positions <= band.stop_px)
        body = [place(p, v) for p, v in zip(positions[inside], signal[inside], strict=True)]
        foot = [place(p, v) for p, v in zip(positions[inside], base[inside], strict=True)]
        fill = QColor(colour)
        fill.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*body, *reversed(foot)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._tokens.text), 1.2))
        painter.drawPolyline(
            QPolygonF([place(p, v) for p, v in zip(positions, signal, strict=True)])
        )
        painter.setPen(QPen(QColor(self._tokens.accent), 1.2, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF([place(p, v) for p, v in zip(positions, base, strict=True)]))
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
        for limit in (band.start_px, band.stop_px):
            y = place(limit, low).y()
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))


def _span(measured: BandMeasurement) -> tuple[float, float]:
    """Return from where to where along the lane a card looks."""
    band = measured.band
    around = _AROUND * (band.stop_px - band.start_px)
    return band.start_px - around, band.stop_px + around


def _piece(sight: BandSight) -> QImage:
    """Return the band's part of the photograph, dark bands on light, as large as it is there."""
    start, stop = _span(sight.measured)
    lane = sight.lane.lane
    (x0, y0), (x1, y1) = lane.point_at(start), lane.point_at(stop)
    middle, half = (x0 + x1) / 2, _BESIDE * lane.width_px
    rows = np.arange(round(y0), max(round(y1), round(y0) + 2))
    columns = np.arange(round(middle - half), max(round(middle + half), round(middle - half) + 2))
    image = sight.image
    counts = image.pixels[
        np.clip(rows, 0, image.height - 1)[:, None],
        np.clip(columns, 0, image.width - 1)[None, :],
    ]
    display = automatic(image)
    grey = lookup_table(display, sight.polarity)[:, 0][greys(counts, display)]
    height, width = grey.shape
    data = np.ascontiguousarray(grey).tobytes()
    return QImage(data, width, height, width, QImage.Format.Format_Grayscale8).copy()
