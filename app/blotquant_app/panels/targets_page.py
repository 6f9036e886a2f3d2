"""Targets: the panel, what was probed on the photograph, and what each row is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from blotquant import edits
from blotquant.model.target import Target
from blotquant.targets.conflicts import conflicts
from blotquant_app.actions import Actions
from blotquant_app.names import sentence
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.ladder_box import LadderBox
from blotquant_app.panels.page import Page
from blotquant_app.panels.row_menu import assign_row, row_choices
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.target_card import TargetCard
from blotquant_app.panels.widgets import ChoiceBox, Lines, caption, labelled, link, section, warning
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene, RowLabel, probed_targets, words_on

_LIST_HEIGHT = 150


class TargetsPage(Page):
    """Panel, probed targets and the assignment of every row."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session)
        self.form = SettingsForm(session, ("panel",))
        self.probed = QListWidget()
        self.probed.setAccessibleName("Targets probed on this photograph")
        self.probed.setFixedHeight(_LIST_HEIGHT)
        self.probed.itemChanged.connect(self._probe)
        self._listed: tuple[str, ...] = ()
        self.cards = Lines()
        self.rows = Lines()
        self.ladder = SettingsForm(session, ("ladder", "chemistry"))
        self.ladder_fit = LadderBox(session)
        self.add(
            self.form,
            section("Probed on this photograph"),
            caption("Nothing ticked means: every target of the panel."),
            self.probed,
            link("Not in the list? Own targets …", actions.trigger("own_targets")),
            section("Expected forms"),
            caption("Drag one on its row, or press it for the selected row. Numbers are kDa."),
            self.cards,
            section("Rows"),
            self.rows,
            section("Molecular weight"),
            self.ladder,
            self.ladder_fit,
        )
        self.close_column()

    def refresh(self) -> None:
        """Show panel, targets and rows of the selected photograph."""
        self.form.refresh()
        self.ladder.refresh()
        self.ladder_fit.refresh()
        self._show_probed()
        self._show_cards()
        scene = self.session.scene()
        state = (scene.labels, self.session.selection.now, self.photograph)
        self.rows.show_for(state, lambda: self._row_fields(scene))

    def _show_cards(self) -> None:
        """Show the targets that are probed here, else those of the panel."""
        photograph, library = self.photograph, self.session.library
        project = self.session.document.shown
        order = probed_targets(project, library)
        known = {p.id for p in library.panels}
        panel = library.panel(project.settings.panel) if project.settings.panel in known else None
        probed = (photograph.targets if photograph else ()) or (panel.targets if panel else ())
        probed = library.known(probed)
        others = (*probed, *(panel.loading_controls if panel else ()))

        def remarks(target: Target) -> list[str]:
            found = [f"{sentence(text)}." for text in conflicts(library, target.id, others)]
            return [*found, *([target.caution] if target.caution else [])]

        targets = tuple(library.target(t) for t in probed)
        self.cards.show_for(
            (targets, order, others),
            lambda: [TargetCard(t, order, remarks(t), self._assign) for t in targets],
        )

    def _assign(self, target: str, form: str) -> None:
        """Say that the selected row is this form."""
        now = self.session.selection.now
        if not now.row:
            self.session.notices.info("No row is selected. Click a band first, or drag the form.")
            return
        assign_row(self.session, now.membrane, now.row, (target, form))

    def _show_probed(self) -> None:
        photograph = self.photograph
        probed = set(photograph.targets) if photograph else set()
        library, settings = self.session.library, self.session.document.shown.settings
        known = {p.id for p in library.panels}
        panel = library.panel(settings.panel) if settings.panel in known else None
        first = (*panel.targets, *panel.loading_controls) if panel else ()
        targets = sorted(library.targets, key=lambda t: (t.id not in probed, t.id not in first))
        # The order is kept while it is on the screen: what is ticked may not jump away.
        if set(self._listed) != {t.id for t in targets} or not self.probed.count():
            self._listed = tuple(t.id for t in targets)
            self._fill(targets_by_id={t.id: (t.name, t.caution) for t in targets})
        self.probed.blockSignals(True)
        self.probed.setEnabled(photograph is not None)
        for i, target in enumerate(self._listed):
            state = Qt.CheckState.Checked if target in probed else Qt.CheckState.Unchecked
            self.probed.item(i).setCheckState(state)
        self.probed.blockSignals(False)

    def _fill(self, targets_by_id: dict[str, tuple[str, str]]) -> None:
        self.probed.blockSignals(True)
        self.probed.clear()
        for name, caution in targets_by_id.values():
            item = QListWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setToolTip(caution)
            self.probed.addItem(item)
        self.probed.blockSignals(False)

    def _probe(self, _: QListWidgetItem) -> None:
        photograph = self.photograph
        if photograph is None:
            return
        ticked = tuple(
            target
            for i, target in enumerate(self._listed)
            if self.probed.item(i).checkState() is Qt.CheckState.Checked
        )
        new = edits.set_photograph_targets(self.session.document.project, photograph.id, ticked)
        self.session.document.edit("Choose the probed targets", new)

    def _row_fields(self, scene: BlotScene) -> list[QWidget]:
        if not scene.labels:
            return [caption("No rows of bands yet.")]
        several = len({x.membrane for x in scene.labels}) > 1
        # What is named or asked for comes first; rows that are nothing of interest come last.
        named = [x for x in scene.labels if x.target or x.is_doubtful]
        others = [x for x in scene.labels if not (x.target or x.is_doubtful)]
        fields: list[QWidget] = []
        for label in named:
            fields += self._row_field(scene, label, several=several)
        if others:
            fields.append(section("Other rows"))
        for label in others:
            fields += self._row_field(scene, label, several=several)
        return fields

    def _row_field(self, scene: BlotScene, label: RowLabel, *, several: bool) -> list[QWidget]:
        box = ChoiceBox(
            f"Row {label.row}",
            lambda value: assign_row(self.session, label.membrane, label.row, value),
        )
        offered = row_choices(self.session, scene.image)
        chosen: object = (label.target, label.form) if label.target else None
        if (label.target, label.form) not in {c.value for c in offered} and label.target:
            offered = (*offered, Choice(value=chosen, label=label.text))
        project, analysis = self.session.document.shown, self.session.analysis
        words = words_on(project, analysis, scene.image)
        given = label.row in words.get(label.membrane, {})
        if given and not label.target:
            chosen = ("", "")
        box.offer(offered, chosen)
        if chosen is None:
            box.setPlaceholderText("Not assigned")
            box.setCurrentIndex(-1)
        place = f"Row {label.row} of {label.membrane}" if several else f"Row {label.row}"
        now = self.session.selection.now
        if (now.membrane, now.row) == (label.membrane, label.row):
            place = f"▸ {place}, selected"
        reason = (warning if label.is_doubtful else caption)(sentence(label.reason))
        reason.setContentsMargins(0, 0, 0, 8)
        return [labelled(place, box), reason]
