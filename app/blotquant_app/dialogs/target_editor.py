"""Own targets: a name, the bands that are expected, and whether it is a loading control."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from blotquant.model.target import Form, FormRole, Target
from blotquant.targets.own import form_names, id_of
from blotquant_app.dialogs.drafts import DraftList
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.widgets import ChoiceBox, NumberBox, caption, labelled

MOST_FORMS = 6
_ROLES = {
    None: "–",
    FormRole.FULL: "Full length",
    FormRole.PRO: "Pro form",
    FormRole.CLEAVED: "Cleaved",
    FormRole.INTERMEDIATE: "Intermediate",
    FormRole.MODIFIED: "Modified",
}
_USUAL_KDA = 50.0


@dataclass(slots=True)
class TargetDraft:
    """A target while it is typed; a form without a role is an empty line."""

    name: str = ""
    is_loading_control: bool = False
    forms: list[tuple[FormRole | None, float]] = field(default_factory=list)
    known_id: str = ""

    @property
    def id(self) -> str:
        """What it is called in files: once saved it keeps that."""
        return self.known_id or id_of(self.name)

    def made(self) -> Target:
        """Return the target, its bands from the largest to the smallest."""
        told = tuple(
            sorted(((r, kda) for r, kda in self.forms if r is not None), key=lambda f: -f[1])
        )
        forms = tuple(
            Form(name=name, role=role, kda=kda)
            for name, (role, kda) in zip(form_names(told), told, strict=True)
        )
        return Target(
            id=self.id,
            name=self.name.strip(),
            gene="",
            uniprot="",
            forms=forms,
            is_loading_control=self.is_loading_control,
        )


def draft_of(target: Target) -> TargetDraft:
    """Return a target to be changed."""
    return TargetDraft(
        name=target.name,
        is_loading_control=target.is_loading_control,
        forms=[(f.role, f.kda) for f in target.forms],
        known_id=target.id,
    )


class TargetEditor(QWidget):
    """The list of own targets and the form of one."""

    def __init__(self, targets: tuple[Target, ...]) -> None:
        super().__init__()
        self._drafts = [draft_of(t) for t in targets]
        self._is_filling = False
        form = QWidget()
        self.name = QLineEdit()
        self.name.setPlaceholderText("As people say it, for instance YAP1")
        self.name.textEdited.connect(self._take)
        self.control = QCheckBox("Offered as a loading control")
        self.control.toggled.connect(self._take)
        bands = QWidget()
        grid = QGridLayout(bands)
        grid.setContentsMargins(0, 0, 0, 0)
        self.roles: list[ChoiceBox] = []
        self.weights: list[NumberBox] = []
        for i in range(MOST_FORMS):
            role = ChoiceBox(f"Band {i + 1} is", lambda _: self._take())
            role.offer([Choice(value=r, label=x) for r, x in _ROLES.items()], None)
            weight = NumberBox(
                f"Weight of band {i + 1}", 1, 2000, lambda _: self._take(), unit="kDa"
            )
            grid.addWidget(role, i, 0)
            grid.addWidget(weight, i, 1)
            self.roles.append(role)
            self.weights.append(weight)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(labelled("Name", self.name))
        column.addWidget(labelled("Bands that the antibody shows", bands))
        column.addWidget(self.control)
        column.addWidget(caption("Pro and cleaved forms make activation ratios."))
        column.addStretch(1)
        self.all = DraftList("target", form, self.add, self.remove)
        self.all.list.currentRowChanged.connect(lambda _: self._show())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.all)
        self._offer(0)

    def drafts(self) -> list[TargetDraft]:
        """Return the targets as they are typed."""
        return self._drafts

    def made(self) -> tuple[Target, ...]:
        """Return the targets."""
        return tuple(d.made() for d in self._drafts)

    def add(self) -> None:
        """Begin a target."""
        self._drafts.append(TargetDraft(forms=[(FormRole.FULL, _USUAL_KDA)]))
        self._offer(len(self._drafts) - 1)
        self.name.setFocus()

    def remove(self, place: int) -> None:
        """Take a target away."""
        del self._drafts[place]
        self._offer(place)

    def _offer(self, chosen: int) -> None:
        self.all.offer([d.name for d in self._drafts], chosen)
        self._show()

    def _show(self) -> None:
        if self.all.chosen < 0:
            return
        draft = self._drafts[self.all.chosen]
        self._is_filling = True
        self.name.setText(draft.name)
        self.control.setChecked(draft.is_loading_control)
        empty: tuple[FormRole | None, float] = (None, _USUAL_KDA)
        for i, (role, weight) in enumerate(zip(self.roles, self.weights, strict=True)):
            kind, kda = draft.forms[i] if i < len(draft.forms) else empty
            role.setCurrentIndex(list(_ROLES).index(kind))
            weight.show_value(kda)
            weight.setEnabled(kind is not None)
        self._is_filling = False

    def _take(self, *_: object) -> None:
        """Write what the form shows into the draft."""
        if self._is_filling or self.all.chosen < 0:
            return
        draft = self._drafts[self.all.chosen]
        draft.name = self.name.text()
        draft.is_loading_control = self.control.isChecked()
        kinds = list(_ROLES)
        draft.forms = [
            (kinds[role.currentIndex()], weight.value())
            for role, weight in zip(self.roles, self.weights, strict=True)
        ]
        for role, weight in zip(self.roles, self.weights, strict=True):
            weight.setEnabled(kinds[role.currentIndex()] is not None)
        self.all.rename(draft.name)
