"""How far bands reach, from analytic profiles."""

import numpy as np
import pytest

from blotquant.bands.emg import emg_density
from blotquant.bands.extent import reaches
from blotquant.bands.peaks import Peak

POSITION = np.arange(300.0)
SIGMA, LEVEL = 5.0, 900.0


def profile_of(bands, level=LEVEL):
    return level + sum(v * emg_density(POSITION - a, SIGMA, 2.0) for a, v in bands)


def peak(apex, scale=2.0):
    return Peak(position_px=apex, snr=900.0, scale_px=scale, contrast=1.0, strips=1.0)


def reach_of(bands, level=LEVEL):
    profiles = [profile_of(bands, level)]
    return reaches({0: peak(150.0)}, 2.0, profiles)


def test_a_band_reaches_as_far_as_its_half_widths_say():
    up, down = reach_of([(150.0, 9e4)])
    assert up == pytest.approx(3.8 * 1.18 * SIGMA, rel=0.2)
    assert down == pytest.approx(3.8 * 1.18 * SIGMA, rel=0.2)


@pytest.mark.parametrize("spacing", [14.0, 15.0, 16.0])
def test_a_shallow_valley_is_no_end(spacing):
    # The fine scale of a doublet sees no further than the valley before the partner.
    alone = reach_of([(150.0, 9e4)])
    _, down = reach_of([(150.0, 9e4), (150.0 + spacing, 7e4)])
    assert down == pytest.approx(alone[1], rel=0.2)


def test_a_deep_valley_is_one():
    alone = reach_of([(150.0, 9e4)])
    _, down = reach_of([(150.0, 9e4), (176.0, 7e4)])
    assert down == pytest.approx(alone[1], rel=0.1)


def test_a_slope_does_not_change_the_reach():
    alone = reach_of([(150.0, 9e4)])
    sloping = reach_of([(150.0, 9e4)], LEVEL + 3.0 * POSITION)
    assert sloping == pytest.approx(alone, rel=0.1)
