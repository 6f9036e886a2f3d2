"""Weights of marker bands go with what they lie on."""

from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.errors import SettingsError
from blotquant.io.plain import from_plain, to_plain
from blotquant.model.geometry import Membrane
from blotquant.model.project import Project
from blotquant.quantify.ladder import LEAST_RMS_LN, fit_given
from blotquant.quantify.ladder_weight import mw_at

from .shown_parts import IMAGE, MEMBRANE


@pytest.fixture
def weighed(project):
    for y, kda in ((20.0, 100.0), (80.0, 50.0), (140.0, 25.0)):
        project = edits.give_weight(project, IMAGE, MEMBRANE, (5.0, y), kda)
    return project


def shown():
    corners = ((0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (0.0, 300.0))
    return (Membrane(image=IMAGE, name=MEMBRANE, corners=corners),)


def test_a_band_is_weighed_once_and_order_holds(weighed):
    again = edits.give_weight(weighed, IMAGE, MEMBRANE, (6.0, 81.0), 55.0)
    assert [w.kda for w in again.weights] == [100.0, 55.0, 25.0]
    for y, kda in ((50.0, 110.0), (110.0, 20.0), (160.0, 30.0)):
        with pytest.raises(SettingsError, match="cannot stand"):
            edits.give_weight(weighed, IMAGE, MEMBRANE, (5.0, y), kda)
    with pytest.raises(SettingsError, match="cannot weigh"):
        edits.give_weight(weighed, IMAGE, MEMBRANE, (5.0, 300.0), 0.0)


def test_weights_follow_their_membrane(weighed):
    moved = edits.move_membrane(weighed, shown(), MEMBRANE, 10.0, 5.0)
    assert moved.weights[0].at == (15.0, 25.0)
    renamed = edits.rename_membrane(weighed, MEMBRANE, "new")
    assert {w.membrane for w in renamed.weights} == {"new"}
    assert edits.remove_photograph(weighed, IMAGE).weights == ()
    assert edits.delete_membrane(weighed, shown(), MEMBRANE).weights == ()
    assert edits.forget_weights(weighed, IMAGE, MEMBRANE).weights == ()
    assert edits.forget_weights(weighed, IMAGE, "other") == weighed


def test_weights_are_stored(weighed):
    assert from_plain(Project, to_plain(weighed), "project") == weighed


def test_few_given_bands_promise_little():
    two = fit_given([20.0, 140.0], [100.0, 25.0], membrane="A", image="i", lane=1)
    assert two.rms_ln == LEAST_RMS_LN
    between = mw_at(two, 80.0)
    assert between.mw == pytest.approx(50.0, rel=0.02)
    assert between.low < 46
    assert between.high > 54
    assert mw_at(two, 200.0).extrapolated
    many = fit_given(
        [20.0, 50.0, 80.0, 110.0, 140.0],
        [100.0, 70.7, 50.0, 35.4, 25.0],
        membrane="A",
        image="i",
        lane=1,
    )
    assert many.rms_ln < LEAST_RMS_LN
