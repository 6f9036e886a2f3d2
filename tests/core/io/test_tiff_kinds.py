"""TIFF in its less usual kinds: read exactly, or refused with the reason."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from blotquant.errors import ReadError
from blotquant.io.images import read_image

GREY = np.random.default_rng(0).integers(20, 3000, (40, 56)).astype(np.uint16)


@pytest.mark.parametrize(
    ("codec", "arguments", "lossy"),
    [
        ("png", {}, False),
        ("jpeg2000", {"reversible": True}, False),
        ("jpeg2000", {"reversible": False, "level": 40}, True),
        ("jpegxr", {}, True),
    ],
)
def test_compressions_say_whether_they_alter_counts(tmp_path, codec, arguments, lossy):
    how = {"compression": codec, "compressionargs": arguments}
    tifffile.imwrite(tmp_path / "a.tif", GREY, photometric="minisblack", **how)
    image = read_image(tmp_path / "a.tif")
    assert image.lossy == lossy
    assert any("compression" in warning for warning in image.warnings) == lossy
    if not lossy:
        assert np.array_equal(image.pixels, GREY)


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_and_jpeg_in_a_tiff_have_an_exact_mode(tmp_path, lossless):
    rgb = np.stack([(GREY >> 4).astype(np.uint8)] * 3, axis=-1)
    for codec in ("webp", "jpeg"):
        how = {"compression": codec, "compressionargs": {"lossless": lossless}}
        tifffile.imwrite(tmp_path / "a.tif", rgb, photometric="rgb", **how)
        image = read_image(tmp_path / "a.tif")
        assert any("compression" in warning for warning in image.warnings) != lossless
        assert np.array_equal(image.pixels, rgb[..., 0]) == lossless


def tiff_of_bits(bits, kind):
    """Return a TIFF of 4 x 4 pixels of so many bits, a whole number of bytes each."""
    pixels = bytes(range(16 * bits // 8))
    entries = [(256, 4), (257, 4), (258, bits), (259, 1), (262, 1), (273, 0), (277, 1)]
    entries += [(278, 4), (279, len(pixels)), (339, kind)]
    start = 8 + 2 + 12 * len(entries) + 4
    body = b"".join(struct.pack("<HHII", c, 4, 1, start if c == 273 else v) for c, v in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + pixels


@pytest.mark.parametrize("kind", [1, 2])
def test_three_bytes_a_pixel_are_refused(tmp_path, kind):
    (tmp_path / "a.tif").write_bytes(tiff_of_bits(24, kind))
    with pytest.raises(ReadError, match="pixels of 24 bits"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("photometric", "channels", "words"),
    [("separated", 4, "CMYK print colours"), ("cielab", 3, "CIELab"), ("cfa", 1, "raw picture")],
)
def test_colours_that_are_no_counts_are_refused_by_name(tmp_path, photometric, channels, words):
    samples = np.zeros((40, 56, channels), np.uint8) if channels > 1 else GREY
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric=photometric)
    with pytest.raises(ReadError, match=words):
        read_image(tmp_path / "a.tif")


def test_ycbcr_is_no_rgb(tmp_path):
    Image.new("RGB", (40, 30), (200, 10, 10)).convert("YCbCr").save(tmp_path / "a.tif")
    with pytest.raises(ReadError, match="YCbCr colours"):
        read_image(tmp_path / "a.tif")


def test_a_camera_raw_file_is_not_measured_on_its_preview(tmp_path):
    preview = np.zeros((20, 28, 3), np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.dng") as writer:
        writer.write(preview, photometric="rgb", subfiletype=1, subifds=1)
        writer.write(GREY, photometric="cfa")
    with pytest.raises(ReadError, match="raw picture behind a small preview"):
        read_image(tmp_path / "a.dng")
    (tmp_path / "a.cr2").write_bytes(b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(600))
    with pytest.raises(ReadError, match="raw picture behind a small preview"):
        read_image(tmp_path / "a.cr2")


def test_a_pyramid_gives_its_full_picture_and_a_lone_reduced_one_itself(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(GREY, photometric="minisblack", subifds=1)
        writer.write(GREY[::2, ::2], photometric="minisblack", subfiletype=1)
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels, GREY)
    tifffile.imwrite(tmp_path / "a.tif", GREY, photometric="minisblack", subfiletype=1)
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels, GREY)


@pytest.mark.parametrize("imagej", [True, False])
def test_more_pages_than_are_read_are_refused(tmp_path, imagej):
    stack = np.zeros((1001, 4, 4), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stack, imagej=imagej, photometric="minisblack")
    with pytest.raises(ReadError, match="more than the 1000 pages"):
        read_image(tmp_path / "a.tif")
