"""What an empty window shows: where to drop, what to open, three sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from blotquant_app.actions import Actions
from blotquant_app.panels.widgets import button, link, section
from blotquant_app.session import Session

_N_RECENT = 5


class Welcome(QWidget):
    """Invites: drop photographs, open files, try the demo, or go on with a recent one."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("welcome")
        self.area = QFrame()
        self.area.setObjectName("dropArea")
        self.area.setMaximumWidth(620)
        inside = QVBoxLayout(self.area)
        inside.setContentsMargins(48, 40, 48, 40)
        inside.setSpacing(12)
        title = QLabel("Drop photographs of a blot here")
        title.setObjectName("welcomeTitle")
        text = QLabel(
            "Lanes and bands are found for you; correct what is wrong by dragging. Every ratio "
            "comes with its interval and says what to watch for. Your files are never changed."
        )
        text.setObjectName("welcomeText")
        text.setWordWrap(True)
        buttons = QHBoxLayout()
        self.open_button = button("Open photographs …", actions.trigger("open"))
        self.open_button.setProperty("primary", "true")
        self.demo_button = button("Open the demo", actions.trigger("demo"))
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.demo_button)
        buttons.addStretch(1)
        note = QLabel("TIFF, PNG, JPEG, BMP; experiments (.toml) and projects (.blot)")
        note.setObjectName("caption")
        self._recent = QWidget()
        self._recent_column = QVBoxLayout(self._recent)
        self._recent_column.setContentsMargins(0, 0, 0, 0)
        self._recent_column.setSpacing(0)
        inside.addWidget(title)
        inside.addWidget(text)
        inside.addSpacing(8)
        inside.addLayout(buttons)
        inside.addWidget(note)
        inside.addWidget(self._recent)
        outside = QVBoxLayout(self)
        outside.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.area, 4)
        row.addStretch(1)
        outside.addLayout(row)
        outside.addStretch(3)
        self.refresh()

    def refresh(self) -> None:
        """List the recent files."""
        while (item := self._recent_column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        recent = self._session.memory.recent_files[:_N_RECENT]
        self._recent.setVisible(bool(recent))
        if recent:
            self._recent_column.addWidget(section("Recent"))
        for path in recent:
            entry = link(path.name, self._opener(path))
            entry.setToolTip(str(path))
            self._recent_column.addWidget(entry, 0, Qt.AlignmentFlag.AlignLeft)

    def set_dragging(self, dragging: bool) -> None:  # noqa: FBT001 - mirrors a Qt property
        """Show that files can be dropped now."""
        self.area.setProperty("dragging", "true" if dragging else "false")
        self.area.style().unpolish(self.area)
        self.area.style().polish(self.area)

    def _opener(self, path: Path) -> Callable[[], None]:
        return lambda: self._session.open_files([path])
