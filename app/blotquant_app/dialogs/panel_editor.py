"""Own panels: a name, the targets that are probed together, and the controls offered with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from blotquant.model.target import Panel
from blotquant.targets.own import id_of
from blotquant_app.dialogs.drafts import DraftList
from blotquant_app.panels.widgets import caption, labelled

_ID = Qt.ItemDataRole.UserRole

Offered = Callable[[], list[tuple[str, str, bool]]]


@dataclass(slots=True)
class PanelDraft:
    """A panel while it is put together; `ticked` are ids of targets and of controls."""

    name: str = ""
    ticked: set[str] = field(default_factory=set)
    known_id: str = ""

    @property
    def id(self) -> str:
        """What it is called in files: once saved it keeps that."""
        return self.known_id or id_of(self.name)


class PanelEditor(QWidget):
    """The list of own panels and the form of one; `offered` gives (id, name, is control)."""

    def __init__(self, panels: tuple[Panel, ...], offered: Offered) -> None:
        super().__init__()
        self._offered = offered
        self._drafts = [
            PanelDraft(name=p.name, ticked={*p.targets, *p.loading_controls}, known_id=p.id)
            for p in panels
        ]
        form = QWidget()
        self.name = QLineEdit()
        self.name.setPlaceholderText("For instance Hippo pathway")
        self.name.textEdited.connect(self._rename)
        self.members = QListWidget()
        self.members.setAccessibleName("Targets of the panel")
        self.members.itemChanged.connect(self._tick)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(labelled("Name", self.name))
        column.addWidget(labelled("Probed together", self.members), 1)
        column.addWidget(caption("Loading controls that are ticked are offered with the panel."))
        self.all = DraftList("panel", form, self.add, self.remove)
        self.all.list.currentRowChanged.connect(lambda _: self.refresh())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.all)
        self._offer(0)

    def made(self) -> tuple[Panel, ...]:
        """Return the panels; what is ticked and exists no more is left out."""
        offered = self._offered()
        return tuple(
            Panel(
                id=d.id,
                name=d.name.strip(),
                targets=tuple(i for i, _, control in offered if i in d.ticked and not control),
                loading_controls=tuple(i for i, _, control in offered if i in d.ticked and control),
                is_own=True,
            )
            for d in self._drafts
        )

    def add(self) -> None:
        """Begin a panel."""
        self._drafts.append(PanelDraft())
        self._offer(len(self._drafts) - 1)
        self.name.setFocus()

    def remove(self, place: int) -> None:
        """Take a panel away."""
        del self._drafts[place]
        self._offer(place)

    def refresh(self) -> None:
        """Show the chosen panel with the targets that there are now."""
        if self.all.chosen < 0:
            return
        draft = self._drafts[self.all.chosen]
        self.name.setText(draft.name)
        self.members.blockSignals(True)
        self.members.clear()
        for target, name, is_control in self._offered():
            item = QListWidgetItem(f"{name}, loading control" if is_control else name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setData(_ID, target)
            on = target in draft.ticked
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.members.addItem(item)
        self.members.blockSignals(False)

    def _offer(self, chosen: int) -> None:
        self.all.offer([d.name for d in self._drafts], chosen)
        self.refresh()

    def _rename(self, name: str) -> None:
        if self.all.chosen >= 0:
            self._drafts[self.all.chosen].name = name
            self.all.rename(name)

    def _tick(self, item: QListWidgetItem) -> None:
        if self.all.chosen < 0:
            return
        ticked = self._drafts[self.all.chosen].ticked
        if item.checkState() is Qt.CheckState.Checked:
            ticked.add(item.data(_ID))
        else:
            ticked.discard(item.data(_ID))
