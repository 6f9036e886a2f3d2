"""Start the window: paint first, then open what was asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QSettings,
    QStandardPaths,
    Qt,
    QTemporaryDir,
    QTimer,
)
from PySide6.QtWidgets import QApplication

import blotquant
from blotquant_app.collector import Collector

_SHOT_SIZE = (1440, 900)
_TURN_S = 0.001
_BROKEN = 3  # exit code
_STAGES = ("images", "lanes", "bands", "targets", "normalise", "results")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for."""

    files: tuple[Path, ...] = ()
    screenshot: Path | None = None
    theme: str = "system"
    photograph: int = 1
    lane: int = 0
    row: int = 0
    stage: str = ""
    actions: tuple[str, ...] = ()

    @property
    def asks_for_a_view(self) -> bool:
        """Whether something is to be shown or done once the files are open."""
        return bool(self.photograph > 1 or self.lane or self.stage or self.actions)


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="blotquant-gui", description="Western blots to numbers: the window."
    )
    parser.add_argument("files", nargs="*", type=Path, help="photographs, a project, an experiment")
    parser.add_argument("--version", action="version", version=f"blotquant {blotquant.__version__}")
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="write a picture of the window and exit"
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system")
    parser.add_argument("--photograph", type=int, default=1, metavar="N", help="show the N-th one")
    parser.add_argument("--lane", type=int, default=0, metavar="N", help="select a lane")
    parser.add_argument("--row", type=int, default=0, metavar="N", help="select a row")
    parser.add_argument("--stage", choices=_STAGES, default="", help="show this stage")
    parser.add_argument(
        "--action", action="append", default=[], metavar="NAME", help="do this once it is open"
    )
    found = parser.parse_args(arguments)
    return Options(
        files=tuple(p.absolute() for p in found.files),
        screenshot=found.screenshot,
        theme=found.theme,
        photograph=found.photograph,
        lane=found.lane,
        row=found.row,
        stage=found.stage,
        actions=tuple(found.action),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    # The matrices are small: a second thread of linear algebra only waits for the first.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = parse(sys.argv[1:] if arguments is None else arguments)
    QCoreApplication.setApplicationName("blotquant")
    QCoreApplication.setOrganizationName("blotquant")
    app = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows is running already")
    # The window shares the interpreter with the analysis: short turns keep drags smooth.
    sys.setswitchinterval(_TURN_S)
    collector = Collector(app)
    starter = Starter(app, options)
    starter.start()
    try:
        return app.exec()
    finally:
        collector.stop()


class Starter(QObject):
    """Makes the window, then opens files, then (if asked) takes the picture."""

    def __init__(self, app: QApplication, options: Options) -> None:
        super().__init__(app)
        from blotquant_app.notices import Notices  # noqa: PLC0415 - --version needs no widgets
        from blotquant_app.session import Session  # noqa: PLC0415 - as above
        from blotquant_app.settings import Memory  # noqa: PLC0415 - as above
        from blotquant_app.theme import Theme  # noqa: PLC0415 - as above
        from blotquant_app.windows.main_window import MainWindow  # noqa: PLC0415 - as above

        self._app = app
        self._options = options
        is_picture = options.screenshot is not None
        self.theme = Theme(
            app, "light" if is_picture and options.theme == "system" else options.theme
        )
        # A picture neither shows nor changes what the user opened last.
        self._shelf = QTemporaryDir() if is_picture else None
        memory = Memory()
        if self._shelf is not None:
            store = QSettings(self._shelf.filePath("settings.ini"), QSettings.Format.IniFormat)
            memory = Memory(store)
        self.session = Session(Notices(), memory)
        self.window = MainWindow(self.session, self.theme, remembers=not is_picture)
        self.window.crash_hook.install()
        self._shot = False

    def start(self) -> None:
        """Show the window; everything slow comes after the first paint."""
        if self._options.screenshot is not None:
            self.window.resize(*_SHOT_SIZE)
            self.session.settled.connect(self._shoot_soon)
            self.session.notices.said.connect(self._check_failed)
            self.session.crashed.connect(self._fail)
        elif self._options.asks_for_a_view:
            once = Qt.ConnectionType.SingleShotConnection
            self.session.settled.connect(self._select, once)
        self.window.show()
        QTimer.singleShot(0, self._open)
        if self._options.screenshot is None:
            QTimer.singleShot(0, self._watch)

    def _open(self) -> None:
        if self._options.files:
            self.session.open_files(self._options.files)
        elif self._options.screenshot is not None:
            self._shoot_soon()

    def _watch(self) -> None:
        """Keep unsaved work aside, and offer what an earlier window left."""
        from blotquant_app.windows.custody import autosave_folder  # noqa: PLC0415 - as above

        place = QStandardPaths.StandardLocation.AppDataLocation
        data_folder = QStandardPaths.writableLocation(place)
        self.window.custody.keeper.watch(autosave_folder(data_folder))

    def _check_failed(self, *_: object) -> None:
        """Do not wait for ever when nothing could be opened."""
        if not self.session.document.project.photographs:
            self._shoot_soon()

    def _fail(self, _: object) -> None:
        """A picture of a broken window is worth nothing: say so by the exit code."""
        self._shot = True
        self.session.document.mark_saved()
        self.window.close()
        self._app.exit(_BROKEN)

    def _shoot_soon(self) -> None:
        if self._shot:
            return
        self._shot = True
        self._select()
        # Two turns of the event loop let layouts and the profile settle before the grab.
        QTimer.singleShot(200, self._shoot)

    def _select(self) -> None:
        from blotquant_app.panels.inspector import Stage  # noqa: PLC0415 - as above

        options, photographs = self._options, self.session.document.project.photographs
        if 1 <= options.photograph <= len(photographs):
            image = photographs[options.photograph - 1].id
            self.session.selection.select_image(image)
            lanes = self.session.scene().lanes
            if options.lane and lanes:
                self.session.selection.select_band(lanes[0].membrane, options.lane, options.row)
        if options.stage:
            self.window.show_stage(Stage(options.stage.capitalize()))
        for name in options.actions:
            self.window.actions_[name].trigger()

    def _shoot(self) -> None:
        path = self._options.screenshot
        self.window.centre.view.fit()
        self._app.processEvents()
        ok = path is not None and self.window.grab().save(str(path))
        if not ok:
            sys.stderr.write(f"The picture could not be written to {path}. Choose another place.\n")
        self.session.document.mark_saved()
        self.window.close()
        self._app.exit(0 if ok else 2)


if __name__ == "__main__":
    sys.exit(main())
