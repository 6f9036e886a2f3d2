"""What is selected: one thing everywhere, for the picture, the profile and the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A photograph, a membrane on it, a lane and a row; empty or 0 where nothing is selected.

    A lane and a row together are a band; a row without a lane is the band across all lanes.
    """

    image: str = ""
    membrane: str = ""
    lane: int = 0
    row: int = 0

    @property
    def is_band(self) -> bool:
        """Whether one band in one lane is selected."""
        return self.lane > 0 and self.row > 0


class Selection(QObject):
    """The observable selection; `changed` carries the new `Selected`."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = Selected()

    @property
    def now(self) -> Selected:
        """What is selected."""
        return self._now

    def select(self, new: Selected) -> None:
        """Select this and nothing else; say so only when it is a change."""
        if new != self._now:
            self._now = new
            self.changed.emit(new)

    def select_image(self, image: str) -> None:
        """Show a photograph; a selection on another one is given up."""
        if image != self._now.image:
            self.select(Selected(image=image))

    def select_lane(self, membrane: str, lane: int) -> None:
        """Select a lane on the photograph that is shown."""
        self.select(replace(self._now, membrane=membrane, lane=lane, row=0))

    def select_band(self, membrane: str, lane: int, row: int) -> None:
        """Select a band on the photograph that is shown."""
        self.select(replace(self._now, membrane=membrane, lane=lane, row=row))

    def clear(self) -> None:
        """Keep the photograph and select nothing on it."""
        self.select(Selected(image=self._now.image))
