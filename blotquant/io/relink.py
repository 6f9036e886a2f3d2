"""Pictures that were moved, changed or lie inside the project file: found by their hash."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path

from blotquant.errors import ProjectError, ReadError
from blotquant.io.atomic import write_bytes_atomically
from blotquant.io.embedded import split_embedded
from blotquant.io.files import file_sha256, is_there, read_bytes, sha256_of, with_companion
from blotquant.model.project import Photograph, Project
from blotquant.progress import Progress, no_progress

MAX_SEARCHED = 20_000  # files whose names are looked at
MAX_HASHED = 500  # files that are read to compare their hash


class PictureState(StrEnum):
    """Whether a photograph's file is where the project says, with the content that it had."""

    LINKED = "linked"
    EMBEDDED = "embedded"
    CHANGED = "changed"
    MISSING = "missing"


def picture_state(photograph: Photograph) -> PictureState:
    """Return the state of one photograph's file; reads and hashes it (50 ms for 24 MB)."""
    if not is_there(photograph.file):
        return PictureState.MISSING
    try:
        sha256 = picture_sha256(photograph.file)
    except ReadError:
        return PictureState.MISSING
    if file_sha256(photograph.sha256) not in {"", sha256}:
        return PictureState.CHANGED
    embedded = split_embedded(photograph.file) is not None
    return PictureState.EMBEDDED if embedded else PictureState.LINKED


def picture_sha256(path: Path | str) -> str:
    """Return the hash of a picture file (of a pair, of both files); raise `ReadError`."""
    return sha256_of(*(data for _, data in with_companion(path)))


def with_hashes(project: Project) -> Project:
    """Return the project with the hash of every picture that has none yet and can be read."""
    return replace(project, photographs=tuple(_hashed(p) for p in project.photographs))


def find_moved(
    project: Project, folders: Iterable[Path | str], progress: Progress = no_progress
) -> dict[str, Path]:
    """Return where the missing and changed pictures of a project are now, by photograph id.

    Parameters
    ----------
    folders
        Where to look, with everything below; at most 20,000 files by name and 500 by content.
    progress
        Called for every photograph; may raise `Cancelled`.

    A file is found when its hash is the photograph's, whatever it is called; files of the same name
    are tried first, then files with the same ending. Photographs without a hash are not looked for.
    """
    lost = [p for p in project.photographs if _is_lost(p)]
    if not lost:
        return {}
    files = sorted(islice(_files_in(folders), MAX_SEARCHED))
    known: dict[Path, str] = {}
    found: dict[str, Path] = {}
    for i, photograph in enumerate(lost):
        progress(i / len(lost), f"Looking for {Path(photograph.file).name}")
        place = _find(photograph, files, known)
        if place is not None:
            found[photograph.id] = place
    return found


def relink(
    project: Project, image: str, path: Path | str, *, accept_changed: bool = False
) -> Project:
    """Return the project with another file for one photograph.

    Raises `ReadError` where the file cannot be read, and `ProjectError` where its content is not
    what the project was made with, unless `accept_changed` says that this is meant.
    """
    photograph = project.photograph(image)
    sha256 = picture_sha256(path)
    if file_sha256(photograph.sha256) not in {"", sha256} and not accept_changed:
        raise ProjectError(
            f"{Path(path).name} is not the picture that the project was made with",
            "Choose the original file, or accept the new one and check lanes and bands",
        )
    file = Path(os.path.abspath(path)).as_posix()  # noqa: PTH100 - links stay as the user gave them
    new = replace(photograph, file=file, sha256=sha256)
    return replace(
        project, photographs=tuple(new if p.id == image else p for p in project.photographs)
    )


def extract_pictures(project: Project, folder: Path | str) -> Project:
    """Write embedded pictures into an existing folder; return the project with links to them.

    A file with the same content is used as it is; one with another content is never overwritten:
    the new one gets a number. Raises `ReadError` or `ProjectError`.
    """
    return replace(
        project,
        embed_pictures=False,
        photographs=tuple(_extracted(p, Path(folder)) for p in project.photographs),
    )


def _hashed(photograph: Photograph) -> Photograph:
    if photograph.sha256 or not is_there(photograph.file):
        return photograph
    try:
        return replace(photograph, sha256=picture_sha256(photograph.file))
    except ReadError:
        return photograph


def _is_lost(photograph: Photograph) -> bool:
    lost = {PictureState.MISSING, PictureState.CHANGED}
    return bool(photograph.sha256) and picture_state(photograph) in lost


def _files_in(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Give the files below folders; hidden ones, and what may not be read, are passed over."""
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            yield from (Path(place, name) for name in names if not name.startswith("."))


def _find(photograph: Photograph, files: list[Path], known: dict[Path, str]) -> Path | None:
    """Return the file that has the photograph's hash, None where none has."""
    old = Path(photograph.file)
    wanted = file_sha256(photograph.sha256)
    same_name = [f for f in files if f.name.casefold() == old.name.casefold()]
    same_kind = [f for f in files if f.suffix.casefold() == old.suffix.casefold()]
    for file in dict.fromkeys((*same_name, *same_kind)):
        if file not in known:
            if len(known) >= MAX_HASHED:
                continue
            known[file] = _hash_or_nothing(file)
        if known[file] == wanted:
            return Path(os.path.abspath(file))  # noqa: PTH100 - links stay as they are
    return None


def _hash_or_nothing(file: Path) -> str:
    try:
        return picture_sha256(file)
    except ReadError:
        return ""


def _extracted(photograph: Photograph, folder: Path) -> Photograph:
    if split_embedded(photograph.file) is None:
        return photograph
    parts = with_companion(photograph.file)
    targets = _free_places(parts, folder)
    for target, data in targets:
        if not target.exists():
            write_bytes_atomically(target, data)
    file = Path(os.path.abspath(targets[0][0]))  # noqa: PTH100 - links stay as they are
    return replace(photograph, file=file.as_posix())


def _free_places(
    parts: tuple[tuple[str, bytes], ...], folder: Path
) -> tuple[tuple[Path, bytes], ...]:
    """Return where the parts of a picture can lie without overwriting anything else."""
    stem, number = Path(parts[0][0]).stem, 1
    while True:
        name = stem if number == 1 else f"{stem} ({number})"
        targets = tuple((folder / (name + Path(part).suffix), data) for part, data in parts)
        if all(not target.exists() or _holds(target, data) for target, data in targets):
            return targets
        number += 1


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_bytes(path) == data
    except ReadError:
        return False
