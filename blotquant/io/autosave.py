"""Work that is not saved yet, kept aside, and found again after a crash.

A running window writes its project into a folder of the program now and then. The copy is claimed
like an opened project, so that a copy whose window is alive is told from one whose window is gone.
Copies link to the pictures, whatever the project itself does, and so are small and quick.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from blotquant.errors import ProjectError
from blotquant.io.claims import Claim
from blotquant.io.project_file import read_note, read_project_file, write_project_file
from blotquant.model.project import Project

_NOTE = "autosave.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A copy that a crashed window left behind.

    Parameters
    ----------
    path
        The copy.
    origin
        The project file that it belongs to, None where the project was never saved.
    embedded
        Whether the project keeps its pictures inside.
    name
        What the project is called.
    saved_at
        When the copy was written, UTC.
    """

    path: Path
    origin: Path | None
    embedded: bool
    name: str
    saved_at: datetime


class Autosave:
    """The copy of one window.

    Parameters
    ----------
    folder
        Where copies are kept; it must exist and be the same for all windows.
    """

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / f"{secrets.token_hex(8)}.blot"
        self._claim = Claim(self.path)

    def save(self, project: Project, origin: Path | str | None = None) -> None:
        """Write the project aside; `origin` is its own file. Raises `ProjectError`."""
        note = {
            "origin": None if origin is None else str(Path(origin).absolute()),
            "embedded": project.embed_pictures,
        }
        linked = replace(project, embed_pictures=False)
        write_project_file(linked, self.path, {_NOTE: json.dumps(note)}, carry_pictures=False)

    def discard(self) -> None:
        """Remove the copy: the project was saved, or its changes are not wanted."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the copy, which stays where `discard` was not called."""
        self._claim.release()


def recoverable(folder: Path | str) -> tuple[Recovery, ...]:
    """Return the copies whose windows are gone, the newest first.

    What is no copy, or is damaged, is passed over and left where it is.
    """
    found = []
    for path in sorted(Path(folder).glob("*.blot")):
        with Claim(path) as claim:
            recovery = _recovery(path) if claim.is_mine else None
        if recovery is not None:
            found.append(recovery)
    return tuple(sorted(found, key=lambda r: r.saved_at, reverse=True))


def recover(recovery: Recovery) -> Project:
    """Return the project of a copy; raise `ProjectError` where it is gone or damaged."""
    project = read_project_file(recovery.path)
    return replace(project, embed_pictures=recovery.embedded)


def forget(recovery: Recovery) -> None:
    """Remove a copy for good."""
    recovery.path.unlink(missing_ok=True)


def _recovery(path: Path) -> Recovery | None:
    try:
        note = json.loads(read_note(path, _NOTE))
        project = read_project_file(path)
        saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (ProjectError, OSError, ValueError):
        return None
    origin = note.get("origin") if isinstance(note, dict) else None
    return Recovery(
        path=path,
        origin=Path(origin) if isinstance(origin, str) else None,
        embedded=isinstance(note, dict) and note.get("embedded") is True,
        name=project.name,
        saved_at=saved_at,
    )
