"""What a project file may ask for: places that can lie on a picture, on photographs that are there.

The model takes any finite number; a file may come from anybody. A lane of a billion pixels would
fill the memory as soon as it is measured, and parts of a photograph that is not there cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator

from blotquant.errors import ProjectError
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane
from blotquant.model.lane import Lane
from blotquant.model.project import PlacedBands, PlacedLanes, PlacedMembranes, Project

MAX_PLACE_PX = 100_000.0  # from the corner of the picture; the largest that are read have 20,000
MAX_LANE_PX = 20_000_000.0  # a lane of 20,000 px that is 1000 px wide
MAX_NUMBER = 10_000  # of lanes, and of rows
MAX_LANES = 500  # that may be looked for on one membrane
_Placed = PlacedMembranes | PlacedLanes | PlacedBands
_Part = Membrane | Lane | Band


def check_limits(project: Project, name: str) -> None:
    """Raise `ProjectError` naming the file where a project holds what no picture can show."""
    for problem in _problems(project):
        raise ProjectError(
            f"{name} is damaged: it holds {problem}", "Open an earlier copy of the project"
        )


def _problems(project: Project) -> Iterator[str]:
    """Give what is impossible, in words."""
    images = {p.id for p in project.photographs}
    all_placed: tuple[_Placed, ...] = (*project.membranes, *project.lanes, *project.bands)
    for image in (*(p.image for p in all_placed), *(r.image for r in project.rows)):
        if image not in images:
            yield f"parts of a photograph {image!r} that is not in it"
    for placed in all_placed:
        for part in _parts(placed):
            if part.image != placed.image:
                yield f"parts of two photographs, {placed.image!r} and {part.image!r}, in one place"
            yield from _out_of_reach(part)
    for row in project.rows:
        if row.at is not None and not _are_places(*row.at):
            yield "a row that lies beyond any picture"
    if any((lanes.count or 0) > MAX_LANES for lanes in project.lanes):
        yield "a number of lanes that no membrane has"


def _parts(placed: _Placed) -> tuple[_Part, ...]:
    if isinstance(placed, PlacedMembranes):
        return placed.membranes
    if isinstance(placed, PlacedLanes):
        return (*placed.lanes, *placed.absent)
    return (*placed.bands, *placed.lanes, *placed.absent)


def _out_of_reach(part: _Part) -> Iterator[str]:
    """Give what is wrong with the places of a part."""
    if isinstance(part, Membrane):
        if not _are_places(*(x for corner in part.corners for x in corner)):
            yield f"a membrane {part.name!r} that lies beyond any picture"
    elif isinstance(part, Lane):
        is_there = _are_places(part.width_px, *(x for node in part.nodes for x in node))
        if not is_there or part.length_px * max(part.width_px, 1.0) > MAX_LANE_PX:
            yield "a lane that is larger than any picture"
        if not 0 <= part.number <= MAX_NUMBER:
            yield f"a lane with the number {part.number}"
    else:
        if not _are_places(part.start_px, part.apex_px, part.stop_px):
            yield "a band that lies beyond any picture"
        reach = part.stop_px - part.start_px + 1.0
        if not part.start_px - reach <= part.apex_px <= part.stop_px + reach:
            yield "a band whose top lies far outside its limits"
        if not (0 <= part.row <= MAX_NUMBER and 0 <= part.lane <= MAX_NUMBER):
            yield f"a band with the numbers {part.lane} and {part.row}"


def _are_places(*values: float) -> bool:
    return all(abs(value) <= MAX_PLACE_PX for value in values)
