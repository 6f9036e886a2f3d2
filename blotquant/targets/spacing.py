"""How well heights on a membrane follow the weights of the forms that are said to run there.

Without a ladder two things are unknown: where a weight runs, and how many px one unit of ln(MW)
takes. Both cancel or are learnt from the assignment itself: neighbouring forms A and B at heights
y_A < y_B give one reading of px per ln(MW), and all readings of one membrane must agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# px per ln(MW) beforehand, as (share, sd of its logarithm): a whole membrane spans about 2.6 units
# of ln(MW); in a strip cut out for a protein, its forms span about half of the height.
_WHOLE_SPAN_LN = 2.6
_WHOLE = (0.6, 0.5)
_STRIP = (0.4, 0.5)
_STRIP_SHARE = 0.5
_LOCAL_SD = 0.35  # px per ln(MW) changes along a gel
_WEIGHT_SD_LN = 0.03  # apparent weights are known to 3 %
_HEIGHT_SD_PX = 1.5
_SAME_PLACE_LN = 0.08  # different proteins closer than this may run in either order
_SAME_WEIGHT_LN = 0.005
_SMALLEST_STEP_PX = 2.0
IMPOSSIBLE = -200.0  # finite: a user may say so all the same


@dataclass(frozen=True, slots=True)
class Placed:
    """A form that is taken to run at a height; `source` is its photograph and target."""

    ln_mw: float
    y_px: float
    source: tuple[str, str]


def spacing_score(
    points: Sequence[Placed], height_px: float, span_ln: float, registration_px: float
) -> float:
    """Return the log likelihood of heights, against rows scattered evenly over the membrane.

    `IMPOSSIBLE` where a heavier form would run below a lighter one. `span_ln` is how far the forms
    that were probed lie apart, `registration_px` how exactly heights of different photographs can
    be compared. The unknown px per ln(MW) is integrated out in closed form (normal distributions
    of its logarithm).
    """
    ordered = sorted(points, key=lambda p: (-p.ln_mw, p.y_px))
    whole_px = max(height_px, 1.0) / _WHOLE_SPAN_LN
    score, readings = 0.0, []
    cluster: list[Placed] = []
    for point in ordered:
        if cluster and _may_swap(cluster, point):
            score += _beside(cluster, point, whole_px, height_px, registration_px)
            cluster.append(point)
            continue
        if cluster:
            step_px = point.y_px - _mean_y(cluster)
            if step_px <= 0:
                return IMPOSSIBLE
            step_px = max(step_px, _SMALLEST_STEP_PX)
            readings.append(_reading(cluster, point, step_px))
            score += math.log(height_px / step_px)
        cluster = [point]
    return score + _agreement(readings, _priors(height_px, span_ln))


def _priors(height_px: float, span_ln: float) -> list[tuple[float, float, float]]:
    """Return (share, ln(px per ln(MW)), sd) before any row is looked at."""
    whole = math.log(max(height_px, 1.0) / _WHOLE_SPAN_LN)
    strip = math.log(_STRIP_SHARE * max(height_px, 1.0) / span_ln) if span_ln > 0 else whole
    return [(_WHOLE[0], whole, _WHOLE[1]), (_STRIP[0], strip, _STRIP[1])]


def _mean_y(cluster: list[Placed]) -> float:
    return sum(p.y_px for p in cluster) / len(cluster)


def _mean_ln(cluster: list[Placed]) -> float:
    return sum(p.ln_mw for p in cluster) / len(cluster)


def _may_swap(cluster: list[Placed], point: Placed) -> bool:
    """Return whether a form runs at nearly the same height as forms of other probings."""
    near = _mean_ln(cluster) - point.ln_mw < _SAME_PLACE_LN
    return near and all(p.source != point.source for p in cluster)


def _beside(
    cluster: list[Placed],
    point: Placed,
    px_per_ln: float,
    height_px: float,
    registration_px: float,
) -> float:
    """Return the log likelihood of a form beside others of about its weight."""
    step_ln = _mean_ln(cluster) - point.ln_mw
    same = step_ln < _SAME_WEIGHT_LN
    sd = registration_px if same else math.hypot(registration_px, _SAME_PLACE_LN * px_per_ln)
    off = point.y_px - _mean_y(cluster) - step_ln * px_per_ln
    return math.log(height_px / (sd * math.sqrt(2 * math.pi))) - off**2 / (2 * sd**2)


def _reading(cluster: list[Placed], point: Placed, step_px: float) -> tuple[float, float]:
    """Return ln(px per ln(MW)) between two neighbours and its variance."""
    step_ln = _mean_ln(cluster) - point.ln_mw
    variance = (
        _LOCAL_SD**2
        + (_WEIGHT_SD_LN / step_ln) ** 2
        + (_HEIGHT_SD_PX * math.sqrt(2) / step_px) ** 2
    )
    return math.log(step_px / step_ln), variance


def _agreement(
    readings: list[tuple[float, float]], priors: list[tuple[float, float, float]]
) -> float:
    """Return the joint log density of readings that share one unknown px per ln(MW)."""
    if not readings:
        return 0.0
    logs = [
        math.log(share) + _shared_offset([(r - mean, v) for r, v in readings], sd)
        for share, mean, sd in priors
    ]
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def _shared_offset(readings: list[tuple[float, float]], sd: float) -> float:
    """Return the log density of (value, variance) pairs with one normal offset in common."""
    precision = sum(1 / v for _, v in readings)
    weighted = sum(r / v for r, v in readings)
    quadratic = sum(r**2 / v for r, v in readings) - (sd * weighted) ** 2 / (1 + sd**2 * precision)
    log_determinant = sum(math.log(v) for _, v in readings) + math.log(1 + sd**2 * precision)
    return -0.5 * (quadratic + log_determinant + len(readings) * math.log(2 * math.pi))
