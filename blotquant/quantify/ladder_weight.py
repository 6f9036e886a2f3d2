"""What weighs a band beside a ladder, or between two of them.

::

    ladder            band              ladder
     100 ----           .                           the front runs lower on the right:
      75 ----        ---x---        ---- 100        the weight at x is read from both ladders
      50 ----           '           ----  75        at its height, and shared by its distance
                                    ----  50        to each
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from blotquant.errors import SettingsError
from blotquant.model.ladder import LadderFit


class MolecularWeight(NamedTuple):
    """A weight with its 95 % interval in kDa, and whether it lies outside the ladder."""

    mw: float
    low: float
    high: float
    extrapolated: bool


def mw_at(fit: LadderFit, position_px: float) -> MolecularWeight:
    """Return the weight at a height on the fit's axis, with its interval.

    Between the ladder's bands ln(MW) follows a monotone cubic (Fritsch and Carlson 1980,
    doi 10.1137/0717021); beyond them it runs on straight, is marked as extrapolated, and the
    interval widens with the distance in band spacings.
    """
    x = fit.position_px
    y = [math.log(m) for m in fit.mw_kda]
    if position_px < x[0]:
        slope = (y[1] - y[0]) / (x[1] - x[0])
        ln_mw, beyond = y[0] + slope * (position_px - x[0]), (x[0] - position_px) / (x[1] - x[0])
    elif position_px > x[-1]:
        slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
        ln_mw = y[-1] + slope * (position_px - x[-1])
        beyond = (position_px - x[-1]) / (x[-1] - x[-2])
    else:
        ln_mw, beyond = _monotone_cubic(x, y, position_px), 0.0
    half = 1.96 * fit.rms_ln * (1 + beyond)
    return MolecularWeight(
        math.exp(ln_mw), math.exp(ln_mw - half), math.exp(ln_mw + half), beyond > 0
    )


def mw_between(places: Sequence[tuple[float, LadderFit, float]], x_px: float) -> MolecularWeight:
    """Return the weight at a place between several ladder lanes.

    Parameters
    ----------
    places
        For each ladder its x, its fit, and the height on the fit's axis that is asked for; in any
        order. x is in the same pixels as `x_px`.
    x_px
        Where the band lies.

    The two ladders next to the place share ln(MW), and the ends of its interval, by their distance
    to it, so that a front that runs lower on one side does not bias the weight; left and right of
    all ladders the outermost one alone decides. Raises `SettingsError` where there is no ladder.
    """
    if not places:
        raise SettingsError("There is no ladder to read a weight from", "Mark the ladder's lane")
    order = sorted(places, key=lambda p: p[0])
    for (x_a, fit_a, y_a), (x_b, fit_b, y_b) in pairwise(order):
        if x_a <= x_px <= x_b and x_b > x_a:
            return _shared(mw_at(fit_a, y_a), mw_at(fit_b, y_b), (x_px - x_a) / (x_b - x_a))
    _, fit, y = order[0] if x_px <= order[0][0] else order[-1]
    return mw_at(fit, y)


def mean_weight(weights: Sequence[MolecularWeight]) -> MolecularWeight:
    """Return the geometric mean of the bands of a row, and of the ends of their intervals.

    The error of a ladder is common to all lanes: it does not shrink with their number.
    """
    if not weights:
        raise SettingsError("There are no weights to average", "Give at least one")
    n = len(weights)
    mw, low, high = (math.exp(sum(math.log(w[k]) for w in weights) / n) for k in range(3))
    return MolecularWeight(mw, low, high, any(w.extrapolated for w in weights))


def _shared(a: MolecularWeight, b: MolecularWeight, share_of_b: float) -> MolecularWeight:
    mw, low, high = (
        math.exp((1 - share_of_b) * math.log(a[k]) + share_of_b * math.log(b[k])) for k in range(3)
    )
    return MolecularWeight(mw, low, high, a.extrapolated or b.extrapolated)


def _monotone_cubic(x: Sequence[float], y: Sequence[float], at: float) -> float:
    """Return the Fritsch-Carlson interpolant of falling knots at a place between them."""
    h = [b - a for a, b in pairwise(x)]
    d = [(b - a) / s for (a, b), s in zip(pairwise(y), h, strict=True)]
    slope = [d[0]]
    for k in range(1, len(d)):
        w_1, w_2 = 2 * h[k] + h[k - 1], h[k] + 2 * h[k - 1]
        slope.append((w_1 + w_2) / (w_1 / d[k - 1] + w_2 / d[k]))
    slope.append(d[-1])
    k = min(sum(at >= knot for knot in x[1:-1]), len(h) - 1)
    t = (at - x[k]) / h[k]
    return (
        y[k] * (1 + 2 * t) * (1 - t) ** 2
        + h[k] * slope[k] * t * (1 - t) ** 2
        + y[k + 1] * t**2 * (3 - 2 * t)
        + h[k] * slope[k + 1] * t**2 * (t - 1)
    )
