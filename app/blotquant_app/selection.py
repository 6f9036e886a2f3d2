"""What is selected: one thing everywhere, for the picture, the profile and the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal


class Manner(Enum):
    """How a click selects: alone, added with Ctrl, or up to here with Shift."""

    ALONE = auto()
    ADDED = auto()
    UP_TO = auto()


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
    """The observable selection; `changed` carries the new `Selected`.

    `now` is what is described and plotted; `all` holds it first and then what was added to it on
    the same membrane: edits of many things at once act on all of them.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = Selected()
        self._more: tuple[Selected, ...] = ()
        self.entry: Callable[[str], Selected] = lambda image: Selected(image=image)

    @property
    def now(self) -> Selected:
        """What is selected, or the last of several things."""
        return self._now

    @property
    def all(self) -> tuple[Selected, ...]:
        """Everything that is selected, `now` first."""
        return (self._now, *self._more)

    def select(self, new: Selected) -> None:
        """Select this and nothing else; say so only when it is a change."""
        self.select_all((new,))

    def select_all(self, things: Iterable[Selected]) -> None:
        """Select several lanes, or several bands, of one membrane; the first one is described."""
        new, *more = dict.fromkeys(things)
        if (new, tuple(more)) != (self._now, self._more):
            self._now, self._more = new, tuple(more)
            self.changed.emit(new)

    def toggle(self, thing: Selected) -> None:
        """Add a lane or band to the selection, or take it out.

        Lanes and bands, or things of two membranes, are not mixed: then it is selected alone.
        """
        if thing in self.all:
            rest = [x for x in self.all if x != thing]
            self.select_all(rest or (Selected(image=thing.image),))
        elif self._goes_with(thing):
            self.select_all((thing, *self.all))
        else:
            self.select(thing)

    def extend(self, thing: Selected) -> None:
        """Select from `now` to this one: the lanes between, in the same row for bands."""
        if not self._goes_with(thing):
            self.select(thing)
            return
        step = 1 if thing.lane >= self._now.lane else -1
        lanes = range(thing.lane, self._now.lane - step, -step)
        rows = sorted({self._now.row, thing.row})
        between = range(rows[0], rows[-1] + 1)
        others = [replace(thing, lane=n, row=r) for n in lanes for r in between]
        self.select_all((thing, *others))

    def _goes_with(self, thing: Selected) -> bool:
        now = self._now
        same = (now.image, now.membrane) == (thing.image, thing.membrane)
        return same and now.lane > 0 and (now.row > 0) == (thing.row > 0)

    def select_image(self, image: str) -> None:
        """Show a photograph; a selection on another one is given up."""
        if image != self._now.image:
            self.select(self.entry(image))

    def select_lane(self, membrane: str, lane: int) -> None:
        """Select a lane on the photograph that is shown."""
        self.select(replace(self._now, membrane=membrane, lane=lane, row=0))

    def select_band(self, membrane: str, lane: int, row: int) -> None:
        """Select a band on the photograph that is shown."""
        self.select(replace(self._now, membrane=membrane, lane=lane, row=row))

    def follow(self, to: Callable[[Selected], Selected]) -> None:
        """Select what the selected things are called now."""
        self.select_all(to(x) for x in self.all)

    def clear(self) -> None:
        """Keep the photograph and select nothing on it."""
        self.select(Selected(image=self._now.image))
