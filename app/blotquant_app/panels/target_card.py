"""A target as a card: the forms that are expected, to be dragged on a row, and what to mind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QDrag, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout

from blotquant.model.target import Form, FormRole, Target
from blotquant_app.names import spoken_form
from blotquant_app.panels.widgets import caption
from blotquant_app.theme import form_colour

FORM_MIME = "application/x-blotquant-form"
_CHIPS_A_ROW = 4


def form_data(target: str, form: str) -> QMimeData:
    """Return what is dragged for a form."""
    data = QMimeData()
    data.setData(FORM_MIME, f"{target}\n{form}".encode())
    return data


def form_of(data: QMimeData) -> tuple[str, str] | None:
    """Return the (target, form) that is dragged, None where it is something else."""
    if not data.hasFormat(FORM_MIME):
        return None
    target, _, form = bytes(data.data(FORM_MIME).data()).decode().partition("\n")
    return target, form


class FormChip(QPushButton):
    """One form: drag it on a row of bands, or press it for the row that is selected."""

    def __init__(self, target: Target, form: str, text: str, colour: QColor, tip: str) -> None:
        super().__init__(text)
        self._data = (target.id, form)
        self._colour = colour
        self._pressed_at = QPoint()
        self.setProperty("chip", "true")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(tip)
        self.setAccessibleName(f"{spoken_form(target, form)}, for the selected row")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember where a drag may begin."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a drag once the mouse went far enough."""
        far = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if far >= QApplication.startDragDistance():
            self.setDown(False)
            drag = QDrag(self)
            drag.setMimeData(form_data(*self._data))
            drag.setPixmap(self.grab())
            drag.exec(Qt.DropAction.CopyAction)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the button with the form's colour at its left."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colour, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(5, 8, 5, self.height() - 8)
        painter.end()


def _short(form: Form) -> str:
    """Return ``pro 35``; a cleaved form is called by its weight alone."""
    if form.role is FormRole.CLEAVED and form.name[1:].isdecimal():
        return f"{form.kda:g}"
    name = form.role.value if form.name[1:].isdecimal() else form.name
    return f"{name} {form.kda:g}"


class TargetCard(QFrame):
    """Name, expected forms, caution and conflicts of one target."""

    def __init__(
        self,
        target: Target,
        order: tuple[str, ...],
        remarks: Sequence[str],
        assign: Callable[[str, str], None],
    ) -> None:
        super().__init__()
        self.setObjectName("targetCard")
        name = QLabel(target.name)
        name.setObjectName("section")
        chips = QGridLayout()
        chips.setSpacing(4)
        self.chips: list[FormChip] = []
        for i, form in enumerate(target.forms):
            is_cleaved = form.role is FormRole.CLEAVED
            tip = f"{spoken_form(target, form.name)}, {form.kda:g} kDa"
            tip += ", not seen with every antibody" if form.optional else ""
            chip = FormChip(
                target,
                form.name,
                _short(form),
                form_colour(order, target.id, is_cleaved=is_cleaved),
                f"{tip}. Drag it on a row of bands, or press it for the selected row.",
            )
            chip.clicked.connect(lambda _=False, f=form.name: assign(target.id, f))
            self.chips.append(chip)
            chips.addWidget(chip, i // _CHIPS_A_ROW, i % _CHIPS_A_ROW)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(4)
        column.addWidget(name)
        column.addLayout(chips)
        if remarks:
            column.addWidget(caption(" ".join(remarks)))
