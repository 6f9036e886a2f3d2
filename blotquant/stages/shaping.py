"""What the bands of each row look like, learned over a first, simple background."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background import LaneBaseline
from blotquant.background.base import Background
from blotquant.bands.shapes import BandShape, learn_shapes
from blotquant.cache import StageCache
from blotquant.image.order import median
from blotquant.quantify.flank_window import FlankBand
from blotquant.quantify.flanks import shape_of_row
from blotquant.quantify.lane_setup import bare_view
from blotquant.stages.placed import Place, PlacedLane, by_place

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstLook:
    """The lanes of one membrane on one photograph before anything is measured, lane by lane.

    `levels` are in counts per pixel along each lane, `noise` is the standard deviation of one
    position of its profile, `wander` that of the level under its bands; `shapes` are those of the
    rows.
    """

    levels: tuple[Floats, ...]
    noise: tuple[float, ...]
    wander: tuple[float, ...]
    shapes: Mapping[int, BandShape]

    @classmethod
    def of(cls, placed: Sequence[PlacedLane], cache: StageCache) -> FirstLook:
        """Return what the lanes show; the same lanes with the same bands are looked at once."""
        return cache.get(("first look", *_key(placed)), lambda: cls._taken(placed))

    @classmethod
    def _taken(cls, placed: Sequence[PlacedLane]) -> FirstLook:
        method = LaneBaseline()
        first = [method.without_bands(bare_view(p.straight, p.profile, p.bands)) for p in placed]
        levels = tuple(b.level for b in first)
        noise = tuple(math.sqrt(median(p.profile.variance)) for p in placed)
        wander = tuple(_wander(p, b) for p, b in zip(placed, first, strict=True))
        signals = [p.profile.signal for p in placed]
        both = [float(np.hypot(a, b)) for a, b in zip(noise, wander, strict=True)]
        shapes = learn_shapes(signals, levels, both, [p.bands for p in placed])
        return cls(levels=levels, noise=noise, wander=wander, shapes=shapes)


def _wander(placed: PlacedLane, first: Background) -> float:
    """Return the largest standard error of a level under a band's apex, counts."""
    places = np.array([round(b.apex_px) for b in placed.bands if b.found], dtype=np.int64)
    at = np.zeros((places.size, first.level.size))
    at[np.arange(places.size), np.clip(places, 0, first.level.size - 1)] = 1.0
    return float(np.sqrt(first.error.variances(at)).max(initial=0.0))


def _key(placed: Sequence[PlacedLane]) -> tuple[object, ...]:
    report = placed[0].report
    lanes = tuple((p.lane, p.bands) for p in placed)
    return report.image.sha256, report.polarity.polarity, lanes


def row_shapes(
    placed: Sequence[PlacedLane], cache: StageCache
) -> dict[Place, Mapping[int, BandShape]]:
    """Return the shapes of the rows of each membrane on each photograph."""
    return {
        place: cache.get(("shapes", *_key(mine)), lambda mine=mine: _learned(mine, cache))  # type: ignore[misc]
        for place, mine in by_place(placed).items()
    }


def _learned(placed: Sequence[PlacedLane], cache: StageCache) -> Mapping[int, BandShape]:
    look = FirstLook.of(placed, cache)
    return {**look.shapes, **_of_clipped_rows(placed, look)}


def _of_clipped_rows(placed: Sequence[PlacedLane], look: FirstLook) -> dict[int, BandShape]:
    """Return the shapes of rows that hold clipped bands from their flanks: flat tops teach nothing.

    Takes as long as a row's estimates, and no time where nothing is clipped.
    """
    if not any(p.straight.saturated.any() for p in placed):
        return {}
    found = {}
    for row, shape in look.shapes.items():
        bands = [
            FlankBand.alone(b, p.bands, p.straight, level, p.report.noise)
            for p, level in zip(placed, look.levels, strict=True)
            for b in p.bands
            if b.row == row and b.found
        ]
        known = shape_of_row(bands)
        if known is not None:
            found[row] = replace(shape, sigma_px=known[0], tail_px=known[1])
    return found
