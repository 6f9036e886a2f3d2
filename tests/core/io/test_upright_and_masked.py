"""Pictures held sideways, and pixels that are no numbers."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from blotquant.errors import ReadError
from blotquant.image.saturation import saturated_mask
from blotquant.io.images import read_image
from blotquant.io.orientation import oriented
from blotquant.model.image import Polarity

GREY = np.random.default_rng(0).integers(20, 240, (40, 56)).astype(np.uint8)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_pictures_are_turned_as_every_viewer_turns_them(tmp_path, kind, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "held.tif"
    how = {"lossless": True} if kind == "WEBP" else {}
    Image.fromarray(GREY).save(path, kind, exif=exif, **how)
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture).convert("L"))
    image = read_image(path)
    assert np.array_equal(image.pixels, upright)
    assert image.pixels.flags.c_contiguous
    assert ("orientation" in dict(image.metadata)) == (orientation > 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_keeps_every_value_and_channels_together(orientation):
    values = np.arange(24).reshape(2, 4, 3)
    turned = oriented(values, orientation)
    assert turned.shape == ((2, 4, 3) if orientation < 5 else (4, 2, 3))
    assert {tuple(p) for p in turned.reshape(-1, 3)} == {tuple(p) for p in values.reshape(-1, 3)}


@pytest.mark.parametrize("orientation", [0, 9, -3, 274])
def test_orientations_that_do_not_exist_change_nothing(orientation):
    assert oriented(GREY, orientation) is GREY


def near_infrared(dtype=np.float16):
    return np.random.default_rng(1).normal(300, 20, (40, 56)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_overflow_is_saturation(tmp_path, dtype):
    truth = near_infrared(dtype)
    truth[10:12, 20:22] = np.inf
    tifffile.imwrite(tmp_path / "a.tif", truth)
    image = read_image(tmp_path / "a.tif")
    overflowed = np.isinf(truth)
    assert (image.full_scale, image.pixels.max()) == (65504, 65504)
    assert np.array_equal(image.pixels[~overflowed], truth[~overflowed].astype(np.float32))
    mask = saturated_mask(image.pixels, image.full_scale, Polarity.LIGHT_ON_DARK)
    assert np.array_equal(mask, overflowed)
    assert any("4 pixels overflowed" in warning for warning in image.warnings)


def test_overflow_of_numbers_without_a_limit_is_refused(tmp_path):
    truth = near_infrared(np.float32) * 1e6
    truth[3, 4] = np.inf
    tifffile.imwrite(tmp_path / "a.tif", truth)
    with pytest.raises(ReadError, match=r"infinite, the first at column 4, row 3"):
        read_image(tmp_path / "a.tif")


def test_a_masked_margin_is_a_black_margin(tmp_path):
    truth = near_infrared()
    truth[:6] = truth[:, 50:] = np.nan
    tifffile.imwrite(tmp_path / "a.tif", truth)
    image = read_image(tmp_path / "a.tif")
    masked = np.isnan(truth)
    assert (image.pixels[masked] == 0).all()
    assert np.array_equal(image.pixels[~masked], truth[~masked].astype(np.float32))
    assert any("at the margin are masked" in warning for warning in image.warnings)
    for polarity in Polarity:
        assert not saturated_mask(image.pixels, image.full_scale, polarity).any()


@pytest.mark.parametrize("place", [(slice(10, 12), 20), (slice(0, 4), slice(0, 4))])
def test_masked_pixels_elsewhere_are_refused(tmp_path, place):
    truth = near_infrared()
    truth[place] = np.nan
    tifffile.imwrite(tmp_path / "a.tif", truth)
    with pytest.raises(ReadError, match=r"no number \(masked\)"):
        read_image(tmp_path / "a.tif")


def test_a_picture_of_masked_pixels_alone_is_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.full((20, 30), np.nan, np.float16))
    with pytest.raises(ReadError, match="600 pixels"):
        read_image(tmp_path / "a.tif")
