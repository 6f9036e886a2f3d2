"""Named choices: background methods, lane detectors, readers, exporters.

A registry maps a name to a factory. Third parties add their own through an entry-point group; those
are loaded when a name is looked up that is not built in, or when all names are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from blotquant.errors import SettingsError

T = TypeVar("T")


class Registry(Generic[T]):
    """A family of interchangeable methods, in the order in which they were registered.

    Parameters
    ----------
    noun
        What one entry is called in messages, for instance ``"background method"``.
    group
        The entry-point group for third parties, for instance ``"blotquant.backgrounds"``.
    """

    def __init__(self, noun: str, group: str) -> None:
        self.noun = noun
        self.group = group
        self._factories: dict[str, Callable[..., T]] = {}
        self._plugins_loaded = False

    def register(self, name: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
        """Return a decorator that enters a class or function under `name`."""

        def enter(factory: Callable[..., T]) -> Callable[..., T]:
            if name in self._factories:
                raise SettingsError(
                    f"Two {self.noun}s are called {name!r}", "Rename one of the two plug-ins"
                )
            self._factories[name] = factory
            return factory

        return enter

    def _load_plugins(self) -> None:
        if not self._plugins_loaded:
            self._plugins_loaded = True
            for point in entry_points(group=self.group):
                if point.name not in self._factories:
                    self._factories[point.name] = point.load()

    def names(self) -> tuple[str, ...]:
        """Return all names, built-in ones first."""
        self._load_plugins()
        return tuple(self._factories)

    def factory(self, name: str) -> Callable[..., T]:
        """Return the class or function called `name`; raise `SettingsError` if there is none."""
        if name not in self._factories:
            self._load_plugins()
        if name not in self._factories:
            known = ", ".join(self._factories)
            raise SettingsError(
                f"There is no {self.noun} called {name!r}", f"Choose one of: {known}"
            )
        return self._factories[name]

    def create(self, name: str, **parameters: Any) -> T:
        """Make the method called `name` with its parameters."""
        return self.factory(name)(**parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self.names()
