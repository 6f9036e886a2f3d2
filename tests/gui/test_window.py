from __future__ import annotations

import threading
from collections import Counter

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLabel

from blotquant.errors import ReadError
from blotquant_app.actions import ACTIONS
from blotquant_app.crash import CrashDialog, details_of
from blotquant_app.dialogs.help import Palette
from blotquant_app.main import parse
from blotquant_app.views.levels_view import LevelsView


def test_empty_window_invites(window):
    assert window.stack.currentWidget() is window.welcome
    assert window.welcome.open_button.isVisible()
    assert not window.actions_["export"].isEnabled()
    assert all(dock.isHidden() for dock in window.docks.main)
    assert window.windowTitle() == "blotquant[*]"


def test_no_two_actions_share_a_key():
    keys = Counter(QKeySequence(k).toString() for spec in ACTIONS for k in spec.keys)
    assert [k for k, n in keys.items() if n > 1] == []


def test_every_action_answers_and_stands_in_a_menu_or_has_a_key(window):
    in_menus = {
        action.objectName() for top in window.menuBar().actions() for action in top.menu().actions()
    }
    for spec in ACTIONS:
        assert spec.keys or spec.name in in_menus, spec.name
        assert window.actions_[spec.name].receivers("2triggered(bool)") > 0, spec.name


@pytest.mark.filterwarnings("ignore:Function.*QDragEnterEvent:DeprecationWarning")
def test_files_can_be_dragged_in(window):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/nowhere/blot.tif")])
    event = QDragEnterEvent(
        window.rect().center(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dragEnterEvent(event)
    assert event.isAccepted()
    assert window.welcome.area.property("dragging") == "true"
    assert window.welcome.area.height() < window.height()


def test_progress_appears_when_work_takes_long_and_can_be_cancelled(window, qtbot):
    go_on, ended = threading.Event(), threading.Event()

    def job(progress):
        progress(0.4, "Reading blot.tif")
        while not go_on.wait(0.01):
            pass
        ended.set()
        progress(0.5, "too late")

    window.session.analysis_runner.submit(job, lambda _: pytest.fail("was cancelled"))
    assert window.status.bar.isHidden()
    qtbot.waitUntil(window.status.bar.isVisible)
    assert window.status.doing.text() == "Reading blot.tif"
    assert window.status.bar.value() == 400
    qtbot.mouseClick(window.status.cancel, Qt.MouseButton.LeftButton)
    go_on.set()
    assert window.status.bar.isHidden()
    assert ended.wait(5)
    assert "Stopped" in window.notice_area.texts[-1]


def test_notice_with_an_action_goes_away_when_it_is_taken(window, qtbot):
    done = []
    window.session.notices.info("A band was deleted.", "Undo", lambda: done.append(1))
    assert window.notice_area.isVisible()
    card = window.notice_area._cards[0]
    button = next(b for b in card.findChildren(type(window.welcome.open_button)))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert window.notice_area.texts == ()
    assert window.notice_area.isHidden()


def test_notices_are_few_and_never_doubled(window):
    for i in range(6):
        window.session.notices.warn(f"text {i}")
    window.session.notices.warn("text 5")
    assert window.notice_area.texts == ("text 2", "text 3", "text 4", "text 5")


def test_notice_shows_its_whole_text_inside_the_window(window):
    text = "Lane 4 looks saturated: 312 px at the detector's limit. Use a shorter exposure. " * 2
    window.session.notices.warn(text)
    window.session.notices.error("bad.tif is no picture. Export it again as TIFF.")
    for card in window.notice_area._cards:
        label = next(x for x in card.findChildren(QLabel) if x.text())
        assert card.height() >= label.heightForWidth(label.width()) > 10
    assert window.rect().contains(window.notice_area.geometry())


def test_docks_have_their_widths_when_the_first_photograph_comes(with_results, qtbot):
    left, right, bottom = with_results.docks.main
    qtbot.waitUntil(lambda: right.width() >= 280)
    assert left.width() >= 180
    assert bottom.width() > 1000
    assert with_results.centre.view.height() > bottom.height()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_known_error_becomes_a_notice_and_an_unknown_one_a_crash_report(window, qtbot):
    session = window.session
    session._failed(ReadError("x.tif is empty", "Export it again"))
    assert window.notice_area.texts[-1] == "x.tif is empty. Export it again."
    with qtbot.waitSignal(session.crashed):
        session._failed(ValueError("surprise"))
    dialog = window.findChild(CrashDialog)
    assert dialog.isVisible()
    dialog.reject()


def test_crash_details_name_versions_and_trace():
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    text = details_of(caught.value)
    assert "blotquant 0" in text
    assert "Qt 6" in text
    assert "test_crash_details" in text


def test_rescue_saves_a_copy_that_opens(with_results, tmp_path, monkeypatch):
    from PySide6.QtCore import QStandardPaths

    from blotquant.io.open_project import open_project

    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path))
    path = with_results.session.rescue()
    assert open_project(path).name == "fake"


def test_palette_runs_what_was_typed(window, qtbot):
    seen = []
    window.actions_["theme_dark"].triggered.connect(lambda: seen.append(1))
    palette = Palette(window, window.actions_)
    qtbot.addWidget(palette)
    qtbot.keyClicks(palette.field, "dark col")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert seen == [1]
    assert window.theme.is_dark
    assert window.actions_["theme_dark"].isChecked()
    assert not window.actions_["theme_system"].isChecked()


def test_table_is_copied_as_text(with_results, qtbot):
    table = with_results.results.bands
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("Membrane\tLane")


def test_status_line_names_the_photograph_and_the_signal(with_results):
    status = with_results.status
    status.refresh()
    assert "16-bit" in status.facts.text()
    assert "bright bands (sure)" in status.facts.text()
    view = with_results.centre.view
    status.show_mouse((10.0, 12.0), view.polarity)
    assert "x 10  y 12" in status.mouse.text()
    status.show_mouse((-5.0, 12.0), view.polarity)
    assert status.mouse.text() == ""


def test_profile_limits_edit_the_band_in_one_step(with_results):
    session, profile = with_results.session, with_results.centre.profile
    session.selection.select_band("A", 1, 1)
    region = profile._regions[0]
    top = session.scene().lane("A", 1).nodes[0][1]
    region.lines[0].setValue(top + 80.0)
    assert session.document.shown is not session.document.project
    assert session.scene().band("A", 1, 1).start_px == 80.0
    region.lines[0].sigPositionChangeFinished.emit(region.lines[0])
    assert session.document.undo_stack.count() == 1
    assert session.document.project.bands[0].bands[0].start_px == 80.0
    session.document.undo_stack.undo()
    assert session.scene().band("A", 1, 1).start_px == 88.0


def test_level_handles_follow_the_mouse(qtbot, easy_blot):
    from blotquant_app.views.display import automatic

    view = LevelsView()
    qtbot.addWidget(view)
    view.resize(300, 96)
    view.show_image(easy_blot.image, automatic(easy_blot.image))
    seen = []
    view.changed.connect(seen.append)
    at = QPointF(150, 40)
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
        view.event(
            QMouseEvent(
                kind,
                at,
                at,
                Qt.MouseButton.LeftButton,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
    assert len(seen) == 1
    assert seen[0].low < seen[0].high
    assert 150 in {round(view._x_of(seen[0].low)), round(view._x_of(seen[0].high))}


def test_command_line_is_read(tmp_path):
    options = parse([str(tmp_path / "a.tif"), "--screenshot", "x.png", "--theme", "dark"])
    assert options.files == (tmp_path / "a.tif",)
    assert options.theme == "dark"
    with pytest.raises(SystemExit) as done:
        parse(["--version"])
    assert done.value.code == 0
