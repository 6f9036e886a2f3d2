"""A ladder lane and its product: the fit that molecular weights are read from.

The match is used only when no other alignment is nearly as good (`ladder_match`); weights between
its bands are read by `ladder_weight`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from blotquant.model.ladder import GIVEN, Ladder, LadderFit
from blotquant.quantify.ladder_curve import curve_through
from blotquant.quantify.ladder_match import (
    LARGEST_RESIDUAL_LN,
    Alignment,
    LadderLane,
    alignments,
    ladder_lane,
)

FEWEST_GIVEN = 2
FEWEST_TELLING = 5
LEAST_RMS_LN = 0.05
CLEAR_MARGIN = 3.0  # natural-log units of likelihood: the second-best alignment is 20 times worse

_SAME_CURVE_LN = 0.05


def fit_ladder(
    positions_px: Sequence[float],
    strengths: Sequence[float],
    ladder: Ladder,
    *,
    membrane: str = "",
    image: str = "",
    lane: int = 0,
    x_px: float = math.nan,
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
    membrane, image, lane, x_px
        Where it was measured; written into the fit.

    Returns None when fewer than three bands match, when one of them lies more than 0.08 in ln(MW)
    off the curve, or when two alignments are about equally good (the usual case with three or four
    bands of a long ladder). Raises `SettingsError` for positions that do not ascend. About 30 ms
    for 12 bands.
    """
    seen = ladder_lane(positions_px, strengths)
    found = alignments(seen, ladder)
    if not found:
        return None
    best = found[0]
    if best.curve.largest_residual > LARGEST_RESIDUAL_LN or not is_clear(best, found):
        return None
    return LadderFit(
        ladder=ladder.id,
        membrane=membrane,
        image=image,
        lane=lane,
        position_px=tuple(float(seen.position[i]) for i, _ in best.pairs),
        mw_kda=tuple(float(ladder.bands_kda[b]) for _, b in best.pairs),
        rms_ln=best.curve.rms_ln,
        residual_ln=tuple(float(r) for r in best.curve.residual_ln),
        left_out_ln=tuple(float(r) for r in best.curve.left_out_ln),
        missing_kda=_missing(best, ladder),
        unmatched_px=_unmatched(best, seen),
        x_px=x_px,
    )


def fit_given(
    positions_px: Sequence[float],
    mw_kda: Sequence[float],
    *,
    membrane: str,
    image: str,
    lane: int,
    x_px: float = math.nan,
) -> LadderFit:
    """Return the fit through bands whose weights a user gave, top to bottom, weights falling.

    Few bands say little of how well the curve holds: below `FEWEST_TELLING` its error is taken to
    be at least that of an ordinary gel read between two bands.
    """
    pairs = tuple((i, i) for i in range(len(mw_kda)))
    curve = curve_through(pairs, np.asarray(positions_px, float), np.log(np.asarray(mw_kda, float)))
    least = LEAST_RMS_LN if len(mw_kda) < FEWEST_TELLING else 0.0
    return LadderFit(
        ladder=GIVEN,
        membrane=membrane,
        image=image,
        lane=lane,
        position_px=tuple(float(y) for y in positions_px),
        mw_kda=tuple(float(m) for m in mw_kda),
        rms_ln=max(curve.rms_ln, least),
        residual_ln=tuple(float(r) for r in curve.residual_ln),
        left_out_ln=tuple(float(r) for r in curve.left_out_ln),
        x_px=x_px,
    )


def is_clear(best: Alignment, others: Sequence[Alignment]) -> bool:
    """Return whether every alignment that weighs the bands otherwise is clearly worse.

    One that only leaves out some of the matches says the same of the rest.
    """
    at = [i for i, _ in best.pairs]
    for other in others:
        if set(other.pairs) <= set(best.pairs):
            continue
        differs = np.abs(other.curve.ln[at] - best.curve.ln[at]).max() > _SAME_CURVE_LN
        if differs and other.score > best.score - CLEAR_MARGIN:
            return False
    return True


def _missing(best: Alignment, ladder: Ladder) -> tuple[float, ...]:
    seen = {b for _, b in best.pairs}
    return tuple(float(k) for b, k in enumerate(ladder.bands_kda) if b not in seen)


def _unmatched(best: Alignment, lane: LadderLane) -> tuple[float, ...]:
    used = {i for i, _ in best.pairs}
    return tuple(float(y) for i, y in enumerate(lane.position) if i not in used)
