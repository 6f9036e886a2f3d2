"""Overlapping bands of one lane: volumes, and how sure they are, from analytic bands."""

import numpy as np
import pytest

from blotquant.bands.emg import emg_density
from blotquant.bands.lane_fit import GroupShapes, fit_group

POSITION = np.arange(120.0)
NOISE = 3.0


def row_of(apexes, sigma=5.0, tail=2.0):
    n = len(apexes)
    return GroupShapes(
        apex_px=np.array(apexes), sigma_px=np.full(n, sigma), tail_px=np.full(n, tail)
    )


def lane(apexes, volumes, sigmas=(5.0, 5.0), tail=2.0):
    return sum(
        v * emg_density(POSITION - a, s, tail)
        for a, v, s in zip(apexes, volumes, sigmas, strict=True)
    )


def fitted(signal, row, noise=NOISE):
    return fit_group(POSITION, signal, np.full(POSITION.size, noise**2), row)


@pytest.mark.parametrize("volumes", [(9e4, 3e4), (4e4, 4e4), (2e4, 8e4)])
def test_bands_like_their_row_give_their_volumes(volumes):
    found = fitted(lane((50.0, 64.0), volumes), row_of((50.0, 64.0)))
    assert found.volumes == pytest.approx(volumes, rel=1e-6)


@pytest.mark.parametrize("sigmas", [(5.3, 5.0), (4.8, 5.4), (5.4, 5.4)])
def test_bands_may_be_broader_and_elsewhere_than_their_row(sigmas):
    signal = lane((51.2, 65.4), (9e4, 3e4), sigmas)
    rigid = np.array([emg_density(POSITION - a, 5.0, 2.0) for a in (50.0, 64.0)])
    plain = np.linalg.lstsq(rigid.T, signal, rcond=None)[0]
    found = fitted(signal, row_of((50.0, 64.0)))
    off = abs(found.volumes[1] / 3e4 - 1)
    assert off < 0.04
    assert off < 0.5 * abs(plain[1] / 3e4 - 1)


def test_no_partner_gives_no_volume():
    found = fitted(lane((50.0, 64.0), (9e4, 0.0)), row_of((50.0, 64.0)))
    assert abs(found.volumes[1]) < 2 * np.sqrt(found.covariance[1, 1])


def test_volumes_scale_with_the_signal():
    signal = lane((50.0, 63.0), (9e4, 3e4), (5.3, 5.1))
    one = fitted(signal, row_of((50.0, 64.0)))
    ten = fitted(10 * signal, row_of((50.0, 64.0)), 10 * NOISE)
    assert ten.volumes == pytest.approx(10 * one.volumes, rel=1e-9)
    assert ten.covariance == pytest.approx(100 * one.covariance, rel=1e-6)


def test_nearer_bands_are_less_sure_and_share_their_errors():
    errors = []
    for spacing in (11.0, 14.0, 22.0):
        apexes = (50.0, 50.0 + spacing)
        found = fitted(lane(apexes, (9e4, 3e4)), row_of(apexes))
        assert found.covariance[0, 1] < 0
        errors.append(np.sqrt(found.covariance[1, 1]))
    assert errors[0] > errors[1] > errors[2]


def test_errors_cover_what_bands_of_one_row_differ_by():
    rng = np.random.default_rng(5)
    z = []
    for _ in range(150):
        sigmas = 5.0 * np.exp(0.05 * rng.standard_normal(2))
        shift = rng.normal(0, 1.0)
        apexes = (50 + shift, 64 + shift + rng.normal(0, 0.4))
        signal = lane(apexes, (9e4, 3e4), sigmas) + rng.normal(0, NOISE, POSITION.size)
        found = fitted(signal, row_of((50.0, 64.0)))
        z.extend((found.volumes - (9e4, 3e4)) / np.sqrt(np.diag(found.covariance)))
    assert 0.9 < np.mean(np.abs(z) < 1.96) <= 1.0
