"""What the user said of bands and rows, brought to the lanes and rows that are found now.

Row numbers and lanes change with the sensitivity, the polarity and the corners of a membrane; a
band's place on the picture does not. Everything is therefore recognised by its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from blotquant.model.band import Band
from blotquant.model.geometry import Point
from blotquant.model.lane import Lane
from blotquant.model.project import AssignedRow

SAME_LANE = 0.5  # of a lane's width that the axes of the same lane may lie apart
SAME_ROW = 0.5  # of a band's length that the heights of the same row may lie apart
BESIDE_LANE = 1.0  # of a lane's width: how far from its axis a point still belongs to it

Rows = dict[int, list[Band]]


def carry(bands: Sequence[Band], was: Sequence[Lane], now: Sequence[Lane]) -> tuple[Band, ...]:
    """Return bands at the same places on the picture, along the lanes that are there now.

    A lane that lies elsewhere is recognised by its nearest axis; bands of a lane that is not there
    any more are left out.
    """
    pairs = _pairs(was, now)
    return tuple(_along(b, *pairs[b.lane]) for b in bands if b.lane in pairs)


def _along(band: Band, was: Lane, now: Lane) -> Band:
    """Return a band of one lane at the same place of another."""
    if was.nodes == now.nodes:
        return band if band.lane == now.number else replace(band, lane=now.number)
    apex, start, stop = (
        now.position_at(was.point_at(p)[1]) for p in (band.apex_px, band.start_px, band.stop_px)
    )
    return replace(band, lane=now.number, apex_px=apex, start_px=start, stop_px=stop)


def _pairs(was: Sequence[Lane], now: Sequence[Lane]) -> dict[int, tuple[Lane, Lane]]:
    """Return which lane became which, each taken once, the nearest pairs first."""
    distances = []
    for a in was:
        y = (a.nodes[0][1] + a.nodes[-1][1]) / 2
        for b in now:
            apart = abs(a.x_at(y) - b.x_at(y)) / max(a.width_px, b.width_px)
            if apart < SAME_LANE:
                distances.append((apart, a.number, b.number, a, b))
    pairs: dict[int, tuple[Lane, Lane]] = {}
    taken: set[int] = set()
    for _, old, new, a, b in sorted(distances, key=lambda d: d[:3]):
        if old not in pairs and new not in taken:
            pairs[old] = (a, b)
            taken.add(new)
    return pairs


def with_kept_rows(
    found: Sequence[Band], kept: Sequence[Band], absent: Sequence[Band]
) -> tuple[Band, ...]:
    """Return the found bands with the user's word on them, rows counted from the top.

    Parameters
    ----------
    found
        What detection says, every lane holding every row.
    kept
        Rows of which the user changed at least one band; their other bands tell which row it is,
        and where it runs when detection does not see it any more.
    absent
        Bands of rows that the user deleted.

    Positions of all three run along the same lanes.
    """
    rows = _by_row(found)
    words = {r: mine for r, mine in _by_row(kept).items() if any(is_users(b) for b in mine)}
    same = _same_rows(words, rows)
    gone = set(_same_rows(_by_row(absent), rows).values()) - set(same.values())
    out = {("found", r): mine for r, mine in rows.items() if r not in gone}
    for word, mine in words.items():
        if word not in same:
            # Detection does not see this row any more: only what the user said of it stays.
            out["kept", word] = [b if is_users(b) else replace(b, found=False) for b in mine]
            continue
        said = {b.lane: b for b in mine if is_users(b)}
        out["found", same[word]] = [said.get(b.lane, b) for b in rows[same[word]]]
    order = sorted(out.values(), key=lambda mine: float(np.mean([b.apex_px for b in mine])))
    return tuple(
        b if b.row == number else replace(b, row=number)
        for number, mine in enumerate(order, start=1)
        for b in mine
    )


def is_users(band: Band) -> bool:
    """Tell whether a user placed, changed or excluded this band."""
    return band.edited or band.excluded


def _by_row(bands: Iterable[Band]) -> Rows:
    rows: Rows = {}
    for b in bands:
        rows.setdefault(b.row, []).append(b)
    return rows


def _same_rows(
    words: Mapping[int, Sequence[Band]], rows: Mapping[int, Sequence[Band]]
) -> dict[int, int]:
    """Return which row each word speaks of, each row taken once, the best agreement first."""
    agreement = sorted(
        (apart, word, row)
        for word, mine in words.items()
        for row, theirs in rows.items()
        if (apart := _apart(mine, theirs)) < SAME_ROW
    )
    same: dict[int, int] = {}
    for _, word, row in agreement:
        if word not in same and row not in same.values():
            same[word] = row
    return same


def _apart(mine: Sequence[Band], theirs: Sequence[Band]) -> float:
    """Return how far two rows lie apart, as a share of a band's length: the median over the lanes.

    Bands that the user pulled away do not make it another row as long as others stand still.
    """
    there = {b.lane: b for b in theirs}
    shared = [(b, there[b.lane]) for b in mine if b.lane in there]
    still = [pair for pair in shared if not pair[0].edited] or shared
    if not still:
        return float("inf")
    return median(
        abs(a.apex_px - b.apex_px) / max(a.stop_px - a.start_px, b.stop_px - b.start_px)
        for a, b in still
    )


def row_at(at: Point, lanes: Sequence[Lane], bands: Sequence[Band]) -> int | None:
    """Return the number of the row that runs through a place on the picture, or None.

    `lanes` and `bands` are those of one membrane on one photograph.
    """
    lane = min(lanes, key=lambda x: abs(x.x_at(at[1]) - at[0]), default=None)
    if lane is None or abs(lane.x_at(at[1]) - at[0]) > BESIDE_LANE * lane.width_px:
        return None
    position = lane.position_at(at[1])
    near = [
        (abs(b.apex_px - position) / (b.stop_px - b.start_px), b.row)
        for b in bands
        if b.lane == lane.number
    ]
    apart, row = min(near, default=(float("inf"), 0))
    return row if apart <= SAME_ROW else None


def place_of_row(row: int, lanes: Sequence[Lane], bands: Sequence[Band]) -> Point | None:
    """Return the (x, y) that a row is known by: the apex of its surest band; None without any."""
    by_number = {x.number: x for x in lanes}
    mine = [b for b in bands if b.row == row and b.lane in by_number]
    if not mine:
        return None
    best = max(mine, key=lambda b: (b.found, b.confidence, -b.lane))
    return by_number[best.lane].point_at(best.apex_px)


def rows_now(
    words: Sequence[AssignedRow], lanes: Sequence[Lane], bands: Sequence[Band]
) -> dict[int, AssignedRow]:
    """Return which word holds for which row now; words on rows that are not there are left out.

    All of one membrane on one photograph. Of two words on one row the later one holds.
    """
    out: dict[int, AssignedRow] = {}
    for word in words:
        row = word.row if word.at is None else row_at(word.at, lanes, bands)
        if row is not None:
            out[row] = word
    return out
