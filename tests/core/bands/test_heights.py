import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.bands.heights import REACH, shift_between

ROWS = ((50.0, 3.0), (120.0, 5.0), (260.0, 2.0), (300.0, 4.0))
HEIGHT, THICK = 400.0, 5.0


def shifted(rows, dy):
    return tuple((y + dy, w) for y, w in rows)


@given(st.floats(-40, 40))
def test_the_same_rows_fix_the_shift(dy):
    found = shift_between(ROWS, shifted(ROWS, dy), 0.0, HEIGHT, THICK)
    assert found == pytest.approx(dy, abs=0.5)


@given(st.floats(-20, 20), st.floats(-10, 10))
def test_the_rows_are_better_than_the_outlines(dy, miss):
    found = shift_between(ROWS, shifted(ROWS, dy), dy + miss, HEIGHT, THICK)
    assert found == pytest.approx(dy, abs=0.5)


@given(st.floats(-20, 20))
def test_new_bands_of_the_second_probing_do_not_disturb(dy):
    other = (*shifted(ROWS, dy), (20.0 + dy, 9.0), (200.0 + dy, 9.0))
    assert shift_between(ROWS, other, 0.0, HEIGHT, THICK) == pytest.approx(dy, abs=0.7)


@given(st.floats(-50, 50))
def test_without_rows_the_outlines_stand(expected):
    assert shift_between((), ROWS, expected, HEIGHT, THICK) == expected
    assert shift_between(ROWS, (), expected, HEIGHT, THICK) == expected
    assert shift_between((), (), expected, HEIGHT, THICK) == expected


@given(st.floats(-40, 40), st.floats(-20, 20))
def test_one_pair_alone_may_be_chance(y, expected):
    """Each photograph has one band: nothing says that they are the same."""
    found = shift_between([(100.0, 5.0)], [(100.0 + y, 5.0)], expected, HEIGHT, THICK)
    assert found == expected


def test_rows_that_meet_too_far_away_do_not_count():
    beyond = (REACH + 0.05) * HEIGHT
    rows = ((100.0, 5.0), (104.0, 5.0))
    found = shift_between(rows, shifted(rows, beyond), 0.0, HEIGHT, THICK)
    assert found == pytest.approx(0.0, abs=THICK)


@given(st.floats(-20, 20), st.floats(-1.5, 1.5))
def test_rows_measured_a_little_differently_are_averaged(dy, jitter):
    other = tuple((y + dy + (jitter if i % 2 else -jitter), w) for i, (y, w) in enumerate(ROWS))
    assert shift_between(ROWS, other, 0.0, HEIGHT, THICK) == pytest.approx(dy, abs=2.0)
