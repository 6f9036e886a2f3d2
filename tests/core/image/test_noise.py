import numpy as np
import pytest

from blotquant.image.noise import estimate_noise
from blotquant.model.image import Polarity
from blotquant.simulate import scenarios

LIGHT, DARK = Polarity.LIGHT_ON_DARK, Polarity.DARK_ON_LIGHT


def flat_fields(gain, read_noise, levels=(250, 20000), seed=0):
    """Return fields of rising exposure, one below the other, with known noise, in counts."""
    rng = np.random.default_rng(seed)
    expected = np.repeat(np.geomspace(*levels, 10), 70)[:, None] * np.ones(500)
    counts = rng.poisson(expected / gain) * gain + rng.normal(0, read_noise, expected.shape)
    return np.clip(np.rint(counts), 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("gain", "read_noise"), [(0.2, 12.0), (0.5, 20.0), (1.0, 45.0), (2.0, 40.0)]
)
def test_flat_fields_give_back_gain_and_read_noise(gain, read_noise, seed):
    model = estimate_noise(flat_fields(gain, read_noise, seed=seed), 65535.0, LIGHT)
    assert model.gain == pytest.approx(gain, rel=0.1)
    assert np.sqrt(model.read_variance) == pytest.approx(read_noise, rel=0.1)


@pytest.mark.parametrize("limit", [65535, 4095])
def test_clipped_pixels_do_not_disturb_it(limit):
    """What stands at the detector's limit, or at zero, does not scatter at all."""
    pixels = np.minimum(flat_fields(0.3, 15.0, levels=(250, 0.8 * limit)), limit)
    pixels[600:] = limit
    pixels[:30] = 0
    model = estimate_noise(pixels, float(limit), LIGHT)
    assert model.gain == pytest.approx(0.3, rel=0.1)
    assert np.sqrt(model.read_variance) == pytest.approx(15.0, rel=0.1)


def test_dark_bands_have_the_noise_of_their_inverse():
    pixels = flat_fields(0.4, 15.0)
    bright = estimate_noise(pixels, 65535.0, LIGHT)
    dark = estimate_noise((65535 - pixels).astype(np.uint16), 65535.0, DARK)
    assert dark.gain == pytest.approx(bright.gain, rel=1e-6)
    assert dark.read_variance == pytest.approx(bright.read_variance, rel=1e-6)


@pytest.mark.parametrize("scenario", scenarios())
def test_bands_do_not_disturb_it(simulated, scenario):
    """The noise that is predicted is the one that the simulated pixels have."""
    blot = simulated(scenario)
    s = blot.scene
    truth = blot.signal + blot.background
    model = estimate_noise(blot.image.pixels, blot.image.full_scale, blot.polarity)
    for level in (float(np.median(truth)), float(np.quantile(truth, 0.97))):
        expected = np.sqrt(s.gain * level + s.read_noise**2)
        predicted = np.sqrt(model.read_variance + model.gain * level)
        assert predicted == pytest.approx(expected, rel=0.1)


def test_pure_read_noise_has_no_gain():
    rng = np.random.default_rng(4)
    pixels = np.rint(rng.normal(3000, 30, (400, 400))).astype(np.uint16)
    model = estimate_noise(pixels, 65535.0, LIGHT)
    assert model.read_variance + model.gain * 3000 == pytest.approx(900, rel=0.05)


def test_twice_the_counts_have_four_times_the_variance():
    pixels = flat_fields(0.5, 20.0).astype(np.float32)
    once = estimate_noise(pixels, 65535.0, LIGHT)
    twice = estimate_noise(2 * pixels, 131070.0, LIGHT)
    assert twice.gain == pytest.approx(2 * once.gain, rel=1e-3)
    assert twice.read_variance == pytest.approx(4 * once.read_variance, rel=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 300), (300, 2), (2, 3), (300, 3)])
@pytest.mark.parametrize("value", [0, 65535])
def test_thin_and_constant_pictures_have_rounding_noise(shape, value, polarity):
    model = estimate_noise(np.full(shape, value, np.uint16), 65535.0, polarity)
    assert 0 < model.read_variance + model.gain * 65535 < 1
    assert model.read_variance > 0
    assert model.gain >= 0
