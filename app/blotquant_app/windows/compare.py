"""Two photographs of one membrane: one laid over the other, or side by side."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QSlider, QSplitter

from blotquant.model.geometry import Point
from blotquant.model.image import Polarity
from blotquant.model.project import Photograph
from blotquant.model.registration import carry
from blotquant_app.panels.choices import Choice
from blotquant_app.panels.widgets import ChoiceBox
from blotquant_app.session import Session
from blotquant_app.theme import Theme
from blotquant_app.views.blend import Blend
from blotquant_app.views.blot_view import BlotView
from blotquant_app.views.shown import polarity_of, scene_of

_STEPS = 100
_HALF = 60
_FAR_PX = 1000.0  # between the places that tell how one photograph lies on the other
ALONE = "There is no other photograph of this membrane. Add one, and name its membrane alike."


class Compare(QFrame):
    """The bar that says what the shown photograph is compared with, and what it shows of it."""

    closed = Signal()

    def __init__(self, session: Session, theme: Theme, view: BlotView, split: QSplitter) -> None:
        super().__init__()
        self.setObjectName("viewBar")
        self._session = session
        self._theme = theme
        self._view = view
        self.side = BlotView()
        self.side.setMinimumWidth(200)
        self.side.set_watched_only()
        self.side.graphics.setAccessibleName("The other photograph")
        self._split = split
        split.insertWidget(1, self.side)
        split.setStretchFactor(1, 4)
        self.side.hide()
        self.blend = Blend(view.box)
        self.other = ChoiceBox("The other photograph", self._choose)
        self.share = QSlider(Qt.Orientation.Horizontal)
        self.share.setRange(0, _STEPS)
        self.share.setValue(_HALF)
        self.share.setFixedWidth(140)
        self.share.setAccessibleName("How strongly the other photograph is seen")
        self.share.setToolTip("How strongly the other photograph is seen")
        self.beside = QCheckBox("Side by side")
        self.beside.setToolTip("The same place of both, with the mouse marked on the other")
        self.how = QLabel()
        self.how.setObjectName("caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 8, 3)
        row.setSpacing(8)
        row.addWidget(QLabel("With"))
        row.addWidget(self.other)
        row.addWidget(self.share)
        row.addWidget(self.beside)
        row.addWidget(self.how, 1)
        self.share.valueChanged.connect(lambda v: self.blend.set_share(v / _STEPS))
        self.beside.toggled.connect(self.refresh)
        self.blend.set_share(_HALF / _STEPS)
        view.moved.connect(self._follow_view)
        view.hovered.connect(self._mark)
        view.display_changed.connect(lambda d: self.blend.set_inverted(d.inverted))
        for signal in (
            session.document.changed,
            session.analysed,
            session.image_read,
            session.selection.changed,
        ):
            signal.connect(self.refresh)
        theme.changed.connect(self._dress)
        self._image = ""
        self._before = split.saveState()
        self._dress()
        self.hide()

    def want(self, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Begin to compare, or end it."""
        if on and not self._others():
            self._session.notices.info(ALONE)
            self.closed.emit()
            return
        self.setVisible(on)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the other photograph as it lies on the shown one."""
        others = self._others() if not self.isHidden() else []
        if not others:
            self.blend.hide()
            self._make_room(beside=False)
            return
        ids = [p.id for p in others]
        if self._image not in ids:
            self._image = ids[0]
        self.other.offer([Choice(value=p.id, label=self._title(p)) for p in others], self._image)
        image = self._session.image(self._image)
        project, analysis = self._session.document.shown, self._session.analysis
        is_beside = self.beside.isChecked()
        self.share.setEnabled(not is_beside)
        self._make_room(beside=is_beside)
        if image is None or is_beside:
            self.blend.hide()
        if image is None:
            return
        polarity = polarity_of(project, analysis, self._image) or Polarity.DARK_ON_LIGHT
        transform = self._to_shown()
        self.how.setText("" if transform is not None else "Not registered: shown as it lies")
        if is_beside:
            self.side.show_image(image, polarity)
            self.side.set_scene(scene_of(project, analysis, self._image, self._session.library))
            self._follow_view()
        else:
            self.blend.show(image, polarity, transform or QTransform())

    def _make_room(self, *, beside: bool) -> None:
        """Give both pictures half of the room each, or everything back to where it was."""
        if beside is not self.side.isHidden():
            return
        if beside:
            self._before = self._split.saveState()
            self.side.show()
            whole = self._split.width()
            self._split.setSizes([whole // 2, whole // 2, 0])
        else:
            self.side.hide()
            self._split.restoreState(self._before)

    def _choose(self, image: object) -> None:
        self._image = str(image)
        self.refresh()

    def _others(self) -> list[Photograph]:
        """Return the other photographs of the shown one's membranes."""
        project, shown = self._session.document.shown, self._session.selection.now.image
        here = next((p for p in project.photographs if p.id == shown), None)
        mine = set(here.membranes) if here is not None else set()
        return [p for p in project.photographs if p.id != shown and mine & set(p.membranes)]

    def _title(self, photograph: Photograph) -> str:
        names = {t.id: t.name for t in self._session.library.targets}
        probed = ", ".join(names.get(t, t) for t in photograph.targets)
        return probed or Path(photograph.file).stem

    def _carried(self, point: Point, *, back: bool = False) -> Point | None:
        """Return where a place of the other photograph lies on the shown one, or `back`."""
        analysis, scene = self._session.analysis, self._session.scene()
        shown = self._session.selection.now.image
        here, there = (shown, self._image) if back else (self._image, shown)
        for membrane in scene.membranes:
            known = analysis.registrations if analysis is not None else ()
            at = carry(known, membrane.name, here, there, point)
            if at is not None:
                return at
        return None

    def _to_shown(self) -> QTransform | None:
        corner, right, down = (
            self._carried(p) for p in ((0.0, 0.0), (_FAR_PX, 0.0), (0.0, _FAR_PX))
        )
        if corner is None or right is None or down is None:
            return None
        (x, y), (xr, yr), (xd, yd) = corner, right, down
        return QTransform(
            (xr - x) / _FAR_PX, (yr - y) / _FAR_PX, (xd - x) / _FAR_PX, (yd - y) / _FAR_PX, x, y
        )

    def _follow_view(self) -> None:
        """Show the same place at the same size beside the picture."""
        if self.side.isHidden():
            return
        middle, px = self._view.middle_and_scale()
        there = self._carried(middle, back=True) or middle
        aside = self._carried((middle[0] + _FAR_PX, middle[1]), back=True)
        zoom = math.dist(aside, there) / _FAR_PX if aside is not None else 1.0
        self.side.show_around(there, px * zoom)

    def _mark(self, point: Point | None) -> None:
        if not self.side.isHidden():
            self.side.mark(None if point is None else self._carried(point, back=True) or point)

    def _dress(self) -> None:
        self.side.set_theme(self._theme.tokens)

    def shut_down(self) -> None:
        """Give the plot back before the program ends."""
        self.side.shut_down()
