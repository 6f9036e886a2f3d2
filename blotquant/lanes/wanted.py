"""What the user said of the lanes of one membrane, and detection around it.

Some lanes are fixed, at some places there is none, or the number is known; the rest is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.image.contrast import WorkCopy
from blotquant.lanes.fan import Fan
from blotquant.lanes.limits import Interval, Limits
from blotquant.lanes.ridges import Piece
from blotquant.model.geometry import Membrane
from blotquant.model.lane import Lane

HEIGHTS = (0.15, 0.5, 0.85)  # of a fixed lane, where it speaks for width and lean
SPOKEN = 0.9  # quantile of the evidence that a fixed lane counts as
LEAST_LEFT = 0.35  # of a lane's width: less beside a fixed lane is no lane
FEWEST_PX = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The user's word on the lanes of one membrane; everything in file pixels.

    Parameters
    ----------
    fixed
        Lanes that stay as they are.
    absent
        Places without a lane: only axis and width matter.
    count
        How many lanes there are in all, the fixed ones among them; None: as many as are found.
    room
        From where to where (x) lanes without a band may be inferred; None: on the membrane. What
        was found of a membrane ends where its bands do.
    """

    fixed: tuple[Lane, ...] = ()
    absent: tuple[Lane, ...] = ()
    count: int | None = None
    room: Interval | None = None

    def __bool__(self) -> bool:
        return bool(self.fixed or self.absent or self.count is not None)

    @property
    def n_free(self) -> int | None:
        """How many lanes are to be found beside the fixed ones; None: as many as there are."""
        return None if self.count is None else max(self.count - len(self.fixed), 0)


NOTHING_WANTED = Wanted()


def pieces_of(
    fixed: Sequence[Lane], copy: WorkCopy, pieces: Sequence[Piece], margin: float = 1.0
) -> tuple[Piece, ...]:
    """Return what fixed lanes would show as if each had clear bands from top to bottom.

    Put beside the pieces that were found, they tell the other lanes their width and their lean.
    `margin` is how much wider than its bands a lane is.
    """
    weight = float(np.quantile([p.weight for p in pieces], SPOKEN)) if pieces else 2.0
    snr = float(np.quantile([p.snr for p in pieces], SPOKEN)) if pieces else 50.0
    thickness = float(np.median([p.thickness for p in pieces])) if pieces else 3.0
    out = []
    for lane in fixed:
        top, bottom = lane.nodes[0][1], lane.nodes[-1][1]
        slope = (lane.nodes[-1][0] - lane.nodes[0][0]) / (bottom - top)
        half = lane.width_px / margin / copy.scale / 2
        for share in HEIGHTS:
            y = top + share * (bottom - top)
            x = float(copy.from_file(lane.x_at(y)))
            out.append(
                Piece(
                    left=x - half,
                    right=x + half,
                    y=float(copy.from_file(y)),
                    slope=-slope,
                    snr=snr,
                    weight=weight,
                    thickness=thickness,
                )
            )
    return tuple(out)


def limits_of(wanted: Wanted, copy: WorkCopy, fan: Fan, lean: float) -> Limits:
    """Return the user's lanes and gaps as intervals of the straightened frame."""

    def interval(lane: Lane) -> Interval:
        told = fan.flatten(pieces_of((lane,), copy, ()))
        edges = [(p.left - lean * p.y, p.right - lean * p.y) for p in told]
        left, right = np.mean(edges, axis=0)
        return float(left), float(right)

    return Limits(
        fixed=tuple(interval(x) for x in wanted.fixed),
        absent=tuple(interval(x) for x in wanted.absent),
    )


def straight_extent(
    membrane: Membrane, copy: WorkCopy, fan: Fan, lean: float, reach: Interval | None = None
) -> Interval:
    """Return from where to where the membrane (or `reach`) goes, in the straightened frame."""
    left, top, right, bottom = membrane.bounds
    middle = float(copy.from_file((top + bottom) / 2))
    a, b = (
        fan.inwards(float(copy.from_file(x)), middle) - lean * middle
        for x in (reach or (left, right))
    )
    return a, b


def fit_around(found: Sequence[Lane], wanted: Wanted, membrane: Membrane) -> tuple[Lane, ...]:
    """Put the fixed lanes between the found ones, which give way; count from left to right.

    A found lane of which little is left is dropped, unless the number of lanes is given.
    """
    kept = []
    for lane in found:
        trimmed = lane
        for fixed in wanted.fixed:
            trimmed = _beside(trimmed, fixed)
        if wanted.count is not None or trimmed.width_px >= LEAST_LEFT * lane.width_px:
            kept.append(trimmed)
    _, top, _, bottom = membrane.bounds
    middle = (top + bottom) / 2
    order = sorted((*kept, *wanted.fixed), key=lambda x: x.x_at(middle))
    return tuple(
        replace(x, image=membrane.image, membrane=membrane.name, number=i + 1)
        for i, x in enumerate(order)
    )


def _beside(lane: Lane, fixed: Lane) -> Lane:
    """Return the lane with the edge beside a fixed one drawn back to it; its other edge stays."""
    heights = (lane.nodes[0][1], lane.nodes[-1][1])
    middle = sum(heights) / 2
    side = 1.0 if lane.x_at(middle) > fixed.x_at(middle) else -1.0
    reach = (lane.width_px + fixed.width_px) / 2
    over = max(reach - side * (lane.x_at(y) - fixed.x_at(y)) for y in heights)
    if over <= 0:
        return lane
    width = max(lane.width_px - over, FEWEST_PX)
    shift = side * (lane.width_px - width) / 2
    return replace(lane, nodes=tuple((x + shift, y) for x, y in lane.nodes), width_px=width)
