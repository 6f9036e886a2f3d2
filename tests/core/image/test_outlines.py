"""Outlines that could be membranes: boxes within frames, and what they hold."""

import math

import cv2
import numpy as np
import pytest

from blotquant.image.outlines import Relief, corners_of, outlines

PANEL = (90, 60, 239, 159)  # left, top, right, bottom


def page(draw, shape=(220, 330)):
    """Return a white page with something drawn on it, as a small picture."""
    grey = np.full(shape, 240.0, np.float32)
    draw(grey)
    noise = np.random.default_rng(5).normal(0, 1.0, shape)
    return Relief.of((grey + noise).astype(np.float32))


def corners(left, top, right, bottom):
    return (left, top), (right, top), (right, bottom), (left, bottom)


def near(outline, quad, reach=2.5):
    return all(math.dist(a, b) < reach for a, b in zip(outline.corners, quad, strict=True))


def framed_twice(grey):
    left, top, right, bottom = PANEL
    cv2.rectangle(grey, (20, 20), (309, 199), 10.0, 2)
    cv2.rectangle(grey, (left, top), (right, bottom), 150.0, -1)
    cv2.rectangle(grey, (left, top), (right, bottom), 10.0, 2)
    for k in range(4):
        cv2.rectangle(grey, (105 + 33 * k, 105), (125 + 33 * k, 109), 30.0, -1)


def test_a_framed_panel_within_a_frame_is_a_box():
    found = outlines(page(framed_twice), thickness=2.0)
    assert any(o.boxed and near(o, corners(*PANEL)) for o in found)


def test_a_heap_of_bands_is_no_box_however_straight_its_edges():
    def band(grey):
        cv2.rectangle(grey, (90, 100), (239, 121), 30.0, -1)

    assert not any(o.boxed for o in outlines(page(band), thickness=4.0))


def test_an_even_page_has_no_clear_outlines():
    even = page(lambda grey: grey)
    assert all(o.clear < 0.2 for o in outlines(even, thickness=2.0))


def test_points_lie_within_or_along_an_outline():
    found = outlines(page(framed_twice), thickness=2.0)
    box = next(o for o in found if o.boxed and near(o, corners(*PANEL)))
    points = np.array([(160.0, 110.0), (90.0, 100.0), (20.0, 100.0), (500.0, -3.0)])
    assert box.within(points)[[0, 2, 3]].tolist() == [True, False, False]
    assert box.along(points, 2.5).tolist() == [False, True, False, False]


def test_corners_start_at_the_top_left_and_go_clockwise():
    turned = cv2.boxPoints(((100.0, 80.0), (90.0, 50.0), 12.0)).astype(np.int32)
    a, b, c, d = corners_of(turned)
    assert a[0] < b[0]
    assert d[0] < c[0]
    assert max(a[1], b[1]) < min(c[1], d[1])


@pytest.mark.parametrize("brighter", [False, True])
def test_outlines_are_found_either_way_round(brighter):
    def panel(grey):
        left, top, right, bottom = PANEL
        cv2.rectangle(grey, (left, top), (right, bottom), 150.0, -1)
        if brighter:
            np.subtract(255, grey, out=grey)

    found = [o for o in outlines(page(panel), thickness=2.0) if near(o, corners(*PANEL))]
    assert {o.brighter for o in found} == {brighter}
