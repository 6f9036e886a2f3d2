"""Projects that ask for what no picture can show are refused when they are opened."""

from dataclasses import replace

import pytest

from blotquant.errors import ProjectError
from blotquant.io.open_project import open_project, save_project
from blotquant.io.project_limits import MAX_LANES, MAX_NUMBER, MAX_PLACE_PX
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane
from blotquant.model.lane import Lane
from blotquant.model.project import (
    AssignedRow,
    Photograph,
    PlacedBands,
    PlacedLanes,
    PlacedMembranes,
    Project,
)

LANE = Lane(image="img1", membrane="A", number=1, nodes=((50.0, 0.0), (52.0, 900.0)), width_px=60.0)
BAND = Band(image="img1", membrane="A", lane=1, row=1, start_px=10.0, apex_px=15.0, stop_px=20.0)
MEMBRANE = Membrane(
    image="img1", name="A", corners=((0.0, 0.0), (99.0, 0.0), (99.0, 900.0), (0.0, 900.0))
)
FAR = 2 * MAX_PLACE_PX


def project(*, lane=LANE, band=BAND, membrane=MEMBRANE, row_image="img1", at=None, count=None):
    row = AssignedRow(image=row_image, membrane="A", row=1, target="parp", form="", at=at)
    return Project(
        photographs=(Photograph(id="img1", file="a.tif", membranes=("A",)),),
        membranes=(PlacedMembranes(image="img1", membranes=(membrane,)),),
        lanes=(PlacedLanes(image="img1", membrane="A", lanes=(lane,), count=count),),
        bands=(PlacedBands(image="img1", membrane="A", bands=(band,), lanes=(lane,)),),
        rows=(row,),
    )


def test_what_a_picture_can_show_opens(tmp_path):
    save_project(project(at=(5.0, 5.0), count=12), tmp_path / "a.blot")
    assert open_project(tmp_path / "a.blot").lanes[0].lanes == (LANE,)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (project(lane=replace(LANE, nodes=((0.0, 0.0), (0.0, FAR)))), "larger than any picture"),
        (project(lane=replace(LANE, width_px=FAR)), "larger than any picture"),
        (project(lane=replace(LANE, width_px=50_000.0)), "larger than any picture"),
        (project(lane=replace(LANE, number=MAX_NUMBER + 1)), "lane with the number"),
        (project(lane=replace(LANE, image="img2")), "parts of two photographs"),
        (project(band=replace(BAND, stop_px=FAR)), "band that lies beyond"),
        (project(band=replace(BAND, apex_px=500.0)), "top lies far outside"),
        (project(band=replace(BAND, row=MAX_NUMBER + 1)), "band with the numbers"),
        (project(membrane=replace(MEMBRANE, corners=((-FAR, 0.0),) * 4)), "membrane 'A' that lies"),
        (project(at=(0.0, FAR)), "row that lies beyond"),
        (project(row_image="img7"), "photograph 'img7' that is not in it"),
        (project(count=MAX_LANES + 1), "number of lanes"),
    ],
)
def test_what_no_picture_can_show_is_refused(tmp_path, changed, words):
    save_project(changed, tmp_path / "a.blot")
    with pytest.raises(ProjectError, match=rf"a\.blot is damaged: it holds .*{words}"):
        open_project(tmp_path / "a.blot")
