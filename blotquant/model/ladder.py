"""Ladders and their fit to a lane."""

from __future__ import annotations

from dataclasses import dataclass


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
    """ln(MW) against height for one membrane: knots of a monotone fit.

    `y_px` are heights along the membrane, `mw_kda` the ladder bands matched there, `rms_ln` the
    leave-one-out residual in ln(MW): an interval's half width is 1.96 times it.
    """

    ladder: str
    membrane: str
    image: str
    lane: int
    position_px: tuple[float, ...]
    mw_kda: tuple[float, ...]
    rms_ln: float
