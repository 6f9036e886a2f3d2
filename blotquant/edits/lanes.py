"""Lanes: move, bend, widen, add, delete. Numbers run from left to right and are kept so.

The lane's number names a physical lane: samples, bands and the membrane's other photographs follow
when a lane is added or deleted. A lane that is merely moved past its neighbour changes its place in
the count; the sample sheet, which counts from left to right, stays.
"""

from __future__ import annotations

import math
from dataclasses import replace

from blotquant.edits.lane_words import left_to_right, place_lanes, with_lane, without_lane
from blotquant.edits.placed import (
    Renumbering,
    carried_bands,
    keep_bands_on_picture,
    lane_numbered,
    one_place,
    put_bands,
    put_lanes,
    renumber_bands,
    renumber_control,
    renumber_lanes,
    renumber_other_photographs,
    renumber_samples,
)
from blotquant.edits.samples import set_sample
from blotquant.model.geometry import Point
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Project

MIN_WIDTH_PX = 1.0
MIN_STEP_PX = 1.0  # between two nodes, down the membrane


def accept_lane(project: Project, lanes: tuple[Lane, ...], lane: int) -> Project:
    """Say that a lane is right as it is: it stays there and is not doubtful any more."""
    old = lane_numbered(lanes, lane)
    return _change(project, lanes, old, old)


def move_lane(
    project: Project, lanes: tuple[Lane, ...], lane: int, dx_px: float, dy_px: float = 0.0
) -> Project:
    """Move a lane as a whole; bands keep their heights on the picture."""
    old = lane_numbered(lanes, lane)
    nodes = tuple((x + dx_px, y + dy_px) for x, y in old.nodes)
    project = _change(project, lanes, old, replace(old, nodes=nodes))
    # Where detection saw it there is no lane: it may not come back there.
    return project if old.edited else without_lane(project, old)


def set_lane_width(
    project: Project, lanes: tuple[Lane, ...], lane: int, width_px: float
) -> Project:
    """Give one lane a new full width, at least 1 px."""
    old = lane_numbered(lanes, lane)
    return _change(project, lanes, old, replace(old, width_px=max(width_px, MIN_WIDTH_PX)))


def set_all_lane_widths(project: Project, lanes: tuple[Lane, ...], width_px: float) -> Project:
    """Give every lane shown the same full width, at least 1 px."""
    width = max(width_px, MIN_WIDTH_PX)
    # All of them are settled now: nothing is left to be found.
    return place_lanes(project, tuple(_edited(replace(n, width_px=width)) for n in lanes))


def set_lane_edges(
    project: Project, lanes: tuple[Lane, ...], lane: int, left_dx_px: float, right_dx_px: float
) -> Project:
    """Move a lane's left and right edge; the lane keeps at least 1 px of width."""
    old = lane_numbered(lanes, lane)
    width = max(old.width_px + right_dx_px - left_dx_px, MIN_WIDTH_PX)
    dx = (left_dx_px + right_dx_px) / 2
    nodes = tuple((x + dx, y) for x, y in old.nodes)
    return _change(project, lanes, old, replace(old, nodes=nodes, width_px=width))


def bend_lane(
    project: Project, lanes: tuple[Lane, ...], lane: int, node: int, point: Point
) -> Project:
    """Move one node of a lane's axis; it stays between the nodes above and below it."""
    old = lane_numbered(lanes, lane)
    if not 0 <= node < len(old.nodes):
        raise KeyError(f"node {node} of lane {lane}")
    above = old.nodes[node - 1][1] + MIN_STEP_PX if node > 0 else -math.inf
    below = old.nodes[node + 1][1] - MIN_STEP_PX if node + 1 < len(old.nodes) else math.inf
    if above > below:  # nodes closer than the step: only sideways
        above = below = old.nodes[node][1]
    nodes = list(old.nodes)
    nodes[node] = (point[0], min(max(point[1], above), below))
    return _change(project, lanes, old, replace(old, nodes=tuple(nodes)))


def add_lane_node(project: Project, lanes: tuple[Lane, ...], lane: int, point: Point) -> Project:
    """Add a node to a lane's axis at the point's height; where one is already, that one moves."""
    old = lane_numbered(lanes, lane)
    for i, (_, y) in enumerate(old.nodes):
        if abs(y - point[1]) < MIN_STEP_PX:
            return bend_lane(project, lanes, lane, i, point)
    nodes = tuple(sorted((*old.nodes, point), key=lambda p: p[1]))
    return _change(project, lanes, old, replace(old, nodes=nodes))


def delete_lane_node(project: Project, lanes: tuple[Lane, ...], lane: int, node: int) -> Project:
    """Delete a node between the first and the last; those two stay."""
    old = lane_numbered(lanes, lane)
    if not 0 < node < len(old.nodes) - 1:
        raise KeyError(f"node {node} of lane {lane} is an end or does not exist")
    nodes = old.nodes[:node] + old.nodes[node + 1 :]
    return _change(project, lanes, old, replace(old, nodes=nodes))


def add_lane(
    project: Project,
    lanes: tuple[Lane, ...],
    image: str,
    membrane: str,
    nodes: tuple[Point, ...],
    width_px: float,
    kind: LaneKind = LaneKind.SAMPLE,
) -> Project:
    """Add a lane; it takes its number from its place and those to the right move up by one.

    `lanes` may be empty: then it is the first lane of the membrane.
    """
    if lanes and one_place(lanes) != (image, membrane):
        raise ValueError("the lanes shown must be those of the membrane that gets the new one")
    added = Lane(
        image=image,
        membrane=membrane,
        number=1,
        nodes=nodes,
        width_px=max(width_px, MIN_WIDTH_PX),
        kind=kind,
        edited=True,
    )
    numbers = {n.number for n in lanes}
    number = _number_for(added, lanes)
    gap = number
    while gap in numbers:
        gap += 1

    def new(n: int) -> int:
        return n + 1 if number <= n < gap else n

    moved = tuple(replace(n, number=new(n.number)) for n in lanes)
    after = _by_number((*moved, replace(added, number=number)))
    project = (
        _renumber(project, lanes, after, new)
        if gap != number
        else put_lanes(project, image, membrane, after)
    )
    return with_lane(project, added)


def delete_lane(project: Project, lanes: tuple[Lane, ...], lane: int) -> Project:
    """Delete a lane and its bands; those to the right move down by one.

    It stays deleted when the others are found again.
    """
    old = lane_numbered(lanes, lane)

    def new(n: int) -> int | None:
        return None if n == lane else n - 1 if n > lane else n

    after = _by_number(renumber_lanes(lanes, new))
    return without_lane(_renumber(project, lanes, after, new), old, fewer=1)


def set_lane_kind(project: Project, lanes: tuple[Lane, ...], lane: int, kind: LaneKind) -> Project:
    """Say what was loaded in a lane: a sample, a ladder, or nothing.

    It is said of the physical lane, in the sample sheet, and so holds on every photograph of the
    membrane; placed lanes take it over. Detected lanes stay detected.
    """
    _, membrane = one_place(lanes)
    lane_numbered(lanes, lane)
    project = set_sample(project, membrane, lane, kind=kind)
    placed = tuple(
        replace(p, lanes=tuple(replace(n, kind=kind) if n.number == lane else n for n in p.lanes))
        if p.membrane == membrane
        else p
        for p in project.lanes
    )
    return replace(project, lanes=placed)


def _edited(lane: Lane) -> Lane:
    return replace(lane, edited=True, confidence=1.0, reason="")


def _change(project: Project, lanes: tuple[Lane, ...], old: Lane, new: Lane) -> Project:
    """Replace one lane and count from left to right again; samples stay where they are counted."""
    image, membrane = one_place(lanes)
    changed = tuple(_edited(new) if n is old else n for n in lanes)
    bands = carried_bands(project, image, membrane, lanes)
    numbers = sorted(n.number for n in changed)
    order = left_to_right(changed)
    new_number = {n.number: number for n, number in zip(order, numbers, strict=True)}
    after = tuple(replace(n, number=new_number[n.number]) for n in order)
    if bands is not None:
        bands = keep_bands_on_picture(bands, lanes, changed)
        bands = renumber_bands(bands, lambda n: new_number.get(n, n))
        project = put_bands(project, image, membrane, bands, after)
    return put_lanes(project, image, membrane, after)


def follow_lanes(
    project: Project, before: tuple[Lane, ...], after: tuple[Lane, ...], new: Renumbering
) -> Project:
    """Place `after` instead of `before`; bands keep their heights, and all that counts follows.

    `new` gives the new number of each old lane, or None where it is gone.
    """
    image, membrane = one_place(before)
    project = place_lanes(_renumber(project, before, after, new), after)
    kept = renumber_lanes(before, new)
    bands = carried_bands(project, image, membrane, kept)
    if bands is None:
        return project
    return put_bands(project, image, membrane, keep_bands_on_picture(bands, kept, after), after)


def _renumber(
    project: Project, before: tuple[Lane, ...], after: tuple[Lane, ...], new: Renumbering
) -> Project:
    """Place lanes after one was added or deleted, and let everything that counts lanes follow."""
    image, membrane = one_place(before)
    numbers = frozenset(n.number for n in before)
    bands = carried_bands(project, image, membrane, before)
    if bands is not None:
        kept = renumber_lanes(before, new)
        project = put_bands(project, image, membrane, renumber_bands(bands, new), kept)
    project = renumber_other_photographs(project, image, membrane, new, numbers)
    project = _renumber_sheet(project, membrane, new, len(before), len(after))
    return put_lanes(project, image, membrane, after)


def _renumber_sheet(
    project: Project, membrane: str, new: Renumbering, n_before: int, n_after: int
) -> Project:
    renumbered = renumber_samples(project, membrane, new, n_before, n_after)
    sheet_stays = renumbered is project and any(s.membrane == membrane for s in project.samples)
    # A sheet that was right counts the control lane rightly too.
    return project if sheet_stays else renumber_control(renumbered, membrane, new)


def _by_number(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return lanes by number: the middle height, and so the order, may have changed slightly."""
    return tuple(sorted(lanes, key=lambda n: n.number))


def _number_for(added: Lane, lanes: tuple[Lane, ...]) -> int:
    """Return the number of a new lane from its place: one beyond its left neighbour's."""
    order = left_to_right((*lanes, replace(added, number=0)))
    place = next(i for i, n in enumerate(order) if n.number == 0)
    if place > 0:
        return order[place - 1].number + 1
    return max(order[1].number - 1, 1) if len(order) > 1 else 1
