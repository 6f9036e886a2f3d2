"""Crests worked on side by side: each as if it were alone."""

import numpy as np
import pytest
from scipy import ndimage

from blotquant.lanes.bodies import REACH_PX, SMOOTHING, SideBySide, bodies

SIZES = (1, 7, 40, 3)


@pytest.fixture(scope="module")
def crests():
    rng = np.random.default_rng(5)
    return [rng.normal(100.0, 30.0, size) for size in SIZES]


def test_parts_are_the_crests_again(crests):
    parts = SideBySide.of(SIZES).parts(np.concatenate(crests))
    assert all(np.array_equal(a, b) for a, b in zip(parts, crests, strict=True))


def test_smoothing_stays_within_each_crest(crests):
    beside = SideBySide.of(SIZES)
    for mine, alone in zip(
        beside.parts(beside.smoothed(np.concatenate(crests))), crests, strict=True
    ):
        assert np.allclose(mine, ndimage.correlate1d(alone, SMOOTHING, mode="nearest"))


def test_steadying_stays_within_each_crest(crests):
    beside = SideBySide.of(SIZES)
    size = 2 * REACH_PX + 1
    for mine, alone in zip(
        beside.parts(beside.steadied(np.concatenate(crests))), crests, strict=True
    ):
        assert np.array_equal(mine, ndimage.median_filter(alone, size, mode="nearest"))


def test_a_body_is_what_rises_above_both_sides_whatever_lies_beside_it():
    bright = np.zeros((60, 80), dtype=np.float32)
    bright[18:23, 10:30] = 50.0
    bright[40:45, 50:70] = 90.0
    x = np.concatenate([np.arange(10, 30), np.arange(50, 70)])
    y = np.repeat([20.0, 42.0], 20)
    body = bodies(SideBySide.of((20, 20)), x, y, np.array([2.0, 3.0]), bright)
    assert np.allclose(body[:20], body[0])
    assert np.allclose(body[20:], body[20])
    assert 0 < body[0] < 50.0 < 2 * body[0]
    assert 0 < body[20] < 90.0
