"""Fields for `AnalysisSettings`, generated from the metadata of its fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from blotquant import edits
from blotquant.model.settings import AnalysisSettings
from blotquant_app.panels.choices import choices, control_choices
from blotquant_app.panels.widgets import ChoiceBox, NumberBox, labelled
from blotquant_app.session import Session

_META = {f.name: f.metadata for f in fields(AnalysisSettings)}
_DEFAULTS = {f.name: f.default for f in fields(AnalysisSettings)}


class SettingsForm(QWidget):
    """Shows the named settings and writes changes into the document.

    A field with `choices` becomes a list, one with `minimum` a number, one that is on or off a box
    to tick; a new method or setting needs no code here.
    """

    def __init__(self, session: Session, names: tuple[str, ...]) -> None:
        super().__init__()
        self._session = session
        self.boxes: dict[str, ChoiceBox | NumberBox | QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for name in names:
            self.boxes[name] = self._make(name)
            meta = _META[name]
            box = self.boxes[name]
            if isinstance(box, QCheckBox):
                box.setToolTip(meta["help"])
                column.addWidget(box)
            else:
                column.addWidget(labelled(meta["label"], box, meta["help"]))

    def refresh(self) -> None:
        """Show what the document holds."""
        project = self._session.document.shown
        for name, box in self.boxes.items():
            value = getattr(project.settings, name)
            if isinstance(box, NumberBox):
                box.show_value(value)
            elif isinstance(box, QCheckBox):
                box.blockSignals(True)
                box.setChecked(value)
                box.blockSignals(False)
            elif name == "control":
                box.offer(control_choices(project, self._lanes()), value)
            else:
                box.offer(choices(_META[name]["choices"], self._session.library, project), value)

    def _make(self, name: str) -> ChoiceBox | NumberBox | QCheckBox:
        meta = _META[name]
        if isinstance(_DEFAULTS[name], bool):
            box = QCheckBox(meta["label"])
            box.toggled.connect(lambda on: self._set(name, on))
            return box
        if "minimum" not in meta:
            return ChoiceBox(meta["label"], lambda value: self._set(name, value))
        low, high = meta["minimum"], meta["maximum"]
        fine = high - low < 1
        number = NumberBox(
            meta["label"],
            low,
            high,
            lambda value: self._set(name, value),
            unit=meta.get("unit", ""),
            step=0.01 if fine else 0.5,
            decimals=3 if fine else 1,
        )
        number.setSpecialValueText(meta.get("least_means", ""))
        return number

    def _set(self, name: str, value: Any) -> None:
        document = self._session.document
        new = edits.change_settings(document.project, **{name: value})
        document.edit(f"Change {_META[name]['label'].lower()}", new, merge_id=f"setting {name}")

    def _lanes(self) -> tuple[tuple[str, int], ...]:
        analysis = self._session.analysis
        found = ((r.lane.membrane, r.lane.number) for r in analysis.lanes) if analysis else ()
        return tuple(dict.fromkeys(found))
