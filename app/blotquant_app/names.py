"""Names and reasons as people say them: `cleaved PARP`, and short where there is little room."""

from __future__ import annotations

from blotquant.targets.spoken import spoken, spoken_form

__all__ = ["sentence", "shortened", "spoken", "spoken_form"]


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter; the rest stays as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def shortened(name: str, n: int) -> str:
    """Return a name of at most `n` signs: files are called alike at their start, so the end stays.

    What is left out in the middle is marked by an ellipsis.
    """
    if len(name) <= n:
        return name
    end = (n - 1) * 2 // 3
    return f"{name[: n - 1 - end]}…{name[len(name) - end :]}"
