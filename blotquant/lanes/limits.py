"""Places that are settled: strips of lanes that are to be found keep clear of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]

SAME_PLACE = 0.5  # overlap, as a share of the narrower one, from which two strips are one lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where strips may not lie, in the frame in which the lanes run straight down."""

    fixed: tuple[Interval, ...] = ()
    absent: tuple[Interval, ...] = ()

    def clear(
        self, left: NDArray[np.float64], right: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return the edges trimmed to the fixed lanes, and which of the strips may stay."""
        left, right = left.copy(), right.copy()
        stays = np.ones(left.shape, dtype=bool)
        for a, b in (*self.fixed, *self.absent):
            narrower = np.maximum(np.minimum(right - left, b - a), 1e-9)
            shared = np.minimum(right, b) - np.maximum(left, a)
            stays &= shared <= SAME_PLACE * narrower
        for a, b in self.fixed:
            is_left = left + right < a + b
            np.copyto(right, np.minimum(right, a), where=is_left)
            np.copyto(left, np.maximum(left, b), where=~is_left)
        return left, right, stays & (right > left)

    def allows(self, left: float, right: float) -> bool:
        """Tell whether a strip may lie here."""
        return bool(self.clear(np.array([left], dtype=float), np.array([right], dtype=float))[2][0])


NO_LIMITS = Limits()
