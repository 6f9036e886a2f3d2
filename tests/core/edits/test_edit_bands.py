"""Bands and rows are moved, added, deleted and excluded; the rest stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blotquant import edits

from .shown_parts import IMAGE, MEMBRANE, bands_shown, lanes_shown, placed_bands


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
