"""Results: the selected ratio over the lanes, opened to its arithmetic, and the export."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QWidget

from blotquant.model.image import Polarity
from blotquant.model.results import Ratio
from blotquant.model.target import FormRole
from blotquant.normalise.parts import bands_behind
from blotquant.targets.library import Library
from blotquant_app.actions import Actions
from blotquant_app.digits import bounded, count, interval, plain, with_error
from blotquant_app.names import spoken
from blotquant_app.panels.explain import formula, term_name
from blotquant_app.panels.linearity_box import LinearityBox
from blotquant_app.panels.page import Page
from blotquant_app.panels.widgets import Lines, body, button, caption, section, warning
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.tables.columns import RATIO_NAMES, flag_advice, normalised_by
from blotquant_app.theme import Theme, form_colour
from blotquant_app.views.band_card import BandCard, BandSight
from blotquant_app.views.ratio_plot import RatioPlot
from blotquant_app.views.shown import polarity_of, probed_targets

Cards = Callable[[Ratio, str, str], list[QWidget]]


class ResultsPage(Page):
    """Explains one ratio and writes the tables; `choose` selects another one in the table."""

    def __init__(
        self,
        session: Session,
        actions: Actions,
        theme: Theme,
        selected_ratio: Callable[[], Ratio | None],
        choose: Callable[[Ratio], None],
    ) -> None:
        super().__init__(session)
        self._theme = theme
        self._selected_ratio = selected_ratio
        self.summary = caption()
        self.parts = Lines()
        self.plot = RatioPlot()
        self.plot.picked.connect(choose)
        theme.changed.connect(self._dress_again)
        self._dress()
        copy = button("Copy table", actions.trigger("copy_table"))
        self.linearity = LinearityBox(session, theme)
        picture = button("Copy plot", actions.trigger("copy_plot"))
        self.add(self.parts, self.plot, self.linearity, self.summary, copy, picture)
        self.close_column()

    def _dress(self) -> None:
        self.plot.set_theme(self._theme.tokens)

    def _dress_again(self) -> None:
        self._dress()
        if self.isVisible():
            self.refresh()

    def _name_of(self, target: str) -> str:
        names = {t.id: t.name for t in self.session.library.targets}
        return names.get(target, target)

    def refresh(self) -> None:
        """Show the arithmetic of the ratio that is chosen in the table."""
        analysis = self.session.analysis
        ratios = analysis.ratios if analysis else ()
        n = sum(math.isfinite(r.value) for r in ratios)
        self.summary.setText(
            f"{count(n, 'ratio')} with a value. Each carries its interval and its remarks."
        )
        ratio = self._selected_ratio()
        state = (ratio, self._theme.tokens)
        self.parts.show_for(
            state, lambda: _lines(ratio, self._name_of, self.session.library, self._cards)
        )
        alike = tuple(r for r in ratios if ratio is not None and _key(r) == _key(ratio))
        self.plot.show_ratios(alike, ratio)
        self.linearity.refresh()

    def _cards(self, ratio: Ratio, target: str, form: str) -> list[QWidget]:
        """Return a card for each band of a term."""
        session = self.session
        analysis, project = session.analysis, session.document.shown
        if analysis is None:
            return []
        lanes = {(r.lane.image, r.lane.membrane, r.lane.number): r for r in analysis.lanes}
        order = probed_targets(project, session.library)
        cards: list[QWidget] = []
        for measured in bands_behind(analysis, ratio, target, form):
            band = measured.band
            image = session.image(band.image)
            if image is None:
                continue
            a = analysis.assignment(band.image, band.membrane, band.row)
            shape = [f for f in session.library.target(target).forms if f.name == a.form]
            is_cleaved = bool(shape) and shape[0].role is FormRole.CLEAVED
            sight = BandSight(
                measured=measured,
                lane=lanes[band.image, band.membrane, band.lane],
                image=image,
                polarity=polarity_of(project, analysis, band.image) or Polarity.DARK_ON_LIGHT,
                colour=form_colour(order, target, is_cleaved=is_cleaved),
                name=spoken(session.library, target, a.form),
            )
            card = BandCard(sight, self._theme.tokens)
            at = Selected(image=band.image, membrane=band.membrane, lane=band.lane, row=band.row)
            card.clicked.connect(lambda _=False, at=at: session.selection.select(at))
            cards.append(card)
            advice = flag_advice(measured.flags)
            if advice:
                cards.append(warning(advice))
        return cards

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.plot.shut_down()
        self.linearity.shut_down()


def _key(ratio: Ratio) -> tuple[str, str, str, str]:
    return ratio.membrane, ratio.target, ratio.ratio, ratio.normalisation


def _lines(
    ratio: Ratio | None, name_of: Callable[[str], str], library: Library, cards: Cards
) -> list[QWidget]:
    if ratio is None:
        return [body("Choose a row in the table of ratios to see how it comes about.")]
    value = QLabel(bounded(ratio.value, ratio.bound, ratio.ci_low, ratio.ci_high))
    value.setObjectName("bigNumber")
    where = ", ".join(
        x
        for x in (
            name_of(ratio.target),
            f"lane {ratio.lane} of membrane {ratio.membrane}",
            ratio.condition or ratio.sample,
        )
        if x
    )
    lines: list[QWidget] = [
        body(where),
        caption(RATIO_NAMES.get(ratio.ratio, ratio.ratio)),
        value,
    ]
    if ratio.reason:
        lines.append(body(ratio.reason))
    elif not ratio.bound and math.isfinite(ratio.ci_low):
        lines.append(caption(f"Interval {interval(ratio.ci_low, ratio.ci_high)}"))
    if math.isfinite(ratio.method_low):
        low, high = plain(ratio.method_low), plain(ratio.method_high)
        lines.append(caption(f"Other backgrounds and repeats of the analysis give {low} to {high}"))
    lines += _arithmetic(ratio, name_of, library, cards)
    advice = flag_advice(ratio.flags)
    if advice:
        lines.append(warning(advice))
    return lines


def _arithmetic(
    ratio: Ratio, name_of: Callable[[str], str], library: Library, cards: Cards
) -> list[QWidget]:
    lines: list[QWidget] = [section("How it comes about")] if ratio.terms else []
    for target, form, volume, error in ratio.terms:
        name = term_name(library, target, form)
        lines.append(caption(f"{name}: {with_error(volume, error)} counts × px"))
        lines += cards(ratio, target, form)
    text = formula(ratio)
    if text:
        lines.append(body(text))
    if ratio.normalisation not in {"", "none"}:
        lines.append(caption(f"Normalised by {normalised_by(ratio, name_of)}"))
    return lines
