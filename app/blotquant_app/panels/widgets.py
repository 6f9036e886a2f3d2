"""Small pieces that the inspector's pages are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from blotquant_app.panels.choices import Choice


class ChoiceBox(QComboBox):
    """A combo box over `Choice`s that reports only what a user chose."""

    def __init__(self, name: str, on_chosen: Callable[[object], None]) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda i: on_chosen(self._choices[i].value))

    def offer(self, choices: Sequence[Choice], chosen: object) -> None:
        """Offer these and show the chosen one."""
        choices = tuple(choices)
        if choices != self._choices:
            self._choices = choices
            self.clear()
            for i, choice in enumerate(choices):
                self.addItem(choice.label)
                if choice.tip:
                    self.setItemData(i, choice.tip, Qt.ItemDataRole.ToolTipRole)
        index = next((i for i, c in enumerate(choices) if c.value == chosen), -1)
        self.setCurrentIndex(index)
        # A long label may not find room in the box.
        self.setToolTip(choices[index].tip or choices[index].label if index >= 0 else "")

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to scrolling: a setting may not change in passing."""
        event.ignore()


class NumberBox(QDoubleSpinBox):
    """A number with limits and a unit that reports only what a user set."""

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        on_set: Callable[[float], None],
        *,
        unit: str = "",
        step: float = 1.0,
        decimals: int = 1,
    ) -> None:
        super().__init__()
        self._is_filling = False
        self._on_set = on_set
        self.setAccessibleName(name)
        self.setRange(low, high)
        self.setDecimals(decimals)
        self.setSingleStep(step)
        self.setSuffix(f" {unit}" if unit else "")
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.valueChanged.connect(self._report)

    def show_value(self, value: float) -> None:
        """Show a value without reporting it."""
        self._is_filling = True
        self.setValue(value)
        self._is_filling = False

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to scrolling."""
        event.ignore()

    def _report(self, value: float) -> None:
        if not self._is_filling:
            self._on_set(value)


def caption(text: str = "") -> QLabel:
    """Return a small, quiet line of text."""
    label = QLabel(text)
    label.setObjectName("caption")
    label.setWordWrap(True)
    return label


def body(text: str = "") -> QLabel:
    """Return a paragraph that can be selected."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def warning(text: str = "") -> QLabel:
    """Return a paragraph that wants a look."""
    label = body(text)
    label.setObjectName("warningText")
    return label


def section(text: str) -> QLabel:
    """Return the heading of a group."""
    label = QLabel(text)
    label.setObjectName("section")
    label.setContentsMargins(0, 12, 0, 0)
    return label


def rule() -> QFrame:
    """Return a hairline."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def button(text: str, on_click: Callable[[], object], *, tip: str = "") -> QPushButton:
    """Return a button."""
    result = QPushButton(text)
    result.setToolTip(tip)
    result.clicked.connect(lambda _=False: on_click())
    return result


def link(text: str, on_click: Callable[[], object]) -> QPushButton:
    """Return a line of text that can be clicked."""
    result = QPushButton(text)
    result.setProperty("link", "true")
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.clicked.connect(lambda _=False: on_click())
    return result


def labelled(text: str, widget: QWidget, tip: str = "") -> QWidget:
    """Return a field under its label."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    label = QLabel(text)
    label.setObjectName("caption")
    label.setBuddy(widget)
    label.setToolTip(tip)
    if tip and not widget.toolTip():
        widget.setToolTip(tip)
    column.addWidget(label)
    column.addWidget(widget)
    return holder


class Lines(QWidget):
    """A column whose widgets are replaced when what they show changes."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._shown: object = self  # unlike any state

    def show_for(self, state: object, make: Callable[[], Sequence[QWidget]]) -> None:
        """Build the widgets anew when `state` differs from what is shown."""
        if state == self._shown:
            return
        self._shown = state
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for widget in make():
            self._column.addWidget(widget)
        # Else the new lines are squeezed into the height of the old ones for a moment.
        self._column.activate()
        self.updateGeometry()
