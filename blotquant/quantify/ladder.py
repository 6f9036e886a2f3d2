"""Molecular weight: which band of a ladder lane is which, and what weighs a band beside it.

::

    position  ---|--|-----|---|--.--|------|-->   bands seen in the ladder lane (one is a speck)
    ladder     250 150   100  75   50     37      matched in order, some may be missing

An alignment is good when ln(MW) falls along migration on a smooth curve (a line with a bend and a
twist that are small beside its slope), when many bands match and when few are missing in between.
It is used only when no other alignment is nearly as good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.ladder import Ladder, LadderFit

LARGEST_RESIDUAL_LN = 0.08
FEWEST_MATCHES = 3
CLEAR_MARGIN = 3.0  # natural-log units of likelihood: the second-best alignment is 20 times worse
SMALLEST_RMS_LN = 0.01  # no ladder is read better than to 1 %

_SIGMA_LN = 0.025  # scatter of a ladder band about the curve
_BEND_SD = 0.25  # quadratic term over linear term, across the matched span
_TWIST_SD = 0.1  # cubic term over linear term: the ends of a gradient gel
_RANGE_LN = 3.2  # 250 to 10 kDa: where a speck may fall
_MISSING_INSIDE = 2.0  # cost of a ladder band that is not seen between two that are
_MISSING_OUTSIDE = 0.3  # the same beyond the matched ones: run off, or above the membrane
_SEED_POSITIONS = 10
_MOST_POSITIONS = 20
_SEED_TOLERANCE_LN = 0.12
_REFINED = 150
_SAME_CURVE_LN = 0.05

Floats = NDArray[np.float64]
Ints = NDArray[Any]


class MolecularWeight(NamedTuple):
    """A weight with its 95 % interval in kDa, and whether it lies outside the ladder."""

    mw: float
    low: float
    high: float
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class _Alignment:
    """Which position (rows of `pairs`) is which band, with the curve that runs through them."""

    pairs: tuple[tuple[int, int], ...]
    curve_ln: Floats
    largest_residual: float
    rms_ln: float
    score: float


def fit_ladder(
    positions_px: Sequence[float],
    strengths: Sequence[float],
    ladder: Ladder,
    *,
    membrane: str = "",
    image: str = "",
    lane: int = 0,
) -> LadderFit | None:
    """Match the bands of a ladder lane to the ladder's weights.

    Parameters
    ----------
    positions_px
        Heights of the bands along migration, strictly ascending. Specks may be among them.
    strengths
        A strength for each (volume or signal-to-noise ratio); reference bands are stronger.
    ladder
        The product's table for the gel's chemistry.
    membrane, image, lane
        Where it was measured; written into the fit.

    Returns None when fewer than three bands match, when one of them lies more than 0.08 in ln(MW)
    off the curve, or when two alignments are about equally good (the usual case with three or four
    bands of a long ladder). Raises `SettingsError` for positions that do not ascend. About 30 ms
    for 12 bands.
    """
    position, log_strength = _checked(positions_px, strengths)
    band_ln = np.log(np.asarray(ladder.bands_kda, dtype=np.float64))
    if min(len(position), len(band_ln)) < FEWEST_MATCHES:
        return None
    is_reference = np.isin(ladder.bands_kda, ladder.reference_kda)
    matches = {
        _match(curve, band_ln, _SEED_TOLERANCE_LN)
        for curve in _seeds(position, log_strength, band_ln)
    }
    alignments = (
        _refine(pairs, position, log_strength, band_ln, is_reference) for pairs in sorted(matches)
    )
    good = [a for a in alignments if a is not None]
    if not good:
        return None
    best = max(good, key=lambda a: a.score)
    if best.largest_residual > LARGEST_RESIDUAL_LN or not _is_clear(best, good):
        return None
    return LadderFit(
        ladder=ladder.id,
        membrane=membrane,
        image=image,
        lane=lane,
        position_px=tuple(float(position[i]) for i, _ in best.pairs),
        mw_kda=tuple(float(ladder.bands_kda[b]) for _, b in best.pairs),
        rms_ln=best.rms_ln,
    )


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


def _checked(positions_px: Sequence[float], strengths: Sequence[float]) -> tuple[Floats, Floats]:
    """Return positions and log strengths of the strongest bands; the rest cannot be a ladder."""
    position = np.asarray(positions_px, dtype=np.float64)
    strength = np.asarray(strengths, dtype=np.float64)
    if position.shape != strength.shape or position.ndim != 1:
        raise SettingsError(
            "A ladder lane has another number of positions than of strengths",
            "Give one strength for each position",
        )
    if not np.isfinite(position).all() or (np.diff(position) <= 0).any():
        raise SettingsError(
            "The positions of the ladder's bands do not ascend", "Sort them along migration"
        )
    usable = np.isfinite(strength) & (strength > 0)
    position, log_strength = position[usable], np.log(strength[usable])
    keep = np.sort(np.argsort(-log_strength, kind="stable")[:_MOST_POSITIONS])
    return position[keep], log_strength[keep]


def _seeds(position: Floats, log_strength: Floats, band_ln: Floats) -> list[Floats]:
    """Return ln(MW) at every position for the likeliest curves through three matches each."""
    strongest = np.sort(np.argsort(-log_strength, kind="stable")[:_SEED_POSITIONS])
    p = position[np.array(list(combinations(strongest.tolist(), 3)))]
    b = band_ln[np.array(list(combinations(range(len(band_ln)), 3)))]
    slope_1 = (b[None, :, 1] - b[None, :, 0]) / (p[:, 1] - p[:, 0])[:, None]
    slope_2 = (b[None, :, 2] - b[None, :, 1]) / (p[:, 2] - p[:, 1])[:, None]
    # A curve that bends more than twofold between its two halves is no gel.
    i, j = np.nonzero(np.abs(np.log(slope_1 / slope_2)) < math.log(2.2))
    if len(i) == 0:
        return []
    p, b, slope_1, slope_2 = p[i], b[j], slope_1[i, j], slope_2[i, j]
    bend = (slope_2 - slope_1) / (p[:, 2] - p[:, 0])
    step = position[None, :] - p[:, :1]
    curve = (
        b[:, :1] + slope_1[:, None] * step + bend[:, None] * step * (step - (p[:, 1:2] - p[:, :1]))
    )
    distance = np.abs(curve[:, :, None] - band_ln).min(axis=2)
    support = np.clip(1 - distance / _SEED_TOLERANCE_LN, 0, None).sum(axis=1)
    best = np.argsort(-support, kind="stable")[:_REFINED]
    return [curve[k] for k in best]


def _match(curve_ln: Floats, band_ln: Floats, tolerance: float) -> tuple[tuple[int, int], ...]:
    """Return the order-preserving (position, band) pairs that lie closest to the curve."""
    gain = np.clip(tolerance**2 - (curve_ln[:, None] - band_ln[None, :]) ** 2, 0, None)
    n, m = gain.shape
    total = np.zeros((n + 1, m + 1))
    for i in range(n):
        np.maximum(total[i, 1:], total[i, :-1] + gain[i], out=total[i + 1, 1:])
        np.maximum.accumulate(total[i + 1], out=total[i + 1])
    pairs = []
    i, j = n, m
    while i and j:
        if total[i, j] == total[i - 1, j]:
            i -= 1
        elif total[i, j] == total[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return tuple(reversed(pairs))


def _refine(
    pairs: tuple[tuple[int, int], ...],
    position: Floats,
    log_strength: Floats,
    band_ln: Floats,
    is_reference: Ints,
) -> _Alignment | None:
    """Fit and match again until the alignment stands still."""
    for _ in range(4):
        if len(pairs) < FEWEST_MATCHES:
            return None
        curve, _, _ = _curve(pairs, position, band_ln)
        again = _match(curve, band_ln, LARGEST_RESIDUAL_LN)
        if again == pairs:
            break
        pairs = again
    if len(pairs) < FEWEST_MATCHES:
        return None
    return _scored(pairs, position, log_strength, band_ln, is_reference)


def _curve(
    pairs: tuple[tuple[int, int], ...], position: Floats, band_ln: Floats
) -> tuple[Floats, Floats, float]:
    """Return ln(MW) at all positions, the leave-one-out residuals, and the price of its bend.

    Bend and twist (Legendre polynomials) are held small beside the slope by a prior, so that three
    points do not fit exactly.
    """
    at = np.array([i for i, _ in pairs])
    y = band_ln[np.array([b for _, b in pairs])]
    middle, span = position[at].mean(), position[at[-1]] - position[at[0]]
    u = (position - middle) / span
    scale = y[0] - y[-1]
    prior = np.array([0, 0, 1 / (_BEND_SD * scale) ** 2, 1 / (_TWIST_SD * scale) ** 2])
    design = np.column_stack([np.ones_like(u), u, u**2 - 1 / 12, 4 * u * (u**2 - 0.15)])
    normal = design[at].T @ design[at] / _SIGMA_LN**2 + np.diag(prior)
    to_coefficients = np.linalg.solve(normal, design[at].T / _SIGMA_LN**2)
    coefficients = to_coefficients @ y
    leverage = np.einsum("ij,ji->i", design[at], to_coefficients)
    curve = design @ coefficients
    left_out = (y - curve[at]) / np.maximum(1 - leverage, 1e-6)
    return curve, left_out, float(prior @ coefficients**2) / 2


def _scored(
    pairs: tuple[tuple[int, int], ...],
    position: Floats,
    log_strength: Floats,
    band_ln: Floats,
    is_reference: Ints,
) -> _Alignment:
    """Return the alignment with its likelihood against specks scattered anywhere."""
    curve, left_out, bend = _curve(pairs, position, band_ln)
    at, band = (np.array(side) for side in zip(*pairs, strict=True))
    residual = band_ln[band] - curve[at]
    by_chance = math.log(_RANGE_LN / (_SIGMA_LN * math.sqrt(2 * math.pi)))
    inside = int(band[-1] - band[0] + 1 - len(band))
    outside = len(band_ln) - len(band) - inside
    return _Alignment(
        pairs=pairs,
        curve_ln=curve,
        largest_residual=float(np.abs(residual).max()),
        rms_ln=max(SMALLEST_RMS_LN, float(np.sqrt((left_out**2).mean()))),
        score=by_chance * len(pairs)
        - float((residual**2).sum()) / (2 * _SIGMA_LN**2)
        - bend
        - _MISSING_INSIDE * inside
        - _MISSING_OUTSIDE * outside
        + _reference_bonus(log_strength[at], is_reference[band]),
    )


def _reference_bonus(log_strength: Floats, is_reference: Ints) -> float:
    """Return a small credit when the ladder's bold bands are the strong ones."""
    if is_reference.all() or not is_reference.any():
        return 0.0
    difference = log_strength[is_reference].mean() - log_strength[~is_reference].mean()
    return float(np.clip(difference, -1.0, 1.0))


def _is_clear(best: _Alignment, others: list[_Alignment]) -> bool:
    """Return whether every alignment that weighs the bands otherwise is clearly worse."""
    at = [i for i, _ in best.pairs]
    for other in others:
        differs = np.abs(other.curve_ln[at] - best.curve_ln[at]).max() > _SAME_CURVE_LN
        if differs and other.score > best.score - CLEAR_MARGIN:
            return False
    return True


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
