"""Paths of photographs: absolute in memory, relative to the file that names them on disk."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from blotquant.model.project import Project

INSIDE = "blot:"
"""How a project file names a picture that it holds itself."""


def is_text(path: str) -> bool:
    """Return whether a path can be written as text: some systems allow any bytes in names."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def folder_of(path: Path | str) -> Path:
    """Return the absolute folder that relative names in a file start from.

    A file that is a link lies where the link leads, and so do the pictures beside it; folders that
    are links stay as the user gave them.
    """
    place = os.path.realpath(path) if Path(path).is_symlink() else os.path.abspath(path)  # noqa: PTH100 - see above
    return Path(place).parent


def absolute(file: str, folder: Path) -> str:
    """Return a path as a file in `folder` names it, absolute, with forward slashes."""
    # abspath, not resolve: a link stays as the user gave it.
    return Path(os.path.abspath(folder / file)).as_posix()  # noqa: PTH100 - see above


def relative(file: str, folder: Path) -> str:
    """Return a path relative to `folder`; on another drive it stays absolute."""
    try:
        found = Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # Windows: there is no way from one drive to another
        return Path(file).as_posix()
    return f"./{found}" if found.startswith(INSIDE) else found


def with_absolute_files(project: Project, folder: Path) -> Project:
    """Return the project as it is held in memory; pictures inside the file are left as they are."""
    return replace(
        project,
        photographs=tuple(
            p if p.file.startswith(INSIDE) else replace(p, file=absolute(p.file, folder))
            for p in project.photographs
        ),
    )


def with_relative_files(project: Project, folder: Path) -> Project:
    """Return the project as it is written into a file in `folder`."""
    return replace(
        project,
        photographs=tuple(replace(p, file=relative(p.file, folder)) for p in project.photographs),
    )
