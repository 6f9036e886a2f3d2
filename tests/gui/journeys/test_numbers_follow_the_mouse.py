"""While a lane or a band is dragged its numbers follow, and end where the whole analysis ends."""

from __future__ import annotations

import pytest

from blotquant.simulate import scene, simulate_blot

from .mouse import drag, move, press, release

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


def volumes(window, lane):
    analysis = window.session.analysis
    return [m.volume for m in analysis.bands if m.band.lane == lane]


def test_a_dragged_lane_is_measured_while_it_moves(opened, settle, qtbot):
    session, view = opened.session, opened.centre.view
    lane = session.scene().lanes[2]
    at = lane.point_at(4)
    session.selection.select_lane(lane.membrane, 3)
    whole = session.analysis
    others = volumes(opened, 2)
    before = volumes(opened, 3)
    press(view, at)
    aside = (at[0] + lane.width_px / 2, at[1])
    with qtbot.waitSignal(session.measured, timeout=PATIENCE_MS):
        move(view, aside)
    assert session.document.is_previewing
    assert volumes(opened, 3) != before
    assert volumes(opened, 2) == others
    shown = next(r for r in session.analysis.lanes if r.lane.number == 3)
    assert shown.lane.nodes[0][0] == pytest.approx(lane.nodes[0][0] + lane.width_px / 2, abs=0.6)
    # Escape gives the lane and its numbers back.
    opened.actions_["cancel"].trigger()
    settle()
    assert volumes(opened, 3) == before
    assert session.analysis.ratios == whole.ratios


def test_a_resting_mouse_gets_the_whole_analysis(opened, settle, qtbot):
    session, view = opened.session, opened.centre.view
    lane = session.scene().lanes[2]
    session.selection.select_lane(lane.membrane, 3)
    at = lane.point_at(4)
    press(view, at)
    move(view, (at[0] + 9, at[1]))
    qtbot.waitUntil(lambda: session.analysis.project is session.document.shown, timeout=PATIENCE_MS)
    assert session.document.is_previewing
    settle(lambda: release(view, (at[0] + 9, at[1])))


def test_the_last_live_numbers_are_those_of_the_analysis(opened, settle, qtbot):
    session, view = opened.session, opened.centre.view
    band = next(b for b in session.scene().bands if (b.lane, b.row) == (4, 1))
    session.selection.select_band(band.membrane, 4, 1)
    lane = session.scene().lane(band.membrane, 4)
    top = lane.point_at(band.start_px)
    press(view, top)
    higher = (top[0], top[1] - 6)
    with qtbot.waitSignal(session.measured, timeout=PATIENCE_MS):
        move(view, higher)
    live = next(m for m in session.analysis.bands if (m.band.lane, m.band.row) == (4, 1))
    assert live.band.start_px == pytest.approx(band.start_px - 6, abs=0.6)
    settle(lambda: release(view, higher))
    final = next(m for m in session.analysis.bands if (m.band.lane, m.band.row) == (4, 1))
    assert live.volume == pytest.approx(final.volume, rel=0.02)
    assert live.raw_volume == pytest.approx(final.raw_volume)


def test_many_moves_end_in_one_step(opened, settle):
    session, view = opened.session, opened.centre.view
    lane = session.scene().lanes[1]
    session.selection.select_lane(lane.membrane, 2)
    x, y = lane.point_at(4)
    at = (x + 0.3 * lane.width_px, y)  # beside the node, which would bend it
    settle(lambda: drag(view, at, (at[0] + 12, at[1])))
    stack = session.document.undo_stack
    assert [stack.text(i) for i in range(stack.index())] == ["Move lane 2"]
