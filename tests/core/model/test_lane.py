import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blotquant.model.lane import Baseline, Lane, LaneProfile

X = st.floats(-500, 5000)
STEP = st.floats(1.0, 800)


@st.composite
def lanes(draw):
    """Draw a lane of two to five nodes anywhere, leaning and bent as it likes."""
    y = draw(st.floats(-300, 3000))
    nodes = [(draw(X), y)]
    for _ in range(draw(st.integers(1, 4))):
        y += draw(STEP)
        nodes.append((draw(X), y))
    return Lane(image="i", membrane="m", number=1, nodes=tuple(nodes), width_px=draw(STEP))


def lane(*nodes, width_px=20.0):
    return Lane(image="i", membrane="m", number=1, nodes=nodes, width_px=width_px)


@given(lanes(), st.floats(0, 1))
def test_position_is_the_inverse_of_point(subject, share):
    position = share * subject.length_px
    _, y = subject.point_at(position)
    # One px along a nearly level piece is almost no height, so digits are lost there.
    steepest = max(
        math.dist(a, b) / (b[1] - a[1])
        for a, b in zip(subject.nodes, subject.nodes[1:], strict=False)
    )
    assert subject.position_at(y) == pytest.approx(position, abs=1e-9 * steepest, rel=1e-9)


@given(lanes(), st.floats(0, 1))
def test_a_point_of_the_axis_lies_on_x_at_its_height(subject, share):
    x, y = subject.point_at(share * subject.length_px)
    steepest = max(
        abs(b[0] - a[0]) / (b[1] - a[1])
        for a, b in zip(subject.nodes, subject.nodes[1:], strict=False)
    )
    assert subject.x_at(y) == pytest.approx(x, abs=1e-6 + 1e-9 * steepest)


@given(lanes(), st.floats(0, 1), st.floats(0, 1))
def test_distances_along_the_axis_are_never_shorter_than_straight_ones(subject, a, b):
    length = subject.length_px
    straight = math.dist(subject.point_at(a * length), subject.point_at(b * length))
    assert straight <= abs(a - b) * length + 1e-6


@given(lanes())
def test_the_axis_runs_through_its_nodes(subject):
    done = 0.0
    for i, (x, y) in enumerate(subject.nodes):
        if i:
            done += math.dist(subject.nodes[i - 1], (x, y))
        assert subject.point_at(done) == pytest.approx((x, y), abs=1e-6)
        assert subject.x_at(y) == pytest.approx(x, abs=1e-6)
        assert subject.position_at(y) == pytest.approx(done, abs=1e-6)
    assert subject.length_px == pytest.approx(done)


@given(lanes(), st.floats(1, 500))
def test_beyond_its_ends_the_axis_runs_on_straight(subject, beyond):
    first, second = subject.nodes[:2]
    before = subject.point_at(-beyond)
    step = math.dist(first, second)
    expected = (
        first[0] - beyond / step * (second[0] - first[0]),
        first[1] - beyond / step * (second[1] - first[1]),
    )
    assert before == pytest.approx(expected, abs=1e-6, rel=1e-9)
    after = subject.point_at(subject.length_px + beyond)
    assert math.dist(after, subject.nodes[-1]) == pytest.approx(beyond, abs=1e-5)
    assert subject.position_at(subject.nodes[-1][1] + beyond) > subject.length_px


def test_an_upright_lane_in_numbers():
    subject = lane((100.0, 10.0), (100.0, 210.0))
    assert subject.length_px == 200
    assert subject.point_at(50.0) == (100.0, 60.0)
    assert subject.position_at(60.0) == 50.0
    assert subject.x_at(-1000.0) == 100.0


def test_a_bent_lane_in_numbers():
    subject = lane((0.0, 0.0), (30.0, 40.0), (30.0, 140.0))
    assert subject.length_px == 150
    assert subject.point_at(25.0) == (15.0, 20.0)
    assert subject.point_at(60.0) == (30.0, 50.0)
    assert subject.position_at(20.0) == 25.0
    assert subject.position_at(50.0) == 60.0


@given(lanes(), st.integers(1, 3))
def test_nodes_on_the_axis_change_nothing(subject, extra):
    """A node in the middle of a straight piece is no bend."""
    nodes = list(subject.nodes)
    for _ in range(extra):
        a, b = nodes[0], nodes[1]
        assume(b[1] - a[1] > 1e-3)
        nodes.insert(1, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
    finer = replace(subject, nodes=tuple(nodes))
    assert finer.length_px == pytest.approx(subject.length_px)
    for share in (0.1, 0.5, 0.9):
        position = share * subject.length_px
        assert finer.point_at(position) == pytest.approx(subject.point_at(position), abs=1e-6)


@pytest.mark.parametrize(
    "nodes",
    [
        (),
        ((0.0, 0.0),),
        ((0.0, 10.0), (5.0, 10.0)),
        ((0.0, 10.0), (5.0, 0.0)),
        ((0.0, 0.0), (5.0, 20.0), (5.0, 15.0)),
    ],
)
def test_lanes_must_run_downwards(nodes):
    with pytest.raises(ValueError, match="node"):
        lane(*nodes)


@pytest.mark.parametrize("width", [0.0, -3.0, float("nan")])
def test_lanes_have_a_width(width):
    with pytest.raises(ValueError, match="width"):
        lane((0.0, 0.0), (0.0, 10.0), width_px=width)


def test_lanes_are_values():
    a, b = lane((0.0, 0.0), (0.0, 10.0)), lane((0.0, 0.0), (0.0, 10.0))
    assert a == b
    assert hash(a) == hash(b)
    with pytest.raises(FrozenInstanceError):
        a.number = 2


def test_profiles_are_read_only_and_of_one_length():
    arrays = {
        name: np.zeros(5) for name in ("position_px", "signal", "area_px", "variance", "saturated")
    }
    profile = LaneProfile(**arrays)
    for name in arrays:
        with pytest.raises(ValueError, match="read-only"):
            getattr(profile, name)[0] = 1
    with pytest.raises(ValueError, match="shape"):
        LaneProfile(**{**arrays, "signal": np.zeros(4)})


def test_baselines_are_read_only():
    baseline = Baseline(level=np.zeros(3), level_se=np.zeros(3))
    for array in (baseline.level, baseline.level_se):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
