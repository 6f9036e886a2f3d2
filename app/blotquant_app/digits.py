"""Numbers as a person reads them: the digits that the error justifies, thin spaces, a dash."""

from __future__ import annotations

import math

DASH = "–"
THIN_SPACE = "\u2009"
MINUS = "\u2212"


def _decimals(error: float) -> int:
    """Return the decimal place of the error's second digit (negative: before the point)."""
    # Rounded first: 0.0999999 has its second digit where 0.10 has it.
    return 1 - math.floor(math.log10(float(f"{error:.1e}")))


def _fixed(value: float, decimals: int) -> str:
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{max(decimals, 0)}f}".replace(",", THIN_SPACE)
    return (MINUS if rounded < 0 else "") + text


def plain(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, or a dash.

    >>> plain(0.012345), plain(1234567.0), plain(float("nan"))
    ('0.0123', '1\u2009230\u2009000', '–')
    """
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    return _fixed(value, digits - 1 - math.floor(math.log10(abs(value))))


def with_error(value: float, error: float) -> str:
    """Return ``value ± error`` where the error has two digits and the value ends with it.

    >>> with_error(2.4137, 0.1812)
    '2.41 ± 0.18'
    """
    if not math.isfinite(value):
        return DASH
    if not math.isfinite(error) or error <= 0:
        return plain(value)
    decimals = min(_decimals(error), 6)
    return f"{_fixed(value, decimals)} ± {_fixed(error, decimals)}"


def justified(value: float, low: float, high: float) -> str:
    """Return a number rounded as its interval allows, without the interval.

    >>> justified(2.4137, 2.25, 2.60)
    '2.41'
    """
    if not math.isfinite(value):
        return DASH
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return plain(value)
    return _fixed(value, min(_decimals(half), 6))


def interval(low: float, high: float) -> str:
    """Return ``low – high`` with the digits that its width allows, or a dash.

    >>> interval(2.2513, 2.6049)
    '2.25 – 2.60'
    """
    half = (high - low) / 2
    if not (math.isfinite(low) and math.isfinite(high)) or half <= 0:
        return DASH
    decimals = min(_decimals(half), 6)
    return f"{_fixed(low, decimals)} – {_fixed(high, decimals)}"


def bounded(value: float, bound: str, low: float, high: float) -> str:
    """Return a ratio as it is shown: a number, a bound with its sign, or a dash.

    >>> bounded(0.0812, "<", float("nan"), float("nan"))
    '< 0.081'
    """
    if bound and math.isfinite(value):
        return f"{bound} {plain(value, 2)}"
    return justified(value, low, high)


def count(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 lane`` or ``8 lanes``."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"
