"""Collecting everything that is wrong with an experiment file before complaining once."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from blotquant.errors import SettingsError

_SHORTEST_PART = 3
_MOST_NAMED = 4


class Problems:
    """The problems found so far, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, what: str, remedy: str = "") -> None:
        """Note a problem: where it is, what is wrong, and what to do."""
        text = f"{place}: {what}" if place else what
        self.found.append(f"{text}; {remedy}" if remedy else text)

    def add_error(self, place: str, error: SettingsError) -> None:
        """Note what a lower part complained of."""
        remedy = error.what_to_do
        self.add(place, error.what_is_wrong, remedy[:1].lower() + remedy[1:])


def closest(wanted: str, known: Iterable[str]) -> str:
    """Return "did you mean `x`?" for the nearest known word, or the known words."""
    words = tuple(dict.fromkeys(known))
    near = _named(wanted, words)
    return f"did you mean {near}?" if near else f"use one of: {', '.join(words)}"


def instead(wanted: str, known: Iterable[str]) -> str:
    """Return the same as a request, for what an error asks a user to do."""
    words = tuple(dict.fromkeys(known))
    near = _named(wanted, words)
    return f"Write {near} if that is meant" if near else f"Use one of: {', '.join(words)}"


def nearest(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known words that `wanted` is a part of, else the one that looks most like it.

    Part of a word may be part of several: all are returned, since taking one would be a guess.
    """
    by_folded = {w.casefold(): w for w in known}
    plain = _plain(wanted)
    if len(plain) >= _SHORTEST_PART:
        parts = tuple(w for folded, w in by_folded.items() if plain in _plain(folded))
        if 0 < len(parts) <= _MOST_NAMED and len(parts) < len(by_folded):
            return parts
    near = difflib.get_close_matches(wanted.casefold(), list(by_folded), n=1, cutoff=0.6)
    return tuple(by_folded[n] for n in near)


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _named(wanted: str, words: tuple[str, ...]) -> str:
    return " or ".join(f"`{n}`" for n in nearest(wanted, words))


class Entry:
    """One table of an experiment file (or one line of a sample sheet), read key by key.

    Parameters
    ----------
    table
        Keys and values.
    place
        How messages call it, for instance ``[[image]] entry 2 (parp.tif)``.
    known
        All keys that it may have; others are noted as problems at once.
    """

    def __init__(
        self, table: Mapping[str, Any], place: str, known: Iterable[str], problems: Problems
    ) -> None:
        self.table = table
        self.place = place
        self.problems = problems
        known = tuple(known)
        for key in table:
            if key not in known:
                problems.add(place, f"`{key}` is not a known key", closest(key, known))

    def wrong(self, key: str, what: str, remedy: str = "") -> None:
        """Note a problem with one key."""
        self.problems.add(f"{self.place}, key `{key}`", what, remedy)

    def text(self, key: str, default: str = "") -> str:
        """Return text; whole and decimal numbers are taken as they are written."""
        value = self.table.get(key, default)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self.wrong(key, "is not text", f'write it in quotes, for instance {key} = "name"')
        return default

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return one text or a list of texts as a tuple without repetitions or empty ones."""
        value = self.table.get(key, default)
        values = (value,) if isinstance(value, str) else value
        if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
            self.wrong(key, "is neither text nor a list of texts", f'write {key} = ["a", "b"]')
            return default
        if any(not v.strip() for v in values):
            self.wrong(key, "holds an empty text", "give it a name or leave the key out")
        if len(set(values)) != len(values):
            self.wrong(key, "names the same thing twice", "delete one of the two")
        return tuple(dict.fromkeys(v for v in values if v.strip()))

    def number(
        self, key: str, default: float | None, minimum: float, maximum: float = math.inf
    ) -> float | None:
        """Return a finite number within limits."""
        value = self.table.get(key, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, f"{value!r} is not a number", "write digits only, and units elsewhere")
            return default
        if not math.isfinite(value) or not minimum <= value <= maximum:
            self.wrong(key, f"{value} is out of range", f"give {_range(minimum, maximum)}")
            return default
        return float(value)

    def count(self, key: str) -> int | None:
        """Return a whole number from 1; it must be there."""
        if key not in self.table:
            self.wrong(key, "is missing", "give a whole number from 1")
            return None
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, f"{value!r} is not a whole number", "count from 1")
            return None
        if value < 1:
            self.wrong(key, f"{value} does not exist", "count from 1")
            return None
        return value

    def choice(self, key: str, default: str, known: Iterable[str]) -> str:
        """Return one of the known words, in any case."""
        value = self.text(key, default)
        by_folded = {w.casefold(): w for w in known}
        if value == default:
            return value
        if value.strip().casefold() not in by_folded:
            self.wrong(key, f"{value!r} is not known", closest(value, by_folded.values()))
            return default
        return by_folded[value.strip().casefold()]


def _range(minimum: float, maximum: float) -> str:
    if math.isinf(maximum):
        return f"a number from {minimum:g}"
    return f"a number from {minimum:g} to {maximum:g}"
