"""Images: what the selected photograph is, and how it looks on the screen."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSlider, QWidget

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.image import Polarity
from blotquant.model.project import ImageRole, Photograph
from blotquant.model.results import ImageReport
from blotquant_app.actions import Actions
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.page import Page
from blotquant_app.panels.picture_facts import (
    fact_line,
    file_tip,
    has_pages,
    page_name,
    picture_facts,
)
from blotquant_app.panels.widgets import ChoiceBox, Lines, body, button, caption, labelled, section
from blotquant_app.session import Session
from blotquant_app.views.blot_view import BlotView
from blotquant_app.views.display import Display, automatic
from blotquant_app.views.levels_view import LevelsView

_GAMMA_STEPS = 100
ROLE_LABELS = {
    ImageRole.TARGET: "Target",
    ImageRole.LOADING: "Loading control",
    ImageRole.TOTAL_PROTEIN: "Total protein",
    ImageRole.MARKER: "Marker",
}
POLARITY_LABELS = {
    Polarity.LIGHT_ON_DARK: "bright bands",
    Polarity.DARK_ON_LIGHT: "dark bands",
}


class ImagesPage(Page):
    """Role, membrane and polarity of the photograph; levels, gamma and inversion for the eye."""

    def __init__(self, session: Session, view: BlotView, actions: Actions) -> None:
        super().__init__(session)
        self._view = view
        self.file = body()
        self.role = ChoiceBox("Role", self._set_role)
        self.membrane = QLineEdit()
        self.membrane.editingFinished.connect(self._set_membranes)
        self.polarity = ChoiceBox("Bands in the file", self._set_polarity)
        self.polarity_reason = caption()
        self.pages = button("Choose pages …", actions.trigger("choose_pages"))
        self.pages.setToolTip(actions["choose_pages"].toolTip())
        self.facts = Lines()
        self.levels = LevelsView()
        self.levels.changed.connect(view.set_display)
        self.gamma = QSlider(Qt.Orientation.Horizontal)
        self.gamma.setRange(-_GAMMA_STEPS, _GAMMA_STEPS)
        self.gamma.setAccessibleName("Gamma")
        self.gamma.valueChanged.connect(self._set_gamma)
        self.inverted = QCheckBox("Invert (light bands on dark)")
        self.inverted.toggled.connect(self._set_inverted)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(button("Auto levels", self._auto))
        line.addStretch(1)
        self.add(
            self.file,
            labelled("What it shows", self.role),
            labelled(
                "Membrane",
                self.membrane,
                "The piece of membrane on it. Photographs with the same name share their lanes. "
                "Several membranes: part their names by commas.",
            ),
            labelled("Bands in the file", self.polarity),
            self.polarity_reason,
            section("What is known of the picture"),
            self.pages,
            self.facts,
            section("Display, for the eye only"),
            self.levels,
            labelled("Gamma", self.gamma),
            self.inverted,
            row,
        )
        self.close_column()
        view.display_changed.connect(self._show_display)

    def refresh(self) -> None:
        """Show the selected photograph."""
        photograph = self.photograph
        for widget in (self.role, self.membrane, self.polarity):
            widget.setEnabled(photograph is not None)
        if photograph is None:
            self.file.setText("No photograph is selected.")
            return
        self.role.offer([Choice(value=r, label=x) for r, x in ROLE_LABELS.items()], photograph.role)
        if not self.membrane.hasFocus():
            self.membrane.setText(", ".join(photograph.membranes))
        report = self._report(photograph)
        self._show_polarity(photograph, report)
        image = self.session.image(photograph.id)
        page = page_name(photograph, image)
        self.file.setText(Path(photograph.file).name + (f", {page}" if page else ""))
        self.pages.setVisible(has_pages(image))
        self.file.setToolTip(file_tip(photograph, image))
        facts = picture_facts(self.session, photograph, report)
        self.facts.show_for(facts, lambda: [fact_line(fact) for fact in facts])
        self.levels.show_image(self._view.image, self._view.display)

    def _report(self, photograph: Photograph) -> ImageReport | None:
        analysis = self.session.analysis
        reports = analysis.images if analysis else ()
        return next((r for r in reports if r.photograph.id == photograph.id), None)

    def _show_polarity(self, photograph: Photograph, report: ImageReport | None) -> None:
        guess = "Guess from the picture"
        if report is not None and photograph.polarity is None:
            sure = "sure" if report.polarity.is_sure else "please check"
            guess = f"Guessed: {POLARITY_LABELS[report.polarity.polarity]} ({sure})"
        self.polarity.offer(
            [
                Choice(value=None, label=guess),
                Choice(value=Polarity.LIGHT_ON_DARK, label="Bands are bright (high values)"),
                Choice(value=Polarity.DARK_ON_LIGHT, label="Bands are dark (low values)"),
            ],
            photograph.polarity,
        )
        self.polarity_reason.setText(report.polarity.reason if report is not None else "")
        self.polarity_reason.setVisible(bool(self.polarity_reason.text()))

    def _set_role(self, role: object) -> None:
        photograph = self.photograph
        if photograph is not None and isinstance(role, ImageRole):
            new = edits.set_role(self.session.document.project, photograph.id, role)
            self.session.document.edit("Change the role of a photograph", new)

    def _set_polarity(self, polarity: object) -> None:
        photograph = self.photograph
        if photograph is not None and (polarity is None or isinstance(polarity, Polarity)):
            new = edits.set_polarity(self.session.document.project, photograph.id, polarity)
            self.session.document.edit("Change the polarity", new)

    def _set_membranes(self) -> None:
        photograph = self.photograph
        names = tuple(n.strip() for n in self.membrane.text().split(",") if n.strip())
        if photograph is None or names == photograph.membranes:
            return
        scene = self.session.scene()
        shown = tuple(m.name for m in scene.membranes)
        try:
            new = edits.set_photograph_membranes(
                self.session.document.project, photograph.id, names, shown
            )
        except BlotquantError as error:
            self.session.notices.error(str(error))
            return
        self.session.document.edit("Name the membrane", new)

    def _show_display(self, display: Display) -> None:
        self.levels.show_image(self._view.image, display)
        for widget in (self.gamma, self.inverted):
            widget.blockSignals(True)
        self.gamma.setValue(round(_GAMMA_STEPS * math.log2(display.gamma) / 2))
        self.inverted.setChecked(display.inverted)
        for widget in (self.gamma, self.inverted):
            widget.blockSignals(False)

    def _set_gamma(self, step: int) -> None:
        if self._view.display is not None:
            self._view.set_display(
                replace(self._view.display, gamma=2.0 ** (2 * step / _GAMMA_STEPS))
            )

    def _set_inverted(self, inverted: bool) -> None:  # noqa: FBT001 - a Qt slot
        if self._view.display is not None:
            self._view.set_display(replace(self._view.display, inverted=inverted))

    def _auto(self) -> None:
        if self._view.image is not None and self._view.display is not None:
            self._view.set_display(
                automatic(self._view.image, inverted=self._view.display.inverted)
            )
