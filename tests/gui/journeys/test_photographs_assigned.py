"""Photographs are dragged from membrane to membrane in the list."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from blotquant.simulate import write_blot


@pytest.fixture
def two(window, settle, tmp_path, simulated):
    files = [write_blot(simulated(n), tmp_path, n) for n in ("easy", "doublets")]
    settle(lambda: window.session.open_files(files))
    return window


def group(tree, k):
    return tree.topLevelItem(k)


def drop(tree, data, at):
    """Drag over the list and drop, as the window system tells it."""
    left, held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    entered = QDragEnterEvent(at, actions, data, left, held)
    QApplication.sendEvent(tree.viewport(), entered)
    if entered.isAccepted():
        event = QDropEvent(QPointF(at), actions, data, left, held)
        QApplication.sendEvent(tree.viewport(), event)
    return entered


def test_a_photograph_is_dropped_on_another_membrane_and_out_again(two, settle):
    session, tree = two.session, two.experiment.tree
    assert tree.topLevelItemCount() == 2
    first, second = (p.membranes for p in session.document.project.photographs)
    moved = group(tree, 1).child(0)
    tree.setCurrentItem(moved)
    data = tree.mimeData([moved])
    target = tree.visualItemRect(group(tree, 0)).center()
    settle(lambda: drop(tree, data, target))
    assert tree.topLevelItemCount() == 1
    assert {p.membranes for p in session.document.project.photographs} == {first}
    stack = session.document.undo_stack
    assert stack.undoText() == f"Move 1 photograph to membrane {first[0]}"
    assert len({r.lane.membrane for r in session.analysis.lanes}) == 1
    # Below all groups it gets a membrane of its own.
    again = group(tree, 0).child(1)
    tree.setCurrentItem(again)
    below = tree.viewport().rect().bottomLeft()
    settle(lambda: drop(tree, tree.mimeData([again]), below))
    assert tree.topLevelItemCount() == 2
    assert session.document.project.photographs[1].membranes == second


def test_a_drop_on_its_own_membrane_changes_nothing(two):
    tree = two.experiment.tree
    item = group(tree, 0).child(0)
    tree.setCurrentItem(item)
    drop(tree, tree.mimeData([item]), tree.visualItemRect(item).center())
    assert not two.session.document.undo_stack.canUndo() or (
        "Move" not in two.session.document.undo_stack.undoText()
    )


def test_files_dropped_on_the_list_go_to_the_window(two, settle, tmp_path, simulated):
    file = write_blot(simulated("easy", 2), tmp_path, "third")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    tree = two.experiment.tree
    settle(lambda: drop(tree, data, tree.viewport().rect().center()))
    assert len(two.session.document.project.photographs) == 3
