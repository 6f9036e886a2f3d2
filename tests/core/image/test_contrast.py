import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.image.contrast import SCALES_PX, WORK_SIZE_PX, contrasts, two_sided, work_copy

SHAPE = (200, 160)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
EVERY_SCALE = pytest.mark.parametrize("scale", SCALES_PX)


def horizontal_band(y, sigma, height):
    """Return a band across the whole picture, so that only migration matters."""
    return (height * np.exp(-0.5 * ((Y - y) / sigma) ** 2)).astype(np.float32)


@EVERY_SCALE
def test_a_step_is_no_ridge(scale):
    step = np.where(Y > 100, 1000, 200).astype(np.float32)
    for picture in (step, step[::-1].copy()):
        for found in two_sided(picture, scale):
            assert found.max() <= 0.01


@EVERY_SCALE
@pytest.mark.parametrize("direction", [(0, 1), (1, 0), (1, 1), (-1, 2)])
def test_a_ramp_is_no_ridge(scale, direction):
    ramp = (5000 + 10 * (direction[0] * X + direction[1] * Y)).astype(np.float32)
    for found in two_sided(ramp, scale):
        # The frame has no side to look at: there the edge value stands in for it.
        assert found[3:-3].max() <= 0.05


@EVERY_SCALE
def test_constant_pictures_have_no_contrast(scale):
    for found in two_sided(np.full(SHAPE, 777, np.float32), scale):
        assert np.abs(found).max() < 1e-3


@pytest.mark.parametrize("sigma", [2.0, 4.0, 8.0])
def test_a_band_stands_out_at_its_own_place(sigma):
    picture = 300 + horizontal_band(90, sigma, 1000)
    best = max(two_sided(picture, s)[0].max() for s in SCALES_PX)
    assert best > 500
    for scale in SCALES_PX:
        bright, _ = two_sided(picture, scale)
        assert abs(int(bright[:, 80].argmax()) - 90) <= 1


@pytest.mark.parametrize("sigma", [2.0, 4.0, 8.0])
def test_a_dark_band_is_a_bright_one_of_the_inverse(sigma):
    picture = 3000 - horizontal_band(90, sigma, 1000)
    for scale in SCALES_PX:
        bright, dark = two_sided(picture, scale)
        again, inverse = two_sided((6000 - picture).astype(np.float32), scale)
        assert np.allclose(dark, again, atol=0.01)
        assert np.allclose(bright, inverse, atol=0.01)


def test_a_band_keeps_its_contrast_on_a_step_along_it():
    picture = horizontal_band(90, 3.0, 1000)
    stepped = picture + np.where(X > 80, 500, 0).astype(np.float32)
    a, b = two_sided(picture, 3.2)[0], two_sided(stepped, 3.2)[0]
    assert np.allclose(a, b, atol=0.05)


def test_contrast_ignores_an_offset_and_scales_with_the_picture():
    rng = np.random.default_rng(3)
    picture = rng.normal(1000, 50, SHAPE).astype(np.float32) + horizontal_band(60, 3, 400)
    base, _ = two_sided(picture, 3.2)
    assert np.allclose(two_sided(picture + 2048, 3.2)[0], base, atol=0.02)
    assert np.allclose(two_sided(picture * 2, 3.2)[0], 2 * base, atol=0.02)


def test_noise_is_judged_from_the_picture():
    """In pure noise the signal-to-noise ratio of a map has the spread of its own noise."""
    rng = np.random.default_rng(0)
    copy = work_copy(rng.normal(5000, 100, (400, 400)).astype(np.float32))
    for scale in contrasts(copy)[:5]:
        assert np.quantile(scale.ratio, 0.999) < 4.5
        assert np.quantile(-scale.ratio, 0.999) < 4.5
        bright, _ = two_sided(copy.pixels, scale.scale_px)
        assert 0.5 < np.std(bright / scale.noise_curve[scale.levels]) < 1.5


def test_noise_grows_with_the_level_where_it_does_in_the_picture():
    rng = np.random.default_rng(0)
    level = np.where(np.arange(400) < 200, 1000.0, 20000.0)[:, None] * np.ones(400)
    copy = work_copy(rng.normal(level, 2 * np.sqrt(level)).astype(np.float32))
    scale = contrasts(copy)[1]
    upper, lower = np.array_split(scale.noise_curve[scale.levels], 2)
    assert np.median(lower) > 2 * np.median(upper)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (7, 400)])
def test_every_size_of_picture(shape):
    copy = work_copy(np.arange(np.prod(shape)).reshape(shape).astype(np.uint16))
    scales = contrasts(copy)
    assert scales
    rows, columns = copy.pixels.shape
    for scale in scales:
        assert scale.ratio.shape == scale.levels.shape == (rows, columns // scale.column_px)
        assert np.isfinite(scale.ratio).all()
        assert (scale.noise_curve > 0).all()


def test_columns_are_joined_as_far_as_the_smoothing_reaches():
    """Bands are as clear and as wide as on single columns; noise stays noise."""
    rng = np.random.default_rng(6)
    pixels = rng.normal(5000, 60, (300, 900)).astype(np.float32)
    pixels[100:106, 400:460] += 600
    copy = work_copy(pixels)
    single, joined = contrasts(copy, 1.0)[2], contrasts(copy, 4.0)[2]
    assert (single.column_px, joined.column_px) == (1, 4)
    assert joined.ratio.max() > 1.2 * single.ratio.max()
    assert np.quantile(np.abs(joined.ratio), 0.99) < 4.5
    crest = joined.ratio[102] > joined.ratio[102].max() / 2
    assert 4 * crest.sum() == pytest.approx(60, abs=5)


@pytest.mark.parametrize("sign", [1, -1])
def test_one_map_holds_both_polarities(sign):
    """It is the two-sided contrast of bright bands where positive, of dark ones where negative."""
    rng = np.random.default_rng(3)
    pixels = rng.normal(5000, 60, (300, 260)).astype(np.float32)
    pixels[100:106, 60:120] += 900
    pixels[200:204, 60:120] -= 700
    copy = work_copy(5000 + sign * (pixels - 5000))
    for scale in contrasts(copy):
        bright, dark = two_sided(copy.pixels, scale.scale_px)
        noise = scale.noise_curve[scale.levels]
        expected = np.maximum(bright, 0) - np.maximum(dark, 0)
        assert scale.ratio * noise == pytest.approx(expected, abs=0.01)


def test_nothing_stands_out_of_padding():
    rng = np.random.default_rng(4)
    pixels = rng.normal(3000, 50, (300, 240))
    pixels[:60] = 0
    copy = work_copy(pixels.astype(np.uint16))
    for scale in contrasts(copy):
        assert not scale.ratio[~copy.live].any()
        assert scale.ratio[copy.live].any()


def test_large_pictures_show_the_same_when_halved_on_the_way():
    rng = np.random.default_rng(5)
    pixels = cv2.GaussianBlur(rng.normal(0, 1, (1200, 2400)), (0, 0), 8.0)
    pixels = (30000 + 5000 * pixels / pixels.std()).astype(np.uint16)
    quick = work_copy(pixels, size_px=700).pixels
    size = (quick.shape[1], quick.shape[0])
    exact = cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    assert np.abs(quick - exact).max() < 0.03 * (exact.max() - exact.min())
    assert quick.mean() == pytest.approx(exact.mean(), abs=1.0)


@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.floats(-100, 5000),
    st.integers(50, 2000),
)
def test_coordinates_of_the_work_copy_go_there_and_back(rows, columns, value, size):
    copy = work_copy(np.zeros((min(rows, 40), columns), np.uint8), size_px=size)
    assert copy.scale >= 1 or (1 / copy.scale).is_integer()
    assert max(copy.pixels.shape) <= max(size, 1) + 1
    assert copy.from_file(copy.to_file(value)) == pytest.approx(value, abs=1e-6)
    # Outer edges of both grids are the same place.
    assert copy.to_file(-0.5) == pytest.approx(-0.5)


def test_pictures_of_middling_size_are_taken_as_they_are():
    pixels = np.random.default_rng(1).integers(0, 65536, (300, 900)).astype(np.uint16)
    copy = work_copy(pixels)
    assert copy.scale == 1.0
    assert np.array_equal(copy.pixels, pixels)
    assert copy.to_file(12.5) == 12.5


@pytest.mark.parametrize(("longest", "zoom"), [(90, 4), (300, 3), (500, 2), (600, 1)])
def test_small_pictures_are_enlarged_and_keep_their_places(longest, zoom):
    pixels = np.full((40, longest), 100, np.uint16)
    pixels[10:20, 30:50] = 5000
    copy = work_copy(pixels)
    assert copy.pixels.shape == (40 * zoom, longest * zoom)
    assert copy.live.shape == copy.pixels.shape
    rows, columns = np.nonzero(copy.pixels > 2550)
    assert copy.to_file(rows.mean()) == pytest.approx(14.5, abs=0.1)
    assert copy.to_file(columns.mean()) == pytest.approx(39.5, abs=0.1)


def test_places_and_means_survive_the_reduction():
    pixels = np.full((2200, 1800), 100, np.uint16)
    pixels[1000:1200, 400:600] = 5000
    copy = work_copy(pixels)
    assert max(copy.pixels.shape) == WORK_SIZE_PX
    assert copy.pixels.mean() == pytest.approx(pixels.mean(), rel=1e-4)
    weight = copy.pixels - 100
    y, x = np.mgrid[: weight.shape[0], : weight.shape[1]]
    centre = (weight * y).sum() / weight.sum(), (weight * x).sum() / weight.sum()
    assert copy.to_file(centre) == pytest.approx((1099.5, 499.5), abs=0.1)


def test_padding_is_not_live_and_bands_are():
    rng = np.random.default_rng(2)
    pixels = rng.normal(3000, 50, (200, 240))
    pixels[:40] = 0
    pixels[:, 200:] = 0
    pixels[100:110, 50:100] = 65535  # a saturated band: constant, but small
    live = work_copy(pixels.astype(np.uint16)).live[::4, ::4]
    assert not live[:36].any()
    assert not live[:, 204:].any()
    assert live[45:, :195].all()


def test_a_constant_picture_is_live():
    assert work_copy(np.zeros((30, 30), np.uint8)).live.all()


def test_the_picture_stays_as_it_was():
    pixels = np.random.default_rng(1).integers(0, 65536, (300, 200)).astype(np.uint16)
    before = pixels.copy()
    pixels.flags.writeable = False
    contrasts(work_copy(pixels))
    assert np.array_equal(pixels, before)
