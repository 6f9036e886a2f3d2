"""Backgrounds as a user meets them: of one membrane, of the ball, advised and compared."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import blotquant as bq
from blotquant import edits
from blotquant.cache import StageCache
from blotquant.errors import ExperimentError, SettingsError
from blotquant.export.provenance import provenance
from blotquant.model.project import ImageRole, MembraneBackground, Photograph, Project
from blotquant.model.settings import AnalysisSettings
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant.stages.advising import BASELINE, Ground, advise
from blotquant.stages.levels import COMPARED, Backgrounds

FRACTIONS = (0.1, 0.3, 0.5, 0.7)
RATIO = "cleaved_fraction"


def blot_of(seed=1, **more):
    """Four lanes with two rows of PARP, to be told apart by their order."""
    rows = tuple(
        RowSpec(
            target="parp",
            form=form,
            kda=kda,
            amounts=tuple(4e6 * s for s in shares),
            sigma_px=3.5,
            tail_px=1.0,
        )
        for form, kda, shares in (
            ("pro", 116.0, tuple(1 - f for f in FRACTIONS)),
            ("p89", 89.0, FRACTIONS),
        )
    )
    scene = Scene(width_px=380, height_px=420, n_lanes=4, rows=rows, seed=seed)
    return simulate_blot(replace(scene, **more))


@pytest.fixture(scope="module")
def images():
    return {
        "one": replace(blot_of(1, gradient=0.3).image, name="one.tif"),
        "two": replace(blot_of(2).image, name="two.tif"),
    }


@pytest.fixture(scope="module")
def cache():
    return StageCache()


@pytest.fixture(scope="module")
def project():
    return Project(
        photographs=tuple(
            Photograph(id=i, file=f"{i}.tif", membranes=(m,), targets=("parp",))
            for i, m in (("one", "A"), ("two", "B"))
        )
    )


@pytest.fixture(scope="module")
def usual(project, images, cache):
    return bq.analyse(project, images, cache=cache)


def volumes(analysis, image):
    return [m.volume for m in analysis.bands_of(image)]


# The method of one membrane -----------------------------------------------------------------------


def test_one_membrane_has_its_own_method(project, images, cache, usual):
    own = bq.analyse(edits.set_background(project, "local", "A"), images, cache=cache)
    everywhere = bq.analyse(edits.set_background(project, "local"), images, cache=cache)
    assert volumes(own, "one") == volumes(everywhere, "one") != volumes(usual, "one")
    assert volumes(own, "two") == volumes(usual, "two") != volumes(everywhere, "two")
    assert [a.used for a in own.background_advice] == ["local", "lane-baseline"]


def test_the_choice_can_be_taken_back_and_follows_a_new_name(project):
    chosen = edits.set_background(project, "local", "A")
    assert chosen.backgrounds == (MembraneBackground(membrane="A", background="local"),)
    again = edits.set_background(chosen, "valley", "A")
    assert [b.background for b in again.backgrounds] == ["valley"]
    assert edits.set_background(chosen, "", "A") == project
    renamed = edits.rename_membrane(chosen, "A", "C")
    assert [b.membrane for b in renamed.backgrounds] == ["C"]


def test_a_completed_name_takes_the_method_of_its_membrane():
    chosen = Backgrounds(default="local", by_membrane=(("A", "valley"), ("A.2", "none")))
    assert [chosen.name_for(m) for m in ("A", "A.1", "A.2", "B", "A.x")] == [
        *("valley", "valley", "none", "local", "local")
    ]
    assert len(chosen.alternatives()) == len(COMPARED)
    assert len(Backgrounds(default="local").alternatives()) == len(COMPARED) - 1


def test_it_is_saved_and_read(project, tmp_path):
    (tmp_path / "one.tif").touch()
    (tmp_path / "two.tif").touch()
    here = replace(
        project,
        photographs=tuple(
            replace(p, file=(tmp_path / p.file).as_posix()) for p in project.photographs
        ),
        settings=AnalysisSettings(ball_radius_px=40.0),
    )
    chosen = edits.set_background(here, "rolling-ball", "B")
    for name in ("a.toml", "a.blot"):
        bq.save_project(chosen, tmp_path / name)
        read = bq.open_project(tmp_path / name)
        assert read.backgrounds == chosen.backgrounds
        assert read.settings.ball_radius_px == 40.0


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ('name = "Z"\nbackground = "local"', "no image shows"),
        ('background = "local"', "name"),
        ('name = "A"', "background"),
        ('name = "A"\nbackground = "locl"', "local"),
        (
            'name = "A"\nbackground = "local"\n[[membrane]]\nname = "A"\nbackground = "none"',
            "twice",
        ),
    ],
)
def test_what_is_wrong_in_an_experiment_file_is_told(entry, what, tmp_path):
    (tmp_path / "one.tif").touch()
    path = tmp_path / "x.toml"
    path.write_text(f'[[image]]\nfile = "one.tif"\nmembrane = "A"\n[[membrane]]\n{entry}\n')
    with pytest.raises(ExperimentError) as caught:
        bq.open_project(path)
    assert any("[[membrane]]" in p and what in p for p in caught.value.problems)


# The rolling ball on a photograph -----------------------------------------------------------------


def test_the_ball_measures_what_the_baseline_does_on_a_clean_blot(project, images, cache, usual):
    ball = bq.analyse(edits.set_background(project, "rolling-ball"), images, cache=cache)
    for m, b in zip(usual.bands_of("two"), ball.bands_of("two"), strict=True):
        assert b.volume == pytest.approx(m.volume, abs=4 * np.hypot(m.volume_se, b.volume_se))


def test_both_polarities_leave_the_same_ball(project, images, inverted):
    asked = edits.set_background(
        replace(project, photographs=project.photographs[1:]), "rolling-ball"
    )
    bright = bq.analyse(asked, {"two": images["two"]})
    dark = bq.analyse(asked, {"two": replace(inverted(images["two"]), name="two.tif")})
    assert volumes(dark, "two") == pytest.approx(volumes(bright, "two"), rel=1e-4)


def test_a_ball_smaller_than_a_band_is_told(project, images, cache, usual):
    asked = edits.set_background(project, "rolling-ball", "A")
    small = edits.change_settings(asked, ball_radius_px=6.0)
    analysis = bq.analyse(small, images, cache=cache)
    (told,) = [n for n in analysis.notices if "ball" in n.text]
    assert told.membrane == "A"
    assert "6 px sinks into the bands of A on one.tif" in told.text
    assert "at least" in told.advice
    assert sum(volumes(analysis, "one")) < 0.8 * sum(volumes(usual, "one"))
    large = bq.analyse(edits.change_settings(asked, ball_radius_px=90.0), images, cache=cache)
    assert not [n for n in large.notices if "ball" in n.text]


@pytest.mark.parametrize("radius", [-1.0, 2001.0, float("nan")])
def test_impossible_radii(radius):
    with pytest.raises(SettingsError, match="ball"):
        AnalysisSettings(ball_radius_px=radius)


# Advice -------------------------------------------------------------------------------------------


def ground(**more):
    return Ground(**({"slope": 0.0, "blotch": 0.0, "free": 0.6, "crowded": 0.0, "gap": 0.3} | more))


@pytest.mark.parametrize(
    ("seen", "method", "words"),
    [
        (ground(), BASELINE, "even to 0.1%"),
        (ground(slope=0.08), BASELINE, "wrong by 8.0%"),
        (ground(blotch=0.2, slope=0.1), BASELINE, "uneven, by 20.0%"),
        (ground(crowded=0.8, free=0.05), "rolling-ball", "80% of the bands"),
        (ground(crowded=0.8, gap=0.02), BASELINE, "nearly touch"),
        (ground(slope=math.nan, blotch=math.nan), BASELINE, "too short"),
    ],
)
def test_the_advice_follows_what_is_seen(seen, method, words):
    advised, text = advise(seen)
    assert advised == method
    assert words in text


def test_each_membrane_is_advised_and_the_provenance_says_so(project, usual):
    first, second = usual.background_advice
    assert (first.image, first.membrane, first.used) == ("one", "A", "lane-baseline")
    assert "slopes" in first.text
    assert "even" in second.text
    written = provenance(project, usual)["backgrounds"]
    assert [x["image"] for x in written] == ["one.tif", "two.tif"]
    assert json.dumps(written)


# How much hangs on the method and on the hand -----------------------------------------------------


def test_the_range_holds_the_value_and_every_method(project, images, cache, usual):
    ranges = {(r.membrane, r.lane): r for r in usual.ratios if r.ratio == RATIO and not r.bound}
    assert len(ranges) >= 6
    for name in COMPARED:
        other = bq.analyse(edits.set_background(project, name), images, cache=cache)
        for r in (r for r in other.ratios if r.ratio == RATIO and not r.bound):
            kept = ranges.get((r.membrane, r.lane))
            if kept is not None:
                assert kept.method_low <= r.value <= kept.method_high


def test_repeats_move_every_ratio_a_little(project, images, usual):
    again = bq.analyse(project, images)
    for r, same in zip(usual.ratios, again.ratios, strict=True):
        assert (r.method_low, r.method_high) == pytest.approx(
            (same.method_low, same.method_high), nan_ok=True
        )
        if r.ratio == RATIO and not r.bound:
            assert r.method_low < r.value < r.method_high
            assert r.method_high - r.method_low < 0.2


def test_a_stain_is_repeated_too(project, images, cache):
    stained = replace(
        project,
        photographs=(
            project.photographs[0],
            replace(project.photographs[1], membranes=("A",), role=ImageRole.TOTAL_PROTEIN),
        ),
        settings=AnalysisSettings(loading_control=("total-protein",)),
    )
    analysis = bq.analyse(stained, images, cache=cache)
    found = [r for r in analysis.ratios if r.ratio == "pro_to_loading" and not r.bound]
    assert found
    assert all(r.method_low < r.value < r.method_high for r in found)
