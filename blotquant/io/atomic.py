"""Files that are either the old one or the new one, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from blotquant.errors import ProjectError


def write_bytes_atomically(path: Path | str, data: bytes) -> None:
    """Write a file so that a reader (or a power cut) sees the old bytes or the new ones, no others.

    The new bytes go to a hidden file in the same folder, reach the disk, and take the place in one
    step. A link is followed. Raises `ProjectError` naming the file when the folder does not let us.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise ProjectError(
            f"{Path(path).name} cannot be written to {target.parent}: {_reason(error)}",
            "Choose a folder that exists and that you may write to",
        ) from error


def write_text_atomically(path: Path | str, text: str) -> None:
    """Write UTF-8 text the same way; line ends are written as they are in `text`."""
    write_bytes_atomically(path, text.encode("utf-8"))


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


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
