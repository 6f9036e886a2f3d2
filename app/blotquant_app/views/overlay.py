"""Everything drawn over the photograph, in one item of constant line and letter size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from blotquant.model.band import Band, BandMeasurement
from blotquant.model.geometry import Point
from blotquant.model.lane import Lane, LaneKind
from blotquant_app.selection import Selected
from blotquant_app.theme import CHOSEN_COLOUR, LANE_COLOUR, LIGHT, Tokens, form_colour
from blotquant_app.views.outlines import band_outline, lane_outline, lane_sides
from blotquant_app.views.shown import (
    BlotScene,
    RowLabel,
    is_doubtful_band,
    is_doubtful_lane,
)

_HALO = QColor(255, 255, 255, 150)
_CHIP_HEIGHT = 18.0
LABEL_GAP = 8.0


class Overlay(QGraphicsItem):
    """Lanes, bands, target names and the MW ruler over a photograph.

    Parameters
    ----------
    transform
        Returns the transformation from file pixels to the view's pixels.
    extent
        Returns the view's rectangle.
    """

    def __init__(self, transform: Callable[[], QTransform], extent: Callable[[], QRectF]) -> None:
        super().__init__()
        self._transform = transform
        self._extent = extent
        self.scene_ = BlotScene()
        self.selected = Selected()
        self.also: frozenset[tuple[str, int, int]] = frozenset()
        self.hovered: tuple[str, int, int] | None = None
        self.tokens: Tokens = LIGHT
        self.targets: tuple[str, ...] = ()
        self.shows_lanes = True
        self.shows_bands = True
        self.shows_corners = False
        self.drawn: tuple[Point, ...] = ()
        self._still = QPixmap()
        self._still_made_for: tuple[Any, ...] = ()
        self.setZValue(1000)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Return the whole view: labels may stand anywhere."""
        return self._extent()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw everything: what stays as it is comes from a picture of a moment ago."""
        del option
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = self._transform()
        extent = self._extent()
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        key = self._still_key(transform, extent, ratio)
        if key != self._still_made_for:
            self._still = self._paint_still(transform, extent, ratio)
            self._still_made_for = key
        painter.drawPixmap(extent.topLeft(), self._still)
        self._paint_lanes_and_bands(painter, transform, is_live=True)
        if self.shows_bands:
            self._paint_labels(painter, transform)
        if self.shows_lanes:
            self._paint_chips(painter, transform)
        if len(self.drawn) > 1:
            outline = _polygon(transform, self.drawn)
            accent = QColor(CHOSEN_COLOUR)
            self._line(painter, accent, 2, outline, closed=len(self.drawn) > 2)

    def _still_key(self, transform: QTransform, extent: QRectF, ratio: float) -> tuple[Any, ...]:
        """Return what the still part depends on; a dragged lane is not in it."""
        scene = self.scene_
        return (
            transform,
            extent,
            ratio,
            self.tokens,
            self.targets,
            self.shows_lanes,
            self.shows_bands,
            self.shows_corners,
            self.selected,
            self.also,
            scene.membranes,
            scene.labels,
            scene.ruler,
            tuple(n for n in scene.lanes if not self._is_live(n.membrane, n.number)),
            tuple(b for b in scene.bands if not self._is_live(b.membrane, b.lane)),
            tuple((m.detected, m.flags) for m in scene.measured),
        )

    def _is_live(self, membrane: str, lane: int) -> bool:
        if (membrane, lane) == (self.selected.membrane, self.selected.lane):
            return True
        return any((m, n) == (membrane, lane) for m, n, _ in self.also)

    def _paint_still(self, transform: QTransform, extent: QRectF, ratio: float) -> QPixmap:
        still = QPixmap((extent.size() * ratio).toSize())
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-extent.topLeft())
        if self.shows_lanes:
            self._paint_membranes(painter, transform)
        self._paint_lanes_and_bands(painter, transform, is_live=False)
        self._paint_ruler(painter, transform)
        painter.end()
        return still

    def _paint_lanes_and_bands(
        self, painter: QPainter, transform: QTransform, *, is_live: bool
    ) -> None:
        lanes = {
            (n.membrane, n.number): n
            for n in self.scene_.lanes
            if self._is_live(n.membrane, n.number) is is_live
        }
        if self.shows_lanes:
            for lane in lanes.values():
                self._paint_lane(painter, transform, lane)
        if not self.shows_bands:
            return
        measured = {m.band.key: m for m in self.scene_.measured}
        for band in self.scene_.bands:
            under = lanes.get((band.membrane, band.lane))
            if under is not None:
                self._paint_band(painter, transform, under, band, measured.get(band.key))

    def _line(
        self,
        painter: QPainter,
        colour: QColor,
        width: float,
        polygon: QPolygonF,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
        *,
        closed: bool = True,
    ) -> None:
        """Draw an outline with a pale halo, so that it is seen on black and on white."""
        draw = painter.drawPolygon if closed else painter.drawPolyline
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(_HALO, width + 2))
        draw(polygon)
        painter.setPen(QPen(colour, width, style))
        draw(polygon)

    def _paint_membranes(self, painter: QPainter, transform: QTransform) -> None:
        membranes, chosen = self.scene_.membranes, self.selected
        for membrane in membranes:
            outline = _polygon(transform, membrane.corners)
            is_chosen = membrane.name == chosen.membrane and not (chosen.lane or chosen.row)
            if self.shows_corners or is_chosen:
                self._line(painter, QColor(CHOSEN_COLOUR), 1.5, outline)
            elif len(membranes) > 1 or membrane.edited:
                self._line(painter, QColor(self.tokens.muted), 1, outline, Qt.PenStyle.DashDotLine)
            if self.shows_corners:
                self._paint_handles(painter, outline)

    @staticmethod
    def _paint_handles(painter: QPainter, outline: QPolygonF) -> None:
        painter.setPen(QPen(QColor(CHOSEN_COLOUR), 1.5))
        painter.setBrush(QColor("#FFFFFF"))
        for i in range(outline.count()):
            corner = outline.at(i)
            painter.drawRect(QRectF(corner.x() - 5, corner.y() - 5, 10, 10))

    def _is_chosen_lane(self, lane: Lane) -> bool:
        place = (lane.membrane, lane.number)
        return place == (self.selected.membrane, self.selected.lane) or (*place, 0) in self.also

    def _paint_lane(self, painter: QPainter, transform: QTransform, lane: Lane) -> None:
        chosen = self._is_chosen_lane(lane)
        colour = QColor(CHOSEN_COLOUR if chosen else LANE_COLOUR)
        active = chosen and self.selected.row == 0
        if active:
            fill = QColor(colour)
            fill.setAlpha(26)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(_polygon(transform, lane_outline(lane)))
        if lane.kind is LaneKind.BLANK:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(90, 90, 90, 70), Qt.BrushStyle.BDiagPattern))
            painter.drawPolygon(_polygon(transform, lane_outline(lane)))
        colour.setAlpha(255 if chosen else 150)
        style = Qt.PenStyle.DashLine if is_doubtful_lane(lane) else Qt.PenStyle.SolidLine
        for side in lane_sides(lane):
            self._line(
                painter, colour, 2 if active else 1, _polygon(transform, side), style, closed=False
            )
        if active:
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(QColor("#FFFFFF"))
            for x, y in lane.nodes:
                node = transform.map(QPointF(x, y))
                painter.drawRect(QRectF(node.x() - 4, node.y() - 4, 8, 8))

    def _band_colour(self, band: Band) -> QColor:
        label = self.scene_.label(band.membrane, band.row)
        if label is None:
            return form_colour((), "", is_cleaved=False)
        return form_colour(self.targets, label.target, is_cleaved=label.is_cleaved)

    def _paint_band(
        self,
        painter: QPainter,
        transform: QTransform,
        lane: Lane,
        band: Band,
        measured: BandMeasurement | None,
    ) -> None:
        is_seen = measured.detected if measured is not None else band.found
        colour = self._band_colour(band)
        chosen = self.selected.membrane == band.membrane and self.selected.row == band.row
        active = (chosen and self.selected.lane in (0, band.lane)) or (
            band.membrane,
            band.lane,
            band.row,
        ) in self.also
        corners = band_outline(lane, band.start_px, band.stop_px)
        outline = _polygon(transform, corners)
        if band.excluded:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(60, 60, 60, 140), Qt.BrushStyle.BDiagPattern))
            painter.drawPolygon(outline)
        if active:
            fill = QColor(colour)
            fill.setAlpha(36)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(outline)
        style = Qt.PenStyle.SolidLine
        if not is_seen:
            style = Qt.PenStyle.DotLine
        elif is_doubtful_band(band, measured):
            style = Qt.PenStyle.DashLine
        if not (is_seen or active):
            colour.setAlpha(150)
        self._line(painter, colour, 2.2 if active else 1.3, outline, style)
        if chosen and self.selected.lane == band.lane:
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(QColor("#FFFFFF"))
            for a, b in ((0, 1), (2, 3)):
                (ax, ay), (bx, by) = corners[a], corners[b]
                middle = transform.map(QPointF((ax + bx) / 2, (ay + by) / 2))
                painter.drawRect(QRectF(middle.x() - 7, middle.y() - 2.5, 14, 5))

    def _paint_chips(self, painter: QPainter, transform: QTransform) -> None:
        painter.setFont(_text_font(painter.font(), bold=True))
        metrics = painter.fontMetrics()
        taken: list[QRectF] = []
        # Where lanes stand closer than their numbers, some go without; the chosen one never does.
        for lane in sorted(self.scene_.lanes, key=lambda x: not self._is_chosen_lane(x)):
            top = transform.map(QPointF(*lane.nodes[0]))
            text = "M" if lane.kind is LaneKind.LADDER else str(lane.number)
            if is_doubtful_lane(lane):
                text += "?"
            width = max(metrics.horizontalAdvance(text) + 10.0, _CHIP_HEIGHT)
            y = max(top.y() - _CHIP_HEIGHT - 4, self._extent().top() + 4)
            box = QRectF(top.x() - width / 2, y, width, _CHIP_HEIGHT)
            if any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            chosen = self._is_chosen_lane(lane)
            ground = QColor(self.tokens.accent if chosen else self.tokens.surface)
            painter.setPen(QPen(QColor(self.tokens.accent if chosen else self.tokens.line), 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(self.tokens.on_accent if chosen else self.tokens.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _label_anchor(self, transform: QTransform, label: RowLabel) -> QPointF | None:
        """Return where a row leaves its membrane on the right."""
        bands = [b for b in self.scene_.bands if (b.membrane, b.row) == (label.membrane, label.row)]
        if not bands:
            return None
        band = max(bands, key=lambda b: b.lane)
        lane = self.scene_.lane(band.membrane, band.lane)
        if lane is None:
            return None
        x, y = lane.point_at(band.apex_px)
        return transform.map(QPointF(x + lane.width_px / 2, y))

    def _is_worth(self, label: RowLabel) -> bool:
        """Whether a row is named: a target always, a question only where a sample shows a band."""
        if not label.text or label.target:
            return bool(label.text)
        ladders = {(x.membrane, x.number) for x in self.scene_.lanes if x.kind is LaneKind.LADDER}
        return any(
            m.detected
            and (m.band.membrane, m.band.row) == (label.membrane, label.row)
            and (m.band.membrane, m.band.lane) not in ladders
            for m in self.scene_.measured
        )

    def labels_width(self) -> float:
        """Return the width of the longest label in screen px, 0 without any."""
        if not (self.shows_bands and self.scene_.labels):
            return 0.0
        metrics = QFontMetricsF(_text_font(QFont()))
        texts = [x.text for x in self.scene_.labels if x.text]
        return max((metrics.horizontalAdvance(t) for t in texts), default=0.0) + 12.0

    def _paint_labels(self, painter: QPainter, transform: QTransform) -> None:
        font = _text_font(painter.font())
        painter.setFont(font)
        metrics = painter.fontMetrics()
        height = metrics.height() + 2.0
        placed: dict[str, float] = {}
        anchored = [
            (self._label_anchor(transform, x), x) for x in self.scene_.labels if self._is_worth(x)
        ]
        for anchor, label in sorted(
            ((a, x) for a, x in anchored if a is not None), key=lambda pair: pair[0].y()
        ):
            # Labels of close rows (19/17) move down so that none covers another; an open question
            # is only worth its place where it fits.
            y = max(anchor.y(), placed.get(label.membrane, -1e9) + height)
            if not label.target and y > anchor.y() + height / 2:
                continue
            placed[label.membrane] = y
            width = metrics.horizontalAdvance(label.text) + 12.0
            box = QRectF(anchor.x() + LABEL_GAP, y - height / 2, width, height)
            colour = form_colour(self.targets, label.target, is_cleaved=label.is_cleaved)
            chosen = (label.membrane, label.row) == (self.selected.membrane, self.selected.row)
            painter.setPen(QPen(colour, 1.2))
            painter.drawLine(anchor, QPointF(box.left(), y))
            ground = QColor(self.tokens.accent_soft if chosen else self.tokens.surface)
            ground.setAlpha(235)
            style = Qt.PenStyle.DashLine if label.is_doubtful else Qt.PenStyle.SolidLine
            painter.setPen(QPen(colour, 2 if chosen else 1.2, style))
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(self.tokens.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label.text)

    def _paint_ruler(self, painter: QPainter, transform: QTransform) -> None:
        painter.setFont(_text_font(painter.font()))
        pen = QPen(QColor(self.tokens.text), 1)
        for mark in self.scene_.ruler:
            lanes = self.scene_.lanes_of(mark.membrane)
            if not lanes:
                continue
            at = transform.map(_left_end(lanes[0], mark.y_px))
            if mark.is_numbered:
                self._paint_weight(painter, at, f"{mark.kda:g}")
                painter.setPen(pen)
                painter.drawLine(QPointF(at.x() - 12, at.y()), QPointF(at.x() - 4, at.y()))
            own = self.scene_.lane(mark.membrane, mark.lane)
            if own is not None and own is not lanes[0]:
                at = transform.map(_left_end(own, mark.y_px))
                painter.setPen(pen)
                painter.drawLine(QPointF(at.x() - 4, at.y()), QPointF(at.x() + 6, at.y()))

    def _paint_weight(self, painter: QPainter, at: QPointF, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 8.0
        box = QRectF(at.x() - 14 - width, at.y() - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(self.tokens.surface)
        ground.setAlpha(215)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QPen(QColor(self.tokens.text), 1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _left_end(lane: Lane, y: float) -> QPointF:
    """Return the place on a lane's left edge at a height."""
    return QPointF(lane.x_at(y) - lane.width_px / 2, y)


def _text_font(base: QFont, *, bold: bool = False) -> QFont:
    font = QFont(base)
    font.setPixelSize(12)
    font.setBold(bold)
    return font


def _polygon(transform: QTransform, points: tuple[Point, ...]) -> QPolygonF:
    return transform.map(QPolygonF([QPointF(x, y) for x, y in points]))
