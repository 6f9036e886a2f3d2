"""The photograph with everything drawn over it: pan, zoom, and the mouse in file pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTransform
from PySide6.QtWidgets import QVBoxLayout, QWidget

from blotquant.model.geometry import Point
from blotquant.model.image import BlotImage, Polarity
from blotquant_app.selection import Manner, Selected
from blotquant_app.theme import CHOSEN_COLOUR, SATURATED_COLOUR, Tokens
from blotquant_app.views.display import (
    Display,
    automatic,
    lookup_table,
    shrunk,
    stripes,
)
from blotquant_app.views.lens import Lens
from blotquant_app.views.overlay import LABEL_GAP, Overlay
from blotquant_app.views.shown import BlotScene

_REACH_ON_SCREEN_PX = 6.0
_CLICK_WITHIN_PX = 4
_RIM_OF_LOOK = 0.06  # of the frame that is looked at
# Room for lane numbers above and for the MW ruler and the names beside the picture, in screen px.
_ROOM_LEFT, _ROOM_TOP, _ROOM_RIGHT, _ROOM_BOTTOM = 44.0, 34.0, 40.0, 14.0


class Pointer(Protocol):
    """What the mouse does on the blot; points and reach in file pixels."""

    def press(self, point: Point, reach_px: float) -> bool:
        """Begin a drag; return whether there is one."""

    def move(self, point: Point) -> None:
        """Go on with the drag."""

    def release(self, point: Point) -> None:
        """End the drag."""

    def click(self, point: Point, reach_px: float, manner: Manner = Manner.ALONE) -> None:
        """Answer a click."""

    def double_click(self, point: Point, reach_px: float) -> None:
        """Answer a double click."""

    def cancel(self) -> bool:
        """Give back what was there before the drag; say whether there was anything."""

    def menu(self, point: Point, reach_px: float) -> None:
        """Answer a right click."""

    def cursor(self, point: Point, reach_px: float) -> Qt.CursorShape:
        """Return the cursor for this place."""


class BlotView(QWidget):
    """Shows one photograph. Display settings never touch the counts.

    `hovered` carries the (x, y) under the mouse, or None when it has left the picture; `moved`
    says that the picture lies elsewhere on the screen.
    """

    hovered = Signal(object)
    moved = Signal()
    display_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: BlotImage | None = None
        self.polarity = Polarity.DARK_ON_LIGHT
        self.display: Display | None = None
        self.pointer: Pointer | None = None
        self._dragging = False
        self._pressed_at: QPoint | None = None
        self._space_held = False
        self._displays: dict[str, Display] = {}
        self._is_fitted = False
        self._shrunk_by = 0

        self.graphics = pg.GraphicsView(self, useOpenGL=False)
        self.graphics.scene().contextMenu = []
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False)
        self.graphics.setCentralItem(self._box)
        self._picture = pg.ImageItem(axisOrder="row-major")
        self._saturated = pg.ImageItem(axisOrder="row-major")
        colour = SATURATED_COLOUR.lstrip("#")
        rgb = [int(colour[i : i + 2], 16) for i in (0, 2, 4)]
        self._saturated.setLookupTable(np.array([[0, 0, 0, 0], [*rgb, 255]], dtype=np.uint8))
        self.box = self._box
        self._box.addItem(self._picture)
        self._box.addItem(self._saturated)
        self.overlay = Overlay(self._to_view, self._extent)
        self.graphics.scene().addItem(self.overlay)
        for signal in (self._box.sigRangeChanged, self._box.sigTransformChanged):
            signal.connect(self._moved)
        self._box.sigResized.connect(self._fit_again)
        self._box.sigRangeChangedManually.connect(self._unfit)
        # Dropped files are the window's business.
        self.graphics.setAcceptDrops(False)
        self.graphics.viewport().installEventFilter(self)
        self.graphics.viewport().setMouseTracking(True)
        self.graphics.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.graphics.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.graphics.installEventFilter(self)
        self.graphics.setAccessibleName("Blot")
        self.setFocusProxy(self.graphics)
        self._mark = pg.TargetItem(size=18, movable=False, pen=pg.mkPen(CHOSEN_COLOUR, width=2))
        self._mark.hide()
        self._box.addItem(self._mark, ignoreBounds=True)
        self.lens = Lens(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.graphics)

    # -- what is shown ------------------------------------------------------------------------

    def show_image(self, image: BlotImage | None, polarity: Polarity | None) -> None:
        """Show a photograph; one that was shown before keeps its display settings."""
        polarity = polarity or Polarity.DARK_ON_LIGHT
        if image == self.image and polarity is self.polarity:
            return
        is_new = image != self.image
        self.image, self.polarity = image, polarity
        if image is None:
            self.display = None
            self._picture.clear()
            self._saturated.clear()
            self.overlay.update()
            return
        self.display = self._displays.get(image.sha256) or automatic(image)
        if is_new:
            self._shrunk_by = 0
            self._saturated.clear()
            self.fit()
            self._show_pixels()
        self.set_display(self.display)

    def _show_pixels(self, *_: object) -> None:
        """Show as many pixels as the screen can: all of them only when they are looked at closely.

        A large photograph seen whole is averaged down first, which looks better and is quicker.
        """
        if self.image is None or self.display is None:
            return
        across = float(self._box.viewPixelSize()[0]) / self.devicePixelRatioF()
        by = next((n for n in (8, 4, 2) if across >= n), 1)
        if by == self._shrunk_by:
            return
        self._shrunk_by = by
        self._picture.setImage(
            shrunk(self.image.pixels, by),
            autoLevels=False,
            levels=(self.display.low, self.display.high),
        )
        self._picture.setRect(QRectF(-0.5, -0.5, self.image.width, self.image.height))

    def set_saturated(self, mask: np.ndarray[Any, Any] | None) -> None:
        """Mark pixels at the detector's limit; None takes the marks away."""
        if mask is None or self.image is None or not mask.any():
            self._saturated.clear()
            return
        self._saturated.setImage(stripes(mask), autoLevels=False, levels=(0, 1))
        self._saturated.setRect(QRectF(-0.5, -0.5, self.image.width, self.image.height))

    def set_display(self, display: Display) -> None:
        """Change levels, gamma or inversion, for the eye only."""
        if self.image is None:
            return
        self.display = display
        self._displays[self.image.sha256] = display
        self._picture.setLookupTable(lookup_table(display, self.polarity), update=False)
        self._picture.setLevels((display.low, display.high))
        self.display_changed.emit(display)

    def set_scene(self, scene: BlotScene) -> None:
        """Draw these lanes, bands and labels."""
        room = self.overlay.labels_width()
        self.overlay.scene_ = scene
        self.overlay.update()
        if self.overlay.labels_width() != room:
            self._fit_again()

    def set_selected(self, selected: Selected, everything: tuple[Selected, ...] = ()) -> None:
        """Mark the selected lane, band or row, and everything that is selected with it."""
        self.overlay.selected = selected
        self.overlay.also = frozenset((x.membrane, x.lane, x.row) for x in everything)
        self.overlay.update()

    def show_drawn(self, points: tuple[Point, ...]) -> None:
        """Show the line or the outline that is being drawn; no points take it away."""
        self.overlay.drawn = points
        self.overlay.update()

    def show_corners(self, on: bool) -> None:  # noqa: FBT001 - mirrors a Qt property
        """Show the membranes with corners to drag."""
        self.overlay.shows_corners = on
        self.overlay.update()

    def set_theme(self, tokens: Tokens) -> None:
        """Take the theme's colours; the picture itself stays neutral grey."""
        self.graphics.setBackground(tokens.raised)
        self.overlay.tokens = tokens
        self.lens.tokens = tokens
        self.overlay.update()

    # -- pan and zoom -------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole picture with room for the labels; it stays fitted while the view grows."""
        if self.image is None:
            return
        w, h = float(self.image.width), float(self.image.height)
        size = self._box.rect()
        right = self._room_right(w)
        across = max(size.width() - _ROOM_LEFT - right, 40.0)
        down = max(size.height() - _ROOM_TOP - _ROOM_BOTTOM, 40.0)
        scale = min(across / w, down / h)
        frame = QRectF(0, 0, size.width() / scale, size.height() / scale)
        frame.moveTo(
            -(_ROOM_LEFT + (across - w * scale) / 2) / scale,
            -(_ROOM_TOP + (down - h * scale) / 2) / scale,
        )
        self._box.setRange(frame, padding=0)
        self._is_fitted = True

    def _room_right(self, width_px: float) -> float:
        """Return the room for labels: less where the last lane leaves free membrane beside it."""
        lanes = self.overlay.scene_.lanes
        wanted = self.overlay.labels_width() + LABEL_GAP + 8.0
        if not lanes:
            return _ROOM_RIGHT
        end = max(max(x for x, _ in n.nodes) + n.width_px / 2 for n in lanes)
        # From the last lane on there must be room for the labels, on the picture or beside it.
        across = float(self._box.rect().width()) - _ROOM_LEFT
        scale = max(across - wanted, 1.0) / end
        return max(_ROOM_RIGHT, min(wanted, across - width_px * scale))

    def _fit_again(self, *_: object) -> None:
        if self._is_fitted:
            self.fit()

    def _unfit(self, *_: object) -> None:
        self._is_fitted = False

    def zoom(self, factor: float) -> None:
        """Enlarge by a factor about the middle."""
        self._is_fitted = False
        self._box.scaleBy((1 / factor, 1 / factor))

    def look_at(self, points: Sequence[Point], beside_px: float, above_px: float) -> None:
        """Show these file pixels as large as fits, with so much around them."""
        self._is_fitted = False
        xs, ys = [x for x, _ in points], [y for _, y in points]
        frame = QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))
        self._box.setRange(
            frame.adjusted(-beside_px, -above_px, beside_px, above_px), padding=_RIM_OF_LOOK
        )

    def actual_size(self) -> None:
        """Show one file pixel as one screen pixel."""
        self._is_fitted = False
        size, middle = self._box.rect(), self._box.viewRect().center()
        frame = QRectF(0, 0, size.width(), size.height())
        frame.moveCenter(middle)
        self._box.setRange(frame, padding=0)

    def middle_and_scale(self) -> tuple[Point, float]:
        """Return the file pixel in the middle, and how many file pixels a screen pixel shows."""
        middle = self._box.viewRect().center()
        return (middle.x(), middle.y()), float(self._box.viewPixelSize()[0])

    def show_around(self, middle: Point, scale: float) -> None:
        """Show a file pixel in the middle, so many file pixels in a screen pixel."""
        self._is_fitted = False
        size = self._box.rect().size() * scale
        frame = QRectF(QPointF(), size)
        frame.moveCenter(QPointF(*middle))
        self._box.setRange(frame, padding=0)

    def mark(self, point: Point | None) -> None:
        """Mark a file pixel; None takes the mark away."""
        self._mark.setVisible(point is not None)
        if point is not None:
            self._mark.setPos(*point)

    def set_watched_only(self) -> None:
        """Leave pan and zoom to another view."""
        self._box.setMouseEnabled(x=False, y=False)

    def to_screen(self, point: Point) -> QPoint:
        """Return where a file pixel lies in the viewport."""
        at: QPoint = self.graphics.mapFromScene(self._to_view().map(QPointF(*point)))
        return at

    def to_file(self, at: QPoint) -> Point:
        """Return the file pixel under a place in the viewport."""
        inverse, _ = self._to_view().inverted()
        point = inverse.map(QPointF(self.graphics.mapToScene(at)))
        return point.x(), point.y()

    @property
    def reach_px(self) -> float:
        """How far from a line the mouse may be to mean it, in file pixels."""
        across, _ = self._box.viewPixelSize()
        return float(across) * _REACH_ON_SCREEN_PX

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.graphics.viewport().removeEventFilter(self)
        self.graphics.removeEventFilter(self)
        self.graphics.close()

    def _to_view(self) -> QTransform:
        # pyqtgraph puts off its matrix until the next paint.
        self._box.updateMatrix()
        transform: QTransform = self._box.childGroup.sceneTransform()
        return transform

    def _extent(self) -> QRectF:
        rect: QRectF = self._box.sceneBoundingRect()
        return rect

    def _moved(self, *_: object) -> None:
        self.overlay.prepareGeometryChange()
        self.overlay.update()
        self._show_pixels()
        self.moved.emit()

    # -- the mouse ----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hand mouse events over the picture to the pointer; the rest pans and zooms."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            self._space_held = event.type() is not QEvent.Type.KeyRelease or event.isAutoRepeat()
            return True
        if isinstance(event, QMouseEvent) and self.image is not None and self.pointer is not None:
            return self._mouse(event)
        if event.type() is QEvent.Type.Leave:
            self.hovered.emit(None)
            self.lens.hide()
        elif event.type() is QEvent.Type.ContextMenu:
            return True
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        kind = event.type()
        at = event.position().toPoint()
        if kind is QEvent.Type.MouseButtonPress:
            return self._press(event, at)
        if kind is QEvent.Type.MouseMove:
            return self._move(at)
        if kind is QEvent.Type.MouseButtonRelease:
            return self._release(event, at)
        if kind is QEvent.Type.MouseButtonDblClick:
            if self.pointer is not None and event.button() is Qt.MouseButton.LeftButton:
                self.pointer.double_click(self.to_file(at), self.reach_px)
            return True
        return False

    def _press(self, event: QMouseEvent, at: QPoint) -> bool:
        if self.pointer is None:
            return False
        if event.button() is Qt.MouseButton.RightButton:
            self.pointer.menu(self.to_file(at), self.reach_px)
            return True
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        self.graphics.setFocus()
        self._pressed_at = at
        adds = _manner(event) is not Manner.ALONE
        taken = not (self._space_held or adds) and self.pointer.press(
            self.to_file(at), self.reach_px
        )
        self._dragging = taken
        return taken

    def _move(self, at: QPoint) -> bool:
        point = self.to_file(at)
        self.hovered.emit(point)
        self.lens.look(self.image, self.display, self.polarity, point)
        self.lens.give_way(at.x(), at.y())
        if self.pointer is None:
            return False
        if self._dragging and self._pressed_at is not None:
            if (at - self._pressed_at).manhattanLength() >= _CLICK_WITHIN_PX:
                self.pointer.move(point)
            return True
        shape = self.pointer.cursor(point, self.reach_px)
        if self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        self.graphics.viewport().setCursor(shape)
        return False

    def _release(self, event: QMouseEvent, at: QPoint) -> bool:
        if self.pointer is None or event.button() is not Qt.MouseButton.LeftButton:
            return False
        pressed, self._pressed_at = self._pressed_at, None
        dragging, self._dragging = self._dragging, False
        is_click = pressed is not None and (at - pressed).manhattanLength() < _CLICK_WITHIN_PX
        point = self.to_file(at)
        if dragging and not is_click:
            self.pointer.release(point)
        elif is_click:
            if dragging:
                self.pointer.cancel()
            self.pointer.click(point, self.reach_px, _manner(event))
        return dragging


def _manner(event: QMouseEvent) -> Manner:
    held = event.modifiers()
    if held & Qt.KeyboardModifier.ControlModifier:
        return Manner.ADDED
    if held & Qt.KeyboardModifier.ShiftModifier:
        return Manner.UP_TO
    return Manner.ALONE
