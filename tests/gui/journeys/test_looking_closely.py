"""Ways of looking: the magnifier, colours, two photographs of a membrane, what the mouse reads."""

from __future__ import annotations

import numpy as np
import pytest

from blotquant.simulate import scene, simulate_blot, write_blot

from .mouse import move


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


@pytest.fixture
def two(window, settle, tmp_path, simulated):
    """Give two photographs of one membrane, the second shown moved by a few pixels."""
    first = write_blot(simulated("easy"), tmp_path, "first")
    second = tmp_path / "second.tif"
    import tifffile

    pixels = simulated("easy").image.pixels
    tifffile.imwrite(second, np.roll(pixels, (6, 9), (0, 1)))
    (tmp_path / "two.toml").write_text(
        'name = "Two"\n'
        f'[[image]]\nfile = "{first.name}"\nmembrane = "A"\n'
        f'[[image]]\nfile = "{second.name}"\nmembrane = "A"\n',
        encoding="utf-8",
    )
    settle(lambda: window.session.open_files([tmp_path / "two.toml"]))
    return window


def test_the_other_photograph_lies_where_it_was_registered(two):
    compare = two.centre.compare
    two.actions_["compare"].trigger()
    assert compare.isVisible()
    item = compare.blend.item
    assert item.isVisible()
    # A place of the other photograph is drawn over the same place of the shown one.
    at = item.mapToParent(100 + 9 + 0.5, 50 + 6 + 0.5)
    assert (at.x(), at.y()) == pytest.approx((100, 50), abs=1.5)
    before = item.lut.copy()
    compare.share.setValue(100)
    assert item.lut.min() < before.min()
    two.actions_["compare"].trigger()
    assert not item.isVisible()
    assert not compare.isVisible()


def test_side_by_side_shows_and_marks_the_same_place(two, qtbot):
    view, compare = two.centre.view, two.centre.compare
    two.actions_["compare"].trigger()
    compare.beside.setChecked(True)
    qtbot.waitUntil(compare.side.isVisible)
    assert not compare.blend.item.isVisible()
    view.zoom(3)
    (x, y), scale = view.middle_and_scale()
    (xs, ys), side_scale = compare.side.middle_and_scale()
    assert (xs - x, ys - y) == pytest.approx((9, 6), abs=1.5)
    assert side_scale == pytest.approx(scale, rel=0.02)
    move(view, (x, y), pressed=False)
    mark = compare.side._mark.pos()
    assert (mark.x() - x, mark.y() - y) == pytest.approx((9, 6), abs=2)


def test_another_photograph_is_chosen_and_the_view_follows(two):
    compare, session = two.centre.compare, two.session
    two.actions_["compare"].trigger()
    ids = [p.id for p in session.document.project.photographs]
    session.selection.select_image(ids[1])
    assert compare._image == ids[0]


def test_a_single_photograph_says_what_is_missing(opened):
    opened.actions_["compare"].trigger()
    assert "no other photograph" in opened.notice_area.texts[-1]
    assert not opened.actions_["compare"].isChecked()
    assert not opened.centre.compare.isVisible()


def test_the_magnifier_shows_the_pixels_under_the_mouse(opened):
    view = opened.centre.view
    lens = view.lens
    lane = opened.session.scene().lanes[1]
    move(view, lane.point_at(50), pressed=False)
    assert not lens.isVisible()
    opened.actions_["lens"].trigger()
    band = next(b for b in opened.session.scene().bands if b.lane == 2)
    move(view, lane.point_at(band.apex_px), pressed=False)
    assert lens.isVisible()
    shown = lens.grab().toImage()
    middle = shown.pixelColor(shown.width() // 2 + 12, shown.height() // 2 + 12)
    corner = shown.pixelColor(12, 12)
    assert middle.lightness() < corner.lightness()
    # It gives way to the mouse.
    right = lens.x()
    move(view, view.to_file(lens.geometry().center()), pressed=False)
    assert lens.x() < right
    opened.actions_["lens"].trigger()
    assert not lens.isVisible()


def test_colours_change_the_picture_and_no_number(opened):
    view, session = opened.centre.view, opened.session
    before = [m.volume for m in session.analysis.bands]
    opened.actions_["colours_viridis"].trigger()
    table = view._picture.lut
    assert not np.array_equal(table[:, 0], table[:, 1])
    assert opened.actions_["colours_viridis"].isChecked()
    assert not opened.actions_["colours_grey"].isChecked()
    opened.actions_["colours_grey"].trigger()
    assert np.array_equal(view._picture.lut[:, 0], view._picture.lut[:, 1])
    assert [m.volume for m in session.analysis.bands] == before


def test_the_status_line_reads_rf_and_the_band(opened):
    band = next(b for b in opened.session.scene().bands if b.lane == 2)
    lane = opened.session.scene().lanes[1]
    move(opened.centre.view, lane.point_at(band.apex_px), pressed=False)
    text = opened.status.mouse.text()
    assert f"Rf {band.apex_px / lane.length_px:.3f}"[:6] in text
    assert "lane 2" in text
    assert "±" in text
