"""One door for everything that can be opened: experiment files, projects, photographs."""

from __future__ import annotations

import zipfile
from pathlib import Path

from blotquant.errors import ProjectError
from blotquant.io.embedded import PROJECT_SUFFIX
from blotquant.io.files import is_there
from blotquant.model.project import Project

EXPERIMENT_SUFFIX = ".toml"


def open_project(path: Path | str) -> Project:
    """Return the project that a file holds; files of photographs are absolute in it.

    A ``.toml`` file is read as an experiment, a ``.blot`` file (or a zip archive that holds a
    project) as a project; anything else becomes a project of one photograph, which is not read
    here. Raises `ExperimentError` or `ProjectError`.
    """
    path = Path(path)
    _check_readable(path)
    if path.suffix.lower() == EXPERIMENT_SUFFIX:
        from blotquant.io.experiment import read_experiment  # noqa: PLC0415 - only when asked for

        return read_experiment(path)
    if is_project(path):
        from blotquant.io.project_file import read_project_file  # noqa: PLC0415 - as above
        from blotquant.io.project_limits import check_limits  # noqa: PLC0415 - as above

        project = read_project_file(path)
        check_limits(project, path.name)
        return project
    return project_of_photographs((path,))


def project_of_photographs(files: tuple[Path | str, ...], membrane: str | None = None) -> Project:
    """Return a new project of these photographs, each its own membrane unless `membrane` is given.

    It is named after the first file.
    """
    from blotquant.edits import add_photographs  # noqa: PLC0415 - keeps the readers independent

    name = Path(files[0]).stem if files else "Untitled"
    return add_photographs(Project(name=name), files, membrane)


def save_project(project: Project, path: Path | str) -> Project:
    """Write a project atomically: ``.blot`` holds all of it, ``.toml`` an experiment file.

    Returns the project as the file now holds it: pictures that were put into a ``.blot`` are found
    inside it. An experiment file has no placed lanes and bands: `what_toml_cannot_hold` lists what
    is left out. Raises `ProjectError` when the file cannot be written or has another ending.
    """
    path = Path(path)
    if path.suffix.lower() == EXPERIMENT_SUFFIX:
        from blotquant.io.write_experiment import (  # noqa: PLC0415 - only when asked for
            write_experiment,
        )

        write_experiment(project, path)
        return project
    if path.suffix.lower() == PROJECT_SUFFIX:
        from blotquant.io.project_file import write_project_file  # noqa: PLC0415 - as above

        return write_project_file(project, path)
    raise ProjectError(
        f"{path.name} has no ending that a project can be saved under",
        "Choose a name that ends in .blot (everything) or .toml (an experiment file)",
    )


def is_project(path: Path | str) -> bool:
    """Return whether a path is opened as an experiment or a project rather than a photograph."""
    path = Path(path)
    if path.suffix.lower() in (EXPERIMENT_SUFFIX, PROJECT_SUFFIX):
        return True
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    from blotquant.io.project_file import is_project_archive  # noqa: PLC0415 - only for archives

    return is_project_archive(path)


def _check_readable(path: Path) -> None:
    """Raise `ProjectError` where a path names nothing that can be opened."""
    if is_there(path):
        return
    try:
        with path.open("rb"):
            return
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else (error.strerror or "unreadable").lower()
        raise ProjectError(
            f"{path.name or path} cannot be opened: {reason}",
            "Choose an image, an experiment file (.toml) or a project (.blot)",
        ) from error
