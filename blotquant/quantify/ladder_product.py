"""Whether the bands of a lane stand like those of some ladder, and of which.

With a free offset, slope and bend a few bands fit many tables, so a match says something only when
it is better than what bands at random heights reach over the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blotquant.model.ladder import Ladder
from blotquant.quantify.ladder import CLEAR_MARGIN, is_clear
from blotquant.quantify.ladder_match import (
    LARGEST_RESIDUAL_LN,
    QUICK,
    Alignment,
    LadderLane,
    alignments,
)

# Score that 1 % of lanes with bands at random heights reach, over the power of their number:
# against the whole library, and against one table. From 150 lanes each of 4 to 14 bands.
_CHANCE_LIBRARY = 5.7
_CHANCE_ONE_TABLE = 5.0
_CHANCE_POWER = 0.75
_FEW_TABLES = 3  # one product in several gel chemistries still is one choice
_SAME_WEIGHTS_LN = 0.05
_FITS_BEYOND = -2.5  # what about 10 % of random lanes reach, and nine of ten ladders of 7 bands
_FITS_RMS_LN = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductMatch:
    """The ladder that a lane's bands fit best.

    Parameters
    ----------
    ladder
        The first product with this table.
    n_matched, n_bands
        Bands of the lane that are matched, and all bands of the lane.
    rms_ln
        Leave-one-out error of the match in ln(MW).
    beyond_chance
        By how much the likelihood (natural log) exceeds what 1 % of random lanes reach.
    is_clear
        Whether every table with other weights at these bands fits clearly worse.
    """

    ladder: Ladder
    n_matched: int
    n_bands: int
    rms_ln: float
    beyond_chance: float
    is_clear: bool

    @property
    def fits(self) -> bool:
        """Whether the bands stand in the steps of this ladder better than most random ones."""
        return self.beyond_chance > _FITS_BEYOND and self.rms_ln <= _FITS_RMS_LN


def best_product(lane: LadderLane, ladders: Sequence[Ladder]) -> ProductMatch | None:
    """Return the ladder that fits best, or None where no three bands match any.

    Tables with the same bands are tried once. About 2 ms for each of them.
    """
    tables = {x.bands_kda: x for x in reversed(ladders)}
    tried = [(x, alignments(lane, x, QUICK)) for x in reversed(tables.values())]
    found = [
        (x, ways)
        for x, ways in tried
        if ways and ways[0].curve.largest_residual <= LARGEST_RESIDUAL_LN
    ]
    if not found:
        return None
    ladder, ways = max(found, key=lambda f: f[1][0].score)
    best = ways[0]
    others = [other[0] for x, other in tried if other and x is not ladder]
    return ProductMatch(
        ladder=ladder,
        n_matched=len(best.pairs),
        n_bands=len(lane.position),
        rms_ln=best.curve.rms_ln,
        beyond_chance=best.score - chance_score(len(lane.position), len(tables)),
        is_clear=is_clear(best, ways)
        and all(_weighs_alike(best, x) or _is_clearly_worse(x, best) for x in others),
    )


def chance_score(n_bands: int, n_tables: int) -> float:
    """Return the score that 1 % of lanes with so many bands at random heights reach."""
    level = _CHANCE_ONE_TABLE if n_tables <= _FEW_TABLES else _CHANCE_LIBRARY
    return float(level * n_bands**_CHANCE_POWER)


def _weighs_alike(best: Alignment, other: Alignment) -> bool:
    """Compare two tables at the positions that both match."""
    at = sorted({i for i, _ in best.pairs} & {i for i, _ in other.pairs})
    return bool(at) and bool(
        np.abs(other.curve.ln[at] - best.curve.ln[at]).max() <= _SAME_WEIGHTS_LN
    )


def _is_clearly_worse(other: Alignment, best: Alignment) -> bool:
    return other.score <= best.score - CLEAR_MARGIN
