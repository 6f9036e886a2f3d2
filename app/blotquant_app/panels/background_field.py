"""The background method of the selected membrane, and which one fits its picture."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from blotquant import edits
from blotquant.model.results import BackgroundAdvice
from blotquant_app.panels.choices import Choice, choices
from blotquant_app.panels.widgets import ChoiceBox, caption, labelled
from blotquant_app.session import Session

_TIP = "Measure this membrane otherwise than the rest of the experiment"


class BackgroundField(QWidget):
    """Lets one membrane have its own method; below it stands what the picture advises."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.box = ChoiceBox("Background of this membrane", self._choose)
        self.holder = labelled("Background of this membrane", self.box, _TIP)
        self.advice = caption()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.holder)
        column.addWidget(self.advice)

    def refresh(self) -> None:
        """Show the method and the advice for the selected membrane, else the photograph's first."""
        membrane = self._membrane()
        project = self._session.document.shown
        self.holder.setVisible(bool(membrane))
        offered = choices("backgrounds", self._session.library, project)
        labels = {c.value: c.label for c in offered}
        usual = labels.get(project.settings.background, project.settings.background)
        first = Choice(value="", label=f"As in the experiment ({usual.lower()})")
        own = next((b.background for b in project.backgrounds if b.membrane == membrane), "")
        self.box.offer((first, *offered), own)
        advice = self._advice(membrane)
        self.advice.setVisible(advice is not None)
        if advice is not None:
            self.advice.setText(f"{advice.text}.")

    def _membrane(self) -> str:
        """Return the selected membrane's name, or that of the only one shown, else nothing."""
        now = self._session.selection.now
        if now.membrane:
            return now.membrane
        names = tuple(dict.fromkeys(b.membrane for b in self._session.scene().bands))
        return names[0] if len(names) == 1 else ""

    def _advice(self, membrane: str) -> BackgroundAdvice | None:
        analysis, image = self._session.analysis, self._session.selection.now.image
        if analysis is None:
            return None
        for advice in analysis.background_advice:
            if (advice.image, advice.membrane) == (image, membrane):
                return advice
        return None

    def _choose(self, value: object) -> None:
        membrane = self._membrane()
        if not membrane:
            return
        document = self._session.document
        new = edits.set_background(document.project, str(value), membrane)
        document.edit(f"Change the background of {membrane}", new)
