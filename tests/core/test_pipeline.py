import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import blotquant as bq
from blotquant.cache import StageCache
from blotquant.errors import ReadError, SettingsError
from blotquant.flags import Flag
from blotquant.io.images import read_images
from blotquant.lanes.detect import RidgeLanes
from blotquant.model.lane import LaneKind
from blotquant.model.project import (
    AssignedRow,
    ImageRole,
    Photograph,
    PlacedBands,
    PlacedLanes,
    PlacedMembranes,
    Project,
)
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings
from blotquant.pipeline import analyse
from blotquant.progress import Cancelled
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant.stages import locating, measuring
from blotquant.stages.levels import Backgrounds

N_METHODS = 1 + len(Backgrounds(default="lane-baseline").alternatives())
DOSES = (0.0, 25.0, 50.0, 100.0)
FRACTIONS = (0.1, 0.3, 0.5, 0.7)
LOADING = (1.0, 0.8, 1.25, 1.1)


def probe(target, forms, offset=(0.0, 0.0), seed=1):
    """Return one photograph of the membrane; `forms` are (name, kDa, share per lane)."""
    rows = tuple(
        RowSpec(
            target=target,
            form=name,
            kda=kda,
            amounts=tuple(4e6 * a * s for a, s in zip(LOADING, shares, strict=True)),
            sigma_px=3.5,
            tail_px=1.0,
        )
        for name, kda, shares in forms
    )
    return simulate_blot(
        Scene(
            width_px=380,
            height_px=420,
            n_lanes=4,
            rows=rows,
            offset_px=offset,
            kda_range=(170.0, 12.0),
            gradient=0.05,
            seed=seed,
        )
    )


@pytest.fixture(scope="module")
def blots():
    """One membrane, photographed for PARP and, a little further right and lower, for actin."""
    pro = tuple(1 - f for f in FRACTIONS)
    return {
        "parp": probe("parp", (("pro", 116.0, pro), ("p89", 89.0, FRACTIONS))),
        "actin": probe("beta-actin", (("full", 43.0, (1.0,) * 4),), (9.0, 7.0), seed=2),
    }


@pytest.fixture(scope="module")
def images(blots):
    return {name: replace(blot.image, name=f"{name}.tif") for name, blot in blots.items()}


@pytest.fixture(scope="module")
def project():
    return Project(
        photographs=(
            Photograph(id="parp", file="parp.tif", membranes=("A",), targets=("parp",)),
            Photograph(
                id="actin",
                file="actin.tif",
                membranes=("A",),
                targets=("beta-actin",),
                role=ImageRole.LOADING,
            ),
        ),
        samples=tuple(
            Sample(membrane="A", lane=n, condition=f"{d:g} uM", dose=d, replicate="1")
            for n, d in enumerate(DOSES, start=1)
        ),
        settings=AnalysisSettings(control="0 uM", loading_control=("beta-actin",)),
    )


@pytest.fixture(scope="module")
def warm(project, images):
    """One finished analysis with the cache that it left."""
    cache = StageCache()
    return analyse(project, images, cache=cache), cache


def results(analysis):
    """Return everything that follows, as text: NaN is then equal to NaN."""
    return (
        repr(analysis.bands),
        repr(
            [(r.lane, r.profile.signal.tolist(), r.baseline.level.tolist()) for r in analysis.lanes]
        ),
        repr(analysis.assignments),
        repr(analysis.loadings),
        repr(analysis.ratios),
        repr(analysis.summary),
        repr(analysis.notices),
    )


def ratio(analysis, name, lane):
    (one,) = (r for r in analysis.ratios if (r.ratio, r.lane) == (name, lane))
    return one


# Truth --------------------------------------------------------------------------------------------


def test_cleaved_fractions_of_a_small_experiment(warm):
    analysis, _ = warm
    for lane, true in enumerate(FRACTIONS, start=1):
        one = ratio(analysis, "cleaved_fraction", lane)
        assert one.value == pytest.approx(true, abs=0.01)
        assert one.ci_low < one.value < one.ci_high
        assert one.bound == ""
        assert one.target == "parp"
        assert one.dose == DOSES[lane - 1]


def test_two_photographs_of_a_membrane_normalise_lane_by_lane(warm, blots):
    analysis, _ = warm
    loading = {item.lane: item for item in analysis.loadings}
    assert sorted(loading) == [1, 2, 3, 4]
    for lane in range(1, 5):
        actin = blots["actin"].band(lane, 1).volume
        assert loading[lane].loading == pytest.approx(actin, rel=0.03)
        true = blots["parp"].band(lane, 2).volume / actin
        one = ratio(analysis, "cleaved_to_loading", lane)
        assert one.value == pytest.approx(true, rel=0.05)
        assert "actin" in one.normalisation


def test_what_the_rows_are(warm):
    analysis, _ = warm
    known = {(a.image, a.target, a.form) for a in analysis.assignments if a.target}
    assert known == {
        ("parp", "parp", "pro"),
        ("parp", "parp", "p89"),
        ("actin", "beta-actin", "full"),
    }


@pytest.fixture(scope="module")
def demo(demo_experiment):
    """The first membrane of the demo with its truth."""
    project = bq.open_project(demo_experiment)
    chosen = [p for p in project.photographs if p.membranes == ("A",)]
    images = read_images(replace(project, photographs=tuple(chosen)))
    truth = json.loads((demo_experiment.parent / "truth.json").read_text(encoding="utf-8"))
    fractions = {}
    for picture in truth["images"].values():
        for lane in range(1, len(truth["doses_um"]) + 1):
            volumes = {b["form"]: b["volume"] for b in picture["bands"] if b["lane"] == lane}
            if picture["membrane"] == "A" and "pro" in volumes:
                cleaved = sum(v for form, v in volumes.items() if form != "pro")
                fractions[picture["target"], lane] = cleaved / (cleaved + volumes["pro"])
    return analyse(project, images), fractions


def test_the_demo_comes_out_true(demo):
    analysis, fractions = demo
    found = {(r.target, r.lane): r for r in analysis.ratios if r.ratio == "cleaved_fraction"}
    assert set(found) == set(fractions)
    miss = np.array([abs(found[key].value - true) for key, true in fractions.items()])
    assert np.median(miss) < 0.003
    assert miss.max() < 0.04


def test_the_demo_finds_lanes_rows_and_controls(demo):
    analysis, _ = demo
    assert len(analysis.images) == 4
    for report in analysis.images:
        lanes = analysis.lanes_of(report.photograph.id)
        assert [r.lane.number for r in lanes] == [1, 2, 3, 4, 5, 6]
        assert report.polarity.is_sure
    assert all(np.isfinite(item.loading) for item in analysis.loadings)
    cleaved = [s for s in analysis.summary if s.ratio == "cleaved_fraction" and s.target == "parp"]
    means = [s.geometric_mean for s in sorted(cleaved, key=lambda s: s.dose)]
    assert means == sorted(means)


# The same again -----------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_result(project, images, warm):
    assert results(analyse(project, images)) == results(warm[0])


def test_the_cache_changes_nothing(project, images, warm):
    analysis, cache = warm
    assert results(analyse(project, images, cache=cache)) == results(analysis)


@pytest.fixture
def counted(monkeypatch):
    """Count how often each expensive step is taken."""
    counts = Counter()

    def count(module, name):
        original = getattr(module, name)

        def counting(*args, **kwargs):
            counts[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, counting)

    for name in ("work_copy", "contrasts", "estimate_noise", "lane_pieces", "find_membranes"):
        count(locating, name)
    for name in ("straighten", "detect_bands", "measure_lane"):
        count(measuring, name)
    count(RidgeLanes, "detect")
    return counts


PICTURE_STEPS = ("work_copy", "contrasts", "estimate_noise", "lane_pieces")


def fresh(project, images):
    cache = StageCache()
    return analyse(project, images, cache=cache), cache


def test_nothing_is_done_twice(project, images, warm, counted):
    analyse(project, images, cache=warm[1])
    assert counted.total() == 0


def test_every_step_is_counted(project, images, counted):
    fresh(project, images)
    assert {name: counted[name] for name in PICTURE_STEPS} == dict.fromkeys(PICTURE_STEPS, 2)
    assert counted["straighten"] == 8 + 2 * 5  # four lanes, three gaps and the blot on both sides
    assert counted["detect_bands"] == 2
    assert counted["measure_lane"] == 8 * N_METHODS


def test_a_moved_lane_recomputes_one_lane(project, images, warm, counted):
    analysis, cache = warm
    lanes = [r.lane for r in analysis.lanes_of("parp")]
    x, y = lanes[1].nodes[0]
    lanes[1] = replace(lanes[1], nodes=((x + 2, y), *lanes[1].nodes[1:]), edited=True)
    placed = PlacedLanes(image="parp", membrane="A", lanes=tuple(lanes))
    moved = analyse(replace(project, lanes=(placed,)), images, cache=cache)
    assert counted["straighten"] == 1 + 2  # the lane and the gaps on its two sides
    assert counted["detect_bands"] == 1
    assert all(counted[name] == 0 for name in PICTURE_STEPS)
    assert results(moved) == results(analyse(replace(project, lanes=(placed,)), images))


def test_a_moved_band_leaves_the_other_photograph_alone(project, images, warm, counted):
    analysis, cache = warm
    bands = [m.band for m in analysis.bands_of("parp")]
    bands[0] = replace(bands[0], stop_px=bands[0].stop_px + 2, edited=True)
    placed = PlacedBands(image="parp", membrane="A", bands=tuple(bands))
    analyse(replace(project, bands=(placed,)), images, cache=cache)
    assert counted["straighten"] == 0
    assert counted["detect_bands"] == 0
    assert 0 < counted["measure_lane"] <= 4 * N_METHODS


@pytest.mark.parametrize(
    "change", [{"background": "local"}, {"control": "25 uM"}, {"loading_control": ("none",)}]
)
def test_other_settings_measure_nothing_again(project, images, warm, counted, change):
    """The other background methods were measured before, to compare the ratios."""
    settings = replace(project.settings, **change)
    analyse(replace(project, settings=settings), images, cache=warm[1])
    assert counted.total() == 0


def test_another_polarity_looks_at_one_photograph_again(project, images, warm, counted):
    wrong = warm[0].image("parp").polarity.polarity.other
    photographs = (replace(project.photographs[0], polarity=wrong), project.photographs[1])
    analyse(replace(project, photographs=photographs), images, cache=warm[1])
    assert counted["contrasts"] == 0
    assert counted["lane_pieces"] == 1


# The user's word ----------------------------------------------------------------------------------


def test_placed_lanes_win_and_deleting_them_brings_detection_back(project, images, warm):
    analysis, cache = warm
    detected = [r.lane for r in analysis.lanes_of("parp")]
    chosen = tuple(
        replace(lane, number=k, width_px=30.0, edited=True)
        for k, lane in enumerate(detected[1:3], start=1)
    )
    both = tuple(
        PlacedLanes(image=i, membrane="A", lanes=tuple(replace(lane, image=i) for lane in chosen))
        for i in ("parp", "actin")
    )
    placed = analyse(replace(project, lanes=both), images, cache=cache)
    assert tuple(r.lane for r in placed.lanes_of("parp")) == chosen
    assert all(Flag.EDITED in m.flags for m in placed.bands_of("parp"))
    again = analyse(replace(project, lanes=()), images, cache=cache)
    assert results(again) == results(analysis)


def test_placed_bands_win_and_deleting_them_brings_detection_back(project, images, warm):
    analysis, cache = warm
    bands = tuple(
        replace(m.band, start_px=m.band.start_px - 1, edited=True)
        for m in analysis.bands_of("parp")
    )
    placed = PlacedBands(image="parp", membrane="A", bands=bands)
    changed = analyse(replace(project, bands=(placed,)), images, cache=cache)
    assert tuple(m.band for m in changed.bands_of("parp")) == bands
    again = analyse(replace(project, bands=()), images, cache=cache)
    assert results(again) == results(analysis)


def test_a_placed_band_is_completed_to_a_row(project, images, warm):
    band = warm[0].bands_of("parp")[0].band
    one = replace(band, row=1, edited=True)
    placed = PlacedBands(image="parp", membrane="A", bands=(one,))
    analysis = analyse(replace(project, bands=(placed,)), images)
    bands = [m.band for m in analysis.bands_of("parp")]
    assert [(b.lane, b.row) for b in bands] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert bands[0] == one
    for b in bands[1:]:
        assert not b.found
        assert (b.start_px, b.apex_px, b.stop_px) == (one.start_px, one.apex_px, one.stop_px)


def test_placed_membranes_win(project, images):
    corners = ((60.0, 40.0), (320.0, 40.0), (320.0, 380.0), (60.0, 380.0))
    found = analyse(project, {"parp": images["parp"]}).image("parp").membranes[0]
    mine = replace(found, corners=corners, edited=True)
    placed = PlacedMembranes(image="parp", membranes=(mine,))
    analysis = analyse(replace(project, membranes=(placed,)), {"parp": images["parp"]})
    assert analysis.image("parp").membranes == (mine,)
    for r in analysis.lanes_of("parp"):
        assert (r.lane.nodes[0][1], r.lane.nodes[-1][1]) == (40.0, 380.0)


def test_assigned_rows_win(project, images, warm):
    word = AssignedRow(image="parp", membrane="A", row=1, target="", form="")
    analysis = analyse(replace(project, rows=(word,)), images)
    assert analysis.assignment("parp", "A", 1).target == ""
    assert warm[0].assignment("parp", "A", 1).target == "parp"


def test_the_sample_sheet_says_what_a_lane_holds(project, images):
    sheet = (Sample(membrane="A", lane=1, kind=LaneKind.BLANK), *project.samples[1:])
    analysis = analyse(replace(project, samples=sheet), images)
    assert analysis.lanes_of("parp")[0].lane.kind is LaneKind.BLANK
    assert not any(r.lane == 1 for r in analysis.ratios)


# What can go wrong --------------------------------------------------------------------------------


def test_photographs_without_a_picture_are_left_out(project, images):
    analysis = analyse(project, {"parp": images["parp"]})
    assert [r.photograph.id for r in analysis.images] == ["parp"]
    assert {m.band.image for m in analysis.bands} == {"parp"}
    assert ratio(analysis, "cleaved_fraction", 2).value == pytest.approx(0.3, abs=0.01)
    assert not any(
        r.ratio == "cleaved_to_loading" and np.isfinite(r.value) for r in analysis.ratios
    )


def test_missing_files_are_named(project, tmp_path):
    lost = replace(project.photographs[0], file=(tmp_path / "lost.tif").as_posix())
    with pytest.raises(ReadError, match=r"lost\.tif"):
        analyse(replace(project, photographs=(lost,)))


def test_an_empty_project_has_an_empty_analysis():
    analysis = analyse(Project())
    assert analysis.images == analysis.lanes == analysis.bands == analysis.ratios == ()
    assert analyse(Project(photographs=(Photograph(id="a", file="a.tif"),)), {}).images == ()


def test_pictures_with_nothing_on_them_give_notices(as_image):
    photograph = Photograph(id="a", file="a.tif", targets=("parp",))
    image = as_image(np.full((80, 120), 900, np.uint16), name="a.tif")
    analysis = analyse(Project(photographs=(photograph,)), {"a": image})
    assert analysis.lanes == analysis.bands == ()
    texts = [n.text for n in analysis.notices]
    assert any("No lanes were found on a.tif" in t for t in texts)
    assert any("not certain" in t for t in texts)


@pytest.mark.parametrize("name", ["background", "lane_detector"])
def test_unknown_methods_are_named(project, images, name):
    settings = replace(project.settings, **{name: "magic"})
    with pytest.raises(SettingsError, match="magic"):
        analyse(replace(project, settings=settings), {"parp": images["parp"]})


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_request_to_stop_passes_through(project, images, after):
    calls = []

    def stop(_fraction, _text):
        calls.append(1)
        if len(calls) > after:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyse(project, images, progress=stop)
    assert len(calls) == after + 1


def test_a_stopped_analysis_leaves_a_usable_cache(project, images, warm):
    cache, calls = StageCache(), []

    def stop(_fraction, _text):
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyse(project, images, progress=stop, cache=cache)
    assert results(analyse(project, images, cache=cache)) == results(warm[0])


def test_progress_runs_from_start_to_end(project, images):
    seen = []
    analyse(project, images, progress=lambda fraction, text: seen.append((fraction, text)))
    fractions = [f for f, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] >= 0
    assert fractions[-1] == 1.0
    assert all(text for _, text in seen)


# Looking things up in an analysis -----------------------------------------------------------------


def test_look_ups(warm):
    analysis, _ = warm
    assert analysis.image("actin").image.name == "actin.tif"
    with pytest.raises(KeyError):
        analysis.image("nobody")
    assert len(analysis.lanes_of("parp", "A")) == 4
    assert analysis.lanes_of("parp", "B") == ()
    assert len(analysis.bands_of("parp", "A", 2)) == 2
    assert {m.band.lane for m in analysis.bands_of("parp", lane=3)} == {3}
    with pytest.raises(KeyError):
        analysis.assignment("parp", "A", 99)
