"""The way of the Tab key: stages, photographs, tools, the blot, its inspector, the tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class TabOrder(QObject):
    """Puts the parts of the window in their order again when what they hold has changed."""

    def __init__(self, window: QWidget, parts: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._parts = tuple(parts)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.set_now)

    def set_soon(self, *_: object) -> None:
        """Set the order once what goes on now is done."""
        self._soon.start()

    def set_now(self) -> None:
        """Let Tab lead through the parts, one after the other."""
        stops = [w for part in self._parts for w in _stops(part)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def go_on(self) -> None:
        """Give the keyboard to the next part: on the blot Tab goes from lane to lane."""
        now = QApplication.focusWidget()
        here = [i for i, p in enumerate(self._parts) if now is not None and _holds(p, now)]
        first = here[-1] + 1 if here else 0
        for part in (*self._parts[first:], *self._parts[:first]):
            stops = [w for w in _stops(part) if w.isVisible() and w.isEnabled()]
            if stops:
                stops[0].setFocus(Qt.FocusReason.TabFocusReason)
                return


def _holds(part: QWidget, widget: QWidget) -> bool:
    return part is widget or part.isAncestorOf(widget)


def _stops(part: QWidget) -> list[QWidget]:
    """Return what Tab stops at within a part, in the order in which it is laid out."""
    here = part.window()  # the lists of combo boxes are windows of their own
    every = (part, *part.findChildren(QWidget))
    found = [w for w in every if _is_stop(w) and not w.isHidden() and w.window() is here]
    # New widgets are the last children of their parent: their place says where they belong.
    return sorted(found, key=lambda w: (w.mapTo(part, w.rect().topLeft()).y() // 12, w.x()))


def _is_stop(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
