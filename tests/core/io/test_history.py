"""What a picture's pixels and its file's own words tell of how it was made."""

import io

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from blotquant.errors import ReadError
from blotquant.io.history import has_jpeg_grid, is_correlated, noticed_in_words
from blotquant.io.images import read_image
from blotquant.io.microscopy import from_ome
from blotquant.io.stated import from_description, iso_date, pixel_size_um


@pytest.fixture(scope="module")
def camera():
    """Give a blot as a camera counts it: Poisson noise, no two pixels alike."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:480, 0:640]
    light = np.full(y.shape, 400.0)
    for lane in range(5):
        for row in range(3):
            away = ((x - 80 - 120 * lane) / 35) ** 4 + ((y - 90 - 150 * row) / 7) ** 2
            light += 3000 * np.exp(-away)
    return rng.poisson(light).astype(np.uint16)


def said(path, word):
    return any(word in warning for warning in read_image(path).warnings)


def eight_bits(pixels):
    return (pixels / pixels.max() * 255).astype(np.uint8)


def test_a_camera_picture_has_no_history(camera, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", camera)
    assert read_image(tmp_path / "a.tif").warnings == ()


@pytest.mark.parametrize("quality", [50, 75, 90])
def test_jpeg_blocks_are_seen_in_a_png(camera, tmp_path, quality):
    buffer = io.BytesIO()
    Image.fromarray(eight_bits(camera)).save(buffer, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(buffer))
    assert has_jpeg_grid(decoded[3:, 5:])
    Image.fromarray(decoded).save(tmp_path / "a.png")
    assert said(tmp_path / "a.png", "blocks of JPEG")
    assert not has_jpeg_grid(eight_bits(camera))


@pytest.mark.parametrize("factor", [1.3, 1.5, 2.0])
@pytest.mark.parametrize("how", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_enlarging_is_noticed(camera, factor, how):
    assert is_correlated(cv2.resize(camera, None, fx=factor, fy=factor, interpolation=how))


@pytest.mark.parametrize("angle_deg", [0.5, 3.0, 12.0])
def test_turning_is_noticed(camera, tmp_path, angle_deg):
    centre = (320, 240)
    turned = cv2.warpAffine(camera, cv2.getRotationMatrix2D(centre, angle_deg, 1), (640, 480))
    tifffile.imwrite(tmp_path / "a.tif", turned)
    assert said(tmp_path / "a.tif", "enlarged, turned or smoothed")


def test_a_quarter_turn_and_binning_are_harmless(camera):
    assert not is_correlated(np.rot90(camera))
    binned = camera.reshape(240, 2, 320, 2).sum(axis=(1, 3)).astype(np.uint16)
    assert not is_correlated(binned)


def test_simulated_blots_are_not_suspected(simulated):
    for scenario in ("easy", "tilted", "gradient"):
        assert not is_correlated(simulated(scenario).image.pixels)


@pytest.mark.parametrize(
    "flat", [np.zeros((200, 200), np.uint8), np.full((128, 140), 7, np.uint16)]
)
def test_empty_pictures_tell_nothing(flat):
    assert not is_correlated(flat)
    assert not has_jpeg_grid(flat)


def test_values_cut_off_at_either_end_are_named(camera, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.clip(camera, 400, 1500))
    assert said(tmp_path / "a.tif", "have the smallest value, 400")
    assert said(tmp_path / "a.tif", "have the largest value, 1500")


def test_a_black_margin_is_not_cut_off(camera, tmp_path):
    framed = camera.copy()
    framed[:40] = framed[:, :30] = 0
    tifffile.imwrite(tmp_path / "a.tif", framed)
    assert not said(tmp_path / "a.tif", "smallest value")


@pytest.mark.parametrize(
    ("metadata", "word"),
    [
        ({"software": "gnome-screenshot"}, "screenshot"),
        ({"description": "Screen Shot 2024-01-01"}, "screenshot"),
        ({"make": "EPSON", "model": "Perfection V850"}, "Film"),
        ({"description": "x-ray film, 30 s"}, "Film"),
        ({"units": "O.D."}, "optical densities"),
        ({"model": "GS-900"}, "optical densities"),
    ],
)
def test_words_that_tell_of_the_source(metadata, word):
    (warning,) = noticed_in_words(metadata, (100, 100), coloured=False)
    assert word in warning


def test_a_coloured_picture_of_a_screens_size_is_a_screenshot():
    assert noticed_in_words({}, (1080, 1920), coloured=True)
    assert not noticed_in_words({}, (1080, 1920), coloured=False)
    assert not noticed_in_words({}, (1920, 1080), coloured=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Exposure time = 59.2 s", {"exposure_s": "59.2"}),
        ("exposure: 250 ms", {"exposure_s": "0.25"}),
        ("Exposure Time (sec): 3", {"exposure_s": "3"}),
        ("Exposure=2 min", {"exposure_s": "120"}),
        ("exposure: 12", {}),
        ("long exposure", {}),
        (
            "Instrument: iBright FL1500\nChannel = 700",
            {"instrument": "iBright FL1500", "channel": "700"},
        ),
    ],
)
def test_facts_in_descriptions(text, found):
    assert from_description(text) == found


@pytest.mark.parametrize(
    ("per_unit", "unit", "size"),
    [(127, 2, "200"), (100, 3, "100"), (72, 2, ""), (28.35, 3, ""), (0, 2, ""), (5, 1, "")],
)
def test_pixel_size_is_stated_only_where_somebody_measured_it(per_unit, unit, size):
    assert pixel_size_um(per_unit, unit) == size


def test_gif_webp_and_jpeg_2000_are_exact_where_they_can_be(tmp_path):
    grey = np.random.default_rng(2).integers(0, 200, (40, 56)).astype(np.uint8)
    deep = grey.astype(np.uint16) * 17
    Image.fromarray(grey).save(tmp_path / "a.gif")
    Image.fromarray(np.stack([grey] * 3, -1)).save(tmp_path / "a.webp", lossless=True)
    (tmp_path / "a.jp2").write_bytes(imagecodecs.jpeg2k_encode(deep, reversible=True))
    for name, truth in (("a.gif", grey), ("a.webp", grey), ("a.jp2", deep)):
        image = read_image(tmp_path / name)
        assert np.array_equal(image.pixels, truth)
        assert image.lossy == (truth.dtype == np.uint8)
        assert not any("compression" in warning for warning in image.warnings)


def test_lossy_webp_and_jpeg_2000_say_so(tmp_path):
    grey = np.random.default_rng(2).integers(0, 200, (40, 56)).astype(np.uint8)
    Image.fromarray(np.stack([grey] * 3, -1)).save(tmp_path / "a.webp", quality=60)
    lossy = imagecodecs.jpeg2k_encode(grey.astype(np.uint16), level=40, reversible=False)
    (tmp_path / "a.jp2").write_bytes(lossy)
    for name in ("a.webp", "a.jp2"):
        assert read_image(tmp_path / name).lossy
        assert said(tmp_path / name, "compression")


def test_moving_pictures_are_refused(tmp_path):
    frames = [Image.fromarray(np.full((40, 40, 3), k, np.uint8)) for k in (10, 200)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    with pytest.raises(ReadError, match="moving picture"):
        read_image(tmp_path / "a.webp")


def test_values_cut_off_in_floats_are_named(camera, tmp_path):
    light = camera.astype(np.float32) * np.float32(0.37)
    tifffile.imwrite(tmp_path / "a.tif", light)
    assert read_image(tmp_path / "a.tif").warnings == ()
    tifffile.imwrite(tmp_path / "a.tif", np.clip(light, 150, 600))
    assert said(tmp_path / "a.tif", "have the smallest value, 150")
    assert said(tmp_path / "a.tif", "have the largest value, 600")


@pytest.mark.parametrize(
    ("scale", "dtype", "suspected"),
    [(2.4, np.float32, True), (1.0, np.float64, True), (2.4, np.float16, False), (9, "f4", False)],
)
def test_values_that_run_as_densities_do_are_questioned(camera, tmp_path, scale, dtype, suspected):
    values = (camera / camera.max() * scale).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", values)
    assert said(tmp_path / "a.tif", "may be optical densities") == suspected


OME = """<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">
<Instrument ID="I"><Detector Model="iBright 1500"/></Instrument><Image ID="Image:0">
<AcquisitionDate>2024-05-06T07:08:09</AcquisitionDate><Pixels ID="Pixels:0" DimensionOrder="XYCZT"
SizeC="1" SizeT="1" SizeZ="1" SizeX="640" SizeY="480" Type="uint16" PhysicalSizeX="0.12"
PhysicalSizeXUnit="mm"><Channel ID="Channel:0:0"/><TiffData/>
<Plane TheC="0" TheZ="0" TheT="0" ExposureTime="1500" ExposureTimeUnit="ms"/></Pixels></Image></OME>
"""


def test_ome_states_instrument_exposure_size_and_date(camera, tmp_path):
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, camera, description=OME, metadata=None, photometric="minisblack")
    stated = dict(read_image(path).metadata)
    assert stated["instrument"] == "iBright 1500"
    assert (stated["exposure_s"], stated["pixel_size_um"]) == ("1.5", "120")
    assert stated["date"] == "2024-05-06 07:08:09"


@pytest.mark.parametrize(
    "text",
    [
        "no XML",
        "<OME/>",
        OME.replace("1500", "a while").replace("0.12", "inf"),
        OME.replace("mm", "thou").replace('"ms"', '"days"'),
    ],
)
def test_ome_that_states_nothing_useful_is_passed_over(text):
    assert not {"exposure_s", "pixel_size_um"} & from_ome(text).keys()


@pytest.mark.parametrize(
    ("unit", "size"), [("micron", "62.5"), ("mm", "62500"), ("pixel", ""), ("", "")]
)
def test_imagej_states_its_unit_in_words(camera, tmp_path, unit, size):
    how = {"imagej": True, "resolution": (0.016, 0.016), "metadata": {"unit": unit}}
    tifffile.imwrite(tmp_path / "a.tif", camera, **how)
    assert dict(read_image(tmp_path / "a.tif").metadata).get("pixel_size_um", "") == size


def test_dates_of_tiff_and_exif_are_written_as_others():
    assert iso_date("2026:02:20 13:10:03") == "2026-02-20 13:10:03"
    assert iso_date("2026:02:20") == "2026-02-20"
    assert iso_date("20 Feb 2026 13:10") == "20 Feb 2026 13:10"
