"""The project file ``.blot``: a zip archive with one ``project.json`` and, if the user likes, the
pictures.

Everything that a user decided, nothing that follows from it. Photographs that are linked are named
relative to the file; embedded ones lie under ``pictures/``, byte for byte as they were. Either way
their SHA-256 stands beside them.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NoReturn

from blotquant.errors import ProjectError, ReadError
from blotquant.io.atomic import write_atomically
from blotquant.io.embedded import ARCHIVE_DAMAGE, FOLDER, split_embedded
from blotquant.io.files import file_sha256, sha256_of, with_companion
from blotquant.io.migrations import VERSION, up_to_date
from blotquant.io.paths import INSIDE, folder_of, with_absolute_files, with_relative_files
from blotquant.io.plain import PlainError, from_plain, to_plain
from blotquant.io.zip_directory import open_archive
from blotquant.model.project import Photograph, Project

FORMAT = "blotquant-project"
MEMBER = "project.json"
MAX_JSON_BYTES = 32 * 2**20  # some 50,000 corrected lanes; reading it takes up to 1 s and 1 GiB
MAX_MEMBERS = 4000
EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in the file: the same project gives the same bytes


def write_project_file(
    project: Project,
    path: Path | str,
    notes: Mapping[str, str] | None = None,
    *,
    carry_pictures: bool = True,
) -> Project:
    """Write a project atomically and return it as the file now holds it.

    Parameters
    ----------
    project
        With `embed_pictures`, the files of its photographs are copied into the file; one that
        cannot be read stays a link. Pictures that are inside a project file already are carried
        over in any case.
    path
        Where to.
    notes
        Further members by name, for the program's own use.
    carry_pictures
        Whether pictures inside a project file are copied; False leaves links into that file.

    Returns the project with the hashes of embedded pictures and with their files inside `path`.
    Raises `ProjectError` when it cannot be written.
    """
    path = Path(path)
    packed: dict[str, bytes] = {}
    held = project
    if carry_pictures:
        photographs = tuple(_packed(p, project, path, packed) for p in project.photographs)
        held = replace(project, photographs=photographs)
    document = _as_json(held, path)

    def write(stream: IO[bytes]) -> None:
        with zipfile.ZipFile(stream, "w") as archive:
            _add(archive, MEMBER, document, zipfile.ZIP_DEFLATED)
            for name, text in (notes or {}).items():
                _add(archive, name, text.encode(), zipfile.ZIP_DEFLATED)
            for name, data in packed.items():
                _add(archive, name, data, zipfile.ZIP_STORED)

    write_atomically(path, write)
    return _in_memory(held, path)


def read_project_file(path: Path | str) -> Project:
    """Read a project; raise `ProjectError` naming the file when it is not an intact one.

    Sizes are limited before anything is unpacked; no name in the archive is used as a path.
    """
    path = Path(path)
    document = _parse(_member(path, MEMBER), path.name)
    body = up_to_date(document.get("project"), document.get("version"), path.name)
    if document.keys() != {"format", "version", "project"}:
        raise ProjectError(
            f"{path.name} is damaged: its head is not that of a project",
            "Open an earlier copy of the project",
        )
    try:
        project: Project = from_plain(Project, body, "project")
    except PlainError as error:
        raise ProjectError(
            f"{path.name} holds a value that does not belong there: {error}",
            "Open an earlier copy of the project",
        ) from error
    return _in_memory(project, path)


def read_note(path: Path | str, name: str) -> str:
    """Return a further member that `write_project_file` was given; raise `ProjectError`."""
    path = Path(path)
    try:
        return _member(path, name).decode()
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path.name} is damaged", "Open an earlier copy") from error


def is_project_archive(path: Path | str) -> bool:
    """Return whether a file is a zip archive that holds a project."""
    try:
        with open_archive(Path(path)) as archive:
            return MEMBER in archive.namelist()
    except ARCHIVE_DAMAGE:
        return False


def _packed(
    photograph: Photograph, project: Project, path: Path, packed: dict[str, bytes]
) -> Photograph:
    """Return the photograph as the file will name it; put its bytes into `packed` if it must."""
    if not project.embed_pictures and split_embedded(photograph.file) is None:
        return photograph
    parts = _parts(photograph, path)
    if parts is None:
        # A project must be savable although a disk is gone; opening it will name the picture.
        return photograph
    sha256 = sha256_of(*(data for _, data in parts))
    folder = f"{FOLDER}/{sha256[:16]}"
    packed.update({f"{folder}/{name}": data for name, data in parts})
    return replace(
        photograph,
        file=f"{INSIDE}{folder}/{parts[0][0]}",
        sha256=photograph.sha256 or sha256,
    )


def _parts(photograph: Photograph, path: Path) -> tuple[tuple[str, bytes], ...] | None:
    """Return the files of a picture by name: those with the known hash, if there are any.

    A picture that went away or changed after the project was saved is still inside the file that is
    about to be replaced.
    """
    wanted = file_sha256(photograph.sha256)
    kept = path / FOLDER / wanted[:16] / Path(photograph.file).name
    found = []
    for file in (photograph.file, *((kept,) if wanted else ())):
        try:
            parts = with_companion(file)
        except ReadError:
            continue
        if sha256_of(*(data for _, data in parts)) == wanted:
            return parts
        found.append(parts)
    return found[0] if found else None


def _as_json(project: Project, path: Path) -> bytes:
    """Return the document that stands in ``project.json``."""
    inside = [p.file for p in project.photographs]
    linked = with_relative_files(project, folder_of(path))
    stored = replace(
        linked,
        photographs=tuple(
            replace(p, file=file) if file.startswith(INSIDE) else p
            for p, file in zip(linked.photographs, inside, strict=True)
        ),
    )
    try:
        body = to_plain(stored)
    except PlainError as error:
        raise ProjectError(
            f"{path.name} cannot be written because the project holds a number that is not finite",
            "Undo the last step and save again",
        ) from error
    document = {"format": FORMAT, "version": VERSION, "project": body}
    return json.dumps(document, indent=1, allow_nan=False).encode("ascii")


def _in_memory(project: Project, path: Path) -> Project:
    """Return the project with every picture's file where it is now."""
    folder = folder_of(path)
    archive = Path(os.path.abspath(path)).as_posix()  # noqa: PTH100 - a link stays a link
    absolute = with_absolute_files(project, folder)
    return replace(
        absolute,
        photographs=tuple(
            replace(p, file=f"{archive}/{p.file.removeprefix(INSIDE)}")
            if p.file.startswith(INSIDE)
            else p
            for p in absolute.photographs
        ),
    )


def _add(archive: zipfile.ZipFile, name: str, data: bytes, compression: int) -> None:
    member = zipfile.ZipInfo(name, date_time=EPOCH)
    member.compress_type = compression
    member.create_system = 3  # the same bytes on every system
    member.external_attr = 0o644 << 16
    archive.writestr(member, data)


def _member(path: Path, name: str) -> bytes:
    """Return the bytes of a member, at most `MAX_JSON_BYTES` of them."""
    try:
        with path.open("rb") as stream:
            return _unpack(stream, path.name, name)
    except OSError as error:
        raise ProjectError(
            f"{path.name} cannot be read: {(error.strerror or 'it is not a file').lower()}",
            "Check that the file exists and that you may read it",
        ) from error


def _unpack(stream: IO[bytes], file: str, name: str) -> bytes:
    try:
        with open_archive(stream) as archive:
            names = archive.namelist()
            if name not in names or len(names) > MAX_MEMBERS:
                _foreign(file)
            with archive.open(name) as member:
                # The size in the archive's directory may lie: read one byte beyond the limit.
                content = member.read(MAX_JSON_BYTES + 1)
    except ARCHIVE_DAMAGE as error:
        raise ProjectError(
            f"{file} is damaged or not a blotquant project",
            "Open an earlier copy, or the photographs themselves",
        ) from error
    if len(content) > MAX_JSON_BYTES:
        _foreign(file)
    return content


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
