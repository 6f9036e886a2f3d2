"""What all tests share: simulated blots, an offscreen Qt, and watchmen for leaks and logs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from functools import cache

import hypothesis
import pytest

from blotquant.simulate import SimulatedBlot, scene, simulate_blot

# The first example of a property test may import a slow library, on a machine that is busy.
hypothesis.settings.register_profile("blotquant", deadline=None)
hypothesis.settings.load_profile("blotquant")

# Before any QApplication is made: no test may open a window on somebody's screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The own targets of whoever runs the tests are left alone.
os.environ["BLOTQUANT_TARGETS"] = os.devnull


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "expect_log(text): this test causes log records that contain the text"
    )


@cache
def _simulated(scenario: str, seed: int) -> SimulatedBlot:
    return simulate_blot(scene(scenario, seed))


@pytest.fixture(scope="session")
def simulated() -> Callable[..., SimulatedBlot]:
    """Give the blot of a scenario and seed; the same one is rendered once for the whole run."""

    def get(scenario: str = "easy", seed: int = 1) -> SimulatedBlot:
        return _simulated(scenario, seed)

    return get


@pytest.fixture(scope="session")
def easy_blot(simulated) -> SimulatedBlot:
    """Give a blot without any difficulty."""
    return simulated("easy")


@pytest.fixture(scope="session")
def demo_experiment(tmp_path_factory):
    """Give the path of the demo's experiment file; read it, do not write beside it."""
    from blotquant.simulate import write_demo

    return write_demo(tmp_path_factory.mktemp("demo"))


class _Watch(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_log_records(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or worse which it did not announce with `expect_log`."""
    expected = tuple(mark.args[0] for mark in request.node.iter_markers("expect_log"))
    watch = _Watch()
    root = logging.getLogger()
    root.addHandler(watch)
    yield
    root.removeHandler(watch)
    texts = [record.getMessage() for record in watch.records]
    strange = [text for text in texts if not any(part in text for part in expected)]
    assert not strange, f"unexpected log records: {strange}"


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a Python thread running."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        # Qt's own threads show up as dummies that Python cannot see the end of; the window's
        # worker is watched by Qt itself, which aborts when a running QThread is destroyed.
        if isinstance(thread, threading._DummyThread):
            continue
        thread.join(timeout=5.0)
        assert not thread.is_alive(), f"the test left the thread {thread.name!r} running"
