"""Normalise: the loading control, the control of fold changes, and what each lane was loaded."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from blotquant.model.results import LaneLoading
from blotquant_app.digits import count, with_error
from blotquant_app.panels.page import Page
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.widgets import Lines, caption, section
from blotquant_app.session import Session
from blotquant_app.tables.columns import flag_advice


class NormalisePage(Page):
    """The decisions of normalisation and the loading of the membrane's lanes."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.form = SettingsForm(
            session, ("loading_control", "control", "confidence_level", "use_estimates")
        )
        self.loadings = Lines()
        self.samples = caption()
        self.add(self.form, self.samples, section("Loading"), self.loadings)
        self.close_column()

    def refresh(self) -> None:
        """Show the loadings of the membrane that is selected, or of all."""
        self.form.refresh()
        n = len({s.condition for s in self.session.document.shown.samples if s.condition})
        self.samples.setText(
            f"The sample sheet below names {count(n, 'condition')}; fold changes can be relative "
            "to one of them."
            if n
            else "Say in the sample sheet below what each lane holds: then a condition can be the "
            "control, and the summary compares conditions."
        )
        analysis, now = self.session.analysis, self.session.selection.now
        shown = tuple(
            x for x in (analysis.loadings if analysis else ()) if now.membrane in {"", x.membrane}
        )
        names = {t.id: t.name for t in self.session.library.targets}
        self.loadings.show_for(shown, lambda: _lines(shown, names))


def _lines(loadings: tuple[LaneLoading, ...], names: dict[str, str]) -> list[QWidget]:
    if not loadings:
        return [caption("No loading is known. Probe a control or choose total protein.")]
    lines: list[QWidget] = []
    source = ("", "")
    for x in loadings:
        if (x.membrane, x.source) != source:
            source = (x.membrane, x.source)
            lines.append(
                caption(f"Membrane {x.membrane}: {names.get(x.source, x.source)}, counts × px")
            )
        line = caption(f"Lane {x.lane}   {with_error(x.loading, x.loading_se)}")
        line.setToolTip(flag_advice(x.flags))
        if x.flags:
            line.setText(line.text() + "  !")
        lines.append(line)
    return lines
