"""The figure: choose what it shows, look at it, write it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from blotquant.simulate import scene, simulate_blot
from blotquant_app.dialogs.figure import FigureDialog

PATIENCE_MS = 60_000
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


@pytest.fixture
def dialog(opened, qtbot):
    qtbot.mouseClick(opened.stages.figure, Qt.MouseButton.LeftButton)
    [made] = opened.findChildren(FigureDialog)
    qtbot.waitUntil(lambda: not made.picture.pixmap().isNull(), timeout=PATIENCE_MS)
    return made


def test_every_choice_changes_the_preview(dialog, qtbot):
    for name in ("border", "ratios", "sources"):
        before = dialog.picture.pixmap().cacheKey()
        dialog.boxes[name].click()
        qtbot.waitUntil(
            lambda key=before: dialog.picture.pixmap().cacheKey() != key, timeout=PATIENCE_MS
        )
    dialog.reject()


def test_what_was_chosen_is_written(opened, dialog, settle, tmp_path, monkeypatch, qtbot):
    path = tmp_path / "figure.tif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    dialog.dpi.setCurrentIndex(1)
    dialog.dpi.activated.emit(1)
    dialog.boxes["ratios"].setChecked(False)
    assert opened.session.exporter.figure_options.dpi == 600
    settle(lambda: qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton))
    from PIL import Image

    with Image.open(path) as picture:
        assert picture.info["dpi"][0] == pytest.approx(600, abs=1)
    # The choices hold until they are changed.
    dialog.reject()
    again = FigureDialog(opened, opened.session, lambda: None)
    assert not again.boxes["ratios"].isChecked()
    assert again.dpi.currentText() == "600 dpi"
    again.reject()
    settle()
