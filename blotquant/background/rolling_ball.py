"""Rolling ball along the lane (Sternberg 1983, doi 10.1109/MC.1983.1654163)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from blotquant.background.base import BACKGROUNDS, Background, LaneView, plain, residual_sd
from blotquant.errors import SettingsError

FINE_PX = 25.0  # the ball's radius in steps of the profile that it is rolled along


@BACKGROUNDS.register("rolling-ball")
@dataclass(frozen=True, slots=True, kw_only=True)
class RollingBall:
    """A ball rolled along the underside of the lane profile: a grey opening with a circle.

    It must be wider than the widest band, or it rolls into the band; the radius is raised to the
    widest band of the lane when it is smaller. It follows the lowest noise, which biases the level
    low by about the noise: the profile is smoothed over 3 px first.

    Parameters
    ----------
    radius_px
        In px along the lane; None takes twice the widest band.
    """

    radius_px: float | None = None

    def __post_init__(self) -> None:
        if self.radius_px is not None and self.radius_px <= 0:
            raise SettingsError("The ball's radius must be positive", "Give a radius in px")

    def estimate(self, view: LaneView) -> Background:
        """Return the opening and the scatter of the free places about it."""
        signal = view.profile.signal
        widest = max((b - a for a, b in view.limits), default=signal.size / 8)
        radius = max(self.radius_px or 2 * widest, widest)
        smooth = ndimage.uniform_filter1d(signal, 3, mode="nearest")
        # A ball of a hundred px needs a profile no finer than a few.
        step = max(1, min(int(radius / FINE_PX), signal.size // 4))
        whole = signal.size // step * step
        coarse = smooth[:whole].reshape(-1, step).mean(axis=1)
        half = min(int(np.ceil(radius / step)), max(1, coarse.size - 1))
        reach = np.arange(-half, half + 1) * step
        ball = np.sqrt(np.maximum(radius**2 - reach**2, 0.0)) - radius
        opened = ndimage.grey_opening(coarse, structure=ball, mode="nearest")
        centres = (np.arange(coarse.size) + 0.5) * step - 0.5
        level = np.minimum(np.interp(np.arange(signal.size), centres, opened), smooth)
        sd = residual_sd(signal, level, ~view.masked)
        return plain(level, np.full(signal.size, sd))
