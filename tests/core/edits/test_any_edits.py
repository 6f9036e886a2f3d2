"""Any edits in any order keep a project sound, and undo is the old project."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant import edits
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project

from .shown_parts import MEMBRANE, band, lanes_shown


def _shown_lanes(project, image):
    found = [p.lanes for p in project.lanes if (p.image, p.membrane) == (image, MEMBRANE)]
    return found[0] if found else tuple(replace(n, image=image) for n in lanes_shown())


def _shown_bands(project, image):
    found = [p.bands for p in project.bands if (p.image, p.membrane) == (image, MEMBRANE)]
    if found:
        return found[0]
    numbers = [n.number for n in _shown_lanes(project, image)]
    return tuple(band(i, r, image=image) for r in (1, 2, 3) for i in numbers)


def _lane_step(project, kind, lanes, which, amount):
    number = lanes[which % len(lanes)].number
    return {
        "lane_move": lambda: edits.move_lane(project, lanes, number, amount, amount / 10),
        "lane_delete": lambda: edits.delete_lane(project, lanes, number),
        "lane_bend": lambda: edits.bend_lane(
            project, lanes, number, which % 2, (amount + 100, amount)
        ),
        "lane_kind": lambda: edits.set_lane_kind(project, lanes, number, LaneKind.LADDER),
    }[kind]()


def _band_step(project, kind, bands, which, amount):
    b = bands[which % len(bands)]
    if kind == "band_move":
        return edits.move_band(project, bands, b.lane, b.row, amount)
    return edits.delete_band(project, bands, b.lane, b.row)


def _step(project, kind, image, which, amount):
    """Apply one edit to what a user would see; nothing where there is nothing to apply it to."""
    lanes, bands = _shown_lanes(project, image), _shown_bands(project, image)
    x = amount + 200.0
    if (kind.startswith("lane") or kind == "add_row") and not lanes:
        return project
    if kind.startswith("band") and not bands:
        return project
    if kind.startswith("lane"):
        return _lane_step(project, kind, lanes, which, amount)
    if kind.startswith("band"):
        return _band_step(project, kind, bands, which, amount)
    return {
        "add_lane": lambda: edits.add_lane(
            project, lanes, image, MEMBRANE, ((x, 10.0), (x, 310.0)), 20.0
        ),
        "add_row": lambda: edits.add_row(
            project, lanes, bands, lanes[which % len(lanes)].number, abs(amount) + 5
        ),
        "sample": lambda: edits.set_sample(project, MEMBRANE, which, condition=f"c{amount:.0f}"),
        "detect_lanes": lambda: edits.detect_lanes_again(project, image, MEMBRANE),
        "detect_bands": lambda: edits.detect_bands_again(project, image, MEMBRANE),
        "assign": lambda: edits.assign_row(project, image, MEMBRANE, which, "parp", "pro"),
    }[kind]()


KINDS = (
    "lane_move",
    "lane_delete",
    "lane_bend",
    "lane_kind",
    "add_lane",
    "add_row",
    "band_move",
    "band_delete",
    "detect_lanes",
    "detect_bands",
    "assign",
    "sample",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(("img1", "img2")),
        st.integers(1, 12),
        st.floats(-180.0, 180.0),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_any_edits_keep_the_project_sound_and_undo_restores(steps):
    project = edits.add_photographs(Project(), ["a.tif", "b.tif"], membrane=MEMBRANE)
    history = [(project, repr(project))]
    for step in steps:
        project = _step(project, *step)
        history.append((project, repr(project)))
        for placed in project.lanes:
            numbers = [n.number for n in placed.lanes]
            assert numbers == sorted(set(numbers))
            assert all(n >= 1 for n in numbers)
            assert {(n.image, n.membrane) for n in placed.lanes} <= {(placed.image, MEMBRANE)}
        for placed in project.bands:
            keys = [b.key for b in placed.bands]
            assert len(set(keys)) == len(keys)
            rows = {b.row for b in placed.bands}
            assert rows == set(range(1, len(rows) + 1))
        for parts in (project.lanes, project.bands):
            places = [(p.image, p.membrane) for p in parts]
            assert len(set(places)) == len(places)
        assert len({(r.image, r.membrane, r.row) for r in project.rows}) == len(project.rows)
        assert len({(s.membrane, s.lane) for s in project.samples}) == len(project.samples)
    # Undo is going back to the old values: no edit may have changed one of them.
    assert all(repr(old) == text for old, text in history)
