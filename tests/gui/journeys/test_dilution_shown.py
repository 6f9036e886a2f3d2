"""A dilution series in the real window: said in the sheet, drawn, clicked, saved and undone."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from blotquant import edits
from blotquant.flags import Flag
from blotquant.io.open_project import open_project
from blotquant.model.lane import LaneKind
from blotquant.model.sample import Sample
from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot
from blotquant_app.panels.inspector import Stage

AMOUNTS = (1.0, 2.0, 4.0, 8.0, 16.0)


@pytest.fixture
def picture(tmp_path):
    volumes = tuple(60_000 * a for a in (*AMOUNTS, 50.0))
    row = RowSpec(target="beta-actin", form="full", fraction=0.5, amounts=volumes)
    scene = Scene(
        width_px=500,
        height_px=220,
        n_lanes=6,
        lane_width_px=50.0,
        gap_px=22.0,
        rows=(row,),
        background=800.0,
        gain=0.3,
        read_noise=8.0,
        seed=4,
    )
    return write_blot(simulate_blot(scene), tmp_path, "actin")


def texts(widget):
    return [w.text() for w in widget.findChildren(QLabel) if w.isVisibleTo(widget)]


def click(qtbot, plot, point):
    view = plot.plot
    place = QPointF(math.log10(point.amount), math.log10(point.volume))
    at = view.mapFromScene(view.getViewBox().mapViewToScene(place))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def with_standards(project):
    (membrane,) = project.photographs[0].membranes
    return edits.set_samples(
        project,
        tuple(
            Sample(membrane=membrane, lane=i, dose=a, dose_unit="µg", kind=LaneKind.STANDARD)
            for i, a in enumerate(AMOUNTS, 1)
        ),
    )


def test_a_dilution_series_is_shown_and_followed(window, settle, picture, tmp_path, qtbot):
    session = window.session
    settle(lambda: session.open_files([picture]))
    window.show_stage(Stage.RESULTS)
    box = window.inspector.pages[Stage.RESULTS].linearity
    assert not box.isVisible()

    new = with_standards(session.document.project)
    settle(lambda: session.document.edit("Describe the dilution series", new))
    qtbot.waitUntil(box.isVisible)
    qtbot.waitUntil(lambda: "Usable from 1 to 16 µg" in texts(box))
    assert len(box.plot.points.points()) == len(AMOUNTS)
    assert box.plot.usable.isVisible()
    assert box.series.range_high == 16.0

    # A click on a point goes to its band everywhere; the lane beyond the range carries a remark.
    click(qtbot, box.plot, box.series.points[2])
    assert (session.selection.now.lane, session.selection.now.row) == (3, box.series.row)
    flagged = {m.band.lane for m in session.analysis.bands if Flag.OUTSIDE_LINEAR_RANGE in m.flags}
    assert flagged == {6}
    table = window.results.bands.rows_model
    (amount,) = [c for c in table.columns if c.title == "Amount"]
    beyond = next(r for r in table.rows if r.measured.band.lane == 6 and r.amount)
    assert amount.text(beyond).endswith("µg")
    assert "above its top" in amount.tip(beyond)

    # Kinds and amounts survive a saved file; undo takes the series away again.
    edits_made = session.document.project
    path = tmp_path / "series.blot"
    settle(lambda: session.save_to(path))
    assert open_project(path).samples == edits_made.samples
    settle(session.document.undo_stack.undo)
    qtbot.waitUntil(lambda: not box.isVisible())


def test_a_stricter_range_is_set_on_the_page(window, settle, picture):
    session = window.session
    settle(lambda: session.open_files([picture]))
    window.show_stage(Stage.RESULTS)
    new = with_standards(session.document.project)
    settle(lambda: session.document.edit("Describe the dilution series", new))
    box = window.inspector.pages[Stage.RESULTS].linearity
    settle(lambda: box.form.boxes["linearity_tolerance"].setValue(0.3))
    assert session.document.project.settings.linearity_tolerance == 0.3
    assert session.analysis.project.settings.linearity_tolerance == 0.3
