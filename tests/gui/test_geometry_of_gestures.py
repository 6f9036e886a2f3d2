from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant import edits
from blotquant.model.lane import Lane
from blotquant_app.gestures.drags import Drag
from blotquant_app.gestures.hits import Part, hit_at
from blotquant_app.selection import Selected
from blotquant_app.views.outlines import (
    along_and_across,
    band_outline,
    lane_outline,
    lane_sides,
)
from blotquant_app.views.shown import BlotScene


def leaning(tilt_deg=12.0, width=40.0):
    dx = 300 * math.tan(math.radians(tilt_deg))
    return Lane(
        image="i", membrane="A", number=1, nodes=((100.0, 10.0), (100 + dx, 310.0)), width_px=width
    )


def scene_of_fake(fake):
    return BlotScene(
        image="img1",
        membranes=fake.images[0].membranes,
        lanes=tuple(r.lane for r in fake.lanes),
        bands=tuple(m.band for m in fake.bands),
        measured=fake.bands,
    )


def test_outline_of_an_upright_lane_is_its_box():
    lane = leaning(0.0)
    assert lane_outline(lane) == ((80.0, 10.0), (80.0, 310.0), (120.0, 310.0), (120.0, 10.0))
    left, right = lane_sides(lane)
    assert len(left) == len(right) == 2
    assert band_outline(lane, 50, 60) == ((80.0, 60.0), (120.0, 60.0), (120.0, 70.0), (80.0, 70.0))


def test_band_corners_of_a_leaning_lane_are_square_to_its_axis():
    lane = leaning()
    a, b, c, d = band_outline(lane, 100, 120)
    assert math.dist(a, b) == pytest.approx(lane.width_px)
    assert math.dist(b, c) == pytest.approx(20)
    dot = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    assert dot == pytest.approx(0, abs=1e-6)
    assert d[0] < c[0]


@given(st.floats(-20, 20), st.floats(10, 290), st.floats(-30, 30))
def test_along_and_across_invert_the_lane_coordinates(tilt, along, across):
    lane = leaning(tilt)
    x, y = lane.point_at(along)
    (ax, ay), (bx, by) = lane.nodes
    ux, uy = (by - ay) / lane.length_px, -(bx - ax) / lane.length_px
    got = along_and_across(lane, (x + ux * across, y + uy * across))
    assert got == pytest.approx((along, across), abs=1e-6)


def test_band_is_hit_before_its_lane_and_handles_before_both(fake):
    scene = scene_of_fake(fake)
    lane = scene.lanes[0]
    x, y = lane.point_at(100)
    hit = hit_at(scene, Selected(image="img1"), (x, y), 5)
    assert (hit.lane, hit.row, hit.part) == (1, 1, Part.BODY)
    hit = hit_at(scene, Selected(image="img1"), lane.point_at(150), 5)
    assert (hit.lane, hit.row) == (1, 0)
    chosen = Selected(image="img1", membrane="A", lane=1, row=1)
    assert hit_at(scene, chosen, (x, y - 12), 5).part is Part.TOP
    assert hit_at(scene, chosen, (x, y + 12), 5).part is Part.BOTTOM
    assert hit_at(scene, chosen, (x, y), 5).part is Part.BODY
    on_lane = Selected(image="img1", membrane="A", lane=1)
    assert hit_at(scene, on_lane, (x - 20, 150.0), 5).part is Part.LEFT
    assert hit_at(scene, on_lane, (x + 20, 150.0), 5).part is Part.RIGHT
    assert hit_at(scene, on_lane, lane.nodes[1], 5).part is Part.NODE
    assert hit_at(scene, on_lane, (x + 90, 150.0), 5) is None


def test_body_of_a_tiny_band_can_still_be_grabbed(fake):
    scene = scene_of_fake(fake)
    chosen = Selected(image="img1", membrane="A", lane=1, row=1)
    assert hit_at(scene, chosen, scene.lanes[0].point_at(100), 60).part is Part.BODY


@pytest.mark.parametrize(
    ("part", "dx", "width", "centre"),
    [(Part.LEFT, -10, 50.0, -5.0), (Part.RIGHT, 10, 50.0, 5.0), (Part.BODY, 7, 40.0, 7.0)],
)
def test_lane_drags(fake, part, dx, width, centre):
    scene = scene_of_fake(fake)
    lane = scene.lanes[0]
    chosen = Selected(image="img1", membrane="A", lane=1)
    x, y = lane.point_at(150)
    start = {Part.LEFT: (x - 20, y), Part.RIGHT: (x + 20, y), Part.BODY: (x, y)}[part]
    hit = hit_at(scene, chosen, start, 5)
    assert hit.part is part
    drag = Drag(project=fake.project, scene=scene, hit=hit, start=start)
    new = drag.project_at((start[0] + dx, start[1]))
    moved = new.lanes[0].lanes[0]
    assert moved.width_px == pytest.approx(width)
    assert moved.nodes[0][0] - lane.nodes[0][0] == pytest.approx(centre)
    assert drag.project_at(start).lanes[0].lanes[0].nodes == lane.nodes


def test_band_drag_is_the_same_as_the_edit(fake):
    scene = scene_of_fake(fake)
    chosen = Selected(image="img1", membrane="A", lane=1, row=2)
    start = scene.lanes[0].point_at(200)
    hit = hit_at(scene, chosen, start, 5)
    drag = Drag(project=fake.project, scene=scene, hit=hit, start=start)
    assert drag.text == "Move band 2 of lane 1"
    got = drag.project_at((start[0] + 3, start[1] + 9))
    assert got == edits.move_band(fake.project, scene.bands_of("A"), 1, 2, 9.0, scene.lanes)
