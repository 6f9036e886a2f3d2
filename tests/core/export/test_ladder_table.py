"""`ladders.csv` shows what each band of a ladder is off by."""

import csv
import io
from dataclasses import replace

import pytest

from blotquant.export import write
from blotquant.export.provenance import provenance
from blotquant.model.ladder import LadderFit, LadderGuess

FIT = LadderFit(
    ladder="own",
    membrane="A",
    image="i1",
    lane=1,
    position_px=(20.0, 40.0, 60.0),
    mw_kda=(100.0, 50.0, 25.0),
    rms_ln=0.02,
    residual_ln=(0.0, 0.01, -0.01),
    left_out_ln=(0.0, 0.02, -0.02),
    missing_kda=(37.0,),
    x_px=30.0,
)


@pytest.fixture
def rows(project, analysis, tmp_path):
    write(project, replace(analysis, ladder_fits=(FIT,)), tmp_path)
    text = (tmp_path / "ladders.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_band_of_the_product_has_a_row(rows):
    assert [r["kda"] for r in rows] == ["100", "50", "37", "25"]
    assert [r["matched"] for r in rows] == ["1", "1", "0", "1"]
    assert {(r["membrane"], r["lane"], r["ladder"]) for r in rows} == {("A", "1", "own")}
    assert {r["lane_error_percent"] for r in rows} == {"2"}


def test_residuals_are_percent_of_the_weight(rows):
    assert float(rows[1]["residual_percent"]) == pytest.approx(1.005, abs=1e-3)
    assert float(rows[3]["left_out_percent"]) == pytest.approx(-1.980, abs=1e-3)
    assert rows[2]["y_px"] == rows[2]["residual_percent"] == ""


def test_the_provenance_holds_fits_and_guesses(project, analysis):
    guess = LadderGuess(
        membrane="A", lane=1, image="i1", confidence=0.99, is_taken=True, reason="its bands"
    )
    record = provenance(project, replace(analysis, ladder_fits=(FIT,), ladder_guesses=(guess,)))
    assert record["ladder_fits"][0]["left_out_ln"] == (0.0, 0.02, -0.02)
    assert record["ladder_guesses"][0]["reason"] == "its bands"
