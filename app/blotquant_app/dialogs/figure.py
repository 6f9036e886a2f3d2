"""The figure: what it shows, on the left; how it looks, on the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from blotquant.model.figure import RESOLUTIONS, FigureOptions
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.widgets import ChoiceBox, caption, labelled
from blotquant_app.session import Session

_SIZE = (900, 640)
_PREVIEW_PX = 560
_CHOICES = (
    ("weights", "Molecular weights of the ladder"),
    ("conditions", "Doses, and brackets over conditions"),
    ("border", "A line around each blot"),
    ("spliced", "Leave out blank and excluded lanes"),
    ("ratios", "Ratios beside the blots"),
    ("sources", "Uncropped photographs below"),
)
_TIPS = {
    "conditions": "As the sample sheet says; else lane numbers",
    "spliced": "Each place where lanes come together is marked by a line",
    "sources": "What is shown above is framed on each photograph",
}


class FigureDialog(QDialog):
    """Changes the options of the session's figure and shows it; `write` asks for a file."""

    def __init__(self, window: QWidget, session: Session, write: Callable[[], None]) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Figure")
        self._session = session
        self._is_drawing = False
        self._is_behind = False
        self._is_open = True
        self.boxes: dict[str, QCheckBox] = {}
        for name, text in _CHOICES:
            tick = QCheckBox(text)
            tick.setToolTip(_TIPS.get(name, ""))
            tick.setChecked(bool(getattr(self._options, name)))
            tick.toggled.connect(lambda on, n=name: self._choose(replace(self._options, **{n: on})))
            self.boxes[name] = tick
        self.dpi = ChoiceBox("Resolution", self._set_dpi)
        offered = [Choice(value=n, label=f"{n} dpi") for n in RESOLUTIONS]
        self.dpi.offer(offered, self._options.dpi)
        self.picture = QLabel("Drawing …")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName("The figure")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.picture)
        box = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(box.Save | box.Close)
        self.save = buttons.button(box.Save)
        self.save.setText("Save as …")
        self.save.setProperty("primary", "true")
        self.save.clicked.connect(lambda _=False: write())
        buttons.rejected.connect(self.reject)
        side = QVBoxLayout()
        side.setSpacing(8)
        for tick in self.boxes.values():
            side.addWidget(tick)
        side.addWidget(labelled("Resolution of PNG and TIFF", self.dpi))
        side.addWidget(
            caption(
                "Every blot is stretched evenly between its darkest and its lightest grey; no "
                "gamma. PDF and SVG keep letters and lines sharp at any size."
            )
        )
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(side)
        row.addWidget(area, 1)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(buttons)
        self.resize(*_SIZE)
        self.finished.connect(self._close)
        session.settled.connect(self._draw)
        self._draw()

    @property
    def _options(self) -> FigureOptions:
        return self._session.exporter.figure_options

    def _choose(self, options: FigureOptions) -> None:
        self._session.exporter.figure_options = options
        self._draw()

    def _set_dpi(self, dpi: object) -> None:
        # The resolution does not show in the preview.
        if isinstance(dpi, int):
            self._session.exporter.figure_options = replace(self._options, dpi=dpi)

    def _draw(self) -> None:
        """Draw the preview; what is chosen meanwhile is drawn after it."""
        if self._is_drawing:
            self._is_behind = True
            return
        self._is_drawing = True
        ratio = self.devicePixelRatioF()
        width = round(_PREVIEW_PX * ratio)
        self._session.exporter.preview_figure(self._options, width, self._show)

    def _show(self, png: bytes) -> None:
        if not self._is_open:
            return
        self._is_drawing = False
        picture = QPixmap()
        picture.loadFromData(png)
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(picture)
        if self._is_behind:
            self._is_behind = False
            self._draw()

    def _close(self, _: int) -> None:
        self._is_open = False
        self._session.settled.disconnect(self._draw)
