"""A registration in words: how far, how sure, and what it rests on."""

from __future__ import annotations

import math

from blotquant.model.registration import Registration

TELLS = 2.0  # standard errors from which a turn or a zoom is worth a word


def registration_text(registration: Registration, lead: str) -> str:
    """Return how a photograph lies against the lead (by its file name), without a full stop.

    >>> from blotquant.model.registration import Registration
    >>> registration_text(Registration(membrane="A", image="b", to="a", centre=(0, 0)), "a.tif")
    'not registered on a.tif'
    """
    r = registration
    if not r.reason:
        return f"not registered on {lead}" + (f": {r.doubt}" if r.doubt else "")
    parts = [_moved(r)]
    if not r.is_height_known:
        parts.append("height not known")
    parts += _turned(r)
    how = "same frame as" if r.same_frame else "registered on"
    text = f"{how} {lead}: {', '.join(parts)} (from {r.reason})"
    return text if r.is_sure else f"{text}; doubtful: {r.doubt}"


def _moved(r: Registration) -> str:
    if r.same_frame:
        down = f", {_size(r.shift_y_se_px)} px down" if r.is_height_known else ""
        return f"not moved, to {_size(r.shift_x_se_px)} px across{down}"
    words = [_amount(r.shift_x_px, r.shift_x_se_px, "px right", "px left")]
    if r.is_height_known:
        words.append(_amount(r.shift_y_px, r.shift_y_se_px, "px down", "px up"))
    return ", ".join(w for w in words if w)


def _turned(r: Registration) -> list[str]:
    words = []
    if abs(r.rotation_deg) > TELLS * r.rotation_se_deg:
        turn = _amount(r.rotation_deg, r.rotation_se_deg, "° anticlockwise", "° clockwise")
        words.append(f"turned {turn.replace(' °', '°')}")
    if abs(r.scale - 1) > TELLS * r.scale_se:
        places = _places(100 * r.scale_se)
        words.append(f"at {100 * r.scale:.{places}f} ± {100 * r.scale_se:.{places}f} % of its size")
    return words


def _amount(value: float, error: float, positive: str, negative: str) -> str:
    """Return ``12.3 ± 0.4 px right``; the direction takes the sign."""
    unit = positive if value >= 0 else negative
    if not math.isfinite(error):
        return f"about {abs(value):.0f} {unit}, not measured"
    places = _places(error)
    return f"{abs(value):.{places}f} ± {error:.{places}f} {unit}"


def _places(error: float) -> int:
    """Return so many decimals that the error shows one digit, two at most."""
    return min(2, max(0, math.ceil(-math.log10(max(error, 1e-3)))))


def _size(error: float) -> str:
    return f"{error:.{_places(error)}f}"
