"""What lies at one place of a photograph: the lane, how far down it, and what it weighs there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from blotquant.model.lane import Lane
from blotquant.model.registration import carry
from blotquant.model.results import Analysis
from blotquant.quantify.ladder_weight import MolecularWeight, mw_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A place in a lane: its Rf and, where a ladder tells, its weight."""

    lane: Lane
    rf: float
    weight: MolecularWeight | None = None


def read_at(analysis: Analysis, lane: Lane, along_px: float) -> Reading:
    """Return what a place of a lane means; `along_px` is the distance along its axis.

    Ladders on the same photograph are preferred; those on another one of the membrane are read
    where the two are registered on each other.
    """
    x, y = lane.point_at(along_px)
    fits = [f for f in analysis.ladder_fits if f.membrane == lane.membrane]
    own = [f for f in fits if f.image == lane.image] or fits
    places = []
    for fit in own:
        there = carry(analysis.registrations, lane.membrane, lane.image, fit.image, (x, y))
        if there is not None:
            at = fit.x_px if math.isfinite(fit.x_px) else _middle_of(analysis, fit.image, fit.lane)
            places.append((at, fit, there))
    if not places:
        return Reading(lane=lane, rf=along_px / lane.length_px)
    across = places[0][2][0]
    weight = mw_between([(at, fit, there[1]) for at, fit, there in places], across)
    return Reading(lane=lane, rf=along_px / lane.length_px, weight=weight)


def _middle_of(analysis: Analysis, image: str, number: int) -> float:
    for result in analysis.lanes_of(image):
        if result.lane.number == number:
            (a, _), (b, _) = result.lane.nodes[0], result.lane.nodes[-1]
            return (a + b) / 2
    return 0.0
