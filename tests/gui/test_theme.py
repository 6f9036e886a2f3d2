from __future__ import annotations

import re
from dataclasses import fields

import pytest
from PySide6.QtGui import QColor

from blotquant_app.actions import ACTIONS
from blotquant_app.theme import DARK, LIGHT, form_colour, icon, icon_names, style_sheet


def luminance(colour):
    colour = QColor(colour)
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(tokens):
    for ground in (tokens.background, tokens.surface):
        for ink in (tokens.text, tokens.muted, tokens.accent, tokens.warning, tokens.error):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.text, tokens.accent_soft) >= 4.5
    assert contrast(tokens.control_line, tokens.surface) >= 3.0


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_style_sheet_has_no_token_left(tokens):
    assert re.findall(r"@\w+", style_sheet(tokens)) == []


def test_every_icon_of_an_action_exists_and_takes_the_colour():
    for spec in ACTIONS:
        if spec.icon:
            assert spec.icon in icon_names()
    image = icon("lane", "#FF0000", "#00FF00").pixmap(20, 20).toImage()
    inks = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 60
    ]
    assert inks
    assert all(ink.red() > 240 and ink.green() < 15 for ink in inks)


def test_targets_keep_their_colour_and_pro_is_lighter():
    targets = ("caspase-3", "parp")
    pro = form_colour(targets, "parp", is_cleaved=False)
    cleaved = form_colour(targets, "parp", is_cleaved=True)
    assert pro.lightnessF() > cleaved.lightnessF()
    assert form_colour(targets, "caspase-3", is_cleaved=True) != cleaved
    assert form_colour(targets, "", is_cleaved=False) == form_colour((), "x", is_cleaved=True)


def test_tokens_are_colours():
    for tokens in (LIGHT, DARK):
        assert all(QColor(getattr(tokens, f.name)).isValid() for f in fields(tokens))
