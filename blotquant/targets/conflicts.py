"""Which forms of two proteins run at nearly the same height, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

from blotquant.model.target import Form, Target
from blotquant.targets.library import Library
from blotquant.targets.spoken import spoken_form

CLOSE_LN = 0.1  # of ln(MW): closer bands are not told apart on an ordinary gel


def conflicts(library: Library, target: str, among: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each of the other targets that runs where this one does.

    Optional forms are left out: they need not be on the blot.

    >>> from blotquant.targets.library import load_library
    >>> conflicts(load_library(), "caspase-3", ["gapdh"])
    ('GAPDH (37 kDa) runs where pro-caspase-3 (35 kDa) does',)
    """
    mine = library.target(target)
    found = []
    for name in dict.fromkeys(among):
        other = library.target(name)
        close = _closest(mine, other) if other.id != mine.id else None
        if close is not None:
            own, foreign = close
            found.append(
                f"{spoken_form(other, foreign.name)} ({foreign.kda:g} kDa) runs where "
                f"{spoken_form(mine, own.name)} ({own.kda:g} kDa) does"
            )
    return tuple(found)


def _closest(mine: Target, other: Target) -> tuple[Form, Form] | None:
    pairs = [
        (abs(math.log(a.kda / b.kda)), a, b)
        for a in mine.forms
        for b in other.forms
        if not (a.optional or b.optional)
    ]
    apart, a, b = min(pairs, key=lambda p: p[0], default=(math.inf, None, None))
    return (a, b) if a is not None and b is not None and apart < CLOSE_LN else None
