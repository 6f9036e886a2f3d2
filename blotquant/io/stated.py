"""Facts in the free text that imagers attach to their pictures: exposure, instrument, channel.

Only what is written as ``name = value`` or ``name: value`` is believed, and numbers need a unit.
"""

from __future__ import annotations

import math
import re

from blotquant.io.reader import plain

_EXPOSURE = re.compile(
    r"\bexposure(?:[ _]?time)?\s*+(\([^)\d]{1,12}\))?+\s*+[=:]\s*+"
    r"(\d{1,7}(?:\.\d{1,6})?)\s*(ms|msec|milliseconds?|s|secs?|seconds?|min|minutes?)?\b",
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    r"^[ \t]*+(?:channel(?:[ _]?name)?|led&filter|dye|application)"
    r"[ \t]*+[=:][ \t]*+(\S[^\r\n]{0,60})",
    re.IGNORECASE | re.MULTILINE,
)
_INSTRUMENT = re.compile(
    r"^[ \t]*+(?:instrument|imager|scanner|system)(?:[ _]?(?:name|model))?"
    r"[ \t]*+[=:][ \t]*+(\S[^\r\n]{0,60})",
    re.IGNORECASE | re.MULTILINE,
)
_DATE = re.compile(r"^(\d{4}):(\d{2}):(\d{2})( |$)")
_MAX_DESCRIPTION = 20_000
_IN_SECONDS = {"m": 60.0, "s": 1.0}
_MICROMETRES = {2: 25_400.0, 3: 10_000.0}  # inch and centimetre, as TIFF numbers them
_SCREEN_DPI = (72, 96, 120, 144)  # what programs write when they know nothing
_PIXEL_UM = (1.0, 2_000.0)


def from_description(text: str) -> dict[str, str]:
    """Return exposure (in seconds), channel and instrument where a description states them."""
    text = text[:_MAX_DESCRIPTION]
    found = {"exposure_s": _exposure_s(text)}
    for key, pattern in (("channel", _CHANNEL), ("instrument", _INSTRUMENT)):
        match = pattern.search(text)
        found[key] = plain(match.group(1), 60) if match else ""
    return {key: value for key, value in found.items() if value}


def pixel_size_um(per_unit: float, unit: int) -> str:
    """Return the side of a pixel in um from a resolution; empty where nobody measured it."""
    if unit not in _MICROMETRES or not math.isfinite(per_unit) or per_unit <= 0:
        return ""
    size = _MICROMETRES[unit] / per_unit
    if any(abs(_MICROMETRES[2] / size - dpi) < 0.5 for dpi in _SCREEN_DPI):
        return ""
    return f"{size:g}" if _PIXEL_UM[0] <= size <= _PIXEL_UM[1] else ""


def iso_date(text: str) -> str:
    """Return a date of TIFF or EXIF (``2026:02:20 13:10:03``) as others are written."""
    return _DATE.sub(r"\1-\2-\3\4", text)


def _exposure_s(text: str) -> str:
    match = _EXPOSURE.search(text)
    if match is None:
        return ""
    unit = (match.group(3) or (match.group(1) or "").strip("() ")).lower()
    if not unit:
        return ""
    factor = 1e-3 if unit.startswith(("ms", "milli")) else _IN_SECONDS.get(unit[0])
    return "" if factor is None else f"{float(match.group(2)) * factor:g}"
