"""What all pages of the inspector have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from blotquant.model.project import Photograph
from blotquant_app.session import Session


class Page(QScrollArea):
    """A scrolling column; `refresh` is called while the page is on the screen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(16, 4, 16, 16)
        self.column.setSpacing(8)
        self.setWidget(holder)

    @property
    def photograph(self) -> Photograph | None:
        """The selected photograph."""
        image = self.session.selection.now.image
        return next((p for p in self.session.document.shown.photographs if p.id == image), None)

    def add(self, *widgets: QWidget) -> None:
        """Put widgets at the end of the column."""
        for widget in widgets:
            self.column.addWidget(widget)

    def close_column(self) -> None:
        """Let the free space be at the end."""
        self.column.addStretch(1)

    def refresh(self) -> None:
        """Show what the document, the analysis and the selection hold."""
        raise NotImplementedError
