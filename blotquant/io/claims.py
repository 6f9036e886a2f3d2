"""Two windows on one project notice each other.

Whoever opens a project holds an operating-system lock on a hidden file beside it. The system gives
the lock back when a program ends, however it ends, so nothing is left to clean up after a crash.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import platform
import sys
from pathlib import Path
from typing import IO, Self

_MAX_NAME = 200
_LONGEST = 80
_LOCKED_BYTE = 1 << 20  # far behind the name, so that others can read who holds it


class Claim:
    """A hold on a project file, from opening it to `release`.

    Parameters
    ----------
    path
        The project file. It need not exist yet; its folder must.

    Attributes
    ----------
    is_mine
        Whether nobody else has the project open. Also true where the folder does not allow a lock:
        then nobody can save there either.
    holder
        Who has it open, in words, where it is somebody else.
    """

    def __init__(self, path: Path | str) -> None:
        target = Path(os.path.realpath(path))
        self._place = target.with_name(f".{_short(target.name)}.lock")
        self._stream: IO[bytes] | None = None
        self.holder = ""
        try:
            self._stream = self._acquire()
        except OSError:
            # A folder that cannot be written to cannot hold two versions of a project either.
            self._stream = None
        self.is_mine = not self.holder

    def release(self) -> None:
        """Give the project free; harmless when it is not held."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        # Removed while it is still locked, so that nobody locks a file that is about to go.
        # Windows removes no open file: there it stays, empty of meaning without its lock.
        with contextlib.suppress(OSError):
            self._place.unlink()
        stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _acquire(self) -> IO[bytes] | None:
        """Return the locked file; None, with `holder` set, where somebody else has it."""
        while True:
            stream = self._place.open("a+b")
            if not _lock(stream):
                stream.seek(0)
                self.holder = stream.read(_MAX_NAME).decode("utf-8", "replace") or "another window"
                stream.close()
                return None
            if self._is_in_place(stream):
                stream.seek(0)
                stream.truncate()
                stream.write(_who().encode()[:_MAX_NAME])
                stream.flush()
                return stream
            stream.close()

    def _is_in_place(self, stream: IO[bytes]) -> bool:
        """Return whether the locked file is still the one that others would find."""
        try:
            return os.path.samestat(os.fstat(stream.fileno()), self._place.stat())
        except FileNotFoundError:
            return False


def file_stamp(path: Path | str) -> str:
    """Return what changes when a file is written again: note it on opening, compare on saving.

    Empty where there is no such file.
    """
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}:{status.st_ino}"


def _short(name: str) -> str:
    """Return a name that can get a few letters more; long ones stay different from each other."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 20]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}"


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "somebody"
    return f"{user} on {platform.node() or 'another computer'} (process {os.getpid()})"


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> bool:
        """Lock an open file for this program; return whether it was free."""
        stream.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> bool:
        """Lock an open file for this program; return whether it was free."""
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
