"""The ``[[membrane]]`` entries of an experiment file: what holds for one physical membrane."""

from __future__ import annotations

from blotquant.io import vocabulary
from blotquant.io.problems import Entry, closest
from blotquant.io.sample_sheet import is_shown
from blotquant.model.project import MembraneBackground


def read_backgrounds(
    entries: tuple[Entry, ...], membranes: tuple[str, ...]
) -> tuple[MembraneBackground, ...]:
    """Return the background methods of single membranes; note names that no image shows."""
    found: dict[str, MembraneBackground] = {}
    for entry in entries:
        name = entry.text("name").strip()
        background = vocabulary.named(entry, "background", vocabulary.background_name)
        if not name:
            entry.wrong("name", "is missing", "name the membrane as at its image")
            continue
        if not is_shown(name, membranes):
            entry.wrong("name", f"no image shows a membrane {name!r}", closest(name, membranes))
        if name in found:
            entry.wrong(
                "name", f"the membrane {name!r} stands there twice", "delete one of the two"
            )
        if "background" not in entry.table:
            entry.wrong("background", "is missing", 'write for instance background = "local"')
        if background:
            found[name] = MembraneBackground(membrane=name, background=background)
    return tuple(found.values())
