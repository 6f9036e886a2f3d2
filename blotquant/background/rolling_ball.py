"""Rolling ball: the level that a ball leaves which rolls along the underside of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.background.ball import BallSurface, rolling_ball
from blotquant.background.base import (
    BACKGROUNDS,
    Background,
    LaneView,
    band_length,
    free_places,
    median_se,
    plain,
)
from blotquant.errors import SettingsError

BALL_TO_BAND = 2.0  # radius of the ball in heights of the widest band, where nobody says another
LEAST_RADIUS_PX = 10.0
MOST_RADIUS_PX = 2000.0  # as the settings allow: rolling takes the square of the radius
GREY_STEPS = 255.0  # a ball must stay flat against the picture: one px is at most this part of it


@BACKGROUNDS.register("rolling-ball")
@dataclass(frozen=True, slots=True, kw_only=True)
class RollingBall:
    """A ball rolled under the photograph, as in ImageJ, then set on the middle of the noise.

    It must be wider than the widest band, or it rolls up into the band. It rests on the lowest
    places and so lies below the level by the noise: the median height of the lane's free places
    above it is added, which ImageJ leaves in the volume. Fails on lanes that are brighter than the
    gaps beside them in some places only, and where the level bends within a ball.

    Parameters
    ----------
    radius_px
        In px of the file; None takes twice the height of the widest band, 10 to 2000 px.
    smooth
        Whether 3 x 3 px are averaged before the ball rolls.
    """

    radius_px: float | None = None
    smooth: bool = True

    def __post_init__(self) -> None:
        if self.radius_px is not None and not self.radius_px > 0:
            raise SettingsError("The ball's radius must be positive", "Give a radius in px")

    def radius_for(self, heights_px: Sequence[float]) -> float:
        """Return the radius for bands of these heights, px: the one that was given, if any."""
        if self.radius_px is not None:
            return self.radius_px
        wanted = BALL_TO_BAND * max(heights_px, default=0.0)
        return min(max(wanted, LEAST_RADIUS_PX), MOST_RADIUS_PX)

    def under(self, signal: NDArray[Any], radius_px: float) -> BallSurface:
        """Roll under a picture (rows, columns) whose bands are its higher values."""
        span = float(np.ptp(signal)) if signal.size else 0.0
        # Counts of whole numbers as in ImageJ; pictures of fractions would stop a ball anywhere.
        height = min(1.0, span / GREY_STEPS) if span > 0 else 1.0
        return rolling_ball(signal, radius_px, smooth=self.smooth, counts_per_px=height)

    def estimate(self, view: LaneView) -> Background:
        """Return the ball's surface on the photograph, or else under the lane alone."""
        signal, free = view.profile.signal, free_places(view)
        surface = view.surface
        if surface is None:
            heights = [stop - start for start, stop in view.limits] or [signal.size / 8]
            rolled = self.under(view.straight.signal, self.radius_for(heights))
            surface = rolled.enlarged().mean(axis=1, dtype=np.float64)
        rest = (signal - surface)[free]
        level = surface + float(np.median(rest))
        se = median_se(rest, band_length(view), follows=True)
        return plain(level, np.full(signal.size, se))
