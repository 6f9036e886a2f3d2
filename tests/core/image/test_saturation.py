import numpy as np
import pytest

from blotquant.image.saturation import (
    find_full_scale,
    histogram,
    saturated_mask,
    signal_limit,
)
from blotquant.model.image import Polarity

LIGHT, DARK = Polarity.LIGHT_ON_DARK, Polarity.DARK_ON_LIGHT


def blot(peak=3000.0, *, level=500.0, noise=20.0, seed=0):
    """Return two bright bands on a noisy background as float counts."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:120, 0:160]
    signal = np.full(y.shape, float(level))
    for x0, height in ((50, 1.0), (110, 0.4)):
        signal += peak * height * np.exp(-((x - x0) ** 2) / 200 - (y - 60) ** 2 / 32)
    return signal + rng.normal(0, noise, y.shape)


def clipped(limit, **more):
    return np.clip(np.rint(blot(**more)), 0, limit).astype(np.uint16)


@pytest.mark.parametrize("limit", [1023, 4095, 16383, 65535])
def test_detector_limits_in_16_bit_files(limit):
    pixels = clipped(limit, peak=limit * 1.5, level=limit / 20, noise=limit / 200)
    found = find_full_scale(pixels)
    assert found.value == limit
    truth = pixels == limit
    assert truth.sum() > 16
    assert np.array_equal(saturated_mask(pixels, found.value, LIGHT), truth)


def test_rescaled_export_clips_at_any_repeated_maximum():
    pixels = clipped(41234, peak=60000, level=2000, noise=100)
    found = find_full_scale(pixels)
    assert found.value == 41234
    assert "pile up" in found.reason
    assert saturated_mask(pixels, found.value, LIGHT).sum() == (pixels == 41234).sum()


def test_unsaturated_picture_has_the_file_limit_and_no_saturated_pixel():
    pixels = clipped(65535, peak=3000)
    found = find_full_scale(pixels)
    assert found.value == 65535
    for polarity in Polarity:
        assert not saturated_mask(pixels, found.value, polarity).any()


@pytest.mark.parametrize("seed", range(5))
def test_flat_topped_bands_in_8_bits_are_not_saturated(seed):
    pixels = np.clip(blot(peak=150, level=20, noise=1, seed=seed), 0, 255).astype(np.uint8)
    assert find_full_scale(pixels).value == 255
    assert not saturated_mask(pixels, 255.0, LIGHT).any()


def test_8_bit_limit():
    pixels = np.clip(blot(peak=600, level=20, noise=1), 0, 255).astype(np.uint8)
    assert find_full_scale(pixels).value == 255
    assert np.array_equal(saturated_mask(pixels, 255.0, LIGHT), pixels == 255)


def test_scattered_hot_pixels_are_no_plateau():
    pixels = clipped(65535, peak=3000)
    rng = np.random.default_rng(1)
    flat = pixels.reshape(-1)
    flat[rng.choice(flat.size, 60, replace=False)] = 30000
    assert find_full_scale(pixels).value == 65535
    assert not saturated_mask(pixels, 30000.0, LIGHT).any()


def test_a_speck_is_no_plateau():
    pixels = clipped(65535, peak=3000)
    pixels[10:13, 10:13] = 30000
    assert find_full_scale(pixels).value == 65535


def test_a_hot_pixel_at_a_detector_limit_is_not_enough():
    pixels = clipped(65535, peak=2000)
    pixels[3, 3] = 4095
    assert find_full_scale(pixels).value == 65535


def test_packed_bits_limit_is_given_by_the_file():
    pixels = clipped(3000, peak=2000)
    assert find_full_scale(pixels, limit=4095.0).value == 4095.0


def test_stated_limit_is_used_only_where_it_can_be_true():
    pixels = clipped(65535, peak=2000)
    assert find_full_scale(pixels, stated=16383.0).value == 16383.0
    assert find_full_scale(pixels, stated=100.0).value == 65535


def test_constant_and_two_level_pictures_have_no_plateau():
    pixels = np.full((20, 20), 500, np.uint16)
    assert find_full_scale(pixels).value == 65535
    pixels[5:15, 5:15] = 3000
    assert find_full_scale(pixels).value == 65535
    assert not saturated_mask(pixels, 65535.0, LIGHT).any()


@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_float_plateau(scale):
    pixels = (np.clip(np.rint(blot(peak=9000)), 0, 5000) * scale).astype(np.float32)
    found = find_full_scale(pixels)
    assert found.value == pixels.max()
    assert np.array_equal(saturated_mask(pixels, found.value, LIGHT), pixels == pixels.max())


def test_float_without_plateau():
    pixels = blot().astype(np.float32)
    found = find_full_scale(pixels)
    assert found.value == pixels.max()
    assert not saturated_mask(pixels, found.value, LIGHT).any()


def test_inverted_picture_saturates_at_zero():
    bright = clipped(65535, peak=90000, level=3000)
    assert np.array_equal(saturated_mask(65535 - bright, 65535.0, DARK), bright == 65535)


def test_inverted_12_bit_picture_saturates_at_its_smallest_value():
    bright = clipped(4095, peak=6000)
    inverted = 65535 - bright
    assert signal_limit(inverted, 65535.0, DARK) == 65535 - 4095
    assert np.array_equal(saturated_mask(inverted, 65535.0, DARK), bright == 4095)


@pytest.mark.parametrize("offset", [0, 1000])
def test_mask_does_not_depend_on_a_lossless_shift_of_the_plateau(offset):
    pixels = clipped(20000, peak=30000)
    moved = (pixels + offset).astype(np.uint16)
    full_scale = find_full_scale(moved).value
    assert full_scale == 20000 + offset
    assert np.array_equal(saturated_mask(moved, full_scale, LIGHT), pixels == 20000)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_histogram_counts_every_pixel(dtype):
    pixels = np.random.default_rng(0).integers(0, 256, (37, 53)).astype(dtype)
    counts = histogram(pixels)
    assert counts.size == np.iinfo(dtype).max + 1
    assert np.array_equal(counts[:256], np.bincount(pixels.ravel(), minlength=256))


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_thin_read_only_pictures(shape, dtype):
    pixels = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    pixels.flags.writeable = False
    full_scale = find_full_scale(pixels).value
    for polarity in Polarity:
        assert saturated_mask(pixels, full_scale, polarity).shape == shape


def dark_on_light(seed=0):
    """Return a scan in 8 bits with dark bands, one of them black."""
    bright = blot(peak=300, level=30, noise=2, seed=seed)
    return (255 - np.clip(bright, 0, 255)).astype(np.uint8)


@pytest.mark.parametrize("angle_deg", [2.0, 10.0, -25.0])
def test_black_corners_of_a_turned_picture_are_not_saturated(angle_deg):
    import cv2

    upright = dark_on_light()
    height, width = upright.shape
    black = upright == 0
    assert black.sum() > 16
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    frame = (round(height * sin + width * cos), round(height * cos + width * sin))
    turn[:, 2] += (frame[0] - width) / 2, (frame[1] - height) / 2
    pixels = cv2.warpAffine(upright, turn, frame, flags=cv2.INTER_NEAREST)
    truth = cv2.warpAffine(black.astype(np.uint8), turn, frame, flags=cv2.INTER_NEAREST) > 0
    assert (pixels == 0).sum() > 2 * truth.sum()
    assert np.array_equal(saturated_mask(pixels, 255.0, DARK), truth)


def test_black_bars_and_a_white_page_are_not_saturated():
    pixels = dark_on_light()
    truth = pixels == 0
    pixels[:9] = pixels[-5:] = 0
    truth[:9] = truth[-5:] = False
    assert np.array_equal(saturated_mask(pixels, 255.0, DARK), truth)
    bright = np.clip(blot(peak=600, level=20, noise=1), 0, 255).astype(np.uint8)
    truth = bright == 255
    bright[:, :20] = 255
    assert np.array_equal(saturated_mask(bright, 255.0, LIGHT), truth)


@pytest.mark.parametrize("columns", [slice(None), slice(30, 70)])
def test_saturated_bands_at_the_edge_stay_saturated(columns):
    pixels = clipped(4095, peak=9000)[57:64, columns]
    mask = saturated_mask(pixels, 4095.0, LIGHT)
    assert mask[0].any()
    assert mask[-1].any()
    assert np.array_equal(mask, pixels == 4095)


def test_an_overexposed_membrane_is_saturated_to_its_edge():
    x = np.linspace(0, 1, 160)
    light = 3000 + 3000 * np.tile(x, (120, 1)) + np.random.default_rng(0).normal(0, 30, (120, 160))
    pixels = np.clip(light, 0, 4095).astype(np.uint16)
    assert np.array_equal(saturated_mask(pixels, 4095.0, LIGHT), pixels == 4095)


def test_overflowed_half_floats_are_saturated_one_by_one():
    pixels = blot().astype(np.float32)
    pixels[3, 4] = 65504.0
    full_scale = find_full_scale(pixels).value
    assert full_scale == 65504
    assert np.array_equal(saturated_mask(pixels, full_scale, LIGHT), pixels == 65504)
