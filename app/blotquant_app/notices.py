"""One bus for everything that the window has to say, and the corner where it says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

_SHOWN_MS = 8000
_MARGIN = 16
_WIDTH = 380
_AT_MOST = 4


class Weight(StrEnum):
    """How much a message matters; errors stay until they are dismissed."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence for the user with at most one action."""

    text: str
    weight: Weight = Weight.INFO
    action_text: str = ""
    action: Callable[[], None] | None = None


class Notices(QObject):
    """The bus: `said` carries each `Message`; `log` keeps them for the session."""

    said = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log: list[Message] = []

    def say(self, message: Message) -> None:
        """Publish a message."""
        self.log.append(message)
        self.said.emit(message)

    def info(
        self, text: str, action_text: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Say something that needs no answer."""
        self.say(Message(text=text, action_text=action_text, action=action))

    def warn(self, text: str) -> None:
        """Say something that the user should look at."""
        self.say(Message(text=text, weight=Weight.WARNING))

    def error(
        self, text: str, action_text: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Say what failed and what to do."""
        self.say(Message(text=text, weight=Weight.ERROR, action_text=action_text, action=action))


class _Card(QFrame):
    """One message on the screen."""

    closed = Signal()

    def __init__(self, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.message = message
        self.setObjectName("notice")
        self.setProperty("weight", message.weight.value)
        label = QLabel(message.text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        close = QToolButton()
        close.setText("×")
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss this notice")
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 8, 12)
        row.addWidget(label, 1)
        if message.action is not None:
            button = QPushButton(message.action_text)
            button.setProperty("flat", "true")
            button.clicked.connect(message.action)
            button.clicked.connect(self.closed)
            row.addWidget(button)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def fit(self, width: int) -> int:
        """Take the height that the text needs at this width, and return it."""
        self.ensurePolished()
        for child in self.findChildren(QWidget):
            child.ensurePolished()
        layout = self.layout()
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        self.setFixedSize(width, height)
        return height


class NoticeArea(QWidget):
    """The bottom right corner of a window, where messages slide in and go away by themselves."""

    def __init__(self, notices: Notices, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._cards: list[_Card] = []
        notices.said.connect(self._show)
        window.installEventFilter(self)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """The messages on the screen, the oldest first."""
        return tuple(card.message.text for card in self._cards)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the corner when the window changes its size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _show(self, message: Message) -> None:
        for card in [c for c in self._cards if c.message.text == message.text]:
            self._remove(card)
        while len(self._cards) >= _AT_MOST:
            self._remove(self._cards[0])
        card = _Card(message, self)
        card.closed.connect(lambda: self._remove(card))
        self._cards.append(card)
        self._column.addWidget(card)
        if message.weight is not Weight.ERROR:
            timer = QTimer(card)
            timer.setSingleShot(True)
            timer.timeout.connect(card.closed)
            timer.start(_SHOWN_MS)
        self.show()
        self.raise_()
        self._place()

    def _remove(self, card: _Card) -> None:
        if card in self._cards:
            self._cards.remove(card)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.setVisible(bool(self._cards))
        self._place()

    def _place(self) -> None:
        if not self._cards:
            return
        heights = [card.fit(_WIDTH) for card in self._cards]
        height = sum(heights) + self._column.spacing() * (len(heights) - 1)
        self.setGeometry(
            self._window.width() - _WIDTH - _MARGIN,
            self._window.height() - height - _MARGIN - 28,
            _WIDTH,
            height,
        )
