"""Several exposures are declared one blot in the window, and clipped bands show their estimates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from blotquant.flags import Flag
from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot
from blotquant_app.panels.inspector import Stage
from blotquant_app.selection import Selected


@pytest.fixture(scope="module")
def scene():
    """Give four lanes with a strong row, clipped at exposure 4, and a weak one."""
    rows = (
        RowSpec(target="x", form="a", fraction=0.3, amounts=(3e6, 5e6, 7e6, 9e6)),
        RowSpec(target="y", form="b", fraction=0.7, amounts=(4e5, 3e5, 5e5, 4e5)),
    )
    return Scene(width_px=420, height_px=300, n_lanes=4, rows=rows, seed=3)


def _opened(window, settle, folder, scene, factors):
    files = [
        write_blot(
            simulate_blot(replace(scene, exposure=factor, seed=10 + i)), folder, f"exposure {i}"
        )
        for i, factor in enumerate(factors, start=1)
    ]
    settle(lambda: window.session.open_files(files))


def _items(tree):
    return [
        tree.topLevelItem(i).child(j)
        for i in range(tree.topLevelItemCount())
        for j in range(tree.topLevelItem(i).childCount())
    ]


def test_selected_photographs_become_one_and_part_again(qtbot, window, settle, tmp_path, scene):
    _opened(window, settle, tmp_path, scene, (1.0, 4.0))
    session, tree = window.session, window.experiment.tree
    first = _items(tree)[0]
    tree.setCurrentItem(first)
    settle()
    second = _items(tree)[1]
    qtbot.mouseClick(
        tree.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        tree.visualItemRect(second).center(),
    )
    assert window.experiment.chosen() == ("img1", "img2")
    settle(window.actions_.trigger("merge_exposures"))
    assert [r.photograph.id for r in session.analysis.images] == ["img1"]
    assert session.selection.now.image == "img1"
    shown = window.centre.view.image
    assert shown.bits == 32
    assert shown is session.analysis.images[0].image
    assert all("exposure of" in item.text(0) for item in _items(tree))
    window.show_stage(Stage.IMAGES)
    facts = window.inspector.pages[Stage.IMAGES]
    assert any("Merged from 2 exposures" in x.text() for x in facts.findChildren(type(facts.file)))
    settle(lambda: session.selection.select_image("img2"))
    assert window.centre.view.image.bits == 16
    settle(window.actions_.trigger("part_exposures"))
    assert len(session.analysis.images) == 2
    settle(session.document.undo_stack.undo)
    assert len(session.analysis.images) == 1


def test_one_photograph_alone_is_no_series(window, settle, tmp_path, scene):
    _opened(window, settle, tmp_path, scene, (1.0,))
    before = window.session.document.project
    settle(window.actions_.trigger("merge_exposures"))
    assert window.session.document.project is before
    settle(window.actions_.trigger("part_exposures"))
    assert window.session.document.project is before


def test_a_clipped_band_shows_its_estimate_and_the_switch_is_a_step(
    window, settle, tmp_path, scene
):
    _opened(window, settle, tmp_path, scene, (4.0,))
    session = window.session
    clipped = next(m for m in session.analysis.bands if Flag.LOWER_BOUND in m.flags)
    band = clipped.band
    session.selection.select(
        Selected(image=band.image, membrane=band.membrane, lane=band.lane, row=band.row)
    )
    window.show_stage(Stage.BANDS)
    page = window.inspector.pages[Stage.BANDS]
    assert any("Its flanks tell" in x.text() for x in page.numbers.findChildren(type(page.summary)))
    window.show_stage(Stage.NORMALISE)
    box = window.inspector.pages[Stage.NORMALISE].form.boxes["use_estimates"]
    assert box.checkState() is Qt.CheckState.Unchecked
    settle(box.click)
    assert session.document.project.settings.use_estimates
    assert any("Ratios use the estimate" in n.text for n in session.analysis.notices)
    settle(session.document.undo_stack.undo)
    assert box.checkState() is Qt.CheckState.Unchecked
