"""One level for the whole lane, or none at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blotquant.background.base import (
    BACKGROUNDS,
    Background,
    LaneView,
    band_length,
    free_places,
    median_se,
    plain,
)


@BACKGROUNDS.register("constant")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantRegion:
    """The median of the lane outside its bands. Biased on gradients; robust on clean blots."""

    def estimate(self, view: LaneView) -> Background:
        """Return one level; its error includes how much the free places wander along the lane."""
        signal = view.profile.signal
        rest = signal[free_places(view)]
        if view.masked.all():
            rest = np.sort(signal)[: max(2, signal.size // 5)]
        level = float(np.median(rest))
        se = median_se(rest, band_length(view))
        if view.masked.all():
            # Nothing is free: the lowest places are a guess, and the error says so.
            se = float(np.std(signal))
        return plain(np.full(signal.size, level), np.full(signal.size, se))


@BACKGROUNDS.register("none")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoBackground:
    """Level zero, for pictures whose background was removed before, or to see what it does."""

    def estimate(self, view: LaneView) -> Background:
        """Return zeros."""
        zeros = np.zeros(view.profile.signal.size)
        return plain(zeros, zeros.copy())
