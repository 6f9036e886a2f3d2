"""Strips: lanes in the making, and how far strips and crests cover each other.

All lengths are in working pixels. `u` is x sheared by the common lean of the lanes, so that one
lane has one `u` from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.ridges import Piece

GOOD_OVERLAP = 0.5  # overlap (intersection over union) from which a strip explains a piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A lane in the making: its extent in `u` at height 0, its evidence and its lean (dx/dy).

    `doubt` says in words why it may be none; empty where the evidence alone decides.
    """

    left: float
    right: float
    gain: float
    lean: float
    inferred: bool = False
    doubt: str = ""

    @property
    def width(self) -> float:
        """Extent across."""
        return self.right - self.left

    @property
    def centre(self) -> float:
        """Middle of the extent."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Crests as columns: extent, height, evidence, thickness and slope, working pixels."""

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    thickness: NDArray[np.float64]
    slope: NDArray[np.float64]

    @classmethod
    def of(cls, pieces: tuple[Piece, ...]) -> Table:
        """Return crests as columns."""
        rows = [(p.left, p.right, p.y, p.weight, p.thickness, p.slope) for p in pieces]
        left, right, y, weight, thickness, slope = np.array(rows, dtype=float).reshape(-1, 6).T
        return cls(left=left, right=right, y=y, weight=weight, thickness=thickness, slope=slope)

    @property
    def width(self) -> NDArray[np.float64]:
        """Extent across."""
        return self.right - self.left

    def only(self, which: NDArray[Any]) -> Table:
        """Return some of the crests, by their indices or by a mask."""
        return Table(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def sheared(self, lean: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the left and right ends in `u`."""
        return self.left - lean * self.y, self.right - lean * self.y


def overlap_of(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    left2: NDArray[np.float64],
    right2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Intersection over union of every strip (rows) with every other (columns)."""
    both = np.minimum(right[:, None], right2[None]) - np.maximum(left[:, None], left2[None])
    either = np.maximum(right[:, None], right2[None]) - np.minimum(left[:, None], left2[None])
    return np.asarray(np.clip(both, 0, None) / np.maximum(either, 1e-9))


def agreement(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well every crest lines up with every other, 0 to 1."""
    overlap = overlap_of(left, right, left, right)
    return np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
