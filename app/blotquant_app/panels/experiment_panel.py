"""The experiment on the left: membranes and their photographs with thumbnails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QTreeWidgetItem, QVBoxLayout, QWidget

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.lanes.registration_words import registration_text
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.project import Photograph, Project
from blotquant_app.actions import Actions
from blotquant_app.digits import count
from blotquant_app.panels.images_page import ROLE_LABELS
from blotquant_app.panels.photograph_tree import ID as _ID
from blotquant_app.panels.photograph_tree import MEMBRANES, PhotographTree
from blotquant_app.panels.picture_facts import page_name
from blotquant_app.panels.widgets import button
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.views.display import automatic, lookup_table
from blotquant_app.views.shown import membranes_on, polarity_of

_THUMB = QSize(60, 44)


def thumbnail(image: BlotImage, polarity: Polarity, size: QSize = _THUMB) -> QPixmap:
    """Return a small picture as the blot view shows it."""
    step = max(1, image.width // size.width() // 2, image.height // size.height() // 2)
    small = image.pixels[::step, ::step].astype(np.float32)
    display = automatic(image)
    share = np.clip((small - display.low) / (display.high - display.low), 0.0, 1.0)
    table = lookup_table(display, polarity)[:, 0]
    grey: np.ndarray[Any, Any] = np.ascontiguousarray(table[(share * 255).astype(np.uint8)])
    rows, columns = grey.shape
    data = grey.tobytes()  # the picture only points to them: they live until it is copied below
    picture = QImage(data, columns, rows, columns, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(
        picture.scaled(
            size,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    )


def _own_name(project: Project, photograph: Photograph) -> str:
    """Return a name for the membrane of a photograph that shares it with no other."""
    taken = {m for p in project.photographs if p.id != photograph.id for m in p.membranes}
    stem = Path(photograph.file).stem
    names = (stem, *(f"{stem} {n}" for n in range(2, len(taken) + 3)))
    return next(n for n in names if n not in taken)


class ExperimentPanel(QWidget):
    """Lists the photographs by membrane; the one on the screen is selected."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self._session = session
        self._thumbs: dict[tuple[str, Polarity], QIcon] = {}
        self.tree = PhotographTree(_THUMB)
        self.tree.dropped.connect(self._assign)
        for name in ("merge_exposures", "part_exposures", "remove_photograph"):
            self.tree.addAction(actions[name])
        self.tree.currentItemChanged.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 12)
        column.addWidget(self.tree, 1)
        column.addWidget(button("Add photographs …", actions.trigger("open")))
        session.document.changed.connect(self._follow_document)
        session.analysed.connect(self.refresh)
        session.image_read.connect(self.refresh)
        session.selection.changed.connect(self._follow)
        self.refresh()

    def _follow_document(self, old: Project, new: Project) -> None:
        # A drag changes lanes dozens of times a second, but no photograph.
        if old.photographs is not new.photographs:
            self.refresh()

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the photographs that are selected in the list, several perhaps."""
        return self.tree.chosen()

    def refresh(self, *_: object) -> None:
        """List the photographs of the document."""
        chosen = self.chosen()
        self.tree.blockSignals(True)
        self.tree.clear()
        groups: dict[tuple[str, ...], QTreeWidgetItem] = {}
        for photograph in self._session.document.shown.photographs:
            group = groups.get(photograph.membranes)
            if group is None:
                group = QTreeWidgetItem(["Membrane " + ", ".join(photograph.membranes)])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setData(0, MEMBRANES, list(photograph.membranes))
                font = self.font()
                font.setBold(True)
                group.setFont(0, font)
                groups[photograph.membranes] = group
                self.tree.addTopLevelItem(group)
            group.addChild(self._item(photograph))
        self.tree.expandAll()
        self.tree.blockSignals(False)
        self._follow(self._session.selection.now)
        self._choose_again(chosen)

    def _choose_again(self, chosen: tuple[str, ...]) -> None:
        """Select what was selected beside the photograph on the screen."""
        if self._session.selection.now.image not in chosen:
            return
        for i in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(i)
            for j in range(group.childCount() if group is not None else 0):
                item = group.child(j) if group is not None else None
                if item is not None and item.data(0, _ID) in chosen:
                    item.setSelected(True)

    def _item(self, photograph: Photograph) -> QTreeWidgetItem:
        item = QTreeWidgetItem([f"{self._title(photograph)}\n{ROLE_LABELS[photograph.role]}"])
        if photograph.series:
            item.setText(0, f"{item.text(0)}, exposure of {photograph.series}")
        item.setData(0, _ID, photograph.id)
        tip = photograph.file
        problem = self._session.problem(photograph)
        image = self._session.image(photograph.id)
        if image is not None:
            item.setIcon(0, self._thumb(photograph, image))
        else:
            blank = QPixmap(_THUMB)
            blank.fill(QColor(128, 128, 128, 60))
            item.setIcon(0, QIcon(blank))
        if problem:
            item.setText(0, f"{Path(photograph.file).name}\nCannot be read")
            tip = problem
        item.setToolTip(0, "\n".join((tip, *self._places(photograph))))
        return item

    def _places(self, photograph: Photograph) -> list[str]:
        """Return how the photograph lies against the others of its membranes."""
        analysis = self._session.analysis
        found = analysis.registrations if analysis is not None else ()
        return [
            registration_text(r, analysis.image(r.to).image.name)
            for r in found
            if analysis is not None and r.image == photograph.id
        ]

    def _title(self, photograph: Photograph) -> str:
        names = {t.id: t.name for t in self._session.library.targets}
        probed = ", ".join(names.get(t, t) for t in photograph.targets)
        page = page_name(photograph, self._session.image(photograph.id))
        return ", ".join(part for part in (probed or Path(photograph.file).stem, page) if part)

    def _thumb(self, photograph: Photograph, image: BlotImage) -> QIcon:
        session = self._session
        polarity = polarity_of(session.document.shown, session.analysis, photograph.id)
        polarity = polarity or Polarity.DARK_ON_LIGHT
        key = (image.sha256, polarity)
        if key not in self._thumbs:
            picture = thumbnail(image, polarity)
            self._thumbs[key] = QIcon(picture)
            # Qt would tint the thumbnail of the selected photograph.
            self._thumbs[key].addPixmap(picture, QIcon.Mode.Selected)
        return self._thumbs[key]

    def _choose(self, item: QTreeWidgetItem | None, _: QTreeWidgetItem | None = None) -> None:
        image = item.data(0, _ID) if item is not None else None
        if image:
            self._session.selection.select_image(image)

    def _assign(self, images: tuple[str, ...], membranes: tuple[str, ...]) -> None:
        """Say that photographs show the membranes of another group, or one of their own."""
        session, document = self._session, self._session.document
        new = document.project
        for image in images:
            photograph = new.photograph(image)
            names = membranes or (_own_name(new, photograph),)
            if names == photograph.membranes:
                continue
            shown = tuple(m.name for m in membranes_on(new, session.analysis, image))
            try:
                new = edits.set_photograph_membranes(new, image, names, shown)
            except BlotquantError as error:
                session.notices.error(str(error))
                return
        if new is not document.project:
            what = count(len(images), "photograph")
            where = f"membrane {', '.join(membranes)}" if membranes else "a membrane of their own"
            document.edit(f"Move {what} to {where}", new)

    def _follow(self, now: Selected) -> None:
        for i in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(i)
            for j in range(group.childCount() if group is not None else 0):
                item = group.child(j) if group is not None else None
                if item is not None and item.data(0, _ID) == now.image:
                    current = self.tree.currentItem()
                    if current is not None and current.data(0, _ID) == now.image:
                        return  # setting it again would drop what is selected beside it
                    self.tree.blockSignals(True)
                    self.tree.setCurrentItem(item)
                    self.tree.blockSignals(False)
                    return
