from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.flags import Flag
from blotquant.model.sample import Sample
from blotquant.normalise import activation_ratios, lane_loadings, with_method_range
from blotquant.quantify.uncertainty import (
    Quantity,
    fold_of,
    fraction_of,
    quotient,
    ratio_of,
    sum_of,
    z_of,
)

Z = z_of(0.95)
SATURATED = Flag.SATURATED | Flag.LOWER_BOUND


def seen(value, se=1.0, **more):
    return Quantity(value=value, se=se, lod=30.0, **more)


def unseen(value=5.0, se=10.0, lod=30.0):
    return Quantity(value=value, se=se, lod=lod, detected=False, flags=Flag.NOT_DETECTED)


def ratios_of(e):
    bands, assignments = e.measured
    lanes = tuple(e.lanes)
    loadings = lane_loadings(e.project, e.library, bands, assignments, lanes)
    return activation_ratios(e.project, e.library, bands, assignments, loadings, lanes)


def pick(ratios, name, lane=1, target=None):
    (found,) = [
        r for r in ratios if (r.ratio, r.lane) == (name, lane) and target in (None, r.target)
    ]
    return found


# ------------------------------------------------------------------ the rules of one ratio


def test_a_ratio_and_its_interval_on_the_log_scale():
    r = ratio_of(seen(200, 10), seen(100, 10))
    se = math.hypot(0.05, 0.1)
    assert r.value == pytest.approx(2.0)
    assert (r.ci_low, r.ci_high) == pytest.approx((2 * math.exp(-Z * se), 2 * math.exp(Z * se)))
    assert r.bound == ""


def test_a_fraction_and_its_interval_on_the_logit_scale():
    f = fraction_of(seen(100, 10), seen(300, 10))
    se = math.hypot(0.1, 1 / 30)
    logit = math.log(1 / 3)
    assert f.value == pytest.approx(0.25)
    assert f.ci_high == pytest.approx(1 / (1 + math.exp(-(logit + Z * se))))
    assert f.ci_low == pytest.approx(1 / (1 + math.exp(-(logit - Z * se))))


@pytest.mark.parametrize(
    ("numerator", "denominator", "bound", "value"),
    [
        (unseen(), seen(100), "<", 0.3),
        (unseen(-40), seen(100), "<", 0.3),
        (seen(200), unseen(), ">", 200 / 30),
        (seen(200, is_lower_bound=True), seen(100), ">", 2.0),
        (seen(200), seen(100, is_lower_bound=True), "<", 2.0),
        (unseen(), seen(100, is_lower_bound=True), "<", 0.3),
        (seen(200, is_lower_bound=True), unseen(), ">", 200 / 30),
    ],
)
def test_bounds(numerator, denominator, bound, value):
    r = ratio_of(numerator, denominator)
    assert (r.bound, r.value) == (bound, pytest.approx(value))
    assert Flag.BOUND in r.flags
    if bound == "<":
        assert math.isnan(r.ci_low)
        assert r.ci_high >= r.value
    else:
        assert math.isnan(r.ci_high)
        assert r.ci_low <= r.value


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [
        (unseen(), unseen()),
        (seen(200, is_lower_bound=True), seen(100, is_lower_bound=True)),
        (seen(200), seen(100, 60.0)),
        (seen(200), Quantity(value=math.nan, se=math.nan)),
        (seen(200), Quantity(value=5.0, se=1.0, detected=False)),
        (unseen(lod=-4.0), seen(100)),
    ],
)
def test_no_number_without_a_reason(numerator, denominator):
    r = ratio_of(numerator, denominator)
    assert math.isnan(r.value)
    assert math.isnan(r.ci_low)
    assert math.isnan(r.ci_high)
    assert r.reason


def test_a_fraction_bound_stays_within_one():
    f = fraction_of(seen(200), unseen())
    assert (f.bound, f.value) == (">", pytest.approx(200 / 230))
    g = fraction_of(unseen(), seen(270))
    assert (g.bound, g.value) == ("<", pytest.approx(0.1))


def test_a_sum_is_detected_when_one_part_is():
    s = sum_of((seen(100, 3), unseen(-2, 4)))
    assert (s.value, s.se, s.detected) == (98, 5, True)
    assert Flag.NOT_DETECTED not in s.flags
    both = sum_of((unseen(), unseen()))
    assert not both.detected
    assert both.lod == pytest.approx(math.hypot(30, 30))
    assert math.isnan(sum_of((seen(3), Quantity(value=math.nan, se=1.0, reason="x"))).value)


volumes = st.floats(31, 1e9)


@given(c=volumes, p=volumes, cv=st.floats(0.001, 0.3), gain=st.floats(1e-3, 1e3))
def test_a_common_gain_cancels(c, p, cv, gain):
    a = ratio_of(seen(c, c * cv), seen(p, p * cv))
    b = ratio_of(seen(c * gain, c * gain * cv), seen(p * gain, p * gain * cv))
    assert b.value == pytest.approx(a.value)
    assert b.ci_high == pytest.approx(a.ci_high)


@given(c=volumes, p=volumes, cv=st.floats(0.001, 0.3))
def test_swapping_the_forms_mirrors_everything(c, p, cv):
    a, b = seen(c, c * cv), seen(p, p * cv)
    assert ratio_of(a, b).value * ratio_of(b, a).value == pytest.approx(1)
    assert ratio_of(a, b).ci_low * ratio_of(b, a).ci_high == pytest.approx(1)
    f, g = fraction_of(a, b), fraction_of(b, a)
    assert f.value + g.value == pytest.approx(1)
    assert f.ci_low + g.ci_high == pytest.approx(1)
    assert f.ci_low <= f.value <= f.ci_high


def test_the_interval_covers_the_truth():
    import numpy as np

    rng = np.random.default_rng(3)
    hits = 0
    for c, p in zip(rng.normal(500, 40, 2000), rng.normal(1000, 60, 2000), strict=True):
        r = ratio_of(seen(float(c), 40), seen(float(p), 60))
        hits += r.ci_low <= 0.5 <= r.ci_high
    assert 0.93 < hits / 2000 < 0.97


def test_folds():
    own, control = ratio_of(seen(400, 20), seen(100, 0)), ratio_of(seen(200, 20), seen(100, 0))
    fold = fold_of(own, (control,))
    assert fold.value == pytest.approx(2.0)
    assert fold.ci_high == pytest.approx(2 * math.exp(Z * math.hypot(0.05, 0.1)))
    itself = fold_of(control, (control,))
    assert (itself.value, itself.ci_low, itself.ci_high) == (1.0, 1.0, 1.0)
    bounded = fold_of(own, (ratio_of(unseen(), seen(100)),))
    assert bounded.bound == ">"
    nothing = fold_of(own, (ratio_of(unseen(), unseen()),))
    assert math.isnan(nothing.value)
    assert Flag.CONTROL_NOT_DETECTED in nothing.flags


def test_the_error_of_a_shared_control_is_counted_once():
    first, second = (quotient((seen(v, v / 10),), ()) for v in (100.0, 400.0))
    fold = fold_of(first, (first, second))
    assert fold.value == pytest.approx(0.5)
    assert fold.se_ln == pytest.approx(math.hypot(0.1 / 2, 0.1 / 2))


# ------------------------------------------------------------------ a whole blot


def test_all_cleaved_forms_count(experiment):
    e = experiment.row("i", "caspase-3", "pro", [600])
    e.row("i", "caspase-3", "p19", [100]).row("i", "caspase-3", "p17", [300])
    e.row("j", "beta-actin", "full", [200])
    ratios = ratios_of(e)
    assert [r.ratio for r in ratios] == [
        "cleaved_fraction",
        "cleaved_to_pro",
        "cleaved_to_loading",
        "pro_to_loading",
    ]
    values = [r.value for r in ratios]
    assert values == pytest.approx([0.4, 400 / 600, 2.0, 3.0])
    assert [r.normalisation for r in ratios] == ["none", "none", "beta-actin", "beta-actin"]
    assert ratios[0].terms[0] == ("caspase-3", "p19+p17", 400.0, pytest.approx(math.hypot(5, 15)))
    assert not any(r.flags for r in ratios)


def test_without_a_control_protein_only_loading_free_ratios_are_given(experiment):
    e = experiment.row("i", "parp", "pro", [600, 300]).row("i", "parp", "p89", [100, 400])
    e.settings(control="1")
    ratios = ratios_of(e)
    names = ["cleaved_fraction", "cleaved_to_pro", "fold_vs_control"]
    assert [r.ratio for r in ratios] == names * 2
    assert pick(ratios, "fold_vs_control", 2).value == pytest.approx((400 / 300) / (100 / 600))
    assert pick(ratios, "fold_vs_control", 2).normalisation == "cleaved_to_pro"


def test_forms_on_two_photographs_are_flagged(experiment):
    e = experiment.row("i", "caspase-3", "pro", [600]).row("k", "caspase-3", "p17", [300])
    ratio = pick(ratios_of(e), "cleaved_to_pro")
    assert ratio.value == pytest.approx(0.5)
    assert Flag.SEPARATE_SOURCES in ratio.flags


def test_one_photograph_with_both_forms_is_preferred(experiment):
    e = experiment.row("i", "parp", "pro", [600])
    e.row("k", "parp", "pro", [900]).row("k", "parp", "p89", [300])
    ratio = pick(ratios_of(e), "cleaved_to_pro")
    assert ratio.value == pytest.approx(1 / 3)
    assert Flag.SEPARATE_SOURCES not in ratio.flags


def test_a_cleaved_only_antibody(experiment):
    e = experiment.row("i", "cleaved-caspase-3", "p17", [300, 600])
    e.row("j", "beta-actin", "full", [200, 200]).settings(control="A:1")
    ratios = ratios_of(e)
    assert [r.ratio for r in ratios] == ["cleaved_to_loading", "fold_vs_control"] * 2
    assert pick(ratios, "fold_vs_control", 2).value == pytest.approx(2.0)
    assert pick(ratios, "fold_vs_control", 2).control == "A:1"


def test_a_missing_form_gives_no_number_and_a_reason(experiment):
    e = experiment.row("i", "parp", "pro", [600])
    ratio = pick(ratios_of(e), "cleaved_fraction")
    assert math.isnan(ratio.value)
    assert "no row" in ratio.reason


def test_an_undetected_cleaved_form_is_a_bound(experiment):
    e = experiment.row("i", "parp", "pro", [600]).row("i", "parp", "p89", [-12])
    fraction = pick(ratios_of(e), "cleaved_fraction")
    assert (fraction.bound, fraction.value) == ("<", pytest.approx(30 / 630))
    assert {Flag.BOUND, Flag.NOT_DETECTED} <= set(fraction.flags)


def test_a_saturated_control_marks_everything_it_touches(experiment):
    e = experiment.row("i", "bax", "full", [600])
    e.row("j", "beta-actin", "full", [200], flags={1: SATURATED})
    ratio = pick(ratios_of(e), "to_loading")
    assert (ratio.bound, ratio.value) == ("<", pytest.approx(3.0))
    assert Flag.LOWER_BOUND in ratio.flags


def test_an_undetected_control_gives_no_number(experiment):
    e = experiment.row("i", "bax", "full", [600, 600]).row("j", "beta-actin", "full", [3, 200])
    ratio = pick(ratios_of(e), "to_loading")
    assert math.isnan(ratio.value)
    assert ratio.reason == "the loading control beta-actin is not detected"
    assert ratio.normalisation == "beta-actin"
    assert Flag.CONTROL_NOT_DETECTED in ratio.flags


def test_doublets_are_summed_and_phospho_is_read_over_its_total(experiment):
    e = experiment.row("i", "p-jnk", "p54", [100, 300]).row("i", "p-jnk", "p46", [200, 300])
    e.row("k", "jnk", "p54", [400, 400]).row("k", "jnk", "p46", [600, 600])
    e.row("j", "beta-actin", "full", [200, 200]).settings(control="1")
    ratios = ratios_of(e)
    ratio = pick(ratios, "phospho_to_total")
    assert ratio.value == pytest.approx(0.3)
    assert Flag.SEPARATE_SOURCES in ratio.flags
    assert pick(ratios, "to_loading", target="jnk").value == pytest.approx(5.0)
    fold = pick(ratios, "fold_vs_control", 2, "p-jnk")
    assert (fold.value, fold.normalisation) == (pytest.approx(2.0), "phospho_to_total / jnk")


def test_lc3_is_read_by_its_lipidated_form(experiment):
    e = experiment.row("i", "lc3b", "I", [400]).row("i", "lc3b", "II", [100])
    e.row("j", "beta-actin", "full", [200])
    assert pick(ratios_of(e), "to_loading").value == pytest.approx(0.5)


def test_the_fold_of_a_raw_volume_where_nothing_normalises(experiment):
    e = experiment.row("i", "bax", "full", [200, 600]).settings(control="1")
    (one, two) = ratios_of(e)
    assert (one.value, two.value) == pytest.approx((1.0, 3.0))
    assert two.normalisation == "volume"


def test_the_control_condition_is_averaged_within_each_membrane(experiment):
    e = experiment
    for membrane, gain in (("A", 1), ("B", 10)):
        e.row("i", "bax", "full", [100 * gain, 400 * gain, 800 * gain], membrane=membrane)
        e.row("j", "beta-actin", "full", [200, 200, 200], membrane=membrane)
    e.samples(
        *(
            Sample(membrane=m, lane=n, condition=c, dose=d, dose_unit="uM", replicate=m)
            for m in "AB"
            for n, c, d in ((1, "Vehicle", 0.0), (2, "Vehicle", 0.0), (3, "MK-4", 50.0))
        )
    )
    ratios = [r for r in ratios_of(e) if r.ratio == "fold_vs_control"]
    assert [r.value for r in ratios] == pytest.approx([0.5, 2.0, 4.0] * 2)
    assert (ratios[2].condition, ratios[2].dose, ratios[2].replicate) == ("MK-4", 50.0, "A")
    assert ratios[2].control == "vehicle"


def test_there_is_exactly_one_fold_per_lane_and_target(experiment):
    e = experiment.row("i", "parp", "pro", [600, 30]).row("i", "parp", "p89", [3, 400])
    e.row("i", "bax", "full", [1, 400]).row("j", "beta-actin", "full", [200, 200])
    e.settings(control="1")
    folds = [(r.lane, r.target) for r in ratios_of(e) if r.ratio == "fold_vs_control"]
    assert sorted(folds) == [(1, "bax"), (1, "parp"), (2, "bax"), (2, "parp")]
    fold = pick(ratios_of(e), "fold_vs_control", 2, "parp")
    assert fold.bound == ">"


def test_no_fold_without_a_control(experiment):
    e = experiment.row("i", "bax", "full", [200, 600]).row("j", "beta-actin", "full", [200, 200])
    assert {r.ratio for r in ratios_of(e)} == {"to_loading"}


def test_an_excluded_band_gives_no_number(experiment):
    e = experiment.row("i", "bax", "full", [200], excluded=(1,))
    e.row("j", "beta-actin", "full", [200])
    ratio = pick(ratios_of(e), "to_loading")
    assert math.isnan(ratio.value)
    assert Flag.EXCLUDED in ratio.flags


def test_the_samples_of_a_split_membrane_hold_for_its_parts(experiment):
    from dataclasses import replace

    e = experiment.row("i", "bax", "full", [200], membrane="gel.2")
    e.row("j", "beta-actin", "full", [200], membrane="gel.2")
    shots = tuple(replace(p, membranes=("gel",)) for p in e.project.photographs)
    e.project = replace(e.project, photographs=shots)
    e.samples(Sample(membrane="gel", lane=1, condition="vehicle"))
    assert {r.condition for r in ratios_of(e)} == {"vehicle"}


def test_the_spread_over_background_methods(experiment):
    from dataclasses import replace

    e = experiment.row("i", "bax", "full", [200]).row("j", "beta-actin", "full", [200])
    ratios = ratios_of(e)
    others = [tuple(replace(r, value=r.value * f) for r in ratios) for f in (0.8, 1.1)]
    (spread,) = with_method_range(ratios, others)
    assert (spread.method_low, spread.method_high) == pytest.approx((0.8, 1.1))
    assert math.isnan(with_method_range(ratios, ())[0].method_low)
