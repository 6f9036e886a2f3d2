"""Edits: every decision is a new project, counts stay right, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import ImageRole, Project
from blotquant.model.sample import Sample

IMAGE, MEMBRANE = "img1", "parp"


def lane(number, x=None, image=IMAGE, membrane=MEMBRANE):
    x = 50.0 * number if x is None else x
    return Lane(
        image=image,
        membrane=membrane,
        number=number,
        nodes=((x, 10.0), (x + 4.0, 310.0)),
        width_px=30.0,
        confidence=0.4,
        reason="narrow",
    )


def band(lane_number, row, apex=None, image=IMAGE, membrane=MEMBRANE, **more):
    apex = 60.0 * row if apex is None else apex
    return Band(
        image=image,
        membrane=membrane,
        lane=lane_number,
        row=row,
        apex_px=apex,
        start_px=apex - 8.0,
        stop_px=apex + 8.0,
        **more,
    )


def lanes_shown(n=4):
    return tuple(lane(i) for i in range(1, n + 1))


def bands_shown(n=4, rows=3):
    return tuple(band(i, r) for r in range(1, rows + 1) for i in range(1, n + 1))


def sheet(n, membrane=MEMBRANE):
    return tuple(Sample(membrane=membrane, lane=i, sample=f"s{i}") for i in range(1, n + 1))


@pytest.fixture
def project():
    return edits.add_photographs(Project(), ["parp.tif", "actin.tif"])


@pytest.fixture
def together():
    """Two photographs of one membrane."""
    return edits.add_photographs(Project(), ["parp.tif", "actin.tif"], membrane=MEMBRANE)


def placed_lanes(project, image=IMAGE, membrane=MEMBRANE):
    return next(p.lanes for p in project.lanes if (p.image, p.membrane) == (image, membrane))


def placed_bands(project, image=IMAGE, membrane=MEMBRANE):
    return next(p.bands for p in project.bands if (p.image, p.membrane) == (image, membrane))


class TestPhotographs:
    def test_ids_and_membranes_are_new_and_files_absolute(self, project):
        a, b = project.photographs
        assert (a.id, b.id) == ("img1", "img2")
        assert (a.membranes, b.membranes) == (("parp",), ("actin",))
        assert Path(a.file).is_absolute()

    def test_same_stem_in_another_folder_is_another_membrane(self, project):
        more = edits.add_photographs(project, ["other/parp.tif"])
        assert more.photographs[-1].membranes == ("parp 2",)

    def test_a_file_is_not_added_twice(self, project):
        assert edits.add_photographs(project, ["parp.tif"]) == project

    def test_an_id_in_use_is_never_given_again(self, project):
        rest = edits.remove_photograph(project, "img1")
        assert edits.add_photographs(rest, ["x.tif"]).photographs[-1].id == "img3"

    def test_removing_takes_everything_placed_on_it(self, project):
        p = edits.move_lane(project, lanes_shown(), 2, 3.0)
        p = edits.move_band(p, bands_shown(), 1, 1, 2.0)
        p = edits.assign_row(p, IMAGE, MEMBRANE, 1, "parp", "pro")
        p = edits.set_samples(p, (*sheet(2), *sheet(2, "actin")))
        p = edits.remove_photograph(p, IMAGE)
        assert p.lanes == p.bands == p.rows == ()
        assert {s.membrane for s in p.samples} == {"actin"}

    def test_samples_stay_while_another_photograph_shows_the_membrane(self, together):
        p = edits.set_samples(together, sheet(2))
        assert edits.remove_photograph(p, IMAGE).samples == p.samples

    def test_what_is_said_of_a_photograph(self, project):
        p = edits.set_polarity(project, IMAGE, Polarity.DARK_ON_LIGHT)
        p = edits.set_role(p, IMAGE, ImageRole.LOADING)
        p = edits.set_photograph_targets(p, IMAGE, ("parp",))
        p = edits.set_exposure(p, IMAGE, 12.5)
        p = edits.set_ladder(p, "some-ladder", "mes", image=IMAGE)
        said = p.photograph(IMAGE)
        assert said.polarity is Polarity.DARK_ON_LIGHT
        assert said.role is ImageRole.LOADING
        assert said.targets == ("parp",)
        assert said.exposure_s == 12.5
        assert (said.ladder, said.chemistry) == ("some-ladder", "mes")
        assert p.photograph("img2") == project.photograph("img2")

    def test_unknown_photograph_is_a_key_error(self, project):
        with pytest.raises(KeyError):
            edits.set_polarity(project, "img9", None)

    def test_an_id_cannot_change(self, project):
        with pytest.raises(ValueError, match="id is fixed"):
            edits.set_photograph(project, IMAGE, id="x")


class TestLanes:
    def test_moving_places_all_lanes_and_marks_the_moved_one(self, project):
        moved = placed_lanes(edits.move_lane(project, lanes_shown(), 2, 5.0, 1.0))
        assert moved[1].nodes == ((105.0, 11.0), (109.0, 311.0))
        assert [n.edited for n in moved] == [False, True, False, False]
        assert (moved[1].confidence, moved[1].reason) == (1.0, "")
        assert moved[0] == lane(1)

    def test_numbers_run_left_to_right_after_a_move_past_a_neighbour(self, project):
        p = edits.set_samples(project, sheet(4))
        p = edits.move_band(p, bands_shown(), 2, 1, 7.0)
        p = edits.move_lane(p, lanes_shown(), 2, 60.0)
        lanes = placed_lanes(p)
        assert [n.number for n in lanes] == [1, 2, 3, 4]
        assert [n.edited for n in lanes] == [False, False, True, False]
        # The band went with its lane; the sheet counts from left to right and stays.
        assert [b.lane for b in placed_bands(p) if b.edited] == [3]
        assert p.samples == sheet(4)

    def test_bands_keep_their_height_when_a_lane_is_moved_down(self, project):
        p = edits.move_band(project, bands_shown(), 1, 1, 0.0)
        p = edits.move_lane(p, lanes_shown(), 1, 0.0, 20.0)
        was = lane(1).point_at(band(1, 2).apex_px)[1]
        now = placed_lanes(p)[0]
        apex = next(b.apex_px for b in placed_bands(p) if (b.lane, b.row) == (1, 2))
        assert now.point_at(apex)[1] == pytest.approx(was)

    def test_bending_keeps_nodes_running_downwards(self, project):
        p = edits.bend_lane(project, lanes_shown(), 1, 0, (40.0, 1000.0))
        (x, y), below = placed_lanes(p)[0].nodes
        assert x == 40.0
        assert y < below[1]

    def test_nodes_are_added_and_deleted(self, project):
        p = edits.add_lane_node(project, lanes_shown(), 1, (60.0, 150.0))
        lanes = placed_lanes(p)
        assert lanes[0].nodes == ((50.0, 10.0), (60.0, 150.0), (54.0, 310.0))
        p = edits.delete_lane_node(p, lanes, 1, 1)
        assert placed_lanes(p)[0].nodes == lane(1).nodes
        with pytest.raises(KeyError):
            edits.delete_lane_node(p, placed_lanes(p), 1, 0)

    def test_edges_move_the_centre_by_half(self, project):
        p = edits.set_lane_edges(project, lanes_shown(), 1, -10.0, 0.0)
        changed = placed_lanes(p)[0]
        assert changed.width_px == 40.0
        assert changed.nodes[0][0] == 45.0

    def test_width_never_vanishes(self, project):
        assert placed_lanes(edits.set_lane_width(project, lanes_shown(), 1, -5))[0].width_px == 1.0
        all_wide = placed_lanes(edits.set_all_lane_widths(project, lanes_shown(), 22.0))
        assert {n.width_px for n in all_wide} == {22.0}

    def test_a_lane_added_between_takes_its_number_from_its_place(self, project):
        p = edits.set_samples(project, sheet(4))
        p = edits.set_control(p, "parp:4")
        p = edits.move_band(p, bands_shown(), 3, 1, 0.0)
        p = edits.add_lane(p, lanes_shown(), IMAGE, MEMBRANE, ((125.0, 10.0), (125.0, 310.0)), 30.0)
        assert [n.number for n in placed_lanes(p)] == [1, 2, 3, 4, 5]
        assert placed_lanes(p)[2].edited
        assert {b.lane for b in placed_bands(p)} == {1, 2, 4, 5}
        assert [(s.lane, s.sample) for s in p.samples] == [
            (1, "s1"),
            (2, "s2"),
            (4, "s3"),
            (5, "s4"),
        ]
        assert p.settings.control == "parp:5"

    def test_a_sheet_that_counted_the_missed_lane_stays(self, project):
        p = edits.set_control(edits.set_samples(project, sheet(5)), "parp:5")
        p = edits.add_lane(p, lanes_shown(), IMAGE, MEMBRANE, ((125.0, 10.0), (125.0, 310.0)), 30.0)
        assert p.samples == sheet(5)
        assert p.settings.control == "parp:5"

    def test_a_sheet_without_the_invented_lane_stays(self, project):
        p = edits.set_samples(project, sheet(3))
        assert edits.delete_lane(p, lanes_shown(), 2).samples == sheet(3)

    def test_deleting_takes_bands_and_sample_along(self, project):
        p = edits.set_control(edits.set_samples(project, sheet(4)), "parp:2")
        p = edits.move_band(p, bands_shown(), 4, 1, 5.0)
        p = edits.delete_lane(p, lanes_shown(), 2)
        assert [n.number for n in placed_lanes(p)] == [1, 2, 3]
        assert {b.lane for b in placed_bands(p)} == {1, 2, 3}
        assert [b.lane for b in placed_bands(p) if b.edited] == [3]
        assert [s.sample for s in p.samples] == ["s1", "s3", "s4"]
        assert p.settings.control == ""

    def test_first_and_last_lane(self, project):
        lanes = lanes_shown(2)
        left = edits.add_lane(project, lanes, IMAGE, MEMBRANE, ((5, 10), (5, 310)), 30)
        assert [n.nodes[0][0] for n in placed_lanes(left)] == [5, 50.0, 100.0]
        right = edits.add_lane(project, lanes, IMAGE, MEMBRANE, ((900, 10), (900, 310)), 30)
        assert [n.number for n in placed_lanes(right)] == [1, 2, 3]
        only = edits.add_lane(project, (), IMAGE, MEMBRANE, ((5, 10), (5, 310)), 30)
        assert [n.number for n in placed_lanes(only)] == [1]
        assert placed_lanes(edits.delete_lane(only, placed_lanes(only), 1)) == ()

    def test_a_missing_number_is_filled_without_renumbering(self, project):
        lanes = (lane(1), lane(2), lane(4))
        p = edits.set_samples(project, sheet(4))
        p = edits.add_lane(p, lanes, IMAGE, MEMBRANE, ((150, 10), (150, 310)), 30)
        assert [n.number for n in placed_lanes(p)] == [1, 2, 3, 4]
        assert p.samples == sheet(4)

    def test_the_same_physical_lane_goes_on_every_photograph(self, together):
        p = edits.place_lanes(together, lanes_shown())
        there = tuple(replace(n, image="img2") for n in lanes_shown())
        p = edits.place_lanes(p, there)
        p = edits.delete_lane(p, lanes_shown(), 2)
        kept = placed_lanes(p, "img2")
        assert [n.number for n in kept] == [1, 2, 3]
        assert [n.nodes for n in kept] == [n.nodes for n in there if n.number != 2]

    def test_a_photograph_that_counted_otherwise_is_left_alone(self, together):
        there = tuple(replace(n, image="img2") for n in lanes_shown(5))
        p = edits.place_lanes(together, there)
        p = edits.add_lane(p, lanes_shown(), IMAGE, MEMBRANE, ((125.0, 10.0), (125.0, 310.0)), 30.0)
        assert placed_lanes(p, "img2") == there

    def test_kind_is_said_of_the_physical_lane(self, together):
        p = edits.set_lane_kind(together, lanes_shown(), 1, LaneKind.LADDER)
        assert p.lanes == ()
        assert p.samples == (Sample(membrane=MEMBRANE, lane=1, kind=LaneKind.LADDER),)
        p = edits.place_lanes(p, lanes_shown())
        p = edits.set_lane_kind(p, placed_lanes(p), 2, LaneKind.BLANK)
        assert placed_lanes(p)[1].kind is LaneKind.BLANK

    def test_placed_lanes_follow_the_sheet(self, project):
        p = edits.place_lanes(project, lanes_shown())
        p = edits.set_samples(p, (Sample(membrane=MEMBRANE, lane=1, kind=LaneKind.LADDER),))
        assert placed_lanes(p)[0].kind is LaneKind.LADDER
        p = edits.set_sample(p, MEMBRANE, 1, sample="marker")
        assert placed_lanes(p)[0].kind is p.samples[0].kind is LaneKind.LADDER
        p = edits.set_sample(p, MEMBRANE, 1, kind=LaneKind.SAMPLE)
        assert placed_lanes(p)[0].kind is LaneKind.SAMPLE

    def test_detecting_again_forgets_lanes_and_the_bands_on_them(self, project):
        p = edits.move_lane(project, lanes_shown(), 1, 3.0)
        p = edits.move_band(p, bands_shown(), 1, 1, 3.0)
        p = edits.assign_row(p, IMAGE, MEMBRANE, 1, "parp", "pro")
        assert edits.detect_lanes_again(p, IMAGE, MEMBRANE) == project

    def test_a_mixture_of_membranes_is_refused(self, project):
        with pytest.raises(ValueError, match="one membrane"):
            edits.move_lane(project, (lane(1), lane(2, membrane="x")), 1, 3.0)
        with pytest.raises(KeyError):
            edits.move_lane(project, lanes_shown(), 9, 3.0)


class TestBands:
    def test_moving_places_all_bands_of_the_membrane(self, project):
        p = edits.move_band(project, bands_shown(), 2, 1, 4.0)
        moved = [b for b in placed_bands(p) if b.edited]
        assert [(b.lane, b.row, b.apex_px, b.start_px, b.stop_px) for b in moved] == [
            (2, 1, 64.0, 56.0, 72.0)
        ]
        assert len(placed_bands(p)) == len(bands_shown())

    def test_limits_are_put_in_order_and_hold_the_apex(self, project):
        p = edits.set_band_limits(project, bands_shown(), 1, 1, 80.0, 65.0)
        b = placed_bands(p)[0]
        assert (b.start_px, b.apex_px, b.stop_px) == (65.0, 65.0, 80.0)
        p = edits.set_band_limits(project, bands_shown(), 1, 1, 60.0, 60.0)
        b = placed_bands(p)[0]
        assert b.stop_px - b.start_px == 1.0

    def test_a_row_is_added_over_all_lanes_at_its_height(self, project):
        p = edits.assign_row(project, IMAGE, MEMBRANE, 2, "parp", "p89")
        # Lane 2 runs 10 px lower than lane 1: the new row does so too.
        shown = tuple(
            replace(b, apex_px=b.apex_px + 10, start_px=b.start_px + 10, stop_px=b.stop_px + 10)
            if b.lane == 2
            else b
            for b in bands_shown(2)
        )
        p = edits.add_row(p, lanes_shown(2), shown, 1, 90.0)
        new = [b for b in placed_bands(p) if b.row == 2]
        assert [(b.lane, b.apex_px, b.found) for b in new] == [(1, 90.0, True), (2, 100.0, False)]
        assert {b.stop_px - b.start_px for b in new} == {16.0}
        assert max(b.row for b in placed_bands(p)) == 4
        assert p.rows[0].row == 3

    def test_the_first_row_of_a_membrane(self, project):
        p = edits.add_row(project, lanes_shown(3), (), 2, 100.0)
        assert [(b.lane, b.row, b.found) for b in placed_bands(p)] == [
            (1, 1, False),
            (2, 1, True),
            (3, 1, False),
        ]

    def test_deleting_a_band_leaves_its_place_until_none_is_left(self, project):
        p = edits.assign_row(project, IMAGE, MEMBRANE, 2, "parp", "pro")
        p = edits.delete_band(p, bands_shown(2, 2), 1, 1)
        shown = placed_bands(p)
        assert [b.found for b in shown if b.row == 1] == [False, True]
        p = edits.delete_band(p, shown, 2, 1)
        assert {b.row for b in placed_bands(p)} == {1}
        assert p.rows[0].row == 1

    def test_a_deleted_band_comes_back(self, project):
        p = edits.delete_band(project, bands_shown(), 1, 1)
        p = edits.add_band(p, placed_bands(p), 1, 1)
        assert all(b.found for b in placed_bands(p))

    def test_the_assignment_of_a_deleted_row_goes(self, project):
        p = edits.assign_row(project, IMAGE, MEMBRANE, 2, "parp", "pro")
        assert edits.delete_row(p, bands_shown(), 2).rows == ()

    def test_exclusion_keeps_its_reason_through_other_edits(self, project):
        p = edits.exclude_band(project, bands_shown(), 1, 1, "bubble")
        p = edits.move_band(p, placed_bands(p), 1, 1, 1.0)
        b = placed_bands(p)[0]
        assert (b.excluded, b.reason) == (True, "bubble")
        p = edits.include_band(p, placed_bands(p), 1, 1)
        assert not placed_bands(p)[0].excluded
        p = edits.exclude_lane(p, placed_bands(p), 3, "torn")
        assert {b.lane for b in placed_bands(p) if b.excluded} == {3}

    def test_rows_move_together(self, project):
        p = edits.move_row(project, bands_shown(), 3, -2.0)
        assert {b.apex_px for b in placed_bands(p) if b.row == 3} == {178.0}

    def test_what_does_not_exist_is_a_key_error(self, project):
        with pytest.raises(KeyError):
            edits.move_band(project, bands_shown(), 9, 1, 1.0)
        with pytest.raises(KeyError):
            edits.delete_row(project, bands_shown(), 9)


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


class TestSettingsAndSamples:
    def test_settings(self, project):
        p = edits.set_panel(project, "vitamin-k2")
        p = edits.set_loading_control(p, ("beta-actin",))
        p = edits.set_background(p, "local")
        p = edits.set_sensitivity(p, 5.0)
        p = edits.set_ladder(p, "x", "mes")
        s = p.settings
        assert (s.panel, s.loading_control, s.background) == (
            "vitamin-k2",
            ("beta-actin",),
            "local",
        )
        assert (s.sensitivity, s.ladder, s.chemistry) == (5.0, "x", "mes")
        with pytest.raises(SettingsError):
            edits.set_sensitivity(p, 0.0)

    def test_one_sample_is_changed_or_made(self, project):
        p = edits.set_sample(project, MEMBRANE, 2, condition="vehicle")
        p = edits.set_sample(p, MEMBRANE, 2, dose=5.0)
        assert p.samples == (Sample(membrane=MEMBRANE, lane=2, condition="vehicle", dose=5.0),)
        with pytest.raises(SettingsError):
            edits.set_sample(p, MEMBRANE, 0, dose=1.0)

    def test_a_line_of_its_own_begins_as_what_held_so_far(self, project):
        p = edits.set_sample(project, "parp", 1, condition="vehicle")
        p = edits.set_sample(p, "parp.2", 1, dose=5.0)
        assert p.samples[1] == Sample(membrane="parp.2", lane=1, condition="vehicle", dose=5.0)

    def test_a_lane_stands_in_the_sheet_once(self, project):
        with pytest.raises(SettingsError, match="twice"):
            edits.set_samples(project, (*sheet(2), *sheet(1)))

    def test_rows_are_assigned_and_taken_back(self, project):
        p = edits.assign_row(project, IMAGE, MEMBRANE, 2, "parp", "pro")
        p = edits.assign_row(p, IMAGE, MEMBRANE, 2, "parp", "p89")
        assert [(r.row, r.form) for r in p.rows] == [(2, "p89")]
        none = edits.assign_row(p, IMAGE, MEMBRANE, 2, "", "p89")
        assert [(r.target, r.form) for r in none.rows] == [("", "")]
        assert edits.unassign_row(p, IMAGE, MEMBRANE, 2) == project

    def test_names_and_notes(self, project):
        assert edits.rename(project, "  ").name == "Untitled"
        assert edits.set_note(edits.rename(project, "VK2"), "n").note == "n"


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
