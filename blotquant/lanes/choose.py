"""From pieces of crests to lanes: the set of parted strips that explains the pieces best.

All lengths are in working pixels. `u` is x sheared by the common lean of the lanes, so that one
lane has one `u` from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.limits import NO_LIMITS, Limits
from blotquant.lanes.ridges import Piece
from blotquant.lanes.strays import without_strays

MAX_LEAN_DEG = 12.0
GOOD_OVERLAP = 0.5  # overlap (intersection over union) from which a strip explains a piece
HELD_PX2 = (3.0 / 0.026) ** 2  # a placement error of 3 px against a prior of 1.5 degrees
WIDTH_SCATTER = 0.45  # of ln(width) among the lanes of a membrane
ROW_PRIOR = 5.0  # evidence that the typical width of the picture counts for in a row
JOINABLE = 0.35  # of a lane: the widest gap between two halves of a band
ENOUGH_PIECES = 70
BLOCK = 256  # pieces that are compared with all others at once
LEAST_WEIGHT = 1.05  # evidence of one clear piece: a lane needs that much


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


def without_satellites(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Drop pieces on the flank of a much stronger one: noise that rides on a strong band."""
    table = _Table.of(pieces)
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
    scores = _lined_up_at(leans, table, pairs)
    # Far from the bands' own slope a lean must be much better to be believed.
    scores *= np.exp(
        -0.5 * ((np.degrees(np.arctan(leans)) - np.degrees(np.arctan(start))) / 4) ** 2
    )
    if scores.max() <= 0:
        return start
    best = float(leans[int(scores.argmax())])
    return _settle(table, best if _tells(table, best, apart) else start, apart, limit)


def _lined_up_at(
    leans: NDArray[np.float64], table: _Table, pairs: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how much of the evidence of the pairs lines up at each lean."""
    middle, width = (table.left + table.right) / 2, table.right - table.left
    dy = table.y[:, None] - table.y[None]
    apart = np.abs(middle[:, None] - middle[None]) - np.abs(leans).max() * np.abs(dy)
    i, j = np.nonzero(pairs & (apart < (width[:, None] + width[None]) / 2))
    shift = leans[:, None] * dy[i, j]  # what the lean takes from the first of a pair
    left, right = table.left[i] - shift, table.right[i] - shift
    both = np.minimum(right, table.right[j]) - np.maximum(left, table.left[j])
    either = np.maximum(right, table.right[j]) - np.minimum(left, table.left[j])
    overlap = both / np.maximum(either, 1e-9)
    agree = np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
    return np.asarray(agree @ (table.weight[i] * table.weight[j]))


def typical_width(pieces: tuple[Piece, ...]) -> float:
    """Return the width that most of the evidence has, 0 without pieces."""
    wide = [p for p in pieces if p.width > 12]
    if not wide:
        return 0.0
    widths = np.array([p.width for p in wide])
    return _mode_of(widths, np.array([p.weight * p.width for p in wide]))


def lined_up(pieces: tuple[Piece, ...], lean: float) -> float:
    """Return how much of the evidence lines up in strips at this lean."""
    table = _Table.of(strongest(of_typical_width(pieces)))
    # Rows closer together than a lane is wide say nothing on how lanes run.
    width = float(np.median(table.right - table.left))
    far = np.maximum(4 * table.thickness[:, None], width)
    apart = np.abs(table.y[:, None] - table.y[None]) > far
    agree = _agreement(*table.sheared(lean)) * np.triu(apart, 1)
    return float((table.weight[:, None] * table.weight[None] * agree).sum())


def of_typical_width(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces that are about as wide as most: no specks, no lines across the lanes."""
    typical = typical_width(pieces)
    return tuple(p for p in pieces if 0.5 * typical < p.width < 2 * typical) or pieces


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
    table = _Table.of(pieces)
    typical = _typical_width(*table.sheared(lean), table)
    pieces += _joined(pieces, _row_widths(table, typical))
    table = _Table.of(pieces)
    left, right = table.sheared(lean)
    left_c, right_c = _candidates(pieces, left, right, table, typical, lean)
    left_c, right_c, stays = limits.clear(left_c, right_c)
    left_c, right_c = left_c[stays], right_c[stays]
    gains = _gains(left_c, right_c, left, right, _row_widths(table, typical), table)
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


def _joined(pieces: tuple[Piece, ...], expected: NDArray[np.float64]) -> tuple[Piece, ...]:
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
    table: _Table,
) -> NDArray[np.float64]:
    """Return the evidence that every strip explains.

    Strips that are wider or narrower than the bands at the height of theirs need more evidence.
    """
    overlap = _overlap(left_c, right_c, left, right)
    explained = np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
    votes = explained * table.weight[None]
    oddness = np.log((right_c - left_c)[:, None] / expected[None])
    return np.asarray((votes * np.exp(-0.5 * (oddness / WIDTH_SCATTER) ** 2)).sum(axis=1))


def _row_widths(table: _Table, typical: float) -> NDArray[np.float64]:
    """Return the width that a band has at the height of each piece, by the other pieces there.

    Samples and ladders may be loaded into combs of other widths; the bands of one row are alike.
    Where a row has few pieces the typical width of the picture holds.
    """
    width = np.log(table.right - table.left)
    near = (table.y[:, None] - table.y[None]) / (2 * (table.thickness[:, None] + table.thickness))
    weight = np.exp(-0.5 * near**2) * table.weight[None]
    np.fill_diagonal(weight, 0.0)
    grid = np.log(typical) + np.linspace(-0.8, 0.8, 33)
    kernel = np.exp(-0.5 * ((grid[:, None] - width[None]) / 0.15) ** 2)
    prior = ROW_PRIOR * np.exp(-0.5 * ((grid - np.log(typical)) / 0.15) ** 2)
    density = weight @ kernel.T + prior[None]
    return np.asarray(np.exp(grid[density.argmax(axis=1)]))


def _typical_width(left: NDArray[np.float64], right: NDArray[np.float64], table: _Table) -> float:
    """Return the width that most evidence agrees on: the mode of ln(width), weighted."""
    width = right - left
    support = (_agreement(left, right) * table.weight[None]).sum(axis=1)
    # Letters and specks are many, bands are wide.
    weight = table.weight * (0.3 + support) * width
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
