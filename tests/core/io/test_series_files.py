"""Exposures of one blot in project files, experiment files and on the command line."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from blotquant.cli import app
from blotquant.edits import add_photographs, merge_photographs
from blotquant.errors import ExperimentError
from blotquant.io.experiment import read_experiment
from blotquant.io.project_file import read_project_file, write_project_file
from blotquant.io.write_experiment import write_experiment
from blotquant.model.project import Project
from blotquant.simulate import scene, simulate_blot, write_blot


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three exposures of one blot: a plain, a short and a long one."""
    where = tmp_path_factory.mktemp("series")
    plain = replace(scene("easy", 5), gradient=0.0, blotch=0.0, specks=0.0)
    for name, factor, seed in (("plain", 1.0, 1), ("short", 0.1, 2), ("long", 10.0, 3)):
        write_blot(simulate_blot(replace(plain, exposure=factor, seed=seed)), where, name)
    return where


def _marked(folder):
    project = add_photographs(Project(), [folder / "plain.tif", folder / "short.tif"])
    return merge_photographs(project, ("img1", "img2"))


def test_a_project_file_keeps_the_series(folder, tmp_path):
    write_project_file(_marked(folder), tmp_path / "a.blot")
    found = read_project_file(tmp_path / "a.blot")
    assert [p.series for p in found.photographs] == ["plain", "plain"]


def test_an_experiment_file_keeps_the_series(folder, tmp_path):
    write_experiment(_marked(folder), tmp_path / "a.toml")
    assert [p.series for p in read_experiment(tmp_path / "a.toml").photographs] == ["plain"] * 2


def test_exposures_of_an_image_become_photographs_of_a_series(folder):
    path = folder / "experiment.toml"
    path.write_text(
        '[[image]]\nfile = "plain.tif"\nmembrane = "A"\ntargets = ["PARP"]\n'
        'exposures = ["short.tif", "long.tif"]\n[[image]]\nfile = "short.tif"\nmembrane = "B"\n'
    )
    photographs = read_experiment(path).photographs
    assert [p.id for p in photographs] == ["img1", "img2", "img1-2", "img1-3"]
    assert [p.series for p in photographs] == [
        "plain exposures",
        "",
        "plain exposures",
        "plain exposures",
    ]
    assert photographs[2].membranes == photographs[0].membranes
    assert photographs[3].targets == photographs[0].targets


def test_what_is_wrong_with_exposures_is_said(folder):
    path = folder / "wrong.toml"
    path.write_text(
        '[[image]]\nfile = "plain.tif"\nseries = "x"\nexposures = ["shrot.tif"]\n', encoding="utf-8"
    )
    with pytest.raises(ExperimentError) as caught:
        read_experiment(path)
    text = "\n".join(caught.value.problems)
    assert "stands beside `series`" in text
    assert "did you mean `short.tif`" in text


def test_the_command_line_merges_exposures(folder, tmp_path):
    files = [str(folder / f"{n}.tif") for n in ("plain", "short", "long")]
    found = CliRunner().invoke(
        app, ["analyse", *files, "--exposures", "all", "--out", str(tmp_path)]
    )
    assert found.exit_code == 0, found.output
    with (tmp_path / "bands.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {r["image"] for r in rows} == {"plain.tif"}
    assert {r["volume_estimate"] for r in rows} == {""}
    written = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    gains = [e["gain"] for e in written["exposures"][0]["exposures"]]
    assert gains == pytest.approx([100.0, 10.0, 1.0], rel=0.005)


def test_the_command_line_names_unknown_exposures(folder, tmp_path):
    file = str(folder / "plain.tif")
    command = ["analyse", file, "--exposures", "plain.tif,other.tif", "--out", str(tmp_path)]
    found = CliRunner().invoke(app, command)
    assert found.exit_code != 0
    assert "other.tif" in str(found.exception)


def test_a_saturated_photograph_gives_estimates_beside_its_bounds(tmp_path):
    write_blot(simulate_blot(scene("saturated", 71)), tmp_path, "clipped")
    file = str(tmp_path / "clipped.tif")
    found = CliRunner().invoke(app, ["analyse", file, "--use-estimates", "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "Ratios use the estimate" in found.output
    with (tmp_path / "bands.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    clipped = [r for r in rows if "lower_bound" in r["flags"].split()]
    assert clipped
    for r in clipped:
        low, middle, high = (float(r[f"volume_estimate{x}"]) for x in ("_low", "", "_high"))
        assert float(r["volume"]) <= low * (1 + 1e-6)
        assert low <= middle <= high
        assert math.isfinite(high)
