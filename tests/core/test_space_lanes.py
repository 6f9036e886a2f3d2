"""Lanes at equal distances keep the outer ones and let bands and samples follow."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Project
from blotquant.model.sample import Sample


def lane(number, x, lean=4.0, top=10.0, width=30.0, kind=LaneKind.SAMPLE):
    return Lane(
        image="img1",
        membrane="A",
        number=number,
        nodes=((x, top), (x + lean, 310.0)),
        width_px=width,
        kind=kind,
        confidence=0.3,
    )


def start():
    return edits.add_photographs(Project(), ["a.tif"], membrane="A")


def placed(project):
    return next(p.lanes for p in project.lanes)


@given(
    n=st.integers(2, 40),
    found=st.integers(2, 12),
    lean=st.floats(-30, 30),
)
def test_outer_lanes_stay_and_distances_are_equal(n, found, lean):
    lanes = tuple(lane(i + 1, 40 + 61.7 * i, lean=lean * (i + 1)) for i in range(found))
    after = placed(edits.space_lanes(start(), lanes, n))
    assert [x.number for x in after] == list(range(1, n + 1))
    for y in (10.0, 160.0, 310.0):
        xs = [x.x_at(y) for x in after]
        steps = [b - a for a, b in pairwise(xs)]
        assert xs[0] == pytest.approx(lanes[0].x_at(y))
        assert xs[-1] == pytest.approx(lanes[-1].x_at(y))
        assert steps == pytest.approx([steps[0]] * (n - 1), abs=1e-6)
    assert all(x.edited and x.confidence == 1.0 for x in after)
    assert len({x.width_px for x in after}) == 1


def test_lanes_do_not_overlap_when_there_are_many():
    lanes = (lane(1, 50), lane(2, 350))
    after = placed(edits.space_lanes(start(), lanes, 21))
    assert after[0].width_px < 300 / 20


def test_a_missed_lane_takes_its_place_and_bands_and_samples_follow():
    # Lanes 1, 2 and 4 of four were found.
    lanes = (lane(1, 50, kind=LaneKind.LADDER), lane(2, 100), lane(3, 200))
    bands = tuple(
        Band(image="img1", membrane="A", lane=n, row=1, apex_px=60 + n, start_px=50, stop_px=70)
        for n in (1, 2, 3)
    )
    project = edits.exclude_band(start(), bands, 3, 1, "by hand")
    sheet = tuple(Sample(membrane="A", lane=n, condition=f"c{n}") for n in (1, 2, 3))
    project = edits.set_samples(project, sheet)
    after = edits.space_lanes(project, lanes, 4)
    assert [x.number for x in placed(after)] == [1, 2, 3, 4]
    assert placed(after)[0].kind is LaneKind.LADDER
    by_lane = {b.lane: b for b in after.bands[0].bands}
    assert set(by_lane) == {1, 2, 4}
    assert by_lane[4].excluded
    assert by_lane[4].apex_px == pytest.approx(63, abs=1e-6)
    assert [(s.lane, s.condition) for s in after.samples] == [(1, "c1"), (2, "c2"), (4, "c3")]


def test_a_sheet_that_counted_all_lanes_stays():
    lanes = (lane(1, 50), lane(2, 200))
    sheet = tuple(Sample(membrane="A", lane=n, condition=f"c{n}") for n in (1, 2, 3, 4))
    project = edits.set_samples(start(), sheet)
    assert edits.space_lanes(project, lanes, 4).samples == sheet


@pytest.mark.parametrize("n", [-1, 0, 1, 61])
def test_impossible_counts_are_refused(n):
    with pytest.raises(SettingsError, match="between"):
        edits.space_lanes(start(), (lane(1, 50), lane(2, 90)), n)


def test_one_lane_has_no_distance():
    with pytest.raises(SettingsError, match="outer"):
        edits.space_lanes(start(), (lane(1, 50),), 4)
