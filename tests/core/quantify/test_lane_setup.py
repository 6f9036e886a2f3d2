"""Where a lane's bands are expected when the spacing of their rows does not hold in it."""

import numpy as np
import pytest

from blotquant.bands.shapes import BandShape
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import LaneProfile
from blotquant.quantify.lane_setup import lane_view

SIZE, SIGMA = 300, 5.0


def view_of(apexes, found, offsets):
    """Return the view of a lane whose rows overlap and are spaced by `offsets` in other lanes."""
    straight = StraightLane(
        signal=np.full((SIZE, 20), 100, np.float32),
        saturated=np.zeros((SIZE, 20), dtype=bool),
        step_px=1.0,
        inside=np.ones(SIZE),
    )
    profile = LaneProfile(
        position_px=np.arange(float(SIZE)),
        signal=np.full(SIZE, 100.0),
        area_px=np.full(SIZE, 20.0),
        variance=np.ones(SIZE),
        saturated=np.zeros(SIZE),
    )
    rows = tuple(range(1, len(apexes) + 1))
    bands = [
        Band(
            image="p",
            membrane="m",
            lane=1,
            row=r,
            apex_px=a,
            start_px=a - 15,
            stop_px=a + 15,
            found=f,
            confidence=1 - r / 100,
        )
        for r, a, f in zip(rows, apexes, found, strict=True)
    ]
    shapes = {
        r: BandShape(sigma_px=SIGMA, tail_px=0.0, group=rows, offset_px=o)
        for r, o in zip(rows, offsets, strict=True)
    }
    return lane_view(straight, profile, bands, shapes)


def test_a_band_that_is_seen_elsewhere_stays_there():
    view = view_of((100.0, 130.0, 185.0), (True, True, True), (0.0, 30.0, 110.0))
    assert view.family.row.apex_px == pytest.approx([100, 130, 185])


def test_a_band_that_is_seen_about_there_keeps_the_spacing_of_its_row():
    view = view_of((100.0, 116.0), (True, True), (0.0, 13.0))
    assert view.family.row.apex_px == pytest.approx([100, 113])


def test_a_band_that_is_not_seen_keeps_its_spacing_from_the_nearest():
    view = view_of((100.0, 185.0, 190.0), (True, True, False), (0.0, 110.0, 122.0))
    assert view.family.row.apex_px == pytest.approx([100, 185, 197])


def test_what_would_lie_on_top_of_another_band_is_not_there():
    top = view_of((100.0, 103.0), (True, False), (0.0, 3.0))
    flank = view_of((100.0, 110.0), (True, False), (0.0, 10.0))
    both = view_of((100.0, 112.0, 114.0), (True, False, False), (0.0, 12.0, 14.0))
    assert top.present == (True, False)
    assert flank.present == (True, True)
    assert both.present == (True, True, False)


def test_two_seen_bands_are_both_there_however_near():
    near = view_of((100.0, 103.0), (True, True), (0.0, 3.0))
    assert near.present == (True, True)
