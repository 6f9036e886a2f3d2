from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Baseline, Lane, LaneKind, LaneProfile
from blotquant.model.project import ImageRole, Photograph, Project
from blotquant.model.results import LaneResult, RowAssignment
from blotquant.model.settings import AnalysisSettings
from blotquant.targets.library import load_library

LOD = 30.0


def lane_result(image, membrane, number, kind=LaneKind.SAMPLE, signal=None, variance=0.0):
    n = 100
    profile = LaneProfile(
        position_px=np.arange(n, dtype=float),
        signal=np.zeros(n) if signal is None else np.full(n, float(signal)),
        area_px=np.full(n, 20.0),
        variance=np.full(n, float(variance)),
        saturated=np.zeros(n),
    )
    baseline = Baseline(level=np.full(n, 5.0), level_se=np.zeros(n))
    x = 30.0 * number
    lane = Lane(
        image=image,
        membrane=membrane,
        number=number,
        nodes=((x, 0.0), (x, 99.0)),
        width_px=20.0,
        kind=kind,
    )
    return LaneResult(lane=lane, profile=profile, baseline=baseline)


@dataclass
class Experiment:
    """Hand-made results: `row` enters one row of volumes, lane by lane."""

    project: Project = field(default_factory=Project)
    bands: list = field(default_factory=list)
    assignments: list = field(default_factory=list)
    lanes: list = field(default_factory=list)
    library: object = field(default_factory=load_library)

    def photograph(self, image, role=ImageRole.TARGET):
        known = {p.id for p in self.project.photographs}
        if image not in known:
            shot = Photograph(id=image, file=f"/blots/{image}.tif", role=role)
            self.project = replace(self.project, photographs=(*self.project.photographs, shot))

    def lane(self, image, membrane, number, **more):
        known = {(r.lane.image, r.lane.membrane, r.lane.number) for r in self.lanes}
        if (image, membrane, number) not in known:
            self.lanes.append(lane_result(image, membrane, number, **more))

    def row(
        self,
        image,
        target,
        form,
        volumes,
        *,
        membrane="A",
        se=0.05,
        role=ImageRole.TARGET,
        flags=None,
        excluded=(),
    ):
        self.photograph(image, role)
        row = 1 + sum((a.image, a.membrane) == (image, membrane) for a in self.assignments)
        self.assignments.append(
            RowAssignment(
                image=image, membrane=membrane, row=row, target=target, form=form, reason="given"
            )
        )
        for number, volume in enumerate(volumes, 1):
            self.lane(image, membrane, number)
            detected = volume > LOD
            extra = (flags or {}).get(number, Flag.NONE)
            band = Band(
                image=image,
                membrane=membrane,
                lane=number,
                row=row,
                apex_px=20.0 * row,
                start_px=20.0 * row - 5,
                stop_px=20.0 * row + 5,
                excluded=number in excluded,
            )
            self.bands.append(
                BandMeasurement(
                    band=band,
                    x_px=30.0 * number,
                    y_px=20.0 * row,
                    box=(0.0, 0.0, 1.0, 1.0),
                    area_px=200.0,
                    raw_volume=volume + 1000.0,
                    background_volume=1000.0,
                    volume=float(volume),
                    volume_se=max(abs(volume) * se, 5.0),
                    lod=LOD,
                    loq=100.0,
                    snr=volume / 10.0,
                    rf=0.5,
                    saturated_fraction=0.0,
                    detected=detected,
                    flags=extra if detected else extra | Flag.NOT_DETECTED,
                )
            )
        return self

    def settings(self, **values):
        settings = replace(self.project.settings, **values)
        self.project = replace(self.project, settings=settings)
        return self

    def samples(self, *samples):
        self.project = replace(self.project, samples=tuple(samples))
        return self

    @property
    def measured(self):
        return tuple(self.bands), tuple(self.assignments)


@pytest.fixture
def experiment():
    return Experiment(project=Project(settings=AnalysisSettings()))


@pytest.fixture
def make_lane():
    return lane_result
