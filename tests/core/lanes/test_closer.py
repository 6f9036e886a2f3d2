"""A small membrane of a large photograph is looked at by itself, and lies where it lies."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.cache import StageCache
from blotquant.lanes.closer import Window
from blotquant.lanes.wanted import Wanted
from blotquant.model.geometry import Membrane
from blotquant.model.lane import Lane
from blotquant.model.project import Photograph, PlacedMembranes, Project
from blotquant.stages.locating import locate

SHAPE = (2000, 3000)
FINE = 5  # a gap between lanes is hardly a pixel wide in a working copy of the whole


def membrane(left, top, right, bottom):
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Membrane(image="p", name="m", corners=corners)


def lane(x, top=10.0, bottom=300.0, number=1):
    return Lane(
        image="p", membrane="m", number=number, nodes=((x, top), (x + 5, bottom)), width_px=40.0
    )


@pytest.mark.parametrize(
    ("bounds", "shape"),
    [
        ((0.0, 0.0, 2999.0, 1999.0), SHAPE),
        ((100.0, 100.0, 2400.0, 600.0), SHAPE),
        ((100.0, 100.0, 300.0, 104.0), SHAPE),  # too low to be cut out
        ((20.0, 20.0, 80.0, 80.0), (200, 250)),  # enlarged as it is
    ],
)
def test_the_whole_is_looked_at_where_that_is_as_good(bounds, shape):
    assert Window.around(membrane(*bounds), shape) is None


PLACES = st.tuples(st.floats(0, 1500), st.floats(0, 1000), st.floats(60, 900), st.floats(60, 900))


@given(PLACES)
def test_a_window_holds_its_membrane_and_ends_with_the_photograph(place):
    left, top, width, height = place
    there = membrane(left, top, left + width, top + height)
    window = Window.around(there, SHAPE)
    assert 0 <= window.left <= left
    assert 0 <= window.top <= top
    assert left + width <= window.right <= SHAPE[1]
    assert top + height <= window.bottom <= SHAPE[0]
    pixels = np.zeros(SHAPE, np.uint8)
    rows, columns = window.cut(pixels).shape
    assert (rows, columns) == (window.bottom - window.top, window.right - window.left)


@given(PLACES, st.lists(st.floats(0, 3000), max_size=4), st.none() | st.integers(0, 9))
def test_the_way_in_and_the_way_out_are_inverse(place, columns, count):
    left, top, width, height = place
    there = membrane(left, top, left + width, top + height)
    window = Window.around(there, SHAPE)
    lanes = tuple(lane(x, number=k + 1) for k, x in enumerate(columns))
    wanted = Wanted(fixed=lanes, absent=lanes[:1], count=count, room=(left, left + width))
    inside = window.wanted_inside(wanted)
    assert inside.count == count
    for name in ("fixed", "absent"):
        back = window.lanes_outside(getattr(inside, name))
        for a, b in zip(back, getattr(wanted, name), strict=True):
            assert np.allclose(a.nodes, b.nodes)
            assert (a.width_px, a.number) == (b.width_px, b.number)
    assert np.allclose(np.add(inside.room, window.left), wanted.room)
    shift = np.subtract(window.membrane_inside(there).corners, there.corners)
    assert np.allclose(shift, (-window.left, -window.top))


def test_without_a_room_there_is_none_inside():
    window = Window.around(membrane(500.0, 400.0, 900.0, 700.0), SHAPE)
    assert window.wanted_inside(Wanted(count=3)).room is None


def test_a_pixel_of_the_window_is_that_of_the_photograph():
    window = Window.around(membrane(500.0, 400.0, 900.0, 700.0), SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    assert window.cut(rows)[7, 11] == window.top + 7
    assert window.cut(columns)[7, 11] == window.left + 11


@pytest.mark.parametrize("corner", [(0, 0), (2400, 1700)])
def test_lanes_of_a_small_membrane_lie_where_they_are(simulated, as_image, corner):
    blot = simulated("easy", 1)
    left, top = corner
    small = cv2.resize(blot.counts(), None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape
    table = np.random.default_rng(2).normal(300, 12, (2400, 3000))
    table[top : top + rows, left : left + columns] = small
    image = as_image(np.clip(np.rint(table), 0, 65535).astype(np.uint16))
    there = membrane(left, top, left + columns - 1.0, top + rows - 1.0)
    photograph = Photograph(id="p", file="p.tif", membranes=("m",))
    drawn = PlacedMembranes(image="p", membranes=(replace(there, edited=True),))
    project = Project(photographs=(photograph,), membranes=(drawn,))
    lanes = locate(project, photograph, image, StageCache()).seen[0].lanes
    true = [x.as_lane("p", "m") for x in blot.lanes]
    assert len(lanes) == len(true)
    for found, t in zip(lanes, true, strict=True):
        for y in (rows / 3, rows / 2):
            x = (t.x_at(FINE * y) + 0.5) / FINE - 0.5
            assert found.x_at(y + top) - left == pytest.approx(x, abs=0.05 * t.width_px / FINE)
        assert found.width_px == pytest.approx(t.width_px / FINE, rel=0.25)
