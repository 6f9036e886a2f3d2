"""The user's word on what a row is."""

from __future__ import annotations

from dataclasses import replace

from blotquant.bands.kept import place_of_row, rows_now
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import AssignedRow, Project


def assign_row(
    project: Project,
    image: str,
    membrane: str,
    row: int,
    target: str,
    form: str = "",
    lanes: tuple[Lane, ...] = (),
    bands: tuple[Band, ...] = (),
) -> Project:
    """Say which form of which target a row is; an empty target means none of them.

    With the `lanes` and `bands` of the membrane as they are shown the row is known by its place, so
    that the word holds when rows are counted otherwise; without them by its number.
    """
    project.photograph(image)
    new = AssignedRow(
        image=image,
        membrane=membrane,
        row=row,
        target=target,
        form=form if target else "",
        at=place_of_row(row, lanes, bands),
    )
    rest = unassign_row(project, image, membrane, row, lanes, bands).rows
    return replace(
        project, rows=tuple(sorted((*rest, new), key=lambda r: (r.image, r.membrane, r.row)))
    )


def unassign_row(
    project: Project,
    image: str,
    membrane: str,
    row: int,
    lanes: tuple[Lane, ...] = (),
    bands: tuple[Band, ...] = (),
) -> Project:
    """Take the user's word on a row back: the assignment decides again."""
    here = [r for r in project.rows if (r.image, r.membrane) == (image, membrane)]
    gone = {id(word) for number, word in _words(here, lanes, bands) if number == row}
    return replace(project, rows=tuple(r for r in project.rows if id(r) not in gone))


def _words(
    words: list[AssignedRow], lanes: tuple[Lane, ...], bands: tuple[Band, ...]
) -> list[tuple[int, AssignedRow]]:
    """Return every word with the number that its row has now."""
    if not bands:
        return [(w.row, w) for w in words]
    return [(number, w) for w in words for number in rows_now((w,), lanes, bands)]
