"""Lanes of crops that their bands fill from top to bottom, by the sums over the columns."""

import numpy as np
import pytest

from blotquant.image.contrast import work_copy
from blotquant.lanes.columns import column_pieces, column_strips
from blotquant.model.image import Polarity

LANE = 60


def noisy(columns, rows, seed=1):
    pixels = np.tile(columns, (rows, 1)) + np.random.default_rng(seed).normal(
        0, 60, (rows, len(columns))
    )
    return work_copy(pixels.astype(np.float32), size_px=max(pixels.shape))


def touching(rows, *, n=6, notch=0.55):
    """Return a crop of lanes whose bands touch: between two the signal falls to `notch`."""
    u = np.arange(n * LANE + 40.0) - 20
    level = ((u >= 0) & (u < n * LANE)).astype(float)
    for k in range(1, n):
        level -= (1 - notch) * np.exp(-0.5 * ((u - k * LANE) / 4) ** 2)
    return noisy(1000 + 9000 * level, rows)


def surround(rows, side=150):
    """Return a bright strip of membrane with dark surround on either side."""
    return noisy(np.repeat([1000.0, 20000.0, 1000.0], [side, 140, side]), rows)


def whole(copy):
    return 0, 0, copy.pixels.shape[1], copy.pixels.shape[0]


@pytest.mark.parametrize("notch", [0.3, 0.55, 0.75])
def test_touching_lanes_of_a_short_crop_are_found(notch):
    copy = touching(80, notch=notch)
    found = column_pieces(copy, Polarity.LIGHT_ON_DARK, whole(copy))
    assert [p.centre for p in found] == pytest.approx([50 + LANE * k for k in range(6)], abs=3)
    assert all(p.y == 40 for p in found)


def test_they_lie_where_the_box_lies():
    copy = touching(80)
    _, _, right, bottom = whole(copy)
    inner = column_pieces(copy, Polarity.LIGHT_ON_DARK, (10, 20, right - 10, bottom))
    assert [p.centre for p in inner] == pytest.approx([50 + LANE * k for k in range(6)], abs=3)
    assert all(p.y == 50 for p in inner)


def test_sums_of_many_rows_speak_no_louder_than_a_clear_crest():
    copy = touching(80)
    assert all(p.snr <= 12 for p in column_pieces(copy, Polarity.LIGHT_ON_DARK, whole(copy)))


def test_a_tall_picture_gives_none():
    copy = touching(300)
    assert column_pieces(copy, Polarity.LIGHT_ON_DARK, whole(copy)) == ()


def test_noise_gives_none():
    copy = noisy(np.full(400, 3000.0), 80)
    assert column_pieces(copy, Polarity.LIGHT_ON_DARK, whole(copy)) == ()


@pytest.mark.parametrize("rows", [60, 200])
def test_the_dark_surround_on_either_side_is_no_lane(rows):
    copy = surround(rows)
    assert column_strips(copy, Polarity.DARK_ON_LIGHT, whole(copy)) == ()
    assert column_pieces(copy, Polarity.DARK_ON_LIGHT, whole(copy)) == ()
