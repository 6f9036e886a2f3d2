"""Which page of a file is what: pages with thumbnails and names, to be chosen."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from blotquant import edits
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.project import ImageRole, Photograph
from blotquant_app.digits import count
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.experiment_panel import thumbnail
from blotquant_app.panels.images_page import ROLE_LABELS
from blotquant_app.panels.widgets import ChoiceBox, body, caption, link

_THUMB = QSize(120, 72)
_ALL_AT_MOST = 8  # of more pages, a stack for instance, only the first is ticked


class Together(StrEnum):
    """What the pages of a file are to each other."""

    CHANNELS = "channels"
    EXPOSURES = "exposures"
    APART = "apart"


class PagesDialog(QDialog):
    """Asks which pages of one file are photographs, and what each shows.

    `chosen` is emitted with a tuple of `edits.PageChoice` and what they are `Together`.
    """

    chosen = Signal(object, object)

    def __init__(self, photograph: Photograph, names: tuple[str, ...], window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Which page is what?")
        self.resize(620, min(640, 320 + (_THUMB.height() + 8) * len(names)))
        self._names = names
        self._role = photograph.role
        self.roles: list[ChoiceBox] = []
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Pages")
        self.tree.setHeaderLabels(["Page", "What it shows"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIconSize(_THUMB)
        self.tree.setColumnWidth(0, 380)
        self.tree.itemChanged.connect(self._count)
        for number, name in enumerate(names, start=1):
            self._add(number, name)
        self.one = QRadioButton("They show one membrane: channels, or probes one after the other")
        self.exposures = QRadioButton("They are exposures of one blot, to be merged")
        self.several = QRadioButton("Each shows a membrane of its own")
        self.one.setChecked(True)
        group = QButtonGroup(self)
        for choice in (self.one, self.exposures, self.several):
            group.addButton(choice)
        box = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(box.Ok | box.Cancel)
        self.use = self.buttons.button(box.Ok)
        self.use.setProperty("primary", "true")
        self.use.setIcon(QIcon())
        self.later = self.buttons.button(box.Cancel)
        self.later.setText("Decide later")
        self.later.setIcon(QIcon())
        self.later.setToolTip("The first page is measured until then")
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        ticks = QHBoxLayout()
        ticks.addWidget(link("Tick all", lambda: self.tick(range(1, len(names) + 1))))
        ticks.addSpacing(16)
        ticks.addWidget(link("Only the first", lambda: self.tick((1,))))
        ticks.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(
            body(
                f"{Path(photograph.file).name} holds {len(names)} pages. Tick those that you want "
                "to measure, and say what each shows."
            )
        )
        column.addWidget(self.tree, 1)
        column.addLayout(ticks)
        for choice in (self.one, self.exposures, self.several):
            column.addWidget(choice)
        column.addWidget(caption("Everything can be changed later on the Images page."))
        column.addWidget(self.buttons)
        self.tick(range(1, len(names) + 1) if len(names) <= _ALL_AT_MOST else (1,))

    def show_page(self, number: int, image: BlotImage, polarity: Polarity) -> None:
        """Show the thumbnail of a page, from 1, and how large it is."""
        item = self.tree.topLevelItem(number - 1)
        if item is None:
            return
        item.setIcon(0, QIcon(thumbnail(image, polarity, _THUMB)))
        item.setText(
            0, f"{self._title(number)}\n{image.width} × {image.height} px, {image.bits} bits"
        )
        # The lists beside the pages stay in the middle of lines that have grown.
        self.tree.doItemsLayout()

    def say(self, number: int, text: str) -> None:
        """Say why a page has no thumbnail."""
        item = self.tree.topLevelItem(number - 1)
        if item is not None:
            item.setText(0, f"{self._title(number)}\nCannot be read")
            item.setToolTip(0, text)
            item.setCheckState(0, Qt.CheckState.Unchecked)

    def tick(self, numbers: range | tuple[int, ...]) -> None:
        """Tick these pages, from 1, and no others."""
        for i in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(i)
            if item is not None:
                on = i + 1 in numbers
                item.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    @property
    def ticked(self) -> tuple[int, ...]:
        """The pages that are ticked, from 1."""
        items = [self.tree.topLevelItem(i) for i in range(self.tree.topLevelItemCount())]
        return tuple(
            i
            for i, item in enumerate(items, start=1)
            if item is not None and item.checkState(0) is Qt.CheckState.Checked
        )

    def _title(self, number: int) -> str:
        name = self._names[number - 1]
        return f"Page {number}" if name == f"page {number}" else f"{number}   {name}"

    def _add(self, number: int, name: str) -> None:
        item = QTreeWidgetItem([self._title(number)])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        blank = QPixmap(_THUMB)
        blank.fill(Qt.GlobalColor.transparent)
        item.setIcon(0, QIcon(blank))
        self.tree.addTopLevelItem(item)
        role = ChoiceBox(f"What {name} shows", lambda _: None)
        choices = [Choice(value=r, label=text) for r, text in ROLE_LABELS.items()]
        role.offer(choices, self._role)
        self.roles.append(role)
        holder = QWidget()
        middle = QVBoxLayout(holder)
        middle.addStretch(1)
        middle.addWidget(role)
        middle.addStretch(1)
        self.tree.setItemWidget(item, 1, holder)

    def _count(self, *_: object) -> None:
        n = len(self.ticked)
        self.use.setText(f"Use {count(n, 'page')}")
        self.use.setEnabled(n > 0)
        self.exposures.setEnabled(n > 1)

    def _accept(self) -> None:
        pages = tuple(
            edits.PageChoice(page=n, name=self._names[n - 1], role=self._role_of(n))
            for n in self.ticked
        )
        self.chosen.emit(pages, self._together())
        self.accept()

    def _together(self) -> Together:
        if self.exposures.isChecked() and len(self.ticked) > 1:
            return Together.EXPOSURES
        return Together.APART if self.several.isChecked() else Together.CHANNELS

    def _role_of(self, number: int) -> ImageRole:
        return list(ROLE_LABELS)[self.roles[number - 1].currentIndex()]
