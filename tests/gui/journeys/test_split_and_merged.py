"""Lanes bend, lanes and rows are split, merged and doubled, bands are left out for a reason."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QInputDialog

from blotquant.simulate import scene, simulate_blot
from blotquant_app.gestures.hits import Hit
from blotquant_app.windows.menus import blot_menu

from .mouse import double_click, drag


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("easy"))


def steps(window):
    stack = window.session.document.undo_stack
    return [stack.text(i) for i in range(stack.index())]


def select(window, *places):
    selection = window.session.selection
    membrane = window.session.scene().membranes[0].name
    lane, row = places[0]
    selection.select_band(membrane, lane, row)
    from dataclasses import replace

    for lane, row in places[1:]:
        selection.toggle(replace(selection.now, lane=lane, row=row))


def test_a_double_click_bends_a_lane_and_another_straightens_it(opened, settle):
    session, view = opened.session, opened.centre.view
    lane = session.scene().lanes[2]
    session.selection.select_lane(lane.membrane, 3)
    bands = [b for b in session.scene().bands if b.lane == 3]
    free = next(
        p
        for p in range(20, int(lane.length_px) - 20, 5)
        if all(not b.start_px - 8 <= p <= b.stop_px + 8 for b in bands)
    )
    at = lane.point_at(free)
    settle(lambda: double_click(view, at))
    bent = session.scene().lanes[2]
    assert len(bent.nodes) == len(lane.nodes) + 1
    node = bent.nodes[1]
    settle(lambda: drag(view, node, (node[0] + 14, node[1])))
    assert session.scene().lanes[2].nodes[1][0] == pytest.approx(node[0] + 14, abs=1)
    moved = session.scene().lanes[2].nodes[1]
    settle(lambda: double_click(view, moved))
    assert len(session.scene().lanes[2].nodes) == len(lane.nodes)
    assert steps(opened) == ["Add a node to lane 3", "Bend lane 3", "Take a node off lane 3"]


def test_a_lane_is_split_and_merged_again(opened, settle):
    session = opened.session
    n = len(session.scene().lanes)
    lane = session.scene().lanes[1]
    select(opened, (2, 0))
    settle(opened.actions_["split"].trigger)
    assert len(session.scene().lanes) == n + 1
    left, right = session.scene().lanes[1:3]
    assert left.width_px + right.width_px == pytest.approx(lane.width_px, rel=0.06)
    select(opened, (2, 0), (3, 0))
    settle(opened.actions_["merge"].trigger)
    assert len(session.scene().lanes) == n
    joined = session.scene().lanes[1]
    assert joined.width_px == pytest.approx(lane.width_px, rel=0.02)
    assert steps(opened) == ["Split lane 2", "Merge lanes 2 to 3"]
    assert (session.selection.now.lane, session.selection.now.row) == (2, 0)


def test_a_row_is_split_and_merged_again(opened, settle):
    session = opened.session
    rows = {b.row for b in session.scene().bands}
    band = next(b for b in session.scene().bands if (b.lane, b.row) == (2, 1))
    select(opened, (2, 1))
    settle(opened.actions_["split"].trigger)
    assert {b.row for b in session.scene().bands} == rows | {max(rows) + 1}
    upper, lower = (session.scene().band(band.membrane, 2, r) for r in (1, 2))
    assert upper.stop_px == pytest.approx(lower.start_px)
    select(opened, (2, 1), (2, 2))
    settle(opened.actions_["merge"].trigger)
    assert {b.row for b in session.scene().bands} == rows
    joined = session.scene().band(band.membrane, 2, 1)
    assert (joined.start_px, joined.stop_px) == pytest.approx((band.start_px, band.stop_px))


def test_what_cannot_be_merged_says_why(opened):
    select(opened, (2, 0))
    opened.actions_["merge"].trigger()
    assert "Ctrl-click" in opened.notice_area.texts[-1]
    select(opened, (1, 0), (3, 0))
    opened.actions_["merge"].trigger()
    assert "side by side" in opened.notice_area.texts[-1]
    assert steps(opened) == []


def test_a_lane_is_doubled(opened, settle):
    session = opened.session
    n = len(session.scene().lanes)
    select(opened, (n, 0))
    settle(opened.actions_["duplicate"].trigger)
    assert steps(opened) == [f"Duplicate lane {n}"]
    assert session.selection.now.lane == n + 1


def test_a_band_is_left_out_for_a_reason(opened, settle, monkeypatch):
    session = opened.session
    membrane = session.scene().membranes[0].name
    select(opened, (3, 1))
    hit = Hit(membrane=membrane, lane=3, row=1)
    menu = blot_menu(opened, opened.actions_, session, hit, opened.commands.exclude_because)
    reasons = next(a.menu() for a in menu.actions() if a.text() == "Exclude because of")
    settle(next(a for a in reasons.actions() if a.text() == "A bubble").trigger)
    band = session.scene().band(membrane, 3, 1)
    assert (band.excluded, band.reason) == (True, "a bubble")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("torn membrane", True))
    settle(next(a for a in reasons.actions() if a.text().startswith("Something")).trigger)
    assert session.scene().band(membrane, 3, 1).reason == "torn membrane"
    # The key takes it back whatever the reason was.
    settle(opened.actions_["exclude"].trigger)
    assert not session.scene().band(membrane, 3, 1).excluded
