"""Leaps of a level and the rim of a blot, from profiles made by hand."""

import numpy as np
import pytest

from blotquant.background import LaneBaseline
from blotquant.background.leaps import leaps, on_the_blot
from blotquant.bands.emg import emg_density
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import LaneProfile
from blotquant.quantify.lane_setup import lane_view

SIZE, LAG, LEVEL, NOISE = 600, 8, 2000.0, 6.0
X = np.arange(float(SIZE))
FREE = np.ones(SIZE, dtype=bool)


def ground(seed=1, size=SIZE):
    noise = np.random.default_rng(seed).normal(0, NOISE, size)
    return LEVEL + 150 * np.sin(np.arange(size) / 70) + noise


def rimmed(first=9.0, stop=590.0, table=600.0):
    inside = 1 / (1 + np.exp((first - X) / 1.2)) / (1 + np.exp((X - stop) / 1.2))
    return table + (ground() - table) * inside


def scratch(at, width=3.0, height=300.0):
    return height * np.exp(-0.5 * ((X - at) / width) ** 2)


@pytest.mark.parametrize("seed", range(4))
def test_noise_and_slow_waves_do_not_leap(seed):
    assert not leaps(ground(seed), FREE, LAG).any()
    assert on_the_blot(ground(seed), LAG) == (0, SIZE)


def test_a_scratch_leaps_where_it_is():
    marked = leaps(ground() + scratch(300), FREE, LAG)
    assert marked[295:306].all()
    assert not marked[:280].any()
    assert not marked[320:].any()


def test_bands_do_not_leap():
    masked = abs(X - 300) < 40
    signal = ground() + 3e5 * emg_density(X - 300, 6.0, 2.0)
    assert not leaps(signal, ~masked, LAG).any()


def test_where_all_leaps_nothing_does():
    signal = np.where(np.arange(SIZE) // 20 % 2, 1000.0, 3000.0)
    signal[::2] += 1.0
    assert not leaps(signal, FREE, LAG).any()


@pytest.mark.parametrize("size", [0, 1, LAG, 3 * LAG])
def test_short_lanes_have_neither(size):
    assert not leaps(ground(size=size), FREE[:size], LAG).any()
    assert on_the_blot(ground(size=size), LAG) == (0, size)


def test_the_rim_of_a_blot_is_seen_at_both_ends():
    first, stop = on_the_blot(rimmed(), LAG)
    assert 9 < first < 9 + 2 * LAG
    assert 590 - 2 * LAG < stop < 590
    back = on_the_blot(rimmed()[::-1], LAG)
    assert back == (SIZE - stop, SIZE - first)


def test_a_band_at_the_frame_has_no_rim():
    # Its flank leaps as well, but what lies outside is as dark as the rest of the lane.
    signal = ground() + 3e5 * emg_density(X - 22, 6.0, 0.0)
    assert on_the_blot(signal, LAG) == (0, SIZE)
    cut = ground() + 3e5 * emg_density(X - 3, 6.0, 0.0)
    assert on_the_blot(cut, LAG) == (0, SIZE)


def test_a_scale_changes_nothing():
    signal = rimmed() + scratch(300)
    assert np.array_equal(leaps(9 * signal, FREE, LAG), leaps(signal, FREE, LAG))
    assert on_the_blot(9 * signal, LAG) == on_the_blot(signal, LAG)


@pytest.mark.parametrize(
    "spoil",
    [lambda s: s + scratch(420), lambda s: s + rimmed() - ground(), lambda s: s],
    ids=["scratch", "rim", "clean"],
)
def test_the_level_under_a_band_is_as_sure_beside_a_leap(spoil):
    strength = 3e5
    signal = spoil(ground() + strength * emg_density(X - 300, 6.0, 2.0))
    band = Band(
        image="p", membrane="m", lane=1, row=1, apex_px=300.0, start_px=272.0, stop_px=326.0
    )
    across = 30
    straight = StraightLane(
        signal=np.repeat(signal[:, None], across, axis=1).astype(np.float32),
        saturated=np.zeros((SIZE, across), dtype=bool),
        step_px=1.0,
        inside=np.ones(SIZE),
    )
    profile = LaneProfile(
        position_px=X,
        signal=signal,
        area_px=np.full(SIZE, float(across)),
        variance=np.full(SIZE, NOISE**2),
        saturated=np.zeros(SIZE),
    )
    found = LaneBaseline().estimate(lane_view(straight, profile, [band], {}))
    under = ((band.start_px <= X) & (band.stop_px >= X)).astype(float)
    error = float(under @ (found.level - ground())) / strength
    assert abs(error) < 0.003
    assert np.sqrt(found.error.variance(under)) / strength < 0.006
