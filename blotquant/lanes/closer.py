"""A closer look at a membrane that takes up little of its photograph.

Crests are sought on a working copy of the whole photograph, so that the lanes of a small membrane
may be a few pixels wide there. Such a membrane is cut out and looked at in a copy of its own; what
is found is moved back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import (
    LARGEST_ZOOM,
    WORK_SIZE_PX,
    WorkCopy,
    contrasts,
    work_copy,
)
from blotquant.lanes.crests import lane_pieces
from blotquant.lanes.ridges import Piece
from blotquant.lanes.wanted import Wanted
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane

SMALL = 0.7  # of the photograph's longer side: larger membranes are seen well enough in the whole
AROUND = 0.03  # of its longer side: what is cut out with it, so that its edge bands have two sides
LEAST_PX = 24  # nothing lower or narrower is cut out, margins counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An upright part of a photograph in whole file pixels: [left, right) x [top, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, membrane: Membrane, shape: tuple[int, int]) -> Window | None:
        """Return the part of a photograph to look at, None where the whole is seen as well.

        Parameters
        ----------
        shape
            (rows, columns) of the photograph.
        """
        rows, columns = shape
        left, top, right, bottom = membrane.bounds
        longest = max(right - left, bottom - top)
        margin = AROUND * longest
        window = cls(
            left=max(0, int(left - margin)),
            top=max(0, int(top - margin)),
            right=min(columns, int(right + margin) + 2),
            bottom=min(rows, int(bottom + margin) + 2),
        )
        sides = window.right - window.left, window.bottom - window.top
        if max(sides) > SMALL * max(shape) or min(sides) < LEAST_PX:
            return None
        # A photograph that is enlarged as far as it may be gains nothing.
        return window if max(shape) * LARGEST_ZOOM > WORK_SIZE_PX else None

    def cut(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return the part of a picture (rows, columns)."""
        return np.ascontiguousarray(pixels[self.top : self.bottom, self.left : self.right])

    def membrane_inside(self, membrane: Membrane) -> Membrane:
        """Return a membrane of the photograph in the window's pixels."""
        a, b, c, d = ((x - self.left, y - self.top) for x, y in membrane.corners)
        return replace(membrane, corners=(a, b, c, d))

    def wanted_inside(self, wanted: Wanted) -> Wanted:
        """Return the user's word in the window's pixels."""
        room = wanted.room
        return replace(
            wanted,
            fixed=_moved(wanted.fixed, -self.left, -self.top),
            absent=_moved(wanted.absent, -self.left, -self.top),
            room=None if room is None else (room[0] - self.left, room[1] - self.left),
        )

    def lanes_outside(self, lanes: Iterable[Lane]) -> tuple[Lane, ...]:
        """Return lanes of the window in the photograph's pixels."""
        return _moved(lanes, self.left, self.top)


class Part(Protocol):
    """A part of a photograph that is looked at by itself."""

    def cut(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return the part of a picture."""

    def membrane_inside(self, membrane: Membrane) -> Membrane:
        """Return a membrane of the photograph in the part's pixels."""

    def wanted_inside(self, wanted: Wanted) -> Wanted:
        """Return the user's word in the part's pixels."""

    def lanes_outside(self, lanes: Iterable[Lane]) -> tuple[Lane, ...]:
        """Return lanes of the part in the photograph's pixels."""


def look_closer(
    pixels: NDArray[Any], window: Part, polarity: Polarity
) -> tuple[WorkCopy, tuple[Piece, ...]]:
    """Return the working copy of a part of a photograph, and its crests."""
    copy = work_copy(window.cut(pixels))
    return copy, lane_pieces(copy, contrasts(copy), polarity)


def _moved(lanes: Iterable[Lane], dx: int, dy: int) -> tuple[Lane, ...]:
    return tuple(
        replace(lane, nodes=tuple((x + dx, y + dy) for x, y in lane.nodes)) for lane in lanes
    )
