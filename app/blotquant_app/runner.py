"""One worker thread; with `newest_only` a new request replaces the ones before it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from blotquant.progress import Cancelled, Progress

Job = Callable[[Progress], Any]


@dataclass(slots=True, eq=False)
class _Request:
    """A job, what to do with its result, and whether it is still wanted."""

    job: Job
    on_done: Callable[[Any], None]
    on_failed: Callable[[Exception], None] | None
    unwanted: threading.Event = field(default_factory=threading.Event)


class Runner(QObject):
    """Runs jobs away from the window, one at a time, in the order of their requests.

    A job takes the core's `progress` callback; its calls are the points where it can be cancelled.
    `on_done` and `on_failed` are called in the window's thread, and never for a request that was
    cancelled or replaced. What a failed request without `on_failed` raised goes out by `failed`.

    Parameters
    ----------
    name
        Of the thread, for debuggers.
    newest_only
        Whether a new request replaces the running and the waiting ones.
    """

    progressed = Signal(float, str)
    busy_changed = Signal(bool)
    failed = Signal(object)
    _finished = Signal(object, object, object)
    _reported = Signal(object, float, str)

    def __init__(self, name: str, *, newest_only: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest_only = newest_only
        self._waiting: deque[_Request] = deque()
        self._wanted: list[_Request] = []
        self._wake = threading.Condition()
        self._stopping = False
        self._finished.connect(self._deliver)
        self._reported.connect(self._report)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether a request is running or waiting."""
        return bool(self._wanted)

    def submit(
        self,
        job: Job,
        on_done: Callable[[Any], None],
        on_failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `job` on the worker and hand its result to `on_done`."""
        request = _Request(job, on_done, on_failed)
        was_busy = self.is_busy
        if self._newest_only:
            self._drop_all()
        self._wanted.append(request)
        with self._wake:
            self._waiting.append(request)
            self._wake.notify()
        if not was_busy:
            self.busy_changed.emit(True)

    def cancel(self) -> None:
        """Stop the running request at its next call of `progress`; forget the waiting ones."""
        if self._wanted:
            self._drop_all()
            self.busy_changed.emit(False)

    def shut_down(self) -> None:
        """Cancel everything and end the thread; returns when it has ended."""
        self._drop_all()
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _drop_all(self) -> None:
        for request in self._wanted:
            request.unwanted.set()
        self._wanted.clear()
        with self._wake:
            self._waiting.clear()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._stopping:
                    self._wake.wait()
                if self._stopping:
                    return
                request = self._waiting.popleft()
            self._run(request)

    def _run(self, request: _Request) -> None:
        def progress(fraction: float, text: str) -> None:
            if request.unwanted.is_set():
                raise Cancelled
            self._reported.emit(request, fraction, text)

        result: Any = None
        error: Exception | None = None
        try:
            result = request.job(progress)
        except Cancelled:
            request.unwanted.set()
        except Exception as caught:  # noqa: BLE001 - a job may fail in any way; the window lives on
            error = caught
        if not request.unwanted.is_set():
            self._finished.emit(request, result, error)

    def _report(self, request: _Request, fraction: float, text: str) -> None:
        if not request.unwanted.is_set():
            self.progressed.emit(fraction, text)

    def _deliver(self, request: _Request, result: object, error: Exception | None) -> None:
        if request.unwanted.is_set():
            return
        self._wanted.remove(request)
        if not self.is_busy:
            self.busy_changed.emit(False)
        if error is None:
            request.on_done(result)
        elif request.on_failed is not None:
            request.on_failed(error)
        else:
            self.failed.emit(error)
