"""The stretches between and beside the lanes: what shows there too is no band of a lane."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from blotquant.model.lane import Lane

LEAST_WIDTH_PX = 4.0  # narrower gaps hold the flanks of the bands beside them
LEAST_SHARE = 0.2  # of a lane: the bands of lanes nearer than this may touch
LARGEST_SHARE = 0.7  # of the width of the lanes beside it
RIM = 0.15  # of a gap's width on either side, kept clear of those flanks
BESIDE = 0.5  # of the outermost lane's width: how much of the blot beside it is looked at
CLEAR = 0.2  # of that width: how far beside it that starts


def lanes_between(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Return the gaps between neighbouring lanes as lanes of their own, wide ones only.

    Lanes are left to right on one membrane. Each gap carries the number of the lane to its left.
    """
    gaps = []
    for a, b in itertools.pairwise(lanes):
        nodes = []
        widths = []
        for (xa, ya), (_, yb) in ((a.nodes[0], b.nodes[0]), (a.nodes[-1], b.nodes[-1])):
            y = (ya + yb) / 2 if ya != yb else ya
            left, right = xa + a.width_px / 2, b.x_at(y) - b.width_px / 2
            nodes.append(((left + right) / 2, y))
            widths.append(right - left)
        width = (1 - 2 * RIM) * min(widths)
        # A gap as wide as a lane may hold a lane that was not found.
        wide = max(widths) > LARGEST_SHARE * min(a.width_px, b.width_px)
        apart = min(widths) > LEAST_SHARE * min(a.width_px, b.width_px)
        if width >= LEAST_WIDTH_PX and apart and not wide and nodes[0][1] < nodes[1][1]:
            gaps.append(
                Lane(
                    image=a.image,
                    membrane=a.membrane,
                    number=a.number,
                    nodes=tuple(nodes),
                    width_px=width,
                )
            )
    return tuple(gaps)


def lanes_beside(lanes: Sequence[Lane], left_px: float, right_px: float) -> tuple[Lane, ...]:
    """Return the stretches just left and right of all lanes, where there is room for them.

    They reach from `left_px` to `right_px` at most. The left one carries the number before the
    first lane, the right one that of the last.
    """
    found = []
    for lane, side, number in (
        (lanes[0], -1, lanes[0].number - 1),
        (lanes[-1], 1, lanes[-1].number),
    ):
        away = side * (0.5 + CLEAR + BESIDE / 2) * lane.width_px
        half = BESIDE * lane.width_px / 2
        nodes = tuple((x + away, y) for x, y in lane.nodes)
        room = all(left_px <= x - half and x + half <= right_px for x, _ in nodes)
        if room and 2 * half >= LEAST_WIDTH_PX:
            found.append(
                Lane(
                    image=lane.image,
                    membrane=lane.membrane,
                    number=number,
                    nodes=nodes,
                    width_px=2 * half,
                )
            )
    return tuple(found)
