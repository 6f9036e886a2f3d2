"""Which band of a ladder lane is which band of the product.

::

    position  ---|--|-----|---|--.--|------|-->   bands seen in the ladder lane (one is a speck)
    ladder     250 150   100  75   50     37      matched in order, some may be missing

Curves through three likely matches each are tried; each takes in the bands that lie near it and is
fitted again until its matches stand still. An alignment is good when many bands match on a smooth
curve and when few are missing in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.ladder import Ladder
from blotquant.quantify.ladder_curve import SIGMA_LN, Curve, Floats, Pairs, curve_through

LARGEST_RESIDUAL_LN = 0.08
FEWEST_MATCHES = 3

_STEEPEST_BEND = math.log(2.2)  # of the slope between a curve's two halves: more is no gel
_RANGE_LN = 3.2  # 250 to 10 kDa: where a speck may fall
_MISSING_INSIDE = 2.0  # cost of a ladder band that is not seen between two that are
_MISSING_OUTSIDE = 0.3  # the same beyond the matched ones: run off, or above the membrane
_MOST_POSITIONS = 20
_SEED_TOLERANCE_LN = 0.12

Ints = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How widely is searched: curves start from the strongest `positions`, `curves` are refined."""

    positions: int
    curves: int


THOROUGH = Effort(positions=10, curves=150)
QUICK = Effort(positions=5, curves=6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LadderLane:
    """The bands of a lane: heights along migration, ascending, and the logs of their strengths."""

    position: Floats
    log_strength: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """Which position (of the lane's) is which band (of the ladder's), with the curve through them.

    `score` is the natural log of the likelihood against bands scattered anywhere.
    """

    pairs: Pairs
    curve: Curve
    score: float


def ladder_lane(positions_px: Sequence[float], strengths: Sequence[float]) -> LadderLane:
    """Return the strongest bands of a lane; rows without signal and the rest are passed over.

    Raises `SettingsError` for positions that do not ascend and for another number of strengths.
    """
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
    return LadderLane(position=position[keep], log_strength=log_strength[keep])


def alignments(
    lane: LadderLane, ladder: Ladder, effort: Effort = THOROUGH
) -> tuple[Alignment, ...]:
    """Return the ways in which a lane's bands may be the ladder's, the likeliest first.

    Empty where fewer than three bands can be matched. Costs up to 30 ms for 12 bands when
    `THOROUGH`, about 2 ms when `QUICK`.
    """
    band_ln = np.log(np.asarray(ladder.bands_kda, dtype=np.float64))
    if min(len(lane.position), len(band_ln)) < FEWEST_MATCHES:
        return ()
    is_reference = np.isin(ladder.bands_kda, ladder.reference_kda)
    matches = {
        _match(curve, band_ln, _SEED_TOLERANCE_LN) for curve in _seeds(lane, band_ln, effort)
    }

    # Many seeds lead to the same few sets of matches.
    @cache
    def fitted(pairs: Pairs) -> tuple[Curve, Pairs]:
        curve = curve_through(pairs, lane.position, band_ln)
        return curve, _match(curve.ln, band_ln, LARGEST_RESIDUAL_LN)

    refined = (_refine(pairs, fitted, lane, is_reference) for pairs in sorted(matches))
    good = {a.pairs: a for a in refined if a is not None}
    return tuple(sorted(good.values(), key=lambda a: -a.score))


def _seeds(lane: LadderLane, band_ln: Floats, effort: Effort) -> list[Floats]:
    """Return ln(MW) at every position for the likeliest curves through three matches each."""
    order = np.argsort(-lane.log_strength, kind="stable")
    strongest = np.sort(order[: effort.positions])
    position = lane.position
    p = position[np.array(list(combinations(strongest.tolist(), 3)))]
    b = band_ln[np.array(list(combinations(range(len(band_ln)), 3)))]
    slope_1 = (b[None, :, 1] - b[None, :, 0]) / (p[:, 1] - p[:, 0])[:, None]
    slope_2 = (b[None, :, 2] - b[None, :, 1]) / (p[:, 2] - p[:, 1])[:, None]
    i, j = np.nonzero(np.abs(np.log(slope_1 / slope_2)) < _STEEPEST_BEND)
    if len(i) == 0:
        return []
    p, b, slope_1, slope_2 = p[i], b[j], slope_1[i, j], slope_2[i, j]
    bend = (slope_2 - slope_1) / (p[:, 2] - p[:, 0])
    step = position[None, :] - p[:, :1]
    curve = (
        b[:, :1] + slope_1[:, None] * step + bend[:, None] * step * (step - (p[:, 1:2] - p[:, :1]))
    )
    support = np.clip(1 - _to_nearest(curve, band_ln) / _SEED_TOLERANCE_LN, 0, None).sum(axis=1)
    best = np.argsort(-support, kind="stable")[: effort.curves]
    return [curve[k] for k in best]


def _to_nearest(values: Floats, band_ln: Floats) -> Floats:
    """Return the distance of each value to the nearest band."""
    rising = band_ln[::-1]
    above = np.searchsorted((rising[1:] + rising[:-1]) / 2, values)
    return np.abs(values - rising[above])


def _match(curve_ln: Floats, band_ln: Floats, tolerance: float) -> Pairs:
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
    pairs: Pairs,
    fitted: Callable[[Pairs], tuple[Curve, Pairs]],
    lane: LadderLane,
    is_reference: Ints,
) -> Alignment | None:
    """Fit and match again until the alignment stands still.

    `fitted` gives the curve through matches and what matches it.
    """
    for _ in range(4):
        if len(pairs) < FEWEST_MATCHES:
            return None
        _, again = fitted(pairs)
        if again == pairs:
            break
        pairs = again
    if len(pairs) < FEWEST_MATCHES:
        return None
    curve, _ = fitted(pairs)
    at, band = (np.array(side) for side in zip(*pairs, strict=True))
    bold = _reference_bonus(lane.log_strength[at], is_reference[band])
    score = _likelihood(curve, band, is_reference.size) + bold
    return Alignment(pairs=pairs, curve=curve, score=score)


def _likelihood(curve: Curve, band: Ints, n_bands: int) -> float:
    """Return the log likelihood of a match against specks scattered anywhere."""
    by_chance = math.log(_RANGE_LN / (SIGMA_LN * math.sqrt(2 * math.pi)))
    inside = int(band[-1] - band[0] + 1 - len(band))
    outside = n_bands - len(band) - inside
    return (
        by_chance * len(band)
        - float((curve.residual_ln**2).sum()) / (2 * SIGMA_LN**2)
        - curve.price
        - _MISSING_INSIDE * inside
        - _MISSING_OUTSIDE * outside
    )


def _reference_bonus(log_strength: Floats, is_reference: Ints) -> float:
    """Return a small credit when the ladder's bold bands are the strong ones."""
    if is_reference.all() or not is_reference.any():
        return 0.0
    difference = log_strength[is_reference].mean() - log_strength[~is_reference].mean()
    return float(np.clip(difference, -1.0, 1.0))
