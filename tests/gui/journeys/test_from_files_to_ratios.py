"""The main job in the real window: open, correct, export, undo, save, reopen."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from blotquant import edits
from blotquant.export import write
from blotquant.io.open_project import open_project
from blotquant.pipeline import analyse
from blotquant.simulate import write_blot
from blotquant_app.notices import Weight
from blotquant_app.panels.row_menu import row_menu

TABLES = ("bands.csv", "lanes.csv", "ratios.csv", "summary.csv", "ladders.csv", "linearity.csv")


@pytest.fixture
def experiment(tmp_path, simulated):
    """Write two photographs of one membrane and their experiment file."""
    folder = tmp_path / "experiment"
    folder.mkdir()
    first = write_blot(simulated("doublets"), folder, "casp3")
    second = write_blot(simulated("easy"), folder, "actin")
    (folder / "experiment.toml").write_text(
        f"""
name = "Journey"
[[image]]
file = "{first.name}"
membrane = "A"
targets = ["caspase-3"]
[[image]]
file = "{second.name}"
membrane = "B"
targets = ["parp"]
[analysis]
loading_control = "none"
""",
        encoding="utf-8",
    )
    return folder / "experiment.toml"


@pytest.fixture
def opened(window, settle, experiment):
    settle(lambda: window.session.open_files([experiment]))
    return window


def export(window, settle, folder):
    folder.mkdir()
    settle(lambda: window.session.exporter.write_tables(folder))
    return {name: (folder / name).read_bytes() for name in TABLES}


def mouse(view, kind, point, button, buttons):
    viewport = view.graphics.viewport()
    at = QPointF(view.to_screen(point))
    QApplication.sendEvent(
        viewport,
        QMouseEvent(
            kind, at, viewport.mapToGlobal(at), button, buttons, Qt.KeyboardModifier.NoModifier
        ),
    )


def press(view, point):
    mouse(
        view,
        QEvent.Type.MouseButtonPress,
        point,
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton,
    )


def move(view, point):
    mouse(view, QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)


def release(view, point):
    mouse(
        view,
        QEvent.Type.MouseButtonRelease,
        point,
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.NoButton,
    )


def click(view, point):
    press(view, point)
    release(view, point)


def test_correct_export_undo_save_reopen(opened, settle, tmp_path, monkeypatch):
    window, session = opened, opened.session
    document, view = session.document, window.centre.view
    assert window.windowTitle().startswith("experiment.toml")
    assert len(session.analysis.images) == 2
    untouched = export(window, settle, tmp_path / "untouched")
    start = document.project

    # Correct one lane: select it by a click, then drag it.
    lane = session.scene().lanes[2]
    free = lane.point_at(5)
    click(view, free)
    assert session.selection.now.lane == 3

    def drag():
        press(view, free)
        move(view, (free[0] + 8, free[1]))
        release(view, (free[0] + 8, free[1]))

    settle(drag)
    assert session.scene().lanes[2].edited
    assert window.isWindowModified()

    # Delete a band, add another one.
    band = next(b for b in session.scene().bands if b.lane == 1)
    settle(lambda: click(view, session.scene().lanes[0].point_at(band.apex_px)))
    settle(window.actions_["delete"].trigger)
    assert not session.scene().band(band.membrane, 1, band.row).found
    n_rows = len({b.row for b in session.scene().bands})
    window.actions_["add_band"].trigger()
    settle(lambda: click(view, session.scene().lanes[1].point_at(30)))
    assert len({b.row for b in session.scene().bands}) == n_rows + 1

    # Say what a row is, by one choice.
    now = session.selection.now
    menu = row_menu(session, now.membrane, now.row, window)
    settle(next(a for a in menu.actions() if "17 kDa" in a.text()).trigger)
    assert session.analysis.assignment(now.image, now.membrane, now.row).form == "p17"

    corrected = export(window, settle, tmp_path / "corrected")
    assert corrected["bands.csv"] != untouched["bands.csv"]

    # Save, undo everything, export again.
    path = tmp_path / "journey.blot"
    saved = document.project
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_["save_as"].trigger()
    assert path.is_file()
    assert not window.isWindowModified()
    while document.undo_stack.canUndo():
        settle(document.undo_stack.undo)
    assert document.project == start
    assert window.isWindowModified()
    assert export(window, settle, tmp_path / "undone") == untouched

    # Reopen: the corrections and their numbers are back.
    document.mark_saved()
    settle(lambda: window.files.open_paths([path]))
    assert not window.isWindowModified()
    assert document.project.lanes == saved.lanes
    assert document.project.bands == saved.bands
    assert document.project.rows == saved.rows
    assert export(window, settle, tmp_path / "reopened") == corrected


def test_window_and_library_write_the_same_bytes(opened, settle, tmp_path, experiment):
    project = open_project(experiment)
    write(project, analyse(project), tmp_path / "library")
    window_bytes = export(opened, settle, tmp_path / "window")
    for name in TABLES:
        assert window_bytes[name] == (tmp_path / "library" / name).read_bytes()


def test_window_and_command_line_write_the_same_bytes(opened, settle, tmp_path, experiment):
    from typer.testing import CliRunner

    from blotquant.cli import app

    done = CliRunner().invoke(app, ["analyse", str(experiment), "--out", str(tmp_path / "cli")])
    assert done.exit_code == 0, done.output
    window_bytes = export(opened, settle, tmp_path / "window")
    for name in TABLES:
        assert window_bytes[name] == (tmp_path / "cli" / name).read_bytes()


def test_export_asked_for_while_computing_writes_the_new_numbers(opened, settle, tmp_path):
    before = export(opened, settle, tmp_path / "before")
    folder = tmp_path / "after"
    folder.mkdir()

    def change_and_export():
        session = opened.session
        session.document.edit(
            "Change background", edits.set_background(session.document.project, "none")
        )
        assert not session.is_settled
        session.exporter.write_tables(folder)

    settle(change_and_export)
    assert (folder / "bands.csv").read_bytes() != before["bands.csv"]
    project = opened.session.document.project
    write(project, analyse(project), tmp_path / "library")
    for name in TABLES:
        assert (folder / name).read_bytes() == (tmp_path / "library" / name).read_bytes()


def test_display_settings_change_no_exported_number(opened, settle, tmp_path):
    before = export(opened, settle, tmp_path / "before")
    opened.actions_["invert"].trigger()
    opened.centre.view.zoom(3)
    opened.inspector.pages[next(iter(opened.inspector.pages))].gamma.setValue(60)
    assert export(opened, settle, tmp_path / "after") == before


def test_photographs_are_dropped_and_a_bad_one_loses_nothing(window, settle, tmp_path, easy_blot):
    good = write_blot(easy_blot, tmp_path, "good")
    bad = tmp_path / "bad.tif"
    bad.write_bytes(b"this is no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(bad))])

    def drop():
        event = QDropEvent(
            QPointF(300, 300),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        window.dropEvent(event)

    settle(drop)
    errors = [m for m in window.session.notices.log if m.weight is Weight.ERROR]
    assert len(errors) == 1
    assert "bad.tif" in errors[0].text
    assert len(window.session.document.project.photographs) == 2
    assert len(window.session.analysis.images) == 1
    assert window.session.analysis.lanes


def test_bad_experiment_is_a_notice_and_the_open_one_stays(opened, settle, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[[image]]\nfile = 'nowhere.tif'\n[analysis]\nbackgrund = 'x'\n", "utf-8")
    before = opened.session.document.project
    settle(lambda: opened.session.open_files([bad]))
    assert opened.session.document.project is before
    text = opened.notice_area.texts[-1]
    assert "nowhere.tif" in text
    assert "backgrund" in text


def test_changed_settings_recompute_and_undo(opened, settle):

    session = opened.session
    before = [m.volume for m in session.analysis.bands]
    new = edits.set_background(session.document.project, "none")
    settle(lambda: session.document.edit("Change background", new))
    assert [m.volume for m in session.analysis.bands] != before
    settle(session.document.undo_stack.undo)
    assert [m.volume for m in session.analysis.bands] == before


def test_closing_asks_when_modified(opened, monkeypatch, settle):
    session = opened.session
    settle(lambda: session.document.edit("Rename", edits.rename(session.document.project, "new")))
    asked = []

    def answer(*_):
        asked.append(1)
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "question", answer)
    assert not opened.close()
    assert asked == [1]
    assert opened.isVisible()


def test_demo_opens_from_the_empty_window(window, settle, monkeypatch, demo_experiment, tmp_path):
    from PySide6.QtCore import QStandardPaths

    assert window.stack.currentWidget() is window.welcome
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path))
    copied = tmp_path / "demo"
    shutil.copytree(demo_experiment.parent, copied)
    settle(window.welcome.demo_button.click)
    assert window.stack.currentWidget() is window.centre
    assert "demo" in window.session.document.project.name.lower()
    assert window.session.memory.recent_files[0].name == "experiment.toml"
