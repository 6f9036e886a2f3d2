"""Figures, pictures and tables leave the window; the ratio plot leads back to the lane."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from blotquant_app.panels.inspector import Stage

PATIENCE_MS = 60_000


@pytest.mark.parametrize(
    ("chosen", "pattern", "written", "begins"),
    [
        ("figure.pdf", "PDF (*.pdf)", "figure.pdf", b"%PDF"),
        ("figure", "PNG, 300 dpi (*.png)", "figure.png", b"\x89PNG"),
    ],
)
def test_figure_is_drawn_in_the_format_that_was_chosen(
    with_results, qtbot, tmp_path, monkeypatch, chosen, pattern, written, begins
):
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / chosen), pattern)
    )
    session = with_results.session
    with qtbot.waitSignal(session.settled, timeout=PATIENCE_MS):
        with_results.actions_["export_figure"].trigger()
    assert (tmp_path / written).read_bytes().startswith(begins)
    assert f"Drew {written}." in with_results.notice_area.texts


def test_no_figure_without_a_name(with_results, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    with_results.actions_["export_figure"].trigger()
    assert list(tmp_path.glob("figure*")) == []


def test_the_table_on_the_screen_is_copied(with_results):
    clipboard = QGuiApplication.clipboard()
    with_results.show_stage(Stage.RESULTS)
    with_results.actions_["copy_table"].trigger()
    assert clipboard.text().splitlines()[0].startswith("Membrane\tLane\tSample\tCondition")
    with_results.show_stage(Stage.NORMALISE)
    with_results.actions_["copy_table"].trigger()
    assert clipboard.text().splitlines()[0].startswith("Membrane\tLane\tHolds")
    assert len(clipboard.text().splitlines()) == 4


def test_profile_and_blot_are_copied_as_pictures(with_results):
    clipboard = QGuiApplication.clipboard()
    with_results.session.selection.clear()
    with_results.actions_["copy_profile"].trigger()
    assert "Select a lane" in with_results.notice_area.texts[-1]
    for name in ("copy_profile", "copy_blot"):
        with_results.session.selection.select_lane("A", 1)
        clipboard.clear()
        with_results.actions_[name].trigger()
        assert clipboard.pixmap().width() > 50


def test_ratio_plot_shows_the_lanes_and_a_click_selects_one(with_results, qtbot):
    session = with_results.session
    with_results.show_stage(Stage.RESULTS)
    session.selection.select_lane("A", 2)
    page = with_results.inspector.pages[Stage.RESULTS]
    plot = page.plot
    assert plot.isVisible()
    assert sorted(r.lane for r in plot._ratios) == [1, 2]
    assert plot._chosen.lane == 2
    box = plot.plot.getViewBox()
    qtbot.waitUntil(lambda: box.viewRange()[0][0] < 1)
    place = plot.plot.mapFromScene(box.mapViewToScene(QPointF(1.0, 0.2)))
    qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.selection.now.lane == 1


def test_profile_stands_at_the_heights_of_the_picture(with_results, qtbot):
    centre, session = with_results.centre, with_results.session
    session.selection.select_lane("A", 1)
    box = centre.profile.plot.getViewBox()
    qtbot.waitUntil(lambda: box.sceneBoundingRect().height() > 50)
    centre.view.fit()
    for zoom in (1.0, 2.5):
        centre.view.zoom(zoom)
        centre._align_profile()
        top, bottom = box.viewRange()[1]
        height = (top + bottom) / 2
        in_plot = centre.profile.plot.mapFromScene(box.mapViewToScene(QPointF(0, height)))
        on_screen = centre.profile.plot.viewport().mapToGlobal(in_plot)
        in_picture = centre.view.graphics.viewport().mapFromGlobal(on_screen)
        assert centre.view.to_file(in_picture)[1] == pytest.approx(
            height, abs=2 * centre.view.reach_px
        )
