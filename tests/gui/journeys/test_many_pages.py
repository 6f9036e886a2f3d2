"""Files with several pages in the real window: asked, chosen, measured, saved."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from blotquant.io.open_project import open_project
from blotquant.model.project import ImageRole
from blotquant_app.panels.inspector import Stage

PATIENCE_MS = 60_000
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def stack(tmp_path, simulated):
    """Write two blots as the named channels of one file."""
    pages = [simulated(name).image.pixels for name in ("easy", "doublets")]
    height, width = (min(p.shape[k] for p in pages) for k in (0, 1))
    path = tmp_path / "two.tif"
    labels = {"Labels": ["700 nm", "800 nm"]}
    both = np.stack([p[:height, :width] for p in pages])
    tifffile.imwrite(path, both, imagej=True, metadata=labels)
    return path


@pytest.fixture
def asked(window, qtbot, stack):
    """Open the file and wait until the dialog shows both pages."""
    window.session.open_files([stack])
    pages = window.custody.pages
    qtbot.waitUntil(lambda: pages.dialog is not None, timeout=PATIENCE_MS)
    dialog = pages.dialog
    qtbot.waitUntil(lambda: "px" in dialog.tree.topLevelItem(1).text(0), timeout=PATIENCE_MS)
    return dialog


def test_all_channels_become_photographs_of_one_membrane(window, settle, asked, stack, tmp_path):
    session = window.session
    assert asked.tree.topLevelItem(0).text(0).startswith("1   700 nm")
    assert asked.ticked == (1, 2)
    asked.roles[0].setCurrentIndex(1)
    assert asked.use.text() == "Use 2 pages"
    asked.use.click()
    settle()
    first, second = session.document.project.photographs
    assert (first.page, second.page) == (1, 2)
    assert (first.role, second.role) == (ImageRole.LOADING, ImageRole.TARGET)
    assert first.membranes == second.membranes
    assert first.file == second.file == stack.as_posix()
    truth = tifffile.imread(stack)
    for number, photograph in enumerate((first, second)):
        image = session.image(photograph.id)
        assert np.array_equal(image.pixels, truth[number])
        assert not any("pages" in text for text in image.warnings)
    assert len(session.analysis.images) == 2
    assert window.custody.pages.dialog is None

    path = tmp_path / "pages.blot"
    assert session.save_to(path)
    assert [p.page for p in open_project(path).photographs] == [1, 2]

    # One step back: the file is one photograph again.
    session.document.undo_stack.undo()
    settle()
    assert len(session.document.project.photographs) == 1


def test_deciding_later_measures_the_first_page_and_the_images_page_asks_again(
    window, qtbot, settle, asked
):
    session = window.session
    asked.later.click()
    settle()
    assert [p.page for p in session.document.project.photographs] == [0]
    assert any("Say which page" in text for text in session.image("img1").warnings)
    window.show_stage(Stage.IMAGES)
    page = window.inspector.pages[Stage.IMAGES]
    assert page.pages.isVisible()
    page.pages.click()
    qtbot.waitUntil(lambda: window.custody.pages.dialog is not None, timeout=PATIENCE_MS)
    again = window.custody.pages.dialog
    again.tick((2,))
    again.several.setChecked(True)
    again.use.click()
    settle()
    assert [p.page for p in session.document.project.photographs] == [2]
    assert [p.id for p in session.document.project.photographs] == ["img1"]


def test_nothing_can_be_used_without_a_page(asked):
    asked.tick(())
    assert not asked.use.isEnabled()
    asked.reject()


def test_exposures_of_one_blot_are_merged(window, settle, asked):
    session = window.session
    asked.exposures.setChecked(True)
    asked.use.click()
    settle()
    first, second = session.document.project.photographs
    assert first.series == second.series != ""
    assert first.membranes == second.membranes
    assert window.custody.pages.dialog is None


def test_one_page_is_no_series_of_exposures(asked):
    asked.tick((2,))
    assert not asked.exposures.isEnabled()
    asked.reject()
