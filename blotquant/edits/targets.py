"""The user's word on what a row is."""

from __future__ import annotations

from dataclasses import replace

from blotquant.model.project import AssignedRow, Project


def assign_row(
    project: Project, image: str, membrane: str, row: int, target: str, form: str = ""
) -> Project:
    """Say which form of which target a row is; an empty target means none of them."""
    project.photograph(image)
    new = AssignedRow(
        image=image, membrane=membrane, row=row, target=target, form=form if target else ""
    )
    rest = unassign_row(project, image, membrane, row).rows
    return replace(
        project, rows=tuple(sorted((*rest, new), key=lambda r: (r.image, r.membrane, r.row)))
    )


def unassign_row(project: Project, image: str, membrane: str, row: int) -> Project:
    """Take the user's word on a row back: the assignment decides again."""
    place = (image, membrane, row)
    return replace(
        project, rows=tuple(r for r in project.rows if (r.image, r.membrane, r.row) != place)
    )
