"""Lanes that only follow from their neighbours are blank until something says what they hold."""

from dataclasses import replace

import pytest

from blotquant.cache import StageCache
from blotquant.model.lane import LaneKind
from blotquant.model.project import Photograph, PlacedLanes, Project
from blotquant.model.sample import Sample
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant.stages.locating import locate, number_lanes

GAP = 4  # the lane that holds nothing
BLANK, SAMPLE, LADDER = LaneKind.BLANK, LaneKind.SAMPLE, LaneKind.LADDER


def blot(*, full=False):
    amounts = tuple(2.0e6 if full or n != GAP else 0.0 for n in range(1, 8))
    rows = tuple(RowSpec(target="x", form=f"{f}", fraction=f, amounts=amounts) for f in (0.3, 0.7))
    return simulate_blot(
        Scene(
            width_px=578,
            height_px=320,
            n_lanes=7,
            lane_width_px=52.0,
            gap_px=22.0,
            rows=rows,
            seed=1,
        )
    )


@pytest.fixture(scope="module")
def gapped():
    return blot().image


def kinds(images, *, samples=(), lanes=()):
    """Return the kinds of the numbered lanes on the first of some photographs of one membrane."""
    photographs = tuple(Photograph(id=i, file=f"{i}.tif", membranes=("m",)) for i in images)
    project = Project(photographs=photographs, samples=tuple(samples), lanes=tuple(lanes))
    cache = StageCache()
    seen = [s for p in photographs for s in locate(project, p, images[p.id], cache).seen]
    numbered = number_lanes(project, seen, cache)
    return [lane.kind for lane in numbered[photographs[0].id, "m"]]


def only(kind):
    """Return the kinds of seven lanes, all samples but the one without bands."""
    return [kind if n == GAP else SAMPLE for n in range(1, 8)]


def test_a_lane_that_was_only_inferred_is_blank(gapped):
    assert kinds({"p": gapped}) == only(BLANK)


@pytest.mark.parametrize("kind", list(LaneKind))
@pytest.mark.parametrize("membrane", ["m", ""])
def test_the_sample_sheet_says_what_it_holds(gapped, kind, membrane):
    sample = Sample(membrane=membrane, lane=GAP, sample="s", kind=kind)
    assert kinds({"p": gapped}, samples=[sample]) == only(kind)


def test_a_line_for_another_lane_says_nothing(gapped):
    sample = Sample(membrane="m", lane=2, sample="s")
    assert kinds({"p": gapped}, samples=[sample]) == only(BLANK)


def test_another_photograph_that_shows_it_says_that_it_holds_something(gapped):
    assert kinds({"p": gapped, "q": blot(full=True).image}) == only(SAMPLE)


def test_another_photograph_without_it_says_nothing(gapped):
    twin = replace(gapped, name="twin.tif")
    assert kinds({"p": gapped, "q": twin}) == only(BLANK)


def test_who_types_the_number_of_lanes_means_lanes_that_hold_something(gapped):
    word = PlacedLanes(image="p", membrane="m", lanes=(), found_around=True, count=7)
    assert kinds({"p": gapped}, lanes=[word]) == only(SAMPLE)


def test_the_sample_sheet_overrules_the_number(gapped):
    word = PlacedLanes(image="p", membrane="m", lanes=(), found_around=True, count=7)
    sample = Sample(membrane="m", lane=GAP, kind=BLANK)
    assert kinds({"p": gapped}, lanes=[word], samples=[sample]) == only(BLANK)


def test_what_the_user_said_at_the_lane_itself_stays(gapped):
    found = locate(
        Project(photographs=(Photograph(id="p", file="p.tif", membranes=("m",)),)),
        Photograph(id="p", file="p.tif", membranes=("m",)),
        gapped,
        StageCache(),
    )
    lanes = tuple(
        replace(lane, kind=LADDER, edited=True) if lane.number == GAP else lane
        for lane in found.seen[0].lanes
    )
    word = PlacedLanes(image="p", membrane="m", lanes=lanes)
    sample = Sample(membrane="m", lane=GAP, kind=BLANK)
    assert kinds({"p": gapped}, lanes=[word], samples=[sample]) == only(LADDER)
