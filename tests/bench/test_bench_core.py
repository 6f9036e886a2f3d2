"""How long reading, lanes and the whole pipeline take on 12 MP with 20 lanes.

Run by ``make bench``. In the ordinary suite each runs once, to see that it still works.
"""

import sys
from pathlib import Path

import pytest

from blotquant.model.geometry import Membrane
from blotquant.model.project import Photograph, Project
from blotquant.simulate import simulate_blot, write_blot

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from validation.times import N_LANES, large_scene


@pytest.fixture(scope="session")
def large_blot():
    """Give a photograph of 4000 x 3000 px with 20 lanes and six rows."""
    return simulate_blot(large_scene())


@pytest.fixture(scope="session")
def large_file(large_blot, tmp_path_factory):
    return write_blot(large_blot, tmp_path_factory.mktemp("bench"), "large")


def test_reading_12_mp(benchmark, large_file, large_blot):
    from blotquant.io.images import read_image

    image = benchmark(read_image, large_file)
    assert image == large_blot.image


def test_reading_12_mp_by_tifffile_alone(benchmark, large_file, large_blot):
    import tifffile

    pixels = benchmark(tifffile.imread, large_file)
    assert pixels.shape == large_blot.image.pixels.shape


def test_hash_full_scale_and_warnings_of_12_mp(benchmark, large_file, large_blot):
    from blotquant.io.images import read_image

    found = benchmark(read_image(large_file).look)
    assert found.sha256 == large_blot.image.sha256


def test_polarity_of_12_mp(benchmark, large_blot):
    from blotquant.image.contrast import contrasts, work_copy
    from blotquant.image.polarity import guess_polarity

    def guess():
        copy = work_copy(large_blot.image.pixels)
        return guess_polarity(copy, contrasts(copy))

    assert benchmark(guess).polarity is large_blot.polarity


def test_twenty_lanes_on_12_mp(benchmark, large_blot):
    from blotquant.image.contrast import contrasts, work_copy
    from blotquant.lanes.crests import lane_pieces
    from blotquant.lanes.detect import LANE_DETECTORS

    image = large_blot.image
    right, bottom = float(image.width - 1), float(image.height - 1)
    corners = ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom))
    membrane = Membrane(image="img1", name="A", corners=corners)
    detector = LANE_DETECTORS.create("ridges")
    copy = work_copy(image.pixels)
    scales = contrasts(copy)

    def detect():
        pieces = lane_pieces(copy, scales, large_blot.polarity)
        return detector.detect(copy, pieces, membrane, large_blot.polarity)

    assert len(benchmark(detect)) == N_LANES


def test_whole_pipeline_on_12_mp_and_20_lanes(benchmark, large_blot, large_file):
    from blotquant.pipeline import analyse

    photograph = Photograph(
        id="img1",
        file=large_file.as_posix(),
        membranes=("A",),
        targets=("parp", "caspase-9", "caspase-3"),
    )
    project = Project(photographs=(photograph,))
    analysis = benchmark(analyse, project, {"img1": large_blot.image})
    assert len(analysis.lanes) == N_LANES
