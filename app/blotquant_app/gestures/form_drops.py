"""A form that is dropped on a row of bands says what the row is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from blotquant.model.geometry import Point
from blotquant_app.names import spoken
from blotquant_app.panels.row_menu import assign_row
from blotquant_app.panels.target_card import form_of
from blotquant_app.session import Session
from blotquant_app.views.blot_view import BlotView
from blotquant_app.views.outlines import along_and_across
from blotquant_app.views.shown import BlotScene

_REACH = 1.5  # band heights beyond its limits where a drop still means the row


def row_under(scene: BlotScene, point: Point) -> tuple[str, int] | None:
    """Return the (membrane, row) that a place on the picture means: the nearest row, if near."""
    best: tuple[float, str, int] | None = None
    for lane in scene.lanes:
        along, across = along_and_across(lane, point)
        for band in scene.bands_of(lane.membrane):
            if band.lane != lane.number:
                continue
            height = band.stop_px - band.start_px
            beyond = max(band.start_px - along, along - band.stop_px, 0.0)
            if beyond > _REACH * height:
                continue
            # The lane under the mouse decides; beside the outer lanes the nearest one does.
            far = beyond + max(abs(across) - lane.width_px / 2, 0.0)
            if best is None or far < best[0]:
                best = (far, band.membrane, band.row)
    return None if best is None else best[1:]


class FormDrops(QObject):
    """Watches the picture for dragged forms; `say` tells what a drop here would do."""

    def __init__(self, session: Session, view: BlotView, say: Callable[[str], None]) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._say = say
        view.setAcceptDrops(True)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take forms; files and anything else go on to the window."""
        if isinstance(event, QDragMoveEvent | QDropEvent) or event.type() is QEvent.Type.DragEnter:
            return self._drag(event)
        if event.type() is QEvent.Type.DragLeave:
            self._say("")
        return super().eventFilter(watched, event)

    def _drag(self, event: QEvent) -> bool:
        if not isinstance(event, QDragEnterEvent | QDragMoveEvent | QDropEvent):
            return False
        form = form_of(event.mimeData())
        if form is None:
            event.ignore()
            return True
        at = self._view.graphics.viewport().mapFrom(self._view, event.position().toPoint())
        row = row_under(self._session.scene(), self._view.to_file(at))
        name = spoken(self._session.library, *form)
        if event.type() is QEvent.Type.Drop:
            self._say("")
            if row is not None:
                assign_row(self._session, *row, form)
        elif row is None:
            self._say(f"Drop it on a row of bands: that row is {name} then.")
        else:
            self._say(f"Row {row[1]} is {name}")
        event.acceptProposedAction()
        return True
