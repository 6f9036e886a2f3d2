"""What the tests of the measuring core share: one photograph located, lanes laid out straight."""

import hashlib
import sys

import numpy as np
import pytest

from blotquant.cache import StageCache
from blotquant.cli import main
from blotquant.image.saturation import saturated_mask
from blotquant.lanes.profile import straighten
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.project import Photograph, PlacedBands, PlacedLanes, Project
from blotquant.stages.locating import locate, number_lanes
from blotquant.stages.measuring import find_bands
from blotquant.stages.measuring import measure as measure_bands


def image_of(pixels, full_scale=65535.0, name="made.tif"):
    """Return a picture as if it had been read from a file."""
    pixels = np.ascontiguousarray(pixels)
    return BlotImage(
        name=name,
        pixels=pixels,
        sha256=hashlib.sha256(pixels.tobytes() + repr(pixels.shape).encode()).hexdigest(),
        bits=8 * pixels.dtype.itemsize,
        full_scale=float(full_scale),
        full_scale_reason="the test says so",
    )


@pytest.fixture(scope="session")
def as_image():
    """Give the function that makes a `BlotImage` of an array."""
    return image_of


@pytest.fixture(scope="session")
def located():
    """Give the function that finds polarity, noise, membranes and lanes of one picture."""

    def find(image, *, polarity=None, membranes=("m",)):
        photograph = Photograph(
            id="p", file=image.name, polarity=polarity, membranes=tuple(membranes)
        )
        return locate(Project(photographs=(photograph,)), photograph, image, StageCache())

    return find


@pytest.fixture(scope="session")
def laid_out():
    """Give the function that straightens the true (or given) lanes of a simulated blot."""

    def lay_out(blot, lanes=None):
        image, polarity = blot.image, blot.polarity
        lanes = lanes or tuple(lane.as_lane("p", "m") for lane in blot.lanes)
        mask = saturated_mask(image.pixels, image.full_scale, polarity)
        return lanes, tuple(
            straighten(image.pixels, mask, image.full_scale, polarity, lane) for lane in lanes
        )

    return lay_out


@pytest.fixture(scope="session")
def measured():
    """Give the function that measures one picture up to its volumes.

    Lanes and bands that are given are taken as a user's; what is not given is detected. Returns
    the `BandMeasurement`s, by lane and row.
    """

    def measure(image, *, lanes=(), bands=(), background="lane-baseline", polarity=None):
        photograph = Photograph(id="p", file=image.name, membranes=("m",), polarity=polarity)
        project = Project(
            photographs=(photograph,),
            lanes=(PlacedLanes(image="p", membrane="m", lanes=tuple(lanes)),) if lanes else (),
            bands=(PlacedBands(image="p", membrane="m", bands=tuple(bands)),) if bands else (),
        )
        cache = StageCache()
        where = locate(project, photograph, image, cache)
        numbered = number_lanes(project, where.seen, cache)
        placed = find_bands(project, where.report, numbered, cache)
        return measure_bands(placed, background, cache).bands

    return measure


@pytest.fixture(scope="session")
def inverted():
    """Give the function that returns a picture with bright and dark exchanged."""

    def invert(image):
        return image_of(
            (image.full_scale - image.pixels).astype(image.pixels.dtype), image.full_scale
        )

    return invert


@pytest.fixture(params=list(Polarity), ids=lambda p: p.value)
def polarity(request):
    """Run a test with bright and with dark bands."""
    return request.param


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command as the console script does; return exit code, output and errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["blotquant", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    return call
