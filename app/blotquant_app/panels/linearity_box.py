"""The dilution series on the Results page: which range is usable, and why."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QVBoxLayout, QWidget

from blotquant.model.linearity import DilutionSeries, amount_text
from blotquant_app.names import spoken
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.widgets import ChoiceBox, Lines, body, caption, section, warning
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.theme import Theme
from blotquant_app.views.linearity_plot import LinearityPlot

_BEND_P = 0.05


class LinearityBox(QWidget):
    """Shown where the sample sheet has standards; a point that is clicked selects its band."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._key: object = None
        self.chooser = ChoiceBox("Dilution series", self._choose)
        self.plot = LinearityPlot()
        self.lines = Lines()
        self.form = SettingsForm(session, ("linearity_tolerance",))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (
            section("Dilution series"),
            self.chooser,
            self.plot,
            self.lines,
            self.form,
        ):
            column.addWidget(widget)
        self.plot.picked.connect(self._pick_lane)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def series(self) -> DilutionSeries | None:
        """The series that is shown: the chosen one, else one of the selected photograph."""
        analysis, now = self._session.analysis, self._session.selection.now
        every = analysis.dilutions if analysis else ()
        chosen = [s for s in every if _key(s) == self._key]
        here = [s for s in every if s.image == now.image]
        return next(iter((*chosen, *here, *every)), None)

    def refresh(self) -> None:
        """Show the series of the latest analysis, or nothing."""
        analysis = self._session.analysis
        every = analysis.dilutions if analysis else ()
        series = self.series
        self.setVisible(series is not None)
        if series is None:
            return
        self.chooser.setVisible(len(every) > 1)
        self.chooser.offer(
            [Choice(value=_key(s), label=self._name(s)) for s in every], _key(series)
        )
        self.plot.show_series(series)
        self.lines.show_for(series, lambda: self._words(series))
        self.form.refresh()

    def _name(self, s: DilutionSeries) -> str:
        what = spoken(self._session.library, s.target, s.form) if s.target else f"Row {s.row}"
        return f"{what}, membrane {s.membrane}"

    def _words(self, s: DilutionSeries) -> list[QWidget]:
        lines: list[QWidget] = [body(self._name(s))]
        if s.has_range:
            lines.append(body(f"Usable from {s.range_text.replace('-', ' to ', 1)}"))
        if s.reason:
            lines.append(warning(f"No usable range: {s.reason}."))
        lines += [caption(text) for text in series_sentences(s)]
        return lines

    def _choose(self, key: object) -> None:
        self._key = key
        self.refresh()

    def _pick_lane(self, lane: int) -> None:
        s = self.series
        if s is not None:
            self._session.selection.select(
                Selected(image=s.image, membrane=s.membrane, lane=lane, row=s.row)
            )

    def _dress(self) -> None:
        self.plot.set_theme(self._theme.tokens)

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.shut_down()


def series_sentences(s: DilutionSeries) -> tuple[str, ...]:
    """Return what the line and the limits are, a sentence each."""
    out = []
    if s.has_line:
        out.append(
            f"Slope of ln volume on ln amount {s.slope:.2f} ({s.slope_low:.2f} to "
            f"{s.slope_high:.2f}); 1 is proportional. R² {s.r_squared:.4f}."
        )
    if math.isfinite(s.lack_of_fit_p):
        seen = "The points bend away from it" if s.lack_of_fit_p < _BEND_P else "No bend is seen"
        out.append(f"{seen} (p = {s.lack_of_fit_p:.2g}).")
    if math.isfinite(s.lod_amount) and math.isfinite(s.loq_amount):
        lod, loq = amount_text(s.lod_amount), amount_text(s.loq_amount)
        out.append(f"Limit of detection {lod} {s.unit}, of quantification {loq} {s.unit}.")
    if s.has_range:
        out.append("Bands of the same target outside this range carry a remark.")
    return tuple(out)


def _key(s: DilutionSeries) -> tuple[str, str, int]:
    return s.image, s.membrane, s.row
