"""The command line, end to end on simulated blots."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

import blotquant
from blotquant.cli import main
from blotquant.io.open_project import open_project, save_project
from blotquant.simulate import RowSpec, Scene, simulate_blot, write_blot

TABLES = ("bands.csv", "lanes.csv", "ratios.csv", "summary.csv", "ladders.csv", "linearity.csv")
N_LANES = 4


def row(target, form, kda, *amounts):
    return RowSpec(
        target=target,
        form=form,
        kda=kda,
        amounts=tuple(1e6 * a for a in amounts),
        sigma_px=3.5,
        tail_px=0.0,
    )


def blot(folder, name, rows, seed):
    scene = Scene(
        width_px=330,
        height_px=300,
        n_lanes=N_LANES,
        lane_width_px=50.0,
        gap_px=20.0,
        kda_range=(170.0, 12.0),
        rows=rows,
        background=1000.0,
        gain=0.3,
        read_noise=10.0,
        seed=seed,
    )
    return write_blot(simulate_blot(scene), folder, name)


@pytest.fixture(scope="module")
def blots(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blots")
    parp = (
        row("parp", "pro", 116.0, 8, 6, 4, 2),
        row("parp", "p89", 89.0, 1, 3, 5, 7),
    )
    blot(folder, "parp", parp, seed=1)
    blot(folder, "actin", (row("beta-actin", "full", 42.0, 5, 6, 5, 4),), seed=2)
    (folder / "broken.tif").write_bytes((folder / "parp.tif").read_bytes()[:300])
    sheet = "lane,condition,dose\n1,vehicle,0\n2,VK2,10\n3,VK2,20\n4,VK2,40\n"
    (folder / "samples.csv").write_text(sheet, encoding="utf-8")
    return folder


def table(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def provenance(folder):
    return json.loads((folder / "provenance.json").read_text(encoding="utf-8"))


@pytest.fixture
def pair(blots):
    """The arguments that describe the two photographs as one membrane."""
    return (
        blots / "parp.tif",
        blots / "actin.tif",
        "--together",
        "--targets",
        "parp.tif=PARP",
        "--targets",
        "actin=β-actin",
    )


class TestHelp:
    def test_version(self, run):
        assert run("--version") == (0, f"blotquant {blotquant.__version__}\n", "")

    def test_help_names_every_command_and_option(self, run):
        code, out, _ = run("--help")
        assert code == 0
        assert all(command in out for command in ("analyse", "info", "simulate"))
        code, out, _ = run("analyse", "--help")
        assert code == 0
        for option in ("--out", "--targets", "--together", "--samples", "--control", "--row"):
            assert option in out

    def test_help_loads_nothing_heavy(self):
        check = (
            "import sys, blotquant.cli; "
            "print([m for m in ('numpy', 'scipy', 'cv2', 'matplotlib') if m in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", check],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(blotquant.__file__).parents[1],
        )
        assert done.stdout.strip() == "[]"

    def test_the_module_runs(self):
        done = subprocess.run(
            [sys.executable, "-m", "blotquant", "--version"],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(blotquant.__file__).parents[1],
        )
        assert done.stdout.startswith("blotquant ")

    def test_bad_usage(self, run, blots):
        assert run("analyse", blots / "parp.tif")[0] == 2
        assert run("analyse", "--out", "x")[0] == 2
        assert run("analyse", blots / "parp.tif", "--out", "x", "--wrong")[0] == 2


class TestAnalyse:
    def test_two_photographs_of_one_membrane(self, run, pair, tmp_path):
        code, out, err = run("analyse", *pair, "--out", tmp_path / "new" / "results")
        assert (code, err) == (0, "")
        results = tmp_path / "new" / "results"
        assert {p.name for p in results.iterdir()} == {*TABLES, "provenance.json"}
        lanes = table(results, "lanes.csv")
        assert len(lanes) == 2 * N_LANES
        assert {r["membrane"] for r in lanes} == {"blot"}
        fractions = [
            float(r["value"])
            for r in table(results, "ratios.csv")
            if r["ratio"] == "cleaved_fraction"
        ]
        assert fractions == pytest.approx([1 / 9, 3 / 9, 5 / 9, 7 / 9], abs=0.02)
        loaded = [r for r in table(results, "ratios.csv") if r["ratio"] == "cleaved_to_loading"]
        assert {r["normalisation"] for r in loaded} == {"beta-actin"}
        assert "parp.tif: light-on-dark (sure)" in out
        assert "Wrote bands.csv" in out

    def test_plain_images_are_each_by_itself(self, run, blots, tmp_path):
        code, _, _ = run(
            "analyse",
            blots / "parp.tif",
            blots / "actin.tif",
            "--targets",
            "PARP",
            "--out",
            tmp_path,
        )
        assert code == 0
        assert {r["membrane"] for r in table(tmp_path, "lanes.csv")} == {"parp", "actin"}

    def test_the_same_input_gives_the_same_bytes(self, run, pair, tmp_path, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        texts = []
        for name in ("a", "b"):
            _, out, _ = run("analyse", *pair, "--out", tmp_path / name)
            texts.append(out.replace(str(tmp_path / name), "OUT"))
        assert texts[0] == texts[1]
        for name in (*TABLES, "provenance.json"):
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    def test_a_bad_file_among_good_ones(self, run, blots, tmp_path):
        code, out, err = run(
            "analyse",
            blots / "broken.tif",
            blots / "parp.tif",
            blots / "gone.tif",
            "--targets",
            "PARP",
            "--out",
            tmp_path,
        )
        assert code == 2
        assert [line.split(":")[0] for line in err.splitlines()] == ["blotquant", "blotquant"]
        assert "broken.tif" in err
        assert "gone.tif" in err
        assert {r["image"] for r in table(tmp_path, "bands.csv")} == {"parp.tif"}
        assert "Wrote" in out

    def test_nothing_but_bad_files(self, run, blots, tmp_path):
        code, out, err = run("analyse", blots / "broken.tif", "--out", tmp_path / "none")
        assert (code, out) == (2, "")
        assert "broken.tif" in err
        assert not (tmp_path / "none").exists()

    def test_samples_and_control(self, run, pair, blots, tmp_path):
        code, _, err = run(
            "analyse",
            *pair,
            "--samples",
            blots / "samples.csv",
            "--control",
            "vehicle",
            "--out",
            tmp_path,
        )
        assert (code, err) == (0, "")
        ratios = table(tmp_path, "ratios.csv")
        assert {(r["lane"], r["condition"], r["dose"]) for r in ratios} >= {("4", "VK2", "40")}
        folds = [r for r in ratios if r["ratio"] == "fold_vs_control"]
        assert {r["control"] for r in folds} == {"vehicle"}
        assert float(folds[0]["value"]) == pytest.approx(1.0)

    def test_settings_and_polarity_reach_the_provenance(self, run, blots, tmp_path):
        code, _, _ = run(
            "analyse",
            blots / "parp.tif",
            *("--panel", "vitamin-k2", "--targets", "PARP", "--background", "local"),
            *("--background", "mine=rolling-ball", "--ball-radius", "60"),
            *("--polarity", "light-on-dark", "--sensitivity", "5", "--chemistry", "tris-glycine"),
            *("--membrane", "mine", "--loading-control", "none", "--out", tmp_path),
        )
        assert code == 0
        said = provenance(tmp_path)
        assert said["settings"]["panel"] == "vitamin-k2"
        assert said["settings"]["background"] == "local"
        assert said["settings"]["ball_radius_px"] == 60
        assert {x["used"] for x in said["backgrounds"]} == {"rolling-ball"}
        assert said["settings"]["sensitivity"] == 5
        assert said["settings"]["loading_control"] == ["none"]
        assert {r["membrane"] for r in table(tmp_path, "lanes.csv")} == {"mine"}

    def test_a_row_is_settled_by_one_option(self, run, blots, tmp_path):
        code, _, _ = run(
            "analyse",
            blots / "actin.tif",
            *("--targets", "parp,beta-actin", "--row", "actin.tif:1=GAPDH", "--out", tmp_path),
        )
        assert code == 0
        assert {r["target"] for r in table(tmp_path, "bands.csv") if r["row"] == "1"} == {"gapdh"}

    def test_an_experiment_and_its_project_give_the_same_tables(self, run, blots, tmp_path):
        path = blots / "exp.toml"
        path.write_text(
            'samples = "samples.csv"\n'
            '[[image]]\nfile = "parp.tif"\ntargets = "PARP"\n'
            '[[image]]\nfile = "actin.tif"\ntargets = "actin"\nrole = "loading"\n'
            '[analysis]\ncontrol = "vehicle"\n',
            encoding="utf-8",
        )
        save_project(open_project(path), tmp_path / "exp.blot")
        assert run("analyse", path, "--out", tmp_path / "a")[0] == 0
        assert run("analyse", tmp_path / "exp.blot", "--out", tmp_path / "b")[0] == 0
        for name in TABLES:
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    def test_the_figure(self, run, blots, tmp_path):
        code, out, _ = run(
            "analyse",
            blots / "parp.tif",
            *("--targets", "PARP", "--out", tmp_path, "--figure", tmp_path / "figs" / "parp.svg"),
        )
        assert code == 0
        assert (tmp_path / "figs" / "parp.svg").read_bytes().lstrip().startswith(b"<?xml")
        assert "parp.svg" in out

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--targets", "caspas-3"), "no target called 'caspas-3'"),
            (("--targets", "prp.tif=PARP"), "'prp.tif' is not among the images. Write `parp.tif`"),
            (("--targets", "parp.tif="), "--targets names nothing"),
            (("--panel", "apop"), "no panel called 'apop'"),
            (("--background", "lane-basline"), "lane-baseline"),
            (("--polarity", "dark"), "light-on-dark, dark-on-light"),
            (("--background", "ball"), "Write `rolling-ball`"),
            (("--background", "Z=local"), "no image shows a membrane 'Z'"),
            (("--ball-radius", "-3"), "ball of -3.0 px is impossible"),
            (("--control", "vehicle"), "No lane has the condition 'vehicle'"),
            (("--control", "blot:2"), "'blot:2' names no membrane that is here. Use one of: parp"),
            (("--sensitivity", "100"), "out of range"),
            (("--loading-control", "tubuline"), "'tubuline'"),
            (("--chemistry", "messy"), "'messy'"),
            (("--chemistry", "bistris"), "`bis-tris-mops` or `bis-tris-mes`"),
            (("--ladder", "no such"), "'no such'"),
            (("--ladder", "250,150,abc"), "'abc' is not a weight"),
            (("--samples", "gone.csv"), "gone.csv"),
            (("--row", "parp.tif"), "cannot be understood"),
            (("--row", "parp.tif:1=PARP"), "several forms"),
            (("--row", "prp.tif:1=PARP/pro"), "not among the images"),
            (("--row", "parp.tif:Q:1=PARP/pro"), "does not show a membrane 'Q'"),
        ],
    )
    def test_what_cannot_be_used_is_one_sentence(self, run, blots, tmp_path, options, said):
        code, out, err = run("analyse", blots / "parp.tif", *options, "--out", tmp_path / "o")
        assert (code, out) == (2, "")
        assert err.startswith("blotquant: ")
        assert said in err
        assert not (tmp_path / "o").exists()

    def test_a_bad_experiment_tells_everything(self, run, blots, tmp_path):
        path = blots / "bad.toml"
        path.write_text('nam = "x"\n[[image]]\nfile = "prp.tif"\nrole = "chief"\n')
        code, _, err = run("analyse", path, "--out", tmp_path)
        assert code == 2
        assert err.count("\n  - ") == 3

    def test_a_project_stands_alone(self, run, blots, tmp_path):
        save_project(open_project(blots / "parp.tif"), tmp_path / "p.blot")
        code, _, err = run("analyse", tmp_path / "p.blot", blots / "parp.tif", "--out", tmp_path)
        assert code == 2
        assert "p.blot cannot be analysed together" in err

    def test_together_is_for_images(self, run, blots, tmp_path):
        experiment = blots / "one.toml"
        experiment.write_text('[[image]]\nfile = "parp.tif"\n', encoding="utf-8")
        code, _, err = run("analyse", experiment, "--together", "--out", tmp_path)
        assert code == 2
        assert "--together is for images" in err

    def test_words_that_meet_nothing_are_told(self, run, blots, tmp_path):
        sheet = tmp_path / "long.csv"
        sheet.write_text("lane,condition\n1,a\n2,b\n3,c\n4,d\n9,e\n", encoding="utf-8")
        code, out, _ = run(
            "analyse",
            blots / "parp.tif",
            *("--targets", "PARP", "--samples", sheet, "--row", "parp.tif:99=PARP/p89"),
            *("--ladder", "pageruler-plus", "--out", tmp_path / "out"),
        )
        assert code == 0
        assert "describes lane 9 of membrane parp, but 4 lanes were found" in out
        assert "Row 99 of parp was said to be parp p89, but there are 2 rows" in out
        assert "No lane of membrane parp is marked as the ladder pageruler-plus" in out
        notices = " ".join(n["text"] for n in provenance(tmp_path / "out")["notices"])
        assert "Row 99" in notices

    def test_a_saturated_band_of_an_open_row_is_told(self):
        from types import SimpleNamespace

        from blotquant.cli.report import _notice_lines
        from blotquant.model.results import Notice, RowAssignment

        place = {"image": "i", "membrane": "A", "row": 2}
        row = RowAssignment(
            **place, target="", form="", reason="", candidates=(("parp", "pro"), ("parp", "p89"))
        )
        notices = (
            Notice(**place, text="Row 2 of A could be two things"),
            Notice(**place, lane=3, text="Lane 3, row 2 of A is saturated"),
        )
        lines = tuple(_notice_lines(SimpleNamespace(assignments=(row,), notices=notices)))
        assert lines == ("Note: Lane 3, row 2 of A is saturated.",)

    def test_a_folder_that_cannot_be_made(self, run, blots, tmp_path):
        (tmp_path / "taken").write_bytes(b"")
        code, _, err = run(
            "analyse", blots / "parp.tif", "--targets", "PARP", "--out", tmp_path / "taken"
        )
        assert code == 2
        assert "taken" in err

    def test_interrupting(self, run, blots, tmp_path, monkeypatch):
        def interrupt(*_arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr("blotquant.pipeline.analyse", interrupt)
        assert run("analyse", blots / "parp.tif", "--out", tmp_path)[0] == 130

    def test_a_mistake_of_ours_is_not_hidden(self, blots, tmp_path, monkeypatch):
        def fail(*_arguments):
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr("blotquant.pipeline.analyse", fail)
        monkeypatch.setattr(
            sys, "argv", ["blotquant", "analyse", str(blots / "parp.tif"), "--out", str(tmp_path)]
        )
        with pytest.raises(ZeroDivisionError):
            main()

    def test_a_terminal_gets_a_bar(self, monkeypatch):
        from blotquant.cli.run import progress_bar

        with progress_bar() as quiet:
            quiet(0.5, "nothing is drawn in a pipe")
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        with progress_bar() as drawn:
            drawn(0.5, "half")
            drawn(1.0, "done")


class TestInfo:
    def test_pictures_and_projects(self, run, blots, tmp_path):
        save_project(open_project(blots / "actin.tif"), tmp_path / "p.blot")
        code, out, err = run("info", blots / "parp.tif", tmp_path / "p.blot")
        assert (code, err) == (0, "")
        assert "parp.tif" in out
        assert "actin.tif" in out
        assert "330 x 300 px" in out
        assert "light-on-dark" in out
        assert out.count("SHA-256") == 2

    def test_a_bad_file_among_good_ones(self, run, blots):
        code, out, err = run("info", blots / "broken.tif", blots / "parp.tif")
        assert code == 2
        assert "broken.tif" in err
        assert "parp.tif" in out


class TestSimulate:
    def test_one_scenario(self, run, tmp_path):
        code, out, _ = run("simulate", "--out", tmp_path, "--scenario", "strip", "--seed", "3")
        assert code == 0
        assert (tmp_path / "strip_3.tif").is_file()
        assert "strip_3.tif" in out

    def test_one_photograph(self, run, tmp_path):
        code, out, _ = run("simulate", "--out", tmp_path, "--scenario", "crop-jpeg", "--seed", "3")
        assert code == 0
        assert (tmp_path / "crop-jpeg_3.jpg").is_file()
        assert (tmp_path / "crop-jpeg_3.truth.json").is_file()
        assert "crop-jpeg_3.jpg" in out

    def test_the_list_names_blots_and_photographs_and_writes_nothing(self, run, tmp_path):
        code, out, _ = run("simulate", "--out", tmp_path / "new", "--scenario", "list")
        assert code == 0
        assert "doublets" in out
        assert "cut-pieces" in out
        assert not (tmp_path / "new").exists()

    def test_the_demo_opens(self, run, tmp_path):
        code, out, _ = run("simulate", "--out", tmp_path)
        assert code == 0
        assert "experiment.toml" in out
        assert len(open_project(tmp_path / "experiment.toml").photographs) > 1

    def test_an_unknown_scenario(self, run, tmp_path):
        code, _, err = run("simulate", "--out", tmp_path, "--scenario", "doublet")
        assert code == 2
        assert "doublets" in err
        assert "cut-pieces" in err
