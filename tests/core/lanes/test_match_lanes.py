from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.flags import Flag
from blotquant.lanes.match import Seen, match_lanes
from blotquant.model.geometry import Membrane
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Photograph, PlacedLanes, Project
from blotquant.model.registration import Registration
from blotquant.pipeline import analyse
from blotquant.simulate import RowSpec, Scene, simulate_blot

TOP, BOTTOM = 10.0, 310.0


def membrane(image, dx=0.0, dy=0.0):
    left, right, top, bottom = 5 + dx, 605 + dx, TOP + dy, BOTTOM + dy
    return Membrane(
        image=image,
        name="m",
        corners=((left, top), (right, top), (right, bottom), (left, bottom)),
    )


def seen(image, columns, dx=0.0, dy=0.0, *, placed=False, **more):
    """Return lanes at the given columns of the membrane, on a photograph shifted by dx, dy."""
    lanes = tuple(
        Lane(
            image=image,
            membrane="m",
            number=k + 1,
            nodes=((60.0 + 80 * c + dx, TOP + dy), (66.0 + 80 * c + dx, BOTTOM + dy)),
            width_px=50.0,
            **more,
        )
        for k, c in enumerate(columns)
    )
    return Seen(image=image, membrane=membrane(image, dx, dy), lanes=lanes, placed=placed)


def columns_of(matched, image, dx=0.0):
    return [round((lane.nodes[0][0] - 60 - dx) / 80, 6) for lane in matched.lanes[image]]


def test_one_photograph_stays_as_it_is():
    only = seen("a", range(6))
    matched = match_lanes([only])
    assert matched.lanes == {"a": only.lanes}
    assert matched.registrations == ()


@given(st.floats(-30, 30), st.floats(-40, 40), st.integers(1, 9))
def test_a_shifted_photograph_is_recognised(dx, dy, n):
    a, b = seen("a", range(n)), seen("b", range(n), dx, dy)
    matched = match_lanes([a, b])
    assert matched.lanes == {"a": a.lanes, "b": b.lanes}
    (found,) = matched.registrations
    assert (found.image, found.to) == ("b", "a")
    assert abs(found.shift_x_px - dx) <= 3 * found.shift_x_se_px
    assert not found.is_height_known


@given(st.floats(-30, 30), st.floats(-30, 30), st.integers(0, 5))
def test_a_missing_lane_is_taken_over_and_flagged(dx, dy, gone):
    a = seen("a", range(6))
    b = seen("b", [c for c in range(6) if c != gone], dx, dy)
    matched = match_lanes([a, b])
    assert columns_of(matched, "b", dx) == pytest.approx(list(range(6)), abs=1e-6)
    for lane in matched.lanes["b"]:
        taken = lane.number == gone + 1
        assert (Flag.TRANSFERRED_LANE in lane.flags) == taken
        assert lane.image == "b"
        if taken:
            assert lane.confidence <= 0.5
            assert "another photograph" in lane.reason
            assert [y for _, y in lane.nodes] == pytest.approx([TOP + dy, BOTTOM + dy])
    assert matched.lanes["a"] == a.lanes


def test_a_bent_lane_keeps_its_bend_when_it_is_taken_over():
    nodes = ((60.0, TOP), (70.0, 110.0), (72.0, 210.0), (60.0, BOTTOM))
    a = seen("a", range(3))
    a = replace(a, lanes=(replace(a.lanes[0], nodes=nodes), *a.lanes[1:]))
    b = seen("b", [1, 2], 12.0, 20.0)
    taken = match_lanes([a, b]).lanes["b"][0]
    assert len(taken.nodes) == 4
    for found, true in zip(taken.nodes, nodes, strict=True):
        assert found == pytest.approx((true[0] + 12.0, true[1] + 20.0))


def test_lanes_that_show_on_one_photograph_each_come_together():
    a, b = seen("a", [0, 1, 3, 4]), seen("b", [1, 2, 3, 4], 12.0)
    matched = match_lanes([a, b])
    for image, dx in (("a", 0.0), ("b", 12.0)):
        assert columns_of(matched, image, dx) == pytest.approx([0, 1, 2, 3, 4], abs=1e-6)
        assert [lane.number for lane in matched.lanes[image]] == [1, 2, 3, 4, 5]


def test_a_photograph_without_lanes_gets_them_all():
    a, b = seen("a", range(4)), seen("b", [], 20.0, 15.0)
    matched = match_lanes([b, a])
    assert columns_of(matched, "b", 20.0) == pytest.approx([0, 1, 2, 3], abs=1e-6)
    assert all(Flag.TRANSFERRED_LANE in lane.flags for lane in matched.lanes["b"])


def test_no_lanes_anywhere():
    matched = match_lanes([seen("a", []), seen("b", [])])
    assert matched.lanes == {"a": (), "b": ()}


def test_placed_lanes_decide_how_many_there_are():
    """Detection elsewhere saw more; what the user placed is all there is."""
    placed = seen("b", [1, 2, 3], 10.0, placed=True, edited=True)
    matched = match_lanes([seen("a", range(6)), placed])
    assert matched.lanes["b"] == placed.lanes
    assert columns_of(matched, "a") == pytest.approx([1, 2, 3], abs=1e-6)


def test_placed_lanes_come_over_as_unedited_ones():
    placed = seen("b", range(4), 10.0, placed=True, edited=True, kind=LaneKind.SAMPLE)
    matched = match_lanes([seen("a", [0, 1]), placed])
    assert [lane.edited for lane in matched.lanes["a"]] == [False] * 4
    assert columns_of(matched, "a") == pytest.approx([0, 1, 2, 3], abs=1e-6)


def test_every_photograph_is_registered_on_the_one_with_the_most_lanes():
    a, b, c = seen("a", [0, 1]), seen("b", range(5), 9.0), seen("c", range(4), -6.0)
    found = {r.image: r for r in match_lanes([a, b, c]).registrations}
    assert set(found) == {"a", "c"}
    assert {r.to for r in found.values()} == {"b"}
    assert found["a"].shift_x_px == pytest.approx(-9.0, abs=1e-6)
    assert found["c"].shift_x_px == pytest.approx(-15.0, abs=1e-6)


def test_a_lane_is_taken_over_turned_and_zoomed():
    a, b = seen("a", range(4)), seen("b", [])
    known = Registration(
        membrane="m",
        image="b",
        to="a",
        centre=(305.0, 160.0),
        shift_x_px=4.0,
        shift_y_px=-7.0,
        rotation_deg=2.0,
        scale=1.25,
        confidence=1.0,
    )
    taken = match_lanes([a, b], [known]).lanes["b"]
    for own, there in zip(a.lanes, taken, strict=True):
        x, y = known.place(own.point_at(150.0))
        assert there.x_at(y) == pytest.approx(x, abs=1e-6)
        assert there.width_px == pytest.approx(1.25 * own.width_px)
        assert there.confidence == 0.5
    unsure = match_lanes([a, b], [replace(known, confidence=0.4)]).lanes["b"][0]
    assert unsure.confidence < 0.5
    assert "not sure" in unsure.reason


@given(st.permutations(["a", "b", "c"]))
def test_numbers_do_not_depend_on_the_order_of_photographs(order):
    every = {
        "a": seen("a", [0, 1, 2, 4]),
        "b": seen("b", [0, 1, 2, 3, 4], 11.0),
        "c": seen("c", [2, 3, 4], -7.0),
    }
    matched = match_lanes([every[i] for i in order])
    for image, dx in (("a", 0.0), ("b", 11.0), ("c", -7.0)):
        assert columns_of(matched, image, dx) == pytest.approx([0, 1, 2, 3, 4], abs=1e-6)


# The same on pictures -----------------------------------------------------------------------------


def photographed(image, amounts, offset=(0.0, 0.0), seed=1):
    """Return a photograph of a membrane with six lanes; each probe has its own row."""
    fraction = 0.35 if image == "target" else 0.65
    row = RowSpec(target=image, form="full", fraction=fraction, amounts=amounts)
    return simulate_blot(
        Scene(
            width_px=560,
            height_px=300,
            n_lanes=6,
            rows=(row,),
            offset_px=offset,
            membrane_edge=False,
            seed=seed,
        )
    )


@pytest.fixture(scope="module")
def reprobed():
    strong = (3e6,) * 6
    target = photographed("target", (*strong[:5], 0.0))
    control = photographed("control", strong, (15.0, 23.0), seed=2)
    project = Project(
        photographs=tuple(
            Photograph(id=i, file=f"{i}.tif", membranes=("m",)) for i in ("target", "control")
        )
    )
    return project, {"target": target, "control": control}


def test_the_lane_that_only_the_control_shows_is_measured_on_the_target_too(reprobed):
    project, blots = reprobed
    analysis = analyse(project, {k: b.image for k, b in blots.items()})
    for image, blot in blots.items():
        lanes = [r.lane for r in analysis.lanes_of(image)]
        assert [lane.number for lane in lanes] == [1, 2, 3, 4, 5, 6]
        for lane, true in zip(lanes, blot.lanes, strict=True):
            at = true.as_lane(image, "m").x_at(150)
            assert abs(lane.x_at(150) - at) < 0.05 * true.width_px
    flags = [Flag.TRANSFERRED_LANE in r.lane.flags for r in analysis.lanes_of("target")]
    assert flags == [False] * 5 + [True]
    last = analysis.bands_of("target", lane=6)
    assert last
    assert not any(m.detected for m in last)
    assert all(Flag.TRANSFERRED_LANE in m.flags for m in last)


def test_lanes_placed_on_one_photograph_lead_on_the_other(reprobed):
    project, blots = reprobed
    lanes = tuple(
        replace(true.as_lane("control", "m"), number=k, edited=True)
        for k, true in enumerate(blots["control"].lanes[1:4], start=1)
    )
    placed = replace(project, lanes=(PlacedLanes(image="control", membrane="m", lanes=lanes),))
    analysis = analyse(placed, {k: b.image for k, b in blots.items()})
    assert tuple(r.lane for r in analysis.lanes_of("control")) == lanes
    found = [r.lane for r in analysis.lanes_of("target")]
    assert len(found) == 3
    for lane, true in zip(found, blots["target"].lanes[1:4], strict=True):
        assert abs(lane.x_at(150) - true.as_lane("t", "m").x_at(150)) < 0.05 * true.width_px
