"""A protein that the library does not know: made, probed, named on a row, kept for next time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from blotquant import edits
from blotquant.model.target import FormRole
from blotquant.simulate import scene, simulate_blot
from blotquant.targets.library import load_library
from blotquant.targets.own import VARIABLE
from blotquant_app.dialogs.own_targets import OwnTargetsDialog
from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.row_menu import row_choices
from blotquant_app.panels.target_card import TargetCard

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


@pytest.fixture(autouse=True)
def own_file(tmp_path, monkeypatch):
    path = tmp_path / "own.toml"
    monkeypatch.setenv(VARIABLE, str(path))
    load_library.cache_clear()
    yield path
    load_library.cache_clear()


def choose(box, value):
    index = [c.value for c in box._choices].index(value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def dialog_of(window):
    window.actions_["own_targets"].trigger()
    return window.findChildren(OwnTargetsDialog)[-1]


def make_yap(dialog, qtbot):
    editor = dialog.targets
    qtbot.mouseClick(editor.all.new, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(editor.name, "YAP1")
    editor.weights[0].setValue(72)
    choose(editor.roles[1], FormRole.CLEAVED)
    editor.weights[1].setValue(25)


def test_a_protein_is_made_and_used(opened, settle, qtbot, own_file):
    session = opened.session
    dialog = dialog_of(opened)
    make_yap(dialog, qtbot)
    assert dialog.targets.all.list.item(0).text() == "YAP1"
    settle(lambda: qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton))
    assert own_file.is_file()
    yap = session.library.target("yap1")
    assert [(f.name, f.kda) for f in yap.forms] == [("full", 72.0), ("p25", 25.0)]
    # It can be probed, has a card, and is offered for a row.
    photograph = session.document.project.photographs[0].id
    new = edits.set_photograph_targets(session.document.project, photograph, ("yap1",))
    settle(lambda: session.document.edit("Probe", new))
    opened.show_stage(Stage.TARGETS)
    assert opened.inspector.pages[Stage.TARGETS].findChildren(TargetCard)
    assert ("yap1", "p25") in [c.value for c in row_choices(session, photograph)]
    # What the open experiment needs is not taken away.
    dialog = dialog_of(opened)
    dialog.targets.all.delete.click()
    dialog.save.click()
    assert "used by the open experiment" in dialog.problem.text()
    dialog.reject()
    assert session.library.target("yap1")


def test_a_panel_of_own_and_shipped_targets(opened, settle, qtbot):
    session = opened.session
    dialog = dialog_of(opened)
    make_yap(dialog, qtbot)
    editor = dialog.panels
    editor.add()
    qtbot.keyClicks(editor.name, "Hippo")
    for i in range(editor.members.count()):
        item = editor.members.item(i)
        if item.text() in {"YAP1", "β-actin, loading control"}:
            item.setCheckState(Qt.CheckState.Checked)
    settle(dialog.save.click)
    panel = session.library.panel("hippo")
    assert (panel.targets, panel.loading_controls) == (("yap1",), ("beta-actin",))
    opened.show_stage(Stage.TARGETS)
    settle(
        lambda: session.document.edit("Panel", edits.set_panel(session.document.project, "hippo"))
    )
    names = [c.chips[0].accessibleName() for c in opened.findChildren(TargetCard)]
    assert any(n.startswith("YAP1") for n in names)


def test_what_contradicts_is_told_and_nothing_is_lost(opened, qtbot, own_file):
    dialog = dialog_of(opened)
    editor = dialog.targets
    editor.add()
    qtbot.keyClicks(editor.name, "Caspase-3")
    dialog.save.click()
    assert "caspase-3" in dialog.problem.text()
    assert dialog.problem.isVisible()
    assert editor.name.text() == "Caspase-3"
    assert not own_file.exists()
    dialog.reject()


def test_an_experiment_with_a_target_that_is_missing_here_opens(opened, settle, qtbot, own_file):
    session = opened.session
    dialog = dialog_of(opened)
    make_yap(dialog, qtbot)
    settle(dialog.save.click)
    photograph = session.document.project.photographs[0].id
    new = edits.set_photograph_targets(session.document.project, photograph, ("yap1",))
    settle(lambda: session.document.edit("Probe", new))
    own_file.unlink()
    load_library.cache_clear()
    settle(session.use_library_again)
    for stage in Stage:
        opened.show_stage(stage)
    assert any("yap1" in text for text in opened.notice_area.texts)
