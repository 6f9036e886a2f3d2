"""What is said of a membrane's lanes as a whole: their number, which stay, where there is none."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from blotquant.edits.placed import (
    bands_placed,
    drop_bands,
    lanes_placed,
    one_place,
    put_lane_word,
)
from blotquant.errors import SettingsError
from blotquant.lanes.limits import SAME_PLACE
from blotquant.model.lane import Lane
from blotquant.model.project import PlacedLanes, Project

MOST_LANES = 60


def place_lanes(project: Project, lanes: tuple[Lane, ...]) -> Project:
    """Keep these lanes as they are shown, whatever detection would find."""
    image, membrane = one_place(lanes)
    entry = PlacedLanes(image=image, membrane=membrane, lanes=left_to_right(lanes))
    return put_lane_word(project, entry)


def find_lanes_around(project: Project, image: str, membrane: str) -> Project:
    """Let detection find the lanes again that nobody changed, around those that somebody did."""
    placed = lanes_placed(project, image, membrane)
    return project if placed is None else put_lane_word(project, replace(placed, found_around=True))


def set_lane_count(
    project: Project, lanes: tuple[Lane, ...], image: str, membrane: str, count: int
) -> Project:
    """Say how many lanes there are: so many are found, those with the best evidence first.

    `lanes` are those shown and may be none. Lanes that were fixed stay, unless there are more of
    them than `count`: then the number wins, and all are found anew. Raises `SettingsError` when
    `count` is not between 1 and 60.
    """
    if not 1 <= count <= MOST_LANES:
        raise SettingsError(
            f"{count} lanes cannot be found on one membrane",
            f"Give a number between 1 and {MOST_LANES}",
        )
    if lanes and one_place(lanes) != (image, membrane):
        raise ValueError("the lanes shown must be those of the membrane")
    shown = left_to_right(lanes)
    if sum(x.edited for x in shown) > count:
        shown = tuple(replace(x, edited=False) for x in shown)
    old = lanes_placed(project, image, membrane)
    absent = old.absent if old is not None else ()
    entry = PlacedLanes(
        image=image, membrane=membrane, lanes=shown, found_around=True, count=count, absent=absent
    )
    return put_lane_word(project, entry)


def detect_lanes_again(project: Project, image: str, membrane: str) -> Project:
    """Forget corrected lanes there.

    Bands that were corrected keep their places on the picture; those that are known only by the
    number of their lane go as well.
    """
    kept = tuple(p for p in project.lanes if (p.image, p.membrane) != (image, membrane))
    if kept == project.lanes:
        return project
    project = replace(project, lanes=kept)
    bands = bands_placed(project, image, membrane)
    return project if bands is not None and bands.lanes else drop_bands(project, image, membrane)


def without_lane(project: Project, lane: Lane, fewer: int = 0) -> Project:
    """Write down that there is no lane here, where lanes are found around the user's word."""
    placed = lanes_placed(project, lane.image, lane.membrane)
    if placed is None or not placed.found_around:
        return project
    absent = (*(a for a in placed.absent if not _same_place(a, lane)), lane)
    count = None if placed.count is None else max(placed.count - fewer, 0)
    return put_lane_word(project, replace(placed, absent=absent, count=count))


def with_lane(project: Project, lane: Lane) -> Project:
    """Write down that there is a lane here after all, one more than before."""
    placed = lanes_placed(project, lane.image, lane.membrane)
    if placed is None or not placed.found_around:
        return project
    absent = tuple(a for a in placed.absent if not _same_place(a, lane))
    count = None if placed.count is None else placed.count + 1
    return put_lane_word(project, replace(placed, absent=absent, count=count))


def _same_place(a: Lane, b: Lane) -> bool:
    """Tell whether two lanes share more than half of the narrower one."""
    y = (b.nodes[0][1] + b.nodes[-1][1]) / 2
    apart = abs(a.x_at(y) - b.x_at(y))
    shared = min((a.width_px + b.width_px) / 2 - apart, a.width_px, b.width_px)
    return shared > SAME_PLACE * min(a.width_px, b.width_px)


def left_to_right(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return lanes by their x at the membrane's middle height."""
    if not lanes:
        return lanes
    middle = median((n.nodes[0][1] + n.nodes[-1][1]) / 2 for n in lanes)
    return tuple(sorted(lanes, key=lambda n: (n.x_at(middle), n.number)))
