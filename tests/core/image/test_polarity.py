from dataclasses import replace

import numpy as np
import pytest

from blotquant.image.contrast import contrasts, work_copy
from blotquant.image.polarity import guess_polarity
from blotquant.model.image import Polarity
from blotquant.simulate import scenarios, scene, simulate_blot


def guess(pixels):
    copy = work_copy(pixels)
    return guess_polarity(copy, contrasts(copy))


@pytest.mark.parametrize("scenario", scenarios())
def test_every_kind_of_blot_and_its_inverse(simulated, inverted, scenario):
    blot = simulated(scenario)
    seen = guess(blot.image.pixels)
    assert seen.polarity is blot.polarity
    assert seen.is_sure
    turned = guess(inverted(blot.image).pixels)
    assert turned.polarity is blot.polarity.other
    assert turned.confidence == pytest.approx(seen.confidence, abs=0.1)


@pytest.mark.parametrize("scenario", ["easy", "gradient", "membrane"])
def test_8_bit_exports(scenario, polarity):
    changed = replace(scene(scenario, 2), polarity=polarity)
    pixels = simulate_blot(changed).image.pixels
    assert guess((pixels >> 8).astype(np.uint8)).polarity is polarity


def test_turning_the_membrane_upside_down_changes_nothing(easy_blot):
    pixels = easy_blot.image.pixels
    for turned in (pixels[::-1], pixels[:, ::-1]):
        seen = guess(np.ascontiguousarray(turned))
        assert seen.polarity is easy_blot.polarity
        assert seen.is_sure


@pytest.mark.parametrize("value", [0, 700, 65535])
def test_a_flat_picture_is_a_coin(value):
    seen = guess(np.full((120, 160), value, np.uint16))
    assert seen.confidence == 0.0
    assert not seen.is_sure
    assert "nothing stands out" in seen.reason


@pytest.mark.parametrize("shape", [(60, 300), (240, 320), (700, 900)])
@pytest.mark.parametrize("seed", range(4))
def test_noise_is_unsure(shape, seed):
    rng = np.random.default_rng(seed)
    pixels = np.clip(rng.normal(3000, 60, shape), 0, 65535).astype(np.uint16)
    assert not guess(pixels).is_sure


@pytest.mark.parametrize("axis", [0, 1])
def test_a_gradient_is_unsure(axis):
    ramp = np.linspace(1000, 30000, 300)
    pixels = np.broadcast_to(ramp[:, None] if axis == 0 else ramp, (300, 300))
    noise = np.random.default_rng(1).normal(0, 40, pixels.shape)
    assert not guess((pixels + noise).astype(np.uint16)).is_sure


def test_one_narrow_picture_of_every_size():
    for shape in ((1, 1), (1, 50), (50, 1), (3, 3)):
        seen = guess(np.zeros(shape, np.uint16))
        assert not seen.is_sure


def test_the_reason_names_what_was_seen(easy_blot):
    seen = guess(easy_blot.image.pixels)
    word = "brighter" if seen.polarity is Polarity.LIGHT_ON_DARK else "darker"
    assert word in seen.reason
    assert "%" in seen.reason


def test_the_users_word_needs_no_guess(easy_blot, located):
    wrong = easy_blot.polarity.other
    report = located(easy_blot.image, polarity=wrong).report
    assert report.polarity.polarity is wrong
    assert report.polarity.confidence == 1.0
    assert "user" in report.polarity.reason
