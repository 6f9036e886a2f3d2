"""What the program remembers between two starts: recent files and the window's shape."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_N_RECENT = 10


class Memory:
    """Recent files and geometry in the system's settings store.

    Parameters
    ----------
    store
        Where to keep them; by default the user's settings of this program.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("blotquant", "blotquant")

    @property
    def recent_files(self) -> tuple[Path, ...]:
        """Files that were opened or saved, the last one first; those that are gone are left out."""
        stored = self._store.value("recent_files", [])
        names = [stored] if isinstance(stored, str) else stored
        if not isinstance(names, list | tuple):
            return ()
        return tuple(p for p in (Path(str(n)) for n in names) if p.is_file())

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        others = [p for p in self.recent_files if p != path]
        self._store.setValue("recent_files", [str(p) for p in (path, *others)][:_N_RECENT])

    def clear_recent(self) -> None:
        """Forget the recent files."""
        self._store.remove("recent_files")

    @property
    def last_folder(self) -> str:
        """Where the last file dialog ended, or the home folder."""
        return str(self._store.value("last_folder", str(Path.home())))

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._store.setValue("last_folder", str(folder))

    @property
    def tour_seen(self) -> bool:
        """Whether the tour was taken or put away."""
        return str(self._store.value("tour_seen", "false")).lower() == "true"

    @tour_seen.setter
    def tour_seen(self, seen: bool) -> None:
        self._store.setValue("tour_seen", seen)

    def load_bytes(self, key: str) -> QByteArray:
        """Return a window's stored geometry or state, empty when there is none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def save_bytes(self, key: str, value: QByteArray) -> None:
        """Store a window's geometry or state."""
        self._store.setValue(key, value)
