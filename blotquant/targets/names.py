"""Finding a table entry by what people type.

Case, spaces, hyphens and the spelling of Greek letters do not matter.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from blotquant.errors import SettingsError

_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "µ": "mu", "μ": "mu"}
_SHARP_S = {"ß": "beta"}  # typed for a beta on German keyboards
_CLOSE = 0.6
_LISTED = 12


def key_of(name: str) -> str:
    """Return the letters and digits of a name, lower-case, Greek letters spelled out.

    >>> key_of("β-Actin") == key_of("beta actin")
    True
    """
    replaced = "".join(_SHARP_S.get(c, c) for c in name).casefold()
    spelled = "".join(_GREEK.get(c, c) for c in replaced)
    plain = unicodedata.normalize("NFKD", spelled)
    return "".join(c for c in plain if c.isascii() and c.isalnum())


class NameIndex:
    """Names and aliases of one kind of entry.

    Parameters
    ----------
    noun
        What an entry is called in messages, for instance ``"target"``.
    entries
        (id, further names) pairs. Two entries that answer to one name raise `SettingsError`.
    """

    def __init__(self, noun: str, entries: Iterable[tuple[str, Iterable[str]]]) -> None:
        self.noun = noun
        self._ids: list[str] = []
        self._by_key: dict[str, str] = {}
        for entry, names in entries:
            if entry in self._ids:
                raise SettingsError(
                    f"The tables hold two {noun}s with the id {entry!r}", "Rename one of the two"
                )
            self._ids.append(entry)
            for name in (entry, *names):
                self._add(name, entry)

    def _add(self, name: str, entry: str) -> None:
        key = key_of(name)
        if self._by_key.setdefault(key, entry) != entry:
            raise SettingsError(
                f"Both {self._by_key[key]!r} and {entry!r} answer to the name {name!r}",
                f"Take the name from one of the two {self.noun}s",
            )

    def find(self, name: str) -> str:
        """Return the id that answers to a name; raise `SettingsError` with close matches."""
        found = self._by_key.get(key_of(name))
        if found is None:
            raise SettingsError(f"There is no {self.noun} called {name!r}", self._advice(name))
        return found

    def _advice(self, name: str) -> str:
        keys = difflib.get_close_matches(key_of(name), self._by_key, n=6, cutoff=_CLOSE)
        close = list(dict.fromkeys(self._by_key[k] for k in keys))[:3]
        if close:
            return "Perhaps it is " + " or ".join(f"`{c}`" for c in close)
        rest = len(self._ids) - _LISTED
        more = f" and {rest} more" if rest > 0 else ""
        return f"Choose one of: {', '.join(self._ids[:_LISTED])}{more}"
