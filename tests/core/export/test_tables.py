from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.errors import BlotquantError, SettingsError
from blotquant.export import EXPORTERS, write
from blotquant.export.csv_tables import cell, image_names, table_bytes
from blotquant.model.image import Polarity

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)

HEADERS = {
    "bands.csv": "image,sha256,membrane,lane,sample,row,target,form,mw_kda,mw_low,mw_high,rf,x_px,"
    "y_px,left_px,top_px,right_px,bottom_px,area_px,raw_volume,background_volume,volume,volume_se,"
    "lod,snr,saturated_fraction,detected,flags,amount,amount_unit,range_factor,"
    "volume_estimate,volume_estimate_low,volume_estimate_high",
    "lanes.csv": "image,membrane,lane,sample,kind,x_top_px,y_top_px,x_bottom_px,y_bottom_px,"
    "width_px,loading,loading_se,flags,nodes",
    "ratios.csv": "membrane,lane,sample,condition,dose,dose_unit,time_h,replicate,target,ratio,"
    "value,ci_low,ci_high,bound,method_low,method_high,control,normalisation,flags",
    "ladders.csv": "image,membrane,lane,ladder,kda,matched,y_px,residual_percent,left_out_percent,"
    "lane_error_percent",
    "linearity.csv": "image,membrane,row,target,form,lane,sample,amount,unit,volume,volume_se,"
    "back_calculated,deviation_percent,state,slope,slope_low,slope_high,intercept,r_squared,"
    "lack_of_fit_p,lack_of_fit_test,response,offset,offset_low,offset_high,lod_amount,loq_amount,"
    "range_low,range_high,volume_low,volume_high,reason",
    "summary.csv": "target,ratio,condition,dose,dose_unit,time_h,n,geometric_mean,sd_ln,ci_low,"
    "ci_high,fold_change,p,test,flags",
}


def table(folder, name):
    text = (folder / name).read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
def folder(project, analysis, tmp_path):
    write(project, analysis, tmp_path / "new" / "out", now=NOON)
    return tmp_path / "new" / "out"


def test_the_files_and_their_columns(folder):
    assert {p.name for p in folder.iterdir()} == {*HEADERS, "provenance.json"}
    for name, header in HEADERS.items():
        data = (folder / name).read_bytes()
        assert data.startswith(header.encode() + b"\r\n")
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n")
        for row in table(folder, name):
            assert None not in row
            assert None not in row.values()


def test_bands(folder):
    ladder, sample, excluded = table(folder, "bands.csv")
    assert ladder["flags"] == "ladder_lane ambiguous_target"
    assert sample["volume"] == "415432.1"
    assert sample["volume_se"] == "1234.568"
    assert (sample["target"], sample["form"], sample["mw_kda"]) == ("parp", "p89", "")
    assert (sample["left_px"], sample["bottom_px"]) == ("18", "39")
    assert (excluded["volume"], excluded["detected"]) == ("-1500", "0")
    assert excluded["flags"] == "not_detected edited excluded ambiguous_target"
    assert excluded["sample"] == "Zoé, 50 µM"


def test_text_that_looks_like_a_formula_is_guarded_and_numbers_are_not(folder):
    assert table(folder, "bands.csv")[1]["sample"] == "'=1+1"
    assert table(folder, "bands.csv")[2]["snr"].startswith("-1.66")


def test_lanes(folder):
    ladder, straight, curved = table(folder, "lanes.csv")
    assert (ladder["kind"], ladder["loading"], ladder["flags"]) == ("ladder", "", "ladder_lane")
    assert (straight["x_top_px"], straight["x_bottom_px"]) == ("70", "71")
    assert (straight["y_top_px"], straight["y_bottom_px"]) == ("5", "75")
    assert (straight["loading"], straight["nodes"]) == ("5e+08", "")
    assert curved["nodes"] == "110:5 112.5:40 110:75"
    assert curved["flags"] == "edited"


def test_ratios_and_summary(folder):
    number, bound, missing = table(folder, "ratios.csv")
    assert (number["value"], number["ci_high"], number["bound"]) == ("0.25", "0.3125", "")
    assert (bound["bound"], bound["ci_high"], bound["flags"]) == (">", "", "saturated bound")
    assert (missing["value"], missing["dose"]) == ("", "0")
    lines = table(folder, "summary.csv")
    assert [(s["condition"], s["n"]) for s in lines] == [
        ("vehicle", "1"),
        ("MK-4", "0"),
        ("vehicle", "0"),
    ]
    assert lines[0]["geometric_mean"] == "0.25"


def test_photographs_of_one_name_are_told_apart(project, analysis):
    assert image_names(analysis) == {"i1": "monday/blot.tif", "i2": "tuesday/blot.tif"}
    first, second = analysis.images
    twin = replace(second.photograph, file=first.photograph.file)
    same = replace(analysis, images=(first, replace(second, photograph=twin)))
    names = image_names(same)
    assert len(set(names.values())) == 2
    alone = replace(analysis, images=(first,))
    assert image_names(alone) == {"i1": "blot.tif"}
    del project


def test_the_same_analysis_gives_the_same_bytes(project, analysis, folder, tmp_path):
    write(project, analysis, tmp_path / "again", now=NOON)
    for name in (*HEADERS, "provenance.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    write(project, analysis, tmp_path / "again")
    for name in HEADERS:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_provenance(folder):
    text = (folder / "provenance.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "/data" not in text
    document = json.loads(text)
    assert document["run_at"] == "2024-02-29T12:00:00+00:00"
    assert document["program"] == "blotquant"
    assert document["settings"]["background"] == "lane-baseline"
    first, _ = document["images"]
    assert (first["file"], first["image"]) == ("blot.tif", "monday/blot.tif")
    assert (first["polarity"], first["polarity_by"]) == ("light-on-dark", "guess")
    assert (first["width"], first["height"], first["bits"]) == (160, 80, 16)
    assert first["noise"]["gain"] is None
    assert document["edits"]["lanes"] == [{"image": "i1", "membrane": "A", "lane": 3}]
    assert document["edits"]["n_lanes"] == 1
    assert document["assignments"][0]["reason"] == "strongest row"
    assert document["without_a_number"][0]["reason"] == "no row"
    assert document["notices"] == [
        {"text": "One lane is excluded.", "advice": "See why.", "membrane": "A"}
    ]


def test_provenance_says_when_the_user_set_the_polarity(project, analysis, tmp_path):
    first, second = analysis.images
    told = replace(first.photograph, polarity=Polarity.LIGHT_ON_DARK)
    changed = replace(analysis, images=(replace(first, photograph=told), second))
    write(project, changed, tmp_path)
    document = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert [i["polarity_by"] for i in document["images"]] == ["user", "guess"]


def test_the_time_of_the_run_can_be_fixed(project, analysis, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    write(project, analysis, tmp_path)
    document = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert document["run_at"] == "1970-01-02T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(SettingsError, match="SOURCE_DATE_EPOCH"):
        write(project, analysis, tmp_path)


def test_a_folder_that_cannot_be_made_is_named(project, analysis, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(BlotquantError, match="taken"):
        write(project, analysis, tmp_path / "taken")


def test_the_exporters_are_a_registry(project, analysis, tmp_path):
    assert list(EXPORTERS)[:3] == ["tables", "provenance", "figure"]
    paths = write(project, analysis, tmp_path, exporters=("provenance",))
    assert [p.name for p in paths] == ["provenance.json"]
    with pytest.raises(SettingsError, match="exporter"):
        write(project, analysis, tmp_path, exporters=("xyz",))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_seven_digits(number):
    assert float(cell(number)) == pytest.approx(number, rel=1e-6, abs=0)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_text_survives_and_never_starts_a_formula(text):
    row = next(csv.reader(io.StringIO(table_bytes(("a", "b"), [(text, 1)]).decode(), newline="")))
    assert row == ["a", "b"]
    rows = list(csv.reader(io.StringIO(table_bytes(("a", "b"), [(text, 1)]).decode(), newline="")))
    assert rows[1][0] in (text, f"'{text}")
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_cells():
    assert [cell(v) for v in (None, math.nan, True, False, -0.0, 3, "")] == [
        "",
        "",
        "1",
        "0",
        "0",
        "3",
        "",
    ]
