r"""Where a crest is cut into lanes: at notches that are deep, narrow, or evenly spaced.

::

    height  /''\_/''\_/'''\_/''\    bands of neighbouring lanes may touch: the notches
    cuts        ^    ^     ^         are shallow, yet as far apart as the comb's teeth

A band whose middle is light has a notch as well, and only its neighbours tell the two apart. So all
notches of a crest are judged together: a cut is worth its depth against that of the other cuts, and
parts that are wider or narrower than the others cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.order import median, quantile

SPECK = 0.4  # of the least width of a lane: narrower peaks are dirt
LEAST_DEPTH = 0.06
CLEAR_OF_NOISE = 4.0
CUT = 0.5  # of the typical depth: what a notch must have to be worth a cut by itself
UNEVEN = 1.5  # cost of a part per square of ln(its width over the pitch), ...
PASSED = 0.5  # cost of a notch that is passed over, times how much deeper than typical it is
MISSED = 0.35  # ... or this for each notch that was not seen in a part of two or three pitches
FOOT = 0.3  # of its height: below that the ends of a crest are no part of a lane
CLEAR = 0.5  # a notch as deep is a gap, whatever the others are like
ALIKE = 1.5  # the widest of a row's bands against their median
TWICE = 1.4  # from this ratio of widths on a part is nearer to two lanes than to one
WORTH = 1.8  # shallow notches must repeat: least score is this times (1 - depth) squared
NARROW = 0.3  # a notch narrower than this share of what lies beside it is a gap, ...
NARROW_DEPTH = 0.2  # ... from this depth on ...
AS_DEEP = 0.6  # ... as good as one of this depth
DEPTHS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.17, 0.11)
PITCHES = 24

Floats = NDArray[np.float64]


def lane_ranges(height: Floats, noise: float, least_width: float) -> list[tuple[int, int]]:
    """Return index ranges [a, b) of a crest, one for each lane.

    Parameters
    ----------
    height
        The crest's height column by column.
    noise
        Its standard deviation.
    least_width
        No lane is narrower, in columns.
    """
    # A speck on a band is no lane: against its peak the band itself would look like a gap.
    height = _opened(height, max(1, round(SPECK * least_width)))
    at, depth = _notches(height, noise)
    if not at.size:
        return [(0, height.size)]
    ends = (
        _foot(height, at, depth),
        height.size - 1 - _foot(height[::-1], height.size - 1 - at[::-1], depth[::-1]),
    )
    first, last = _beyond_slivers(at[depth >= CLEAR].tolist(), ends, height.size, least_width)
    ends = max(ends[0], first + 1), min(ends[1], last - 1)
    edges = sorted({-1, first, *_best_cuts(at, depth, ends, least_width), last, height.size})
    return [(a + 1, b) for a, b in pairwise(edges) if b > a + 1]


def _opened(height: Floats, size: int) -> Floats:
    """Return a crest with the peaks narrower than `size` columns planed off."""
    if size == 1:
        return height
    kernel = np.ones((1, size), np.uint8)
    row = cv2.erode(height[None], kernel, borderType=cv2.BORDER_REPLICATE)
    # The opposite anchor, so that an even size shifts nothing.
    anchor = (size - 1 - size // 2, 0)
    opened = cv2.dilate(row, kernel, anchor=anchor, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(opened[0], dtype=np.float64)


def _beyond_slivers(
    gaps: list[int], ends: tuple[int, int], size: int, least_width: float
) -> tuple[int, int]:
    """Return the innermost clear gaps that leave less than a lane at either end, else -1, `size`.

    What lies beyond such a gap belongs to a neighbour.
    """
    first = [k for k in gaps if k - ends[0] < least_width]
    last = [k for k in gaps if ends[1] - k < least_width]
    return max(first, default=-1), min(last, default=size)


def _notches(height: Floats, noise: float) -> tuple[NDArray[np.int64], Floats]:
    """Return places and depths of the notches, each against the crest up to deeper notches."""
    found: dict[int, float] = {}
    ranges = [(0, height.size)]
    while ranges:
        a, b = ranges.pop()
        part = height[a:b]
        ceiling = np.minimum(np.maximum.accumulate(part), np.maximum.accumulate(part[::-1])[::-1])
        clear = ceiling - part >= CLEAR_OF_NOISE * noise
        depth = np.where(clear, (ceiling - part) / np.maximum(ceiling, 1e-9), 0.0)
        k = int(depth.argmax())
        if depth[k] < LEAST_DEPTH:
            continue
        found[a + k] = _worth(part, float(ceiling[k]), k)
        ranges += [(a, a + k), (a + k + 1, b)]
    at = np.array(sorted(found), dtype=np.int64)
    return at, np.array([found[int(k)] for k in at])


def _foot(height: Floats, at: NDArray[np.int64], depth: Floats) -> int:
    """Return where the first lane begins: its crest is followed far down into the noise."""
    gaps = at[depth >= CLEAR]
    first = height[: int(gaps[0]) + 1] if gaps.size else height
    return int(np.argmax(first > FOOT * quantile(first, 0.8)))


def _worth(height: Floats, ceiling: float, k: int) -> float:
    """Return a notch's depth, raised when it is narrow against the bands beside it."""
    depth = 1 - float(height[k]) / max(ceiling, 1e-9)
    if depth < NARROW_DEPTH or depth > AS_DEEP:
        return depth
    left = k - int(np.argmax(height[:k][::-1] >= 0.97 * ceiling)) - 1
    right = k + 1 + int(np.argmax(height[k + 1 :] >= 0.97 * ceiling))
    middle = (ceiling + float(height[k])) / 2
    width = int((height[left : right + 1] < middle).sum())
    beside = min(_plateau(height[: left + 1][::-1], middle), _plateau(height[right:], middle))
    return AS_DEEP if width < NARROW * beside else depth


def _plateau(side: Floats, level: float) -> int:
    """Return how far a side stays above a level."""
    below = np.flatnonzero(side < level)
    return int(below[0]) if below.size else int(side.size)


def _best_cuts(
    at: NDArray[np.int64], depth: Floats, ends: tuple[int, int], least_width: float
) -> tuple[int, ...]:
    """Return the set of cuts with the highest score over all pitches and typical depths."""
    inside = (at > ends[0]) & (at < ends[1])
    at, depth = at[inside], depth[inside]
    if not at.size:
        return ()
    places = np.concatenate([[ends[0] - 1], at, [ends[1] + 1]])
    clear = np.concatenate([[True], depth >= CLEAR, [True]])
    if _light_in_the_middle(places, clear):
        return tuple(int(k) for k in places[clear][1:-1])
    width = np.diff(places)
    smallest = max(least_width, float(width.min()), 3.0)
    pitches = np.geomspace(smallest, max(ends[1] - ends[0], smallest * 1.01), PITCHES)
    cost = _costs(places[None, :] - places[:, None], pitches, least_width)
    best: tuple[int, ...] = ()
    best_score = 0.0
    for typical in DEPTHS:
        if depth.max() < 0.8 * typical:
            continue
        gain = np.concatenate([[0.0], np.minimum(depth / typical, 1.2) - CUT, [0.0]])
        passed = np.cumsum([0.0, *PASSED * np.clip(depth / typical - 1, 0, 1), 0.0])
        skipped = np.maximum(np.append(0.0, passed[:-1])[None] - passed[:, None], 0)
        for score, cuts in _paths(cost + skipped, gain):
            if score <= best_score or score < WORTH * (1 - min(typical, 1.0)) ** 2:
                continue
            if median(depth[[k - 1 for k in cuts]]) <= 1.25 * typical:
                best, best_score = tuple(int(places[k]) for k in cuts), score
    return best


def _light_in_the_middle(places: NDArray[np.int64], clear: NDArray[np.bool_]) -> bool:
    """Tell whether clear gaps leave parts of one width, each with one notch at most.

    Then the notches are the light middles of bands. Where parts with a notch are much wider than
    those without one, and no more of them, they are two lanes.
    """
    edges = np.flatnonzero(clear)
    width, inner = np.diff(places[edges]), np.diff(edges) - 1
    if edges.size <= 2 or inner.max() > 1 or width.max() >= ALIKE * median(width):
        return False
    whole, notched = width[inner == 0], width[inner == 1]
    if notched.size > whole.size or not notched.size:
        return True
    return median(notched) < TWICE * median(whole)


def _costs(step: NDArray[np.int64], pitches: Floats, least_width: float) -> Floats:
    """Return what a part from one notch to another costs at each pitch, (pitches, from, to)."""
    usable = step >= least_width
    width = np.where(usable, step, 1) / pitches[:, None, None]
    cost = np.min([UNEVEN * np.log(width / k) ** 2 + MISSED * (k - 1) for k in (1, 2, 3)], axis=0)
    # A crop may cut the outermost lanes.
    share = np.ones_like(cost)
    share[:, 0] = np.where(width[:, 0] < 1, 0.5, 1.0)
    share[:, :, -1] = np.where(width[:, :, -1] < 1, 0.5, 1.0)
    cost *= share
    cost[:, ~usable] = np.inf
    return np.asarray(cost)


def _paths(cost: Floats, gain: Floats) -> Iterator[tuple[float, list[int]]]:
    """Return the best score from one end to the other at each pitch, and the notches cut for it."""
    n = gain.size
    total = np.full((len(cost), n), -np.inf)
    total[:, 0] = 0.0
    came = np.zeros((len(cost), n), dtype=np.int64)
    pitch = np.arange(len(cost))
    for k in range(1, n):
        through = total[:, :k] - cost[:, :k, k]
        came[:, k] = through.argmax(axis=1)
        total[:, k] = through[pitch, came[:, k]] + gain[k]
    for score, back in zip(total[:, -1].tolist(), came.tolist(), strict=True):
        cuts, k = [], back[-1]
        while k > 0:
            cuts.append(k)
            k = back[k]
        yield (score, cuts[::-1]) if cuts else (0.0, [])
