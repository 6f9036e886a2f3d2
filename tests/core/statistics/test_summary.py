from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from blotquant.flags import Flag
from blotquant.model.project import Project
from blotquant.model.results import Ratio
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings
from blotquant.statistics import summarise
from blotquant.statistics.compare import (
    Cell,
    _common_factor,
    _inside_common,
    _inside_general,
    compare_with_control,
    holm,
)


def ratio(membrane, lane, condition, value, **more):
    fields = {"target": "parp", "ratio": "cleaved_to_loading", "ci_low": 0.0, "ci_high": 9.0}
    return Ratio(membrane=membrane, lane=lane, condition=condition, value=value, **(fields | more))


def summary_of(ratios, **settings):
    samples = tuple(
        Sample(
            membrane=r.membrane,
            lane=r.lane,
            condition=r.condition,
            dose=r.dose,
            time_h=r.time_h,
            replicate=r.replicate,
        )
        for r in ratios
    )
    project = Project(samples=samples, settings=AnalysisSettings(**settings))
    return {(s.ratio, s.condition, s.time_h): s for s in summarise(project, tuple(ratios))}


def blots(values, names=("vehicle", "low", "high"), **more):
    """Give one membrane per row of `values`, one lane per condition, each in its own units."""
    return [
        ratio(f"blot{b}", lane, names[lane - 1], value * 10.0**b, **more)
        for b, row in enumerate(values)
        for lane, value in enumerate(row, 1)
    ]


VALUES = ((1.0, 1.5, 2.6), (0.8, 1.5, 2.1), (1.2, 1.3, 3.1), (1.1, 1.9, 2.5))


def test_two_conditions_are_a_paired_t_on_the_logarithm():
    pairs = np.array([row[:2] for row in VALUES])
    line = summary_of(blots(pairs))["cleaved_to_loading", "low", None]
    assert line.test == "paired t"
    assert line.n == 4
    expected = stats.ttest_rel(np.log(pairs[:, 1]), np.log(pairs[:, 0]))
    assert line.p == pytest.approx(expected.pvalue)
    assert line.fold_change == pytest.approx(np.exp(np.mean(np.log(pairs[:, 1] / pairs[:, 0]))))


def test_geometric_mean_sd_and_interval():
    values = (1.0, 2.0, 4.0)
    rows = [ratio(f"b{i}", 1, "vehicle", v) for i, v in enumerate(values)]
    line = summary_of(rows)["cleaved_to_loading", "vehicle", None]
    assert line.geometric_mean == pytest.approx(2.0)
    assert line.sd_ln == pytest.approx(math.log(2))
    half = stats.t.ppf(0.975, 2) * math.log(2) / math.sqrt(3)
    assert (line.ci_low, line.ci_high) == pytest.approx((2 * math.exp(-half), 2 * math.exp(half)))
    assert (line.fold_change, line.test) == (1.0, "")
    assert math.isnan(line.p)


def test_a_dose_set_is_dunnett_in_the_block_model():
    lines = summary_of(blots(VALUES))
    line = lines["cleaved_to_loading", "high", None]
    assert line.test == "Dunnett, block model"
    # The same model by hand: residual of the two-way table, then Dunnett's integral by simulation.
    y = np.log(np.array(VALUES))
    residual = y - y.mean(0) - y.mean(1)[:, None] + y.mean()
    s2, df, n = (residual**2).sum() / 6, 6, 4
    t = abs(y[:, 1].mean() - y[:, 0].mean()) / math.sqrt(2 * s2 / n)
    rng = np.random.default_rng(1)
    z = rng.normal(size=(400_000, 3))
    scale = np.sqrt(rng.chisquare(df, 400_000) / df)
    largest = np.abs((z[:, 1:] - z[:, :1]) / math.sqrt(2)).max(1) / scale
    low = lines["cleaved_to_loading", "low", None]
    assert low.p == pytest.approx((largest > t).mean(), abs=2e-3)
    assert low.p > stats.t.sf(t, df) * 2


def test_dunnett_agrees_with_scipy_for_one_way_data():
    rng = np.random.default_rng(5)
    groups = [rng.normal(m, 1, n) for m, n in ((0, 4), (1, 5), (2, 3), (0.5, 4))]
    cells = [
        Cell(condition=c, block=0, y=float(y)) for c, group in enumerate(groups) for y in group
    ]
    found = [c.p for c in compare_with_control(cells, 0)]
    expected = stats.dunnett(*groups[1:], control=groups[0], rng=np.random.default_rng(0))
    assert found == pytest.approx(list(expected.pvalue), abs=1e-3)
    assert compare_with_control(cells, 0) == compare_with_control(cells, 0)


def test_the_two_integrals_of_dunnetts_method_agree():
    for m, rho, df in ((2, 0.5, 1), (4, 0.5, 6), (3, 0.2, 30)):
        r = np.full((m, m), rho) + np.eye(m) * (1 - rho)
        common = _inside_common(2.3, _common_factor(r), df)
        assert common == pytest.approx(_inside_general(2.3, r, df), abs=2e-4)
    r = np.array([[1, 0.5, 0.1], [0.5, 1, 0.5], [0.1, 0.5, 1]])
    loadings = _common_factor(r)
    assert loadings is None or not np.allclose(np.outer(loadings, loadings)[0, 2], 0.1)


def test_incomplete_blocks_agree_with_least_squares_by_statsmodels():
    from statsmodels.api import OLS

    rows = [("v", 0, 1.0), ("a", 0, 2.0), ("v", 1, 3.1), ("b", 1, 4.9)]
    rows += [("v", 2, 0.2), ("a", 2, 1.5), ("b", 2, 1.6), ("a", 3, 2.0), ("b", 3, 2.9)]
    cells = [Cell(condition=c, block=b, y=y) for c, b, y in rows]
    found = {c.condition: c for c in compare_with_control(cells, "v")}
    x = np.array([[c == "a", c == "b", *(b == k for k in range(4))] for c, b, _ in rows], float)
    fit = OLS(np.array([y for *_, y in rows]), x).fit()
    assert found["a"].difference == pytest.approx(fit.params[0])
    assert found["b"].difference == pytest.approx(fit.params[1])
    assert fit.pvalues[0] < found["a"].p < 2 * fit.pvalues[0]


def test_holm():
    assert holm((0.01, 0.04, 0.03)) == pytest.approx((0.03, 0.06, 0.06))
    assert holm((0.9, 0.8)) == (1.0, 1.0)
    assert math.isnan(holm((math.nan, 0.02))[0])
    assert holm((math.nan, 0.02))[1] == 0.02


def test_unconnected_conditions_are_tested_each_with_holm():
    rows = [("v", 0, 1.0), ("a", 0, 2.1), ("v", 1, 3.0), ("a", 1, 3.9)]
    rows += [("b", 2, 1.5), ("c", 2, 1.1), ("b", 3, 1.9), ("c", 3, 1.2)]
    cells = [Cell(condition=c, block=b, y=y) for c, b, y in rows]
    found = {c.condition: c for c in compare_with_control(cells, "v")}
    assert found["a"].test == "paired t, Holm"
    assert math.isnan(found["b"].p)
    assert math.isnan(found["b"].difference)


def test_technical_lanes_are_averaged_before_they_are_counted():
    rows = [ratio("A", 1, "vehicle", 1.0), ratio("A", 2, "vehicle", 4.0)]
    rows += [ratio("B", 1, "vehicle", 8.0)]
    line = summary_of(rows)["cleaved_to_loading", "vehicle", None]
    assert line.n == 2
    assert line.geometric_mean == pytest.approx(4.0)


def test_one_replicate_on_two_membranes_counts_once_and_units_cancel():
    rows = [ratio("A", n, c, v, replicate="1") for n, c, v in ((1, "vehicle", 2), (2, "low", 6))]
    rows += [
        ratio("B", n, c, v, replicate="1") for n, c, v in ((1, "vehicle", 50), (2, "high", 200))
    ]
    lines = summary_of(rows)
    assert {line.n for line in lines.values()} == {1}
    assert lines["cleaved_to_loading", "low", None].fold_change == pytest.approx(3.0)
    assert lines["cleaved_to_loading", "high", None].fold_change == pytest.approx(4.0)


def test_replicates_of_one_condition_each_on_one_membrane_are_two_samples():
    control, treated = (1.0, 1.2, 0.9), (2.0, 2.6, 2.3)
    rows = [ratio("A", i, "vehicle", v, replicate=f"c{i}") for i, v in enumerate(control)]
    rows += [ratio("A", 9 + i, "drug", v, replicate=f"t{i}") for i, v in enumerate(treated)]
    line = summary_of(rows)["cleaved_to_loading", "drug", None]
    assert line.test == "two-sample t"
    assert line.p == pytest.approx(stats.ttest_ind(np.log(treated), np.log(control)).pvalue)


def test_one_experiment_gives_a_fold_but_no_test_and_no_interval():
    lines = summary_of(blots(VALUES[:1]))
    line = lines["cleaved_to_loading", "high", None]
    assert (line.n, line.test) == (1, "")
    assert line.fold_change == pytest.approx(2.6)
    assert all(map(math.isnan, (line.p, line.sd_ln, line.ci_low, line.ci_high)))


def test_bounds_are_left_out_and_told():
    rows = blots(VALUES)
    rows[1] = ratio("blot0", 2, "low", 0.1, bound="<", flags=Flag.BOUND)
    rows[4] = ratio("blot1", 2, "low", math.nan, flags=Flag.NOT_DETECTED)
    line = summary_of(rows)["cleaved_to_loading", "low", None]
    assert line.n == 2
    assert {Flag.BOUND, Flag.NOT_DETECTED} <= set(line.flags)
    lost = summary_of([ratio("A", 1, "vehicle", math.nan)])["cleaved_to_loading", "vehicle", None]
    assert lost.n == 0
    assert math.isnan(lost.geometric_mean)


def test_fractions_are_averaged_on_the_logit():
    rows = [
        ratio(m, 1, "vehicle", v, ratio="cleaved_fraction") for m, v in (("A", 0.5), ("B", 0.9))
    ]
    rows += [ratio(m, 2, "drug", v, ratio="cleaved_fraction") for m, v in (("A", 0.8), ("B", 0.95))]
    lines = summary_of(rows)
    vehicle = lines["cleaved_fraction", "vehicle", None]
    assert vehicle.geometric_mean == pytest.approx(0.75)
    drug = lines["cleaved_fraction", "drug", None]
    assert drug.fold_change == pytest.approx(drug.geometric_mean / 0.75)


def test_folds_are_described_but_never_tested():
    rows = blots(VALUES, ratio="fold_vs_control")
    line = summary_of(rows)["fold_vs_control", "high", None]
    assert line.n == 4
    assert line.test == ""
    assert math.isnan(line.p)


def test_each_time_has_its_own_control():
    rows = [
        ratio(f"b{b}", lane, c, v * (1 + 0.03 * b * lane), time_h=t)
        for b in range(3)
        for lane, (c, t, v) in enumerate(
            (("vehicle", 24.0, 1), ("drug", 24.0, 2), ("vehicle", 48.0, 3), ("drug", 48.0, 12)), 1
        )
    ]
    lines = summary_of(rows)
    assert lines["cleaved_to_loading", "drug", 24.0].fold_change == pytest.approx(2, rel=0.1)
    assert lines["cleaved_to_loading", "drug", 48.0].fold_change == pytest.approx(4, rel=0.1)
    assert lines["cleaved_to_loading", "vehicle", 48.0].fold_change == 1.0


def test_equal_differences_are_no_measure_of_scatter():
    rows = blots(((1.0, 2.0), (2.0, 4.0), (3.0, 6.0)))
    line = summary_of(rows)["cleaved_to_loading", "low", None]
    assert line.fold_change == pytest.approx(2.0)
    assert math.isnan(line.p)


def test_without_a_control_there_is_no_comparison():
    line = summary_of(blots(VALUES, names=("x", "y", "z")))["cleaved_to_loading", "y", None]
    assert math.isnan(line.fold_change)
    assert line.n == 4


def test_the_test_keeps_its_level():
    rng = np.random.default_rng(11)
    n_runs, false = 200, 0
    for _ in range(n_runs):
        shared = rng.normal(0, 1, 4)
        cells = [
            Cell(condition=c, block=b, y=float(shared[b] + rng.normal(0, 0.2)))
            for b in range(4)
            for c in range(4)
        ]
        false += min(c.p for c in compare_with_control(cells, 0)) < 0.05
    assert 0.02 < false / n_runs < 0.09
