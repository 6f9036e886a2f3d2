"""Which lane is a ladder although nobody said so.

::

    lane      1    2    3    4    5
             --
                  ==   ==   ==   ==      a row common to the samples: lane 1 lacks it
             --
             --
                  ==   ==   ==   ==
             --                          its own bands stand where the others have none,
             --                          in the steps of a ladder

Three observations are weighed against each other on a log-odds scale: bands at heights of its own,
rows of the others that it lacks or shares, and how well its bands fit the steps of a ladder. A
sample that is taken for a ladder is lost without notice, a ladder that is taken for a sample is
seen at once: a lane is taken only when each observation agrees; otherwise the user is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.quantify.ladder_product import ProductMatch

FEWEST_OWN = 3  # bands of its own from which a lane is looked at
ASKED_FROM = 0.75
TAKEN_FROM = 0.99

_OWN_AT_MOST = 0.2  # share of the others that may have a band at an "own" height: another ladder
_COMMON_FROM = 0.6  # share of the others from which a row is common to them
_TWIN_FROM = 0.7  # share of the bands, of the lane with fewer, that stand beside a twin's
_EACH_COINCIDENCE = 4  # own bands for each row of the samples that a ladder may meet by chance
_TILT_AT_MOST = 0.04  # of the membrane's height: by how much a front may run lower at one edge
_BESIDE = 0.012  # of the membrane's height: how near a twin's bands must be then
_TWIN_BEYOND = -8.0  # two lysates among pure samples are alike too, but far from any ladder's steps
_TAKEN_OWN = 5
_FEWEST_OTHERS = 2

# Log odds. An outermost lane is a ladder about every fourth time, an inner one seldom.
_OUTERMOST, _INSIDE = -1.0, -2.5
_EACH_OWN, _OWN_CAP = 0.9, 6
_EACH_SHARED, _SHARED_CAP = -1.5, 4
_EACH_LACKED, _LACKED_CAP = 0.8, 3
_EXPECTED = 1.0  # a ladder was chosen, and no lane is called one
_FIT_RANGE = (-3.0, 4.0)
_FIT_OFFSET = 1.0  # at the score that 1 % of random lanes reach, most true ladders lie beyond it

Heights = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the bands of one lane stand to those of the others.

    `n_own` of its `n_found` bands lie at heights where the others have none; of the `n_common` rows
    that most of the `n_others` show it shares `n_shared`. `n_as_ladder` of its bands stand beside
    those of a lane that is known to be a ladder, `n_as_opposite` of its own bands beside those of
    the lane at the other edge; 0 where they are too few for a twin.
    """

    is_outermost: bool
    n_others: int
    n_found: int
    n_own: int
    n_common: int
    n_shared: int
    n_as_ladder: int = 0
    n_as_opposite: int = 0

    @property
    def is_twin(self) -> bool:
        """Whether a known ladder, or the lane at the other edge, shows the same bands."""
        return self.n_as_ladder > 0 or self.n_as_opposite > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a lane is a ladder: a confidence between 0 and 1, the decision, and words."""

    confidence: float
    is_taken: bool
    reason: str


def standings(heights: Heights, counts: Flags, ladders: Flags) -> tuple[Standing, ...]:
    """Compare every lane of one membrane on one photograph with the others.

    Parameters
    ----------
    heights
        (lanes, rows), lanes left to right: where a band was found, as a share of the membrane's
        height; NaN where none was.
    counts
        (lanes,): which lanes may be compared with. Lanes that are known to be ladders or blank do
        not count; nor do lanes without any band.
    ladders
        (lanes,): which lanes are known to be ladders.

    The lane at the other edge may be a second ladder: an outermost lane is not compared with it
    where enough others are left.
    """
    found = np.isfinite(heights)
    counts = counts & found.any(axis=1)
    return tuple(_standing(k, heights, counts, ladders) for k in range(len(found)))


def _standing(k: int, heights: Heights, counts: Flags, ladders: Flags) -> Standing:
    found = np.isfinite(heights)
    last = len(found) - 1
    is_outermost = k in (0, last)
    others = _others(k, counts, without=last - k if is_outermost else k)
    share = found[others].mean(axis=0) if others.any() else np.zeros(found.shape[1])
    common = share >= _COMMON_FROM
    own = found[k] & (share <= _OWN_AT_MOST)
    opposite = heights[last - k] if is_outermost and last else np.empty(0)
    return Standing(
        is_outermost=is_outermost,
        n_others=int(others.sum()),
        n_found=int(found[k].sum()),
        n_own=int(own.sum()),
        n_common=int(common.sum()),
        n_shared=int((found[k] & common).sum()),
        n_as_ladder=max((n_alike(heights[k], x) for x in heights[ladders]), default=0),
        n_as_opposite=n_alike(heights[k][own], opposite),
    )


def _others(k: int, counts: Flags, *, without: int) -> Flags:
    """Return the lanes to compare with, without one more where enough are left."""
    others = counts.copy()
    others[k] = False
    fewer = others.copy()
    fewer[without] = False
    return fewer if fewer.sum() >= _FEWEST_OTHERS else others


def n_alike(mine: Heights, theirs: Heights) -> int:
    """Return how many bands of two lanes stand side by side, or 0 where they are no twins.

    Heights are shares of the membrane's height, NaN where there is no band; the front may be
    tilted. Rows cannot tell: a ladder's bands have no neighbours between which a row could run
    from one edge to the other.
    """
    mine, theirs = mine[np.isfinite(mine)], theirs[np.isfinite(theirs)]
    if not (len(mine) and len(theirs)):
        return 0
    apart = theirs[None, :] - mine[:, None]
    tilts = apart[np.abs(apart) <= _TILT_AT_MOST]
    near = np.abs(apart[None, :, :] - tilts[:, None, None]).min(axis=2) <= _BESIDE
    n = int(near.sum(axis=1).max(initial=0))
    return n if n >= max(_TAKEN_OWN, _TWIN_FROM * min(len(mine), len(theirs))) else 0


def together(standings_of_lane: tuple[Standing, ...]) -> Standing:
    """Return one standing of a lane that several photographs show.

    Its own bands are those of the photograph that shows most of them (another antibody need not
    stain the ladder); rows shared and lacked count on all, because a sample shows its proteins.
    """
    best = max(standings_of_lane, key=lambda s: (s.n_own, s.n_others))
    return replace(
        best,
        n_common=sum(s.n_common for s in standings_of_lane),
        n_shared=sum(s.n_shared for s in standings_of_lane),
    )


def is_candidate(standing: Standing, *, is_expected: bool = False) -> bool:
    """Return whether it is worth the time to look for a product: the best fit could decide."""
    at_best = _confidence(standing, _FIT_RANGE[1], is_expected=is_expected)
    return standing.n_own >= FEWEST_OWN and standing.n_others > 0 and at_best >= ASKED_FROM


def judge(standing: Standing, match: ProductMatch | None, *, is_expected: bool = False) -> Verdict:
    """Weigh what speaks for a ladder against what speaks for a sample.

    Parameters
    ----------
    standing
        How the lane compares with the others.
    match
        The ladder that its bands fit best, if any.
    is_expected
        Whether a ladder was chosen and no lane is called one yet.
    """
    fit = _FIT_RANGE[0] if match is None else match.beyond_chance + _FIT_OFFSET
    fit = _FIT_RANGE[1] if _is_twin_ladder(standing, match) else fit
    confidence = _confidence(standing, fit, is_expected=is_expected)
    return Verdict(
        confidence=confidence,
        is_taken=confidence >= TAKEN_FROM and _each_agrees(standing, match),
        reason=in_words(standing, match),
    )


def _confidence(standing: Standing, fit: float, *, is_expected: bool) -> float:
    lacked = standing.n_common - standing.n_shared
    log_odds = (
        (_OUTERMOST if standing.is_outermost else _INSIDE)
        + _EACH_OWN * min(standing.n_own, _OWN_CAP)
        + _EACH_SHARED * min(standing.n_shared, _SHARED_CAP)
        + _EACH_LACKED * min(lacked, _LACKED_CAP)
        + (_EXPECTED if is_expected else 0.0)
        + min(max(fit, _FIT_RANGE[0]), _FIT_RANGE[1])
    )
    return 1 / (1 + math.exp(-log_odds))


def _each_agrees(standing: Standing, match: ProductMatch | None) -> bool:
    return (
        (_is_twin_ladder(standing, match) or (match is not None and match.fits))
        and standing.n_others >= _FEWEST_OTHERS
        and standing.n_own >= _TAKEN_OWN
        and standing.n_own > 2 * standing.n_shared
        and (
            standing.n_own >= _EACH_COINCIDENCE * standing.n_shared
            or 2 * standing.n_shared <= standing.n_common
        )
    )


def _is_twin_ladder(standing: Standing, match: ProductMatch | None) -> bool:
    return standing.is_twin and match is not None and match.beyond_chance > _TWIN_BEYOND


def in_words(standing: Standing, match: ProductMatch | None) -> str:
    """Return what speaks for (and against) a ladder, as one phrase."""
    s = standing
    own = f"all {s.n_own}" if s.n_own == s.n_found else f"{s.n_own} of its {s.n_found}"
    parts = [f"{own} bands lie where the other lanes have none"]
    if s.n_common == 1:
        parts.append(f"it {'shows' if s.n_shared else 'lacks'} the row that is common to them")
    elif s.n_common:
        parts.append(f"it shows {s.n_shared or 'none'} of the {s.n_common} rows common to them")
    if _is_twin_ladder(s, match):
        alike = f"{s.n_as_opposite} bands lie beside those of the lane at the other edge"
        if s.n_as_ladder >= s.n_as_opposite:
            alike = f"{s.n_as_ladder} bands lie beside those of another ladder lane"
        parts.append(alike)
    elif match is not None and match.fits:
        error = f"{100 * match.rms_ln:.0f} %"
        parts.append(f"{match.n_matched} bands stand in the steps of a ladder to {error}")
    else:
        parts.append("they are too few, or too uneven, to tell the steps of a ladder")
    return ", ".join(parts)
