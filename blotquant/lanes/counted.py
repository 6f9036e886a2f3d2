"""Exactly as many lanes as the user said: the best evidence first, then the spacing.

All lengths are in working pixels of the frame in which the lanes run straight down.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.lanes.choose import LEAST_WEIGHT, Weighed
from blotquant.lanes.limits import Interval, Limits
from blotquant.lanes.strips import Strip

UNLIKE = 1.45  # a spacing that differs from the one that the number needs by this much is wrong
WHOLE = 1.9  # of a lane's width: wider steps skip a lane
INNER, OUTER = 0.3, 0.15  # what a place without a band is worth, between lanes and beside them
OFF_PITCH = 0.2  # of the pitch: how far a faint lane may lie from where the spacing wants it
PART, JOINED = 0.5, 0.9  # worth of a part of a strip, and of two strips as one
FILL = 0.85  # of the pitch that a lane of unknown width takes
TOUCHING = 0.15  # of a lane's width: a wider gap between two halves parts two lanes
SLIVER = 0.06  # of a lane's width that neighbours may overlap
_PARTED = "nothing parts it from the lane beside it; the number of lanes says that there are two"
_JOINED = "it shows two parts; the number of lanes says that they are one lane"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the choice is made within."""

    limits: Limits
    extent: Interval
    room: Interval
    lean: float
    width: float
    pitch: float


def exactly(
    count: int,
    free: Sequence[Strip],
    weighed: Weighed,
    limits: Limits,
    extent: Interval,
    lean: float,
    room: Interval | None = None,
) -> list[Strip]:
    """Return `count` strips beside the fixed ones, left to right.

    Parameters
    ----------
    free
        What is found when nobody says how many: kept when the number is right.
    weighed
        Every strip that some evidence speaks for.
    extent
        Left and right end of the membrane.
    room
        From where to where lanes may be inferred, if that is more.

    Where evidence is missing, lanes are inferred at the pitch of the others: in gaps first, then
    beside them; where there is no room either, wide strips are parted evenly. Costs O(n * count)
    for n candidates.
    """
    if len(free) == count:
        return list(free)
    if count == 0:
        return []
    frame = replace(_frame(count, free, weighed, limits, extent, lean), room=room or extent)
    strips = _usable(weighed, free, frame)
    inferred = _inferred(free, frame)
    chosen = _schedule([*strips, *inferred], count, frame.width)
    if chosen is None:
        chosen = _schedule([*strips, *inferred, *_parts(count, free)], count, frame.width)
    return chosen if chosen is not None else _evenly(count, frame)


def _frame(
    count: int,
    free: Sequence[Strip],
    weighed: Weighed,
    limits: Limits,
    extent: Interval,
    lean: float,
) -> _Frame:
    """Learn width and pitch from what is seen, as far as it agrees with the number."""
    seen = sorted([*((s.left, s.right) for s in free if not s.inferred), *limits.fixed])
    low, high = _hull(seen, extent)
    needed = (high - low) / (count + len(limits.fixed))
    width = weighed.typical or FILL * needed
    pitch = _pitch(seen, width) if len(seen) > 1 else min(width / FILL, needed)
    width = min(width, pitch) if len(seen) < 2 else width
    if len(seen) > 1 and pitch < needed / UNLIKE:
        pitch, width = needed, min(max(width, FILL * needed), needed)
    return _Frame(limits=limits, extent=extent, room=extent, lean=lean, width=width, pitch=pitch)


def _hull(seen: Sequence[Interval], extent: Interval) -> Interval:
    if len(seen) < 2:
        return extent
    return min(a for a, _ in seen), max(b for _, b in seen)


def _pitch(seen: Sequence[Interval], width: float) -> float:
    centres = [(a + b) / 2 for a, b in seen]
    steps = [b - a for a, b in itertools.pairwise(centres)]
    single = [s for s in steps if s < WHOLE * width]
    return float(np.median(single or steps))


def _usable(weighed: Weighed, free: Sequence[Strip], frame: _Frame) -> list[Strip]:
    """Return the strips with evidence; faint ones count less where the spacing wants none."""
    strips = weighed.strips(frame.lean)
    sure = [s.centre for s in free if not s.inferred]
    sure += [(a + b) / 2 for a, b in frame.limits.fixed]
    out = []
    for s in strips:
        gain = s.gain
        if gain < LEAST_WEIGHT and len(sure) > 1:
            nearest = min(sure, key=lambda c: abs(c - s.centre))
            places = (s.centre - nearest) / frame.pitch
            gain *= float(np.exp(-0.5 * ((places - round(places)) / OFF_PITCH) ** 2))
        out.append(replace(s, gain=gain))
    parts = [s for s in free if not s.inferred]
    for a, b in itertools.pairwise(parts):
        # Halves of a lane whose middle is lighter than its ends.
        touch = b.left - a.right < TOUCHING * min(a.width, b.width)
        small = max(a.width, b.width) < frame.width / UNLIKE
        if touch and small and b.right - a.left < 1.15 * frame.pitch:
            gain = JOINED * (a.gain + b.gain)
            out.append(replace(a, right=b.right, gain=gain, doubt=_JOINED))
    return out


def _inferred(free: Sequence[Strip], frame: _Frame) -> list[Strip]:
    """Return places for lanes without evidence: in the gaps and beside the outer lanes."""
    known = sorted([*((s.left, s.right) for s in free if not s.inferred), *frame.limits.fixed])
    if not known:
        return []
    centres = [(a + b) / 2 for a, b in known]
    out = []
    for a, b in itertools.pairwise(centres):
        n = round((b - a) / frame.pitch)
        out += [_blank(a + (b - a) * k / n, INNER, frame) for k in range(1, n)]
    for centre, way in ((centres[0], -1), (centres[-1], 1)):
        for k in itertools.count(1):
            place = centre + way * k * frame.pitch
            reach = 0.4 * frame.width  # the rim of a membrane may cut a lane a little
            if not frame.room[0] + reach <= place <= frame.room[1] - reach:
                break
            out.append(_blank(place, OUTER / k, frame))
    return [s for s in out if frame.limits.allows(s.left, s.right)]


def _blank(centre: float, worth: float, frame: _Frame) -> Strip:
    half = min(frame.width, frame.pitch) / 2
    return Strip(
        left=centre - half, right=centre + half, gain=worth, lean=frame.lean, inferred=True
    )


def _parts(count: int, free: Sequence[Strip]) -> list[Strip]:
    """Return even parts of the strips that are seen, for lanes that touch without any dip."""
    seen = [s for s in free if not s.inferred]
    total = sum(s.width for s in seen)
    if not seen or total <= 0:
        return []
    out = []
    for s in seen:
        share = max(2, round(count * s.width / total))
        for n in {2, share - 1, share, share + 1} - {0, 1}:
            edges = np.linspace(s.left, s.right, n + 1)
            out += [
                replace(s, left=float(a), right=float(b), gain=PART * s.gain / n, doubt=_PARTED)
                for a, b in itertools.pairwise(edges)
            ]
    return out


def _evenly(count: int, frame: _Frame) -> list[Strip]:
    """Lay the lanes at equal distances over the membrane, the fixed ones among them."""
    fixed = [(a + b) / 2 for a, b in frame.limits.fixed]
    low, high = frame.extent
    pitch = (high - low) / (count + len(fixed))
    places = [low + (i + 0.5) * pitch for i in range(count + len(fixed))]
    for centre in fixed:
        places.remove(min(places, key=lambda p: abs(p - centre)))
    even = replace(frame, pitch=pitch, width=min(frame.width, FILL * pitch))
    return [_blank(p, 0.0, even) for p in places]


def _schedule(strips: Iterable[Strip], count: int, width: float) -> list[Strip] | None:
    """Return the `count` parted strips with most evidence, or None where so many do not fit."""
    order = sorted((s for s in strips if s.gain > 0), key=lambda s: s.right)
    ends = np.array([s.right for s in order])
    best = np.full((len(order) + 1, count + 1), -np.inf)
    best[:, 0] = 0.0
    taken = np.zeros((len(order), count + 1), dtype=bool)
    before = []
    for i, s in enumerate(order):
        sliver = SLIVER * min(width, s.width)
        before.append(min(int(np.searchsorted(ends, s.left + sliver, side="right")), i))
        with_it = best[before[i], :-1] + s.gain
        taken[i, 1:] = with_it > best[i, 1:]
        best[i + 1] = best[i]
        best[i + 1, 1:] = np.maximum(with_it, best[i, 1:])
    if not np.isfinite(best[-1, count]):
        return None
    chosen = []
    i, k = len(order), count
    while k > 0:
        if taken[i - 1, k]:
            chosen.append(order[i - 1])
            i, k = before[i - 1], k - 1
        else:
            i -= 1
    return chosen[::-1]
