"""A ratio opened to its arithmetic, in words and numbers. Without Qt."""

from __future__ import annotations

import math

from blotquant.model.results import Ratio
from blotquant.targets.library import Library
from blotquant_app.digits import plain
from blotquant_app.names import spoken

_FRACTION = "cleaved_fraction"
_FOLD = "fold_vs_control"
_DIGITS = 4


def term_name(library: Library, target: str, form: str) -> str:
    """Return how a term is called; ``p19+p17`` are two forms that were added."""
    if form == "loading":
        return spoken(library, target, "full")
    parts = form.split("+")
    names = dict.fromkeys(spoken(library, target, part) for part in parts)
    text = " + ".join(names)
    weights = " + ".join(p.removeprefix("p") for p in parts) if len(parts) > 1 else ""
    return f"{text}, {weights} kDa" if weights else text


def formula(ratio: Ratio) -> str:
    """Return the ratio's arithmetic with its numbers, or nothing where it is not that simple.

    It is shown only when these numbers give the ratio: a wrong sum is worse than none.
    """
    if len(ratio.terms) != 2 or not math.isfinite(ratio.value):
        return ""
    (_, _, a, _), (_, _, b, _) = ratio.terms
    below = a + b if ratio.ratio == _FRACTION else b
    if not below:
        return ""
    value = a / below
    under = f"({plain(a, _DIGITS)} + {plain(b, _DIGITS)})"
    text = f"{plain(a, _DIGITS)} / {under if ratio.ratio == _FRACTION else plain(b, _DIGITS)}"
    text += f" = {plain(value)}"
    if ratio.ratio == _FOLD:
        control = value / ratio.value
        name = ratio.control or "the control"
        return f"{text}; over {plain(control)} of {name} = {plain(ratio.value)}"
    return text if math.isclose(value, ratio.value, rel_tol=1e-6) else ""
