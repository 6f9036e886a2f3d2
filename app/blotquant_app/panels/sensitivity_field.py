"""The sensitivity as a slider in signal to noise, with what it shows in words."""

from __future__ import annotations

import math
from dataclasses import fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from blotquant.model.settings import AnalysisSettings
from blotquant_app.panels.widgets import NumberBox, caption, labelled
from blotquant_app.session import Session

_META = next(f.metadata for f in fields(AnalysisSettings) if f.name == "sensitivity")
_LOW, _HIGH = float(_META["minimum"]), float(_META["maximum"])
_STEPS = 200


def at_step(step: int) -> float:
    """Return the signal-to-noise ratio at a place of the slider: even steps are even factors."""
    return float(round(_LOW * (_HIGH / _LOW) ** (step / _STEPS), 1))


def step_of(value: float) -> int:
    """Return the place of the slider that is nearest to a ratio."""
    return round(_STEPS * math.log(value / _LOW) / math.log(_HIGH / _LOW))


class _Slider(QSlider):
    """A slider that leaves the wheel to scrolling."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to scrolling: a setting may not change in passing."""
        event.ignore()


class SensitivityField(QWidget):
    """Dragging shows at once which bands would be found; releasing makes one step to undo."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._is_filling = False
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setAccessibleName("Sensitivity")
        self.slider.setToolTip(f"{_META['help']}. Left shows more bands, right only clear ones.")
        self.box = NumberBox(
            "Sensitivity as a number",
            _LOW,
            _HIGH,
            session.sensitivity.set_value,
            unit="× noise",
            step=0.5,
        )
        self.words = caption()
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(labelled(_META["label"], both, _META["help"]))
        column.addWidget(self.words)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._released)
        session.sensitivity.changed.connect(self._say)

    def refresh(self) -> None:
        """Show what the document holds, unless the slider is in the user's hand."""
        if not self.slider.isSliderDown():
            value = self._session.document.shown.settings.sensitivity
            self._is_filling = True
            self.slider.setValue(step_of(value))
            self._is_filling = False
            self.box.show_value(value)
        self._say()

    def _moved(self, step: int) -> None:
        if self._is_filling:
            return
        value = at_step(step)
        self.box.show_value(value)
        if self.slider.isSliderDown():
            self._session.sensitivity.try_value(value)
        else:
            self._session.sensitivity.set_value(value)

    def _released(self) -> None:
        now = self._session.document.project.settings.sensitivity
        step = self.slider.value()
        # A number that was typed may lie between two places of the slider.
        self._session.sensitivity.set_value(now if step == step_of(now) else at_step(step))

    def _say(self) -> None:
        self.words.setText(words(self._session))


def words(session: Session) -> str:
    """Return what is shown at which limit, and how many bands lie below it."""
    image, preview = session.selection.now.image, session.sensitivity.preview
    placed = session.document.shown.bands
    if any(p.image == image and not p.found_around and p.bands for p in placed):
        return (
            "The bands of this photograph are kept as they were placed. "
            "“Detect again” finds them anew."
        )
    if preview is not None and preview.image == image:
        value, n_shown, n_below = preview.sensitivity, preview.n_shown, preview.n_below
    else:
        value = session.document.shown.settings.sensitivity
        n_shown = sum(b.found for b in session.scene().bands)
        n_below = session.n_below(image)
    return f"Bands at or above {value:.1f} times the noise: {n_shown} shown, {n_below} below"
