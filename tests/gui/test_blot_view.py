from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from blotquant_app.selection import Selected


@pytest.fixture
def view(with_results):
    made = with_results.centre.view
    made.fit()
    return made


def send(view, kind, point, button=Qt.MouseButton.LeftButton, buttons=None):
    """Send a real mouse event to the viewport at a place given in file pixels."""
    viewport = view.graphics.viewport()
    at = QPointF(view.to_screen(point))
    held = buttons if buttons is not None else button
    event = QMouseEvent(
        kind, at, viewport.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def click(view, point):
    send(view, QEvent.Type.MouseButtonPress, point)
    send(view, QEvent.Type.MouseButtonRelease, point, buttons=Qt.MouseButton.NoButton)


def drag(view, start, stop, *, drop=True):
    send(view, QEvent.Type.MouseButtonPress, start)
    for share in (0.5, 1.0):
        point = tuple(a + share * (b - a) for a, b in zip(start, stop, strict=True))
        send(
            view,
            QEvent.Type.MouseMove,
            point,
            button=Qt.MouseButton.NoButton,
            buttons=Qt.MouseButton.LeftButton,
        )
    if drop:
        send(view, QEvent.Type.MouseButtonRelease, stop, buttons=Qt.MouseButton.NoButton)


def lane(window, number):
    return window.session.scene().lane("A", number)


def band(window, number, row):
    return window.session.scene().band("A", number, row)


def test_click_selects_band_lane_and_nothing(with_results, view):
    selection = with_results.session.selection
    click(view, lane(with_results, 2).point_at(100))
    assert selection.now == Selected(image="img1", membrane="A", lane=2, row=1)
    click(view, lane(with_results, 3).point_at(150))
    assert selection.now == Selected(image="img1", membrane="A", lane=3)
    click(view, (3.0, 3.0))
    assert selection.now == Selected(image="img1")


def test_drag_on_what_is_not_selected_pans_and_edits_nothing(with_results, view):
    before = view.to_screen((0.0, 0.0))
    start = lane(with_results, 2).point_at(150)
    drag(view, start, (start[0] + 60, start[1]))
    assert with_results.session.document.undo_stack.count() == 0
    assert view.to_screen((0.0, 0.0)) != before


def test_lane_drag_is_one_step_and_can_be_undone(with_results, view):
    session = with_results.session
    session.selection.select_lane("A", 2)
    before = lane(with_results, 2)
    start = before.point_at(150)
    drag(view, start, (start[0] + 20, start[1]))
    after = lane(with_results, 2)
    assert after.nodes[0][0] - before.nodes[0][0] == pytest.approx(20, abs=view.reach_px)
    assert after.edited
    assert session.document.undo_stack.count() == 1
    assert session.document.undo_stack.undoText() == "Move lane 2"
    session.document.undo_stack.undo()
    assert lane(with_results, 2) == before


def test_lane_edge_and_node_drags(with_results, view):
    session = with_results.session
    session.selection.select_lane("A", 2)
    before = lane(with_results, 2)
    x, y = before.point_at(150)
    drag(view, (x + 20, y), (x + 30, y))
    assert lane(with_results, 2).width_px == pytest.approx(50, abs=2)
    start = lane(with_results, 2).nodes[1]
    drag(view, start, (start[0] + 15, start[1]))
    assert session.document.undo_stack.undoText() == "Bend lane 2"
    after = lane(with_results, 2)
    assert after.nodes[1][0] - after.nodes[0][0] == pytest.approx(15, abs=2)


def test_lane_dragged_past_its_neighbour_stays_selected_under_its_new_number(with_results, view):
    session = with_results.session
    session.selection.select_lane("A", 1)
    start = lane(with_results, 1).point_at(150)
    step = lane(with_results, 2).nodes[0][0] - lane(with_results, 1).nodes[0][0]
    drag(view, start, (start[0] + 1.5 * step, start[1]))
    assert session.selection.now.lane == 2
    assert [x.number for x in session.scene().lanes] == [1, 2, 3]


def test_band_drag_moves_and_edges_resize(with_results, view):
    session = with_results.session
    session.selection.select_band("A", 1, 1)
    x, y = lane(with_results, 1).point_at(100)
    drag(view, (x, y), (x, y + 25))
    moved = band(with_results, 1, 1)
    assert moved.apex_px == pytest.approx(125, abs=2)
    assert band(with_results, 2, 1).apex_px == 100
    top = lane(with_results, 1).point_at(moved.start_px)
    drag(view, top, (top[0], top[1] - 10))
    assert band(with_results, 1, 1).start_px == pytest.approx(moved.start_px - 10, abs=2)
    assert band(with_results, 1, 1).stop_px == moved.stop_px
    assert session.document.undo_stack.count() == 2


def test_escape_gives_a_drag_back(with_results, view, qtbot):
    session = with_results.session
    session.selection.select_lane("A", 2)
    before = lane(with_results, 2)
    start = before.point_at(150)
    drag(view, start, (start[0] + 30, start[1]), drop=False)
    assert lane(with_results, 2) != before
    qtbot.keyClick(view.graphics, Qt.Key.Key_Escape)
    assert lane(with_results, 2) == before
    send(view, QEvent.Type.MouseButtonRelease, start, buttons=Qt.MouseButton.NoButton)
    assert session.document.undo_stack.count() == 0


def test_tools_add_a_lane_and_a_row(with_results, view):
    session = with_results.session
    with_results.actions_["add_lane"].trigger()
    assert with_results.actions_["add_lane"].isChecked()
    between = (lane(with_results, 1).nodes[0][0] + lane(with_results, 2).nodes[0][0]) / 2
    click(view, (between, 150.0))
    assert [x.number for x in session.scene().lanes] == [1, 2, 3, 4]
    assert session.selection.now == Selected(image="img1", membrane="A", lane=2)
    assert not with_results.actions_["add_lane"].isChecked()
    session.document.undo_stack.undo()
    with_results.actions_["add_band"].trigger()
    click(view, lane(with_results, 3).point_at(150))
    assert session.selection.now == Selected(image="img1", membrane="A", lane=3, row=2)
    assert band(with_results, 3, 2).found
    assert not band(with_results, 1, 2).found
    assert band(with_results, 1, 3).apex_px == 200


def test_tool_outside_a_lane_advises_and_stays_in_hand(with_results, view):
    with_results.actions_["add_band"].trigger()
    click(view, (3.0, 150.0))
    assert "Click inside a lane" in with_results.session.notices.log[-1].text
    assert with_results.centre.gestures.tool == "band"


def test_wheel_zooms_at_the_mouse_and_fit_comes_back(view):
    viewport = view.graphics.viewport()
    point = (200.0, 150.0)
    before = view.reach_px
    at = QPointF(view.to_screen(point))
    event = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPointF(0, 0).toPoint(),
        QPointF(0, 240).toPoint(),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    assert view.reach_px < before
    assert (QPointF(view.to_screen(point)) - at).manhattanLength() < 4
    view.fit()
    assert view.reach_px == pytest.approx(before)
    view.actual_size()
    a, b = view.to_screen((0.0, 0.0)), view.to_screen((100.0, 0.0))
    assert b.x() - a.x() == pytest.approx(100, abs=1)


def test_screen_and_file_pixels_invert_each_other(view):
    for point in ((0.0, 0.0), (123.0, 45.0)):
        assert view.to_file(view.to_screen(point)) == pytest.approx(point, abs=view.reach_px)


def test_display_changes_no_pixel_and_is_kept_per_photograph(with_results, view):
    pixels = view.image.pixels.copy()
    with_results.actions_["invert"].trigger()
    assert view.display.inverted
    assert np.array_equal(view.image.pixels, pixels)
    image, polarity = view.image, view.polarity
    view.show_image(None, None)
    view.show_image(image, polarity)
    assert view.display.inverted


def test_keys_step_nudge_exclude_and_delete(with_results, view, qtbot):
    session = with_results.session
    session.selection.clear()
    view.graphics.setFocus()
    qtbot.keyClick(view.graphics, Qt.Key.Key_Tab)
    assert session.selection.now.lane == 1
    qtbot.keyClick(view.graphics, Qt.Key.Key_Down)
    assert session.selection.now.row == 1
    qtbot.keyClick(view.graphics, Qt.Key.Key_Tab)
    assert (session.selection.now.lane, session.selection.now.row) == (2, 1)
    for _ in range(3):
        qtbot.keyClick(view.graphics, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert band(with_results, 2, 1).apex_px == 103
    assert session.document.undo_stack.count() == 1
    qtbot.keyClick(view.graphics, Qt.Key.Key_X)
    assert band(with_results, 2, 1).excluded
    qtbot.keyClick(view.graphics, Qt.Key.Key_X)
    assert not band(with_results, 2, 1).excluded
    qtbot.keyClick(view.graphics, Qt.Key.Key_Delete)
    assert not band(with_results, 2, 1).found
    session.selection.select_lane("A", 3)
    qtbot.keyClick(view.graphics, Qt.Key.Key_Delete)
    assert len(session.scene().lanes) == 2
    while session.document.undo_stack.canUndo():
        session.document.undo_stack.undo()
    assert len(session.scene().lanes) == 3


def test_what_is_drawn_can_be_seen(with_results, view):
    """Probe a few pixels: the selected lane's fill changes the picture, hiding it restores it."""
    session = with_results.session

    def grey_at(point):
        image = view.graphics.grab().toImage()
        at = view.to_screen(point)
        return image.pixelColor(at)

    spot = lane(with_results, 2).point_at(150)
    bare = grey_at(spot)
    session.selection.select_lane("A", 2)
    chosen = grey_at(spot)
    assert chosen != bare
    with_results.actions_["show_lanes"].trigger()
    assert grey_at(spot) == bare
