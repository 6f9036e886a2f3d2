"""Notices about lanes that were taken for a ladder or may be one: one click settles it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from blotquant import edits
from blotquant.model.ladder import LadderGuess
from blotquant.model.lane import LaneKind
from blotquant_app.session import Session
from blotquant_app.views.ladder_words import guess_text
from blotquant_app.views.shown import lanes_on

_GONE = "This lane is not there any more."


class LadderHints(QObject):
    """Says once of each lane what was recognised; the click is one step that can be undone."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._said: set[tuple[str, str, int, bool]] = set()
        session.analysed.connect(self._say_news)

    def _say_news(self) -> None:
        analysis = self._session.analysis
        if analysis is None:
            return
        for guess in analysis.ladder_guesses:
            picture = analysis.image(guess.image).image.sha256
            key = (picture, guess.membrane, guess.lane, guess.is_taken)
            if key in self._said:
                continue
            self._said.add(key)
            other = LaneKind.SAMPLE if guess.is_taken else LaneKind.LADDER
            self._session.notices.info(
                guess_text(guess),
                f"It is a {other}",
                lambda guess=guess, other=other: set_kind(self._session, guess, other),  # type: ignore[misc]
            )


def set_kind(session: Session, guess: LadderGuess, kind: LaneKind) -> None:
    """Let the user say what the lane holds: as one step, in the sample sheet."""
    project = session.document.project
    lanes = tuple(
        x for x in lanes_on(project, session.analysis, guess.image) if x.membrane == guess.membrane
    )
    if guess.lane not in {x.number for x in lanes}:
        session.notices.info(_GONE)
        return
    new = edits.set_lane_kind(project, lanes, guess.lane, kind)
    session.document.edit(f"Say that lane {guess.lane} is a {kind}", new)
