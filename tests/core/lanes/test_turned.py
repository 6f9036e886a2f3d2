from __future__ import annotations

import math

import numpy as np
import pytest

from blotquant.lanes.turned import Turned
from blotquant.lanes.wanted import Wanted
from blotquant.model.geometry import Membrane, along_and_down
from blotquant.model.lane import Lane


def membrane(angle_deg, *, edited=True):
    u, v = along_and_down(angle_deg)
    tl = (100.0, 150.0)
    tr = (tl[0] + 200 * u[0], tl[1] + 200 * u[1])
    br, bl = ((x + 120 * v[0], y + 120 * v[1]) for x, y in (tr, tl))
    return Membrane(
        image="i", name="A", corners=(tl, tr, br, bl), angle_deg=angle_deg, edited=edited
    )


def test_only_what_a_user_straightened_is_turned():
    assert Turned.along(membrane(20, edited=False)) is None
    assert Turned.along(membrane(0.2)) is None
    assert Turned.along(membrane(20)) is not None


@pytest.mark.parametrize("angle", [-30.0, 12.0, 40.0])
def test_places_come_back_and_the_membrane_lies_straight(angle):
    part = Turned.along(membrane(angle))
    inside = part.membrane_inside(membrane(angle))
    tl, tr, _br, bl = inside.corners
    assert tl[1] == pytest.approx(tr[1])
    assert tl[0] == pytest.approx(bl[0])
    assert (tr[0] - tl[0], bl[1] - tl[1]) == pytest.approx((200, 120))
    lane = Lane(image="i", membrane="A", number=1, nodes=((40.0, 5.0), (42.0, 100.0)), width_px=9.0)
    [outside] = part.lanes_outside([lane])
    [back] = part.wanted_inside(Wanted(fixed=(outside,))).fixed
    assert np.allclose(back.nodes, lane.nodes)
    (x0, y0), (x1, y1) = outside.nodes
    lean = math.degrees(math.atan2(x1 - x0, y1 - y0))
    assert lean == pytest.approx(angle + math.degrees(math.atan2(2, 95)), abs=1e-6)


def test_a_picture_is_cut_out_upright():
    rows, columns = np.mgrid[0:400, 0:500]
    u, _ = along_and_down(20.0)
    down = columns * -u[1] + rows * u[0]  # what is constant along the bands
    part = Turned.along(membrane(20.0))
    cut = part.cut(down.astype(np.float32))
    assert cut.shape == (part.height, part.width)
    middle = cut[10:-10, 10:-10]
    assert float(np.ptp(middle, axis=1).max()) < 0.01
