import gc
import hashlib
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from blotquant.errors import ReadError
from blotquant.io.images import READERS, read_image, read_images
from blotquant.io.info import describe
from blotquant.model.image import Polarity, PolarityGuess
from blotquant.model.project import Photograph, Project

REAL = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "real"


def counts(dtype=np.uint16, shape=(40, 56)):
    rng = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        return rng.normal(300, 20, shape).astype(dtype)
    return rng.integers(20, min(3000, np.iinfo(dtype).max - 5), shape).astype(dtype)


def said(image, word):
    return any(word in warning for warning in image.warnings)


WAYS = {
    "plain": {},
    "big-endian": {"byteorder": ">"},
    "lzw": {"compression": "lzw"},
    "deflate-predicted": {"compression": "zlib", "predictor": True},
    "tiles": {"tile": (16, 16)},
    "deflated-tiles": {"tile": (32, 16), "compression": "zlib"},
    "strips": {"rowsperstrip": 7},
    "bigtiff": {"bigtiff": True},
    "zstd": {"compression": "zstd"},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_tiff_pixels_are_exact(tmp_path, way, dtype):
    truth = counts(dtype)
    tifffile.imwrite(tmp_path / "a.tif", truth, photometric="minisblack", **WAYS[way])
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.dtype == dtype
    assert image.pixels.flags.c_contiguous
    assert not image.pixels.flags.writeable
    assert np.array_equal(image.pixels, truth)
    assert image.bits == 8 * truth.itemsize
    assert image.lossy == (dtype == np.uint8)
    assert image.sha256 == hashlib.sha256((tmp_path / "a.tif").read_bytes()).hexdigest()


def test_photometric_tag_is_reported_and_never_inverts(tmp_path):
    truth = counts()
    tifffile.imwrite(tmp_path / "a.tif", truth, photometric="miniswhite")
    image = read_image(str(tmp_path / "a.tif"))
    assert np.array_equal(image.pixels, truth)
    assert dict(image.metadata)["photometric"] == "white is zero"


def test_12_bits_in_16(tmp_path):
    truth = counts()
    truth[5:15, 5:15] = 4095
    tifffile.imwrite(tmp_path / "a.tif", truth)
    image = read_image(tmp_path / "a.tif")
    assert (image.bits, image.full_scale) == (16, 4095)


def packed_tiff(truth, bits):
    """Return a TIFF whose pixels fill `bits` bits each, most significant first, row by row."""
    shifts = np.arange(bits - 1, -1, -1)
    rows = [np.packbits((row[:, None] >> shifts & 1).astype(np.uint8)) for row in truth]
    pixels = np.concatenate(rows).tobytes()
    height, width = truth.shape
    entries = [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 0)]
    entries += [(277, 1), (278, height), (279, len(pixels))]
    start = 8 + 2 + 12 * len(entries) + 4
    body = b"".join(struct.pack(">HHII", c, 4, 1, start if c == 273 else v) for c, v in entries)
    return b"MM\x00*" + struct.pack(">IH", 8, len(entries)) + body + bytes(4) + pixels


@pytest.mark.parametrize("bits", [4, 10, 12, 14])
def test_packed_bits(tmp_path, bits):
    truth = np.random.default_rng(0).integers(0, 2**bits, (20, 30)).astype(np.uint16)
    (tmp_path / "a.tif").write_bytes(packed_tiff(truth, bits))
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, truth)
    assert (image.bits, image.full_scale) == (bits, 2**bits - 1)


@pytest.mark.parametrize("stored", [np.int16, np.int32, np.uint32, np.float16, np.float64])
def test_other_number_formats_are_kept_exactly(tmp_path, stored):
    truth = counts().astype(stored)
    tifffile.imwrite(tmp_path / "a.tif", truth)
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.dtype == (np.uint16 if stored == np.int16 else np.float32)
    assert np.array_equal(image.pixels.astype(np.float64), truth.astype(np.float64))


def test_negative_16_bit_counts_are_kept(tmp_path):
    truth = counts().astype(np.int16) - 1000
    tifffile.imwrite(tmp_path / "a.tif", truth)
    assert np.array_equal(read_image(tmp_path / "a.tif").pixels, truth.astype(np.float32))


def test_32_bit_integers_that_float_cannot_hold_are_refused(tmp_path):
    truth = counts().astype(np.uint32) + 2**24 + 1
    tifffile.imwrite(tmp_path / "a.tif", truth)
    with pytest.raises(ReadError, match="too large to be kept exactly"):
        read_image(tmp_path / "a.tif")


def test_64_bit_floats_are_rounded_and_say_so(tmp_path):
    truth = counts(np.float64)
    tifffile.imwrite(tmp_path / "a.tif", truth)
    image = read_image(tmp_path / "a.tif")
    assert np.allclose(image.pixels, truth, rtol=1e-7)
    assert said(image, "rounded to 32 bits")


@pytest.mark.parametrize("imagej", [False, True])
def test_first_page_of_several(tmp_path, imagej):
    truth = np.stack([counts(), counts() + 1, counts() + 2])
    tifffile.imwrite(tmp_path / "a.tif", truth, photometric="minisblack", imagej=imagej)
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, truth[0])
    assert said(image, "3 pages: 1, 2, 3. The first was read and 2 not")


def test_square_root_coded_gel_is_linearised(tmp_path):
    stored = counts()
    tags = [(33445, "I", 1, 2, True), (33446, "2I", 1, (1, 4), True)]
    tifffile.imwrite(tmp_path / "a.gel", stored, extratags=tags)
    image = read_image(tmp_path / "a.gel")
    assert np.array_equal(image.pixels, (stored.astype(np.float64) ** 2 / 4).astype(np.float32))
    assert dict(image.metadata)["coding"] == "square root, made linear"


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_rgb_tiff_of_grey_values(tmp_path, planar):
    grey = counts()
    rgb = np.stack([grey] * 3, axis=-1 if planar == "contig" else 0)
    tifffile.imwrite(tmp_path / "a.tif", rgb, photometric="rgb", planarconfig=planar)
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, grey)
    assert image.warnings == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_pixels_are_exact(tmp_path, dtype, channels):
    grey = counts(dtype)
    samples = grey if channels == 1 else np.stack([grey] * channels, axis=-1)
    if channels == 4:
        samples[..., 3] = np.iinfo(dtype).max
    cv2.imwrite(str(tmp_path / "a.png"), samples)
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image.pixels, grey)
    assert image.pixels.dtype == dtype
    assert image.lossy == (dtype == np.uint8)


@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_bmp_pixels_are_exact(tmp_path, mode):
    grey = counts(np.uint8)
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.bmp")
    assert np.array_equal(read_image(tmp_path / "a.bmp").pixels, grey)


def test_shuffled_grey_palette_is_looked_up(tmp_path):
    grey = counts(np.uint8)
    order = np.random.default_rng(1).permutation(256).astype(np.uint8)
    picture = Image.fromarray(np.argsort(order).astype(np.uint8)[grey], mode="L")
    picture.putpalette(np.repeat(order, 3).tobytes())
    picture.save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png").pixels, grey)


def test_inverted_screen_table_does_not_change_stored_values(tmp_path):
    grey = counts(np.uint8)
    table = np.tile(np.arange(255, -1, -1, dtype=np.uint16) * 257, (3, 1))
    tifffile.imwrite(tmp_path / "a.tif", grey, photometric="palette", colormap=table)
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, grey)
    assert said(image, "inverted")


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_1_bit_becomes_8_bit_with_a_warning(tmp_path, suffix):
    bits = counts(np.uint8) > 128
    Image.fromarray(bits).save(tmp_path / f"a{suffix}")
    image = read_image(tmp_path / f"a{suffix}")
    assert np.array_equal(image.pixels, bits * np.uint8(255))
    assert (image.bits, image.lossy) == (1, True)
    assert said(image, "2 grey levels")


def test_jpeg_is_lossy(tmp_path):
    Image.fromarray(counts(np.uint8)).save(tmp_path / "a.jpg")
    image = read_image(tmp_path / "a.jpg")
    assert image.lossy
    assert said(image, "compression")


def test_signature_decides_not_the_extension(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), counts())
    (tmp_path / "a.png").rename(tmp_path / "a.tif")
    image = read_image(tmp_path / "a.tif")
    assert dict(image.metadata)["format"] == "PNG"
    assert image.name == "a.tif"


def bands(bright):
    """Return a grey 8-bit picture of two bands, and where one of them is saturated."""
    y, x = np.mgrid[0:60, 0:90]
    band = np.exp(-((x - 30) ** 2) / 60 - (y - 30) ** 2 / 20) * 400
    band += np.exp(-((x - 65) ** 2) / 60 - (y - 30) ** 2 / 20) * 120
    grey = np.clip(20 + band, 0, 255).astype(np.uint8)
    return (grey if bright else 255 - grey), grey == 255


@pytest.mark.parametrize("bright", [True, False])
def test_red_saturation_overlay_leaves_no_hole_in_the_band(tmp_path, bright):
    grey, saturated = bands(bright)
    rgb = np.stack([grey] * 3, axis=-1)
    rgb[saturated] = (255, 0, 0)
    Image.fromarray(rgb).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image.pixels, grey)
    assert said(image, f"{saturated.sum()} pixels of a grey picture are coloured")


def test_coloured_picture_gives_its_channel_of_most_contrast(tmp_path):
    grey, _ = bands(bright=False)
    rgb = np.stack([grey, 128 + grey // 2, 192 + grey // 4], axis=-1)
    Image.fromarray(rgb).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image.pixels, grey)
    assert said(image, "red channel")


def test_transparency_is_dropped_and_named(tmp_path):
    grey = counts(np.uint8)
    alpha = np.full_like(grey, 255)
    alpha[:3] = 0
    Image.fromarray(np.dstack([grey, grey, grey, alpha])).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image.pixels, grey)
    assert said(image, f"{3 * 56} pixels are marked as transparent")


def smooth(high, shape=(300, 300)):
    return np.random.default_rng(3).normal(0.4, 0.1, shape).clip(0, 1) * high


def test_stretched_contrast_is_noticed(tmp_path):
    narrow = smooth(150).astype(np.uint8)
    tifffile.imwrite(tmp_path / "whole.tif", narrow)
    tifffile.imwrite(tmp_path / "stretched.tif", (narrow * 1.6).astype(np.uint8))
    assert not said(read_image(tmp_path / "whole.tif"), "stretched")
    assert said(read_image(tmp_path / "stretched.tif"), "stretched")


def test_left_aligned_14_bit_counts_are_not_called_stretched(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", smooth(2000).astype(np.uint16) * 4)
    image = read_image(tmp_path / "a.tif")
    assert image.warnings == ()
    assert not image.lossy


@pytest.mark.parametrize("factor", [256, 257])
def test_8_bit_picture_in_a_16_bit_file_is_noticed(tmp_path, factor):
    tifffile.imwrite(tmp_path / "a.tif", smooth(250).astype(np.uint16) * factor)
    image = read_image(tmp_path / "a.tif")
    assert image.lossy
    assert said(image, "8-bit before")


def test_read_images_by_id_with_progress(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", counts())
    tifffile.imwrite(tmp_path / "b.tif", counts() + 1)
    photographs = (
        Photograph(id="first", file=(tmp_path / "a.tif").as_posix()),
        Photograph(id="second", file=(tmp_path / "b.tif").as_posix(), sha256="0" * 64),
    )
    heard = []
    images = read_images(Project(photographs=photographs), lambda f, _text: heard.append(f))
    assert list(images) == ["first", "second"]
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert not said(images["first"], "changed")
    assert said(images["second"], "changed")
    assert read_images(Project()) == {}


def test_describe_names_what_matters(tmp_path):
    truth = counts()
    truth[5:15, 5:15] = 4095
    tifffile.imwrite(tmp_path / "a.tif", truth, software="imager 1")
    image = read_image(tmp_path / "a.tif")
    guess = PolarityGuess(polarity=Polarity.LIGHT_ON_DARK, confidence=0.9, reason="bright bands")
    text = dict(describe(image, guess))
    assert text["Size"] == "56 x 40 px"
    assert text["Full scale"].startswith("4095 (100 pixels together")
    assert text["Polarity"] == "light-on-dark, confidence 0.90 (bright bands)"
    assert text["Saturated"].startswith("100 pixels")
    assert text["Metadata: software"] == "imager 1"
    assert text["SHA-256"] == image.sha256
    assert dict(describe(image))["Saturated if dark-on-light"] == "no pixel"


def test_readers_stand_in_their_registry():
    assert {"tiff", "png", "jpeg", "bmp"} <= set(READERS.names())


@pytest.mark.skipif(not REAL.is_dir(), reason="the collection of real photographs is not here")
def test_real_photographs_are_read_as_stored():
    trail = read_image(REAL / "blotbench_trail" / "trail.tif")
    assert (trail.full_scale, int((trail.pixels >= trail.full_scale).sum())) == (65535, 2001)
    exported = read_image(REAL / "biorad_1sc" / "test1_imglab_analysis.tif")
    reference = read_image(REAL / "biorad_1sc" / "test1_ref.tif")
    assert np.array_equal(exported.pixels, reference.pixels)


@pytest.mark.parametrize("way", ["plain", "lzw"])
def test_the_bytes_of_a_file_go_with_its_picture(tmp_path, monkeypatch, way):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, counts(), photometric="minisblack", **WAYS[way])
    data = path.read_bytes()
    monkeypatch.setattr("blotquant.io.images.read_bytes", lambda _path: data)
    gc.collect()
    gc.disable()
    try:
        before = sys.getrefcount(data)
        image = read_image(path)
        assert sys.getrefcount(data) > before
        del image
        assert sys.getrefcount(data) == before
    finally:
        gc.enable()


@pytest.mark.parametrize("offset", [8, 9, 11])
def test_pixels_that_begin_anywhere_are_read(tmp_path, offset):
    truth = counts()
    tifffile.imwrite(tmp_path / "a.tif", truth, photometric="minisblack", metadata=None)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        tag = tif.pages[0].tags[273]
    start = len(data) + offset
    struct.pack_into("<I", data, tag.valueoffset, start)
    (tmp_path / "a.tif").write_bytes(data.ljust(start, b"\x00") + truth.tobytes())
    image = read_image(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, truth)
    assert image.pixels.flags.aligned
