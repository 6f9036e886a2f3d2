"""The default: one smooth curve under the whole lane, fitted between the bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blotquant.background.base import BACKGROUNDS, Background, LaneView
from blotquant.background.smoother import best_stiffness, smooth


@BACKGROUNDS.register("lane-baseline")
@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBaseline:
    """A smooth curve through the lane profile with the bands masked.

    ```
    signal     /\\         /\\
          ____/  \\_______/  \\____
    level ------------------------   fitted where no band is
    ```
    Follows gradients and slow smears. Fails where bands leave no free place between them (a ladder
    of touching bands): its standard error then says so. About 3 ms for 1000 positions.

    Parameters
    ----------
    stiffness
        Penalty on the second difference, in units of the noise; None chooses it by maximum
        likelihood.
    """

    stiffness: float | None = None

    def estimate(self, view: LaneView) -> Background:
        """Fit the curve, twice: unmasked specks and faint bands are weighed down in the second."""
        signal = view.profile.signal
        n = signal.size
        if n < 8:
            return _flat(view)
        weights = np.where(view.masked, 0.0, 1.0)
        if weights.sum() < 4:
            return _flat(view)
        stiffness = self.stiffness or best_stiffness(signal, weights)
        curve = smooth(signal, weights, stiffness)
        rest = signal - curve.level
        free = rest[weights > 0]
        scatter = 1.4826 * float(np.median(np.abs(free - np.median(free))))
        if scatter > 0:
            weights = weights / np.maximum(np.abs(rest) / (2.5 * scatter), 1.0)
            curve = smooth(signal, weights, stiffness)
        se = tuple(
            curve.mean_se(int(np.floor(a)), int(np.ceil(b)) + 1) for a, b in view.limits
        )
        spread = np.interp(
            np.arange(n),
            [(a + b) / 2 for a, b in view.limits] or [0.0],
            se or (curve.sd / np.sqrt(max(weights.sum(), 1.0)),),
        )
        return Background(level=curve.level, level_se=spread, band_se=se)


def _flat(view: LaneView) -> Background:
    """Too short for a curve: the lower part of what there is, with an honest error."""
    signal = view.profile.signal
    free = signal[~view.masked] if (~view.masked).any() else np.sort(signal)[: max(1, signal.size // 4)]
    level = float(np.median(free))
    se = float(np.std(signal)) if free.size < 4 else float(1.25 * np.std(free) / np.sqrt(free.size))
    return Background(
        level=np.full(signal.size, level),
        level_se=np.full(signal.size, se),
        band_se=tuple(se for _ in view.limits),
    )
