"""What to do with the tool in hand, over the foot of the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

_MARGIN = 12


class Hint(QLabel):
    """A line of text at the bottom of another widget; without a text it is hidden."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    def say(self, text: str) -> None:
        """Show another text, or none."""
        self.setText(text)
        self.setVisible(bool(text))
        self._put()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep its place when the widget below changes its size."""
        if event.type() is QEvent.Type.Resize:
            self._put()
        return super().eventFilter(watched, event)

    def _put(self) -> None:
        self.adjustSize()
        left = (self._over.width() - self.width()) // 2
        self.move(max(left, _MARGIN), self._over.height() - self.height() - _MARGIN)
        self.raise_()
