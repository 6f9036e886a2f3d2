"""A blot that was found badly: draw a box around it, move a corner, straighten it, undo all."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QAction

from blotquant.simulate import simulate_blot

from .mouse import drag, move, press

LEAN_DEG = 24.0


@pytest.fixture(scope="module")
def blot():
    """Give an easy blot that lies askew on its photograph."""
    from blotquant.simulate import scene

    straight = simulate_blot(scene("easy"))
    pixels = straight.image.pixels
    h, w = pixels.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), LEAN_DEG, 1.0)
    c, s = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(w * c + h * s), int(w * s + h * c))
    turn[:, 2] += size[0] / 2 - w / 2, size[1] / 2 - h / 2
    ground = int(np.median(pixels))
    turned = cv2.warpAffine(pixels, turn, size, borderValue=ground)
    return replace(straight, image=replace(straight.image, pixels=turned, sha256="turned"))


def steps(window):
    stack = window.session.document.undo_stack
    return [stack.text(i) for i in range(stack.index())]


def test_a_blot_is_straightened_along_its_bands(opened, settle):
    session, view = opened.session, opened.centre.view
    n_lanes = 8
    middle = (view.image.width / 2, view.image.height / 2)
    dx, dy = math.cos(math.radians(LEAN_DEG)), -math.sin(math.radians(LEAN_DEG))
    opened.actions_["straighten"].trigger()
    assert opened.actions_["straighten"].isChecked()
    start, stop = ((middle[0] + r * dx, middle[1] + r * dy) for r in (-150, 150))
    settle(lambda: drag(view, start, stop))
    assert not opened.actions_["straighten"].isChecked()
    assert steps(opened)[-1].startswith("Straighten membrane")
    scene = session.scene()
    assert scene.membranes[0].angle_deg == pytest.approx(LEAN_DEG, abs=0.5)
    assert len(scene.lanes) == n_lanes
    for lane in scene.lanes:
        (x0, y0), (x1, y1) = lane.nodes[0], lane.nodes[-1]
        assert math.degrees(math.atan2(x1 - x0, y1 - y0)) == pytest.approx(LEAN_DEG, abs=3)
    settle(session.document.undo_stack.undo)
    assert not session.scene().membranes[0].edited


def test_a_line_that_runs_down_is_refused_kindly(opened, settle):
    view = opened.centre.view
    middle = (view.image.width / 2, view.image.height / 2)
    opened.actions_["straighten"].trigger()
    settle(lambda: drag(view, middle, (middle[0] + 120, middle[1] + 280)))
    assert "off the horizontal" in opened.notice_area.texts[-1]
    assert steps(opened) == []


def test_a_box_is_drawn_a_corner_moved_and_both_undone(opened, settle):
    session, view = opened.session, opened.centre.view
    w, h = view.image.width, view.image.height
    name = session.scene().membranes[0].name
    before = session.document.project
    opened.actions_["draw_membrane"].trigger()
    settle(lambda: drag(view, (0.1 * w, 0.1 * h), (0.9 * w, 0.9 * h)))
    [drawn] = session.scene().membranes
    assert (drawn.name, drawn.edited) == (name, True)
    assert drawn.bounds == pytest.approx((0.1 * w, 0.1 * h, 0.9 * w, 0.9 * h), abs=2)
    opened.actions_["draw_membrane"].trigger()
    settle(lambda: drag(view, (0.9 * w, 0.9 * h), (0.8 * w, 0.7 * h)))
    assert session.scene().membranes[0].bounds[2:] == pytest.approx((0.8 * w, 0.7 * h), abs=3)
    assert steps(opened) == ["Draw a membrane", f"Crop membrane {name}"]
    settle(opened.actions_["detect_membranes"].trigger)
    assert not session.scene().membranes[0].edited
    while session.document.undo_stack.canUndo():
        settle(session.document.undo_stack.undo)
    assert session.document.project == before


def test_escape_gives_a_half_drawn_box_back(opened):
    view = opened.centre.view
    opened.actions_["draw_membrane"].trigger()
    press(view, (30, 30))
    move(view, (200, 200))
    assert len(view.overlay.drawn) == 4
    opened.actions_["cancel"].trigger()
    assert view.overlay.drawn == ()
    assert steps(opened) == []


def test_a_click_with_the_tool_says_what_to_do(opened):
    view = opened.centre.view
    opened.actions_["draw_membrane"].trigger()
    drag(view, (30, 30), (31, 31))
    assert "opposite" in opened.notice_area.texts[-1]


def test_the_last_membrane_stays(opened):
    assert isinstance(opened.actions_["delete_membrane"], QAction)
    opened.actions_["delete_membrane"].trigger()
    assert "only blot" in opened.notice_area.texts[-1]
    assert steps(opened) == []
