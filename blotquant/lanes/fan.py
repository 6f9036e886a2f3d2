"""Lanes that spread like a fan: the same lanes, parallel in a frame that narrows with height."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.lean import common_lean, lined_up, strongest
from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Table

Place = TypeVar("Place", float, NDArray[np.float64])

STRENGTHS = (0.0, -0.08, 0.08, -0.16, 0.16, -0.24, 0.24, -0.32, 0.32)
LARGEST_LEAN = 0.15  # dx/dy of the outermost lane: more is a flat crop that shows no fan
FEWEST = 3  # pairs of strong bands, one far below the other, that must line up for a fan
WORTH = 1.1  # a fan must line up this much more evidence than parallel lanes do


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """How lanes spread: their distance from `middle_x` grows by `strength` over the height.

    Working pixels; `y_middle` is where the frame has its own scale. Strength 0 is parallel.
    """

    strength: float
    middle_x: float
    middle_y: float
    height: float

    @classmethod
    def parallel(cls) -> Fan:
        """Return lanes that do not spread."""
        return cls(strength=0.0, middle_x=0.0, middle_y=0.0, height=1.0)

    def _scale(self, y: Place) -> Place:
        return 1 + self.strength * (y - self.middle_y) / self.height

    def flatten(self, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """Return the pieces as they would lie if the lanes were parallel."""
        if self.strength == 0:
            return pieces
        return tuple(
            replace(
                p,
                left=self.inwards(p.left, p.y),
                right=self.inwards(p.right, p.y),
                dips=tuple((self.inwards(x, p.y), depth) for x, depth in p.dips),
            )
            for p in pieces
        )

    def flattened(self, crests: Table) -> Table:
        """Return the same of a table of crests."""
        if self.strength == 0:
            return crests
        left, right = (self.inwards(x, crests.y) for x in (crests.left, crests.right))
        return replace(crests, left=left, right=right)

    def inwards(self, x: Place, y: Place) -> Place:
        """Return where a place of the picture lies in the parallel frame."""
        return self.middle_x + (x - self.middle_x) / self._scale(y)

    def outwards(self, x: float, y: float) -> float:
        """Return where a place of the parallel frame lies in the picture."""
        return self.middle_x + (x - self.middle_x) * self._scale(y)


def find_fan(pieces: tuple[Piece, ...], height: float) -> Fan:
    """Return the spread under which most evidence lines up; parallel unless clearly better."""
    crests = Table.of(pieces)
    x, y = (crests.left + crests.right) / 2, crests.y
    best = Fan(
        strength=0.0,
        middle_x=float((x.min() + x.max()) / 2),
        middle_y=float((y.min() + y.max()) / 2),
        height=max(height, 1.0),
    )
    parallel = best
    scores = {}
    told = strongest(crests)
    half_width = float(x.max() - x.min()) / 2
    for strength in STRENGTHS:
        if abs(strength) * half_width > LARGEST_LEAN * parallel.height:
            continue
        fan = replace(parallel, strength=strength)
        flat = fan.flattened(told)
        scores[fan] = lined_up(flat, common_lean(flat))
    best = max(scores, key=lambda f: scores[f])
    strong = np.sort(told.weight)[::-1][:FEWEST]
    clear = scores[best] > WORTH * scores[parallel] and len(strong) == FEWEST
    return best if clear and scores[best] > FEWEST * strong[-1] ** 2 else parallel
