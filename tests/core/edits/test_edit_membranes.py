"""Membranes are placed, joined and renamed with all that lies on them."""

from __future__ import annotations

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
