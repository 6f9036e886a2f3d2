"""From pieces of crests to lanes: the set of parted strips that explains the pieces best.

All lengths are in working pixels, in `u` (see `strips`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.limits import NO_LIMITS, Limits
from blotquant.lanes.ridges import Piece
from blotquant.lanes.strays import without_strays
from blotquant.lanes.strips import GOOD_OVERLAP, Strip, Table, agreement, overlap_of
from blotquant.lanes.widths import lane_width, row_widths

WIDTH_SCATTER = 0.45  # of ln(width) among the lanes of a membrane
JOINABLE = 0.35  # of a lane: the widest gap between two halves of a band
BLOCK = 256  # pieces that are compared with all others at once
LEAST_WEIGHT = 1.05  # evidence of one clear piece: a lane needs that much


def without_satellites(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Drop pieces on the flank of a much stronger one: noise that rides on a strong band."""
    table = Table.of(pieces)
    snr = np.array([p.snr for p in pieces])
    kept = np.zeros(len(pieces), dtype=bool)
    for start in range(0, len(pieces), BLOCK):  # strongest first
        k = slice(start, start + BLOCK)
        y, thickness, left, right = (
            v[k, None] for v in (table.y, table.thickness, table.left, table.right)
        )
        near = np.abs(y - table.y) < 2.5 * (thickness + table.thickness)
        over = np.minimum(right, table.right) - np.maximum(left, table.left)
        rides = near & (snr[k, None] < 0.5 * snr) & (over > 0.4 * (right - left))
        for i, on in enumerate(rides, start):
            kept[i] = not (on & kept).any()
    return tuple(p for p, keep in zip(pieces, kept.tolist(), strict=True) if keep)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed:
    """Strips to choose from with the evidence for each, and the width that most of them have.

    `pieces` are the crests that speak for them, halves of bands joined.
    """

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    gain: NDArray[np.float64]
    typical: float
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def nothing(cls) -> Weighed:
        """Return the choice that there is where nothing was seen."""
        none = np.zeros(0)
        return cls(left=none, right=none, gain=none, typical=0.0, pieces=())

    def strips(self, lean: float) -> tuple[Strip, ...]:
        """Return them one by one."""
        columns = zip(self.left.tolist(), self.right.tolist(), self.gain.tolist(), strict=True)
        return tuple(Strip(left=a, right=b, gain=g, lean=lean) for a, b, g in columns)


def weigh_strips(pieces: tuple[Piece, ...], lean: float, limits: Limits = NO_LIMITS) -> Weighed:
    """Return every strip that some piece speaks for, within `limits`; `pieces` may not be empty."""
    table = Table.of(pieces)
    typical = lane_width(*table.sheared(lean), table)
    pieces += joined_halves(pieces, row_widths(table, typical))
    table = Table.of(pieces)
    left, right = table.sheared(lean)
    left_c, right_c = _candidates(pieces, left, right, table, typical, lean)
    left_c, right_c, stays = limits.clear(left_c, right_c)
    left_c, right_c = left_c[stays], right_c[stays]
    gains = _gains(left_c, right_c, left, right, row_widths(table, typical), table)
    return Weighed(left=left_c, right=right_c, gain=gains, typical=typical, pieces=pieces)


def choose_strips(
    pieces: tuple[Piece, ...], lean: float, limits: Limits = NO_LIMITS
) -> tuple[Strip, ...]:
    """Return non-overlapping strips, left to right, that together explain the most evidence."""
    if not pieces:
        return ()
    weighed = weigh_strips(pieces, lean, limits)
    left_c, right_c, gains = weighed.left, weighed.right, weighed.gain
    chosen = _schedule(left_c, right_c, gains, weighed.typical)
    chosen = [i for i in chosen if gains[i] >= LEAST_WEIGHT]
    if not chosen:
        return ()
    strong = float(np.median(gains[chosen]))
    chosen = [i for i in chosen if gains[i] >= 0.12 * strong]
    strips = (
        Strip(left=float(left_c[i]), right=float(right_c[i]), gain=float(gains[i]), lean=lean)
        for i in chosen
    )
    return without_strays(tuple(strips), weighed.pieces)


def joined_halves(pieces: tuple[Piece, ...], expected: NDArray[np.float64]) -> tuple[Piece, ...]:
    """Return whole bands for halves side by side: a band may be light in its middle.

    Both stay candidates, the halves and the whole; the other bands decide between them.
    """
    found = []
    halves = [(p, w) for p, w in zip(pieces, expected, strict=True) if p.width < 0.75 * w]
    halves.sort(key=lambda half: half[0].left)
    for i, (a, width) in enumerate(halves):
        for b, _ in halves[i + 1 :]:
            if b.left - a.right > JOINABLE * width:
                break
            level = abs(a.y - b.y) < 2 * (a.thickness + b.thickness)
            alike = 1 / 3 < a.snr / b.snr < 3
            if level and alike and 0.75 * width < b.right - a.left < 1.3 * width:
                found.append(_whole(a, b))
    return tuple(found)


def _whole(a: Piece, b: Piece) -> Piece:
    return replace(
        a if a.weight < b.weight else b,
        left=a.left,
        right=b.right,
        y=(a.y + b.y) / 2,
        slope=(b.y - a.y) / (b.centre - a.centre),
        dips=(((a.right + b.left) / 2, 1.0),),
    )


def _gains(
    left_c: NDArray[np.float64],
    right_c: NDArray[np.float64],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    expected: NDArray[np.float64],
    table: Table,
) -> NDArray[np.float64]:
    """Return the evidence that every strip explains.

    Strips that are wider or narrower than the bands at the height of theirs need more evidence.
    """
    overlap = overlap_of(left_c, right_c, left, right)
    explained = np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
    votes = explained * table.weight[None]
    oddness = np.log((right_c - left_c)[:, None] / expected[None])
    return np.asarray((votes * np.exp(-0.5 * (oddness / WIDTH_SCATTER) ** 2)).sum(axis=1))


def _candidates(
    pieces: tuple[Piece, ...],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    table: Table,
    typical: float,
    lean: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return strips to choose from: the pieces, their consensus, and the parts of long ones."""
    agree = agreement(left, right) * table.weight[None]
    total = np.maximum(agree.sum(axis=1), 1e-9)
    left_mean, right_mean = (agree @ left) / total, (agree @ right) / total
    lefts, rights = [left, left_mean], [right, right_mean]
    for p in pieces:
        count = round(p.width / typical)
        if count >= 2 and p.dips:
            cuts = [p.left, *(x for x, _ in sorted(p.dips)), p.right]
            edges = np.array(cuts) - lean * p.y
            lefts.append(edges[:-1])
            rights.append(edges[1:])
    a, b = np.concatenate(lefts), np.concatenate(rights)
    usable = (b - a > 0.45 * typical) & (b - a < 2.2 * typical)
    return a[usable], b[usable]


def _schedule(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    gains: NDArray[np.float64],
    typical: float,
) -> list[int]:
    """Weighted interval scheduling; neighbours may overlap by a sliver. O(n log n)."""
    order = np.argsort(right)
    ends = right[order]
    sliver = 0.06 * typical
    best = np.zeros(order.size + 1)
    take = np.zeros(order.size, dtype=bool)
    before = np.searchsorted(ends, left[order] + sliver, side="right")
    before = np.minimum(before, np.arange(order.size))
    for k, i in enumerate(order):
        with_it = gains[i] + best[before[k]]
        take[k] = with_it > best[k]
        best[k + 1] = max(with_it, best[k])
    chosen, k = [], order.size
    while k > 0:
        if take[k - 1]:
            chosen.append(int(order[k - 1]))
            k = int(before[k - 1])
        else:
            k -= 1
    return chosen[::-1]
