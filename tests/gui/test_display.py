from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.model.image import BlotImage, Polarity
from blotquant_app.views.display import Display, automatic, histogram, lookup_table, stripes


def picture(pixels):
    return BlotImage(
        name="x.tif",
        pixels=pixels,
        sha256=str(pixels.sum()),
        bits=16,
        full_scale=65535,
        full_scale_reason="",
    )


def test_bands_are_dark_whatever_the_polarity_unless_inverted():
    display = Display(low=0, high=1)
    assert lookup_table(display, Polarity.LIGHT_ON_DARK)[-1].tolist() == [0, 0, 0]
    assert lookup_table(display, Polarity.DARK_ON_LIGHT)[0].tolist() == [0, 0, 0]
    inverted = replace(display, inverted=True)
    assert lookup_table(inverted, Polarity.LIGHT_ON_DARK)[-1].tolist() == [255, 255, 255]
    assert lookup_table(inverted, Polarity.DARK_ON_LIGHT)[0].tolist() == [255, 255, 255]


def test_levels_of_a_flat_picture_differ():
    flat = automatic(picture(np.full((5, 5), 7, dtype=np.uint16)))
    assert flat.high > flat.low


def test_levels_leave_the_pixels_alone(easy_blot):
    before = easy_blot.image.pixels.copy()
    automatic(easy_blot.image)
    histogram(easy_blot.image)
    assert np.array_equal(before, easy_blot.image.pixels)


def test_histogram_counts_every_pixel_of_a_small_picture():
    pixels = np.arange(100, dtype=np.uint16).reshape(10, 10)
    heights, low, high = histogram(picture(pixels), 10)
    assert heights.tolist() == [10] * 10
    assert (low, high) == (0, 99)


def test_saturation_is_a_pattern_within_the_mask():
    mask = np.zeros((8, 8), dtype=bool)
    mask[2:6, 2:6] = True
    pattern = stripes(mask)
    assert 0 < pattern.sum() < mask.sum()
    assert not pattern[~mask].any()
