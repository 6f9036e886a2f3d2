"""The background of one membrane is chosen in the window, advised there and taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant_app.panels.inspector import Stage


@pytest.fixture(scope="module")
def blot():
    """Give four lanes with three rows over a ground that slopes."""
    rows = tuple(
        RowSpec(target="x", form=f"{f}", fraction=f, amounts=(a,) * 4)
        for f, a in ((0.25, 4e6), (0.5, 6e6), (0.8, 3e6))
    )
    return simulate_blot(
        Scene(width_px=420, height_px=340, n_lanes=4, rows=rows, gradient=0.5, seed=12)
    )


@pytest.fixture
def opened(opened):
    opened.show_stage(Stage.BANDS)
    return opened


def choose(box, label):
    """Choose an entry with the keyboard, as a user does."""
    index = box.findText(label, Qt.MatchFlag.MatchStartsWith)
    assert index >= 0
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_a_membrane_gets_a_method_of_its_own_and_gives_it_back(opened, settle):
    session = opened.session
    field = opened.inspector.pages[Stage.BANDS].background
    before = [m.volume for m in session.analysis.bands]
    assert field.box.currentText().startswith("As in the experiment")
    settle(lambda: choose(field.box, "Rolling ball"))
    (own,) = session.document.project.backgrounds
    assert own.background == "rolling-ball"
    assert session.document.project.settings.background == "lane-baseline"
    assert [m.volume for m in session.analysis.bands] != before
    assert field.box.currentText() == "Rolling ball"
    settle(lambda: choose(field.box, "As in the experiment"))
    assert session.document.project.backgrounds == ()
    settle(session.document.undo_stack.undo)
    settle(session.document.undo_stack.undo)
    assert [m.volume for m in session.analysis.bands] == before


def test_what_fits_the_picture_is_said(opened):
    field = opened.inspector.pages[Stage.BANDS].background
    (advice,) = opened.session.analysis.background_advice
    assert field.advice.isVisible()
    assert field.advice.text() == f"{advice.text}."
    assert "slopes" in field.advice.text()


def test_a_ball_that_is_too_small_is_told(opened, settle):
    page, session = opened.inspector.pages[Stage.BANDS], opened.session
    settle(lambda: choose(page.form.boxes["background"], "Rolling ball"))
    settle(lambda: page.form.boxes["ball_radius_px"].setValue(4.0))
    assert any("ball of 4 px sinks" in n.text for n in session.analysis.notices)
    settle(lambda: page.form.boxes["ball_radius_px"].setValue(0.0))
    assert not any("ball" in n.text for n in session.analysis.notices)
