"""How placed lanes, bands and rows are kept together when one of them changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from blotquant.bands.kept import carry
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import AssignedRow, PlacedBands, PlacedLanes, Project
from blotquant.model.sample import Sample

Renumbering = Callable[[int], int | None]
"""New lane number of an old one, or None when the lane is gone."""


def one_place(parts: Iterable[Lane] | Iterable[Band]) -> tuple[str, str]:
    """Return the (photograph id, membrane) that all parts lie on; raise ValueError if not one."""
    places = {(p.image, p.membrane) for p in parts}
    if len(places) != 1:
        raise ValueError(f"lanes or bands of one membrane on one photograph, not of {len(places)}")
    return places.pop()


def lane_numbered(lanes: tuple[Lane, ...], number: int) -> Lane:
    """Return the lane with this number; raise KeyError if there is none."""
    for lane in lanes:
        if lane.number == number:
            return lane
    raise KeyError(f"lane {number}")


def lanes_placed(project: Project, image: str, membrane: str) -> PlacedLanes | None:
    """Return the user's word on the lanes there, or None."""
    here = (image, membrane)
    return next((p for p in project.lanes if (p.image, p.membrane) == here), None)


def bands_placed(project: Project, image: str, membrane: str) -> PlacedBands | None:
    """Return the user's word on the bands there, or None."""
    here = (image, membrane)
    return next((p for p in project.bands if (p.image, p.membrane) == here), None)


def put_lanes(project: Project, image: str, membrane: str, lanes: tuple[Lane, ...]) -> Project:
    """Return the project with these lanes as the ones shown there; what was said else stays.

    Where nothing was said before, the edited ones are kept and the rest is found around them.
    """
    old = lanes_placed(project, image, membrane)
    if old is None:
        old = PlacedLanes(image=image, membrane=membrane, lanes=lanes, found_around=True)
    return put_lane_word(project, replace(old, lanes=lanes))


def put_lane_word(project: Project, entry: PlacedLanes) -> Project:
    """Return the project with this word on the lanes of its membrane instead of any before."""
    here = (entry.image, entry.membrane)
    rest = tuple(p for p in project.lanes if (p.image, p.membrane) != here)
    return replace(project, lanes=(*rest, entry))


def put_bands(
    project: Project,
    image: str,
    membrane: str,
    bands: tuple[Band, ...],
    lanes: tuple[Lane, ...] = (),
    absent: tuple[Band, ...] = (),
) -> Project:
    """Return the project with these bands as the ones shown there, in (row, lane) order.

    Parameters
    ----------
    lanes
        Those that the positions run along; without them positions belong to lanes by number.
    absent
        Bands that are not where they were found, a row number for each row; they are added to what
        was said to be absent before.
    """
    old = bands_placed(project, image, membrane)
    if old is None:
        old = PlacedBands(image=image, membrane=membrane, bands=(), found_around=True)
    before = carry(old.absent, old.lanes, lanes) if old.lanes and lanes else old.absent
    first = 1 + max((b.row for b in before), default=0)
    numbers = {row: first + i for i, row in enumerate(sorted({b.row for b in absent}))}
    entry = replace(
        old,
        bands=tuple(sorted(bands, key=lambda b: (b.row, b.lane))),
        lanes=lanes,
        absent=(*before, *(replace(b, row=numbers[b.row]) for b in absent)),
    )
    rest = tuple(p for p in project.bands if (p.image, p.membrane) != (image, membrane))
    return replace(project, bands=(*rest, entry))


def drop_bands(project: Project, image: str, membrane: str) -> Project:
    """Return the project without placed bands there.

    Row numbers of placed bands mean nothing to detection: what was said of rows that are known by
    their number alone goes too.
    """
    kept = tuple(p for p in project.bands if (p.image, p.membrane) != (image, membrane))
    if kept == project.bands:
        return project
    rows = tuple(
        r for r in project.rows if (r.image, r.membrane) != (image, membrane) or r.at is not None
    )
    return replace(project, bands=kept, rows=rows)


def carried_bands(
    project: Project, image: str, membrane: str, lanes: tuple[Lane, ...]
) -> tuple[Band, ...] | None:
    """Return the bands placed there along the lanes that are shown, or None without any."""
    placed = bands_placed(project, image, membrane)
    if placed is None:
        return None
    return carry(placed.bands, placed.lanes, lanes) if placed.lanes else placed.bands


def renumber_rows(
    project: Project, image: str, membrane: str, new_row: Callable[[int], int | None]
) -> Project:
    """Return the project whose assigned rows there carry their new numbers."""
    rows: list[AssignedRow] = []
    for r in project.rows:
        if (r.image, r.membrane) != (image, membrane) or r.at is not None:
            rows.append(r)  # known by its place, whatever its number
        elif (row := new_row(r.row)) is not None:
            rows.append(replace(r, row=row))
    return replace(project, rows=tuple(rows))


def renumber_bands(bands: tuple[Band, ...], new: Renumbering) -> tuple[Band, ...]:
    """Return the bands of the lanes that remain, with their new lane numbers."""
    return tuple(replace(b, lane=number) for b in bands if (number := new(b.lane)) is not None)


def renumber_lanes(lanes: tuple[Lane, ...], new: Renumbering) -> tuple[Lane, ...]:
    """Return the lanes that remain, with their new numbers."""
    return tuple(
        replace(lane, number=number) for lane in lanes if (number := new(lane.number)) is not None
    )


def renumber_samples(
    project: Project, membrane: str, new: Renumbering, n_before: int, n_after: int
) -> Project:
    """Return the project whose samples of this membrane follow their lanes.

    A sheet that already counts the lane which was missed (or leaves out the one that was invented)
    was right from the start: it stays as it is.
    """
    numbers = {s.lane for s in project.samples if s.membrane == membrane}
    if not numbers:
        return project
    last = max(numbers)
    missed_lane_was_counted = n_after > n_before and last > n_before
    invented_lane_was_not = n_after < n_before and numbers == set(range(1, n_after + 1))
    if missed_lane_was_counted or invented_lane_was_not:
        return project
    samples: list[Sample] = []
    for s in project.samples:
        if s.membrane != membrane:
            samples.append(s)
        elif (number := new(s.lane)) is not None:
            samples.append(replace(s, lane=number))
    return replace(project, samples=tuple(samples))


def renumber_control(project: Project, membrane: str, new: Renumbering) -> Project:
    """Return the project whose control lane (``MEMBRANE:LANE``) follows its lane."""
    name, colon, lane = project.settings.control.rpartition(":")
    if not colon or name != membrane or not lane.isdecimal():
        return project
    number = new(int(lane))
    control = "" if number is None else f"{membrane}:{number}"
    return replace(project, settings=replace(project.settings, control=control))


def renumber_other_photographs(
    project: Project, image: str, membrane: str, new: Renumbering, numbers: frozenset[int]
) -> Project:
    """Return the project with these lanes renumbered on the membrane's other photographs.

    Only photographs whose placed lanes (or bands) counted the same lanes as this one did: one that
    counted differently already shows what was missed here.
    """
    lanes_there = {p.image: p for p in project.lanes if p.membrane == membrane}
    bands_there = {p.image: p for p in project.bands if p.membrane == membrane}
    for other in sorted((lanes_there.keys() | bands_there.keys()) - {image}):
        placed = lanes_there.get(other)
        bands = bands_there.get(other)
        counted = (
            {lane.number for lane in placed.lanes}
            if placed is not None
            else {b.lane for b in bands.bands}
            if bands is not None
            else set()
        )
        if counted != numbers:
            continue
        if placed is not None:
            kept = renumber_lanes(placed.lanes, new)
            count = None if placed.count is None else len(kept)
            project = put_lane_word(project, replace(placed, lanes=kept, count=count))
        if bands is not None:
            project = put_bands(
                project,
                other,
                membrane,
                renumber_bands(bands.bands, new),
                renumber_lanes(bands.lanes, new),
            )
    return project


def keep_bands_on_picture(
    bands: tuple[Band, ...], before: tuple[Lane, ...], after: tuple[Lane, ...]
) -> tuple[Band, ...]:
    """Return bands at the same heights on the picture although their lanes' axes changed.

    `before` and `after` are matched by number; positions run along the lane, so a lane whose first
    node moved needs new ones.
    """
    old = {lane.number: lane for lane in before}
    moved: dict[int, tuple[Lane, Lane]] = {
        lane.number: (old[lane.number], lane)
        for lane in after
        if lane.number in old and old[lane.number].nodes != lane.nodes
    }
    result: list[Band] = []
    for b in bands:
        if b.lane not in moved:
            result.append(b)
            continue
        was, now = moved[b.lane]
        apex, start, stop = (
            now.position_at(was.point_at(p)[1]) for p in (b.apex_px, b.start_px, b.stop_px)
        )
        result.append(replace(b, apex_px=apex, start_px=start, stop_px=stop))
    return tuple(result)
