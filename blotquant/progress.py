"""Progress and cancelling through one callback.

A long function takes `progress: Progress = no_progress` and calls it with a fraction between 0 and
1 and a short text. The callback may raise `Cancelled`; the function lets it pass.
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


class Cancelled(Exception):  # noqa: N818 - it is a request, not an error
    """The user asked to stop."""


def no_progress(_fraction: float, _text: str) -> None:
    """Report to nobody."""


def part(progress: Progress, start: float, stop: float) -> Progress:
    """Return a callback whose 0 to 1 covers `start` to `stop` of `progress`."""

    def report(fraction: float, text: str) -> None:
        progress(start + (stop - start) * fraction, text)

    return report
