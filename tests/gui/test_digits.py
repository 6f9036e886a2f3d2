from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant_app.digits import DASH, MINUS, bounded, count, interval, justified, plain, with_error


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (2.4137, 0.1812, "2.41 ± 0.18"),
        (18204.2, 320.0, "18\u2009200 ± 320"),
        (18204.2, 96.4, "18\u2009204 ± 96"),
        (-0.0042, 0.0031, f"{MINUS}0.0042 ± 0.0031"),
        (math.nan, 1.0, DASH),
        (12.3456, math.nan, "12.3"),
    ],
)
def test_value_has_the_digits_of_its_error(value, error, shown):
    assert with_error(value, error) == shown


def test_interval_decides_the_digits():
    assert justified(2.4137, 2.25, 2.60) == "2.41"
    assert interval(2.2513, 2.6049) == "2.25 – 2.60"
    assert justified(0.99961, 0.9995, 0.9997) == "0.99961"


def test_bounds_carry_their_sign_and_missing_is_a_dash():
    nan = math.nan
    assert bounded(0.0812, "<", nan, nan) == "< 0.081"
    assert bounded(3.14, ">", nan, nan) == "> 3.1"
    assert bounded(nan, "", nan, nan) == DASH
    assert bounded(nan, "<", nan, nan) == DASH
    assert interval(nan, 1.0) == DASH


def test_plain_numbers():
    assert plain(0.0) == "0"
    assert plain(None) == DASH
    assert plain(1234567.0) == "1\u2009230\u2009000"
    assert plain(math.inf) == DASH


def test_counts():
    assert count(1, "lane") == "1 lane"
    assert count(0, "lane") == "0 lanes"
    assert count(2, "photo of a mouse", "photos of mice") == "2 photos of mice"


@given(st.floats(1e-9, 1e12), st.floats(1e-9, 1e12))
def test_what_is_shown_is_within_half_a_digit_of_the_value(value, error):
    shown = with_error(value, error).split(" ± ")[0].replace("\u2009", "").replace(MINUS, "-")
    assert abs(float(shown) - value) <= max(0.06 * error, 1e-6)
