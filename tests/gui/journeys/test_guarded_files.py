"""Files that are shared, moved, damaged or left by a crash, in the real window."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from blotquant import edits
from blotquant.io.autosave import Autosave, recoverable
from blotquant.io.claims import Claim
from blotquant.io.embedded import split_embedded
from blotquant.io.open_project import open_project, project_of_photographs, save_project
from blotquant.io.relink import with_hashes
from blotquant.simulate import write_blot
from blotquant_app.panels.inspector import Stage

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def saved(tmp_path, easy_blot):
    """Write a project of one photograph, with its hash."""
    picture = write_blot(easy_blot, tmp_path, "easy")
    path = tmp_path / "easy.blot"
    save_project(with_hashes(project_of_photographs((picture,))), path)
    return path


@pytest.fixture
def opened(window, settle, saved):
    settle(lambda: window.files.open_paths([saved]))
    return window


def rename(window, name):
    document = window.session.document
    document.edit("Rename", edits.rename(document.project, name))


def test_pictures_go_into_the_project_and_come_out_again(
    opened, settle, saved, tmp_path, monkeypatch
):
    action, document = opened.actions_["embed"], opened.session.document
    assert action.isEnabled()
    assert not action.isChecked()
    settle(action.trigger)
    assert document.project.embed_pictures
    assert action.isChecked()
    assert opened.files.save()
    (tmp_path / "easy.tif").unlink()
    rename(opened, "later")
    # The original is gone: the picture that the file holds is carried over.
    assert opened.files.save()
    settle(lambda: opened.files.open_paths([saved]))
    assert split_embedded(document.project.photographs[0].file) is not None
    assert opened.session.analysis.lanes
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    settle(action.trigger)
    assert not action.isChecked()
    assert document.project.photographs[0].file == (folder / "easy.tif").as_posix()
    document.mark_saved()


def test_a_moved_picture_is_found_by_its_content(window, settle, saved, tmp_path):
    away = tmp_path / "away" / "deeper"
    away.mkdir(parents=True)
    shutil.move(tmp_path / "easy.tif", away / "another name.tif")
    settle(lambda: window.files.open_paths([saved]))
    card = window.centre.problem
    assert card.isVisible()
    assert card.title.text() == "easy.tif cannot be shown"
    settle(card.find_file.click)
    dialog = window.custody.relinking
    assert dialog.tree.topLevelItem(0).text(1) == "Not there"
    assert not dialog.use.isEnabled()
    settle(lambda: dialog.look_in(tmp_path / "away"))
    assert dialog.tree.topLevelItem(0).text(1) == "Same content"
    assert dialog.found.text() == "1 picture found by content."
    settle(dialog.use.click)
    photograph = window.session.document.project.photographs[0]
    assert photograph.file == (away / "another name.tif").as_posix()
    assert window.session.analysis.lanes
    assert card.isHidden()
    assert window.session.document.is_modified


def test_a_changed_picture_says_what_differs_and_can_be_accepted(
    opened, settle, simulated, tmp_path
):
    before = opened.session.document.project.photographs[0]
    write_blot(simulated("doublets"), tmp_path, "easy")
    opened.session.document.mark_saved()
    settle(lambda: opened.files.open_paths([tmp_path / "easy.blot"]))
    assert any("has changed" in text for text in opened.session.image("img1").warnings)
    settle(opened.actions_["relink"].trigger)
    dialog = opened.custody.relinking
    said = dialog.tree.topLevelItem(0).text(1)
    assert before.sha256[:10] in said
    dialog.as_they_are.click()
    assert dialog.files == {"img1": tmp_path / "easy.tif"}
    assert "Another content" in dialog.tree.topLevelItem(0).text(1)
    settle(dialog.use.click)
    after = opened.session.document.project.photographs[0]
    assert after.sha256 != before.sha256
    assert not any("has changed" in text for text in opened.session.image("img1").warnings)


def test_nothing_is_missing(opened, settle):
    settle(opened.actions_["relink"].trigger)
    assert opened.custody.relinking is None
    assert "unchanged" in opened.notice_area.texts[-1]


def test_a_project_that_is_open_elsewhere_is_read_only_or_taken_over(
    window, settle, saved, tmp_path, monkeypatch
):
    with Claim(saved) as other:
        assert other.is_mine
        settle(lambda: window.files.open_paths([saved]))
        keeper, box = window.custody.keeper, window.custody.contested
        assert keeper.read_only
        assert "process" in box.text()
        box.read.click()
        assert "(read only)" in window.windowTitle()
        # Saving asks for another name instead of writing over the other window's work.
        asked = []

        def ask(_window, _title, start, _filter):
            asked.append(start)
            return str(tmp_path / "mine.blot"), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        bytes_before = saved.read_bytes()
        rename(window, "mine")
        assert window.files.save()
        assert asked == [str(tmp_path / "easy (copy).blot")]
        assert saved.read_bytes() == bytes_before
        assert not keeper.read_only
        assert window.windowTitle().startswith("mine.blot")

        settle(lambda: window.files.open_paths([saved]))
        window.custody.contested.work.click()
        assert not keeper.read_only
        rename(window, "taken")
        assert window.files.save()
        assert open_project(saved).name == "taken"

        window.session.new()
        settle(lambda: window.files.open_paths([saved]))
        window.custody.contested.leave.click()
        assert window.session.path is None
        assert window.stack.currentWidget() is window.welcome


def test_saving_asks_before_it_replaces_what_somebody_else_saved(opened, saved, monkeypatch):
    other = edits.rename(open_project(saved), "a much longer name than before")
    save_project(other, saved)
    rename(opened, "mine")
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Save]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    assert not opened.files.save()
    assert open_project(saved).name == other.name
    assert opened.files.save()
    assert open_project(saved).name == "mine"
    assert opened.files.save()  # nobody asks twice
    assert answers == []


def test_two_windows_hold_one_project_one_after_the_other(opened, saved):
    with Claim(saved) as second:
        assert not second.is_mine
    opened.session.new()
    with Claim(saved) as second:
        assert second.is_mine


def test_unsaved_work_is_kept_aside_until_it_is_saved(opened, settle, tmp_path):
    folder = tmp_path / "unsaved"
    keeper = opened.custody.keeper
    keeper.watch(folder)
    assert not keeper.timer.isActive()
    rename(opened, "not saved yet")
    assert keeper.timer.isActive()
    settle(keeper.timer.timeout.emit)
    (copy,) = folder.glob("*.blot")
    assert open_project(copy).name == "not saved yet"
    assert recoverable(folder) == ()  # its window is alive
    assert opened.files.save()
    assert list(folder.glob("*.blot")) == []
    assert not keeper.timer.isActive()


@pytest.fixture
def crashed(tmp_path, saved):
    """Leave the copies of two windows that are gone."""
    folder = tmp_path / "unsaved"
    folder.mkdir()
    for name, origin in (("first", None), ("second", saved)):
        autosave = Autosave(folder)
        autosave.save(edits.rename(open_project(saved), name), origin)
        autosave.close()
    return folder


def test_work_is_restored_after_a_crash(window, settle, crashed, saved):
    window.custody.keeper.watch(crashed)
    dialog = window.custody.recovery
    texts = [dialog.list.item(i).text() for i in range(dialog.list.count())]
    assert sorted(t.split()[0] for t in texts) == ["first", "second"]
    dialog.list.setCurrentRow(next(i for i, t in enumerate(texts) if t.startswith("second")))
    settle(dialog.restore.click)
    session = window.session
    assert session.document.project.name == "second"
    assert session.path == saved
    assert session.document.is_modified
    assert session.analysis.lanes
    assert [r.name for r in recoverable(crashed)] == ["first"]
    assert window.files.save()
    assert open_project(saved).name == "second"
    assert not session.document.is_modified


def test_copies_that_nobody_wants_are_discarded_one_by_one(window, crashed):
    window.custody.keeper.watch(crashed)
    dialog = window.custody.recovery
    dialog.discard.click()
    assert len(recoverable(crashed)) == 1
    assert dialog.isVisible()
    dialog.discard.click()
    assert recoverable(crashed) == ()
    assert window.custody.recovery is None
    assert not window.session.document.project.photographs


def test_a_folder_that_cannot_be_made_is_said_and_nothing_else_stops(window, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    window.custody.keeper.watch(tmp_path / "file" / "unsaved")
    assert "Save often" in window.notice_area.texts[-1]


def test_an_unreadable_first_photograph_leaves_a_card_not_an_empty_view(window, settle, tmp_path):
    bad = tmp_path / "bad.tif"
    bad.write_bytes(b"this is no picture")
    settle(lambda: window.session.open_files([bad]))
    card = window.centre.problem
    assert card.isVisible()
    assert "bad.tif" in card.title.text()
    assert card.text.text() == window.session.notices.log[-1].text
    assert card.find_file.isHidden()  # it is there: another place would not help
    assert window.centre.view.rect().contains(card.geometry())
    settle(card.remove.click)
    assert window.stack.currentWidget() is window.welcome


def test_the_images_page_shows_what_is_known(opened):
    opened.show_stage(Stage.IMAGES)
    page = opened.inspector.pages[Stage.IMAGES]
    texts = [x.text() for x in page.facts.findChildren(type(page.file))]
    assert any("16 bits" in t for t in texts)
    assert any(t.startswith("Full scale") for t in texts)
    assert "SHA-256" in page.file.toolTip()
    assert page.pages.isHidden()
