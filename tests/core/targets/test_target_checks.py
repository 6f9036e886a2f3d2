"""Rows and ladders that were named but met nothing are said to be so."""

from types import SimpleNamespace

import pytest

from blotquant.model.ladder import LadderFit
from blotquant.model.lane import LaneKind
from blotquant.model.project import AssignedRow, Photograph, Project
from blotquant.model.results import RowAssignment
from blotquant.model.settings import AnalysisSettings
from blotquant.targets import target_notices


def project(*said, ladder=""):
    return Project(
        photographs=(
            Photograph(id="parp", file="/parp.tif", membranes=("A",)),
            Photograph(id="marker", file="/marker.tif", membranes=("A",)),
        ),
        rows=said,
        settings=AnalysisSettings(ladder=ladder),
    )


def said(row, image="parp", target="parp", form="p89"):
    return AssignedRow(image=image, membrane="A", row=row, target=target, form=form)


def assigned(*rows, image="parp"):
    return tuple(
        RowAssignment(image=image, membrane="A", row=r, target="", form="", reason="") for r in rows
    )


def lane(number, kind=LaneKind.SAMPLE, image="parp"):
    return SimpleNamespace(
        lane=SimpleNamespace(image=image, membrane="A", number=number, kind=kind)
    )


FIT = LadderFit(
    ladder="x",
    membrane="A",
    image="marker",
    lane=1,
    position_px=(10.0, 20.0, 30.0),
    mw_kda=(100.0, 50.0, 25.0),
    rms_ln=0.01,
)


class TestRows:
    def test_a_row_that_is_there_is_passed_over(self):
        assert target_notices(project(said(2)), assigned(1, 2), (lane(1),), ()) == ()

    @pytest.mark.parametrize(("n", "words"), [(1, "there is 1 row"), (2, "there are 2 rows")])
    def test_a_row_that_is_not_there_is_named(self, n, words):
        rows = assigned(*range(1, n + 1))
        (notice,) = target_notices(project(said(99)), rows, (lane(1),), ())
        assert notice.text.startswith("Row 99 of A was said to be parp p89, but " + words)
        assert (notice.image, notice.membrane) == ("parp", "A")

    def test_none_of_the_targets_is_named_in_words(self):
        (notice,) = target_notices(project(said(9, target="", form="")), assigned(1), (), ())
        assert "none of the targets" in notice.text

    def test_a_photograph_that_could_not_be_read_has_its_own_complaint(self):
        rows = assigned(1, image="marker")
        assert target_notices(project(said(1)), rows, (lane(1),), ()) == ()


class TestLadders:
    def test_without_a_ladder_nothing_is_said(self):
        assert target_notices(project(), (), (lane(1),), ()) == ()

    def test_a_ladder_without_its_lane_is_named(self):
        (notice,) = target_notices(project(ladder="pageruler-plus"), (), (lane(1), lane(2)), ())
        assert notice.text == "No lane of membrane A is marked as the ladder pageruler-plus"

    def test_a_ladder_that_does_not_fit_is_named_with_its_lane(self):
        lanes = (lane(1, LaneKind.LADDER), lane(2))
        (notice,) = target_notices(project(ladder="pageruler-plus"), (), lanes, ())
        assert "ladder lane 1 on membrane A do not fit pageruler-plus" in notice.text

    def test_a_fit_on_one_photograph_serves_the_whole_membrane(self):
        lanes = (lane(1, LaneKind.LADDER), lane(1, LaneKind.LADDER, image="marker"))
        assert target_notices(project(ladder="x"), (), lanes, (FIT,)) == ()
