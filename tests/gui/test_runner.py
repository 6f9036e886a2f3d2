from __future__ import annotations

import threading

import pytest

from blotquant_app.runner import Runner


@pytest.fixture
def newest():
    runner = Runner("test", newest_only=True)
    yield runner
    runner.shut_down()


@pytest.fixture
def queue():
    runner = Runner("test", newest_only=False)
    yield runner
    runner.shut_down()


def test_result_arrives_in_the_windows_thread(qtbot, newest):
    seen = []

    def job(progress):
        progress(0.5, "half")
        return threading.current_thread().name

    with qtbot.waitSignal(newest.progressed, timeout=5000) as report:
        newest.submit(job, lambda r: seen.append((r, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("test", threading.main_thread())]
    assert report.args == [0.5, "half"]
    assert not newest.is_busy


def test_newest_request_wins(qtbot, newest):
    started, go_on, seen = threading.Event(), threading.Event(), []

    def slow(progress):
        started.set()
        go_on.wait(5)
        progress(0.1, "too late")
        return "old"

    newest.submit(slow, seen.append)
    assert started.wait(5)
    newest.submit(lambda _: "skipped", seen.append)
    newest.submit(lambda _: "new", seen.append)
    go_on.set()
    qtbot.waitUntil(lambda: not newest.is_busy)
    assert seen == ["new"]


def test_stale_result_of_a_job_without_progress_is_dropped(qtbot, newest):
    started, go_on, seen = threading.Event(), threading.Event(), []

    def stubborn(_):
        started.set()
        go_on.wait(5)
        return "old"

    newest.submit(stubborn, seen.append)
    assert started.wait(5)
    newest.submit(lambda _: "new", seen.append)
    go_on.set()
    qtbot.waitUntil(lambda: seen == ["new"])


def test_queue_runs_all_in_order(qtbot, queue):
    seen = []
    for i in range(5):
        queue.submit(lambda _, i=i: i, seen.append)
    qtbot.waitUntil(lambda: not queue.is_busy)
    assert seen == [0, 1, 2, 3, 4]


def test_cancel_stops_at_the_next_progress(qtbot, newest):
    started, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def job(progress):
        started.set()
        go_on.wait(5)
        try:
            progress(0.5, "half")
        finally:
            ended.set()
        seen.append("never")

    newest.submit(job, seen.append)
    assert started.wait(5)
    with qtbot.waitSignal(newest.busy_changed, timeout=5000) as signal:
        newest.cancel()
    assert signal.args == [False]
    go_on.set()
    assert ended.wait(5)
    newest.submit(lambda _: "after", seen.append)
    qtbot.waitUntil(lambda: seen == ["after"])


def test_error_goes_to_its_handler_or_out(qtbot, queue):
    def bad(_):
        raise ValueError("no")

    errors = []
    queue.submit(bad, lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "no"
    with qtbot.waitSignal(queue.failed, timeout=5000) as signal:
        queue.submit(bad, lambda _: None)
    assert isinstance(signal.args[0], ValueError)
    assert not queue.is_busy


def test_busy_is_said_once_for_a_burst(qtbot, newest):
    said = []
    newest.busy_changed.connect(said.append)
    for i in range(4):
        newest.submit(lambda _, i=i: i, lambda _: None)
    qtbot.waitUntil(lambda: not newest.is_busy)
    assert said == [True, False]


def test_shut_down_ends_a_waiting_thread():
    runner = Runner("short", newest_only=True)
    runner.shut_down()
    assert all(t.name != "short" for t in threading.enumerate())
