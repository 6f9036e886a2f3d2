"""Errors that a user can act on.

Every error says what is wrong and what to do. Quality problems of a blot are not errors: they are
`blotquant.flags`.
"""

from __future__ import annotations

_MOST_LISTED = 20  # nobody reads more at once


class BlotquantError(Exception):
    """Something that stops the work, in one sentence, with a remedy.

    Parameters
    ----------
    what_is_wrong
        One sentence without the final full stop; names the file or the entry that it is about.
    what_to_do
        One sentence without the final full stop, in the imperative.
    """

    def __init__(self, what_is_wrong: str, what_to_do: str) -> None:
        super().__init__(what_is_wrong, what_to_do)
        self.what_is_wrong = what_is_wrong
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        return f"{self.what_is_wrong}. {self.what_to_do}."


class ReadError(BlotquantError):
    """A picture file cannot be read exactly."""


class ProjectError(BlotquantError):
    """A project file cannot be read or written."""


class ExperimentError(BlotquantError):
    """An experiment file holds impossible values; `problems` lists all of them with their place."""

    def __init__(self, file: str, problems: tuple[str, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        left = len(problems) - _MOST_LISTED
        more = (f"... and {left} more",) if left > 0 else ()
        super().__init__(
            f"{file} has {count}:\n  - " + "\n  - ".join((*problems[:_MOST_LISTED], *more)) + "\n",
            "Correct the named places and run it again",
        )
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.what_is_wrong}{self.what_to_do}."


class SettingsError(BlotquantError):
    """A method or an analysis is configured with a value that it cannot use."""
