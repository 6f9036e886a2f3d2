"""Pictures inside a project file, addressed like files in a folder: ``exp.blot/pictures/x/a.tif``.

A name like that is never made into a path on the disk: its second half is looked up among the
names in the archive, and what it promises is checked before it is unpacked.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from blotquant.errors import ReadError
from blotquant.io.reader import MAX_BYTES, check_expansion
from blotquant.io.zip_directory import open_archive

PROJECT_SUFFIX = ".blot"
FOLDER = "pictures"
ARCHIVE_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises on archives that are damaged or none."""

_OPEN_EARLIER = "Open an earlier copy of the project, or add the photograph itself"


def split_embedded(path: Path | str) -> tuple[Path, str] | None:
    """Return the project file and the member that a path names; None for an ordinary path."""
    path = Path(path)
    for folder in path.parents:
        if folder.suffix.lower() == PROJECT_SUFFIX and folder.is_file():
            return folder, path.relative_to(folder).as_posix()
    return None


def is_embedded(project: Path, member: str) -> bool:
    """Return whether a project file has a member of that name."""
    try:
        with open_archive(project) as archive:
            return member in archive.namelist()
    except ARCHIVE_DAMAGE:
        return False


def read_embedded(project: Path, member: str) -> bytes:
    """Return a member's bytes; raise `ReadError` naming it where that is impossible or too much."""
    name = PurePosixPath(member).name
    try:
        with open_archive(project) as archive:
            info = archive.getinfo(member)
            if info.file_size > MAX_BYTES:
                raise ReadError(
                    f"{name} in {project.name} is larger than what is read", _OPEN_EARLIER
                )
            check_expansion(name, info.file_size, info.compress_size)
            with archive.open(info) as stream:
                # The size in the archive's directory may lie: read one byte beyond it.
                data = stream.read(info.file_size + 1)
    except KeyError as error:
        raise ReadError(f"There is no picture {name} in {project.name}", _OPEN_EARLIER) from error
    except ARCHIVE_DAMAGE as error:
        raise ReadError(f"{name} in {project.name} is damaged", _OPEN_EARLIER) from error
    if len(data) > info.file_size:
        raise ReadError(f"{name} in {project.name} is damaged", _OPEN_EARLIER)
    return data
