"""Numbers as the tables write them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from validation.matching import percentile

_FAR_OFF = 10.0  # percentiles beyond 1000 % say no more than "more"


def mean(values: Sequence[float]) -> float:
    """Return the mean; NaN of nothing."""
    return math.fsum(values) / len(values) if values else float("nan")


def spread(shares: Sequence[float], digits: int = 1, unit: str = "") -> str:
    """Return median / 90th percentile in percent."""
    if not shares:
        return "-"
    parts = []
    for rank in (50, 90):
        value = percentile(shares, rank)
        parts.append("> 1000" if value > _FAR_OFF else f"{100 * value:.{digits}f}")
    return " / ".join(parts) + unit


def share_of(values: Sequence[bool]) -> str:
    """Return how many are true as a percentage with its base; a dash of nothing."""
    return f"{100 * sum(values) / len(values):.1f} % of {len(values)}" if values else "-"


def fraction(values: Sequence[bool]) -> str:
    """Return how many are true as m/n; a dash of nothing."""
    return f"{sum(values)}/{len(values)}" if values else "-"


def percent(value: float) -> str:
    """Return a share in percent with one decimal; a dash for NaN."""
    return number(100 * value, 1)


def number(value: float, digits: int, missing: str = "-") -> str:
    """Return a number with so many decimals; `missing` for NaN."""
    return missing if math.isnan(value) else f"{value:.{digits}f}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
