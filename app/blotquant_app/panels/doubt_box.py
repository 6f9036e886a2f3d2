"""What is doubtful about the selected thing, and what to do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from blotquant_app.actions import Actions
from blotquant_app.gestures.doubts import doubt_about
from blotquant_app.panels.widgets import button, caption, warning
from blotquant_app.session import Session


class DoubtBox(QFrame):
    """The reason in words, with Accept and Next; hidden where nothing is doubtful."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("doubtBox")
        self._session = session
        self.seen = warning()
        self.advice = caption()
        self.accept = button("Accept", actions.trigger("accept"), tip="Key A: it is right as it is")
        self.next = button("Next doubtful", actions.trigger("next_doubtful"), tip="Key N or F8")
        buttons = QWidget()
        grid = QGridLayout(buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.accept, 0, 0)
        grid.addWidget(self.next, 0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.seen, self.advice, buttons):
            column.addWidget(widget)

    def refresh(self) -> None:
        """Show the doubt about what is selected."""
        session = self._session
        doubt = doubt_about(session.document.shown, session.analysis, session.selection.now)
        self.setVisible(doubt is not None)
        if doubt is not None:
            self.seen.setText(f"{doubt.seen}.")
            self.advice.setText(f"{doubt.advice}.")
