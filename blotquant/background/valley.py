"""Valley to valley: a straight line between the ends of each band, the ImageJ habit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blotquant.background.base import BACKGROUNDS, Background, LaneView, plain


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
        for start, stop in sorted(view.limits):
            knots.append((start, float(np.interp(start, position, signal))))
            knots.append((stop, float(np.interp(stop, position, signal))))
        if not knots:
            return plain(signal.copy(), sd)
        x, y = (np.array(v) for v in zip(*knots, strict=True))
        # The mean of a line through two readings is as uncertain as half their joint error.
        return plain(np.interp(position, x, y), sd / np.sqrt(2))
