"""Membranes are placed, joined and renamed with all that lies on them."""

from __future__ import annotations

import math

import pytest

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.model.geometry import Membrane

from .shown_parts import IMAGE, MEMBRANE, bands_shown, lanes_shown, placed_lanes, sheet


class TestMembranes:
    corners = ((0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (0.0, 300.0))

    def shown(self, *names):
        return tuple(Membrane(image=IMAGE, name=n, corners=self.corners) for n in names)

    def test_corners_and_angle(self, project):
        moved = ((1.0, 1.0), *self.corners[1:])
        p = edits.set_membrane_corners(project, self.shown("parp"), "parp", moved, 2.0)
        m = p.membranes[0].membranes[0]
        assert (m.corners, m.angle_deg, m.edited) == (moved, 2.0, True)
        assert edits.detect_membranes_again(p, IMAGE) == project

    def test_lanes_move_with_their_membrane(self, project):
        p = edits.place_lanes(project, lanes_shown())
        p = edits.move_membrane(p, self.shown("parp"), "parp", 10.0, 20.0)
        assert placed_lanes(p)[0].nodes == ((60.0, 30.0), (64.0, 330.0))

    def test_adding_and_deleting_keep_the_photographs_list(self, project):
        p = edits.add_membrane(project, self.shown("parp"), IMAGE, "second", self.corners)
        assert p.photograph(IMAGE).membranes == ("parp", "second")
        with pytest.raises(SettingsError):
            edits.add_membrane(p, p.membranes[0].membranes, IMAGE, "second", self.corners)
        p = edits.delete_membrane(p, p.membranes[0].membranes, "parp")
        assert p.photograph(IMAGE).membranes == ("second",)

    def test_renaming_reaches_everything(self, project):
        p = edits.move_lane(project, lanes_shown(), 1, 3.0)
        p = edits.move_band(p, bands_shown(), 1, 1, 3.0)
        p = edits.assign_row(p, IMAGE, MEMBRANE, 1, "parp", "pro")
        p = edits.set_control(edits.set_samples(p, sheet(4)), "parp:1")
        p = edits.rename_membrane(p, "parp", "blot A")
        assert p.photograph(IMAGE).membranes == ("blot A",)
        assert p.lanes[0].membrane == p.lanes[0].lanes[0].membrane == "blot A"
        assert p.bands[0].membrane == p.bands[0].bands[0].membrane == "blot A"
        assert p.rows[0].membrane == "blot A"
        assert {s.membrane for s in p.samples} == {"blot A"}
        assert p.settings.control == "blot A:1"
        with pytest.raises(SettingsError, match="already"):
            edits.rename_membrane(p, "blot A", "actin")

    def test_a_completed_name_can_be_renamed(self, project):
        shown = {IMAGE: ("parp.1", "parp.2")}
        p = edits.rename_membrane(project, "parp.2", "lower", shown)
        assert p.photograph(IMAGE).membranes == ("parp.1", "lower")

    def test_photographs_join_one_membrane(self, project):
        p = edits.set_samples(project, sheet(2, "actin"))
        p = edits.set_photograph_membranes(p, "img2", ("parp",))
        assert {s.membrane for s in p.samples} == {"parp"}
        with pytest.raises(SettingsError):
            edits.set_photograph_membranes(p, "img2", ("parp", "parp"))


def shown(*boxes):
    """Give membranes A, B ... of these (left, top, right, bottom)."""
    return tuple(
        Membrane(image="img1", name=name, corners=((a, b), (c, b), (c, d), (a, d)))
        for name, (a, b, c, d) in zip("AB", boxes, strict=False)
    )


def test_a_drawn_box_takes_the_place_of_what_it_covers(project):
    found = shown((0, 0, 100, 100), (0, 120, 100, 200))
    one = edits.draw_membrane(project, found, "img1", (90.0, 95.0), (5.0, 10.0))
    [placed] = one.membranes
    assert [m.name for m in placed.membranes] == ["A", "B"]
    assert placed.membranes[0].bounds == (5.0, 10.0, 90.0, 95.0)
    both = edits.draw_membrane(project, found, "img1", (0.0, 0.0), (100.0, 190.0))
    assert [m.name for m in both.membranes[0].membranes] == ["A"]
    further = edits.draw_membrane(project, found, "img1", (200.0, 0.0), (300.0, 90.0))
    assert [m.name for m in further.membranes[0].membranes] == ["A", "B", "A.2"]


def test_a_moved_corner_keeps_the_opposite_one_and_the_angles(project):
    found = shown((0, 0, 100, 80))
    new = edits.set_membrane_corner(project, found, "A", 2, (60.0, 50.0))
    [m] = new.membranes[0].membranes
    assert m.bounds == pytest.approx((0, 0, 60, 50))
    # Dragged past the opposite corner it keeps a little size.
    [m] = edits.set_membrane_corner(project, found, "A", 2, (-60.0, -50.0)).membranes[0].membranes
    assert m.bounds == pytest.approx((0, 0, 4, 4))


@pytest.mark.parametrize("flipped", [False, True])
def test_a_line_along_the_bands_turns_the_membrane_about_its_middle(project, flipped):
    found = shown((0, 0, 100, 80))
    line = [(10.0, 50.0), (90.0, 50.0 - 80 * math.tan(math.radians(10)))]
    start, end = reversed(line) if flipped else line
    [m] = edits.straighten_membrane(project, found, "A", start, end).membranes[0].membranes
    assert m.angle_deg == pytest.approx(10)
    tl, tr, _br, bl = m.corners
    assert math.dist(tl, tr) == pytest.approx(100)
    assert math.dist(tl, bl) == pytest.approx(80)
    assert sum(x for x, _ in m.corners) / 4 == pytest.approx(50)
    assert m.contains((50.0, 40.0))


def test_a_line_down_the_lanes_is_refused(project):
    with pytest.raises(SettingsError, match="off the horizontal"):
        edits.straighten_membrane(project, shown((0, 0, 9, 9)), "A", (0.0, 0.0), (10.0, 40.0))
