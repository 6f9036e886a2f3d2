"""Dilution series through the whole analysis, on simulated membranes whose amounts are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blotquant import analyse, edits
from blotquant.errors import SettingsError
from blotquant.flags import Flag
from blotquant.model.lane import LaneKind
from blotquant.model.linearity import PointState
from blotquant.model.project import Photograph, Project
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant.statistics.dilution_notices import range_words

AMOUNTS = (1.25, 2.5, 5.0, 10.0, 20.0, 40.0)
SAMPLES = (8.0, 100.0)  # what two unknown lanes hold: one inside, one far above
RESPONSE = 40_000.0


def scene(volumes, seed=5, exposure=1.0):
    return Scene(
        width_px=640,
        height_px=260,
        n_lanes=len(volumes),
        lane_width_px=50.0,
        gap_px=22.0,
        rows=(RowSpec(target="beta-actin", form="full", fraction=0.5, amounts=tuple(volumes)),),
        background=800.0,
        gain=0.3,
        read_noise=8.0,
        exposure=exposure,
        seed=seed,
    )


def sheet(amounts=AMOUNTS, unit="µg", membrane="A"):
    standards = tuple(
        Sample(membrane=membrane, lane=i, dose=a, dose_unit=unit, kind=LaneKind.STANDARD)
        for i, a in enumerate(amounts, 1)
    )
    n = len(amounts)
    return (
        *standards,
        Sample(membrane=membrane, lane=n + 1, condition="vehicle"),
        Sample(membrane=membrane, lane=n + 2, condition="drug"),
    )


def volumes_of(amounts, *, knee=np.inf):
    return [RESPONSE * a / (1 + a / knee) for a in amounts]


def photograph(image="p1", **more):
    return Photograph(
        id=image, file=f"{image}.tif", membranes=("A",), targets=("beta-actin",), **more
    )


def project(*photographs, samples=None, **settings):
    return Project(
        photographs=photographs or (photograph(),),
        samples=sheet() if samples is None else samples,
        settings=AnalysisSettings(loading_control=("none",), **settings),
    )


@pytest.fixture(scope="module")
def picture():
    """Give a membrane with six dilutions of a proportional signal and two unknown lanes."""
    return simulate_blot(scene(volumes_of((*AMOUNTS, *SAMPLES)))).image


@pytest.fixture(scope="module")
def analysis(picture):
    return analyse(project(), {"p1": picture})


def test_a_proportional_series_is_read_as_such(analysis):
    (s,) = analysis.dilutions
    assert (s.target, s.form, s.unit) == ("beta-actin", "full", "µg")
    assert s.reason == ""
    assert s.slope == pytest.approx(1.0, abs=0.03)
    assert s.slope_low <= 1.0 + 1e-9 <= s.slope_high + 0.01
    assert s.response == pytest.approx(RESPONSE, rel=0.03)
    assert (s.range_low, s.range_high) == (1.25, 40.0)
    assert [p.amount for p in s.points] == list(AMOUNTS)
    assert max(abs(p.deviation) for p in s.points) < 0.1
    assert 0 < s.lod_amount < s.loq_amount <= 1.25


def test_unknown_lanes_are_read_off_and_flagged_beyond_the_range(analysis):
    amounts = {a.lane: a for a in analysis.amounts}
    assert amounts[7].amount == pytest.approx(8.0, rel=0.05)
    assert amounts[7].range_factor == 1.0
    assert amounts[8].amount == pytest.approx(100.0, rel=0.05)
    assert amounts[8].range_factor == pytest.approx(2.5, rel=0.05)
    flagged = {m.band.lane for m in analysis.bands if Flag.OUTSIDE_LINEAR_RANGE in m.flags}
    assert flagged == {8}
    (notice,) = [n for n in analysis.notices if "linear range" in n.text]
    assert "beyond the linear range 1.25-40 µg: 2.5x above its top" in notice.text
    assert (notice.lane, notice.membrane, notice.image) == (8, "A", "p1")
    assert "Load less" in notice.advice


def test_ratios_take_the_flag_over_and_standards_are_no_samples(analysis):
    assert {r.lane for r in analysis.ratios} <= {7, 8}
    assert {x.lane for x in analysis.loadings} <= {7, 8}
    fold = {r.lane: r for r in analysis.ratios if r.ratio == "fold_vs_control"}
    assert Flag.OUTSIDE_LINEAR_RANGE in fold[8].flags
    assert Flag.OUTSIDE_LINEAR_RANGE not in fold[7].flags


def test_saturating_substrate_ends_the_range():
    blot = simulate_blot(scene(volumes_of((*AMOUNTS, 8.0, 30.0), knee=40.0)))
    (s,) = analyse(project(), {"p1": blot.image}).dilutions
    assert s.slope < 0.95
    assert s.range_low == 1.25
    assert s.range_high in (5.0, 10.0)


def test_a_stricter_tolerance_is_obeyed_and_an_impossible_one_refused():
    blot = simulate_blot(scene(volumes_of((*AMOUNTS, 8.0, 30.0), knee=60.0)))
    wide, narrow = (
        analyse(project(linearity_tolerance=t), {"p1": blot.image}).dilutions[0]
        for t in (0.3, 0.05)
    )
    assert narrow.range_high < wide.range_high
    with pytest.raises(SettingsError, match="tolerance of 2"):
        AnalysisSettings(linearity_tolerance=2)


def test_without_standards_nothing_changes(picture):
    plain = tuple(replace(s, kind=LaneKind.SAMPLE) for s in sheet())
    analysis = analyse(project(samples=plain), {"p1": picture})
    assert analysis.dilutions == ()
    assert analysis.amounts == ()
    assert not any(Flag.OUTSIDE_LINEAR_RANGE in m.flags for m in analysis.bands)


def test_three_standards_are_refused_in_words(picture):
    few = tuple(replace(s, kind=LaneKind.SAMPLE) if s.lane in (2, 4, 6) else s for s in sheet())
    analysis = analyse(project(samples=few), {"p1": picture})
    (s,) = analysis.dilutions
    assert not s.has_line
    assert analysis.amounts == ()
    (notice,) = [n for n in analysis.notices if "gives no usable range" in n.text]
    assert "3 amounts are measurable" in notice.text


def test_amounts_in_two_units_and_standards_without_one_are_told(picture):
    mixed = [replace(s, dose_unit="ng") if s.lane == 3 else s for s in sheet()]
    analysis = analyse(project(samples=tuple(mixed)), {"p1": picture})
    assert "different units: µg and ng" in analysis.dilutions[0].reason
    unsaid = [replace(s, dose=None) if s.lane == 3 else s for s in sheet()]
    analysis = analyse(project(samples=tuple(unsaid)), {"p1": picture})
    assert any("Lane 3 of A holds a standard" in n.text for n in analysis.notices)
    assert [p.lane for p in analysis.dilutions[0].points] == [1, 2, 4, 5, 6]


def test_an_excluded_lane_takes_no_part(analysis, picture):
    band = next(m.band for m in analysis.bands if m.band.lane == 4 and m.detected)
    lanes = tuple(r.lane for r in analysis.lanes)
    bands = tuple(m.band for m in analysis.bands)
    new = edits.exclude_band(analysis.project, bands, 4, band.row, "a bubble", lanes)
    (s,) = analyse(new, {"p1": picture}).dilutions
    assert [p.lane for p in s.points if p.state is PointState.EXCLUDED] == [4]
    assert (s.range_low, s.range_high) == (1.25, 40.0)


@pytest.mark.parametrize(("seconds", "speaks"), [(10.0, True), (20.0, False), (None, False)])
def test_a_series_speaks_for_photographs_that_were_exposed_alike(picture, seconds, speaks):
    other = simulate_blot(scene(volumes_of((8.0, 100.0, 30.0)), seed=6)).image
    second = replace(photograph("p2", exposure_s=seconds), membranes=("B",))
    both = project(photograph("p1", exposure_s=10.0), second)
    analysis = analyse(both, {"p1": picture, "p2": other})
    there = {a.lane: a for a in analysis.amounts if a.image == "p2"}
    assert bool(there) == speaks
    if speaks:
        assert there[1].amount == pytest.approx(8.0, rel=0.05)
        assert there[2].is_outside
        assert not there[3].is_outside


def test_merged_exposures_have_no_exposure_time_of_their_own(picture):
    other = simulate_blot(scene(volumes_of((8.0, 100.0, 30.0)), seed=6)).image
    second = replace(photograph("p2", exposure_s=10.0, series="s"), membranes=("B",))
    both = project(photograph("p1", exposure_s=10.0), second)
    analysis = analyse(both, {"p1": picture, "p2": other})
    assert analysis.amounts
    assert {a.image for a in analysis.amounts} == {"p1"}


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.4, "1.4x above its top"),
        (0.5, "2.0x below its lower end"),
        (1.02, "1.02x above its top"),
        (25.0, "25x above its top"),
        (1.0, "inside"),
    ],
)
def test_places_outside_the_range_are_said_in_words(factor, words):
    assert range_words(factor) == words
