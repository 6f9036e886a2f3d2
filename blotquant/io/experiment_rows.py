"""The ``[[row]]`` entries of an experiment file: the user's word on what a row of bands is."""

from __future__ import annotations

import math
from pathlib import Path

from blotquant.io import vocabulary
from blotquant.io.problems import Entry, closest
from blotquant.io.sample_sheet import is_shown
from blotquant.model.geometry import Point
from blotquant.model.project import AssignedRow, Photograph


def read_rows(
    entries: tuple[Entry, ...], images: tuple[Entry, ...], photographs: tuple[Photograph, ...]
) -> tuple[AssignedRow, ...]:
    """Return the rows that are settled, each once; `images` are the entries of `photographs`."""
    rows: dict[tuple[str, str, int, Point | None], AssignedRow] = {}
    for entry in entries:
        row = _row(entry, images, photographs)
        if row is None:
            continue
        place = (row.image, row.membrane, row.row, row.at)
        if place in rows:
            entry.problems.add(entry.place, "settles the same row again", "delete one of the two")
        rows[place] = row
    return tuple(rows.values())


def _row(
    entry: Entry, images: tuple[Entry, ...], photographs: tuple[Photograph, ...]
) -> AssignedRow | None:
    number = entry.count("row")
    photograph = _photograph_of(entry, images, photographs)
    target = entry.text("target")
    if "target" not in entry.table:
        entry.wrong("target", "is missing", 'name a target, or write target = "" for none of them')
    if target.strip().casefold() == "none":
        target = ""
    target = vocabulary.known(entry, "target", target, vocabulary.target_id) if target else ""
    form = ""
    if target:
        form = vocabulary.known(
            entry, "form", entry.text("form"), lambda name: vocabulary.form_name(target, name)
        )
    at = _place_of(entry)
    if photograph is None or number is None:
        return None
    return AssignedRow(
        image=photograph.id,
        membrane=_membrane_of(entry, photograph),
        row=number,
        target=target,
        form=form,
        at=at,
    )


def _place_of(entry: Entry) -> Point | None:
    """Return the (x, y) that a row is known by, where it stands there."""
    value = entry.table.get("at")
    if value is None:
        return None
    is_pair = isinstance(value, list) and len(value) == 2
    if not is_pair or not all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value
    ):
        entry.wrong("at", f"{value!r} is no place", "write at = [x, y] in pixels of the image")
        return None
    return float(value[0]), float(value[1])


def _photograph_of(
    entry: Entry, images: tuple[Entry, ...], photographs: tuple[Photograph, ...]
) -> Photograph | None:
    """Return the photograph that an entry names by id, file as written, or file name."""
    key = "image" if "image" in entry.table or "file" not in entry.table else "file"
    name = entry.text(key)
    written = {id(p): e.text("file") for p, e in zip(photographs, images, strict=False)}
    found = [p for p in photographs if p.id == name]
    found = found or [p for p in photographs if written[id(p)] == name]
    found = found or [p for p in photographs if Path(p.file).name == name]
    if not name:
        entry.wrong(key, "is missing", "name the image file that shows the row")
    elif not found:
        entry.wrong(key, f"there is no image {name!r}", closest(name, written.values()))
    elif len(found) > 1:
        entry.wrong(key, f"{name!r} stands for several images", "give the image's id")
    return found[0] if len(found) == 1 else None


def _membrane_of(entry: Entry, photograph: Photograph) -> str:
    """Return the membrane that an entry means; it need not say where the image shows only one."""
    membrane = entry.text("membrane")
    if not membrane and len(photograph.membranes) == 1:
        return photograph.membranes[0]
    if not membrane:
        entry.wrong("membrane", "is missing", closest("", photograph.membranes))
    elif not is_shown(membrane, photograph.membranes):
        entry.wrong(
            "membrane",
            f"the image does not show a membrane {membrane!r}",
            closest(membrane, photograph.membranes),
        )
    return membrane
