import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from blotquant.lanes.profile import lane_profile, straighten
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.results import NoiseModel

LIGHT, DARK = Polarity.LIGHT_ON_DARK, Polarity.DARK_ON_LIGHT
SHAPE = (300, 260)
NOISE = NoiseModel(read_variance=25.0, gain=0.5)


def leaning_lane(degrees, *, width_px=60.0, x=130.0):
    lean = math.tan(math.radians(degrees)) * (SHAPE[0] - 1) / 2
    nodes = ((x - lean, 0.0), (x + lean, SHAPE[0] - 1.0))
    return Lane(image="p", membrane="m", number=1, nodes=nodes, width_px=width_px)


def band_on(lane, position_px, *, sigma_px=4.0, half_width_px=18.0, edge_px=2.5, peak=5000.0):
    """Return the exact picture of one band that runs square to a straight lane."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    (x0, y0), (x1, y1) = lane.nodes[0], lane.nodes[-1]
    length = math.dist((x0, y0), (x1, y1))
    c, s = (y1 - y0) / length, (x1 - x0) / length
    along = s * (x - x0) + c * (y - y0) - position_px
    across = c * (x - x0) - s * (y - y0)
    rise = erf((across + half_width_px) / (edge_px * math.sqrt(2)))
    fall = erf((across - half_width_px) / (edge_px * math.sqrt(2)))
    return peak * np.exp(-0.5 * (along / sigma_px) ** 2) * (rise - fall) / 2


def profile_of(pixels, lane, polarity=LIGHT, full_scale=65535.0, saturated=None):
    straight = straighten(pixels, saturated, full_scale, polarity, lane)
    return straight, lane_profile(straight, NOISE)


@settings(max_examples=30)
@given(
    st.floats(-10, 10), st.floats(100, 200), st.floats(1.5, 8), st.floats(50, 64), st.floats(-3, 3)
)
def test_volume_of_a_band_survives_tilt(degrees, position, sigma, width, offset):
    lane = leaning_lane(degrees, width_px=width, x=130.0 + offset)
    picture = band_on(lane, position, sigma_px=sigma).astype(np.float32)
    _, profile = profile_of(picture, lane)
    volume = float((profile.signal * profile.area_px).sum())
    assert volume == pytest.approx(float(picture.sum(dtype=float)), rel=1e-3)


@settings(max_examples=20)
@given(st.floats(-10, 10), st.floats(60, 240))
def test_a_band_lies_where_it_is_said_to_lie(degrees, position):
    lane = leaning_lane(degrees)
    _, profile = profile_of(band_on(lane, position).astype(np.float32), lane)
    centre = (profile.signal * profile.position_px).sum() / profile.signal.sum()
    assert centre == pytest.approx(position, abs=0.02)


def test_an_upright_lane_on_whole_pixels_is_the_picture_itself():
    pixels = np.random.default_rng(0).integers(0, 65536, SHAPE).astype(np.uint16)
    # 41 px wide around column 100: columns 80 to 120.
    lane = leaning_lane(0.0, width_px=41.0, x=100.0)
    straight, profile = profile_of(pixels, lane)
    assert straight.step_px == 1.0
    # Where rows and columns meet in whole pixels, interpolation takes each pixel as it is; the
    # direction across is fixed by the lane's axis, not by the picture's.
    assert np.allclose(np.sort(straight.signal, axis=1), np.sort(pixels[:, 80:121], axis=1))
    assert np.allclose(profile.signal, pixels[:, 80:121].mean(axis=1))
    assert np.array_equal(profile.position_px, np.arange(SHAPE[0]))


def test_left_stays_left():
    pixels = np.zeros(SHAPE, np.uint16)
    pixels[:, 85:90] = 1000
    straight, _ = profile_of(pixels, leaning_lane(0.0, width_px=41.0, x=100.0))
    place = int(straight.signal[150].argmax())
    assert place in range(5, 10)


@pytest.mark.parametrize("degrees", [-8.0, 0.0, 5.0])
@pytest.mark.parametrize("width", [1.0, 7.3, 40.0])
def test_a_constant_picture_gives_a_constant_profile(degrees, width):
    pixels = np.full(SHAPE, 1234, np.uint16)
    lane = leaning_lane(degrees, width_px=width)
    straight, profile = profile_of(pixels, lane)
    assert np.allclose(profile.signal, 1234)
    assert np.allclose(profile.area_px, width)
    # The corners of a leaning lane lie above and below the photograph.
    assert np.allclose(straight.inside[5:-5], 1)
    assert profile.position_px.size == int(lane.length_px) + 1


def test_dark_bands_are_positive_in_the_signal(easy_blot):
    pixels = easy_blot.image.pixels
    lane = easy_blot.lanes[0].as_lane("p", "m")
    _, once = profile_of(pixels, lane)
    _, turned = profile_of((65535 - pixels).astype(np.uint16), lane, DARK)
    assert np.allclose(once.signal, turned.signal, atol=0.01)
    assert np.allclose(once.variance, turned.variance, rtol=1e-4)


def test_an_inverted_12_bit_picture_is_subtracted_from_its_own_full_scale():
    pixels = np.full(SHAPE, 4000, np.uint16)
    _, profile = profile_of(pixels, leaning_lane(0.0), DARK, full_scale=4095.0)
    assert np.allclose(profile.signal, 95)


def test_variance_of_the_mean_follows_the_noise_model():
    rng = np.random.default_rng(1)
    expected = np.linspace(500, 20000, SHAPE[0])[:, None] * np.ones(SHAPE[1])
    sd = np.sqrt(NOISE.read_variance + NOISE.gain * expected)
    pixels = np.rint(expected + sd * rng.standard_normal(SHAPE)).astype(np.uint16)
    _, profile = profile_of(pixels, leaning_lane(0.0, width_px=50.0, x=130.5))
    rest = profile.signal - expected[:, 0]
    assert np.mean(rest**2 / profile.variance) == pytest.approx(1.0, abs=0.25)


def test_shares_of_saturated_pixels():
    pixels = np.full(SHAPE, 100, np.uint16)
    pixels[100:110, 90:100] = 65535
    lane = leaning_lane(0.0, width_px=40.0, x=99.5)  # columns 80 to 119
    straight, profile = profile_of(pixels, lane, saturated=pixels == 65535)
    assert np.allclose(profile.saturated[100:110], 0.25)
    assert not profile.saturated[:100].any()
    assert not profile.saturated[110:].any()
    assert straight.saturated.sum() == 100
    _, without = profile_of(pixels, lane, saturated=None)
    assert not without.saturated.any()


@pytest.mark.parametrize("start", [-0.5, -0.25, 0.0, 0.5])
@pytest.mark.parametrize("x", [99.0, 99.5, 99.7])
def test_every_saturated_pixel_is_seen_once(start, x):
    """A lane may begin anywhere between two rows; detected ones begin half a pixel outside."""
    rng = np.random.default_rng(4)
    mask = np.zeros(SHAPE, dtype=bool)
    mask[20:280, 80:118] = rng.random((260, 38)) < 0.02
    pixels = np.where(mask, 65535, 100).astype(np.uint16)
    nodes = ((x, start), (x, start + SHAPE[0] - 1.0))
    lane = Lane(image="p", membrane="m", number=1, nodes=nodes, width_px=60.0)
    straight, _ = profile_of(pixels, lane, saturated=mask)
    assert straight.saturated.sum() == mask.sum()


def test_a_lane_that_leaves_the_photograph_says_so():
    pixels = np.full(SHAPE, 500, np.uint16)
    lane = Lane(image="p", membrane="m", number=1, nodes=((5.0, -40.0), (5.0, 350.0)), width_px=30)
    straight, profile = profile_of(pixels, lane)
    assert np.allclose(straight.inside[:40], 0)
    assert np.allclose(straight.inside[60:200], (5 + 15) / 30, atol=0.04)
    assert np.isfinite(profile.signal).all()
    assert np.allclose(profile.signal[60:200], 500)


def test_a_lane_beside_the_photograph_is_empty():
    lane = Lane(
        image="p", membrane="m", number=1, nodes=((900.0, 0.0), (900.0, 200.0)), width_px=30
    )
    straight, profile = profile_of(np.full(SHAPE, 500, np.uint16), lane)
    assert not straight.inside.any()
    assert not straight.saturated.any()
    assert profile.signal.shape == (201,)


def test_a_bent_lane_follows_its_nodes():
    """A bowed lane sees the same volumes as the truth says, to the blot's own noise."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    heights = np.linspace(0, SHAPE[0] - 1, 12)

    def axis(v):
        return 130 + 15 * np.sin(v / 95)

    picture = 4000 * np.exp(-0.5 * ((y - 150) / 4) ** 2 - 0.5 * ((x - axis(y)) / 8) ** 2)
    lane = Lane(
        image="p",
        membrane="m",
        number=1,
        nodes=tuple((float(axis(v)), float(v)) for v in heights),
        width_px=70.0,
    )
    _, profile = profile_of(picture.astype(np.float32), lane)
    volume = float((profile.signal * profile.area_px).sum())
    assert volume == pytest.approx(float(picture.sum()), rel=0.01)
    centre = (profile.signal * profile.position_px).sum() / profile.signal.sum()
    assert lane.point_at(centre)[1] == pytest.approx(150, abs=0.5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_picture_stays_as_it_was(dtype):
    pixels = np.random.default_rng(2).integers(0, 256, SHAPE).astype(dtype)
    before = pixels.copy()
    pixels.flags.writeable = False
    straight, profile = profile_of(pixels, leaning_lane(4.0))
    assert np.array_equal(pixels, before)
    assert straight.signal.dtype == np.float32
    assert profile.signal.dtype == np.float64
