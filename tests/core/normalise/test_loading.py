from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from blotquant.errors import SettingsError
from blotquant.flags import Flag
from blotquant.model.lane import LaneKind
from blotquant.model.project import ImageRole
from blotquant.model.sample import Sample
from blotquant.normalise import activation_ratios, control_notices, lane_loadings


def loadings_of(e):
    return lane_loadings(e.project, e.library, *e.measured, tuple(e.lanes))


def test_the_probed_control_is_taken_unasked(experiment):
    e = experiment.row("i", "parp", "pro", [1000, 2000])
    e.row("j", "beta-actin", "full", [400, 800], role=ImageRole.LOADING)
    found = loadings_of(e)
    assert [(x.membrane, x.lane, x.loading) for x in found] == [("A", 1, 400.0), ("A", 2, 800.0)]
    assert {x.source for x in found} == {"beta-actin"}
    assert found[1].loading_se == pytest.approx(40.0)


def test_a_photograph_for_loading_decides_which_control_is_meant(experiment):
    e = experiment.row("i", "histone-h3", "full", [900, 100])
    e.row("j", "beta-actin", "full", [400, 800], role=ImageRole.LOADING)
    assert {x.source for x in loadings_of(e)} == {"beta-actin"}


def test_a_control_is_carried_to_its_own_membrane_only(experiment):
    e = experiment.row("i", "parp", "pro", [1000], membrane="A")
    e.row("i", "parp", "pro", [1000], membrane="B")
    e.row("j", "beta-actin", "full", [400], membrane="B")
    a, b = loadings_of(e)
    assert math.isnan(a.loading)
    assert "no loading control" in a.source
    assert (b.membrane, b.loading) == ("B", 400.0)


def test_several_controls_give_the_geometric_mean_of_relative_volumes(experiment):
    actin, tubulin = np.array([400.0, 800.0, 1600.0]), np.array([9000.0, 3000.0, 1000.0])
    e = experiment.row("i", "beta-actin", "full", actin)
    e.row("j", "alpha-tubulin", "full", tubulin)
    e.settings(loading_control=("actin", "alpha-tubulin"))
    found = np.array([x.loading for x in loadings_of(e)])
    relative = [v / np.exp(np.mean(np.log(v))) for v in (actin, tubulin)]
    np.testing.assert_allclose(found, np.sqrt(relative[0] * relative[1]))
    assert np.prod(found) == pytest.approx(1.0)
    # Two independent relative errors of 5 %: half of their quadratic sum.
    errors = np.array([x.loading_se for x in loadings_of(e)])
    np.testing.assert_allclose(errors / found, 0.05 * math.sqrt(2) / 2)


def test_total_protein_is_the_stain_above_its_baseline(experiment, make_lane):
    e = experiment.row("i", "parp", "pro", [1000, 2000])
    e.photograph("stain", ImageRole.TOTAL_PROTEIN)
    e.lanes += [make_lane("stain", "A", 1, signal=15, variance=4.0)]
    e.lanes += [make_lane("stain", "A", 2, signal=25)]
    one, two = loadings_of(e)
    assert (one.loading, two.loading) == (10 * 2000, 20 * 2000)
    assert one.loading_se == pytest.approx(math.sqrt(100 * 4.0 * 20.0**2))
    assert one.source == "total-protein"


def test_a_ladder_lane_has_no_loading(experiment):
    e = experiment.row("i", "beta-actin", "full", [400, 800])
    first = e.lanes[0]
    e.lanes[0] = replace(first, lane=replace(first.lane, kind=LaneKind.LADDER))
    assert [x.lane for x in loadings_of(e)] == [2]
    e.samples(Sample(membrane="A", lane=2, kind=LaneKind.BLANK), Sample(membrane="A", lane=1))
    assert [x.lane for x in loadings_of(e)] == [1]


def test_the_first_unsaturated_exposure_is_used(experiment):
    saturated = {2: Flag.SATURATED | Flag.LOWER_BOUND}
    e = experiment.row("long", "beta-actin", "full", [900, 1800], flags=saturated)
    e.row("short", "beta-actin", "full", [400, 800])
    assert [x.loading for x in loadings_of(e)] == [400, 800]
    assert not any(x.flags for x in loadings_of(e))


def test_an_undetected_control_keeps_its_value_and_is_flagged(experiment):
    e = experiment.row("i", "beta-actin", "full", [-3.0, 800])
    lost, fine = loadings_of(e)
    assert lost.loading == -3.0
    assert Flag.CONTROL_NOT_DETECTED in lost.flags
    assert not fine.flags


def test_an_excluded_control_band_leaves_no_loading(experiment):
    e = experiment.row("i", "beta-actin", "full", [400, 800], excluded=(1,))
    lost, _ = loadings_of(e)
    assert math.isnan(lost.loading)
    assert "excluded" in lost.source


def test_gapdh_is_flagged_and_explained(experiment):
    e = experiment.row("i", "caspase-3", "pro", [1000, 1000])
    e.row("i", "gapdh", "full", [400, 800]).settings(loading_control=("GAPDH",))
    found = loadings_of(e)
    assert all(Flag.UNSUITABLE_CONTROL in x.flags for x in found)
    ratios = activation_ratios(e.project, e.library, *e.measured, found, tuple(e.lanes))
    notices = control_notices(e.project, e.library, found, ratios, tuple(e.lanes))
    texts = " ".join(n.text for n in notices)
    assert "GAPDH is a doubtful loading control" in texts
    assert "runs close to Caspase-3" in texts


def test_an_unknown_control_is_an_error_and_a_missing_one_a_notice(experiment):
    e = experiment.row("i", "parp", "pro", [1000]).settings(loading_control=("vinculin",))
    found = loadings_of(e)
    assert found[0].source == "vinculin not found on this membrane"
    (notice,) = control_notices(e.project, e.library, found, (), tuple(e.lanes))
    assert "vinculin not found" in notice.text
    e.settings(loading_control=("aktine",))
    with pytest.raises(SettingsError):
        loadings_of(e)


def test_none_means_no_normalisation_and_no_complaint(experiment):
    e = experiment.row("i", "beta-actin", "full", [400]).settings(loading_control=("none",))
    found = loadings_of(e)
    assert math.isnan(found[0].loading)
    assert control_notices(e.project, e.library, found, (), tuple(e.lanes)) == ()


def test_a_control_that_depends_on_the_condition_is_told(experiment):
    e = experiment.row("i", "parp", "pro", [1000] * 6)
    e.row("j", "beta-actin", "full", [400, 410, 405, 800, 810, 790])
    e.samples(
        *(
            Sample(membrane="A", lane=n, condition="vehicle" if n < 4 else "MK-4")
            for n in range(1, 7)
        )
    )
    found = loadings_of(e)
    ratios = activation_ratios(e.project, e.library, *e.measured, found, tuple(e.lanes))
    texts = [n.text for n in control_notices(e.project, e.library, found, ratios, tuple(e.lanes))]
    assert any("beta-actin differs 1.98-fold between conditions" in t for t in texts)


def test_the_f_test_agrees_with_scipy():
    from scipy.stats import f_oneway

    from blotquant.normalise.control_checks import _f_test

    groups = [[0.1, 0.3, 0.2], [0.5, 0.4], [0.2, 0.6, 0.9, 0.1]]
    assert _f_test(groups) == pytest.approx(f_oneway(*groups).pvalue)
    assert math.isnan(_f_test([[0.1], [0.2]]))


def test_normalising_that_adds_noise_is_told(experiment):
    e = experiment.row("i", "bax", "full", [1000, 1010, 990, 1000])
    e.row("j", "beta-actin", "full", [400, 700, 300, 500])
    e.samples(*(Sample(membrane="A", lane=n, condition="vehicle") for n in range(1, 5)))
    found = loadings_of(e)
    ratios = activation_ratios(e.project, e.library, *e.measured, found, tuple(e.lanes))
    texts = [n.text for n in control_notices(e.project, e.library, found, ratios, tuple(e.lanes))]
    assert any("Normalising bax by beta-actin widens the spread" in t for t in texts)


def test_a_saturated_control_is_told(experiment):
    flags = {1: Flag.SATURATED | Flag.LOWER_BOUND}
    e = experiment.row("j", "beta-actin", "full", [400, 700], flags=flags)
    found = loadings_of(e)
    (notice,) = control_notices(e.project, e.library, found, (), tuple(e.lanes))
    assert "saturated on membrane A, lane 1" in notice.text
