"""What stands in place of a photograph that cannot be read: why, and what to do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from blotquant.io.files import is_there
from blotquant.model.project import Photograph
from blotquant_app.actions import Actions
from blotquant_app.panels.widgets import body, button
from blotquant_app.session import Session

_WIDTH = 480
_MARGIN = 24


class ProblemCard(QFrame):
    """A card in the middle of the empty view; hidden while there is a picture."""

    def __init__(self, session: Session, actions: Actions, view: QWidget) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self.setObjectName("tour")
        self.title = QLabel()
        self.title.setObjectName("tourTitle")
        self.title.setWordWrap(True)
        self.text = body()
        self.find_file = button("Find the file …", actions.trigger("relink"))
        self.find_file.setProperty("primary", "true")
        self.again = button("Try again", session.analyse_again)
        self.remove = button("Remove photograph", actions.trigger("remove_photograph"))
        row = QHBoxLayout()
        for part in (self.find_file, self.again, self.remove):
            row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        view.installEventFilter(self)
        self.hide()

    def show_for(self, photograph: Photograph | None) -> None:
        """Say what is wrong with a photograph, or hide."""
        problem = self._session.problem(photograph) if photograph is not None else ""
        if photograph is None or not problem:
            self.hide()
            return
        self.title.setText(f"{Path(photograph.file).name} cannot be shown")
        self.text.setText(problem)
        self.find_file.setVisible(not is_there(photograph.file))
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the middle when the view changes its size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        layout = self.layout()
        width = min(_WIDTH, self._view.width() - 2 * _MARGIN)
        height = layout.totalHeightForWidth(width) if layout is not None else 0
        left = (self._view.width() - width) // 2
        self.setGeometry(left, max(_MARGIN, (self._view.height() - height) // 3), width, height)
