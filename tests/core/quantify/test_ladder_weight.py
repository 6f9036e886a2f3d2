"""Weights between two ladders, where the front runs lower on one side."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.errors import SettingsError
from blotquant.model.ladder import LadderFit
from blotquant.quantify.ladder_weight import MolecularWeight, mean_weight, mw_at, mw_between

KDA = (250.0, 150.0, 100.0, 75.0, 50.0, 37.0, 25.0, 20.0, 15.0, 10.0)


def height_of(kda, x, *, tilt=0.0):
    """Return where a weight runs: straight in ln(MW), lower by `tilt` for each px to the right."""
    return 600 * math.log(260 / kda) / math.log(26) + tilt * x


def ladder_at(x, *, tilt=0.0, rms_ln=0.02, kda=KDA):
    return LadderFit(
        ladder="l",
        membrane="m",
        image="i",
        lane=1,
        position_px=tuple(height_of(k, x, tilt=tilt) for k in kda),
        mw_kda=kda,
        rms_ln=rms_ln,
        x_px=x,
    )


@pytest.mark.parametrize("tilt", [-0.05, 0.0, 0.05])
@pytest.mark.parametrize("kda", [17.0, 35.0, 89.0, 116.0])
@pytest.mark.parametrize("x", [60.0, 250.0, 440.0])
def test_a_tilted_front_does_not_bias_a_weight_between_two_ladders(tilt, kda, x):
    left, right = ladder_at(0.0, tilt=tilt), ladder_at(500.0, tilt=tilt)
    y = height_of(kda, x, tilt=tilt)
    read = mw_between([(500.0, right, y), (0.0, left, y)], x)
    assert read.mw == pytest.approx(kda, rel=1e-3)
    assert read.low < kda < read.high
    assert not read.extrapolated


def test_one_of_two_ladders_alone_would_be_off():
    tilt, x, kda = 0.05, 440.0, 35.0
    y = height_of(kda, x, tilt=tilt)
    assert abs(mw_at(ladder_at(0.0, tilt=tilt), y).mw / kda - 1) > 0.1


def test_beside_all_ladders_the_outermost_decides_alone():
    left, middle = ladder_at(0.0, tilt=0.05), ladder_at(300.0, tilt=0.05)
    places = [(0.0, left, 200.0), (300.0, middle, 200.0)]
    assert mw_between(places, -50.0) == mw_at(left, 200.0)
    assert mw_between(places, 400.0) == mw_at(middle, 200.0)


def test_of_three_ladders_the_two_next_to_the_band_count():
    far = ladder_at(900.0, tilt=0.05)
    near = [(0.0, ladder_at(0.0), 200.0), (300.0, ladder_at(300.0), 200.0)]
    assert mw_between([*near, (900.0, far, 200.0)], 150.0) == mw_between(near, 150.0)


def test_a_weight_beyond_one_of_the_ladders_is_marked():
    short = ladder_at(500.0, kda=KDA[3:])
    y = height_of(120.0, 250.0)
    assert mw_between([(0.0, ladder_at(0.0), y), (500.0, short, y)], 250.0).extrapolated


@given(share=st.floats(0.0, 1.0), errors=st.tuples(st.floats(0.01, 0.2), st.floats(0.01, 0.2)))
def test_the_interval_lies_between_those_of_the_two_ladders(share, errors):
    a, b = (ladder_at(x, rms_ln=e) for x, e in zip((0.0, 500.0), errors, strict=True))
    y = height_of(42.0, 0.0)
    read = mw_between([(0.0, a, y), (500.0, b, y)], 500 * share)
    widths = sorted(math.log(w.high / w.low) for w in (mw_at(a, y), mw_at(b, y)))
    assert widths[0] - 1e-9 <= math.log(read.high / read.low) <= widths[1] + 1e-9
    assert read.mw == pytest.approx(42.0, rel=1e-3)


def test_a_row_is_the_geometric_mean_of_its_bands():
    row = mean_weight(
        [MolecularWeight(20.0, 18.0, 22.0, False), MolecularWeight(45.0, 40.0, 50.0, True)]
    )
    assert row.mw == pytest.approx(30.0)
    assert row.low == pytest.approx(math.sqrt(18 * 40))
    assert row.extrapolated


def test_without_a_ladder_or_a_band_there_is_no_weight():
    with pytest.raises(SettingsError, match="no ladder"):
        mw_between([], 10.0)
    with pytest.raises(SettingsError, match="no weights"):
        mean_weight([])
