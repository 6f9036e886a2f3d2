"""Target cards: a form is dragged on a row, or pressed for the selected one; conflicts are told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from blotquant import edits
from blotquant.simulate import scene, simulate_blot
from blotquant_app.gestures.form_drops import row_under
from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.target_card import FormChip, TargetCard, form_data

BUTTON, HELD = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("doublets"))


@pytest.fixture
def probed(opened, settle):
    session = opened.session
    photograph = session.document.project.photographs[0].id
    new = edits.set_photograph_targets(session.document.project, photograph, ("caspase-3",))
    settle(lambda: session.document.edit("Probe", new))
    opened.show_stage(Stage.TARGETS)
    return opened


def drop(view, data, point):
    """Drag over the picture and drop, as the window system tells it."""
    at = view.graphics.viewport().mapTo(view, view.to_screen(point))
    for event in (
        QDragEnterEvent(at, COPY, data, BUTTON, HELD),
        QDragMoveEvent(at, COPY, data, BUTTON, HELD),
        QDropEvent(QPointF(at), COPY, data, BUTTON, HELD),
    ):
        QApplication.sendEvent(view, event)
        yield event


def steps(window):
    stack = window.session.document.undo_stack
    return [stack.text(i) for i in range(stack.index())]


def test_a_form_is_dropped_on_a_row(probed, settle):
    session, view = probed.session, probed.centre.view
    band = next(b for b in session.scene().bands if (b.lane, b.row) == (2, 1))
    at = session.scene().lane(band.membrane, 2).point_at(band.apex_px)
    events = drop(view, form_data("caspase-3", "p17"), at)
    next(events)
    next(events)
    assert probed.centre.hint.text() == "Row 1 is cleaved caspase-3"

    def let_go():
        assert next(events).isAccepted()

    settle(let_go)
    assert session.scene().label(band.membrane, 1).form == "p17"
    assert steps(probed)[-1] == "Row 1 is cleaved caspase-3"
    assert not probed.centre.hint.isVisible()
    settle(session.document.undo_stack.undo)
    assert session.scene().label(band.membrane, 1).reason != "You said so"


def test_a_drop_beside_the_bands_says_where_to(probed):
    events = drop(probed.centre.view, form_data("caspase-3", "pro"), (1.0, 1.0))
    next(events)
    next(events)
    assert "Drop it on a row" in probed.centre.hint.text()
    before = steps(probed)
    next(events)
    assert steps(probed) == before


def test_a_chip_names_the_selected_row_by_keyboard(probed, settle, qtbot):
    session = probed.session
    page = probed.inspector.pages[Stage.TARGETS]
    chips = {c.text().split()[0]: c for c in page.findChildren(FormChip)}
    qtbot.keyClick(chips["pro"], Qt.Key.Key_Space)
    assert "Click a band first" in probed.notice_area.texts[-1]
    session.selection.select_band(session.scene().membranes[0].name, 1, 2)
    chip = next(c for c in page.findChildren(FormChip) if c.text().startswith("pro"))
    settle(lambda: qtbot.keyClick(chip, Qt.Key.Key_Space))
    assert session.scene().label(session.scene().membranes[0].name, 2).form == "pro"


def test_cards_tell_what_runs_at_the_same_height(probed):
    page = probed.inspector.pages[Stage.TARGETS]
    [card] = page.findChildren(TargetCard)
    texts = [label.text() for label in card.findChildren(QLabel)]
    assert texts[0] == "Caspase-3"
    assert any(t.startswith("GAPDH (37 kDa) runs where pro-caspase-3") for t in texts)


def test_the_row_under_a_place_is_the_nearest(probed):
    scene_now = probed.session.scene()
    bands = [b for b in scene_now.bands if b.lane == 1]
    lane = scene_now.lane(bands[0].membrane, 1)
    for band in bands:
        x, y = lane.point_at(band.apex_px)
        assert row_under(scene_now, (x, y)) == (band.membrane, band.row)
        # Left of the first lane the row goes on.
        assert row_under(scene_now, (x - lane.width_px, y)) == (band.membrane, band.row)
    assert row_under(scene_now, lane.point_at(2.0)) is None


def test_a_drag_begins_when_the_mouse_goes_far_enough(probed, monkeypatch):
    from PySide6.QtGui import QDrag

    begun = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, _: begun.append(drag.mimeData().formats()))
    page = probed.inspector.pages[Stage.TARGETS]
    chip = page.findChildren(FormChip)[0]
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    for kind, x in ((QEvent.Type.MouseButtonPress, 5), (QEvent.Type.MouseMove, 60)):
        at = QPointF(QPoint(x, 8))
        QApplication.sendEvent(
            chip, QMouseEvent(kind, at, chip.mapToGlobal(at), BUTTON, BUTTON, HELD)
        )
    assert begun == [["application/x-blotquant-form"]]


def test_files_dropped_on_the_picture_go_to_the_window(opened, settle, tmp_path, simulated):
    from PySide6.QtCore import QMimeData, QUrl

    from blotquant.simulate import write_blot

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_blot(simulated("easy"), tmp_path, "more")))])
    viewport = opened.centre.view.graphics.viewport()
    at = viewport.rect().center()

    def let_fall():
        entered = QDragEnterEvent(at, COPY, data, BUTTON, HELD)
        QApplication.sendEvent(viewport, entered)
        assert entered.isAccepted()
        QApplication.sendEvent(viewport, QDropEvent(QPointF(at), COPY, data, BUTTON, HELD))

    settle(let_fall)
    assert len(opened.session.document.project.photographs) == 2
