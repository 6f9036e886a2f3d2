"""The mouse of the journeys: real events on the picture, at places in file pixels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

_NONE = Qt.MouseButton.NoButton
_LEFT = Qt.MouseButton.LeftButton


def mouse(view, kind, point, button=_LEFT, buttons=_NONE, held=Qt.KeyboardModifier.NoModifier):
    viewport = view.graphics.viewport()
    at = QPointF(view.to_screen(point))
    QApplication.sendEvent(
        viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), button, buttons, held)
    )


def press(view, point):
    mouse(view, QEvent.Type.MouseButtonPress, point, buttons=_LEFT)


def move(view, point, *, pressed=True):
    mouse(view, QEvent.Type.MouseMove, point, _NONE, _LEFT if pressed else _NONE)


def release(view, point):
    mouse(view, QEvent.Type.MouseButtonRelease, point)


def click(view, point):
    press(view, point)
    release(view, point)


def double_click(view, point):
    click(view, point)
    mouse(view, QEvent.Type.MouseButtonDblClick, point, buttons=_LEFT)
    release(view, point)


def drag(view, start, stop):
    press(view, start)
    for share in (0.5, 1.0):
        move(view, tuple(a + share * (b - a) for a, b in zip(start, stop, strict=True)))
    release(view, stop)
