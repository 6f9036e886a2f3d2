"""The usable range of a dilution series, against series whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blotquant.model.linearity import DilutionPoint, DilutionSeries, PointState, amount_text
from blotquant.statistics.linearity import Reading, amount_of, analyse_series
from blotquant.statistics.lines import fit_line, lack_of_fit, straight, stray_point

TWO_FOLD = tuple(0.625 * 2**i for i in range(7))
BLANK = DilutionSeries(image="p", membrane="m", row=1, target="parp", form="pro", unit="µg")


def reading(lane, amount, volume, *, cv=0.02, loq=100.0, state=PointState.MEASURABLE):
    point = DilutionPoint(
        lane=lane, amount=amount, volume=volume, volume_se=cv * abs(volume), state=state
    )
    return Reading(point=point, lod=0.3 * loq, loq=loq)


def readings(amounts, volumes, **more):
    return [
        reading(i, a, v, **more) for i, (a, v) in enumerate(zip(amounts, volumes, strict=True), 1)
    ]


def analysed(given_readings, tolerance=0.2):
    return analyse_series(BLANK, given_readings, tolerance, 0.95)


def states(series):
    return [p.state for p in series.points]


def test_exact_proportion_is_usable_from_end_to_end():
    s = analysed(readings(TWO_FOLD, [2000.0 * a for a in TWO_FOLD]))
    assert s.reason == ""
    assert s.slope == pytest.approx(1.0, abs=1e-9)
    assert math.exp(s.intercept) == pytest.approx(2000.0)
    assert s.response == pytest.approx(2000.0)
    assert (s.range_low, s.range_high) == (0.625, 40.0)
    assert (s.volume_low, s.volume_high) == pytest.approx((1250.0, 80_000.0))
    assert s.offset == pytest.approx(0.0, abs=1e-6)
    assert [p.back_calculated for p in s.points] == pytest.approx(list(TWO_FOLD))
    assert s.lod_amount == pytest.approx(30 / 2000)
    assert s.loq_amount == pytest.approx(100 / 2000)
    assert s.range_text == "0.625-40 µg"
    assert set(states(s)) == {PointState.IN_RANGE}


def test_a_detector_that_saturates_ends_the_range_where_it_should():
    # V = b x / (1 + x / 40): 20 % lost at x = 10 against the faintest.
    volumes = [2000.0 * a / (1 + a / 40) for a in TWO_FOLD]
    s = analysed(readings(TWO_FOLD, volumes, cv=0.01))
    assert s.range_low == 0.625
    assert s.range_high in (5.0, 10.0)
    assert s.slope < 0.95
    assert s.lack_of_fit_test == "bend"
    assert s.lack_of_fit_p < 0.01
    inside = [p for p in s.points if p.state is PointState.IN_RANGE]
    assert max(abs(p.deviation) for p in inside) <= 0.2
    assert s.points[-1].state is PointState.OUTSIDE
    assert s.points[-1].deviation < -0.3


def test_a_background_left_under_the_bands_keeps_the_faint_ones_out():
    s = analysed(readings(TWO_FOLD, [2000.0 * a + 2500 for a in TWO_FOLD]))
    assert s.range_low >= 2.5
    assert s.range_high == 40.0
    assert s.points[0].deviation > 0.2


def test_a_power_law_has_no_usable_range_and_says_why():
    s = analysed(readings(TWO_FOLD, [2000.0 * a**0.6 for a in TWO_FOLD]))
    assert not s.has_range
    assert s.slope == pytest.approx(0.6)
    assert "rise more slowly" in s.reason
    assert math.isnan(s.response)
    assert set(states(s)) == {PointState.MEASURABLE}
    # Amounts are still read off the fitted line.
    assert [p.back_calculated for p in s.points] == pytest.approx(list(TWO_FOLD))
    steep = analysed(readings(TWO_FOLD, [2000.0 * a**1.5 for a in TWO_FOLD]))
    assert "rise faster" in steep.reason


def test_one_slip_of_the_pipette_is_named_and_stepped_over():
    volumes = [
        2000.0 * a * w for a, w in zip(TWO_FOLD, (1, 0.98, 1.01, 2, 0.99, 1.02, 1), strict=True)
    ]
    s = analysed(readings(TWO_FOLD, volumes))
    assert states(s)[3] is PointState.OFF_LINE
    assert (s.range_low, s.range_high) == (0.625, 40.0)
    assert s.slope == pytest.approx(1.0, abs=0.02)
    assert s.points[3].deviation == pytest.approx(1.0, abs=0.05)


def test_one_bad_repeat_does_not_spoil_its_amount():
    rng = np.random.default_rng(4)
    amounts = [a for a in TWO_FOLD for _ in range(3)]
    volumes = [2000.0 * a * math.exp(rng.normal(0, 0.03)) for a in amounts]
    volumes[10] *= 0.4
    s = analysed(readings(amounts, volumes))
    assert [p.lane for p in s.points if p.state is PointState.OFF_LINE] == [11]
    assert (s.range_low, s.range_high) == (0.625, 40.0)
    assert s.lack_of_fit_test == "repeats"
    assert s.response == pytest.approx(2000.0, rel=0.03)


@pytest.mark.parametrize(
    "state", [PointState.SATURATED, PointState.BELOW_LOQ, PointState.NOT_DETECTED]
)
def test_what_cannot_be_measured_bounds_the_range(state):
    given_readings = readings(TWO_FOLD, [2000.0 * a for a in TWO_FOLD])
    at = -1 if state is PointState.SATURATED else 0
    p = given_readings[at].point
    given_readings[at] = reading(p.lane, p.amount, p.volume, state=state)
    s = analysed(given_readings)
    expected = TWO_FOLD[:-1] if at else TWO_FOLD[1:]
    assert (s.range_low, s.range_high) == (expected[0], expected[-1])
    assert states(s)[at] is state


def test_three_amounts_are_refused_with_what_is_missing():
    given_readings = readings(TWO_FOLD[:5], [2000.0 * a for a in TWO_FOLD[:5]])
    for i in (0, 1):
        p = given_readings[i].point
        given_readings[i] = reading(p.lane, p.amount, p.volume, state=PointState.NOT_DETECTED)
    s = analysed(given_readings)
    assert not s.has_line
    assert not s.has_range
    assert s.reason == (
        "3 amounts are measurable (2 lanes are not detected), and a line needs at least 4"
    )
    assert all(math.isnan(p.back_calculated) for p in s.points)
    assert analysed([]).reason.startswith("no amount is measurable")


def test_repeats_of_three_amounts_are_still_three_amounts():
    amounts = [1.0, 1.0, 2.0, 2.0, 4.0, 4.0]
    assert "3 amounts" in analysed(readings(amounts, [100.0 * a for a in amounts])).reason


def test_a_wider_tolerance_never_narrows_the_range():
    volumes = [2000.0 * a / (1 + a / 60) for a in TWO_FOLD]
    spans = []
    for tolerance in (0.05, 0.1, 0.2, 0.4):
        s = analysed(readings(TWO_FOLD, volumes, cv=0.01), tolerance)
        spans.append(s.range_high / s.range_low if s.has_range else 0.0)
    assert spans == sorted(spans)


@pytest.mark.parametrize("seed", range(40))
def test_what_lies_in_the_range_is_inside_to_the_last_digit(seed):
    rng = np.random.default_rng(seed)
    volumes = [2000 * a * math.exp(rng.normal(0, 0.02)) for a in TWO_FOLD]
    s = analysed(readings(TWO_FOLD, volumes))
    inside = [p.volume for p in s.points if p.state is PointState.IN_RANGE]
    assert len(inside) > 2
    assert s.volume_low <= min(inside) <= max(inside) <= s.volume_high


@settings(max_examples=20)
@given(
    unit=st.floats(1e-3, 1e3),
    counts=st.floats(1e-3, 1e3),
    seed=st.integers(0, 50),
)
@example(unit=97.90883467585606, counts=1.0, seed=0)
def test_neither_the_unit_nor_the_exposure_changes_the_verdict(unit, counts, seed):
    rng = np.random.default_rng(seed)
    volumes = [2000 * a / (1 + a / 50) * math.exp(rng.normal(0, 0.03)) for a in TWO_FOLD]
    s = analysed(readings(TWO_FOLD, volumes))
    other = analysed(
        readings([unit * a for a in TWO_FOLD], [counts * v for v in volumes], loq=100.0 * counts)
    )
    assert states(other) == states(s)
    assert other.slope == pytest.approx(s.slope, rel=1e-6)
    assert other.lack_of_fit_p == pytest.approx(s.lack_of_fit_p, rel=1e-4)
    assert [p.deviation for p in other.points] == pytest.approx(
        [p.deviation for p in s.points], rel=1e-5, abs=1e-7
    )


def test_the_slope_interval_covers_the_truth():
    """Over 400 series with 2 % error of measurement and 8 % of pipetting, 95 % within 3 sigma."""
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        x = np.log(np.array(TWO_FOLD))
        y = 5 + x + rng.normal(0, math.hypot(0.02, 0.08), len(x))
        low, high = fit_line(straight(x), y, np.full(len(x), 0.02**2)).interval(1, 0.95)
        covered += low <= 1 <= high
    assert covered / 400 == pytest.approx(0.95, abs=0.033)


def test_scatter_is_that_of_the_points_and_none_where_errors_suffice():
    x = np.log(np.array(TWO_FOLD))
    rng = np.random.default_rng(3)
    found = [
        fit_line(straight(x), x + rng.normal(0, 0.1, len(x)), np.full(len(x), 1e-4)).scatter
        for _ in range(300)
    ]
    assert np.mean(found) == pytest.approx(0.1**2, rel=0.15)
    assert fit_line(straight(x), 2 * x, np.full(len(x), 1e-4)).scatter == 0.0


def test_lack_of_fit_has_its_nominal_rate_with_and_without_repeats():
    rng = np.random.default_rng(8)
    x = np.log(np.array(TWO_FOLD))
    for places, name in ((x, "bend"), (np.repeat(x[:5], 2), "repeats")):
        p = []
        for _ in range(300):
            y = places + rng.normal(0, 0.05, len(places))
            value, test = lack_of_fit(places, y, np.full(len(places), 1e-6))
            assert test == name
            p.append(value)
        assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.04)


def test_the_odd_point_out_is_rarely_named_without_cause():
    rng = np.random.default_rng(9)
    x = np.log(np.array(TWO_FOLD))
    named = [
        stray_point(x, x + rng.normal(0, 0.05, len(x)), np.full(len(x), 1e-6), 0.0) is not None
        for _ in range(200)
    ]
    assert np.mean(named) <= 0.09
    # Four places in all: a bend could not be told from a slip.
    assert stray_point(x[:4], np.array([0, 5.0, 1, 2]), np.full(4, 1e-4), 0.1) is None


def test_volumes_that_stand_for_nothing_have_no_amount():
    s = analysed(readings(TWO_FOLD, [2000.0 * a for a in TWO_FOLD]))
    assert amount_of(s, 4000.0) == pytest.approx(2.0)
    assert math.isnan(amount_of(s, -5.0))
    assert math.isnan(amount_of(BLANK, 4000.0))


@pytest.mark.parametrize(
    ("amount", "text"), [(0.125, "0.125"), (8000.0, "8000"), (1048.35, "1048"), (20.0, "20")]
)
def test_amounts_are_written_without_exponents(amount, text):
    assert amount_text(amount) == text
