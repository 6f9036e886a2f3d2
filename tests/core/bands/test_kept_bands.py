"""The user's word on bands and rows is recognised by its place, however rows are counted now."""

from dataclasses import replace

import pytest

from blotquant.bands.kept import carry, place_of_row, row_at, rows_now, with_kept_rows
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import AssignedRow


def lane(number, x, top=0.0, width=40.0, lean=0.0):
    nodes = ((x, top), (x + lean * 300, top + 300.0))
    return Lane(image="p", membrane="m", number=number, nodes=nodes, width_px=width)


def band(lane_number, row, apex, half=8.0, **more):
    return Band(
        image="p",
        membrane="m",
        lane=lane_number,
        row=row,
        apex_px=apex,
        start_px=apex - half,
        stop_px=apex + half,
        **more,
    )


def rows(*heights, lanes=(1, 2, 3)):
    return tuple(band(n, r, h + n) for r, h in enumerate(heights, start=1) for n in lanes)


def apexes(bands, row):
    return [b.apex_px for b in bands if b.row == row]


LANES = (lane(1, 50), lane(2, 100), lane(3, 150))


class TestCarry:
    def test_bands_keep_their_place_when_lanes_begin_elsewhere(self):
        now = tuple(replace(x, nodes=((x.nodes[0][0] + 5, 20.0), x.nodes[1])) for x in LANES)
        carried = carry(rows(100.0), LANES, now)
        for b, was in zip(carried, rows(100.0), strict=True):
            y = LANES[b.lane - 1].point_at(was.apex_px)[1]
            assert now[b.lane - 1].point_at(b.apex_px)[1] == pytest.approx(y)

    def test_lanes_are_recognised_by_their_axes_not_their_numbers(self):
        now = (lane(1, 0), lane(2, 52), lane(3, 101), lane(4, 149))
        assert [b.lane for b in carry(rows(100.0), LANES, now)] == [2, 3, 4]

    def test_bands_of_a_lane_that_is_gone_are_left_out(self):
        assert {b.lane for b in carry(rows(100.0), LANES, (LANES[0], lane(2, 150)))} == {1, 2}

    def test_the_same_lanes_change_nothing(self):
        assert carry(rows(80.0, 120.0), LANES, LANES) == rows(80.0, 120.0)


class TestKeptRows:
    def test_only_the_changed_band_replaces_what_is_found(self):
        shown = rows(100.0, 200.0)
        words = tuple(
            replace(b, start_px=b.start_px - 5, edited=True) if (b.lane, b.row) == (2, 2) else b
            for b in shown
        )
        found = rows(60.0, 100.5, 201.0)  # a row more at another sensitivity
        out = with_kept_rows(found, words, ())
        assert apexes(out, 3) == [202.0, 202.0, 204.0]
        assert [b.row for b in out if b.edited] == [3]
        assert apexes(out, 2) == apexes(found, 2)

    def test_a_row_that_is_not_found_any_more_stays_with_what_was_said(self):
        words = tuple(replace(b, edited=b.lane == 1) for b in rows(100.0, 200.0) if b.row == 2)
        out = with_kept_rows(rows(100.0), words, ())
        kept = [b for b in out if b.row == 2]
        assert [(b.lane, b.found) for b in kept] == [(1, True), (2, False), (3, False)]

    def test_rows_that_nobody_changed_are_left_to_detection(self):
        assert with_kept_rows(rows(100.0), rows(100.0, 200.0), ()) == rows(100.0)

    def test_a_band_pulled_far_away_still_belongs_to_its_row(self):
        shown = rows(100.0, 200.0)
        words = tuple(
            replace(b, apex_px=130.0, start_px=122.0, stop_px=138.0, edited=True)
            if (b.lane, b.row) == (3, 1)
            else b
            for b in shown
        )
        out = with_kept_rows(shown, words, (band(3, 1, 103.0),))
        assert apexes(out, 1) == [101.0, 102.0, 130.0]
        assert max(b.row for b in out) == 2

    def test_a_deleted_row_does_not_come_back(self):
        gone = tuple(b for b in rows(100.0, 200.0) if b.row == 1)
        out = with_kept_rows(rows(60.0, 101.0, 199.0), (), gone)
        assert apexes(out, 1) == apexes(rows(60.0), 1)
        assert apexes(out, 2) == apexes(rows(199.0), 1)
        assert max(b.row for b in out) == 2

    def test_an_excluded_band_counts_as_a_word(self):
        words = tuple(replace(b, excluded=b.lane == 2) for b in rows(100.0))
        assert [b.excluded for b in with_kept_rows(rows(100.0), words, ())] == [
            False,
            True,
            False,
        ]


class TestRowsByPlace:
    def test_a_row_is_found_where_it_was_pointed_at(self):
        shown = rows(100.0, 200.0)
        place = place_of_row(2, LANES, shown)
        assert row_at(place, LANES, rows(60.0, 100.0, 201.0)) == 3
        assert row_at(place, LANES, rows(60.0, 100.0)) is None

    def test_a_place_beside_the_lanes_is_no_row(self):
        assert row_at((400.0, 100.0), LANES, rows(100.0)) is None
        assert row_at((50.0, 100.0), (), ()) is None
        assert place_of_row(7, LANES, rows(100.0)) is None

    def test_words_hold_for_rows_by_place_and_old_ones_by_number(self):
        by_place = AssignedRow(
            image="p", membrane="m", row=1, target="t", form="f", at=(50.0, 201.0)
        )
        by_number = AssignedRow(image="p", membrane="m", row=1, target="u", form="f")
        now = rows_now((by_place, by_number), LANES, rows(100.0, 200.0))
        assert now == {2: by_place, 1: by_number}
