"""`blotquant linearity`: a dilution series from the command line, on a simulated membrane."""

from __future__ import annotations

import csv

import pytest

from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot

AMOUNTS = (1.0, 2.0, 4.0, 8.0, 16.0)


@pytest.fixture(scope="module")
def blot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    row = RowSpec(
        target="beta-actin",
        form="full",
        fraction=0.5,
        amounts=tuple(60_000 * a for a in (*AMOUNTS, 4.0, 50.0)),
    )
    scene = Scene(
        width_px=560,
        height_px=220,
        n_lanes=7,
        lane_width_px=50.0,
        gap_px=22.0,
        rows=(row,),
        background=800.0,
        gain=0.3,
        read_noise=8.0,
        seed=4,
    )
    write_blot(simulate_blot(scene), folder, "actin")
    lines = [f"{i},standard,{a},ug" for i, a in enumerate(AMOUNTS, 1)]
    sheet = ["lane,kind,amount,amount_unit", *lines, "6,sample,,", "7,sample,,"]
    (folder / "sheet.csv").write_text("\n".join(sheet), encoding="utf-8")
    return folder


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_series_is_printed_and_written(run, blot, tmp_path):
    code, out, err = run(
        "linearity",
        blot / "actin.tif",
        "--samples",
        blot / "sheet.csv",
        "--targets",
        "beta-actin",
        "--out",
        tmp_path / "new",
        "--figure",
        tmp_path / "line.svg",
    )
    assert (code, err) == (0, "")
    assert "usable range 1-16 ug: amounts read back within 20 %" in out
    assert "(beta-actin full)" in out
    rows = table(tmp_path / "new" / "linearity.csv")
    assert [float(r["amount"]) for r in rows] == list(AMOUNTS)
    assert {r["state"] for r in rows} == {"in range"}
    assert float(rows[0]["slope"]) == pytest.approx(1.0, abs=0.03)
    assert all(abs(float(r["deviation_percent"])) < 10 for r in rows)
    drawing = (tmp_path / "line.svg").read_bytes()
    assert drawing.startswith(b"<?xml")
    run("linearity", blot / "actin.tif", "--samples", blot / "sheet.csv", "--targets",
        "beta-actin", "--figure", tmp_path / "again.svg")  # fmt: skip
    assert (tmp_path / "again.svg").read_bytes() == drawing


def test_the_whole_analysis_reads_the_other_lanes_off_the_series(run, blot, tmp_path):
    code, out, _ = run(
        "analyse",
        blot / "actin.tif",
        "--samples",
        blot / "sheet.csv",
        "--targets",
        "beta-actin",
        "--out",
        tmp_path,
    )
    assert code == 0
    assert "Linear range by the dilution series:" in out
    assert "1-16 ug" in out
    bands = {r["lane"]: r for r in table(tmp_path / "bands.csv") if r["target"] == "beta-actin"}
    assert float(bands["6"]["amount"]) == pytest.approx(4.0, rel=0.06)
    assert bands["6"]["amount_unit"] == "ug"
    assert float(bands["6"]["range_factor"]) == 1.0
    assert "outside_linear_range" in bands["7"]["flags"]
    assert float(bands["7"]["range_factor"]) == pytest.approx(50 / 16, rel=0.06)


def test_without_standards_it_says_what_is_missing(run, blot):
    code, _, err = run("linearity", blot / "actin.tif")
    assert code == 2
    assert "No lane holds a standard" in err
    assert "kind standard" in err


def test_an_impossible_tolerance_is_refused(run, blot):
    code, _, err = run(
        "linearity", blot / "actin.tif", "--samples", blot / "sheet.csv", "--within", "3"
    )
    assert code == 2
    assert "out of range" in err
