"""A ratio opens to its bands: pictures, profiles and numbers; a click goes to each of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from blotquant.normalise.parts import bands_behind
from blotquant.simulate import write_blot
from blotquant_app.panels.inspector import Stage
from blotquant_app.views.band_card import BandCard


@pytest.fixture
def explained(window, settle, tmp_path, simulated):
    file = write_blot(simulated("doublets"), tmp_path, "casp3")
    toml = tmp_path / "one.toml"
    toml.write_text(
        f'name = "One"\n[[image]]\nfile = "{file.name}"\nmembrane = "A"\n'
        'targets = ["caspase-3"]\n[analysis]\nloading_control = "none"\n',
        encoding="utf-8",
    )
    settle(lambda: window.session.open_files([toml]))
    window.session.selection.select_lane("A", 3)
    window.show_stage(Stage.RESULTS)
    return window


def test_every_band_of_the_ratio_has_a_card_that_leads_to_it(explained, qtbot):
    session = explained.session
    ratio = explained.results.selected_ratio
    assert ratio is not None
    page = explained.inspector.pages[Stage.RESULTS]
    cards = page.findChildren(BandCard)
    behind = [
        m
        for target, form, _, _ in ratio.terms
        for m in bands_behind(session.analysis, ratio, target, form)
    ]
    assert len(cards) == len(behind) >= 2
    assert sum(m.volume for m in behind) == pytest.approx(sum(v for _, _, v, _ in ratio.terms))
    for card, measured in zip(cards, behind, strict=True):
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
        now = session.selection.now
        assert (now.image, now.membrane, now.lane, now.row) == measured.band.key
        # The ratio that is being read stays open.
        assert explained.results.selected_ratio is ratio
    assert explained.inspector.currentWidget() is page


def test_a_card_is_reached_and_pressed_by_the_keyboard(explained, qtbot):
    page = explained.inspector.pages[Stage.RESULTS]
    card = page.findChildren(BandCard)[0]
    assert card.accessibleName().startswith("Go to ")
    assert card.focusPolicy() & Qt.FocusPolicy.TabFocus
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert explained.session.selection.now.row > 0


def test_cards_follow_the_theme(explained):
    page = explained.inspector.pages[Stage.RESULTS]
    explained.theme.want("dark")
    dark = page.findChildren(BandCard)[-1].grab().toImage().pixelColor(75, 3)
    explained.theme.want("light")
    light = page.findChildren(BandCard)[-1].grab().toImage().pixelColor(75, 3)
    assert dark.lightness() < 80
    assert light.lightness() > 200
