"""The window of the benchmarks: a 12-megapixel blot of 20 lanes, open and measured."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot

PATIENCE_S = 120.0
LANE = 10


def twelve_megapixels(folder: Path) -> Path:
    """Write the photograph and return its path."""
    rows = tuple(
        RowSpec(target="x", form=str(f), fraction=f, amounts=(4e7,) * 20) for f in (0.25, 0.5, 0.8)
    )
    scene = Scene(
        width_px=4000,
        height_px=3000,
        n_lanes=20,
        lane_width_px=120.0,
        gap_px=60.0,
        rows=rows,
        seed=3,
    )
    return write_blot(simulate_blot(scene), folder, "twelve")


def spin(until, longest=None):
    """Turn the event loop until something is so; `longest` collects the time of each turn."""
    end = time.perf_counter() + PATIENCE_S
    while not until():
        if time.perf_counter() > end:
            raise TimeoutError
        start = time.thread_time()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        if longest is not None:
            longest.append(time.thread_time() - start)


def open_window(app, folder, file):
    """Return the real window with a photograph measured in it, and the longest turns of its loop.

    Turns are in processor seconds of the window's thread: what else the machine does is left out.
    """
    from blotquant_app.notices import Notices
    from blotquant_app.session import Session
    from blotquant_app.settings import Memory
    from blotquant_app.theme import Theme
    from blotquant_app.windows.main_window import MainWindow

    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    session = Session(Notices(), Memory(store))
    window = MainWindow(session, Theme(app, "light"), remembers=False)
    window.resize(1440, 900)
    window.show()
    turns: list[float] = []
    session.open_files([file])
    spin(lambda: session.analysis is not None and session.is_settled, turns)
    membrane = session.scene().membranes[0].name
    session.selection.select_lane(membrane, LANE)
    spin(lambda: session.is_settled, turns)
    return window, turns
