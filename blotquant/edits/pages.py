"""Files with several pages, channels or exposures: which of them are photographs of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blotquant.edits.photographs import new_photograph_id, unique_name
from blotquant.model.project import ImageRole, Photograph, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChoice:
    """One page that is measured.

    Parameters
    ----------
    page
        From 1.
    name
        What the file calls it; empty when it has no name.
    role
        What it shows.
    """

    page: int
    name: str = ""
    role: ImageRole = ImageRole.TARGET

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError("pages count from 1")


def choose_pages(
    project: Project, image: str, pages: Sequence[PageChoice], *, one_membrane: bool
) -> Project:
    """Say which pages of a photograph's file are measured, and what each shows.

    The photograph becomes the first of them and keeps its id with what was placed on it; the others
    follow it. A page that the experiment has already is not added twice.

    Parameters
    ----------
    one_membrane
        Whether all show the membrane of this photograph (channels, probes one after the other);
        else each is a membrane of its own, named after the file and the page.

    Raises `ValueError` without pages, and `KeyError` for an unknown photograph.
    """
    if not pages:
        raise ValueError("at least one page must be chosen")
    old = project.photograph(image)
    rest = tuple(p for p in project.photographs if p.id != image)
    had = {max(1, p.page) for p in rest if p.file == old.file}
    wanted = [c for c in pages if c.page not in had]
    if not wanted:
        return project
    photographs = [replace(old, page=wanted[0].page, role=wanted[0].role)]
    for choice in wanted[1:]:
        everything = (*rest, *photographs)
        photographs.append(
            replace(
                old,
                id=new_photograph_id(everything),
                page=choice.page,
                role=choice.role,
                exposure_s=None,
                membranes=old.membranes if one_membrane else _own_membrane(old, choice, everything),
            )
        )
    place = project.photographs.index(old)
    return replace(
        project,
        photographs=(
            *project.photographs[:place],
            *photographs,
            *project.photographs[place + 1 :],
        ),
    )


def _own_membrane(
    photograph: Photograph, choice: PageChoice, others: Sequence[Photograph]
) -> tuple[str]:
    name = f"{Path(photograph.file).stem} {choice.name or f'page {choice.page}'}"
    return (unique_name(name, {n for p in others for n in p.membranes}),)
