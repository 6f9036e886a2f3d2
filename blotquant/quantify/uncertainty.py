"""Errors and bounds of ratios: the one place where these rules are written.

A `Quantity` is a volume with its standard error and its limit of detection; an `Estimate` is what
can be said of a ratio of such volumes. The rules, for every term of a ratio:

========================  ===========================  =========================================
term                      numerator                    denominator
========================  ===========================  =========================================
detected                  its value                    its value, if it differs from zero
below its LOD             LOD: the ratio is ``<``      LOD: the ratio is ``>``
saturated (lower bound)   its value: ratio is ``>``    its value: the ratio is ``<``
not measured, no LOD      no number                    no number
========================  ===========================  =========================================

Terms that bound a ratio from both sides leave no number. A denominator that counts as detected but
does not differ from zero at the chosen level leaves no number either: the interval by Fieller's
theorem is then unbounded (doi:10.1111/j.2517-6161.1954.tb00159.x). Nothing is clipped, and every
estimate without a number says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured amount, in counts x px or relative units.

    Parameters
    ----------
    value, se
        As measured, may be negative; NaN when there is no measurement, and `reason` says why.
    lod
        Limit of detection in the same unit; NaN when it is not known.
    detected
        The verdict by the limit of detection.
    is_lower_bound
        Whether saturation makes the value a lower bound.
    """

    value: float
    se: float
    lod: float = NAN
    detected: bool = True
    is_lower_bound: bool = False
    flags: Flag = Flag.NONE
    reason: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether its logarithm means something: detected and above zero."""
        return self.detected and self.value > 0

    def differs_from_zero(self, level: float) -> bool:
        """Return whether the two-sided interval at `level` lies above zero (Fieller's test)."""
        return self.value > z_of(level) * self.se


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What can be said of a ratio: a number, a bound, or nothing and the reason.

    `value` with bound ``<`` is an upper bound and `ci_high` the bound with the error of the other
    terms (`ci_low` is NaN); ``>`` the mirror image. `se_ln` is the standard error of the logarithm
    (of the logit for a fraction).
    """

    value: float
    ci_low: float
    ci_high: float
    bound: str = ""
    se_ln: float = NAN
    flags: Flag = Flag.NONE
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """A factor on the log scale; `direction` is +1 if the truth may be larger, -1 if smaller."""

    ln: float
    variance: float
    direction: int


def z_of(level: float) -> float:
    """Return the two-sided normal quantile, 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def quantity_of(measurement: BandMeasurement) -> Quantity:
    """Return a band's volume as a quantity; an excluded band has no value."""
    flags = measurement.flags | measurement.band.flags
    if measurement.band.excluded or Flag.EXCLUDED in flags:
        return missing("a user excluded the band", flags | Flag.EXCLUDED)
    return Quantity(
        value=measurement.volume,
        se=measurement.volume_se,
        lod=measurement.lod,
        detected=measurement.detected,
        is_lower_bound=Flag.LOWER_BOUND in flags,
        flags=flags,
    )


def missing(reason: str, flags: Flag = Flag.NONE) -> Quantity:
    """Return a quantity that was not measured, with the reason."""
    return Quantity(value=NAN, se=NAN, detected=False, flags=flags, reason=reason)


def no_estimate(reason: str, flags: Flag = Flag.NONE) -> Estimate:
    """Return an estimate without a number, with the reason."""
    return Estimate(value=NAN, ci_low=NAN, ci_high=NAN, flags=flags, reason=reason)


def sum_of(quantities: Sequence[Quantity]) -> Quantity:
    """Return the sum of volumes: errors and limits of detection add in quadrature.

    The sum is detected when one part is, or when it exceeds its own limit of detection; then
    the parts' NOT_DETECTED no longer describes it and is dropped. One missing part leaves no sum.
    """
    flags = Flag.NONE
    for q in quantities:
        flags |= q.flags
    lost = [q for q in quantities if not math.isfinite(q.value)]
    if lost:
        return missing(lost[0].reason or "a part was not measured", flags)
    value = math.fsum(q.value for q in quantities)
    lod = math.hypot(*(q.lod for q in quantities))
    detected = value > 0 and (any(q.detected for q in quantities) or value > lod)
    return Quantity(
        value=value,
        se=math.hypot(*(q.se for q in quantities)),
        lod=lod,
        detected=detected,
        is_lower_bound=any(q.is_lower_bound for q in quantities),
        flags=flags & ~Flag.NOT_DETECTED if detected else flags,
    )


def ratio_of(numerator: Quantity, denominator: Quantity, level: float = 0.95) -> Estimate:
    """Return numerator / denominator with its interval at `level`, on the log scale."""
    return quotient((numerator,), (denominator,), level)


def quotient(
    numerators: Sequence[Quantity], denominators: Sequence[Quantity], level: float = 0.95
) -> Estimate:
    """Return the product of `numerators` over that of `denominators`, by the module's rules.

    The interval is ``exp(ln R +- z * se)`` with ``se**2`` the sum of the squared relative errors.
    """
    flags = Flag.NONE
    for q in (*numerators, *denominators):
        flags |= q.flags
    for q in denominators:
        if math.isfinite(q.value) and q.is_seen and not q.differs_from_zero(level):
            return no_estimate("the denominator does not differ from zero", flags)
    return _combine(numerators, denominators, level, flags)


def fraction_of(part: Quantity, rest: Quantity, level: float = 0.95) -> Estimate:
    """Return ``part / (part + rest)`` with its interval on the logit scale (delta method).

    The logit is ``ln(part / rest)``, so bounds follow from those of that ratio. There is no number
    when the sum does not differ from zero.
    """
    total = sum_of((part, rest))
    flags = part.flags | rest.flags
    if total.detected and not total.differs_from_zero(level):
        return no_estimate("the sum of the forms does not differ from zero", flags)
    odds = _combine((part,), (rest,), level, flags)
    return replace(
        odds,
        value=_from_odds(odds.value),
        ci_low=_from_odds(odds.ci_low),
        ci_high=_from_odds(odds.ci_high),
    )


def fold_of(own: Estimate, controls: Sequence[Estimate], level: float = 0.95) -> Estimate:
    """Return `own` relative to the geometric mean of the `controls`.

    When `own` is one of the controls (the same object) its error is counted once: the single
    control's fold is exactly 1. Controls without a number are left out and the reason says so; a
    control that is a bound makes the fold a bound in the other direction.
    """
    usable = [c for c in controls if c.value > 0]
    flags = own.flags
    for c in controls:
        flags |= c.flags
    if not math.isfinite(own.value):
        return no_estimate(own.reason, own.flags)
    if not usable:
        why = controls[0].reason if controls and controls[0].reason else "it has no control lane"
        return no_estimate(f"the control has no number: {why}", flags | Flag.CONTROL_NOT_DETECTED)
    k = len(usable)
    is_control = any(c is own for c in usable)
    if is_control and own.bound:
        return no_estimate("the control lane itself is only a bound", flags)
    ln = math.log(own.value) - math.fsum(math.log(c.value) for c in usable) / k
    variance = math.fsum((c.se_ln / k) ** 2 for c in usable if c is not own)
    variance += (own.se_ln * (1 - 1 / k if is_control else 1.0)) ** 2
    directions = {_SIGN[own.bound]} | {-_SIGN[c.bound] for c in usable if c is not own}
    skipped = len(controls) - k
    reason = f"{skipped} of {len(controls)} control lanes have no number" if skipped else ""
    flags = flags & ~Flag.BOUND
    return _estimate(ln, math.sqrt(variance), 0.0, directions, level, flags, reason)


_SIGN = {"": 0, ">": 1, "<": -1}


def _term(q: Quantity) -> _Term | str:
    """Return a factor on the log scale, or why there is none."""
    if not (math.isfinite(q.value) and math.isfinite(q.se)):
        return q.reason or "it was not measured"
    if q.is_seen:
        return _Term(
            ln=math.log(q.value), variance=(q.se / q.value) ** 2, direction=int(q.is_lower_bound)
        )
    if q.is_lower_bound:
        return q.reason or "a saturated band is not above its background"
    if not q.lod > 0:
        return q.reason or "it is not detected and its limit of detection is not known"
    # A volume above its limit without a peak may be a neighbour's flank: the bound holds both.
    return _Term(ln=math.log(max(q.lod, q.value)), variance=0.0, direction=-1)


def _slack(q: Quantity, level: float) -> float:
    """Return ln of how far the upper limit of an undetected volume exceeds its bound (often 0)."""
    if q.is_seen:
        return 0.0
    bound = max(q.lod, q.value)
    return math.log(max(bound, q.value + z_of(level) * q.se) / bound)


def _combine(
    numerators: Sequence[Quantity],
    denominators: Sequence[Quantity],
    level: float,
    flags: Flag,
) -> Estimate:
    ln, variance, slack, directions = 0.0, 0.0, 0.0, {0}
    for sign, quantities in ((1, numerators), (-1, denominators)):
        for q in quantities:
            term = _term(q)
            if isinstance(term, str):
                return no_estimate(term, flags)
            ln += sign * term.ln
            variance += term.variance
            slack += _slack(q, level)
            directions.add(sign * term.direction)
    return _estimate(ln, math.sqrt(variance), slack, directions, level, flags, "")


def _estimate(
    ln: float,
    se: float,
    slack: float,
    directions: set[int],
    level: float,
    flags: Flag,
    reason: str,
) -> Estimate:
    """Return the number or the bound that the directions allow."""
    if {1, -1} <= directions:
        return no_estimate("one term bounds it from above and another from below", flags)
    bound = ">" if 1 in directions else "<" if -1 in directions else ""
    half = z_of(level) * se + slack
    return Estimate(
        value=_exp(ln),
        ci_low=NAN if bound == "<" else _exp(ln - half),
        ci_high=NAN if bound == ">" else _exp(ln + half),
        bound=bound,
        se_ln=se,
        flags=flags | Flag.BOUND if bound else flags,
        reason=reason,
    )


def _exp(x: float) -> float:
    """Return exp(x), infinity where that is too large for a float."""
    return math.exp(x) if x < 709 else math.inf


def _from_odds(odds: float) -> float:
    """Return odds / (1 + odds)."""
    return 1.0 if odds == math.inf else odds / (1 + odds)
