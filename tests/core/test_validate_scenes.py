"""The judge of detection on hard photographs: truth scores perfectly, each error shows once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import blotquant as bq
from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity, PolarityGuess
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Photograph, Project
from blotquant.model.results import ImageReport, LaneResult, NoiseModel
from blotquant.simulate.photos import photo_scene, simulate_photo
from blotquant.simulate.photos.zoom import zoomed

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from validation.scenes import compare_scene, scene_table  # noqa: E402 - needs the path above


@pytest.fixture(scope="module")
def strips():
    """Give two or more strips with the same lanes, under one another."""
    return simulate_photo(zoomed(photo_scene("strips", 3), 0.5))


def detection(photo, *, lanes=None, bands=None, polarity=None, n_membranes=None) -> bq.Analysis:
    """Return the analysis that found these lanes and bands, the true ones unless given."""
    photograph = Photograph(id="i", file="x.tif")
    names = [f"m{n}" for n in range(1, len(photo.membranes) + 1)]
    membranes = tuple(
        Membrane(image="i", name=name, corners=m.corners)
        for name, m in zip(names, photo.membranes, strict=True)
    )
    report = ImageReport(
        photograph=photograph,
        image=photo.image,
        polarity=PolarityGuess(polarity=polarity or photo.polarity, confidence=1.0, reason="made"),
        n_saturated=0,
        noise=NoiseModel(read_variance=1.0, gain=1.0),
        membranes=membranes[:n_membranes],
    )
    return bq.Analysis(
        project=Project(photographs=(photograph,)),
        images=(report,),
        lanes=tuple(
            LaneResult(lane=lane, profile=None, baseline=None)
            for lane in (true_lanes(photo) if lanes is None else lanes)
        ),
        bands=tuple(true_bands(photo) if bands is None else bands),
        ladder_fits=(),
        assignments=(),
        loadings=(),
        ratios=(),
        summary=(),
        notices=(),
    )


def true_lanes(photo) -> list[Lane]:
    return [
        lane.as_lane("i", f"m{n}")
        for n, membrane in enumerate(photo.membranes, start=1)
        for lane in membrane.lanes
    ]


def true_bands(photo) -> list[BandMeasurement]:
    return [
        measured(f"m{n}", band.lane, band.row, (band.x_px, band.y_px))
        for n, membrane in enumerate(photo.membranes, start=1)
        for band in membrane.bands
    ]


def measured(membrane: str, lane: int, row: int, place: tuple[float, float]) -> BandMeasurement:
    return BandMeasurement(
        band=Band(
            image="i",
            membrane=membrane,
            lane=lane,
            row=row + 1,
            apex_px=5.0,
            start_px=0.0,
            stop_px=10.0,
        ),
        x_px=place[0],
        y_px=place[1],
        box=(0.0, 0.0, 1.0, 1.0),
        area_px=1.0,
        raw_volume=1.0,
        background_volume=0.0,
        volume=1.0,
        volume_se=0.1,
        lod=0.0,
        loq=0.0,
        snr=100.0,
        rf=0.5,
        saturated_fraction=0.0,
        detected=True,
        flags=Flag.NONE,
    )


def judged(photo, **found):
    return compare_scene("strips", 3, photo, detection(photo, **found))


def test_the_truth_of_a_photograph_scores_perfectly(strips):
    score = judged(strips)
    assert score.lanes_hit == score.lanes_true > 4
    assert score.bands_hit == score.bands_true > 4
    assert (score.lanes_invented, score.bands_false) == (0, 0)
    assert score.polarity_right
    assert score.membranes_right
    assert max(score.centre_errors) == pytest.approx(0.0, abs=1e-9)
    assert "| 1.000 |" in scene_table([score]).splitlines()[-1]


def test_one_lane_through_all_strips_is_right_on_one_of_them(strips):
    first, last = strips.membranes[0], strips.membranes[-1]
    (top, *_), (*_, bottom) = first.lanes[0].nodes, last.lanes[0].nodes
    straight = replace(true_lanes(strips)[0], nodes=(top, bottom))
    score = judged(strips, lanes=[straight], bands=[])
    assert score.lanes_hit <= 1
    assert score.lanes_true > 4


def test_a_lane_must_reach_its_bands(strips):
    lanes = true_lanes(strips)
    (x0, y0), (x1, _) = lanes[0].nodes[0], lanes[0].nodes[-1]
    short = replace(lanes[0], nodes=((x0, y0), (x1, y0 + 1.0)))
    score = judged(strips, lanes=[short, *lanes[1:]])
    assert score.lanes_hit == score.lanes_true - 1
    assert score.lanes_invented == 1


def test_lanes_shifted_by_more_than_a_quarter_are_invented(strips):
    shifted = [
        replace(lane, nodes=tuple((x + share * lane.width_px, y) for x, y in lane.nodes))
        for share, lane in zip((0.2, 0.3), true_lanes(strips), strict=False)
    ]
    score = judged(strips, lanes=shifted, bands=[])
    assert (score.lanes_hit, score.lanes_invented) == (1, 1)
    assert score.centre_errors == pytest.approx((0.2,), abs=0.01)


def test_a_blank_lane_without_bands_is_no_invention(strips):
    lanes = true_lanes(strips)
    away = tuple((x - 5 * lanes[0].width_px, y) for x, y in lanes[0].nodes)
    blank = replace(lanes[0], number=99, nodes=away, kind=LaneKind.BLANK)
    assert judged(strips, lanes=[*lanes, blank]).lanes_invented == 0
    assert judged(strips, lanes=[*lanes, replace(blank, kind=LaneKind.SAMPLE)]).lanes_invented == 1
    seen = measured("m1", 99, 1, away[0])
    score = judged(strips, lanes=[*lanes, blank], bands=[*true_bands(strips), seen])
    assert (score.lanes_invented, score.bands_false) == (1, 1)


def test_lost_and_false_bands_are_counted(strips):
    lost, *rest = true_bands(strips)
    assert judged(strips, bands=rest).bands_hit == judged(strips).bands_true - 1
    elsewhere = replace(lost, y_px=lost.y_px + 15)
    score = judged(strips, bands=[elsewhere, *rest])
    assert score.bands_hit == score.bands_true - 1
    assert score.bands_false == 1


def test_polarity_and_the_number_of_membranes_are_judged(strips):
    (other,) = set(Polarity) - {strips.polarity}
    score = judged(strips, polarity=other, n_membranes=1)
    assert not score.polarity_right
    assert not score.membranes_right


def test_side_by_side_without_an_edge_one_membrane_is_right_too():
    scenes = [zoomed(photo_scene("gels-joined", seed), 0.5) for seed in range(1, 20)]
    tops = [[piece.box[1] for piece in s.pieces] for s in scenes]
    bottoms = [[piece.box[3] for piece in s.pieces] for s in scenes]
    beside = [max(t) < min(b) for t, b in zip(tops, bottoms, strict=True)]
    for wanted in (True, False):
        photo = simulate_photo(scenes[beside.index(wanted)])
        assert judged(photo).membranes_right
        assert judged(photo, n_membranes=1).membranes_right is wanted


def test_ghosts_count_neither_way():
    photo = simulate_photo(zoomed(photo_scene("reprobed", 1), 0.5))
    kinds = [b.kind.value for m in photo.membranes for b in m.bands]
    assert "ghost" in kinds
    with_ghosts = judged(photo)
    without = judged(
        photo,
        bands=[b for b, kind in zip(true_bands(photo), kinds, strict=True) if kind != "ghost"],
    )
    assert with_ghosts.bands_true == without.bands_true == with_ghosts.bands_hit
    assert with_ghosts.bands_false == without.bands_false == 0


def test_where_there_is_no_blot_only_inventions_count(strips):
    empty = simulate_photo(zoomed(photo_scene("no-blot", 1), 0.5))
    score = compare_scene("no-blot", 1, empty, detection(empty, lanes=true_lanes(strips)[:2]))
    assert (score.lanes_true, score.lanes_invented) == (0, 2)
    assert score.polarity_right is None
    assert score.membranes_right is None
    row = scene_table([score]).splitlines()[2]
    assert row == "| no-blot | 1 | 0 | - | - | - | - | 2 | - | 0 | - | - | - | - |"
