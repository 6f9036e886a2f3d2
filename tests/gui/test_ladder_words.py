"""What the window says of a ladder's fit."""

import math

from blotquant.model.ladder import LadderFit, LadderGuess
from blotquant.targets import load_library
from blotquant_app.views.ladder_words import (
    fit_heading,
    fit_lines,
    fit_remark,
    guess_text,
    product_name,
)

FIT = LadderFit(
    ladder="pageruler-plus",
    membrane="A",
    image="i",
    lane=2,
    position_px=(100.0, 200.4, 300.0),
    mw_kda=(100.0, 50.0, 25.0),
    rms_ln=0.0184,
    residual_ln=(0.01, -0.02, 0.0),
    left_out_ln=(0.03, -0.04, math.nan),
    missing_kda=(250.0, 37.5),
    unmatched_px=(150.2, 260.0),
)


def test_every_band_of_the_product_has_its_line_the_heaviest_first():
    lines = fit_lines(FIT)
    assert [x.kda for x in lines] == ["250", "100", "50", "37.5", "25"]
    assert [x.is_seen for x in lines] == [False, True, True, False, True]
    assert (lines[0].height, lines[0].off, lines[0].left_out) == ("not seen", "–", "–")
    assert (lines[1].height, lines[1].off, lines[1].left_out) == ("100 px", "+1.0 %", "+3.0 %")
    assert (lines[2].off, lines[2].left_out) == ("\u22122.0 %", "\u22123.9 %")
    assert (lines[4].off, lines[4].left_out) == ("0.0 %", "–")


def test_the_heading_counts_and_states_the_error():
    assert fit_heading(FIT) == "Lane 2: 3 of 5 bands matched, leave-one-out error 1.8 %"


def test_bands_that_belong_to_nothing_are_mentioned():
    assert fit_remark(FIT) == "2 more bands of the lane (150, 260 px) not matched."


def test_a_fit_without_residuals_shows_dashes():
    bare = LadderFit(
        ladder="l",
        membrane="A",
        image="i",
        lane=1,
        position_px=(1.0, 2.0, 3.0),
        mw_kda=(100.0, 50.0, 25.0),
        rms_ln=0.02,
    )
    assert {x.off for x in fit_lines(bare)} == {"–"}
    assert fit_remark(bare) == ""


def test_a_guess_says_whether_it_was_taken():
    guess = LadderGuess(
        membrane="A", lane=1, image="i", confidence=0.99, is_taken=True, reason="it is one"
    )
    assert guess_text(guess) == "Lane 1 of A is taken for a ladder: it is one."


def test_products_are_called_by_their_name_and_own_ladders_by_their_numbers():
    library = load_library()
    assert product_name(library, "pageruler-plus").startswith("Thermo PageRuler Plus")
    assert product_name(library, "100, 50, 25") == "100, 50, 25"
