"""Results of a stage, kept by the frozen inputs that they follow from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class StageCache:
    """Remembers what each stage made of the same inputs; the oldest entries are dropped.

    Moving one lane then recomputes one lane. Not for several threads at once.
    """

    def __init__(self, limit: int = 4000) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the entry under `key`, made now if it is new."""
        if key in self._entries:
            self._entries.move_to_end(key)
            return cast("T", self._entries[key])
        value = make()
        self._entries[key] = value
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
