"""Lanes at equal distances: "there are n lanes here"."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from blotquant.edits.lane_words import MOST_LANES, left_to_right
from blotquant.edits.lanes import MIN_WIDTH_PX, follow_lanes
from blotquant.edits.placed import one_place
from blotquant.errors import SettingsError
from blotquant.model.geometry import Point
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Project

_WIDEST = 0.96  # of the distance between two lanes


def space_lanes(project: Project, lanes: tuple[Lane, ...], n: int) -> Project:
    """Lay `n` lanes at equal distances from the leftmost to the rightmost lane shown.

    The two outer lanes stay; axes between them lean and bend as their neighbours do. What was
    placed on a lane goes with the new one nearest to it: bands, samples of a sheet that counted
    the old lanes, and lanes placed on the membrane's other photographs. Raises `SettingsError` when
    fewer than two lanes are shown or `n` is not between 2 and 60.
    """
    if len(lanes) < 2:
        raise SettingsError(
            "Equal distances need two outer lanes",
            "Add the first and the last lane, then say how many there are",
        )
    if not 2 <= n <= MOST_LANES:
        raise SettingsError(
            f"{n} lanes cannot be laid between the outer ones",
            f"Give a number between 2 and {MOST_LANES}",
        )
    one_place(lanes)
    order = left_to_right(lanes)
    first, last = order[0], order[-1]
    axes = [_between(first, last, i / (n - 1)) for i in range(n)]
    height = (first.nodes[0][1] + first.nodes[-1][1]) / 2
    step = abs(last.x_at(height) - first.x_at(height)) / (n - 1)
    width = max(min(median(x.width_px for x in order), _WIDEST * step), MIN_WIDTH_PX)
    number_of = _nearest(order, n)
    kinds = {number_of[x.number]: x.kind for x in order if x.number in number_of}
    template = replace(first, edited=True, confidence=1.0, reason="")
    after = tuple(
        replace(
            template,
            number=i + 1,
            nodes=nodes,
            width_px=width,
            kind=kinds.get(i + 1, LaneKind.SAMPLE),
        )
        for i, nodes in enumerate(axes)
    )
    return follow_lanes(project, lanes, after, number_of.get)


def _between(first: Lane, last: Lane, share: float) -> tuple[Point, ...]:
    """Return the nodes of an axis that lies a share of the way from one lane to another."""
    heights = sorted({_share_of(lane, y) for lane in (first, last) for _, y in lane.nodes})
    nodes = []
    for h in heights:
        (ax, ay), (bx, by) = (_point(lane, h) for lane in (first, last))
        nodes.append((ax + share * (bx - ax), ay + share * (by - ay)))
    return tuple(nodes)


def _share_of(lane: Lane, y: float) -> float:
    """Return how far down a lane a height is, rounded so that equal shares are one node."""
    top, bottom = lane.nodes[0][1], lane.nodes[-1][1]
    return round((y - top) / (bottom - top), 6)


def _point(lane: Lane, share: float) -> Point:
    top, bottom = lane.nodes[0][1], lane.nodes[-1][1]
    y = top + share * (bottom - top)
    return lane.x_at(y), y


def _nearest(order: tuple[Lane, ...], n: int) -> dict[int, int]:
    """Return the new number of each old lane: that of the nearest new place, each taken once."""
    first, last = order[0], order[-1]
    height = (first.nodes[0][1] + first.nodes[-1][1]) / 2
    left = first.x_at(height)
    step = (last.x_at(height) - left) / (n - 1) or 1.0
    places = {x.number: (x.x_at(height) - left) / step for x in order}
    taken: dict[int, int] = {}
    for number, place in sorted(places.items(), key=lambda p: abs(p[1] - round(p[1]))):
        new = min(max(round(place), 0), n - 1) + 1
        if new not in taken.values():
            taken[number] = new
    return taken
