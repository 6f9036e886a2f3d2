"""From pieces of crests to lanes: the set of parted strips that explains the pieces best.

All lengths are in working pixels. `u` is x sheared by the common lean of the lanes, so that one
lane has one `u` from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.ridges import Piece

MAX_LEAN_DEG = 12.0
GOOD_OVERLAP = 0.5  # overlap (intersection over union) from which a strip explains a piece
HELD_PX2 = (3.0 / 0.026) ** 2  # a placement error of 3 px against a prior of 1.5 degrees
STRAY_OVERLAP = 0.6
STRAY_SHARE = 0.15  # of the other lanes' signal-to-noise ratio
ENOUGH_PIECES = 70
LEAST_WEIGHT = 1.05  # evidence of one clear piece: a lane needs that much


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A lane in the making: its extent in `u` at height 0, its evidence and its lean (dx/dy)."""

    left: float
    right: float
    gain: float
    lean: float
    inferred: bool = False

    @property
    def width(self) -> float:
        """Extent across."""
        return self.right - self.left

    @property
    def centre(self) -> float:
        """Middle of the extent."""
        return (self.left + self.right) / 2


def without_satellites(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Drop pieces on the flank of a much stronger one: noise that rides on a strong band."""
    kept: list[Piece] = []
    for p in pieces:  # strongest first
        for q in kept:
            near = abs(p.y - q.y) < 2.5 * (q.thickness + p.thickness)
            over = min(p.right, q.right) - max(p.left, q.left)
            if near and p.snr < 0.5 * q.snr and over > 0.4 * p.width:
                break
        else:
            kept.append(p)
    return tuple(kept)


def common_lean(pieces: tuple[Piece, ...]) -> float:
    """Return the dx/dy that all lanes share, from how the pieces of different rows line up.

    Bands run square to their lanes, so their own slope gives the starting point (a smile cancels).
    """
    wide = [p for p in strongest(pieces) if p.width > 12]
    if not wide:
        return 0.0
    weights = np.array([p.weight * p.width for p in wide])
    slopes = np.array([p.slope for p in wide])
    order = np.argsort(slopes)
    half = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    limit = np.tan(np.radians(MAX_LEAN_DEG))
    start = float(np.clip(-slopes[order][half], -limit, limit))
    # Specks are narrow and lines across the membrane wide: only pieces of one width line up.
    widths = np.array([p.width for p in wide])
    typical = _mode_of(widths, weights)
    bands = tuple(p for p in wide if 0.5 * typical < p.width < 2 * typical)
    table = _Table.of(bands)
    apart = np.abs(table.y[:, None] - table.y[None]) > 4 * table.thickness[:, None]
    pairs = np.triu(apart, 1)
    if not pairs.any():
        return start
    leans = np.tan(np.radians(np.linspace(-MAX_LEAN_DEG, MAX_LEAN_DEG, 49)))
    weight = (table.weight[:, None] * table.weight[None])[pairs]
    scores = np.array([(weight * _agreement(*table.sheared(a))[pairs]).sum() for a in leans])
    # Far from the bands' own slope a lean must be much better to be believed.
    scores *= np.exp(
        -0.5 * ((np.degrees(np.arctan(leans)) - np.degrees(np.arctan(start))) / 4) ** 2
    )
    if scores.max() <= 0:
        return start
    best = float(leans[int(scores.argmax())])
    return _settle(table, best if _tells(table, best, apart) else start, apart, limit)


def typical_width(pieces: tuple[Piece, ...]) -> float:
    """Return the width that most of the evidence has, 0 without pieces."""
    wide = [p for p in pieces if p.width > 12]
    if not wide:
        return 0.0
    widths = np.array([p.width for p in wide])
    return _mode_of(widths, np.array([p.weight * p.width for p in wide]))


def lined_up(pieces: tuple[Piece, ...], lean: float) -> float:
    """Return how much of the evidence lines up in strips at this lean."""
    table = _Table.of(strongest(pieces))
    apart = np.abs(table.y[:, None] - table.y[None]) > 4 * table.thickness[:, None]
    agree = _agreement(*table.sheared(lean)) * np.triu(apart, 1)
    return float((table.weight[:, None] * table.weight[None] * agree).sum())


def strongest(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces with most evidence: enough to see how the lanes run."""
    return tuple(sorted(pieces, key=lambda p: -p.weight * min(p.width, 60.0))[:ENOUGH_PIECES])


def _tells(table: _Table, lean: float, apart: NDArray[np.bool_]) -> bool:
    """Tell whether the rows lie far enough apart to see a lean at all."""
    agree = _agreement(*table.sheared(lean)) * apart
    dy = np.abs(table.y[:, None] - table.y[None])
    width = float(np.median(table.right - table.left))
    return bool((dy[agree > 0] > width).any()) if (agree > 0).any() else False


def _settle(table: _Table, lean: float, apart: NDArray[np.bool_], limit: float) -> float:
    """Let the pieces that line up at about this lean say what it is exactly."""
    dy = table.y[:, None] - table.y[None]
    first = lean
    middle = (table.left + table.right) / 2
    dx = middle[:, None] - middle[None]
    for _ in range(4):
        agree = _agreement(*table.sheared(lean)) * apart
        weight = table.weight[:, None] * table.weight[None] * agree
        if not weight.any():
            break
        # Rows close together say little: their pieces are placed to a few px only.
        held = HELD_PX2 * float(weight[weight > 0].mean())
        total = float((weight * dy**2).sum()) + held
        lean = float(((weight * dx * dy).sum() + held * first) / total)
        lean = float(np.clip(lean, -limit, limit))
    return lean


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    thickness: NDArray[np.float64]

    @classmethod
    def of(cls, pieces: tuple[Piece, ...]) -> _Table:
        def column(name: str) -> NDArray[np.float64]:
            return np.array([getattr(p, name) for p in pieces], dtype=float)

        return cls(**{n: column(n) for n in ("left", "right", "y", "weight", "thickness")})

    def sheared(self, lean: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.left - lean * self.y, self.right - lean * self.y


def _overlap(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    left2: NDArray[np.float64],
    right2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Intersection over union of every strip (rows) with every other (columns)."""
    both = np.minimum(right[:, None], right2[None]) - np.maximum(left[:, None], left2[None])
    either = np.maximum(right[:, None], right2[None]) - np.minimum(left[:, None], left2[None])
    return np.asarray(np.clip(both, 0, None) / np.maximum(either, 1e-9))


def _agreement(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    overlap = _overlap(left, right, left, right)
    return np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)


def choose_strips(pieces: tuple[Piece, ...], lean: float) -> tuple[Strip, ...]:
    """Return non-overlapping strips, left to right, that together explain the most evidence."""
    if not pieces:
        return ()
    table = _Table.of(pieces)
    left, right = table.sheared(lean)
    typical = _typical_width(left, right, table)
    left_c, right_c = _candidates(pieces, left, right, table, typical, lean)
    gains = _gains(left_c, right_c, left, right, table)
    # Strips far from the typical width need more evidence.
    oddness = np.log((right_c - left_c) / typical)
    gains = gains * np.exp(-0.5 * (oddness / 0.45) ** 2)
    chosen = _schedule(left_c, right_c, gains, typical)
    chosen = [i for i in chosen if gains[i] >= LEAST_WEIGHT]
    if not chosen:
        return ()
    strong = float(np.median(gains[chosen]))
    chosen = [i for i in chosen if gains[i] >= 0.12 * strong]
    chosen = _without_strays(chosen, left_c, right_c, left, right, pieces)
    return tuple(
        Strip(left=float(left_c[i]), right=float(right_c[i]), gain=float(gains[i]), lean=lean)
        for i in chosen
    )


def _without_strays(
    chosen: list[int],
    left_c: NDArray[np.float64],
    right_c: NDArray[np.float64],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    pieces: tuple[Piece, ...],
) -> list[int]:
    """Drop strips with a single crest that is faint against those of the lanes with several.

    Wells, edges of the gel and scratches leave one faint crest here and there.
    """
    snr = np.array([p.snr for p in pieces])
    overlap = _overlap(left_c[chosen], right_c[chosen], left, right) > STRAY_OVERLAP
    count = overlap.sum(axis=1)
    best = np.where(overlap, snr[None], 0.0).max(axis=1)
    if not (count > 1).any():
        return chosen
    needed = STRAY_SHARE * float(np.median(best[count > 1]))
    return [i for i, n, b in zip(chosen, count, best, strict=True) if n > 1 or b >= needed]


def _gains(
    left_c: NDArray[np.float64],
    right_c: NDArray[np.float64],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    table: _Table,
) -> NDArray[np.float64]:
    overlap = _overlap(left_c, right_c, left, right)
    explained = np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
    return np.asarray((explained * table.weight[None]).sum(axis=1))


def _typical_width(left: NDArray[np.float64], right: NDArray[np.float64], table: _Table) -> float:
    """Return the width that most evidence agrees on: the mode of ln(width), weighted."""
    width = right - left
    support = (_agreement(left, right) * table.weight[None]).sum(axis=1)
    weight = table.weight * (0.3 + support)
    return _mode_of(width, weight)


def _mode_of(width: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Return the width that most of the weight is near to, on a logarithmic scale."""
    grid = np.log(width)
    density = (np.exp(-0.5 * ((grid[:, None] - grid[None]) / 0.15) ** 2) * weight[None]).sum(axis=1)
    best = grid[int(density.argmax())]
    near = np.abs(grid - best) < 0.3
    return float(np.exp(np.average(grid[near], weights=weight[near])))


def _candidates(
    pieces: tuple[Piece, ...],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    table: _Table,
    typical: float,
    lean: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return strips to choose from: the pieces, their consensus, and the parts of long ones."""
    agree = _agreement(left, right) * table.weight[None]
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
