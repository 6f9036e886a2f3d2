"""Lanes with the bands placed in them: what everything after detection works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import Lane, LaneProfile
from blotquant.model.results import ImageReport

Place = tuple[str, str]
"""(image, membrane)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedLane:
    """A lane laid out straight, with its profile and the bands placed in it, sorted by row."""

    report: ImageReport
    lane: Lane
    straight: StraightLane
    profile: LaneProfile
    bands: tuple[Band, ...]


def by_place(placed: Sequence[PlacedLane]) -> dict[Place, list[PlacedLane]]:
    """Return the lanes of each membrane on each photograph, in their order."""
    together: dict[Place, list[PlacedLane]] = {}
    for p in placed:
        together.setdefault((p.lane.image, p.lane.membrane), []).append(p)
    return together


def widest_band_px(placed: Sequence[PlacedLane]) -> float:
    """Return the height of the widest band that was seen in these lanes, 0 without any."""
    heights = (b.stop_px - b.start_px for p in placed for b in p.bands if b.found)
    return max(heights, default=0.0)
