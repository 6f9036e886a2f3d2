"""Ladders, their fit to a lane, and what was recognised of lanes that nobody called a ladder."""

from __future__ import annotations

import math
from dataclasses import dataclass

GIVEN = "given by you"  # in place of a product: weights typed band by band


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A marker product: its bands in kDa, largest first, for one gel chemistry."""

    id: str
    name: str
    chemistry: str
    bands_kda: tuple[float, ...]
    reference_kda: tuple[float, ...] = ()
    provenance: str = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFit:
    """ln(MW) against height in one ladder lane: knots of a monotone fit, with what they are worth.

    Parameters
    ----------
    ladder, membrane, image, lane
        Id of the product, and where it was measured.
    position_px
        Heights (y in file pixels) of the matched bands, top to bottom.
    mw_kda
        The ladder's band at each of them.
    rms_ln
        The leave-one-out error in ln(MW), root mean square: an interval's half width is 1.96 times
        it.
    residual_ln, left_out_ln
        For each matched band how much more it weighs by the table than by the smooth curve through
        all bands, and through all bands but itself.
    missing_kda
        The ladder's bands that were not seen (or not matched), largest first.
    unmatched_px
        Heights of bands in the lane that belong to no band of the ladder.
    x_px
        Mean x of the matched bands in file pixels; NaN where it is not known.
    """

    ladder: str
    membrane: str
    image: str
    lane: int
    position_px: tuple[float, ...]
    mw_kda: tuple[float, ...]
    rms_ln: float
    residual_ln: tuple[float, ...] = ()
    left_out_ln: tuple[float, ...] = ()
    missing_kda: tuple[float, ...] = ()
    unmatched_px: tuple[float, ...] = ()
    x_px: float = math.nan

    def __post_init__(self) -> None:
        for values in (self.residual_ln, self.left_out_ln):
            if values and len(values) != len(self.mw_kda):
                raise ValueError("a residual must stand for each matched band, or for none")


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderGuess:
    """A lane of a membrane that looks like a ladder although nobody said so.

    Parameters
    ----------
    membrane, lane
        The physical lane: on all photographs of the membrane.
    image
        The photograph that shows it best.
    confidence
        Between 0 and 1.
    is_taken
        Whether the lane is treated as a ladder; else the user is asked.
    reason
        What speaks for it, in words.
    product
        Id of the ladder that its bands fit clearly better than any other, or "".
    """

    membrane: str
    lane: int
    image: str
    confidence: float
    is_taken: bool
    reason: str
    product: str = ""
