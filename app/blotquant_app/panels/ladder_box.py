"""The ladders of the selected photograph: the fit with its residuals, and lanes that may be one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from blotquant import edits
from blotquant.model.ladder import LadderFit, LadderGuess
from blotquant.model.lane import LaneKind
from blotquant_app.ladder_hints import set_kind
from blotquant_app.panels.widgets import Lines, button, caption, warning
from blotquant_app.session import Session
from blotquant_app.views.ladder_words import (
    fit_heading,
    fit_lines,
    fit_remark,
    guess_text,
    product_name,
)
from blotquant_app.views.shown import BlotScene

_COLUMNS = (
    ("kDa", "What the band weighs by the product's table"),
    ("Height", "Where it was found, in pixels from the top of the photograph"),
    ("Off", "By how much the table's weight exceeds that of the smooth curve through all bands"),
    (
        "Left out",
        "The same with this band left out of the curve: what an unknown band would be off",
    ),
)
_NO_LADDER = "No lane is a ladder. Say which one is on the Lanes page or in the sample sheet."
_NO_PRODUCT = "Choose the product above: weights are then read from {}."
_NO_FIT = (
    "The bands of {} do not tell the product's steps. Check product and chemistry, and whether "
    "this photograph shows the ladder."
)
_BETWEEN = "Weights between the ladders are shared by the distance to each."


class LadderBox(Lines):
    """Shows how well each ladder lane fits; asks about lanes that look like one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def refresh(self) -> None:
        """Show the ladders of the selected photograph's membranes."""
        scene = self._session.scene()
        fits = self._fits(scene)
        guesses = self._guesses(scene)
        settings = self._session.document.shown.settings
        ladders = tuple(x.number for x in scene.lanes if x.kind is LaneKind.LADDER)
        state = (fits, guesses, ladders, settings.ladder, scene.image)
        self.show_for(state, lambda: self._widgets(scene, fits, guesses))

    def _fits(self, scene: BlotScene) -> tuple[LadderFit, ...]:
        """Return the fits of this photograph, else those that serve it from another one."""
        analysis = self._session.analysis
        names = {m.name for m in scene.membranes}
        all_fits = tuple(
            f for f in (analysis.ladder_fits if analysis else ()) if f.membrane in names
        )
        return tuple(f for f in all_fits if f.image == scene.image) or all_fits

    def _guesses(self, scene: BlotScene) -> tuple[LadderGuess, ...]:
        analysis = self._session.analysis
        names = {m.name for m in scene.membranes}
        return tuple(
            g for g in (analysis.ladder_guesses if analysis else ()) if g.membrane in names
        )

    def _widgets(
        self, scene: BlotScene, fits: tuple[LadderFit, ...], guesses: tuple[LadderGuess, ...]
    ) -> list[QWidget]:
        widgets: list[QWidget] = []
        for guess in guesses:
            if not guess.is_taken:
                widgets += self._question(guess)
        for fit in fits:
            widgets += self._fit(fit, scene)
        if len({f.membrane for f in fits}) < len(fits):
            widgets.append(caption(_BETWEEN))
        return widgets or self._advice(scene, guesses)

    def _advice(self, scene: BlotScene, guesses: tuple[LadderGuess, ...]) -> list[QWidget]:
        """Say what is missing before weights can be read."""
        ladders = [x for x in scene.lanes if x.kind is LaneKind.LADDER]
        if not ladders:
            return [caption(_NO_LADDER)] if scene.lanes else []
        lanes = " and ".join(f"lane {x.number}" for x in ladders)
        if self._product(scene):
            return [caption(_NO_FIT.format(lanes))]
        widgets: list[QWidget] = [caption(_NO_PRODUCT.format(lanes))]
        for product in dict.fromkeys(g.product for g in guesses if g.product):
            name = product_name(self._session.library, product)
            widgets.append(
                button(
                    f"Use {name}",
                    lambda product=product, name=name: self._use(product, name),  # type: ignore[misc]
                    tip="The lane's bands stand in its steps, and clearly less so in those of "
                    "other products",
                )
            )
        return widgets

    def _product(self, scene: BlotScene) -> str:
        project = self._session.document.shown
        own = next((p.ladder for p in project.photographs if p.id == scene.image), "")
        return own or project.settings.ladder

    def _use(self, product: str, name: str) -> None:
        project = self._session.document.project
        new = edits.set_ladder(project, product, project.settings.chemistry)
        self._session.document.edit(f"Choose the ladder {name}", new)

    def _question(self, guess: LadderGuess) -> list[QWidget]:
        return [
            warning(guess_text(guess)),
            button(
                f"Lane {guess.lane} is a ladder",
                lambda: set_kind(self._session, guess, LaneKind.LADDER),
            ),
        ]

    def _fit(self, fit: LadderFit, scene: BlotScene) -> list[QWidget]:
        heading = fit_heading(fit)
        if len(scene.membranes) > 1:
            heading = f"{fit.membrane}, {heading[0].lower()}{heading[1:]}"
        widgets: list[QWidget] = [caption(heading), _table(fit)]
        remark = fit_remark(fit)
        return [*widgets, caption(remark)] if remark else widgets


def _table(fit: LadderFit) -> QWidget:
    """Return the bands of the product, one a line."""
    table = QWidget()
    table.setAccessibleName(f"Fit of the ladder in lane {fit.lane}")
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    for column, (title, tip) in enumerate(_COLUMNS):
        head = caption(title)
        head.setToolTip(tip)
        grid.addWidget(_right(head), 0, column)
    for line, entry in enumerate(fit_lines(fit), start=1):
        for column, text in enumerate((entry.kda, entry.height, entry.off, entry.left_out)):
            label = QLabel(text) if entry.is_seen else caption(text)
            grid.addWidget(_right(label), line, column)
    return table


def _right(label: QLabel) -> QLabel:
    label.setWordWrap(False)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
