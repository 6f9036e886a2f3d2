"""Normalise: the loading control, the control of fold changes, and what each lane was loaded."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from blotquant.model.results import LaneLoading
from blotquant_app.digits import with_error
from blotquant_app.panels.page import Page
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.widgets import Lines, caption, section
from blotquant_app.session import Session
from blotquant_app.tables.columns import flag_advice


class NormalisePage(Page):
    """The decisions of normalisation and the loading of the membrane's lanes."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "Normalise")
        self.form = SettingsForm(session, ("loading_control", "control", "confidence_level"))
        self.loadings = Lines()
        self.add(self.form, section("Loading"), self.loadings)
        self.close_column()

    def refresh(self) -> None:
        """Show the loadings of the membrane that is selected, or of all."""
        self.form.refresh()
        analysis, now = self.session.analysis, self.session.selection.now
        shown = tuple(
            x for x in (analysis.loadings if analysis else ()) if now.membrane in {"", x.membrane}
        )
        self.loadings.show_for(shown, lambda: _lines(shown))


def _lines(loadings: tuple[LaneLoading, ...]) -> list[QWidget]:
    if not loadings:
        return [caption("No loading is known. Probe a control or choose total protein.")]
    lines: list[QWidget] = []
    source = ("", "")
    for x in loadings:
        if (x.membrane, x.source) != source:
            source = (x.membrane, x.source)
            lines.append(caption(f"{x.membrane}: {x.source}"))
        line = caption(f"Lane {x.lane}   {with_error(x.loading, x.loading_se)}")
        line.setToolTip(flag_advice(x.flags))
        if x.flags:
            line.setText(line.text() + "  !")
        lines.append(line)
    return lines
