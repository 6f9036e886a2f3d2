from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.geometry import Membrane
from blotquant.model.image import BlotImage, Polarity, PolarityGuess
from blotquant.model.lane import Baseline, Lane, LaneKind, LaneProfile
from blotquant.model.project import Photograph, PlacedLanes, Project
from blotquant.model.results import (
    Analysis,
    ImageReport,
    LaneLoading,
    LaneResult,
    NoiseModel,
    Notice,
    Ratio,
    RowAssignment,
)
from blotquant.model.sample import Sample
from blotquant.statistics import summarise

NAN = math.nan


def _image(name, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.normal(500, 5, (80, 160)).clip(0, 65535)
    for x in (30, 70, 110):
        pixels[30:36, x - 12 : x + 12] += 3000
    return BlotImage(
        name=name,
        pixels=pixels.astype(np.uint16),
        sha256=f"{seed:064x}",
        bits=16,
        full_scale=65535.0,
        full_scale_reason="the file's own",
    )


def _report(photograph, image, membrane):
    corners = ((5.0, 5.0), (150.0, 5.0), (150.0, 75.0), (5.0, 75.0))
    return ImageReport(
        photograph=photograph,
        image=image,
        polarity=PolarityGuess(polarity=Polarity.LIGHT_ON_DARK, confidence=0.9, reason="bands"),
        n_saturated=0,
        noise=NoiseModel(read_variance=25.0, gain=NAN),
        membranes=(Membrane(image=photograph.id, name=membrane, corners=corners),),
    )


def _lane(image, number, nodes, **more):
    lane = Lane(image=image, membrane="A", number=number, nodes=nodes, width_px=24.0, **more)
    n = 70
    arrays = [np.zeros(n) for _ in range(4)]
    profile = LaneProfile(
        position_px=np.arange(n, dtype=float),
        signal=arrays[0],
        area_px=np.full(n, 24.0),
        variance=arrays[1],
        saturated=arrays[2],
    )
    return LaneResult(
        lane=lane, profile=profile, baseline=Baseline(level=arrays[3], level_se=np.zeros(n))
    )


def _band(lane, volume, **more):
    band = Band(
        image="i1",
        membrane="A",
        lane=lane,
        row=1,
        apex_px=28.0,
        start_px=22.0,
        stop_px=34.0,
        **more,
    )
    return BandMeasurement(
        band=band,
        x_px=40.0 * lane - 10,
        y_px=33.0,
        box=(18.0, 27.0, 42.0, 39.0),
        area_px=288.0,
        raw_volume=volume + 144000.0,
        background_volume=144000.0,
        volume=volume,
        volume_se=1234.56789,
        lod=3000.0,
        loq=9000.0,
        snr=volume / 900.0,
        rf=0.4,
        saturated_fraction=0.0,
        detected=volume > 3000,
        flags=Flag.NONE if volume > 3000 else Flag.NOT_DETECTED,
    )


@pytest.fixture
def project():
    photographs = (
        Photograph(id="i1", file="/data/monday/blot.tif", membranes=("A",)),
        Photograph(id="i2", file="/data/tuesday/blot.tif", membranes=("A",)),
    )
    curved = _lane("i1", 3, ((110.0, 5.0), (112.5, 40.0), (110.0, 75.0)), edited=True).lane
    return Project(
        name="demo",
        photographs=photographs,
        samples=(
            Sample(membrane="A", lane=1, kind=LaneKind.LADDER),
            Sample(membrane="A", lane=2, sample="=1+1", condition="vehicle", dose=0.0),
            Sample(membrane="A", lane=3, sample="Zoé, 50 µM", condition="MK-4", dose=50.0),
        ),
        lanes=(PlacedLanes(image="i1", membrane="A", lanes=(curved,)),),
    )


@pytest.fixture
def analysis(project):
    ratio = Ratio(
        membrane="A",
        lane=2,
        target="parp",
        ratio="cleaved_fraction",
        value=0.25,
        ci_low=0.2,
        ci_high=0.3125,
        normalisation="none",
        sample="=1+1",
        condition="vehicle",
        dose=0.0,
    )
    ratios = (
        ratio,
        replace(
            ratio,
            lane=3,
            value=0.9,
            ci_low=0.85,
            ci_high=NAN,
            bound=">",
            condition="MK-4",
            dose=50.0,
            flags=Flag.BOUND | Flag.SATURATED,
        ),
        replace(ratio, ratio="cleaved_to_pro", value=NAN, ci_low=NAN, ci_high=NAN, reason="no row"),
    )
    first, second = project.photographs
    return Analysis(
        project=project,
        images=(
            _report(first, _image("blot.tif", 1), "A"),
            _report(second, _image("blot.tif", 2), "A"),
        ),
        lanes=(
            _lane("i1", 1, ((30.0, 5.0), (30.0, 75.0))),
            _lane("i1", 2, ((70.0, 5.0), (71.0, 75.0))),
            _lane("i1", 3, project.lanes[0].lanes[0].nodes, edited=True),
        ),
        bands=(
            _band(1, 400000.0),
            _band(2, 415432.123456),
            _band(3, -1500.0, edited=True, excluded=True, reason="a bubble"),
        ),
        ladder_fits=(),
        assignments=(
            RowAssignment(
                image="i1",
                membrane="A",
                row=1,
                target="parp",
                form="p89",
                reason="strongest row",
                flags=Flag.AMBIGUOUS_TARGET,
            ),
        ),
        loadings=(
            LaneLoading(membrane="A", lane=2, loading=5e8, loading_se=1e6, source="beta-actin"),
        ),
        ratios=ratios,
        summary=summarise(project, ratios),
        notices=(Notice(text="One lane is excluded.", advice="See why.", membrane="A"),),
    )
