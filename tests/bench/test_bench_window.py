"""How fast the window starts, follows a dragged lane, changes levels, and how long it is deaf."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from .window_bench import LANE, open_window, spin, twelve_megapixels

ROOT = Path(__file__).resolve().parents[2]


def test_window_start(benchmark, tmp_path):
    picture = tmp_path / "window.png"
    code = "import sys; from blotquant_app.main import main; sys.exit(main(sys.argv[1:]))"
    paths = [str(ROOT), str(ROOT / "app"), str(ROOT / "resources")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "QT_QPA_PLATFORM": "offscreen",
        # The user's recent files and window size are left alone.
        "XDG_CONFIG_HOME": str(tmp_path),
    }

    def start():
        command = [sys.executable, "-c", code, "--screenshot", str(picture)]
        subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True)

    benchmark.pedantic(start, rounds=3, warmup_rounds=1)
    assert picture.stat().st_size > 0


@pytest.fixture(scope="module")
def open_blot(tmp_path_factory):
    """Give the window with a 12-megapixel blot of 20 lanes, and the turns while it was opened."""
    import pyqtgraph as pg

    folder = tmp_path_factory.mktemp("twelve")
    app = QApplication.instance() or QApplication([])
    sys.setswitchinterval(0.001)  # as the program does
    pg.setConfigOption("mouseRateLimit", 0)
    window, turns = open_window(app, folder, twelve_megapixels(folder))
    yield window, turns
    window.session.document.mark_saved()
    window.close()


def send(view, kind, at, *, pressed):
    """Send a real mouse event to the picture, at a place on the screen."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    viewport = view.graphics.viewport()
    button = none if kind is QEvent.Type.MouseMove else left
    event = QMouseEvent(
        kind,
        at,
        viewport.mapToGlobal(at),
        button,
        left if pressed else none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)


class LaneDrag:
    """A drag of one lane, a step to the right and back again for each call."""

    def __init__(self, window):
        self.session, self.view = window.session, window.centre.view
        scene = self.session.scene()
        lane = scene.lane(scene.membranes[0].name, LANE)
        x, y = lane.point_at(lane.length_px * 0.12)
        self.start = QPointF(self.view.to_screen((x + 0.25 * lane.width_px, y)))
        self.n_steps = self.n_results = 0
        self.session.measured.connect(self._count)
        send(self.view, QEvent.Type.MouseButtonPress, self.start, pressed=True)
        self.step()

    def _count(self):
        self.n_results += 1

    def step(self):
        """Move the mouse and paint the lane where it is now."""
        self.n_steps += 1
        at = self.start + QPointF(6 + self.n_steps % 2 * 3, 0)
        send(self.view, QEvent.Type.MouseMove, at, pressed=True)
        self.view.graphics.viewport().repaint()

    def step_with_numbers(self):
        """Move the mouse, paint the lane, wait for its new numbers, and paint those."""
        before = self.n_results
        self.step()
        spin(lambda: self.n_results > before)
        self.view.graphics.viewport().repaint()

    def end(self):
        self.session.measured.disconnect(self._count)
        self.view.pointer.cancel()
        send(self.view, QEvent.Type.MouseButtonRelease, self.start, pressed=False)
        spin(lambda: self.session.is_settled)


@pytest.mark.parametrize("name", ["step", "step_with_numbers"])
def test_drag_of_a_lane(benchmark, open_blot, name):
    drag = LaneDrag(open_blot[0])
    benchmark.pedantic(getattr(drag, name), rounds=60, warmup_rounds=5)
    drag.end()


def test_levels(benchmark, open_blot):
    view = open_blot[0].centre.view
    flip = itertools.cycle((0.9, 1.1))

    def change():
        display = view.display
        view.set_display(replace(display, high=display.high * next(flip)))
        view.graphics.viewport().repaint()

    benchmark.pedantic(change, rounds=40, warmup_rounds=3)


def test_longest_turn_of_the_event_loop(benchmark, open_blot, capsys):
    """Print the longest turns; what is timed is a whole drag with its release."""
    window, opening = open_blot
    turns: list[float] = []

    def whole_drag():
        drag = LaneDrag(window)
        for _ in range(10):
            drag.step()
            spin(iter([False] * 5 + [True]).__next__, turns)
        send(drag.view, QEvent.Type.MouseButtonRelease, drag.start + QPointF(9, 0), pressed=False)
        spin(lambda: drag.session.is_settled, turns)
        drag.session.measured.disconnect(drag._count)

    benchmark.pedantic(whole_drag, rounds=3)
    with capsys.disabled():
        sys.stdout.write(
            f"\nlongest turn: {1000 * max(opening):.0f} ms while opening, "
            f"{1000 * max(turns):.0f} ms while dragging\n"
        )
