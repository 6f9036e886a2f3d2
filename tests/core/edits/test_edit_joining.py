"""Lanes and rows are split and merged with all that counts them."""

from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.errors import SettingsError

from .shown_parts import (
    IMAGE,
    MEMBRANE,
    bands_shown,
    lanes_shown,
    placed_bands,
    placed_lanes,
    sheet,
)


def test_halves_of_a_lane_fill_its_width(project):
    p = edits.split_lane(project, lanes_shown(), 2)
    lanes = placed_lanes(p)
    assert [x.number for x in lanes] == [1, 2, 3, 4, 5]
    left, right = lanes[1:3]
    edges = (
        left.nodes[0][0] - left.width_px / 2,
        right.nodes[0][0] + right.width_px / 2,
    )
    assert edges == pytest.approx((85.0, 115.0))
    assert right.nodes[0][0] - left.nodes[0][0] > left.width_px


def test_samples_follow_a_split_lane(project):
    p = edits.set_samples(project, sheet(4))
    p = edits.split_lane(p, lanes_shown(), 2)
    assert {s.sample: s.lane for s in p.samples} == {"s1": 1, "s2": 2, "s3": 4, "s4": 5}


def test_neighbours_become_one_lane(project):
    p = edits.merge_lanes(project, lanes_shown(), [3, 2])
    lanes = placed_lanes(p)
    assert [x.number for x in lanes] == [1, 2, 3]
    joined = lanes[1]
    assert joined.width_px == pytest.approx(80.0)
    assert joined.nodes[0][0] == pytest.approx(125.0)


@pytest.mark.parametrize("numbers", [[2], [1, 3], [2, 2]])
def test_only_neighbours_are_merged(project, numbers):
    with pytest.raises(SettingsError, match="side by side"):
        edits.merge_lanes(project, lanes_shown(), numbers)


def test_a_row_is_split_in_every_lane_and_names_follow(project):
    bands = bands_shown()
    p = edits.assign_row(project, IMAGE, MEMBRANE, 3, "parp", "p89")
    p = edits.split_row(p, bands, 2)
    after = placed_bands(p)
    assert sorted({b.row for b in after}) == [1, 2, 3, 4]
    upper, lower = (next(b for b in after if (b.lane, b.row) == (1, r)) for r in (2, 3))
    assert (upper.start_px, upper.stop_px, lower.stop_px) == (112.0, 120.0, 128.0)
    assert upper.start_px < upper.apex_px < upper.stop_px
    assert lower.start_px < lower.apex_px < lower.stop_px
    assert p.rows[0].row == 4


def test_two_rows_become_one_and_names_follow(project):
    bands = bands_shown()
    p = edits.assign_row(project, IMAGE, MEMBRANE, 3, "parp", "p89")
    p = edits.merge_rows(p, bands, 2, 1)
    after = placed_bands(p)
    assert sorted({b.row for b in after}) == [1, 2]
    joined = next(b for b in after if (b.lane, b.row) == (2, 1))
    assert (joined.start_px, joined.stop_px) == (52.0, 128.0)
    assert p.rows[0].row == 2


def test_rows_apart_are_not_merged(project):
    with pytest.raises(SettingsError, match="follow each other"):
        edits.merge_rows(project, bands_shown(), 1, 3)
