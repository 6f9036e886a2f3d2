from blotquant.lanes.gaps import lanes_between
from blotquant.model.lane import Lane


def lane(number, x, width=40.0, lean=0.0):
    nodes = ((x, 10.0), (x + lean, 310.0))
    return Lane(image="a", membrane="m", number=number, nodes=nodes, width_px=width)


def test_a_gap_lies_between_its_lanes_and_clear_of_both():
    (gap,) = lanes_between((lane(1, 100.0), lane(2, 160.0)))
    assert gap.number == 1
    assert gap.nodes == ((130.0, 10.0), (130.0, 310.0))
    assert 4.0 <= gap.width_px < 20.0


def test_a_gap_follows_leaning_lanes():
    (gap,) = lanes_between((lane(1, 100.0, lean=30.0), lane(2, 160.0, lean=30.0)))
    assert gap.x_at(310.0) - gap.x_at(10.0) == 30.0


def test_touching_lanes_have_no_gap():
    assert lanes_between((lane(1, 100.0), lane(2, 142.0))) == ()


def test_a_gap_as_wide_as_a_lane_is_no_gap():
    assert lanes_between((lane(1, 100.0), lane(2, 200.0))) == ()


def test_one_lane_has_no_gap():
    assert lanes_between((lane(1, 100.0),)) == ()
