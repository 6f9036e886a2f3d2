"""The project file ``.blot``: a zip archive that holds one ``project.json``.

Everything that a user decided, nothing that follows from it. Photographs are named relative to the
file, with their SHA-256; pixels are never stored.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, NoReturn

from blotquant.errors import ProjectError
from blotquant.io.atomic import write_bytes_atomically
from blotquant.io.paths import folder_of, with_absolute_files, with_relative_files
from blotquant.io.plain import PlainError, from_plain, to_plain
from blotquant.model.project import Project

FORMAT = "blotquant-project"
VERSION = 1
MEMBER = "project.json"
MAX_FILE_BYTES = 64 * 2**20
MAX_JSON_BYTES = 256 * 2**20
MAX_MEMBERS = 16
EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in the file: the same project gives the same bytes


def write_project_file(project: Project, path: Path | str) -> None:
    """Write a project atomically; raise `ProjectError` when it cannot be written."""
    path = Path(path)
    stored = with_relative_files(project, folder_of(path))
    write_bytes_atomically(path, _pack(_as_json(stored, path.name)))


def read_project_file(path: Path | str) -> Project:
    """Read a project; raise `ProjectError` naming the file when it is not an intact one.

    Sizes are limited before anything is unpacked; no name in the archive is used as a path.
    """
    path = Path(path)
    document = _parse(_unpack(path), path.name)
    try:
        project: Project = from_plain(Project, _body(document, path.name), "project")
    except PlainError as error:
        raise ProjectError(
            f"{path.name} holds a value that does not belong there: {error}",
            "Open an earlier copy of the project",
        ) from error
    return with_absolute_files(project, folder_of(path))


def _as_json(project: Project, name: str) -> bytes:
    try:
        body = to_plain(project)
    except PlainError as error:
        raise ProjectError(
            f"{name} cannot be written because the project holds a number that is not finite",
            "Undo the last step and save again",
        ) from error
    document = {"format": FORMAT, "version": VERSION, "project": body}
    return json.dumps(document, indent=1, allow_nan=False).encode("ascii")


def _pack(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(MEMBER, date_time=EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.create_system = 3  # the same bytes on every system
        member.external_attr = 0o644 << 16
        archive.writestr(member, data)
    return buffer.getvalue()


def _unpack(path: Path) -> bytes:
    """Return the bytes of ``project.json``, at most `MAX_JSON_BYTES` of them."""
    data = _file_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if MEMBER not in names or len(names) > MAX_MEMBERS:
                _foreign(path.name)
            with archive.open(MEMBER) as stream:
                # The size in the archive's directory may lie: read one byte beyond the limit.
                content = stream.read(MAX_JSON_BYTES + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise ProjectError(
            f"{path.name} is damaged or not a blotquant project",
            "Open an earlier copy, or the photographs themselves",
        ) from error
    if len(content) > MAX_JSON_BYTES:
        _foreign(path.name)
    return content


def _file_bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
            _foreign(path.name)
        return path.read_bytes()
    except OSError as error:
        raise ProjectError(
            f"{path.name} cannot be read: {(error.strerror or 'it is not a file').lower()}",
            "Check that the file exists and that you may read it",
        ) from error


def _foreign(name: str) -> NoReturn:
    raise ProjectError(
        f"{name} is not a blotquant project", "Choose a .blot file that blotquant saved"
    )


def _parse(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProjectError(
            f"{name} is damaged: its contents cannot be read", "Open an earlier copy of the project"
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        _foreign(name)
    return document


def _body(document: dict[str, Any], name: str) -> Any:
    """Return the project part; every older version would be brought up to date here."""
    version = document.get("version")
    number = version if type(version) is int else 0  # true is no version
    if number > VERSION:
        raise ProjectError(
            f"{name} was written by a newer blotquant (format {version}, this one reads {VERSION})",
            "Update blotquant and open it again",
        )
    if number != VERSION or document.keys() != {"format", "version", "project"}:
        raise ProjectError(
            f"{name} is damaged: its head is not that of a project",
            "Open an earlier copy of the project",
        )
    return document["project"]
