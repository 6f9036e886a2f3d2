"""Level and overlapping bands of one lane fitted together, from analytic bands."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from blotquant.background import LaneBaseline
from blotquant.bands.emg import emg_density
from blotquant.bands.shapes import BandShape
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.lane import LaneProfile
from blotquant.quantify.extract import PLACING_ERROR, LaneBands, extract
from blotquant.quantify.lane_setup import lane_view

SIZE, ACROSS, NOISE = 200, 40, 3.0
POSITION = np.arange(float(SIZE))
APEXES = (90.0, 104.0)


def bands(apexes=APEXES, sigma=5.0):
    middle = [(a + b) / 2 for a, b in itertools.pairwise(apexes)]
    starts = (apexes[0] - 3.5 * sigma, *middle)
    stops = (*middle, apexes[-1] + 3 * sigma)
    return [
        Band(image="p", membrane="m", lane=1, row=r, apex_px=a, start_px=b, stop_px=c, found=True)
        for r, (a, b, c) in enumerate(zip(apexes, starts, stops, strict=True), start=1)
    ]


def row_shapes(apexes=APEXES, sigma=5.0, tail=2.0):
    group = tuple(range(1, len(apexes) + 1))
    return {
        r: BandShape(
            sigma_px=sigma,
            tail_px=tail,
            group=group,
            offset_px=a - apexes[0] if len(group) > 1 else None,
        )
        for r, a in zip(group, apexes, strict=True)
    }


def signal_of(apexes, volumes, sigmas=(5.0, 5.0), tail=2.0):
    return sum(
        v / ACROSS * emg_density(POSITION - a, s, tail)
        for a, v, s in zip(apexes, volumes, sigmas, strict=False)
    )


def fitted(signal, apexes=APEXES, noise=NOISE, level=0.0, seed=1):
    scatter = np.random.default_rng(seed).normal(0, noise, SIZE)
    signal = signal + level + scatter
    straight = StraightLane(
        signal=np.repeat(signal[:, None], ACROSS, axis=1).astype(np.float32),
        saturated=np.zeros((SIZE, ACROSS), dtype=bool),
        step_px=1.0,
        inside=np.ones(SIZE),
    )
    profile = LaneProfile(
        position_px=POSITION,
        signal=signal,
        area_px=np.full(SIZE, float(ACROSS)),
        variance=np.full(SIZE, noise**2),
        saturated=np.zeros(SIZE),
    )
    view = lane_view(straight, profile, bands(apexes), row_shapes(apexes))
    return view, LaneBaseline().estimate(view)


def volumes_of(view, found):
    rest = view.profile.signal - found.level
    return np.linalg.lstsq(found.bands.shapes.T, rest, rcond=None)[0]


@pytest.mark.parametrize("volumes", [(9e6, 3e6), (4e6, 4e6), (2e6, 8e6)])
def test_bands_like_their_row_give_their_volumes(volumes):
    found = volumes_of(*fitted(signal_of(APEXES, volumes), noise=0.1))
    assert found == pytest.approx(volumes, rel=2e-3)


@pytest.mark.parametrize("sigmas", [(5.3, 5.0), (4.8, 5.4), (5.4, 5.4)])
def test_bands_may_be_broader_and_elsewhere_than_their_row(sigmas):
    signal = signal_of((91.2, 105.4), (9e6, 3e6), sigmas)
    rigid = np.array([emg_density(POSITION - a, 5.0, 2.0) / ACROSS for a in APEXES])
    plain = np.linalg.lstsq(rigid.T, signal, rcond=None)[0]
    off = abs(volumes_of(*fitted(signal))[1] / 3e6 - 1)
    assert off < 0.04
    assert off < 0.5 * abs(plain[1] / 3e6 - 1)


def test_no_partner_gives_no_volume():
    view, found = fitted(signal_of(APEXES, (9e6, 0.0)))
    assert abs(volumes_of(view, found)[1]) < 2 * found.bands.volume_se[1]


def test_volumes_and_errors_scale_with_the_signal():
    signal = signal_of((90.0, 103.0), (9e6, 3e6), (5.3, 5.1))
    one, ten = fitted(signal), fitted(10 * signal, noise=10 * NOISE)
    assert volumes_of(*ten) == pytest.approx(10 * volumes_of(*one), rel=1e-6)
    assert ten[1].bands.volume_se == pytest.approx(10 * np.array(one[1].bands.volume_se), rel=1e-6)


def test_an_offset_changes_the_level_alone():
    signal = signal_of(APEXES, (9e6, 3e6))
    low, high = fitted(signal), fitted(signal, level=5000.0)
    assert volumes_of(*high) == pytest.approx(volumes_of(*low), rel=1e-6)
    assert high[1].level - low[1].level == pytest.approx(5000.0, abs=1e-3)


def test_nearer_bands_are_less_sure():
    errors = []
    for spacing in (11.0, 14.0, 22.0):
        apexes = (90.0, 90.0 + spacing)
        _, found = fitted(signal_of(apexes, (9e6, 3e6)), apexes)
        errors.append(found.bands.volume_se[1])
    assert errors[0] > errors[1] > errors[2]


def test_a_broad_band_alone_does_not_lift_the_level():
    signal = signal_of((100.0,), (9e6,), (5.6,))
    view, found = fitted(signal, (100.0,), noise=1.0)
    lift = float((found.level * view.profile.area_px)[70:130].sum())
    assert abs(lift) < 0.005 * 9e6


def test_errors_cover_what_bands_of_one_row_differ_by():
    rng = np.random.default_rng(5)
    z = []
    for k in range(100):
        sigmas = 5.0 * np.exp(0.05 * rng.standard_normal(2))
        shift = rng.normal(0, 1.0)
        apexes = (90 + shift, 104 + shift + rng.normal(0, 0.4))
        view, found = fitted(signal_of(apexes, (9e6, 3e6), sigmas), seed=k)
        z.extend((volumes_of(view, found) - (9e6, 3e6)) / np.array(found.bands.volume_se))
    assert 0.9 < np.mean(np.abs(z) < 1.96) <= 1.0


def test_a_band_that_the_user_placed_keeps_its_shape():
    signal = signal_of((104.0,), (9e6,))
    view, _ = fitted(signal, (100.0,))
    edited = [replace(b, edited=True) for b in bands((100.0,))]
    held = lane_view(view.straight, view.profile, edited, row_shapes((100.0,)))
    found = LaneBaseline().estimate(held)
    assert found.bands.shapes == pytest.approx(held.shapes, abs=1e-6)


def test_what_a_pair_shares_is_counted_once(monkeypatch):
    # Sums alone: a fit whose shapes nobody trusts has no share in them.
    monkeypatch.setattr("blotquant.quantify.extract.SHAPE_ERROR", 10.0)
    view, found = fitted(signal_of(APEXES, (9e6, 3e6)))
    reach = np.array([(b.start_px <= POSITION) & (b.stop_px >= POSITION) for b in bands()])
    known = LaneBands(
        reach=reach.astype(float),
        group=(1, 1),
        found=(True, True),
        volume_se=found.bands.volume_se,
    )
    sums = extract(replace(view, shapes=found.bands.shapes), found, known)
    fit = np.array(found.bands.volume_se) ** 2
    placing = (PLACING_ERROR * np.array([9e6, 3e6])) ** 2
    once = np.maximum(fit, sums.noise + sums.level) + placing
    assert sums.variance == pytest.approx(once, rel=0.05)
