"""Matching a ladder lane to its table, and reading weights between its bands."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.errors import SettingsError
from blotquant.model.ladder import Ladder, LadderFit
from blotquant.quantify.ladder import fit_ladder
from blotquant.quantify.ladder_weight import mw_at

PRECISION = Ladder(
    id="precision",
    name="Precision",
    chemistry="any",
    bands_kda=(250, 150, 100, 75, 50, 37, 25, 20, 15, 10),
    reference_kda=(75, 50, 25),
)
PAGERULER = Ladder(
    id="pageruler",
    name="PageRuler",
    chemistry="tris-glycine",
    bands_kda=(180, 130, 100, 70, 55, 40, 35, 25, 15, 10),
    reference_kda=(70, 10),
)


def height_of(kda, *, height=800.0, bend=0.0):
    """Return where a weight runs: straight in ln(MW), or bent as in a gradient gel."""
    way = (math.log(260) - np.log(kda)) / (math.log(260) - math.log(9))
    return 20 + (height - 40) * (way + bend * way * (1 - way))


def seen(ladder, *, bend=0.0, without=(), specks=()):
    bands = [k for k in ladder.bands_kda if k not in without]
    strength = [3.0 if k in ladder.reference_kda else 1.0 for k in bands]
    pairs = [(float(height_of(k, bend=bend)), s) for k, s in zip(bands, strength, strict=True)]
    pairs = sorted(pairs + [(y, 0.3) for y in specks])
    return [p for p, _ in pairs], [s for _, s in pairs]


@pytest.mark.parametrize("ladder", [PRECISION, PAGERULER])
@pytest.mark.parametrize("bend", [-0.3, 0.0, 0.3])
def test_a_whole_ladder_is_matched_band_by_band(ladder, bend):
    fit = fit_ladder(*seen(ladder, bend=bend), ladder, membrane="m", image="i", lane=3)
    assert fit is not None
    assert fit.mw_kda == ladder.bands_kda
    assert (fit.ladder, fit.membrane, fit.image, fit.lane) == (ladder.id, "m", "i", 3)
    assert 0.01 <= fit.rms_ln < 0.08


@pytest.mark.parametrize("without", [(250,), (10, 15), (150,), (37, 250), (20, 100)])
def test_missing_bands_do_not_shift_the_rest(without):
    fit = fit_ladder(*seen(PRECISION, without=without), PRECISION)
    assert fit is not None
    assert fit.mw_kda == tuple(k for k in PRECISION.bands_kda if k not in without)


def test_specks_are_left_out():
    specks = (float(height_of(60)), float(height_of(120)))
    fit = fit_ladder(*seen(PRECISION, specks=specks), PRECISION)
    assert fit is not None
    assert fit.mw_kda == PRECISION.bands_kda
    assert not set(specks) & set(fit.position_px)


def test_the_fit_says_what_is_missing_and_what_is_too_much():
    speck = float(height_of(60))
    fit = fit_ladder(*seen(PRECISION, without=(150, 10), specks=(speck,)), PRECISION, x_px=31.0)
    assert fit is not None
    assert fit.missing_kda == (150, 10)
    assert fit.unmatched_px == (speck,)
    assert fit.x_px == 31.0


def test_a_band_that_runs_five_percent_off_stands_out_in_the_residuals():
    positions, strengths = seen(PRECISION)
    moved = [float(height_of(37 * 1.05)) if p == height_of(37) else p for p in positions]
    fit = fit_ladder(moved, strengths, PRECISION)
    assert fit is not None
    assert fit.mw_kda == PRECISION.bands_kda
    at = fit.mw_kda.index(37)
    # It lies where 38.85 kDa would: the table's weight is 4.9 % below what its place says.
    assert fit.left_out_ln[at] == pytest.approx(-math.log(1.05), abs=0.01)
    assert abs(fit.residual_ln[at]) < abs(fit.left_out_ln[at])
    assert max(fit.left_out_ln, key=abs) == fit.left_out_ln[at]
    others = [r for k, r in enumerate(fit.left_out_ln) if k != at]
    assert max(abs(r) for r in others) < 0.04


def test_a_whole_ladder_with_real_scatter_is_clear():
    """An end band that may be left out is no other reading of the rest."""
    off = (1, -1, -1, 1, 1, -1, 1, -1, 1, -1)
    heights = [
        float(height_of(k * math.exp(0.03 * sign)))
        for k, sign in zip(PRECISION.bands_kda, off, strict=True)
    ]
    fit = fit_ladder(heights, [1.0] * 10, PRECISION)
    assert fit is not None
    assert fit.mw_kda == PRECISION.bands_kda
    assert 0.03 < fit.rms_ln < 0.06


def test_residuals_belong_to_all_bands_or_to_none():
    with pytest.raises(ValueError, match="each matched band"):
        LadderFit(
            ladder="l",
            membrane="m",
            image="i",
            lane=1,
            position_px=(1.0, 2.0, 3.0),
            mw_kda=(100.0, 50.0, 25.0),
            rms_ln=0.02,
            residual_ln=(0.1,),
        )


def test_three_bands_of_a_long_ladder_stay_unread():
    assert fit_ladder([100.0, 200.0, 280.0], [1.0, 1.0, 1.0], PRECISION) is None


def test_three_bands_of_a_ladder_of_three_are_read():
    own = Ladder(id="own", name="own", chemistry="", bands_kda=(100, 50, 25))
    fit = fit_ladder([100.0, 205.0, 300.0], [1.0, 1.0, 1.0], own)
    assert fit is not None
    assert fit.mw_kda == (100, 50, 25)


@pytest.mark.parametrize("positions", [[], [10.0], [10.0, 50.0]])
def test_fewer_than_three_bands_are_no_ladder(positions):
    assert fit_ladder(positions, [1.0] * len(positions), PRECISION) is None


def test_evenly_spread_rows_are_not_taken_for_a_ladder_of_uneven_steps():
    ladder = Ladder(id="own", name="own", chemistry="", bands_kda=(250, 200, 40, 36, 10))
    assert fit_ladder([100.0, 200.0, 300.0, 400.0, 500.0], [1.0] * 5, ladder) is None


def test_rows_without_signal_are_passed_over():
    positions, strengths = seen(PRECISION)
    fit = fit_ladder([*positions, 900.0], [*strengths, -1.0], PRECISION)
    assert fit is not None
    assert fit.mw_kda == PRECISION.bands_kda


def test_impossible_input_is_named():
    with pytest.raises(SettingsError, match="ascend"):
        fit_ladder([20.0, 10.0, 30.0], [1.0] * 3, PRECISION)
    with pytest.raises(SettingsError, match="number of positions"):
        fit_ladder([10.0, 20.0, 30.0], [1.0] * 2, PRECISION)


@settings(max_examples=25, deadline=None)
@given(
    scale=st.floats(0.3, 4.0),
    shift=st.floats(-50, 500),
    noise=st.lists(st.floats(-1.0, 1.0), min_size=10, max_size=10),
)
def test_neither_scale_nor_place_nor_a_pixel_of_noise_changes_the_match(scale, shift, noise):
    positions, strengths = seen(PRECISION)
    moved = [(p + n) * scale + shift for p, n in zip(positions, noise, strict=True)]
    fit = fit_ladder(moved, strengths, PRECISION)
    assert fit is not None
    assert fit.mw_kda == PRECISION.bands_kda


def test_weights_between_bands_are_right_to_two_percent():
    fit = fit_ladder(*seen(PRECISION, bend=0.2), PRECISION)
    assert fit is not None
    for kda in (116, 89, 47, 43, 35, 19, 17, 12):
        read = mw_at(fit, float(height_of(kda, bend=0.2)))
        assert read.mw == pytest.approx(kda, rel=0.02)
        assert read.low < kda < read.high
        assert not read.extrapolated


def test_the_fit_runs_through_its_bands():
    fit = fit_ladder(*seen(PAGERULER), PAGERULER)
    assert fit is not None
    for y, kda in zip(fit.position_px, fit.mw_kda, strict=True):
        assert mw_at(fit, y).mw == pytest.approx(kda, rel=1e-9)


def test_beyond_the_ladder_weights_are_extrapolated_and_less_certain():
    fit = LadderFit(
        ladder="l",
        membrane="m",
        image="i",
        lane=1,
        position_px=(100.0, 200.0, 300.0),
        mw_kda=(100.0, 50.0, 25.0),
        rms_ln=0.02,
    )
    above, near, far = mw_at(fit, 0.0), mw_at(fit, 400.0), mw_at(fit, 500.0)
    assert (above.mw, near.mw) == (pytest.approx(200.0), pytest.approx(12.5))
    assert above.extrapolated
    assert near.extrapolated
    assert (
        far.high / far.low > near.high / near.low > mw_at(fit, 250.0).high / mw_at(fit, 250.0).low
    )


@given(
    steps=st.lists(st.tuples(st.floats(5, 200), st.floats(0.05, 0.9)), min_size=2, max_size=10),
    at=st.floats(-0.2, 1.2),
    step=st.floats(0.001, 0.3),
)
def test_weights_fall_along_migration(steps, at, step):
    y = np.concatenate([[0.0], np.cumsum([s for s, _ in steps])])
    kda = 250 * np.exp(-np.concatenate([[0.0], np.cumsum([d for _, d in steps])]))
    fit = LadderFit(
        ladder="l",
        membrane="m",
        image="i",
        lane=1,
        position_px=tuple(y.tolist()),
        mw_kda=tuple(kda.tolist()),
        rms_ln=0.02,
    )
    upper, lower = mw_at(fit, at * y[-1]), mw_at(fit, (at + step) * y[-1])
    assert lower.mw <= upper.mw * (1 + 1e-9)
