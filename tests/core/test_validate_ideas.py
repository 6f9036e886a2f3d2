"""What each idea buys: every idea can be switched off, alone, and nothing stays switched off."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import blotquant as bq
from blotquant.cache import StageCache
from blotquant.io.images import read_images
from blotquant.model.lane import Lane
from blotquant.simulate.photos import photo_scene, simulate_photo, write_photo
from blotquant.simulate.photos.zoom import zoomed

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from validation.failures import (  # noqa: E402 - needs the path above
    FAILURES,
    INVENTED,
    MISSED,
    RIGHT,
    Failure,
    draw,
    draw_failures,
)
from validation.hand_truth import Panel, Picture, TrueLane  # noqa: E402 - as above
from validation.ideas import ALL, EVERY_IDEA, IDEAS  # noqa: E402 - as above
from validation.lanes_alone import (  # noqa: E402 - as above
    LaneCount,
    find_lanes,
    idea_table,
    lanes_by_idea,
)
from validation.photographs import PictureScore, count_lanes  # noqa: E402 - as above
from validation.scenes import count_scene_lanes  # noqa: E402 - as above
from validation.tables import source_table  # noqa: E402 - as above


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Give a small photograph's project and picture."""
    photo = simulate_photo(zoomed(photo_scene("crop-small", 3), 0.6))
    path = write_photo(photo, tmp_path_factory.mktemp("photo"), "crop-small")
    project = bq.open_project(path)
    (image,) = read_images(project).values()
    return project, image


@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.what)
def test_an_idea_is_switched_off_for_a_while_only(idea):
    before = [vars(module)[name] for module, name, _ in idea.without]
    with idea.switched_off():
        for (module, name, plainer), used in zip(idea.without, before, strict=True):
            assert vars(module)[name] is plainer
            assert plainer is not used
    assert [vars(module)[name] for module, name, _ in idea.without] == before


def test_ideas_have_names_of_their_own():
    assert len({idea.what for idea in EVERY_IDEA}) == len(EVERY_IDEA)


def test_steps_that_are_shared_change_nothing(opened):
    shared = list(lanes_by_idea(*opened))
    for idea, lanes in zip(EVERY_IDEA, shared, strict=True):
        with idea.switched_off():
            assert find_lanes(*opened, StageCache()) == lanes, idea.what
    # With everything switched on again the lanes are the first ones.
    assert find_lanes(*opened, StageCache()) == shared[EVERY_IDEA.index(ALL)]


def test_an_idea_that_is_switched_off_shows(tmp_path):
    rng = np.random.default_rng(1)
    picture = rng.normal(400, 4, (420, 700)).astype(np.float32)
    y, x = np.mgrid[:420, :700]
    for lane in range(6):  # bands that dip by a sixth in between: only even notches part them
        for row in (120, 300):
            across = np.exp(-(((x - 120 - 80 * lane) / 40.6) ** 8))
            picture += 900 * across * np.exp(-0.5 * ((y - row) / 5) ** 2)
    path = tmp_path / "touching.tif"
    cv2.imwrite(str(path), np.round(picture).astype(np.uint16))
    project = bq.open_project(path)
    (image,) = read_images(project).values()
    assert len(find_lanes(project, image, StageCache())) == 6
    (combs,) = (idea for idea in IDEAS if "even notches" in idea.what)
    with combs.switched_off():
        assert len(find_lanes(project, image, StageCache())) < 6


def test_the_truth_of_a_photograph_counts_every_lane():
    photo = simulate_photo(zoomed(photo_scene("strips", 3), 0.5))
    true = [
        lane.as_lane("i", f"m{n}")
        for n, membrane in enumerate(photo.membranes)
        for lane in membrane.lanes
    ]
    n_true, hit, invented = count_scene_lanes(photo, true)
    assert n_true == hit > 4
    assert invented == 0
    assert count_scene_lanes(photo, true[1:])[1] == hit - 1


def a_picture(source: str) -> Picture:
    lanes = tuple(
        TrueLane(
            number=n,
            centre=100.0 * n,
            width=40.0,
            y_ref=50.0,
            kind="sample",
            uncertain=n == 3,
        )
        for n in (1, 2, 3)
    )
    panel = Panel(box=(0.0, 0.0, 400.0, 100.0), lanes=lanes, rows=(), scored=True, complete=False)
    return Picture(
        name="a/b.tif",
        path=Path("b.tif"),
        source=source,
        licence="MIT",
        polarity="dark-on-light",
        panels=(panel,),
        ignored_x=(),
    )


def lane_at(number: int, x: float) -> Lane:
    return Lane(image="i", membrane="m", number=number, nodes=((x, 0.0), (x, 100.0)), width_px=40.0)


def test_lanes_of_a_photograph_measured_by_hand_are_counted():
    picture = a_picture("here")
    # One right, one half a width off, one on an uncertain lane: that one counts neither way.
    lanes = [lane_at(1, 101.0), lane_at(2, 220.0), lane_at(3, 305.0)]
    assert count_lanes(picture, lanes) == (2, 1, 1)


def test_the_table_pools_photographs_and_shows_each_idea():
    perfect, lost = (
        LaneCount(true=4, hit=4, invented=0),
        LaneCount(true=4, hit=0, invented=4),
    )
    counts = [(perfect,) * len(EVERY_IDEA), (perfect,) + (lost,) * len(IDEAS)]
    lines = idea_table([("simulated", counts)]).splitlines()
    assert lines[2] == f"| {ALL.what} | 1.000 | 1.000 | 1.000 |  |"
    assert lines[3] == f"| {IDEAS[0].what} | 0.500 | 0.500 | 0.500 | 1 / 0 |"
    assert len(lines) == 2 + len(EVERY_IDEA)


def test_further_photographs_are_pooled_by_where_they_come_from():
    pictures = [a_picture("x.org/one at 12: a"), a_picture("x.org/two"), a_picture("x.org/one")]
    scores = [
        PictureScore(name="p", lanes_true=2, cells_true=0, lanes_hit=hit) for hit in (2, 2, 0)
    ]
    rows = [line.split(" | ") for line in source_table(pictures, scores).splitlines()[2:]]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("| x.org/one (2)", "4", "0.667"),
        ("| x.org/two (1)", "2", "1.000"),
        ("| **all with lanes**", "6", "0.800"),
    ]


def test_failures_are_drawn_small_and_in_their_colours(tmp_path, monkeypatch):
    failure = Failure(name="dots", scene="dots", seed=101)
    monkeypatch.setattr("validation.failures.FAILURES", (failure,))
    draw_failures(tmp_path)
    drawn = cv2.imread(str(tmp_path / "dots.png"))
    assert np.array_equal(drawn, draw(failure))
    assert max(drawn.shape) == 420
    colours = {tuple(c) for c in drawn.reshape(-1, 3).tolist()}
    assert INVENTED in colours  # whatever is found among dots is invented
    assert RIGHT not in colours
    assert MISSED not in colours


def test_failures_have_names_of_their_own():
    assert len({f.name for f in FAILURES}) == len(FAILURES)
