"""A sample sheet that does not fit the lanes is said to be so, lane by lane."""

from dataclasses import replace

import pytest

from blotquant.model.lane import LaneKind
from blotquant.model.project import Photograph, Project
from blotquant.model.sample import Sample
from blotquant.normalise import design_notices


class _Found:
    """Stands in for a `LaneResult`: only its lane is looked at."""

    def __init__(self, lane):
        self.lane = lane


@pytest.fixture
def found(make_lane):
    def lanes(*numbers, membrane="A", ladder=()):
        return tuple(
            _Found(make_lane(membrane, n, LaneKind.LADDER if n in ladder else LaneKind.SAMPLE))
            for n in numbers
        )

    return lanes


@pytest.fixture
def make_lane():
    from blotquant.model.lane import Lane

    def lane(membrane, number, kind):
        return Lane(
            image="i",
            membrane=membrane,
            number=number,
            nodes=((10.0 * number, 0.0), (10.0 * number, 99.0)),
            width_px=8.0,
            kind=kind,
        )

    return lane


def project(*places, declared=("A",)):
    samples = tuple(Sample(membrane=m, lane=n, condition="c") for m, n in places)
    photograph = Photograph(id="i", file="/i.tif", membranes=declared)
    return Project(photographs=(photograph,), samples=samples)


def texts(notices):
    return [n.text for n in notices]


def test_a_sheet_that_fits_is_passed_over(found):
    sheet = project(("A", 1), ("A", 2), ("A", 3))
    assert design_notices(sheet, found(1, 2, 3)) == ()
    assert design_notices(project(), found(1, 2, 3)) == ()
    assert design_notices(sheet, ()) == ()


@pytest.mark.parametrize("membrane", ["A", ""])
def test_lines_without_a_lane_are_named(found, membrane):
    sheet = project(*((membrane, n) for n in (1, 2, 3, 5, 9)))
    (text,) = texts(design_notices(sheet, found(1, 2, 3)))
    assert "lanes 5, 9" in text
    assert "3 lanes were found" in text


def test_a_membrane_without_lanes_is_named(found):
    (text,) = texts(design_notices(project(("A", 1), ("B", 1)), found(1)))
    assert "lane 1 of membrane B, but no lanes were found" in text


def test_a_lane_without_a_line_is_named_but_a_ladder_needs_none(found):
    sheet = project(("A", 2), ("A", 3))
    assert design_notices(sheet, found(1, 2, 3, ladder=(1,))) == ()
    (text,) = texts(design_notices(sheet, found(1, 2, 3)))
    assert text == "The sample sheet has no line for lane 1 of membrane A"


def test_a_membrane_of_which_nothing_was_said_is_left_alone(found):
    lanes = (*found(1, 2), *found(1, 2, membrane="B"))
    assert design_notices(project(("A", 1), ("A", 2), declared=("A", "B")), lanes) == ()


def test_the_line_of_a_split_membrane_holds_for_its_parts(found):
    lanes = (*found(1, 2, membrane="A.1"), *found(1, 2, membrane="A.2"))
    assert design_notices(project(("A", 1), ("A", 2)), lanes) == ()
    (text,) = texts(design_notices(project(("A", 1), ("A", 2), ("A", 3)), lanes))
    assert "lane 3 of membrane A, but 2 lanes were found" in text


def test_a_line_for_all_membranes_may_be_overridden(found):
    sheet = project(("", 1), ("", 2), ("A", 1))
    assert design_notices(sheet, found(1, 2)) == ()
    longer = replace(sheet, samples=(*sheet.samples, Sample(membrane="", lane=4)))
    assert "lane 4" in texts(design_notices(longer, found(1, 2)))[0]
