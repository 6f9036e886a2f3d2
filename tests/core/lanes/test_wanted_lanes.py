"""Lanes found around what the user fixed: exact in place and number, the rest by evidence."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.flags import Flag
from blotquant.image.contrast import contrasts, work_copy
from blotquant.lanes.choose import Weighed
from blotquant.lanes.counted import exactly
from blotquant.lanes.crests import lane_pieces
from blotquant.lanes.detect import LANE_DETECTORS
from blotquant.lanes.limits import NO_LIMITS, Limits
from blotquant.lanes.strips import Strip
from blotquant.lanes.wanted import Wanted
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.simulate import RowSpec, Scene, simulate_blot


class Blot:
    """A simulated blot with what a lane detector is given."""

    def __init__(self, pixels, polarity=Polarity.LIGHT_ON_DARK):
        height, width = pixels.shape
        self.polarity = polarity
        self.copy = work_copy(pixels)
        self.pieces = lane_pieces(self.copy, contrasts(self.copy), polarity)
        right, bottom = width - 1.0, height - 1.0
        corners = ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom))
        self.membrane = Membrane(image="p", name="m", corners=corners)

    def lanes(self, **wanted):
        detector = LANE_DETECTORS.create("ridges")
        return detector.detect(
            self.copy, self.pieces, self.membrane, self.polarity, Wanted(**wanted)
        )


def scene(n_lanes=6, amounts=None, **more):
    amounts = amounts or (3.0e6,) * n_lanes
    rows = tuple(
        RowSpec(target="x", form=f"{f}", fraction=f, amounts=tuple(amounts)) for f in (0.3, 0.7)
    )
    return Scene(
        width_px=74 * n_lanes + 200,
        height_px=320,
        n_lanes=n_lanes,
        lane_width_px=52.0,
        gap_px=22.0,
        rows=rows,
        seed=3,
        **more,
    )


@pytest.fixture(scope="module")
def truth():
    return simulate_blot(scene())


@pytest.fixture(scope="module")
def blot(truth):
    return Blot(truth.image.pixels, truth.polarity)


def shifted(lane, share):
    nodes = tuple((x + share * lane.width_px, y) for x, y in lane.nodes)
    return replace(lane, nodes=nodes, edited=True)


def middles(lanes):
    return np.array([x.x_at(160.0) for x in lanes])


def assert_parted(lanes):
    assert [x.number for x in lanes] == list(range(1, len(lanes) + 1))
    for a, b in itertools.pairwise(lanes):
        for y in (a.nodes[0][1], a.nodes[-1][1]):
            assert a.x_at(y) + a.width_px / 2 <= b.x_at(y) - b.width_px / 2 + 0.1 * a.width_px


def test_without_a_word_nothing_changes(blot):
    assert len(blot.lanes()) == 6
    assert not Wanted()


def test_a_fixed_lane_stays_and_the_others_are_found(blot):
    found = blot.lanes()
    fixed = replace(found[2], width_px=50.0, edited=True)
    around = blot.lanes(fixed=(fixed,))
    assert around[2] == fixed
    assert np.allclose(middles(around), middles(found), atol=1.0)


@pytest.mark.parametrize("share", [-0.3, 0.3])
def test_neighbours_give_way_to_a_fixed_lane(blot, share):
    found = blot.lanes()
    moved = shifted(found[2], share)
    around = blot.lanes(fixed=(moved,))
    assert around[2] == moved
    assert len(around) == 6
    assert_parted(around)
    far = [0, 5]
    assert np.allclose(middles(around)[far], middles(found)[far], atol=1.0)


def test_a_lane_drawn_over_two_takes_both_places(blot):
    found = blot.lanes()
    over = replace(shifted(found[2], 0.7), width_px=2.3 * found[2].width_px)
    around = blot.lanes(fixed=(over,))
    assert [x.edited for x in around].count(True) == 1
    assert len(around) == 5
    assert_parted(around)


def test_a_deleted_lane_is_neither_found_nor_inferred(blot):
    found = blot.lanes()
    around = blot.lanes(absent=(found[3],))
    kept = [0, 1, 2, 4, 5]
    assert np.allclose(middles(around), middles(found)[kept], atol=1.0)


def test_fixed_lanes_tell_the_others_how_they_lean():
    # Nothing but noise, and one lane that a user drew leaning: those beside it lean alike.
    noise = np.random.default_rng(1).normal(2000, 30, (320, 700)).astype(np.uint16)
    lane = Lane(
        image="p", membrane="m", number=1, nodes=((300, 0), (330, 319)), width_px=50, edited=True
    )
    lanes = Blot(noise).lanes(fixed=(lane,), count=4)
    assert len(lanes) == 4
    for x in lanes:
        assert x.nodes[-1][0] - x.nodes[0][0] == pytest.approx(30, abs=2)
        assert x.width_px <= 51
    assert_parted(lanes)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 7, 9, 12, 24])
def test_any_number_is_kept_exactly(blot, count):
    lanes = blot.lanes(count=count)
    assert len(lanes) == count
    assert_parted(lanes)


def test_best_evidence_comes_first():
    made = simulate_blot(scene(amounts=(3e6, 3e6, 1.2e5, 3e6, 3e6, 3e6)))
    blot = Blot(made.image.pixels, made.polarity)
    true = np.array([x.as_lane("p", "m").x_at(160.0) for x in made.lanes])
    five = blot.lanes(count=5)
    assert np.allclose(middles(five), true[[0, 1, 3, 4, 5]], atol=4)
    six = blot.lanes(count=6)
    assert np.allclose(middles(six), true, atol=6)


def test_a_lane_without_bands_is_inferred_at_the_pitch():
    made = simulate_blot(scene(amounts=(3e6, 3e6, 3e6, 3e6, 3e6, 0.0)))
    blot = Blot(made.image.pixels, made.polarity)
    assert len(blot.lanes()) == 5
    lanes = blot.lanes(count=6, room=(float(made.lanes[0].nodes[0][0]) - 30, 1e4))
    true = made.lanes[5].as_lane("p", "m").x_at(160.0)
    assert lanes[5].x_at(160.0) == pytest.approx(true, abs=8)
    assert Flag.INFERRED_LANE in lanes[5].flags
    assert lanes[5].confidence < 0.5
    assert "spacing" in lanes[5].reason
    assert not any(Flag.INFERRED_LANE in x.flags for x in lanes[:5])


def test_lanes_that_touch_without_a_dip_are_parted_evenly():
    wide = np.full((200, 420), 1000.0) + np.random.default_rng(2).normal(0, 5, (200, 420))
    y, x = np.mgrid[0:200, 0:420]
    wide += 9000 * np.exp(-0.5 * ((y - 100) / 4) ** 2) * ((x > 30) & (x < 390))
    blot = Blot(wide.astype(np.uint16))
    lanes = blot.lanes(count=6)
    assert len(lanes) == 6
    assert np.allclose(np.diff(middles(lanes)), 60, atol=4)
    assert all(n.confidence < 0.5 for n in lanes)
    assert all("number" in n.reason or "spacing" in n.reason for n in lanes)


def test_a_picture_without_a_blot_gives_as_many_as_said():
    noise = np.random.default_rng(4).normal(2000, 30, (300, 640)).astype(np.uint16)
    lanes = Blot(noise).lanes(count=8)
    assert len(lanes) == 8
    assert all(Flag.INFERRED_LANE in n.flags for n in lanes)


def test_more_fixed_lanes_than_said_are_all_kept(blot):
    found = tuple(replace(x, edited=True) for x in blot.lanes())
    assert blot.lanes(fixed=found, count=2) == found


class TestExactChoice:
    strips = st.lists(
        st.tuples(st.floats(0, 900), st.floats(20, 90), st.floats(0.01, 9)), max_size=12
    )

    @given(strips, st.integers(0, 25))
    @settings(deadline=None, max_examples=60)
    def test_the_number_is_kept_whatever_is_seen(self, raw, count):
        columns = np.array(raw, dtype=float).reshape(-1, 3)
        weighed = Weighed(
            left=columns[:, 0], right=columns[:, 0] + columns[:, 1], gain=columns[:, 2], typical=50
        )
        free = [
            Strip(left=100, right=150, gain=3, lean=0),
            Strip(left=200, right=250, gain=3, lean=0),
        ]
        chosen = exactly(count, free, weighed, NO_LIMITS, (0.0, 1000.0), 0.0)
        assert len(chosen) == count
        edges = sorted((s.left, s.right) for s in chosen)
        for (_, b), (a, _) in itertools.pairwise(edges):
            assert a >= b - 0.06 * 90

    def test_it_takes_the_heaviest_set_that_fits(self):
        left = np.array([0.0, 50.0, 100.0, 25.0])
        weighed = Weighed(
            left=left, right=left + 50, gain=np.array([2.0, 2.0, 2.0, 5.0]), typical=50.0
        )
        chosen = exactly(2, [], weighed, NO_LIMITS, (0.0, 150.0), 0.0)
        assert [(s.left, s.gain) for s in chosen] == [(25.0, 5.0), (100.0, 2.0)]
        chosen = exactly(3, [], weighed, NO_LIMITS, (0.0, 150.0), 0.0)
        assert [s.left for s in chosen] == [0.0, 50.0, 100.0]

    def test_settled_places_are_kept_clear(self):
        limits = Limits(fixed=((100.0, 150.0),), absent=((300.0, 350.0),))
        left, right = np.array([90.0, 140.0, 310.0]), np.array([140.0, 200.0, 360.0])
        trimmed_left, trimmed_right, stays = limits.clear(left, right)
        assert stays.tolist() == [False, True, False]
        assert (trimmed_left[1], trimmed_right[1]) == (150.0, 200.0)
        assert not limits.allows(290, 340)
