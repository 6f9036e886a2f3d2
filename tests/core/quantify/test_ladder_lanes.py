"""What tells a ladder from a sample among the lanes of one membrane."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.model.ladder import Ladder
from blotquant.quantify.ladder_lanes import (
    ASKED_FROM,
    Standing,
    is_candidate,
    judge,
    n_alike,
    standings,
    together,
)
from blotquant.quantify.ladder_product import ProductMatch

LADDER = Ladder(id="l", name="L", chemistry="any", bands_kda=(100, 50, 25))
STANDING = Standing(is_outermost=True, n_others=7, n_found=8, n_own=7, n_common=3, n_shared=0)
FIT = ProductMatch(
    ladder=LADDER, n_matched=8, n_bands=8, rms_ln=0.012, beyond_chance=3.0, is_clear=True
)
NO_FIT = replace(FIT, beyond_chance=-6.0)
MARKER = (0.05, 0.15, 0.25, 0.33, 0.47, 0.6, 0.72, 0.85)
SAMPLE = (0.2, 0.4, 0.8)


def membrane(*lanes):
    """Return (lanes, rows) of heights: equal heights make one row."""
    rows = sorted({y for lane in lanes for y in lane})
    return np.array([[y if y in lane else np.nan for y in rows] for lane in lanes])


def compared(*lanes, known=()):
    heights = membrane(*lanes)
    ladders = np.array([k in known for k in range(len(lanes))], dtype=bool)
    return standings(heights, ~ladders, ladders)


def test_a_ladder_has_bands_of_its_own_and_lacks_the_common_rows():
    first, second, *_ = compared(MARKER, *[SAMPLE] * 5)
    assert (first.n_found, first.n_own, first.n_common, first.n_shared) == (8, 8, 3, 0)
    assert first.is_outermost
    assert first.n_others == 4  # without the lane at the other edge
    assert (second.n_found, second.n_own, second.n_shared) == (3, 0, 3)
    assert not second.is_outermost


def test_ladders_at_both_edges_do_not_hide_each_other():
    first, *_, last = compared(MARKER, *[SAMPLE] * 4, MARKER)
    assert first.n_own == last.n_own == 8
    assert first.n_as_opposite == last.n_as_opposite == 8
    assert first.is_twin


def test_a_second_ladder_is_like_the_known_one_although_it_runs_lower():
    lower = tuple(y + 0.03 for y in MARKER)
    *_, inner, _ = compared(MARKER, *[SAMPLE] * 4, lower, SAMPLE, known=(0,))
    assert inner.n_as_ladder == 8
    assert inner.n_own == 8
    assert inner.is_twin


def test_lanes_without_bands_do_not_count_as_others():
    first, *_ = compared(MARKER, (), (), SAMPLE)
    assert first.n_others == 1


def test_one_lane_alone_is_compared_with_nothing():
    (only,) = compared(MARKER)
    assert only.n_others == 0
    assert not is_candidate(only)


def test_several_photographs_are_taken_together():
    other_antibody = replace(STANDING, n_found=0, n_own=0, n_common=1, n_shared=0)
    whole = together((other_antibody, STANDING))
    assert (whole.n_own, whole.n_common, whole.n_shared) == (7, 4, 0)


@given(
    heights=st.lists(st.floats(0.05, 0.9), min_size=5, max_size=12, unique=True),
    tilt=st.floats(-0.035, 0.035),
)
def test_a_lane_is_its_own_twin_however_the_front_is_tilted(heights, tilt):
    mine = np.array(sorted(heights))
    assert n_alike(mine, mine + tilt) >= 5


def test_few_bands_make_no_twin():
    assert n_alike(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.1, 0.2, 0.3, 0.4])) == 0
    assert n_alike(np.array(MARKER), np.array([0.1, np.nan])) == 0


class TestVerdict:
    def test_what_agrees_in_everything_is_taken(self):
        verdict = judge(STANDING, FIT)
        assert verdict.is_taken
        assert verdict.confidence > 0.99
        assert "7 of its 8 bands lie where the other lanes have none" in verdict.reason
        assert "none of the 3 rows common to them" in verdict.reason
        assert "8 bands stand in the steps of a ladder to 1 %" in verdict.reason

    @pytest.mark.parametrize(
        "changed",
        [
            {"n_own": 4},
            {"n_shared": 3},
            {"n_others": 1},
        ],
    )
    def test_one_observation_against_it_leaves_it_a_sample(self, changed):
        assert not judge(replace(STANDING, **changed), FIT).is_taken

    def test_bands_that_fit_no_ladder_are_asked_about(self):
        verdict = judge(STANDING, NO_FIT)
        assert not verdict.is_taken
        assert verdict.confidence >= ASKED_FROM
        assert "too few, or too uneven" in verdict.reason
        assert not judge(STANDING, None).is_taken

    def test_a_twin_need_not_fit_a_known_product(self):
        verdict = judge(replace(STANDING, n_as_ladder=8), NO_FIT)
        assert verdict.is_taken
        assert "8 bands lie beside those of another ladder lane" in verdict.reason
        opposite = judge(replace(STANDING, n_as_opposite=7), NO_FIT)
        assert "lane at the other edge" in opposite.reason

    def test_two_lysates_among_pure_samples_are_no_ladders(self):
        lysate = replace(STANDING, n_found=20, n_own=17, n_as_opposite=17)
        assert not judge(lysate, replace(FIT, beyond_chance=-15.0)).is_taken

    def test_a_chosen_ladder_without_its_lane_makes_it_likelier(self):
        doubtful = replace(STANDING, n_own=3, n_found=4)
        without = judge(doubtful, NO_FIT)
        assert judge(doubtful, NO_FIT, is_expected=True).confidence > without.confidence

    @pytest.mark.parametrize(
        ("shared", "words"), [(0, "it lacks the row"), (1, "it shows the row")]
    )
    def test_a_single_common_row_is_spoken_of_as_one(self, shared, words):
        standing = replace(STANDING, n_common=1, n_shared=shared)
        assert words in judge(standing, FIT).reason

    @given(
        own=st.integers(0, 12),
        common=st.integers(0, 8),
        shared=st.integers(0, 8),
        beyond=st.floats(-20, 10),
    )
    def test_more_shared_rows_never_speak_for_a_ladder(self, own, common, shared, beyond):
        match = replace(FIT, beyond_chance=beyond)
        shared = min(shared, common)
        standing = replace(STANDING, n_found=12, n_own=own, n_common=common, n_shared=shared)
        more = replace(standing, n_common=common + 1, n_shared=shared + 1)
        less, verdict = judge(more, match), judge(standing, match)
        assert less.confidence <= verdict.confidence
        assert 0 <= less.confidence <= 1
