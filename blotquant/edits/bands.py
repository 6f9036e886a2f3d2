"""Bands and rows: move, resize, add, delete, exclude.

A row is the same band in every lane, counted from top to bottom; positions are px along the lane.
With the `lanes` that are shown, bands keep their places on the picture when lanes are found
elsewhere later; without them they belong to lanes and rows by number alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from blotquant.bands.kept import rows_now
from blotquant.edits.placed import (
    bands_placed,
    drop_bands,
    lane_numbered,
    one_place,
    put_bands,
    renumber_rows,
)
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import Project

Lanes = tuple[Lane, ...]

MIN_LENGTH_PX = 1.0
DEFAULT_HALF_LENGTH = 0.02  # of the lane, for the first band of a membrane


def move_band(
    project: Project,
    bands: tuple[Band, ...],
    lane: int,
    row: int,
    distance_px: float,
    lanes: Lanes = (),
) -> Project:
    """Move a band along its lane, limits and all; downwards is positive."""
    return _change(project, bands, lane, row, lambda b: _edited(_shifted(b, distance_px)), lanes)


def move_row(
    project: Project, bands: tuple[Band, ...], row: int, distance_px: float, lanes: Lanes = ()
) -> Project:
    """Move all bands of a row along their lanes; downwards is positive."""
    image, membrane = one_place(bands)
    mine = tuple(b for b in bands if b.row == row)
    if not mine:
        raise KeyError(f"row {row}")
    moved = tuple(_edited(_shifted(b, distance_px)) if b.row == row else b for b in bands)
    absent = tuple(b for b in mine if not b.edited)
    return put_bands(project, image, membrane, moved, lanes, absent)


def set_band_limits(
    project: Project,
    bands: tuple[Band, ...],
    lane: int,
    row: int,
    start_px: float,
    stop_px: float,
    apex_px: float | None = None,
    lanes: Lanes = (),
) -> Project:
    """Set where a band begins and ends; at least 1 px apart, in either order.

    The apex stays where it was (or goes to `apex_px`), moved inside the limits if need be.
    """
    low, high = min(start_px, stop_px), max(start_px, stop_px)
    if high - low < MIN_LENGTH_PX:
        middle = (low + high) / 2
        low, high = middle - MIN_LENGTH_PX / 2, middle + MIN_LENGTH_PX / 2

    def change(b: Band) -> Band:
        apex = b.apex_px if apex_px is None else apex_px
        inside = min(max(apex, low), high)
        return _edited(replace(b, start_px=low, stop_px=high, apex_px=inside))

    return _change(project, bands, lane, row, change, lanes)


def add_row(
    project: Project,
    lanes: tuple[Lane, ...],
    bands: tuple[Band, ...],
    lane: int,
    apex_px: float,
    start_px: float | None = None,
    stop_px: float | None = None,
) -> Project:
    """Add a row from a band that the user points at in one lane.

    The band there is found. Every other lane gets the row at the height that its neighbouring rows
    suggest, not found: its limit of detection decides. Rows below move down by one. `bands` may be
    empty: then it is the first row.
    """
    image, membrane = one_place(lanes)
    if bands and one_place(bands) != (image, membrane):
        raise ValueError("lanes and bands must be of the same membrane on the same photograph")
    clicked = lane_numbered(lanes, lane)
    before, after = _limits(clicked, bands, apex_px, start_px, stop_px)
    row = _row_for(bands, lane, apex_px)
    moved = tuple(replace(b, row=b.row + 1) if b.row >= row else b for b in bands)
    added = []
    for n in lanes:
        apex = apex_px if n.number == lane else _same_height(bands, clicked, n, apex_px)
        added.append(
            Band(
                image=image,
                membrane=membrane,
                lane=n.number,
                row=row,
                apex_px=apex,
                start_px=apex - before,
                stop_px=apex + after,
                found=n.number == lane,
                edited=True,
            )
        )
    project = put_bands(project, image, membrane, (*moved, *added), lanes)
    project = _present_again(project, image, membrane, lane, apex_px)
    return renumber_rows(project, image, membrane, lambda r: r + 1 if r >= row else r)


def add_band(
    project: Project, bands: tuple[Band, ...], lane: int, row: int, lanes: Lanes = ()
) -> Project:
    """Say that there is a band where this row runs through this lane."""
    return _change(project, bands, lane, row, lambda b: _edited(replace(b, found=True)), lanes)


def accept_band(
    project: Project, bands: tuple[Band, ...], lane: int, row: int, lanes: Lanes = ()
) -> Project:
    """Say that a band is right as it is: it stays there and is not doubtful any more."""
    return _change(project, bands, lane, row, _edited, lanes)


def delete_band(
    project: Project, bands: tuple[Band, ...], lane: int, row: int, lanes: Lanes = ()
) -> Project:
    """Say that there is no band in this lane; a row without any band left goes altogether."""
    band = _band(bands, lane, row)
    others = [b for b in bands if b.row == row and b is not band and b.found]
    if not others:
        return delete_row(project, bands, row, lanes)
    return _change(project, bands, lane, row, lambda b: _edited(replace(b, found=False)), lanes)


def delete_row(project: Project, bands: tuple[Band, ...], row: int, lanes: Lanes = ()) -> Project:
    """Delete a row in all lanes; rows below move up by one, and so do their assignments.

    It stays deleted when bands are found again.
    """
    image, membrane = one_place(bands)
    if all(b.row != row for b in bands):
        raise KeyError(f"row {row}")
    kept = tuple(replace(b, row=b.row - 1) if b.row > row else b for b in bands if b.row != row)
    project = _forget_row(project, image, membrane, row, bands, lanes)
    gone = tuple(b for b in bands if b.row == row)
    project = put_bands(project, image, membrane, kept, lanes, gone)
    return renumber_rows(
        project, image, membrane, lambda r: None if r == row else r - 1 if r > row else r
    )


def exclude_band(
    project: Project,
    bands: tuple[Band, ...],
    lane: int,
    row: int,
    reason: str,
    lanes: Lanes = (),
) -> Project:
    """Keep a band out of every ratio; it stays in the table with the reason."""

    def change(b: Band) -> Band:
        return replace(b, excluded=True, edited=True, reason=reason)

    return _change(project, bands, lane, row, change, lanes)


def include_band(
    project: Project, bands: tuple[Band, ...], lane: int, row: int, lanes: Lanes = ()
) -> Project:
    """Take an excluded band back."""

    def change(b: Band) -> Band:
        return replace(b, excluded=False, edited=True, reason="")

    return _change(project, bands, lane, row, change, lanes)


def exclude_lane(
    project: Project, bands: tuple[Band, ...], lane: int, reason: str, lanes: Lanes = ()
) -> Project:
    """Keep all bands of a lane out of every ratio, for instance because of a bubble."""
    image, membrane = one_place(bands)
    if all(b.lane != lane for b in bands):
        raise KeyError(f"lane {lane}")
    changed = tuple(
        replace(b, excluded=True, edited=True, reason=reason) if b.lane == lane else b
        for b in bands
    )
    return put_bands(project, image, membrane, changed, lanes)


def detect_bands_again(project: Project, image: str, membrane: str) -> Project:
    """Forget corrected bands there.

    What was said of rows stays where a row is known by its place, not by its number alone.
    """
    return drop_bands(project, image, membrane)


def _band(bands: tuple[Band, ...], lane: int, row: int) -> Band:
    for b in bands:
        if (b.lane, b.row) == (lane, row):
            return b
    raise KeyError(f"lane {lane}, row {row}")


def _edited(band: Band) -> Band:
    # What detection doubted is settled; the reason of an exclusion stays.
    reason = band.reason if band.excluded else ""
    return replace(band, edited=True, confidence=1.0, reason=reason)


def _shifted(band: Band, distance_px: float) -> Band:
    return replace(
        band,
        apex_px=band.apex_px + distance_px,
        start_px=band.start_px + distance_px,
        stop_px=band.stop_px + distance_px,
    )


def _change(
    project: Project,
    bands: tuple[Band, ...],
    lane: int,
    row: int,
    change: Callable[[Band], Band],
    lanes: Lanes,
) -> Project:
    image, membrane = one_place(bands)
    old = _band(bands, lane, row)
    new = change(old)
    changed = tuple(new if b is old else b for b in bands)
    # Where detection saw it there is none: it may not come back there as another row.
    is_moved = new.apex_px != old.apex_px and old.found and not old.edited
    return put_bands(project, image, membrane, changed, lanes, (old,) if is_moved else ())


def _present_again(
    project: Project, image: str, membrane: str, lane: int, apex_px: float
) -> Project:
    """Forget that a row was deleted where the user now puts a band."""
    placed = bands_placed(project, image, membrane)
    if placed is None:
        return project
    back = {b.row for b in placed.absent if b.lane == lane and b.start_px <= apex_px <= b.stop_px}
    entry = replace(placed, absent=tuple(b for b in placed.absent if b.row not in back))
    return replace(project, bands=tuple(entry if p is placed else p for p in project.bands))


def _forget_row(
    project: Project,
    image: str,
    membrane: str,
    row: int,
    bands: tuple[Band, ...],
    lanes: Lanes,
) -> Project:
    """Take back what was said of a row that is to go; rows known by place are found by it."""
    here = [r for r in project.rows if (r.image, r.membrane) == (image, membrane) and r.at]
    gone = rows_now(here, lanes, bands).get(row)
    return replace(project, rows=tuple(r for r in project.rows if r is not gone))


def _limits(
    lane: Lane,
    bands: tuple[Band, ...],
    apex_px: float,
    start_px: float | None,
    stop_px: float | None,
) -> tuple[float, float]:
    """Return how far the new band reaches above and below its apex."""
    lengths = [b.stop_px - b.start_px for b in bands if b.found]
    half = median(lengths) / 2 if lengths else DEFAULT_HALF_LENGTH * lane.length_px
    half = max(half, MIN_LENGTH_PX)
    before = half if start_px is None else apex_px - start_px
    after = half if stop_px is None else stop_px - apex_px
    if before < 0 or after < 0 or before + after <= 0:
        raise ValueError("a new band must start above its apex and stop below it")
    return before, after


def _row_for(bands: tuple[Band, ...], lane: int, apex_px: float) -> int:
    """Return the number of a new row: one below the last row that runs above the point."""
    above = [b.row for b in bands if b.lane == lane and b.apex_px <= apex_px]
    if above:
        return max(above) + 1
    return min((b.row for b in bands), default=1)


def _same_height(bands: tuple[Band, ...], clicked: Lane, other: Lane, apex_px: float) -> float:
    """Return where a row at `apex_px` in one lane runs in another, guided by the rows around it."""
    here = {b.row: b.apex_px for b in bands if b.lane == clicked.number}
    there = {b.row: b.apex_px for b in bands if b.lane == other.number}
    pairs = sorted((here[r], there[r]) for r in here.keys() & there.keys())
    above = [p for p in pairs if p[0] <= apex_px]
    below = [p for p in pairs if p[0] > apex_px]
    if above and below:
        (h0, t0), (h1, t1) = above[-1], below[0]
        return t0 + (apex_px - h0) / (h1 - h0) * (t1 - t0)
    if pairs:
        h, t = above[-1] if above else below[0]
        return t + apex_px - h
    return other.position_at(clicked.point_at(apex_px)[1])
