"""Files as imagers save them: Bio-Rad and Fuji, real ones where they are here, else as laid out."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from blotquant.errors import ReadError
from blotquant.io.images import page_names, read_image

ROOT = Path(__file__).resolve().parents[3]
REAL = ROOT / ".." / "shared" / "data" / "real" / "biorad_1sc"
sys.path.insert(0, str(ROOT / "tools"))

from formats.biorad import one_sc, scn  # noqa: E402 - found through the path above
from formats.samples import grey, inf_text  # noqa: E402 - as above


@pytest.mark.skipif(not REAL.is_dir(), reason="the collection of real photographs is not here")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_real_1sc_equals_its_tiff_export(number):
    image = read_image(REAL / f"test{number}.1sc")
    exported = tifffile.imread(REAL / f"test{number}_ref.tif")
    assert np.array_equal(image.pixels, exported)
    assert dict(image.metadata)["instrument"] == "ChemiDoc XRS"
    assert dict(image.metadata)["pixel_size_um"] == "200"
    assert dict(image.metadata)["exposure_s"] == ("30" if number == 3 else "90")


@pytest.mark.skipif(not REAL.is_dir(), reason="the collection of real photographs is not here")
def test_every_real_picture_opens():
    endings = {".tif", ".png", ".jpg", ".jpeg", ".1sc"}
    files = [p for p in REAL.parent.rglob("*") if p.suffix in endings]
    assert len(files) >= 20
    for path in files:
        assert read_image(path).pixels.size > 10_000, path.name


def test_1sc_as_laid_out(tmp_path):
    (tmp_path / "a.1sc").write_bytes(one_sc(grey(), exposure_s=7.5, ceiling=16000))
    image = read_image(tmp_path / "a.1sc")
    assert np.array_equal(image.pixels, grey())
    assert image.full_scale == 16000
    stated = dict(image.metadata)
    assert (stated["exposure_s"], stated["channel"]) == ("7.5", "Chemi Hi Sensitivity")


def test_1sc_in_another_byte_order_is_refused(tmp_path):
    data = one_sc(grey()).replace(b"Intel Format", b"Other Format")
    (tmp_path / "a.1sc").write_bytes(data)
    with pytest.raises(ReadError, match="byte order"):
        read_image(tmp_path / "a.1sc")


@pytest.mark.parametrize("closing", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_scn_as_laid_out(tmp_path, dtype, closing):
    truth = (grey() >> 5).astype(dtype)
    (tmp_path / "a.scn").write_bytes(scn(truth, closing=closing))
    image = read_image(tmp_path / "a.scn")
    assert np.array_equal(image.pixels, truth)
    assert image.pixels.dtype == dtype
    stated = dict(image.metadata)
    assert stated["instrument"] == "ChemiDoc™ MP"
    assert (stated["exposure_s"], stated["pixel_size_um"]) == ("2.5", "100")
    assert stated["photometric"] == "white is zero"


def test_scn_pixels_that_look_like_a_delimiter(tmp_path):
    mark = np.frombuffer(b"\r\n--20240101-120000-0xBBB0\r\n\r\n"[:28], "<u2")
    truth = np.tile(mark, (8, 1))
    (tmp_path / "a.scn").write_bytes(scn(truth))
    assert np.array_equal(read_image(tmp_path / "a.scn").pixels, truth)


def test_scn_of_two_channels_asks_and_gives_either(tmp_path):
    path = tmp_path / "two.scn"
    path.write_bytes(scn(grey(0), grey(1)))
    assert page_names(path) == ("IRDye 700", "IRDye 800")
    assert np.array_equal(read_image(path, 2).pixels, grey(1))
    assert any("Say which page" in w for w in read_image(path).warnings)
    assert not any("Say which page" in w for w in read_image(path, 1).warnings)
    with pytest.raises(ReadError, match="has 2 pages; there is no page 3"):
        read_image(path, 3)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (b"<endian>little", b"<endian>middle", "byte order"),
        (b'width="32"/>', b'width="31"/>', "no 31 x 24 pixels"),
        (b"<!DOCTYPE XML>", b"<!DOCTYPE X [<!ENTITY a 'b'>]>", "damaged"),
        (b"Content-Description: ImageHeader", b"Content-Description: SomethingEls", "no header"),
    ],
)
def test_scn_that_says_something_else_is_refused(tmp_path, old, new, word):
    data = scn(grey()).replace(old, new)
    (tmp_path / "a.scn").write_bytes(data)
    with pytest.raises(ReadError, match=word):
        read_image(tmp_path / "a.scn")


def fuji_pair(folder, raw, text, ending=".inf"):
    (folder / "plate.img").write_bytes(raw)
    (folder / f"plate{ending}").write_bytes(text)
    return folder / "plate.img", folder / f"plate{ending}"


@pytest.mark.parametrize("ending", [".inf", ".INF"])
def test_fuji_codes_become_luminescence(tmp_path, ending):
    codes = np.array([[0, 1, 32768], [65535, 100, 40000]], np.uint16)
    pair = fuji_pair(tmp_path, codes.astype(">u2").tobytes(), inf_text((2, 3)), ending)
    expected = 10.0 ** (5 * (codes / 65535 - 0.5))
    expected[codes == 0] = 0
    for path in pair:
        image = read_image(path)
        assert np.allclose(image.pixels, expected, rtol=1e-6)
        # From a half to the largest code the latitude of 5 decades gives a factor of 10^2.5.
        assert image.full_scale == pytest.approx(10**2.5)
        assert dict(image.metadata)["pixel_size_um"] == "100"


def test_fuji_resolution_and_sensitivity_are_constant_factors(tmp_path):
    raw = np.array([[65535]], ">u2").tobytes()
    path, _ = fuji_pair(tmp_path, raw, inf_text((1, 1), sensitivity="1000"))
    assert read_image(path).pixels[0, 0] == pytest.approx(4 * 10**2.5)


def test_fuji_camera_counts_are_taken_as_they_are(tmp_path):
    truth = grey() >> 2
    text = inf_text(bits=14, sensitivity="0", latitude="0")
    path, _ = fuji_pair(tmp_path, truth.astype(">u2").tobytes(), text)
    image = read_image(path)
    assert np.array_equal(image.pixels, truth)
    assert (image.pixels.dtype, image.full_scale) == (np.uint16, 16383)


def test_a_typhoon_pair_says_itself_whether_it_is_linear(tmp_path):
    codes = grey()
    for scale, dtype in (("Linear", np.uint16), ("Log", np.float32)):
        text = inf_text(sensitivity="1000", scale=scale)
        path, _ = fuji_pair(tmp_path, codes.astype(">u2").tobytes(), text)
        image = read_image(path)
        assert image.pixels.dtype == dtype
        stated = dict(image.metadata)
        assert (stated["pixel_size_um"], stated["excitation"], stated["scale"]) == (
            "100",
            "LD635",
            scale,
        )
    expected = 4 * 10.0 ** (5 * (codes / 65535 - 0.5))
    assert np.allclose(image.pixels, expected, rtol=1e-5)


def test_a_scale_that_nobody_described_is_refused(tmp_path):
    text = inf_text(scale="SquareRoot")
    path, _ = fuji_pair(tmp_path, grey().astype(">u2").tobytes(), text)
    with pytest.raises(ReadError, match="a scale that it calls squareroot"):
        read_image(path)


def test_fuji_pixels_in_the_other_byte_order_are_refused(tmp_path):
    truth = np.random.default_rng(0).normal(3000, 200, (80, 90)).astype(np.uint16)
    text = inf_text((80, 90), scale="Linear")
    path, _ = fuji_pair(tmp_path, truth.astype(">u2").tobytes(), text)
    assert np.array_equal(read_image(path).pixels, truth)
    path, _ = fuji_pair(tmp_path, truth.astype("<u2").tobytes(), text)
    with pytest.raises(ReadError, match="another byte order"):
        read_image(path)


def test_half_of_a_fuji_pair_asks_for_the_other(tmp_path):
    (tmp_path / "a.inf").write_bytes(inf_text())
    with pytest.raises(ReadError, match=r"\.img file is not beside it"):
        read_image(tmp_path / "a.inf")
    (tmp_path / "b.img").write_bytes(bytes(range(1, 200)))
    with pytest.raises(ReadError, match="no picture format"):
        read_image(tmp_path / "b.img")


@pytest.mark.parametrize(
    "text",
    [
        inf_text((24, 31)),
        inf_text(bits=32),
        inf_text(latitude="500"),
        inf_text(sensitivity="nan"),
        b"BAS_IMAGE_FILE\nshort\n",
        inf_text().replace(b"100", b"-100"),
    ],
)
def test_fuji_text_that_cannot_be_true_is_refused(tmp_path, text):
    path, _ = fuji_pair(tmp_path, grey().astype(">u2").tobytes(), text)
    with pytest.raises(ReadError, match=r"plate\.img"):
        read_image(path)


def test_both_halves_of_a_pair_are_hashed(tmp_path):
    path, text = fuji_pair(tmp_path, grey().astype(">u2").tobytes(), inf_text())
    before = read_image(path).sha256
    text.write_bytes(inf_text(latitude="4"))
    assert read_image(path).sha256 != before
