"""Results: the selected ratio opened to its arithmetic, and the export."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from blotquant.model.results import Ratio
from blotquant_app.actions import Actions
from blotquant_app.digits import count, with_error
from blotquant_app.panels.page import Page
from blotquant_app.panels.widgets import Lines, body, button, caption, section
from blotquant_app.session import Session
from blotquant_app.tables.columns import flag_advice, ratio_sentence


class ResultsPage(Page):
    """Explains one ratio and writes the tables."""

    def __init__(
        self, session: Session, actions: Actions, selected_ratio: Callable[[], Ratio | None]
    ) -> None:
        super().__init__(session, "Results")
        self._selected_ratio = selected_ratio
        self.summary = body()
        self.parts = Lines()
        export = button("Export CSV …", actions.trigger("export"))
        export.setProperty("primary", "true")
        self.add(self.summary, section("Selected ratio"), self.parts, export)
        self.close_column()

    def _name_of(self, target: str) -> str:
        names = {t.id: t.name for t in self.session.library.targets}
        return names.get(target, target)

    def refresh(self) -> None:
        """Show the arithmetic of the ratio that is chosen in the table."""
        analysis = self.session.analysis
        n = sum(r.value == r.value for r in analysis.ratios) if analysis else 0
        self.summary.setText(
            f"{count(n, 'ratio')} with a value. Each carries its interval and its remarks."
        )
        ratio = self._selected_ratio()
        self.parts.show_for(ratio, lambda: _lines(ratio, self._name_of))


def _lines(ratio: Ratio | None, name_of: Callable[[str], str]) -> list[QWidget]:
    if ratio is None:
        return [caption("Choose a row in the table of ratios.")]
    lines: list[QWidget] = [
        body(f"{name_of(ratio.target)}, lane {ratio.lane} of {ratio.membrane}"),
        body(ratio_sentence(ratio)),
    ]
    for target, form, volume, error in ratio.terms:
        lines.append(caption(f"{name_of(target)} {form}: {with_error(volume, error)} counts × px"))
    if ratio.normalisation not in {"", "none"}:
        lines.append(caption(f"Normalised by {ratio.normalisation}"))
    if ratio.control:
        lines.append(caption(f"Control: {ratio.control}"))
    advice = flag_advice(ratio.flags)
    if advice:
        warning = body(advice)
        warning.setObjectName("warningText")
        lines.append(warning)
    return lines
