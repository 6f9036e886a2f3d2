"""The same thing in another scene, where lanes and rows are counted otherwise. Without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from blotquant.bands.kept import place_of_row, row_at
from blotquant.model.band import Band
from blotquant_app.selection import Selected
from blotquant_app.views.shown import BlotScene, RowLabel


def followed(selected: Selected, before: BlotScene, after: BlotScene) -> Selected:
    """Return what a selected lane, band or row of one scene is called in the next.

    What is not there any more keeps its number: there is no better guess.
    """
    if before.image != after.image or selected.image != before.image:
        return selected
    lane = _lane_now(selected, before, after) if selected.lane else 0
    row = selected.row
    if row:
        row = row_now(selected.membrane, row, before, after) or row
    if (lane, row) == (selected.lane, selected.row):
        return selected
    return replace(selected, lane=lane, row=row)


def _lane_now(selected: Selected, before: BlotScene, after: BlotScene) -> int:
    was = before.lane(selected.membrane, selected.lane)
    if was is None:
        return selected.lane
    y = (was.nodes[0][1] + was.nodes[-1][1]) / 2
    apart = [(abs(n.x_at(y) - was.x_at(y)), n.number) for n in after.lanes_of(was.membrane)]
    nearest = min(apart, default=(float("inf"), 0))
    return nearest[1] if nearest[0] < was.width_px / 2 else selected.lane


def row_now(membrane: str, row: int, before: BlotScene, after: BlotScene) -> int | None:
    """Return the number that a row has in the next scene, or None when it is not there."""
    place = place_of_row(row, before.lanes_of(membrane), before.bands_of(membrane))
    if place is None:
        return None
    return row_at(place, after.lanes_of(membrane), after.bands_of(membrane))


def with_bands(scene: BlotScene, bands: Sequence[Band]) -> BlotScene:
    """Return the scene with other bands, not measured yet; names stay with their rows."""
    after = replace(scene, bands=tuple(bands), measured=(), labels=())
    labels: list[RowLabel] = []
    for label in scene.labels:
        row = row_now(label.membrane, label.row, scene, after)
        if row is not None:
            labels.append(replace(label, row=row))
    return replace(after, labels=tuple(labels))
