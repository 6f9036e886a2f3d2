"""Files with several pages on the command line, and an output that takes nothing."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from blotquant.cli import app
from blotquant.cli.inputs import Options, project_of
from blotquant.cli.pages import image_name
from blotquant.errors import SettingsError

NAMES = {"Labels": ["700 nm", "800 nm"]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory, simulated):
    """Write two blots as the named channels of one file."""
    folder = tmp_path_factory.mktemp("pages")
    pages = [simulated(name).image.pixels for name in ("easy", "doublets")]
    height, width = (min(p.shape[k] for p in pages) for k in (0, 1))
    both = np.stack([p[:height, :width] for p in pages])
    tifffile.imwrite(folder / "two.tif", both, imagej=True, metadata=NAMES)
    tifffile.imwrite(folder / "one.tif", pages[0])
    return folder / "two.tif"


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("two.tif=all", [1, 2]),
        ("two.tif=2", [2]),
        ("2,1,2", [2, 1]),
        ("two=800 nm", [2]),
        ("img1=700 NM", [1]),
    ],
)
def test_pages_are_chosen_by_number_or_name(stack, text, pages):
    project = project_of((stack,), Options(page=(text,)))
    assert [p.page for p in project.photographs] == pages


def test_pages_show_one_membrane_only_when_that_is_said(stack):
    alone = project_of((stack,), Options(page=("all",)))
    assert [p.membranes for p in alone.photographs] == [("two",), ("two 800 nm",)]
    together = project_of((stack,), Options(page=("all",), together=True))
    assert len({p.membranes for p in together.photographs}) == 1


def test_a_page_has_a_name_for_the_other_options(stack):
    options = Options(page=("all",), targets=("two.tif#1=beta-actin", "two.tif#2=caspase-3"))
    project = project_of((stack,), options)
    assert [p.targets for p in project.photographs] == [("beta-actin",), ("caspase-3",)]
    assert [image_name(project, p.id) for p in project.photographs] == ["two.tif#1", "two.tif#2"]
    with pytest.raises(SettingsError, match=r"Write one of: two\.tif#1, two\.tif#2"):
        project_of((stack,), Options(page=("all",), targets=("two.tif=parp",)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("two.tif=3", r"2 pages; there is no page '3'. Choose among 1 \(700 nm\), 2 \(800 nm\)"),
        ("two.tif=", "names no page"),
        ("tow.tif=1", r"'tow.tif' is not among the images.*two\.tif"),
    ],
)
def test_what_is_wrong_lists_what_there_is(stack, text, message):
    with pytest.raises(SettingsError) as caught:
        project_of((stack,), Options(page=(text,)))
    assert caught.match(message)


def test_a_file_with_one_page_has_no_second(stack):
    with pytest.raises(SettingsError, match="one page alone"):
        project_of((stack.with_name("one.tif"),), Options(page=("2",)))


def test_every_page_is_in_the_tables(stack, tmp_path):
    done = CliRunner().invoke(
        app, ["analyse", str(stack), "--page", "two.tif=all", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert "two.tif#2: " in done.output
    with (tmp_path / "bands.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    assert len({r["image"] for r in rows}) == 2


def test_info_lists_the_pages(stack):
    done = CliRunner().invoke(app, ["info", str(stack)])
    assert "2 pages: 1 (700 nm), 2 (800 nm)" in done.output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_is_full_ends_with_a_sentence(stack):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "blotquant", "info", str(stack)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=Path(__file__).resolve().parents[2],
        )
    text = done.stderr.decode()
    assert done.returncode == 2
    assert "cannot be written to the output" in text
    assert "Traceback" not in text
    assert "Exception ignored" not in text
