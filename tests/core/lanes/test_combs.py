"""Crests of lanes with known edges, cut into lanes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from blotquant.lanes.combs import _opened, lane_ranges


def crest(*parts):
    """Return a height: (width, level) after each other, softened like the ends of bands."""
    height = np.concatenate([np.full(width, float(level)) for width, level in parts])
    return np.convolve(np.pad(height, 4, mode="edge"), np.ones(9) / 9, mode="valid")


def middles(ranges, *, least=10):
    return [(a + b) / 2 for a, b in ranges if b - a > least]


def test_a_single_band_is_one_lane():
    assert lane_ranges(crest((60, 1000)), 5.0, 10.0) == [(0, 60)]


@pytest.mark.parametrize("depth", [0.95, 0.5, 0.2])
def test_even_notches_part_touching_lanes_however_shallow(depth):
    notch = 1000 * (1 - depth)
    height = crest(*[(54, 1000), (10, notch)] * 6, (54, 1000))
    found = middles(lane_ranges(height, 5.0, 10.0))
    assert found == pytest.approx([27 + 64 * k for k in range(7)], abs=4)


def test_light_middles_of_bands_are_no_gaps():
    band = ((24, 1000), (12, 550), (24, 1000))
    height = crest(*band, (14, 20), *band, (14, 20), *band)
    found = middles(lane_ranges(height, 5.0, 10.0))
    # The cut may lie anywhere in a gap that is flat.
    assert found == pytest.approx([30, 104, 178], abs=14 / 2)


def test_a_speck_on_a_band_does_not_cut_it():
    height = crest((70, 1000), (12, 20), (70, 1000))
    height[[20, 48, 118]] *= 4
    assert middles(lane_ranges(height, 5.0, 12.0)) == pytest.approx([35, 117], abs=4)


@pytest.mark.parametrize("turned", [False, True])
def test_the_edge_of_a_neighbour_beyond_a_clear_gap_is_cut_off(turned):
    height = crest((60, 1000), (12, 30), (5, 900))
    ranges = lane_ranges(height[::-1] if turned else height, 5.0, 14.0)
    (lane,) = [r for r in ranges if r[1] - r[0] > 14]
    assert lane[1] - lane[0] == pytest.approx(66, abs=6)


def test_a_faint_lane_beside_a_strong_one_is_a_lane():
    height = crest((60, 100), (20, 2), (60, 3000), (20, 2), (60, 2500))
    assert middles(lane_ranges(height, 0.5, 10.0)) == pytest.approx([35, 110, 185], abs=12)


def test_noise_cuts_nothing():
    rng = np.random.default_rng(1)
    for _ in range(50):
        height = crest((80, 1000)) + rng.normal(0, 20, 80)
        assert lane_ranges(height, 20.0, 10.0) == [(0, 80)]


def test_a_notch_below_the_noise_hides_no_other_notch():
    # The faint end falls to nothing, by less than the noise; the clear gaps are shallower.
    height = crest(
        (54, 1000), (10, 500), (54, 1000), (10, 500), (54, 1000), (12, 60), (8, 5), (8, 60)
    )
    found = middles(lane_ranges(height, 25.0, 10.0), least=30)
    assert found[:2] == pytest.approx([27, 91], abs=4)


@given(
    arrays.arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e6, 1e6)),
    st.integers(1, 40),
)
def test_peaks_are_planed_off_as_by_an_opening(height, size):
    expected = ndimage.grey_opening(height, size, mode="nearest")
    assert np.array_equal(_opened(height, size), expected)
