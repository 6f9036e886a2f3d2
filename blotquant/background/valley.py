"""Valley to valley: a straight line between the ends of each band, the ImageJ habit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blotquant.background.base import BACKGROUNDS, Background, LaneView


@BACKGROUNDS.register("valley")
@dataclass(frozen=True, slots=True, kw_only=True)
class ValleyToValley:
    """The line that joins the profile at a band's start and stop.

    Over-subtracts touching bands: the valley between them is not the background. Kept because
    published work uses it and its spread against the other methods is worth seeing.
    """

    def estimate(self, view: LaneView) -> Background:
        """Return the lines; between bands the level is joined straight."""
        signal, position = view.profile.signal, view.profile.position_px
        sd = np.sqrt(view.profile.variance)
        knots: list[tuple[float, float]] = []
        errors = []
        for start, stop in sorted(view.limits):
            knots.append((start, float(np.interp(start, position, signal))))
            knots.append((stop, float(np.interp(stop, position, signal))))
        for start, stop in view.limits:
            ends = np.interp([start, stop], position, sd)
            errors.append(float(np.hypot(*ends) / 2))
        if not knots:
            return Background(level=signal.copy(), level_se=sd.copy(), band_se=())
        x, y = (np.array(v) for v in zip(*knots, strict=True))
        return Background(
            level=np.interp(position, x, y), level_se=sd.copy(), band_se=tuple(errors)
        )
