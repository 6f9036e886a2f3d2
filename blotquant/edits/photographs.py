"""Photographs: add, remove, and what the user says of one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from blotquant.edits.membranes import shows
from blotquant.errors import SettingsError
from blotquant.model.image import Polarity
from blotquant.model.project import ImageRole, Photograph, Project


def add_photographs(
    project: Project, files: Iterable[Path | str], membrane: str | None = None, page: int = 0
) -> Project:
    """Add picture files; those that are there already are not added twice.

    Each is its own membrane, named after the file, unless `membrane` says that all show one.
    `page` says which page of the files is meant, from 1; 0 is the first, until somebody chooses.
    """
    photographs = list(project.photographs)
    for file in files:
        path = Path(os.path.abspath(file))  # noqa: PTH100 - links stay as the user gave them
        same_file = [p for p in photographs if p.file == path.as_posix()]
        if any(max(1, p.page) == max(1, page) for p in same_file):
            continue
        name = membrane or unique_name(path.stem, {n for p in photographs for n in p.membranes})
        photographs.append(
            Photograph(
                id=new_photograph_id(photographs),
                file=path.as_posix(),
                membranes=(name,),
                page=page,
            )
        )
    return replace(project, photographs=tuple(photographs))


def remove_photograph(project: Project, image: str) -> Project:
    """Remove a photograph with everything placed on it.

    Samples and backgrounds of membranes that nothing shows any more go with it.
    """
    gone = project.photograph(image)
    kept = tuple(p for p in project.photographs if p.id != image)

    def stays(membrane: str) -> bool:
        return not shows(gone, membrane) or any(shows(p, membrane) for p in kept)

    return replace(
        project,
        photographs=kept,
        samples=tuple(s for s in project.samples if stays(s.membrane)),
        backgrounds=tuple(b for b in project.backgrounds if stays(b.membrane)),
        membranes=tuple(p for p in project.membranes if p.image != image),
        lanes=tuple(p for p in project.lanes if p.image != image),
        bands=tuple(p for p in project.bands if p.image != image),
        rows=tuple(r for r in project.rows if r.image != image),
        weights=tuple(w for w in project.weights if w.image != image),
    )


def set_photograph(project: Project, image: str, **values: Any) -> Project:
    """Change fields of a photograph by name (``file``, ``sha256``, ``ladder``, ``chemistry`` ...).

    The id cannot change (`ValueError`); membranes have `set_photograph_membranes`, which keeps what
    was placed.
    """
    if not values.keys().isdisjoint({"id", "membranes"}):
        raise ValueError("a photograph's id is fixed; use set_photograph_membranes for membranes")
    new = replace(project.photograph(image), **values)
    return replace(
        project, photographs=tuple(new if p.id == image else p for p in project.photographs)
    )


def set_photograph_targets(project: Project, image: str, targets: tuple[str, ...]) -> Project:
    """Say which targets were probed on a photograph; none means those of the panel."""
    return set_photograph(project, image, targets=targets)


def set_role(project: Project, image: str, role: ImageRole) -> Project:
    """Say what a photograph is for."""
    return set_photograph(project, image, role=role)


def set_polarity(project: Project, image: str, polarity: Polarity | None) -> Project:
    """Say whether bands are bright or dark in the file; None lets the picture decide."""
    return set_photograph(project, image, polarity=polarity)


def set_exposure(project: Project, image: str, exposure_s: float | None) -> Project:
    """Say how long a photograph was exposed, in seconds."""
    return set_photograph(project, image, exposure_s=exposure_s)


def merge_photographs(project: Project, images: Iterable[str]) -> Project:
    """Say that photographs are exposures of one blot: the first of them stands for all.

    The others take its membranes, targets and role. Raises `SettingsError` for fewer than two.
    """
    wanted = set(images)
    members = [p for p in project.photographs if p.id in wanted]
    if len(members) < 2:
        raise SettingsError(
            "Exposures of one blot are at least two photographs", "Choose the others too"
        )
    first = members[0]
    others = {p.series for p in project.photographs if p.id not in wanted}
    name = unique_name(first.series or Path(first.file).stem, others)
    return replace(
        project,
        photographs=tuple(
            replace(
                p, series=name, membranes=first.membranes, targets=first.targets, role=first.role
            )
            if p.id in wanted
            else p
            for p in project.photographs
        ),
    )


def part_exposures(project: Project, image: str) -> Project:
    """Say that the exposures of a photograph's series are photographs of their own again."""
    series = project.photograph(image).series
    return replace(
        project,
        photographs=tuple(
            replace(p, series="") if series and p.series == series else p
            for p in project.photographs
        ),
    )


def keep_pictures_inside(project: Project, inside: bool) -> Project:  # noqa: FBT001 - the decision
    """Say whether a saved project file holds the pictures themselves, or names their files."""
    return replace(project, embed_pictures=inside)


def unique_name(wanted: str, taken: set[str]) -> str:
    """Return `wanted`, or `wanted` with the first number from 2 that makes it new."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def new_photograph_id(photographs: Iterable[Photograph]) -> str:
    """Return ``img1``, ``img2`` ...: one beyond the highest in use."""
    numbers = [
        int(p.id[3:]) for p in photographs if p.id.startswith("img") and p.id[3:].isdecimal()
    ]
    return f"img{max(numbers, default=0) + 1}"
