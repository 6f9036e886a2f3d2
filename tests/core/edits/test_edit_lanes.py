"""Lanes are moved, added and deleted, and all that counts lanes follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blotquant import edits
from blotquant.model.lane import LaneKind
from blotquant.model.sample import Sample

from .shown_parts import (
    IMAGE,
    MEMBRANE,
    band,
    bands_shown,
    lane,
    lanes_shown,
    placed_bands,
    placed_lanes,
    sheet,
)


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
