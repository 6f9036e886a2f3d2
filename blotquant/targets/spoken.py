"""Forms of targets as people say them: `cleaved PARP`. Tables for machines keep the ids."""

from __future__ import annotations

import re

from blotquant.errors import SettingsError
from blotquant.model.target import FormRole, Target
from blotquant.targets.library import Library

_BY_WEIGHT = re.compile(r"p\d+")


def spoken_form(target: Target, form: str) -> str:
    """Return how a form of a target is called; its MW is written beside it, not in it.

    A target with one form bears its own name; a form that the library does not know follows it.
    """
    shape = next((f for f in target.forms if f.name == form), None)
    if shape is None:
        return f"{target.name} {form}".rstrip()
    if len(target.forms) == 1:
        return target.name
    name = target.name
    inside = name[0].lower() + name[1:] if name.startswith(("Caspase", "Cleaved")) else name
    # Forms that are called by their weight need no more than the weight; lamin A and C do.
    twin = "" if _BY_WEIGHT.fullmatch(form) or form in {"full", "pro", "phospho"} else f" {form}"
    if shape.role is FormRole.PRO:
        first = "pro-" if inside.startswith("caspase") else "full-length "
        return f"{first}{inside}{twin}"
    if shape.role is FormRole.CLEAVED:
        return f"{inside}{twin}" if inside.startswith("cleaved") else f"cleaved {inside}{twin}"
    if shape.role is FormRole.INTERMEDIATE:
        return f"{inside} intermediate{twin}"
    return f"{name}{twin}"


def spoken(library: Library, target: str, form: str) -> str:
    """Return how a form is called, or its ids where the library does not hold the target."""
    if not target:
        return ""
    try:
        return spoken_form(library.target(target), form)
    except SettingsError:
        return f"{target} {form}".rstrip()
