"""Split and merge: one lane is two, two rows are one, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from blotquant.edits.lane_words import left_to_right
from blotquant.edits.lanes import add_lane, delete_lane, set_lane_edges
from blotquant.edits.placed import (
    lane_numbered,
    lanes_placed,
    one_place,
    put_bands,
    renumber_rows,
)
from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import Project

Bands = tuple[Band, ...]
Lanes = tuple[Lane, ...]

GAP = 0.04  # of a split lane's width, left free between its halves


def split_lane(project: Project, lanes: Lanes, lane: int) -> Project:
    """Make two lanes of one, side by side; lanes to the right move up by one."""
    old = lane_numbered(lanes, lane)
    half = old.width_px * (1 - GAP) / 2
    image, membrane = one_place(lanes)
    project = set_lane_edges(project, lanes, lane, 0.0, half - old.width_px)
    shift = (old.width_px - half) / 2
    nodes = tuple((x + shift, y) for x, y in old.nodes)
    shown = _lanes_after(project, lanes)
    return add_lane(project, shown, image, membrane, nodes, half, old.kind)


def merge_lanes(project: Project, lanes: Lanes, numbers: Sequence[int]) -> Project:
    """Make one lane of neighbours; it takes the first one's number and bands.

    Raises `SettingsError` for fewer than two lanes and for lanes with another one between them.
    """
    order = [x.number for x in left_to_right(lanes)]
    places = sorted(order.index(n) for n in set(numbers))
    if len(places) < 2 or places[-1] - places[0] != len(places) - 1:
        raise SettingsError(
            "Only lanes side by side can be one lane",
            "Select two neighbours: click one, then Ctrl-click the other",
        )
    first, *others = (lane_numbered(lanes, order[p]) for p in places)
    height = (first.nodes[0][1] + first.nodes[-1][1]) / 2
    last = others[-1]
    edge = last.x_at(height) + last.width_px / 2
    wider = edge - (first.x_at(height) + first.width_px / 2)
    for other in sorted(others, key=lambda x: -x.number):
        shown = _lanes_after(project, lanes)
        project = delete_lane(project, shown, other.number)
    shown = _lanes_after(project, lanes)
    return set_lane_edges(project, shown, first.number, 0.0, wider)


def split_row(project: Project, bands: Bands, row: int, lanes: Lanes = ()) -> Project:
    """Make two rows of one, each with half of its height, in every lane; later rows move down.

    What was said of the row stays with the upper one.
    """
    image, membrane = one_place(bands)
    mine = [b for b in bands if b.row == row]
    if not mine:
        raise KeyError(f"row {row}")
    parts = [part for b in mine for part in _halves(b)]
    kept = [replace(b, row=b.row + 1) if b.row > row else b for b in bands if b.row != row]
    return _put(
        project, (*kept, *parts), lanes, mine, lambda r: r + 1 if r > row else r, image, membrane
    )


def merge_rows(
    project: Project, bands: Bands, first: int, second: int, lanes: Lanes = ()
) -> Project:
    """Make one row of two that follow each other; later rows move up.

    It is what was said of the first. Raises `SettingsError` for rows with another one between.
    """
    upper, lower = sorted((first, second))
    if lower - upper != 1:
        raise SettingsError(
            "Only rows that follow each other can be one row",
            "Select a band of each: click one, then Ctrl-click the other",
        )
    image, membrane = one_place(bands)
    by_place = {(b.lane, b.row): b for b in bands}
    mine = [b for b in bands if b.row in (upper, lower)]
    joined = [
        _joined(by_place[n, upper], by_place[n, lower])
        for n in sorted({b.lane for b in mine})
        if (n, upper) in by_place and (n, lower) in by_place
    ]
    kept = [
        replace(b, row=b.row - 1) if b.row > lower else b
        for b in bands
        if b.row not in (upper, lower)
    ]

    def new(row: int) -> int | None:
        return None if row == lower else row - 1 if row > lower else row

    return _put(project, (*kept, *joined), lanes, mine, new, image, membrane)


def _put(
    project: Project,
    bands: Bands,
    lanes: Lanes,
    gone: Sequence[Band],
    new_row: Callable[[int], int | None],
    image: str,
    membrane: str,
) -> Project:
    # Where detection saw a row it may not come back beside those that took its place.
    absent = tuple(b for b in gone if not b.edited)
    project = put_bands(project, image, membrane, bands, lanes, absent)
    return renumber_rows(project, image, membrane, new_row)


def _halves(band: Band) -> tuple[Band, Band]:
    middle = (band.start_px + band.stop_px) / 2
    settled = replace(band, edited=True, confidence=1.0)
    quarter = (band.stop_px - band.start_px) / 4
    return (
        replace(settled, stop_px=middle, apex_px=band.start_px + quarter),
        replace(settled, row=band.row + 1, start_px=middle, apex_px=middle + quarter),
    )


def _joined(upper: Band, lower: Band) -> Band:
    lead = upper if upper.found or not lower.found else lower
    return replace(
        upper,
        apex_px=lead.apex_px,
        start_px=min(upper.start_px, lower.start_px),
        stop_px=max(upper.stop_px, lower.stop_px),
        found=upper.found or lower.found,
        confidence=1.0,
        edited=True,
    )


def _lanes_after(project: Project, lanes: Lanes) -> Lanes:
    """Return the lanes as they are shown after the edits so far."""
    placed = lanes_placed(project, *one_place(lanes))
    return placed.lanes if placed is not None else lanes
