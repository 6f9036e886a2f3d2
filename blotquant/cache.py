"""Results of a stage, kept by the frozen inputs that they follow from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")

THREADS = 2  # more gain little: the work is bound by memory, and calls by the interpreter


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

    def get_each(self, keys: Sequence[Hashable], make: Callable[[int], T]) -> list[T]:
        """Return the entries under several keys; those that are new are made side by side.

        `make` gets a key's index and is called in threads: for work that mostly runs outside the
        interpreter, and that does not ask the cache itself.
        """
        new: dict[Hashable, int] = {}
        for i, key in enumerate(keys):
            if key not in self._entries:
                new.setdefault(key, i)
        made: dict[Hashable, T] = {}
        if len(new) > 1:
            with ThreadPoolExecutor(THREADS) as pool:
                made = dict(zip(new, pool.map(make, new.values()), strict=True))

        def entry(i: int) -> T:
            return self.get(keys[i], lambda: made[keys[i]] if keys[i] in made else make(i))

        return [entry(i) for i in range(len(keys))]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
