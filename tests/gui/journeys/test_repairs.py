"""One gesture repairs, in the real window: type a number, drag one lane, slide, walk the doubts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from blotquant.bands.kept import row_at
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant_app.gestures.doubts import About, doubts
from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.row_menu import assign_row
from blotquant_app.panels.sensitivity_field import at_step, step_of

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def blot():
    """Give five lanes: two strong rows and a faint one; the last lane is faint altogether."""
    heights = ((0.25, 4e6), (0.5, 6e6), (0.8, 3e4))
    rows = tuple(
        RowSpec(target="x", form=f"{f}", fraction=f, amounts=(a,) * 4 + (min(a, 1.2e5),))
        for f, a in heights
    )
    return simulate_blot(
        Scene(
            width_px=560,
            height_px=320,
            n_lanes=5,
            lane_width_px=52.0,
            gap_px=22.0,
            rows=rows,
            seed=11,
        )
    )


def mouse(view, kind, point, buttons):
    viewport = view.graphics.viewport()
    at = QPointF(view.to_screen(point))
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    QApplication.sendEvent(
        viewport,
        QMouseEvent(
            kind, at, viewport.mapToGlobal(at), button, buttons, Qt.KeyboardModifier.NoModifier
        ),
    )


def drag(view, start, stop):
    mouse(view, QEvent.Type.MouseButtonPress, start, Qt.MouseButton.LeftButton)
    mouse(view, QEvent.Type.MouseMove, stop, Qt.MouseButton.LeftButton)
    mouse(view, QEvent.Type.MouseButtonRelease, stop, Qt.MouseButton.NoButton)


def steps(window):
    stack = window.session.document.undo_stack
    return [stack.text(i) for i in range(stack.index())]


def test_a_number_is_typed_and_taken_back(opened, settle):
    session = opened.session
    opened.show_stage(Stage.LANES)
    page = opened.inspector.pages[Stage.LANES]
    n = len(session.scene().lanes)
    assert page.n_lanes.value() == n
    settle(lambda: page.n_lanes.setValue(n + 1))
    assert len(session.scene().lanes) == n + 1
    assert page.n_lanes.value() == n + 1
    assert steps(opened) == [f"Find {n + 1} lanes"]
    assert opened.inspector.currentWidget() is page
    settle(lambda: page.n_lanes.setValue(3))
    assert len(session.scene().lanes) == 3
    settle(session.document.undo_stack.undo)
    settle(session.document.undo_stack.undo)
    assert len(session.scene().lanes) == n


def test_a_dragged_lane_stays_and_a_deleted_one_stays_away(opened, settle, tmp_path):
    session, view = opened.session, opened.centre.view
    lane = session.scene().lanes[1]
    free = lane.point_at(4)
    session.selection.select_lane(lane.membrane, 2)
    edge = (free[0] + lane.width_px / 2, free[1])
    settle(lambda: drag(view, edge, (edge[0] + 30, edge[1])))
    fixed, right = session.scene().lanes[1:3]
    assert fixed.edited
    assert fixed.width_px == pytest.approx(lane.width_px + 30, abs=2)
    # The neighbour gave way without being asked.
    assert not right.edited
    assert right.x_at(160) - right.width_px / 2 >= fixed.x_at(160) + fixed.width_px / 2 - 1
    gone = session.scene().lanes[2]
    session.selection.select_lane(gone.membrane, 3)
    n = len(session.scene().lanes)
    settle(opened.actions_["delete"].trigger)
    assert len(session.scene().lanes) == n - 1
    settle(lambda: session.sensitivity.set_value(6.0))
    assert len(session.scene().lanes) == n - 1
    assert session.scene().lanes[1].nodes == fixed.nodes
    path = tmp_path / "repaired.blot"
    assert session.save_to(path)
    settle(lambda: session.open_project(path))
    assert len(session.scene().lanes) == n - 1
    assert session.scene().lanes[1].nodes == fixed.nodes
    assert session.document.project.settings.sensitivity == 6.0


def test_the_others_stay_when_that_is_wanted(opened, settle):
    session = opened.session
    opened.show_stage(Stage.LANES)
    page = opened.inspector.pages[Stage.LANES]
    page.refresh()
    assert page.others.isChecked()
    page.others.click()
    before = session.scene().lanes
    session.selection.select_lane(before[0].membrane, 2)
    settle(lambda: page.width_box.setValue(before[1].width_px + 40))
    after = session.scene().lanes
    assert [x.nodes for x in after] == [x.nodes for x in before]
    assert [x.width_px for i, x in enumerate(after) if i != 1] == [
        x.width_px for i, x in enumerate(before) if i != 1
    ]
    settle(page.others.click)
    assert page.others.isChecked()
    assert steps(opened)[-1] == "Fit the other lanes"
    assert session.scene().lanes[2].width_px < before[2].width_px


def test_the_slider_shows_bands_while_it_is_dragged(opened, settle, qtbot):
    session = opened.session
    opened.show_stage(Stage.BANDS)
    field = opened.inspector.pages[Stage.BANDS].sensitivity
    at_rest = session.scene().bands
    assert field.words.text().startswith("Bands at or above 3.5 times the noise: ")
    field.slider.setSliderDown(True)
    counts = []
    for value in (20.0, 2.0):
        with qtbot.waitSignal(session.sensitivity.changed, timeout=PATIENCE_MS):
            field.slider.setValue(step_of(value))
        counts.append(sum(b.found for b in session.scene().bands))
        assert f"above {value:.1f} times the noise: {counts[-1]} shown" in field.words.text()
        assert steps(opened) == []
    assert counts[0] < sum(b.found for b in at_rest) <= counts[1]
    assert field.words.text().endswith("0 below")
    field.slider.setSliderDown(False)
    settle()
    assert steps(opened) == ["Change the sensitivity"]
    assert session.document.project.settings.sensitivity == 2.0
    assert session.sensitivity.preview is None
    assert sum(b.found for b in session.scene().bands) == counts[1]
    settle(session.document.undo_stack.undo)
    assert session.scene().bands == at_rest
    assert field.box.value() == 3.5


def test_a_slider_put_back_leaves_no_trace(opened, settle, qtbot):
    session = opened.session
    opened.show_stage(Stage.BANDS)
    field = opened.inspector.pages[Stage.BANDS].sensitivity
    before, start = session.scene().bands, field.slider.value()
    field.slider.setSliderDown(True)
    with qtbot.waitSignal(session.sensitivity.changed, timeout=PATIENCE_MS):
        field.slider.setValue(step_of(12.0))
    field.slider.setValue(start)
    field.slider.setSliderDown(False)
    settle()
    assert steps(opened) == []
    assert session.scene().bands == before


def test_places_of_the_slider_are_ratios():
    assert (at_step(0), at_step(200)) == (2.0, 20.0)
    assert [at_step(step_of(v)) for v in (2.0, 3.5, 20.0)] == [2.0, 3.5, 20.0]


def test_a_named_row_and_a_changed_band_stay_where_they_are(opened, settle):
    session = opened.session
    membrane = session.scene().membranes[0].name
    session.selection.select_band(membrane, 2, 2)
    assign_row(session, membrane, 2, ("parp", "p89"))
    settle()
    place = session.document.project.rows[0].at
    settle(lambda: opened.commands.nudge(0, 4))
    edited = next(b for b in session.scene().bands if b.edited)
    height = session.scene().lane(membrane, 2).point_at(edited.apex_px)[1]
    for value in (2.2, 9.0, 20.0):
        settle(lambda v=value: session.sensitivity.set_value(v))
        scene = session.scene()
        row = row_at(place, scene.lanes_of(membrane), scene.bands_of(membrane))
        assert scene.label(membrane, row).form == "p89"
        kept = next(b for b in scene.bands if b.edited)
        assert scene.lane(membrane, 2).point_at(kept.apex_px)[1] == pytest.approx(height, abs=0.5)
        # What is selected is still that band, whatever number its row has now.
        assert (session.selection.now.lane, session.selection.now.row) == (2, kept.row)


def test_doubts_are_walked_from_the_worst_and_accepted(opened, settle, tmp_path):
    session = opened.session
    opened.show_stage(Stage.LANES)
    page = opened.inspector.pages[Stage.LANES]
    settle(lambda: page.n_lanes.setValue(6))
    found = doubts(session.document.shown, session.analysis)
    assert [d.confidence for d in found] == sorted(d.confidence for d in found)
    lanes = [d for d in found if d.about is About.LANE]
    assert lanes
    n_doubts = f"{len(lanes)}?"
    assert n_doubts in opened.stages.buttons[Stage.LANES].count.text()
    first = found[0]
    opened.actions_["next_doubtful"].trigger()
    assert session.selection.now == first.at
    # Walk on to the first doubtful lane: it is brought near and explained.
    for _ in found:
        if session.selection.now == lanes[0].at:
            break
        opened.actions_["next_doubtful"].trigger()
    assert opened.inspector.currentWidget() is page
    assert page.doubt.isVisible()
    assert page.doubt.seen.text().startswith(lanes[0].seen)
    assert "Accept" in page.doubt.advice.text()
    middle = session.scene().lane(lanes[0].at.membrane, lanes[0].at.lane).point_at(100)
    viewport = opened.centre.view.graphics.viewport().rect()
    assert viewport.contains(opened.centre.view.to_screen(middle))
    settle(opened.actions_["accept"].trigger)
    assert steps(opened)[-1] == f"Accept lane {lanes[0].at.lane}"
    now = doubts(session.document.shown, session.analysis)
    assert lanes[0].at not in [d.at for d in now]
    path = tmp_path / "accepted.blot"
    assert session.save_to(path)
    settle(lambda: session.open_project(path))
    again = doubts(session.document.shown, session.analysis)
    assert lanes[0].at not in [d.at for d in again]


def test_accepting_everything_ends_the_walk(opened, settle):
    session = opened.session
    for _ in range(60):
        found = [
            d
            for d in doubts(session.document.shown, session.analysis)
            if d.about in (About.LANE, About.BAND)
        ]
        if not found:
            break
        session.selection.select(found[0].at)
        settle(opened.actions_["accept"].trigger)
    assert not found
    assert "?" not in opened.stages.buttons[Stage.LANES].count.text()
    assert "?" not in opened.stages.buttons[Stage.BANDS].count.text()
