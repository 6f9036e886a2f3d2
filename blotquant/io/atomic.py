"""Files that are either the old one or the new one, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from blotquant.errors import ProjectError

_ABANDONED_S = 3600.0
_REMEDIES = {
    errno.ENOSPC: "Make room on that disk, or choose another one",
    errno.EDQUOT: "Make room on that disk, or choose another one",
    errno.EFBIG: "Choose a disk that holds files of that size",
    errno.EISDIR: "Choose a name that no folder has",
    errno.ENAMETOOLONG: "Choose a shorter name",
    errno.EIO: "Choose another disk: this one fails",
}


def write_bytes_atomically(path: Path | str, data: bytes) -> None:
    """Write a file so that a reader (or a power cut) sees the old bytes or the new ones, no others.

    The new bytes go to a hidden file in the same folder, reach the disk, and take the place in one
    step. A link is followed. Raises `ProjectError` naming the file when the folder does not let us.
    """

    def write(stream: IO[bytes]) -> None:
        stream.write(data)

    write_atomically(path, write)


def write_atomically(path: Path | str, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file the same way through `write`, which gets it open for bytes and may seek.

    What a killed program left behind of an earlier attempt is removed after an hour.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as stream:
                _allow_as(target, temporary)
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
        _sweep(target)
    except OSError as error:
        raise ProjectError(
            f"{Path(path).name} cannot be written to {target.parent}: {_reason(error)}",
            _REMEDIES.get(
                error.errno or 0, "Choose a folder that exists and that you may write to"
            ),
        ) from error


def write_text_atomically(path: Path | str, text: str) -> None:
    """Write UTF-8 text the same way; line ends are written as they are in `text`."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"{Path(path).name} cannot be written: the name of a file in it is not UTF-8",
            "Rename that file and link it again, or save as .blot",
        ) from error
    write_bytes_atomically(path, data)


def _allow_as(old: Path, new: Path) -> None:
    """Let the same people read and write the new file as the old one, where there is one."""
    # Shares that know no permissions, and files of others, are no failure.
    with contextlib.suppress(OSError):
        shutil.copymode(old, new)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can be asked to (POSIX)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    # The file is complete by now; a folder that cannot be synced (network shares) is no failure.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(target: Path) -> None:
    """Remove unfinished files of the same name that nobody can be writing any more."""
    name = re.compile(re.escape(f".{target.name[:80]}.") + r"[0-9a-f]{8}\.tmp")
    # Another program may remove them at the same time, and a leftover harms nobody.
    with contextlib.suppress(OSError):
        for other in target.parent.iterdir():
            if name.fullmatch(other.name) and other.stat().st_mtime < time.time() - _ABANDONED_S:
                other.unlink()


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
