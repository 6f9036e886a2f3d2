"""The bytes of picture files: on the disk or inside a project file, alone or in pairs."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from blotquant.errors import ReadError
from blotquant.io import fuji
from blotquant.io.embedded import is_embedded, read_embedded, split_embedded
from blotquant.io.paths import is_text
from blotquant.io.reader import MAX_BYTES

_PAGE_MARK = "#page="


def sha256_of(*data: bytes) -> str:
    """Return the SHA-256 of a file's bytes, or of those of several, hexadecimal."""
    digest = hashlib.sha256()
    for part in data:
        digest.update(part)
    return digest.hexdigest()


def page_sha256(sha256: str, page: int) -> str:
    """Return what tells one page of a file from its others: the file's hash and the page."""
    return sha256 if page < 2 else f"{sha256}{_PAGE_MARK}{page}"


def file_sha256(sha256: str) -> str:
    """Return the hash of a file alone, from that of one of its pages."""
    return sha256.partition(_PAGE_MARK)[0]


def is_there(path: Path | str) -> bool:
    """Return whether a picture file is on the disk, or inside the project file that it names."""
    path = Path(path)
    embedded = split_embedded(path)
    return path.is_file() if embedded is None else is_embedded(*embedded)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, or those of a picture inside a project file.

    Raises `ReadError` where that is impossible or too much.
    """
    embedded = split_embedded(path)
    return _file_bytes(path) if embedded is None else read_embedded(*embedded)


def with_companion(path: Path | str) -> tuple[tuple[str, bytes], ...]:
    """Return (file name, bytes) of a picture file and, for half of a pair, of its other half.

    Raises `ReadError` as `read_bytes` does.
    """
    path = Path(path)
    data = read_bytes(path)
    beside = Beside(path)
    ending = fuji.other_half(path.suffix, data)
    other = beside(ending) if ending else None
    if other is None or not (fuji.is_text(data) or fuji.is_text(other)):
        return ((path.name, data),)
    return ((path.name, data), (path.with_suffix(ending).name, other))


class Beside:
    """Looks up files with the same name and another ending; `found` keeps what was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.found: dict[str, bytes] = {}

    def __call__(self, ending: str) -> bytes | None:
        """Return the bytes of the file with that ending, None where there is none."""
        if ending in self.found:
            return self.found[ending]
        for variant in (ending, ending.upper(), ending.capitalize()):
            other = self._path.with_suffix(variant)
            if other != self._path and is_there(other):
                self.found[ending] = read_bytes(other)
                return self.found[ending]
        return None


def _file_bytes(path: Path) -> bytes:
    """Return a regular file's bytes; raise `ReadError` where that is impossible or too much."""
    name = path.name or str(path)
    if not is_text(str(path)):
        raise ReadError(
            f"The path of {name.encode('ascii', 'replace').decode()} holds letters that are not "
            "UTF-8, and tables could not name it",
            "Rename the file, or the folder that it lies in",
        )
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ReadError(f"{name} is a folder", "Give the picture files in it")
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{name} is a device or a pipe, not a file", "Give a picture file")
        if status.st_size > MAX_BYTES:
            raise ReadError(
                f"{name} is larger than the {MAX_BYTES // 1024**3} GiB that are read",
                "Export the blot alone, or at a lower resolution",
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(
            f"There is no file {name}", "Check its name and folder, or add it again"
        ) from error
    except PermissionError as error:
        raise ReadError(
            f"{name} may not be read by this user", "Change its permissions, or copy it elsewhere"
        ) from error
    except (OSError, ValueError) as error:
        raise ReadError(
            f"{name} cannot be opened", "Check that the disk is connected and the name is possible"
        ) from error
    if not data:
        raise ReadError(f"{name} is empty", "Copy or export it again from the imager")
    return data
