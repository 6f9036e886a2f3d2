"""Marker bands that the user weighs: a click, a number."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QWidget

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.geometry import Point
from blotquant_app.digits import plain
from blotquant_app.session import Session

_LEAST_KDA, _MOST_KDA, _USUAL_KDA = 1.0, 2000.0, 50.0
_ONE_MORE = "Give the weight of one more band: two or more make the ruler."


class Weights:
    """Asks for weights and writes them down."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session = session
        self._window = window

    def ask(self, membrane: str, at: Point) -> None:
        """Ask what the marker band at a place of the shown photograph weighs."""
        session = self._session
        image, document = session.selection.now.image, session.document
        kda, is_said = QInputDialog.getDouble(
            self._window,
            "Marker band",
            "This band weighs, in kDa:",
            self._likely(membrane, at),
            _LEAST_KDA,
            _MOST_KDA,
            1,
        )
        if not is_said:
            return
        try:
            new = edits.give_weight(document.project, image, membrane, at, kda)
        except BlotquantError as error:
            session.notices.error(str(error))
            return
        document.edit(f"A marker band weighs {plain(kda)} kDa", new)
        here = [w for w in new.weights if (w.image, w.membrane) == (image, membrane)]
        if len(here) == 1:
            session.notices.info(_ONE_MORE)

    def forget(self) -> None:
        """Take back the weights given on the selected membrane."""
        session, scene = self._session, self._session.scene()
        now, document = session.selection.now, session.document
        membrane = now.membrane or next((m.name for m in scene.membranes), "")
        new = edits.forget_weights(document.project, scene.image, membrane)
        if new == document.project:
            session.notices.info("No weights were given here.")
            return
        document.edit("Forget the given weights", new)

    def _likely(self, membrane: str, at: Point) -> float:
        """Return what was said of this band before, else a round number."""
        project, image = self._session.document.project, self._session.selection.now.image
        here = [w for w in project.weights if (w.image, w.membrane) == (image, membrane)]
        same = [w.kda for w in here if abs(w.at[1] - at[1]) <= edits.SAME_PX]
        return same[0] if same else _USUAL_KDA
