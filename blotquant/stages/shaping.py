"""What the bands of each row look like, learned over a first, simple background."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background import LocalSurround
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
    position of its profile; `shapes` are those of the rows.
    """

    levels: tuple[Floats, ...]
    noise: tuple[float, ...]
    shapes: Mapping[int, BandShape]

    @classmethod
    def of(cls, placed: Sequence[PlacedLane], cache: StageCache) -> FirstLook:
        """Return what the lanes show; the same lanes with the same bands are looked at once."""
        return cache.get(("first look", *_key(placed)), lambda: cls._taken(placed))

    @classmethod
    def _taken(cls, placed: Sequence[PlacedLane]) -> FirstLook:
        method = LocalSurround()
        levels = tuple(
            method.estimate(bare_view(p.straight, p.profile, p.bands)).level for p in placed
        )
        noise = tuple(math.sqrt(median(p.profile.variance)) for p in placed)
        signals = [p.profile.signal for p in placed]
        shapes = learn_shapes(signals, levels, noise, [p.bands for p in placed])
        return cls(levels=levels, noise=noise, shapes=shapes)


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
