"""A marker without a product: click its bands, type their weights, read the others."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QInputDialog

from blotquant.simulate import scene, simulate_blot

from .mouse import click, move


@pytest.fixture(scope="module")
def blot():
    return simulate_blot(scene("doublets"))


@pytest.fixture
def typed(monkeypatch):
    """Give a list of the numbers that are typed next."""
    numbers = []
    monkeypatch.setattr(QInputDialog, "getDouble", lambda *_: (numbers.pop(0), True))
    return numbers


def bands_of_lane(window, number):
    session = window.session
    lane = session.scene().lanes[number - 1]
    bands = [b for b in session.scene().bands_of(lane.membrane) if b.lane == number]
    return lane, sorted(bands, key=lambda b: b.apex_px)


def test_two_weighed_bands_make_the_ruler(opened, settle, typed, tmp_path):
    session, view = opened.session, opened.centre.view
    lane, bands = bands_of_lane(opened, 1)
    first, last = lane.point_at(bands[0].apex_px), lane.point_at(bands[-1].apex_px)
    opened.actions_["give_weight"].trigger()
    typed += [100.0, 20.0]
    settle(lambda: click(view, first))
    assert "one more band" in opened.notice_area.texts[-1]
    assert [m.kda for m in session.scene().ruler] == [100.0]
    settle(lambda: click(view, last))
    [fit] = session.analysis.ladder_fits
    assert fit.mw_kda == (100.0, 20.0)
    assert fit.position_px == pytest.approx((first[1], last[1]))
    # Every row weighs something now, with an honest interval.
    middle = session.analysis.assignments[len(bands) // 2]
    assert 20 <= middle.mw_kda <= 100
    assert middle.mw_high / middle.mw_low > 1.1
    # The mouse reads kDa, in other lanes too.
    opened.actions_["cancel"].trigger()
    other = session.scene().lanes[3]
    move(view, other.point_at((bands[0].apex_px + bands[-1].apex_px) / 2), pressed=False)
    assert "kDa" in opened.status.mouse.text()
    # It is kept in the project.
    path = tmp_path / "weighed.blot"
    assert session.save_to(path)
    settle(lambda: session.open_project(path))
    assert [m.kda for m in session.scene().ruler] == [100.0, 20.0]
    settle(opened.actions_["forget_weights"].trigger)
    assert session.scene().ruler == ()


def test_weights_that_rise_downwards_are_refused(opened, settle, typed):
    view = opened.centre.view
    lane, bands = bands_of_lane(opened, 1)
    opened.actions_["give_weight"].trigger()
    typed += [30.0, 60.0]
    settle(lambda: click(view, lane.point_at(bands[0].apex_px)))
    settle(lambda: click(view, lane.point_at(bands[-1].apex_px)))
    assert "60 kDa cannot stand below 30 kDa" in opened.notice_area.texts[-1]
    assert len(opened.session.document.project.weights) == 1


def test_the_same_band_is_weighed_anew(opened, settle, typed):
    view = opened.centre.view
    lane, bands = bands_of_lane(opened, 2)
    opened.actions_["give_weight"].trigger()
    typed += [30.0, 35.0]
    for _ in range(2):
        settle(lambda: click(view, lane.point_at(bands[0].apex_px)))
    [weight] = opened.session.document.project.weights
    assert weight.kda == 35.0


def test_beside_the_lanes_there_is_no_marker_band(opened, typed):
    opened.actions_["give_weight"].trigger()
    click(opened.centre.view, (0.5, 0.5))
    assert "inside a lane" in opened.notice_area.texts[-1]
    assert typed == []
