"""The same lane on every photograph of a membrane.

Each photograph is looked at by itself; then the lanes of a membrane are brought together: which
lane is which, and lanes that show on one photograph only are taken over to the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.flags import Flag
from blotquant.model.geometry import Membrane, Point
from blotquant.model.lane import Lane

SAME_LANE = 0.45  # two lanes are the same when their centres are nearer than this share of a width


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The lanes of one membrane on one photograph, left to right; `placed` by the user or found."""

    image: str
    membrane: Membrane
    lanes: tuple[Lane, ...]
    placed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The lanes of a membrane, numbered alike on all photographs, and each photograph's shift.

    `shift_x_px` is what was added to the first photograph's x to reach this one's.
    """

    lanes: Mapping[str, tuple[Lane, ...]]
    shift_x_px: Mapping[str, float]


def match_lanes(seen: Sequence[Seen]) -> Matched:
    """Number the lanes of one membrane over all its photographs.

    The lanes that the user placed decide; else the photograph with the most lanes leads. A lane
    that a photograph lacks is taken over from another one, shifted, and flagged.
    """
    lead = max(seen, key=lambda s: (s.placed, len(s.lanes), sum(x.confidence for x in s.lanes)))
    shifts = {s.image: 0.0 if s is lead else _shift(lead, s) for s in seen}
    # Middle of every lane in the lead's coordinates, with who has it.
    union: list[dict[str, Lane]] = [{lead.image: lane} for lane in lead.lanes]
    middles = [_middle(lane) for lane in lead.lanes]
    for other in seen:
        if other is lead:
            continue
        taken: set[int] = set()
        for lane in other.lanes:
            x = _middle(lane) - shifts[other.image]
            k = _nearest(x, lane.width_px, middles, taken)
            if k is not None:
                union[k][other.image] = lane
                taken.add(k)
            elif not lead.placed or other.placed:
                union.append({other.image: lane})
                middles.append(x)
                taken.add(len(union) - 1)
    order = np.argsort(middles, kind="stable")
    result: dict[str, tuple[Lane, ...]] = {}
    for s in seen:
        row = []
        for number, k in enumerate(order, start=1):
            own = union[k].get(s.image)
            row.append(
                replace(own, number=number)
                if own is not None
                else _taken_over(union[k], s, shifts, number)
            )
        result[s.image] = tuple(row)
    first = shifts[seen[0].image]
    return Matched(lanes=result, shift_x_px={k: v - first for k, v in shifts.items()})


def _middle(lane: Lane) -> float:
    return (lane.nodes[0][0] + lane.nodes[-1][0]) / 2


def _nearest(x: float, width: float, middles: Sequence[float], taken: set[int]) -> int | None:
    free = [k for k in range(len(middles)) if k not in taken]
    if not free:
        return None
    k = min(free, key=lambda k: abs(middles[k] - x))
    return k if abs(middles[k] - x) < SAME_LANE * width else None


def _shift(lead: Seen, other: Seen) -> float:
    """Return by how much the membrane lies further right on the other photograph.

    The outlines give a first idea, the lanes the exact figure: the shift at which most lanes meet.
    """
    a, b = lead.membrane.bounds, other.membrane.bounds
    expected = ((b[0] - a[0]) + (b[2] - a[2])) / 2
    if not lead.lanes or not other.lanes:
        return expected
    x = np.array([_middle(lane) for lane in lead.lanes])
    y = np.array([_middle(lane) for lane in other.lanes])
    width = float(np.median([lane.width_px for lane in (*lead.lanes, *other.lanes)]))
    best, best_score = expected, -np.inf
    for candidate in np.unique((y[:, None] - x[None]).ravel()):
        rest = np.abs(y[:, None] - candidate - x[None]).min(axis=1)
        met = rest < SAME_LANE * width
        score = float((1 - (rest[met] / (SAME_LANE * width)) ** 2).sum())
        score -= 0.5 * ((candidate - expected) / (1.5 * width)) ** 2
        if score > best_score:
            best, best_score = float(candidate), score
    near = y[:, None] - best - x[None]
    met = np.abs(near) < SAME_LANE * width
    return best + float(np.median(near[met])) if met.any() else best


def _taken_over(
    known: Mapping[str, Lane], to: Seen, shifts: Mapping[str, float], number: int
) -> Lane:
    source_image, source = next(iter(known.items()))
    dx = shifts[to.image] - shifts[source_image]
    _, top, _, bottom = to.membrane.bounds
    # Lanes span their membrane, so the middles of lane and membrane lie at the same height.
    dy = (top + bottom) / 2 - (source.nodes[0][1] + source.nodes[-1][1]) / 2
    bends = [(x + dx, y + dy) for x, y in source.nodes[1:-1] if top < y + dy < bottom]
    first, last = ((source.x_at(y - dy) + dx, y) for y in (top, bottom))
    nodes: tuple[Point, ...] = (first, *bends, last)
    return replace(
        source,
        image=to.image,
        membrane=to.membrane.name,
        number=number,
        nodes=nodes,
        edited=False,
        confidence=min(source.confidence, 0.5),
        reason="taken over from another photograph of the membrane",
        flags=source.flags | Flag.TRANSFERRED_LANE,
    )
