"""The bodies of bands: how far the whole band, not its crest alone, stands out in each column.

All crests of a picture are worked on side by side: most are short, and there are hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import ndimage

from blotquant.image.contrast import FloatArray
from blotquant.image.order import median

Floats = NDArray[np.float64]

BODY = 1.2  # thicknesses: how far up and down a band is summed, as a Gaussian weight ...
BASE = 2.4  # ... above what lies so far above and below its crest
REACH_PX = 4  # columns to either side over which crests are smoothed
SMOOTHING = np.exp(-0.5 * np.arange(-REACH_PX, REACH_PX + 1) ** 2)
SMOOTHING /= SMOOTHING.sum()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SideBySide:
    """Crests laid side by side, each with its last columns repeated as far as smoothing reaches.

    `index` names a column of the crests, laid end to end, for every place; `own` tells which places
    are no repetition; `ends` are the crests' ends among the columns.
    """

    index: NDArray[np.intp]
    own: NDArray[np.bool_]
    ends: NDArray[np.intp]

    @classmethod
    def of(cls, sizes: Sequence[int]) -> SideBySide:
        """Return the layout of crests of so many columns each."""
        size = np.array(sizes, dtype=np.intp)
        ends, room = np.cumsum(size), size + 2 * REACH_PX
        first = np.repeat(ends - size, room)
        place = np.arange(room.sum()) - np.repeat(np.cumsum(room) - room, room) - REACH_PX + first
        index = np.clip(place, first, np.repeat(ends, room) - 1)
        return cls(index=index, own=index == place, ends=ends)

    def smoothed(self, values: Floats) -> Floats:
        """Return values of all columns, smoothed along each crest."""
        smooth = ndimage.correlate1d(values[self.index], SMOOTHING, mode="nearest")
        return np.asarray(smooth[self.own])

    def steadied(self, values: Floats) -> Floats:
        """Return the running median of values of all columns along each crest."""
        windows = sliding_window_view(values[self.index], 2 * REACH_PX + 1)
        middle = np.sort(windows, axis=1)[:, REACH_PX]
        return np.asarray(middle[self.own[REACH_PX:-REACH_PX]])

    def parts(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return values of all columns crest by crest."""
        return np.split(values, self.ends[:-1])


def bodies(
    beside: SideBySide, x: NDArray[np.int64], y: Floats, thickness: Floats, bright: FloatArray
) -> Floats:
    """Return the mean height of the band in each column above its two sides, never negative.

    Parameters
    ----------
    x, y
        Places of all columns; heights are steadied, lest a step of the crest looks like a notch.
    thickness
        Of each crest.
    bright
        The working copy with bright bands.
    """
    row = np.round(beside.steadied(y)).astype(int)
    mean, base = np.empty(x.size), np.empty(x.size)
    of_column = np.repeat(thickness, np.diff(beside.ends, prepend=0))
    for one in np.unique(thickness).tolist():
        alike = np.flatnonzero(of_column == one)
        reach = max(2, round(BASE * one))
        offset = np.arange(-reach, reach + 1)
        weight = np.exp(-0.5 * (offset / (BODY * one)) ** 2)
        rows = np.clip(row[alike] + offset[:, None], 0, bright.shape[0] - 1)
        column = bright[rows, x[alike]]
        base[alike] = np.maximum(column[0], column[-1])
        mean[alike] = weight @ column / weight.sum()
    # A neighbour above or below raises the base in one place; elsewhere the crest shares one.
    shared = np.concatenate([np.minimum(b, median(b)) for b in beside.parts(base)])
    return np.asarray(beside.smoothed(np.maximum(mean - shared, 0.0)))
