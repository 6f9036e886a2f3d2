from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="they are immortal from Python 3.12 on")
def test_counts_are_held_and_held_once():
    from blotquant_app.singletons import _SPARE, hold_singletons

    hold_singletons()
    assert all(sys.getrefcount(x) > _SPARE // 2 for x in (True, False, None))
    before = sys.getrefcount(True)
    hold_singletons()
    assert abs(sys.getrefcount(True) - before) < 100


def test_a_program_that_emits_many_signals_ends_in_peace():
    program = """
        import blotquant_app
        from PySide6.QtCore import QCoreApplication, QObject, Signal
        class Source(QObject):
            said = Signal(bool)
        app = QCoreApplication([])
        source = Source()
        source.said.connect(lambda value: None)
        for _ in range(5000):
            source.said.emit(True)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
