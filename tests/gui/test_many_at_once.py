"""Several lanes or bands are selected, moved, excluded and deleted together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from blotquant_app.selection import Selected, Selection


def at(lane, row=0):
    return Selected(image="img1", membrane="A", lane=lane, row=row)


@pytest.fixture
def selection(with_results):
    with_results.session.selection.clear()
    return with_results.session.selection


@pytest.fixture
def click(with_results):
    view = with_results.centre.view

    def click(lane, position, keys=Qt.KeyboardModifier.NoModifier):
        point = with_results.session.scene().lane("A", lane).point_at(position)
        viewport = view.graphics.viewport()
        place = QPointF(view.to_screen(point))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, held in (
            (QEvent.Type.MouseButtonPress, left),
            (QEvent.Type.MouseButtonRelease, none),
        ):
            QApplication.sendEvent(
                viewport,
                QMouseEvent(kind, place, viewport.mapToGlobal(place), left, held, keys),
            )

    return click


def test_ctrl_click_adds_and_takes_out(selection, click):
    click(1, 150)
    click(3, 150, Qt.KeyboardModifier.ControlModifier)
    assert set(selection.all) == {at(1), at(3)}
    assert selection.now == at(3)
    click(1, 150, Qt.KeyboardModifier.ControlModifier)
    assert selection.all == (at(3),)


def test_shift_click_selects_up_to_here(selection, click):
    click(1, 100)
    click(3, 100, Qt.KeyboardModifier.ShiftModifier)
    assert set(selection.all) == {at(1, 1), at(2, 1), at(3, 1)}


def test_lanes_and_bands_are_not_mixed(selection, click):
    click(1, 150)
    click(2, 100, Qt.KeyboardModifier.ControlModifier)
    assert selection.all == (at(2, 1),)


def test_a_plain_click_ends_it(selection, click):
    click(1, 150)
    click(2, 150, Qt.KeyboardModifier.ControlModifier)
    click(3, 150)
    assert selection.all == (at(3),)


def test_lanes_are_nudged_together_in_one_step(selection, with_results):
    session = with_results.session
    before = [n.nodes[0][0] for n in session.scene().lanes]
    selection.select_all((at(3), at(1)))
    for _ in range(3):
        with_results.commands.nudge(1, 0)
    after = [n.nodes[0][0] for n in session.scene().lanes]
    assert [b - a for a, b in zip(before, after, strict=True)] == [3, 0, 3]
    assert session.document.undo_stack.count() == 1
    assert session.document.undo_stack.undoText() == "Move 2 lanes"


def test_bands_are_excluded_and_taken_back_together(selection, with_results):
    session = with_results.session
    with_results.commands.exclude()
    assert "Nothing is selected" in with_results.notice_area.texts[-1]
    selection.select(at(1, 1))
    with_results.commands.select_alike()
    assert len(selection.all) == 3
    with_results.commands.exclude()
    assert [b.excluded for b in session.scene().bands if b.row == 1] == [True] * 3
    assert session.document.undo_stack.count() == 1
    with_results.commands.exclude()
    assert not any(b.excluded for b in session.scene().bands)


def test_lanes_are_deleted_together_and_undone_at_once(selection, with_results):
    session = with_results.session
    before = session.scene().lanes
    selection.select_all((at(1), at(3)))
    with_results.commands.delete()
    assert [n.nodes for n in session.scene().lanes] == [before[1].nodes]
    session.document.undo_stack.undo()
    assert session.scene().lanes == before


def test_bands_are_deleted_together(selection, with_results):
    selection.select_all((at(1, 2), at(2, 2)))
    with_results.commands.delete()
    found = {(b.lane, b.row): b.found for b in with_results.session.scene().bands}
    assert (found[1, 2], found[2, 2], found[3, 2]) == (False, False, True)


def test_lanes_are_laid_at_equal_distances(selection, with_results):
    from blotquant_app.panels.inspector import Stage

    with_results.show_stage(Stage.LANES)
    selection.select(at(2))
    page = with_results.inspector.pages[Stage.LANES]
    assert page.n_lanes.value() == 3
    page.even.click()
    session = with_results.session
    assert [n.edited for n in session.scene().lanes] == [True] * 3
    assert session.document.undo_stack.undoText() == "Lay the lanes at equal distances"


def test_selection_says_only_what_changed():
    selection, seen = Selection(), []
    selection.changed.connect(seen.append)
    selection.select(at(1))
    selection.select(at(1))
    selection.toggle(at(2))
    selection.toggle(at(2))
    assert seen == [at(1), at(2), at(1)]
