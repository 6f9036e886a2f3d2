"""A band and what is free of it: cut out of its lane, in strips that clip at different heights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.noise import NoiseModel

Floats = NDArray[np.float64]

STRIPS = 14  # across a lane: enough to see what clips where, few enough to be fast
REACH = 0.25  # of the band's height, looked at beyond its limits
LEAST_PLACES = 6  # with something of the band: fewer tell no shape
MISFIT = 0.015  # of the signal: by how much real bands differ from the shape, place by place
NEIGHBOUR = 0.5  # of what a neighbour adds: by how much that may be wrong
GLARE = 0.03  # of the band's tallest part: how strong the light is that strays around it
GLARE_WIDTH = 0.5  # standard deviation, in heights of the band


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlankBand:
    """One band as the fit looks at it.

    Parameters
    ----------
    band
        Its limits along the lane.
    straight
        The lane, laid out straight.
    level
        The background along the lane, counts per pixel.
    others
        What neighbouring bands add along the lane, counts per pixel.
    room
        From where to where (px along the lane) no other band has its limits.
    volume, volume_se
        As measured: the lower bound.
    noise
        Of a pixel.
    """

    band: Band
    straight: StraightLane
    level: Floats
    others: Floats
    room: tuple[float, float]
    volume: float
    volume_se: float
    noise: NoiseModel

    @classmethod
    def alone(
        cls,
        band: Band,
        mates: Sequence[Band],
        straight: StraightLane,
        level: Floats,
        noise: NoiseModel,
    ) -> FlankBand:
        """Return a band of which no volume is known yet, beside the other bands of its lane."""
        return cls(
            band=band,
            straight=straight,
            level=level,
            others=np.zeros_like(level),
            room=room_for(band, mates),
            volume=0.0,
            volume_se=0.0,
            noise=noise,
        )

    @property
    def is_clipped(self) -> bool:
        """Whether any place within its limits is clipped."""
        start, stop = self.rows(0.0)
        return bool(self.straight.saturated[start:stop].any())

    def rows(self, beyond: float) -> tuple[int, int]:
        """Return from where to where it is looked at, so many of its heights beyond its limits."""
        reach = beyond * (self.band.stop_px - self.band.start_px)
        start = math.floor(max(self.band.start_px - reach, self.room[0]))
        stop = math.ceil(min(self.band.stop_px + reach, self.room[1])) + 1
        start = max(start, 0)
        # A neighbour whose limits begin above the lane leaves no room.
        return start, max(start, min(stop, self.straight.signal.shape[0]))


def room_for(band: Band, mates: Sequence[Band]) -> tuple[float, float]:
    """Return from where to where a lane is free of the limits of other bands that were found."""
    others = [b for b in mates if b.found and b.row != band.row]
    above = [b.stop_px for b in others if b.apex_px < band.apex_px]
    below = [b.start_px for b in others if b.apex_px > band.apex_px]
    return max(above, default=-math.inf), min(below, default=math.inf)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """A band cut out of its lane and cut into strips that run along it.

    `signal` (positions, strips) is each strip's mean above the level; `weight` its inverse
    variance, 0 where any place of it is clipped. `across` (strips) runs from -1 to
    1. `clipped` (positions, strips) counts the places that are clipped or touch one that is, `seen`
    sums what they show. `glare` (positions) is the shape of stray light, `glare_sd` its strength.
    """

    position: Floats
    across: Floats
    signal: Floats
    weight: Floats
    clipped: Floats
    seen: Floats
    glare: Floats
    glare_sd: float
    step_px: float
    height_px: float
    apex_px: float

    @classmethod
    def of(cls, band: FlankBand) -> Window | None:
        """Return the window, None where too little of the band is free."""
        start, stop = band.rows(REACH)
        signal = band.straight.signal[start:stop].astype(np.float64)
        if signal.shape[0] < LEAST_PLACES:
            return None
        # Samples beside a clipped pixel are mixed with it.
        at_limit = band.straight.saturated[start:stop].astype(np.uint8)
        tainted = cv2.dilate(at_limit, np.ones((3, 3), np.uint8)).astype(bool)
        rest = signal - (band.level + band.others)[start:stop, None]
        n = min(STRIPS, signal.shape[1])
        edges = np.linspace(0, signal.shape[1], n + 1).astype(int)
        size = np.diff(edges).astype(np.float64)
        means = np.add.reduceat(rest, edges[:-1], axis=1) / size
        clipped = np.add.reduceat(tainted.astype(np.float64), edges[:-1], axis=1)
        seen = np.add.reduceat(np.where(tainted, rest, 0.0), edges[:-1], axis=1)
        gross = np.maximum(np.add.reduceat(signal, edges[:-1], axis=1) / size, 0.0)
        noise = band.noise.variance(gross) / size
        tall = float(np.percentile(means, 98))
        away = np.arange(start, stop) - band.band.apex_px
        height = band.band.stop_px - band.band.start_px
        variance = noise + (MISFIT * np.maximum(means, 0.1 * tall)) ** 2
        variance += (NEIGHBOUR * band.others[start:stop, None]) ** 2
        weight = np.where(clipped > 0, 0.0, 1 / np.maximum(variance, 1e-12))
        if np.count_nonzero((weight > 0) & (means > 0.05 * tall)) < LEAST_PLACES:
            return None
        return cls(
            position=np.arange(start, stop, dtype=np.float64),
            across=np.linspace(-1.0, 1.0, n),
            signal=means,
            weight=weight,
            clipped=clipped,
            seen=seen,
            glare=np.exp(-0.5 * (away / (GLARE_WIDTH * height)) ** 2),
            glare_sd=max(GLARE * tall, 1e-6),
            step_px=band.straight.step_px,
            height_px=height,
            apex_px=band.band.apex_px,
        )
