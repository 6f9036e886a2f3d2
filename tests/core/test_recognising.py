"""Ladder lanes are found by themselves, and no sample is ever taken for one."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from blotquant import edits
from blotquant.model.image import BlotImage
from blotquant.model.lane import LaneKind
from blotquant.model.project import ImageRole, Photograph, Project
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings
from blotquant.pipeline import analyse
from blotquant.simulate import scene, simulate_blot
from blotquant.simulate.scene import MARKER_KDA

OWN_LADDER = ", ".join(f"{kda:g}" for kda in MARKER_KDA)


def project_of(*samples, ladder="", **photograph):
    photographs = (Photograph(id="p", file="blot.tif", membranes=("A",), **photograph),)
    settings = AnalysisSettings(ladder=ladder)
    return Project(photographs=photographs, samples=samples, settings=settings)


def kinds(analysis, image="p"):
    return [r.lane.kind for r in analysis.lanes_of(image)]


def same_with(image, pixels):
    digest = hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()
    return replace(image, pixels=np.ascontiguousarray(pixels), sha256=digest)


def with_second_ladder(blot, drop_px=0):
    """Return the picture with its ladder lane once more at the right, the front falling to it."""
    pixels = blot.image.pixels
    first, second = blot.lanes[:2]
    cut = round((first.nodes[0][0] + second.nodes[0][0]) / 2)
    wide = np.hstack([pixels, pixels[:, :cut][:, ::-1]])
    fall = np.linspace(0, drop_px, wide.shape[1]).round().astype(int)
    tilted = np.stack([np.roll(wide[:, x], d) for x, d in enumerate(fall)], axis=1)
    return same_with(blot.image, tilted)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_ladder_lane_is_recognised_and_is_no_sample(simulated, seed):
    blot = simulated("ladder", seed)
    analysis = analyse(project_of(), {"p": blot.image})
    assert kinds(analysis) == [LaneKind.LADDER] + [LaneKind.SAMPLE] * (len(blot.lanes) - 1)
    (guess,) = analysis.ladder_guesses
    assert (guess.membrane, guess.lane, guess.image, guess.is_taken) == ("A", 1, "p", True)
    assert guess.confidence > 0.99
    assert {r.lane for r in analysis.ratios}.isdisjoint({1})
    (notice,) = [n for n in analysis.notices if "is taken for a ladder" in n.text]
    assert (notice.membrane, notice.lane) == ("A", 1)
    assert "kind sample" in notice.advice


@pytest.mark.parametrize(
    "scenario", ["easy", "smile", "doublets", "missing", "dense", "two-lanes", "faint", "blotchy"]
)
def test_no_sample_is_taken_for_a_ladder(simulated, scenario):
    blot = simulated(scenario, 2)
    analysis = analyse(project_of(), {"p": blot.image})
    assert analysis.ladder_guesses == ()
    assert LaneKind.LADDER not in kinds(analysis)


def test_the_sample_sheet_wins(simulated):
    blot = simulated("ladder", 1)
    said = Sample(membrane="A", lane=1, condition="input")
    analysis = analyse(project_of(said), {"p": blot.image})
    assert analysis.ladder_guesses == ()
    assert kinds(analysis)[0] is LaneKind.SAMPLE


def test_a_lane_that_the_user_edited_keeps_its_kind(simulated):
    blot = simulated("ladder", 1)
    project = project_of()
    lanes = tuple(
        replace(r.lane, kind=LaneKind.SAMPLE)
        for r in analyse(project, {"p": blot.image}).lanes_of("p")
    )
    edited = edits.set_lane_width(project, lanes, 1, lanes[0].width_px + 2)
    analysis = analyse(edited, {"p": blot.image})
    assert kinds(analysis)[0] is LaneKind.SAMPLE
    assert analysis.ladder_guesses == ()


def test_a_recognised_ladder_is_read_as_if_the_user_had_named_it(simulated):
    blot = simulated("ladder", 3)
    found = analyse(project_of(ladder=OWN_LADDER), {"p": blot.image})
    said = Sample(membrane="A", lane=1, kind=LaneKind.LADDER)
    named = analyse(project_of(said, ladder=OWN_LADDER), {"p": blot.image})
    assert found.ladder_fits == named.ladder_fits
    assert [m.volume for m in found.bands] == [m.volume for m in named.bands]
    (fit,) = found.ladder_fits
    assert fit.mw_kda == MARKER_KDA
    assert fit.rms_ln < 0.02


def test_a_wrongly_chosen_product_does_not_hide_the_ladder(simulated):
    blot = simulated("ladder", 1)
    analysis = analyse(project_of(ladder="rainbow-rpn755e"), {"p": blot.image})
    assert kinds(analysis)[0] is LaneKind.LADDER
    assert any("do not fit" in n.text for n in analysis.notices)


def test_a_clear_product_is_named_but_its_weights_are_not_read(simulated):
    blot = simulated("ladder", 1)
    analysis = analyse(project_of(), {"p": blot.image})
    assert analysis.ladder_guesses[0].product == "precision-plus-unstained"
    assert analysis.ladder_fits == ()
    assert any("Precision Plus" in n.advice for n in analysis.notices)


@pytest.fixture(scope="module")
def two_ladders(simulated):
    blot = simulated("ladder", 5)
    said = project_of(ladder=OWN_LADDER)
    return blot, analyse(said, {"p": with_second_ladder(blot, drop_px=14)})


def test_ladders_at_both_edges_are_found(two_ladders):
    _, analysis = two_ladders
    found = kinds(analysis)
    assert found[0] is found[-1] is LaneKind.LADDER
    assert set(found[1:-1]) == {LaneKind.SAMPLE}
    assert [f.mw_kda for f in analysis.ladder_fits] == [MARKER_KDA] * 2


def test_two_ladders_weigh_rightly_where_the_front_is_tilted(two_ladders):
    blot, analysis = two_ladders
    truth = sorted({b.kda for b in blot.bands if b.lane > 1})
    strong = {a.row for a in analysis.assignments} & {
        m.band.row for m in analysis.bands if m.detected and m.snr > 20 and 1 < m.band.lane < 4
    }
    read = [a for a in analysis.assignments if a.row in strong]
    assert len(read) >= len(truth) - 1
    for a in read:
        nearest = min(truth, key=lambda kda: abs(np.log(kda / a.mw_kda)))
        assert a.mw_kda == pytest.approx(nearest, rel=0.03)


@pytest.fixture(scope="module")
def pictures():
    """Give the samples on one photograph and the ladder on another of the same membrane."""
    full = scene("ladder", 2)
    marker = replace(full, rows=tuple(_only(r, 0) for r in full.rows), seed=full.seed + 50)
    rows = tuple(replace(r, amounts=(0.0, *r.amounts)) for r in full.rows)
    samples = replace(full, ladder_lane=False, rows=rows)
    return {"p": simulate_blot(samples).image, "m": simulate_blot(marker).image}


def _only(row, n_lanes):
    """Return the row with bands in the first lanes only."""
    return replace(row, amounts=tuple(a * (k < n_lanes) for k, a in enumerate(row.amounts)))


class TestMarkerPhotographs:
    """A photograph whose role says that it shows the ladder."""

    def project(self, *samples):
        one = project_of(*samples)
        marker = Photograph(id="m", file="m.tif", membranes=("A",), role=ImageRole.MARKER)
        return replace(one, photographs=(*one.photographs, marker))

    def test_the_lane_with_bands_there_is_the_ladder_on_both(self, pictures):
        analysis = analyse(self.project(), pictures)
        for image in pictures:
            assert kinds(analysis, image)[0] is LaneKind.LADDER
            assert set(kinds(analysis, image)[1:]) == {LaneKind.SAMPLE}
        (guess,) = analysis.ladder_guesses
        assert (guess.image, guess.is_taken) == ("m", True)
        assert "marker photograph" in guess.reason

    def test_a_lane_that_shows_the_samples_rows_is_asked_about(self):
        whole = scene("easy", 2)
        one = replace(whole, rows=tuple(_only(r, 1) for r in whole.rows))
        both = {"p": simulate_blot(whole).image, "m": simulate_blot(one).image}
        analysis = analyse(self.project(), both)
        assert LaneKind.LADDER not in kinds(analysis, "p")
        (guess,) = analysis.ladder_guesses
        assert not guess.is_taken
        assert "may be a ladder" in next(n.text for n in analysis.notices if n.lane == guess.lane)

    def test_what_the_sheet_calls_a_sample_stays_one(self, pictures):
        said = Sample(membrane="A", lane=1, condition="input")
        analysis = analyse(self.project(said), pictures)
        assert LaneKind.LADDER not in kinds(analysis, "p")


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (200, 200)])
def test_pictures_without_a_blot_hold_no_ladder(shape):
    pixels = np.random.default_rng(1).poisson(900, shape).astype(np.uint16)
    image = BlotImage(
        name="x.tif",
        pixels=pixels,
        sha256=f"{shape}",
        bits=16,
        full_scale=65535.0,
        full_scale_reason="test",
    )
    assert analyse(project_of(), {"p": image}).ladder_guesses == ()
