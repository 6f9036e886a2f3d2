"""The validation tool itself: what it counts as right, on analyses whose errors are made here."""

import json
import math
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blotquant.background import BACKGROUNDS
from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.image import PolarityGuess
from blotquant.model.lane import LaneKind
from blotquant.model.project import Photograph, Project
from blotquant.model.results import (
    Analysis,
    Baseline,
    ImageReport,
    LaneProfile,
    LaneResult,
    NoiseModel,
    Ratio,
)
from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import validate  # noqa: E402 - found through the path above
from validation import tables  # noqa: E402 - as above
from validation.backgrounds import method_table, score_methods  # noqa: E402 - as above
from validation.hand_truth import read_pictures  # noqa: E402 - as above
from validation.matching import f1, one_to_one, tolerances  # noqa: E402 - as above
from validation.photographs import score_picture  # noqa: E402 - as above
from validation.ratios import Index, RatioScore, score_ratios  # noqa: E402 - as above
from validation.simulated import compare  # noqa: E402 - as above
from validation.truth import true_bands  # noqa: E402 - as above

NAN = float("nan")


def perfect(blot, *, scale=1.0, shift=0.0, wrong_polarity=False):
    """Make the analysis that a perfect program gives; lanes `shift` widths to the right."""
    photograph = Photograph(id="img1", file="simulated.tif", membranes=("A",))
    project = Project(photographs=(photograph,))
    lanes = [lane.as_lane("img1", "A") for lane in blot.lanes]
    moved = [
        replace(lane, nodes=tuple((x + shift * lane.width_px, y) for x, y in lane.nodes))
        for lane in lanes
    ]
    polarity = blot.polarity.other if wrong_polarity else blot.polarity
    arrays = {"signal": np.zeros(2), "area_px": np.ones(2), "variance": np.ones(2)}
    profile = LaneProfile(position_px=np.arange(2.0), saturated=np.zeros(2), **arrays)
    baseline = Baseline(level=np.zeros(2), level_se=np.zeros(2))
    return Analysis(
        project=project,
        images=(
            ImageReport(
                photograph=photograph,
                image=blot.image,
                polarity=PolarityGuess(polarity=polarity, confidence=1.0, reason="made here"),
                n_saturated=0,
                noise=NoiseModel(read_variance=1.0, gain=1.0),
                membranes=(),
            ),
        ),
        lanes=tuple(LaneResult(lane=m, profile=profile, baseline=baseline) for m in moved),
        bands=tuple(measured(b, scale) for b in blot.bands if b.volume > 0),
        ladder_fits=(),
        assignments=(),
        loadings=(),
        ratios=(),
        summary=(),
        notices=(),
    )


def measured(truth, scale):
    band = Band(
        image="img1",
        membrane="A",
        lane=truth.lane,
        row=truth.row + 1,
        apex_px=5.0,
        start_px=0.0,
        stop_px=10.0,
    )
    volume = scale * truth.volume
    return BandMeasurement(
        band=band,
        x_px=truth.x_px,
        y_px=truth.y_px,
        box=(0.0, 0.0, 1.0, 1.0),
        area_px=1.0,
        raw_volume=volume,
        background_volume=0.0,
        volume=volume,
        volume_se=0.01 * volume,
        lod=0.0,
        loq=0.0,
        snr=100.0,
        rf=0.5,
        saturated_fraction=0.0,
        detected=True,
        flags=Flag.SATURATED if truth.saturated_fraction > 0 else Flag.NONE,
    )


def score(blot, analysis):
    return compare("easy", 1, blot, analysis)


def test_truth_itself_scores_perfectly(easy_blot):
    s = score(easy_blot, perfect(easy_blot, scale=0.7))
    assert s.lanes_hit == s.lanes_true == len(easy_blot.lanes)
    assert s.bands_hit == s.bands_true == len(easy_blot.bands)
    assert (s.lanes_invented, s.bands_false, s.n_lost) == (0, 0, 0)
    assert s.polarity_right
    assert max(s.centre_errors) == pytest.approx(0, abs=1e-9)
    assert max(s.volume_errors) == pytest.approx(0, abs=1e-9)
    assert all(s.covered_by_image)
    assert all(s.covered_by_row)


def test_a_lane_counts_as_found_up_to_a_quarter_of_its_width(easy_blot):
    near = score(easy_blot, perfect(easy_blot, shift=0.2))
    assert near.lanes_hit == near.lanes_true
    assert near.centre_errors == pytest.approx([0.2] * near.lanes_true)
    far = score(easy_blot, perfect(easy_blot, shift=0.4))
    assert (far.lanes_hit, far.bands_hit) == (0, 0)
    assert far.lanes_invented == len(easy_blot.lanes)
    assert far.bands_false == far.n_lost == len(easy_blot.bands)


def test_an_invented_blank_lane_without_bands_is_let_off(easy_blot):
    analysis = perfect(easy_blot)
    spare = replace(analysis.lanes[0].lane, number=99, nodes=((-90.0, 0.0), (-90.0, 400.0)))
    for kind, invented in ((LaneKind.SAMPLE, 1), (LaneKind.BLANK, 0)):
        extra = replace(analysis.lanes[0], lane=replace(spare, kind=kind))
        s = score(easy_blot, replace(analysis, lanes=(*analysis.lanes, extra)))
        assert s.lanes_invented == invented


def test_wrong_polarity_is_counted(easy_blot):
    assert not score(easy_blot, perfect(easy_blot, wrong_polarity=True)).polarity_right


def test_a_band_that_is_not_detected_is_lost(easy_blot):
    analysis = perfect(easy_blot)
    first, *rest = analysis.bands
    s = score(easy_blot, replace(analysis, bands=(replace(first, detected=False), *rest)))
    assert (s.n_lost, s.bands_hit, s.bands_false) == (1, s.bands_true - 1, 0)
    assert len(s.volume_errors) == s.bands_true - 1


def test_a_band_where_there_is_none_is_false(easy_blot):
    analysis = perfect(easy_blot)
    ghost = replace(analysis.bands[0], y_px=3.0)
    s = score(easy_blot, replace(analysis, bands=(*analysis.bands, ghost)))
    assert (s.bands_false, s.bands_hit) == (1, s.bands_true)


def test_one_wrong_volume_shows_as_one_error_and_one_interval_that_misses(easy_blot):
    analysis = perfect(easy_blot, scale=3.0)
    first, *rest = analysis.bands
    wrong = replace(first, volume=1.1 * first.volume)
    s = score(easy_blot, replace(analysis, bands=(wrong, *rest)))
    assert sorted(s.volume_errors)[-2:] == pytest.approx([0, 0.1], abs=1e-9)
    assert s.covered_by_image.count(False) == s.covered_by_row.count(False) == 1


def test_cleaved_fraction_error_is_in_shares_of_one(simulated):
    blot = simulated("doublets", 3)
    pro = {row.form == "pro": row for row in blot.scene.rows}[True]
    analysis = perfect(blot)
    assert max(score(blot, analysis).fraction_errors) == pytest.approx(0, abs=1e-9)
    twice = tuple(
        replace(m, volume=2 * m.volume)
        if blot.band(m.band.lane, m.band.row - 1).form == "pro"
        else m
        for m in analysis.bands
    )
    expected = []
    for lane in blot.lanes:
        p = blot.band(lane.number, 1).volume
        c = sum(b.volume for b in blot.bands if b.lane == lane.number and b.form != "pro")
        expected.append(abs(c / (2 * p + c) - c / (p + c)))
    assert pro.kda == max(row.kda for row in blot.scene.rows)
    assert score(blot, replace(analysis, bands=twice)).fraction_errors == pytest.approx(expected)


def test_saturated_bands_are_expected_to_be_flagged(simulated):
    blot = simulated("saturated", 1)
    right = score(blot, perfect(blot))
    assert any(true for true, _ in right.flagged)
    assert all(true == flagged for true, flagged in right.flagged)
    analysis = perfect(blot)
    silent = tuple(replace(m, flags=Flag.NONE) for m in analysis.bands)
    wrong = score(blot, replace(analysis, bands=silent))
    assert not any(flagged for _, flagged in wrong.flagged)


def one_band_scene(*amounts_at, sigma_px=6.0):
    rows = tuple(
        RowSpec(
            target="parp",
            form=f"f{i}",
            amounts=(amount,),
            fraction=fraction,
            sigma_px=sigma_px,
            tail_px=0.0,
        )
        for i, (amount, fraction) in enumerate(amounts_at)
    )
    return Scene(width_px=200, height_px=300, n_lanes=1, lane_width_px=60, rows=rows, read_noise=9)


@pytest.mark.parametrize(("snr", "detectable"), [(11.5, False), (12.5, True)])
def test_detectable_means_a_matched_filter_ratio_of_twelve(snr, detectable):
    sigma, width, edge = 6.0, 60.0, 2.5
    scene = one_band_scene((1.0, 0.5), sigma_px=sigma)
    # The squared shape sums to 1 / (2 sqrt(pi) sigma) along, and across to the integral of the
    # squared blurred box: width - 2 edge / sqrt(pi), over width squared.
    squared = (width - 2 * edge / math.sqrt(math.pi)) / width**2 / (2 * math.sqrt(math.pi) * sigma)
    variance = scene.read_noise**2 + scene.gain * scene.background
    amount = snr * math.sqrt(variance / squared)
    (band,) = true_bands(simulate_blot(one_band_scene((amount, 0.5), sigma_px=sigma)))
    assert band.detectable is detectable


@pytest.mark.parametrize(("apart", "resolved"), [(1.5, False), (4.0, True)])
def test_resolved_means_a_valley_to_the_larger_neighbour(apart, resolved):
    blot = simulate_blot(one_band_scene((9e5, 0.5), (6e5, 0.5 + apart * 6.0 / 300)))
    larger, smaller = true_bands(blot)
    assert larger.resolved
    assert smaller.resolved is resolved


def test_undetectable_bands_and_their_lanes_count_neither_way():
    blot = simulate_blot(one_band_scene((50.0, 0.5)))
    assert not true_bands(blot)[0].counts
    found = score(blot, perfect(blot))
    nothing = score(blot, replace(perfect(blot), lanes=(), bands=()))
    for s in (found, nothing):
        assert (s.lanes_true, s.lanes_hit, s.lanes_invented) == (0, 0, 0)
        assert (s.bands_true, s.bands_hit, s.bands_false, s.n_lost) == (0, 0, 0, 0)


def test_pairs_are_the_nearest_and_never_infinite():
    cost = np.array([[3.0, 1.0, np.inf], [2.0, 1.5, np.inf]])
    assert one_to_one(cost) == ((0, 1), (1, 0))
    assert one_to_one(np.zeros((0, 4))) == ()


def test_tolerance_stops_half_way_to_the_next_band():
    assert tolerances([30.0], [100.0]) == pytest.approx([18.0])
    assert tolerances([30.0, 30.0], [100.0, 116.0]) == pytest.approx([8.0, 8.0])
    assert tolerances([5.0], [0.0]) == pytest.approx([6.0])


def test_f1_is_the_harmonic_mean():
    precision, recall = 8 / 10, 8 / 16
    assert f1(8, 16, 2) == pytest.approx(2 * precision * recall / (precision + recall))
    assert math.isnan(f1(0, 0, 0))


def a_ratio(lane, index, value, low, high, bound="", normalisation=""):
    return Ratio(
        membrane="A",
        lane=lane,
        target="parp",
        ratio=index,
        value=value,
        ci_low=low,
        ci_high=high,
        bound=bound,
        normalisation=normalisation,
    )


def scored(easy_blot, *ratios, indices=(Index.FRACTION,)):
    volumes = {("A", n, "parp"): {"pro": 60.0, "p89": 20.0 * n} for n in (1, 2)}
    analysis = replace(perfect(easy_blot), ratios=ratios)
    return score_ratios("here", volumes, {("A", 1): 10.0, ("A", 2): 20.0}, analysis, indices)


def test_a_ratio_is_right_when_its_interval_holds_the_truth(easy_blot):
    one, two = scored(
        easy_blot,
        a_ratio(1, "cleaved_fraction", 0.26, 0.24, 0.28),
        a_ratio(2, "cleaved_fraction", 0.30, 0.28, 0.32),
    )
    assert (one.error, one.holds) == (pytest.approx(0.01), True)
    assert (two.error, two.holds) == (pytest.approx(0.1), False)


def test_a_missing_ratio_has_no_number_and_a_bound_is_judged_as_a_bound(easy_blot):
    bound, missing = scored(easy_blot, a_ratio(1, "cleaved_fraction", 0.3, NAN, 0.31, "<"))
    assert (bound.bound, bound.holds) == ("<", True)
    assert math.isnan(bound.error)
    assert math.isnan(missing.error)
    assert not missing.holds
    wrong, _ = scored(easy_blot, a_ratio(1, "cleaved_fraction", 0.3, 0.29, NAN, ">"))
    assert not wrong.holds


def test_the_true_fold_follows_the_index_that_it_names(easy_blot):
    built_from = "cleaved_to_loading / beta-actin"
    fold = a_ratio(2, "fold_vs_control", 1.1, 0.9, 1.2, normalisation=built_from)
    (only,) = scored(easy_blot, fold, indices=(Index.FOLD,))
    assert only.error == pytest.approx(0.1)
    assert only.holds


@pytest.fixture
def hand_measured(easy_blot, tmp_path):
    """Give a folder as hand-measured photographs come, made of one simulated blot."""
    path = write_blot(easy_blot, tmp_path / "lab", "blot")
    lanes = []
    for lane in easy_blot.lanes:
        y = sum(node[1] for node in lane.nodes) / 2
        x = lane.as_lane("", "").x_at(y)
        half = lane.width_px / 2
        lanes.append(
            {
                "lane": lane.number,
                "x_left": x - half,
                "x_right": x + half,
                "y_ref": y,
                "kind": "sample",
                "uncertain": False,
            }
        )
    rows = []
    for row in sorted({b.row for b in easy_blot.bands}):
        y_by_lane = {str(b.lane): b.y_px for b in easy_blot.bands if b.row == row}
        rows.append(
            {
                "y": float(np.median(list(y_by_lane.values()))),
                "height": 20.0,
                "strength": "strong",
                "lanes": [int(n) for n in y_by_lane],
                "y_by_lane": y_by_lane,
            }
        )
    panel = {"x0": 0, "y0": 0, "x1": easy_blot.image.width, "y1": easy_blot.image.height}
    panel |= {"lanes": lanes, "rows": rows, "scored": True, "rows_complete": True}
    entry = {"source": "example.org/lab at 1: blot.tif", "licence": "MIT (LICENSE)"}
    entry |= {"polarity": easy_blot.polarity.value, "panels": [panel]}
    (tmp_path / "lab" / "damaged.tif").write_text("this is no picture", encoding="utf-8")
    images = [{"file": path.name, **entry}, {"file": "damaged.tif", **entry}]
    text = json.dumps({"images": images})
    (tmp_path / "lab" / "truth.json").write_text(text, encoding="utf-8")
    return tmp_path


def test_photographs_are_scored_against_what_a_hand_measured(hand_measured, easy_blot):
    good, damaged = (score_picture(p) for p in read_pictures(hand_measured))
    assert good.lanes_hit == good.lanes_true == len(easy_blot.lanes)
    assert good.cells_hit == good.judged_hit == good.cells_true == len(easy_blot.bands)
    assert (good.lanes_invented, good.judged_false, good.refused) == (0, 0, "")
    assert good.polarity_right
    assert good.membranes_right
    assert "damaged.tif" in damaged.refused
    assert (damaged.lanes_true, damaged.lanes_hit) == (good.lanes_true, 0)
    row = tables.photograph_table([good, damaged]).splitlines()[-1]
    assert row.startswith("| **all with lanes** |")
    assert f"| {f1(good.lanes_hit, 2 * good.lanes_true, 0):.3f} |" in row


def test_tables_replace_what_stands_between_their_markers_and_nothing_else():
    document = "a\n<!-- table:one -->\nold\n<!-- end -->\nb\n<!-- table:two -->\n<!-- end -->\nc\n"
    new = tables.with_tables(document, {"one": "| x |\n"})
    assert new == document.replace("old", "| x |")
    assert tables.with_tables(new, {"one": "| x |"}) == new
    with pytest.raises(tables.DocumentError, match="table:three"):
        tables.with_tables(document, {"three": ""})


def test_the_document_has_a_place_for_every_table():
    text = (ROOT / "docs" / "validation.md").read_text("utf-8")
    names = ["run", "detection", "volumes", "ratios", "scenes", "photographs", "sources", "times"]
    filled = tables.with_tables(text, {name: f"the table {name}" for name in names})
    assert all(f"<!-- table:{name} -->\nthe table {name}\n<!-- end -->" in filled for name in names)


def test_the_same_run_writes_the_same_document(tmp_path, monkeypatch):
    error = RatioScore(
        source="dose series",
        target="parp",
        index=Index.FRACTION,
        error=0.01,
        bound="",
        holds=True,
    )
    monkeypatch.setattr(validate, "score_experiment", lambda _seed: (error,))
    monkeypatch.setattr(validate, "scenarios", lambda: ("strip", "one-lane"))
    monkeypatch.setattr(validate, "photo_scenes", lambda: ("crop-small", "no-blot"))
    document = tmp_path / "validation.md"
    shutil.copy(ROOT / "docs" / "validation.md", document)
    arguments = ["--seeds", "101", "--no-times", "--document", str(document)]
    assert validate.main(arguments) == 0
    first = document.read_bytes()
    assert b"| strip | 1 |" in first
    assert b"| crop-small | 1 |" in first
    assert b"| dense |" not in first
    assert b"| dots |" not in first
    assert validate.main(arguments) == 0
    assert document.read_bytes() == first


def test_a_document_without_markers_stays_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(validate, "make_tables", lambda _options: {"run": "x"})
    document = tmp_path / "other.md"
    document.write_text("no marker", encoding="utf-8")
    assert validate.main(["--document", str(document)]) == 1
    assert "other.md stays as it is" in capsys.readouterr().err
    assert document.read_text("utf-8") == "no marker"


@pytest.mark.parametrize(
    "wrong", [["--seeds", "x"], ["--scenarios", "nowhere"], ["--jobs", "0"], ["--seeds", "5-4"]]
)
def test_impossible_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        validate.main(wrong)
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_methods_are_compared_on_the_same_blots():
    scores = [score_methods("easy", 3)]
    table = method_table(scores)
    assert set(scores[0].by_method) == set(BACKGROUNDS)
    assert all(
        s.bands_true == scores[0].by_method["none"].bands_true for s in scores[0].by_method.values()
    )
    lines = table.splitlines()
    assert [c.strip() for c in lines[0].split("|")[2:-1]] == [f"`{n}`" for n in sorted(BACKGROUNDS)]
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "easy",
        "**all**",
        "95 % holds (blot)",
    ]
    usual, nothing = (scores[0].by_method[n].volume_errors for n in ("lane-baseline", "none"))
    assert np.median(usual) < 0.01 < np.median(nothing)
