import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.model.geometry import Membrane


def upright(left, top, right, bottom):
    return Membrane(
        image="i",
        name="m",
        corners=((left, top), (right, top), (right, bottom), (left, bottom)),
    )


def turned(degrees, width=200.0, height=100.0, centre=(300.0, 400.0)):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def place(u, v):
        return centre[0] + c * u - s * v, centre[1] + s * u + c * v

    u, v = width / 2, height / 2
    return Membrane(
        image="i", name="m", corners=(place(-u, -v), place(u, -v), place(u, v), place(-u, v))
    ), place


def test_bounds_and_height_of_an_upright_membrane():
    membrane = upright(10, 20, 110, 70)
    assert membrane.bounds == (10, 20, 110, 70)
    assert membrane.height_px == 50


@given(st.floats(-45, 45))
def test_turning_keeps_the_height_and_widens_the_bounds(degrees):
    membrane, _ = turned(degrees)
    assert membrane.height_px == pytest.approx(100)
    left, top, right, bottom = membrane.bounds
    c, s = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    assert right - left == pytest.approx(200 * c + 100 * s)
    assert bottom - top == pytest.approx(200 * s + 100 * c)


@given(st.floats(-45, 45), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_contains_what_lies_within_its_sides(degrees, u, v):
    membrane, place = turned(degrees)
    inside = abs(u) < 1 - 1e-6 and abs(v) < 1 - 1e-6
    outside = abs(u) > 1 + 1e-6 or abs(v) > 1 + 1e-6
    found = membrane.contains(place(100 * u, 50 * v))
    assert found or not inside
    assert not (found and outside)


def test_the_edge_belongs_to_it():
    membrane = upright(10, 20, 110, 70)
    for point in (*membrane.corners, (10, 45), (60, 20), (110, 45), (60, 70)):
        assert membrane.contains(point)


def test_a_trapezium_has_the_mean_height_of_its_sides():
    membrane = Membrane(image="i", name="m", corners=((0, 0), (100, 10), (100, 90), (0, 100)))
    assert membrane.height_px == pytest.approx((100 + 80) / 2)
    assert membrane.contains((99, 12))
    assert not membrane.contains((99, 5))
