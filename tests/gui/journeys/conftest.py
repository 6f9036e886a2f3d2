"""What the journeys share: the wait for the numbers, and one photograph that is open."""

from __future__ import annotations

import pytest

from blotquant.simulate import write_blot

PATIENCE_MS = 60_000


@pytest.fixture
def settle(qtbot, window):
    """Do something and wait until the numbers belong to it."""

    def wait_for(action=lambda: None):
        action()
        session = window.session
        qtbot.waitUntil(
            lambda: session.is_settled and not session.task_runner.is_busy, timeout=PATIENCE_MS
        )

    return wait_for


@pytest.fixture
def opened(window, settle, tmp_path, blot):
    """Give the window with the photograph of the file's own `blot` measured in it."""
    file = write_blot(blot, tmp_path, "blot")
    settle(lambda: window.session.open_files([file]))
    return window
