"""Older project files brought up to date, one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blotquant.errors import ProjectError

VERSION = 5
"""The version that is written."""

Body = dict[str, Any]


def up_to_date(body: Any, version: object, name: str) -> Any:
    """Return the project part of a document as this version holds it.

    Parameters
    ----------
    body
        The project part as it was written.
    version
        What the file calls its version.
    name
        File name, for messages.

    Raises `ProjectError` for versions from the future and for such as never were.
    """
    number = version if type(version) is int else 0  # true is no version
    if number > VERSION:
        raise ProjectError(
            f"{name} was written by a newer blotquant (format {version}, this one reads {VERSION})",
            "Update blotquant and open it again",
        )
    if number < 1 or not isinstance(body, dict):
        raise ProjectError(
            f"{name} is damaged: its head is not that of a project",
            "Open an earlier copy of the project",
        )
    for step in range(number, VERSION):
        body = MIGRATIONS[step](body)
    return body


def _as_it_was(body: Body) -> Body:
    """What a version adds has a default, and what was, stays."""
    return body


MIGRATIONS: Mapping[int, Callable[[Body], Body]] = {
    1: _as_it_was,  # 2 adds pages of photographs and pictures inside the file
    2: _as_it_was,  # 3 adds lanes and bands that are found around the corrected ones
    3: _as_it_was,  # 4 adds backgrounds of single membranes and series of exposures
    4: _as_it_was,  # 5 adds weights that were given band by band
}
"""What leads from each version to the next."""
