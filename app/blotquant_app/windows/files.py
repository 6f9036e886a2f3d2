"""Open, save, export: the dialogs around the session's file work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from blotquant_app.keeping import Keeper
from blotquant_app.session import PROJECT_SUFFIXES, Session

_PICTURES = (
    "*.tif *.tiff *.png *.jpg *.jpeg *.bmp *.gif *.webp *.jp2 *.gel *.scn *.1sc *.img *.inf *.zip"
)
_OPEN_FILTER = (
    f"Everything blotquant opens ({_PICTURES} *.blot *.toml);;"
    f"Photographs ({_PICTURES});;Projects and experiments (*.blot *.toml);;All files (*)"
)
_SAVE_FILTER = "Project (*.blot);;Experiment file (*.toml)"
_FIGURE_FILTER = "PDF (*.pdf);;SVG (*.svg);;PNG, 300 dpi (*.png);;TIFF, 300 dpi (*.tif *.tiff)"
FIGURE_SUFFIXES = (".pdf", ".svg", ".png", ".tif", ".tiff")


class Files:
    """Asks for paths and guards unsaved work."""

    def __init__(self, session: Session, window: QWidget, keeper: Keeper) -> None:
        self._session = session
        self._window = window
        self._keeper = keeper

    def open(self) -> None:
        """Ask for files and open them."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open", self._session.memory.last_folder, _OPEN_FILTER
        )
        if names:
            self._session.memory.last_folder = Path(names[0]).parent
            self.open_paths([Path(n) for n in names])

    def open_paths(self, paths: list[Path]) -> None:
        """Open files; another project asks first what becomes of unsaved work."""
        replaces = any(p.suffix.lower() in PROJECT_SUFFIXES for p in paths)
        if not replaces or self.may_leave():
            self._session.open_files(paths)

    def open_demo(self) -> None:
        """Open the demo experiment."""
        if self.may_leave():
            self._session.open_demo()

    def new(self) -> None:
        """Start with an empty experiment."""
        if self.may_leave():
            self._session.new()

    def save(self) -> bool:
        """Save under the present name, or ask for one; return whether it was saved."""
        path = self._session.path
        if path is None or path.suffix.lower() not in PROJECT_SUFFIXES:
            return self.save_as()
        if path.suffix.lower() == ".toml" and self._left_out_of_toml():
            # An experiment file would silently lose the corrections: a project holds them.
            return self.save_as(path.with_suffix(".blot"))
        if self._keeper.read_only:
            return self.save_as(path.with_stem(f"{path.stem} (copy)"))
        if self._keeper.changed_elsewhere(path) and not self._may_overwrite(path):
            return False
        return self._session.save_to(path)

    def save_as(self, proposal: Path | None = None) -> bool:
        """Ask where to save; return whether it was saved."""
        name = self._session.document.project.name
        start = proposal or Path(self._session.memory.last_folder) / f"{name}.blot"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save as", str(start), _SAVE_FILTER)
        if not chosen:
            return False
        path = Path(chosen)
        if path.suffix.lower() not in PROJECT_SUFFIXES:
            path = path.with_name(path.name + ".blot")
        self._session.memory.last_folder = path.parent
        left_out = self._left_out_of_toml() if path.suffix.lower() == ".toml" else ()
        if not self._session.save_to(path):
            return False
        if left_out:
            self._session.notices.warn(
                f"{path.name} cannot hold {', '.join(left_out)}. Save a .blot file to keep them."
            )
        return True

    def _may_overwrite(self, path: Path) -> bool:
        """Ask about a file that somebody else wrote meanwhile."""
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Save over the other changes?",
            f"{path.name} was changed or removed by somebody else since you opened it. Saving "
            "replaces it by what you see here; “Save as” keeps both.",
            button.Save | button.Cancel,
            button.Cancel,
        )
        return answer == button.Save

    def _left_out_of_toml(self) -> tuple[str, ...]:
        from blotquant.io.write_experiment import (  # noqa: PLC0415 - slow import
            what_toml_cannot_hold,
        )

        return tuple(what_toml_cannot_hold(self._session.document.project))

    def export(self) -> None:
        """Ask for a folder and write the tables into it."""
        path = self._session.path
        start = str(path.parent) if path is not None else self._session.memory.last_folder
        chosen = QFileDialog.getExistingDirectory(
            self._window, "Write the tables into this folder", start
        )
        if chosen:
            self._session.exporter.write_tables(Path(chosen))

    def export_figure(self) -> None:
        """Ask for a file and draw the figure into it."""
        project, path = self._session.document.project, self._session.path
        folder = path.parent if path is not None else Path(self._session.memory.last_folder)
        chosen, pattern = QFileDialog.getSaveFileName(
            self._window, "Draw the figure", str(folder / f"{project.name}.pdf"), _FIGURE_FILTER
        )
        if not chosen:
            return
        figure = Path(chosen)
        if figure.suffix.lower() not in FIGURE_SUFFIXES:
            wanted = next((s for s in FIGURE_SUFFIXES if f"*{s}" in pattern), ".pdf")
            figure = figure.with_name(figure.name + wanted)
        self._session.exporter.write_figure(figure)

    def may_leave(self) -> bool:
        """Ask what becomes of unsaved changes; return whether the project may be left."""
        if not self._session.document.is_modified:
            return True
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Save the changes?",
            f"{self._session.document.project.name} has changes that are not saved.",
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        if answer == button.Save:
            return self.save()
        return answer == button.Discard
