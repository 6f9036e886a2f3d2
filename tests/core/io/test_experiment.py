"""The experiment file: what it says, every mistake with its place, and the way back."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant import edits
from blotquant.errors import ExperimentError, ProjectError
from blotquant.io.experiment import read_experiment
from blotquant.io.open_project import open_project, save_project
from blotquant.io.sample_sheet import read_sample_sheet
from blotquant.io.write_experiment import what_toml_cannot_hold, write_experiment
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import AssignedRow, ImageRole, Photograph, Project
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings

WHOLE = """
name = "VK2"
note = "HL-60, 24 h"

[[image]]
file = "parp.tif"
membrane = "A"
targets = ["PARP", "Casp3"]
role = "target"
polarity = "dark-on-light"
exposure_s = 30

[[image]]
file = "actin.tif"
membrane = ["A", "B"]
targets = "β-actin"
role = "loading"

[[lane]]
membrane = "A"
lane = 1
sample = "s1"
condition = "vehicle"
dose = 0
dose_unit = "µM"
time_h = 24
replicate = 1

[[lane]]
lane = 2
kind = "ladder"

[analysis]
panel = "vitamin-k2"
loading_control = "ACTB"
control = "vehicle"
background = "local"
sensitivity = 5
confidence_level = 0.9

[[row]]
image = "parp.tif"
row = 2
target = "PARP1"
form = "p89"

[[row]]
file = "actin.tif"
membrane = "B"
row = 1
target = ""
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("parp.tif", "actin.tif"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def read(folder, text):
    path = folder / "exp.toml"
    path.write_text(text, encoding="utf-8")
    return read_experiment(path)


def problems(folder, text):
    with pytest.raises(ExperimentError) as caught:
        read(folder, text)
    assert caught.value.what_is_wrong.startswith("exp.toml has ")
    return caught.value.problems


IMAGE = '[[image]]\nfile = "parp.tif"\n'


class TestReading:
    def test_everything_at_once(self, folder):
        p = read(folder, WHOLE)
        assert (p.name, p.note) == ("VK2", "HL-60, 24 h")
        parp, actin = p.photographs
        assert parp == Photograph(
            id="img1",
            file=(folder / "parp.tif").as_posix(),
            membranes=("A",),
            targets=("parp", "caspase-3"),
            polarity=Polarity.DARK_ON_LIGHT,
            exposure_s=30.0,
        )
        assert (actin.membranes, actin.targets) == (("A", "B"), ("beta-actin",))
        assert actin.role is ImageRole.LOADING
        assert p.samples == (
            Sample(
                membrane="A",
                lane=1,
                sample="s1",
                condition="vehicle",
                dose=0.0,
                dose_unit="µM",
                time_h=24.0,
                replicate="1",
            ),
            Sample(membrane="A", lane=2, kind=LaneKind.LADDER),
            Sample(membrane="B", lane=2, kind=LaneKind.LADDER),
        )
        assert p.settings == AnalysisSettings(
            panel="vitamin-k2",
            loading_control=("beta-actin",),
            control="vehicle",
            background="local",
            sensitivity=5.0,
            confidence_level=0.9,
        )
        assert p.rows == (
            AssignedRow(image="img1", membrane="A", row=2, target="parp", form="p89"),
            AssignedRow(image="img2", membrane="B", row=1, target="", form=""),
        )

    @pytest.mark.parametrize("at", ["[1]", '"left"', "[1, true]", "[nan, 2]"])
    def test_a_row_is_known_by_a_place_of_two_numbers(self, folder, at):
        row = '[[row]]\nimage = "parp.tif"\nrow = 1\ntarget = "parp"\nform = "p89"\n'
        p = read(folder, IMAGE + row + "at = [12, 34.5]\n")
        assert p.rows[0].at == (12.0, 34.5)
        with pytest.raises(ExperimentError, match=r"no place.*\[x, y\]"):
            read(folder, IMAGE + row + f"at = {at}\n")

    def test_images_that_do_not_say_show_one_membrane(self, folder):
        p = read(folder, IMAGE + '[[image]]\nfile = "actin.tif"\n')
        assert p.name == "exp"
        assert {x.membranes for x in p.photographs} == {("blot",)}

    def test_a_lane_of_one_membrane_goes_before_a_general_one(self, folder):
        p = read(
            folder,
            '[[image]]\nfile = "parp.tif"\nmembrane = ["A", "B"]\n'
            '[[lane]]\nlane = 1\nsample = "any"\n'
            '[[lane]]\nlane = 1\nmembrane = "A"\nsample = "a"\n',
        )
        assert {(s.membrane, s.sample) for s in p.samples} == {("A", "a"), ("B", "any")}

    def test_completed_membrane_names_may_be_used(self, folder):
        p = read(
            folder,
            '[[image]]\nfile = "parp.tif"\nmembrane = "A"\n'
            '[[lane]]\nmembrane = "A.2"\nlane = 1\n'
            '[[row]]\nimage = "parp.tif"\nmembrane = "A.2"\nrow = 1\ntarget = "none"\n',
        )
        assert p.samples[0].membrane == p.rows[0].membrane == "A.2"

    def test_a_control_may_be_a_lane(self, folder):
        image = '[[image]]\nfile = "parp.tif"\nmembrane = "A"\n'
        assert read(folder, image + '[analysis]\ncontrol = "A:3"').settings.control == "A:3"

    def test_byte_order_mark_and_backslashes(self, folder):
        (folder / "blots").mkdir()
        (folder / "blots" / "b.tif").write_bytes(b"")
        p = read(folder, "\ufeff[[image]]\nfile = 'blots\\b.tif'\n")
        assert p.photographs[0].file == (folder / "blots" / "b.tif").as_posix()

    def test_every_setting_can_be_given(self, folder):
        for f in fields(AnalysisSettings):
            value = f.default if isinstance(f.default, str | float | int) else list(f.default)
            written = str(value).lower() if isinstance(value, bool) else repr(value)
            text = f"[analysis]\n{f.name} = {written}"
            assert read(folder, IMAGE + text).settings == AnalysisSettings()


class TestProblems:
    def test_all_at_once_each_with_its_place(self, folder):
        found = problems(
            folder,
            """
nam = "x"
[[image]]
file = "prp.tif"
membrane = ["A", "A"]
targets = ["caspas-3"]
role = "loadng"
exposure_s = -1
[[lane]]
lane = 0
[[lane]]
lane = 2
membrane = "A"
dose = "5 uM"
kind = "laddr"
[[lane]]
lane = 2
membrane = "A"
[[lane]]
lane = 1
membrane = "C"
dose = -2.0
[analysis]
loading_controll = "beta-actin"
background = "lane-basline"
sensitivity = 100
panel = "apoptosi"
[[row]]
image = "parp.tif"
row = "2"
target = "PARP"
form = "p98"
""",
        )
        expected = (
            ("`nam`", "did you mean `name`?"),
            ("[[image]] entry 1 (prp.tif), key `file`", "did you mean `parp.tif`?"),
            ("[[image]] entry 1 (prp.tif), key `membrane`", "twice"),
            ("[[image]] entry 1 (prp.tif), key `targets`", "caspase-3"),
            ("[[image]] entry 1 (prp.tif), key `role`", "did you mean `loading`?"),
            ("[[image]] entry 1 (prp.tif), key `exposure_s`", "from 0"),
            ("[[lane]] entry 1 (lane 0), key `lane`", "count from 1"),
            ("[[lane]] entry 2 (lane 2), key `dose`", "not a number"),
            ("[[lane]] entry 2 (lane 2), key `kind`", "did you mean `ladder`?"),
            ("[[lane]] entry 3 (lane 2)", "described twice"),
            ("[[lane]] entry 4 (lane 1), key `dose`", "out of range"),
            ("[[lane]] entry 4 (lane 1), key `membrane`", "use one of: A"),
            ("[analysis]", "did you mean `loading_control`?"),
            ("[analysis], key `panel`", "apoptosis"),
            ("[analysis], key `background`", "lane-baseline"),
            ("[analysis], key `sensitivity`", "from 2 to 20"),
            ("[[row]] entry 1, key `row`", "whole number"),
            ("[[row]] entry 1, key `image`", "did you mean `prp.tif`?"),
            ("[[row]] entry 1, key `form`", "write `p89`"),
        )
        assert len(found) == len(expected)
        for (place, remedy), problem in zip(expected, found, strict=True):
            assert problem.startswith(place)
            assert remedy in problem

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "there is no image"),
            ("[image]\nfile = 'parp.tif'", "write [[image]] above each"),
            ("[[image]]\ntargets = []", "key `file`: is missing"),
            (IMAGE + "targets = 3", "neither text nor a list"),
            (IMAGE + "membrane = ''", "empty text"),
            (IMAGE + "polarity = 'dark'", "light-on-dark, dark-on-light"),
            (IMAGE + "chemistry = 'messy'", "key `chemistry`"),
            (IMAGE + "ladder = 'no such ladder'", "key `ladder`"),
            (IMAGE + "id = 'a'\n" + IMAGE + "id = 'a'", "id 'a' stands there twice"),
            (IMAGE + "analysis = 3", "`analysis` is not a known key"),
            ("analysis = 3\n" + IMAGE, "[analysis]: is not a table"),
            (IMAGE + "exposure_s = nan", "out of range"),
            (IMAGE + "exposure_s = true", "not a number"),
            (IMAGE + "[[lane]]\nsample = 'x'", "key `lane`: is missing"),
            (IMAGE + "[[lane]]\nlane = 1\nsample = [1]", "is not text"),
            (IMAGE + "[analysis]\ncontrol = 'vehicle'", "for no lane has any"),
            (
                IMAGE + "[[lane]]\nlane = 1\ncondition = 'vehicle'\n[analysis]\ncontrol='vehicel'",
                "write `vehicle`",
            ),
            (IMAGE + "[[row]]\nrow = 1\ntarget = 'PARP'\nform = 'p89'", "key `image`: is missing"),
            (IMAGE + "[[row]]\nimage = 'parp.tif'\nrow = 1", "key `target`: is missing"),
            (IMAGE + "[[row]]\nimage = 'parp.tif'\nrow = 1\ntarget = 'PARP'", "several forms"),
            (
                IMAGE + "membrane = ['A', 'B']\n[[row]]\nimage = 'img1'\nrow = 1\ntarget = ''",
                "key `membrane`: is missing",
            ),
            (
                IMAGE + "[[row]]\nimage='img1'\nrow=1\ntarget=''\n" * 2,
                "settles the same row again",
            ),
            (IMAGE + IMAGE + "[[row]]\nimage='parp.tif'\nrow=1\ntarget=''", "several images"),
        ],
    )
    def test_each_mistake_is_told(self, folder, text, said):
        assert any(said in p for p in problems(folder, text))

    def test_a_syntax_error_has_its_line(self, folder):
        (problem,) = problems(folder, 'name = "x"\nfile = parp.tif\n')
        assert "line 2" in problem
        (problem,) = problems(folder, '[[image]]\nfile = "blots\\parp.tif"\n')
        assert "line 2" in problem
        assert "forward slashes" in problem

    def test_bytes_that_are_no_text(self, folder):
        (folder / "exp.toml").write_bytes(b'name = "a"\nnote = "\xb5M"\n')
        with pytest.raises(ExperimentError, match=r"line 2: is not UTF-8"):
            read_experiment(folder / "exp.toml")
        (folder / "exp.toml").write_text("a = " + "[" * 100_000)
        with pytest.raises(ExperimentError, match="nested too deeply"):
            read_experiment(folder / "exp.toml")

    def test_a_missing_file(self, folder):
        with pytest.raises(ProjectError, match=r"gone\.toml cannot be"):
            open_project(folder / "gone.toml")


TABBED = "lane\tcondition\tdose\tdose_unit\r\n1\tvehicle\t0\tµM\r\n2\tVK2, high\t12.5\tµM"

NAMED = """membrane,lane,condition,dose,dose_unit,notes
A,1,vehicle,0,µM,
A,2,"VK2, high",12.5,µM,x"""


class TestSampleSheets:
    def sheet(self, folder, data):
        path = folder / "samples.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    EXPECTED = (
        Sample(membrane="A", lane=1, condition="vehicle", dose=0.0, dose_unit="µM"),
        Sample(membrane="A", lane=2, condition="VK2, high", dose=12.5, dose_unit="µM"),
    )

    @pytest.mark.parametrize(
        "data",
        [
            'lane,condition,dose,dose_unit\n1,vehicle,0,µM\n2,"VK2, high",12.5,µM\n',
            '\ufefflane;Condition;dose;dose unit\r\n1;vehicle;0;µM\r\n2;"VK2, high";12,5;µM\r\n',
            "Lane\tcondition\tdose\tdose_unit\n\n1.0\tvehicle\t0\tµM\n2\tVK2, high\t12.5\tµM\n",
            TABBED.encode("utf-16"),
            NAMED,
        ],
    )
    def test_what_spreadsheets_write(self, folder, data):
        assert read_sample_sheet(self.sheet(folder, data), ("A",)) == self.EXPECTED

    def test_a_sheet_without_membranes_holds_for_all(self, folder):
        path = self.sheet(folder, "lane,sample\n1,x\n")
        assert [s.membrane for s in read_sample_sheet(path, ("A", "B"))] == ["A", "B"]

    def test_it_is_named_in_the_experiment(self, folder):
        self.sheet(folder, "lane,condition\n1,vehicle\n")
        p = read(folder, 'samples = "samples.csv"\n' + IMAGE)
        assert [(s.membrane, s.condition) for s in p.samples] == [("blot", "vehicle")]

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ("", "is empty"),
            ("sample\nx\n", "no column `lane`"),
            ("lane,lane\n1,2\n", "stands there twice"),
            ("lane,condtion\n1,x\n", "did you mean `condition`?"),
            ("lane,dose\n1,5\n0,5\n", "line 3, key `lane`: 0 does not exist"),
            ("lane,dose\n1,5 uM\n", "line 2, key `dose`: '5 uM' is not a number"),
            ("lane,dose\n1,-5\n", "out of range"),
            ("lane,dose\n1,nan\n", "out of range"),
            ("lane\n1.5\n", "not a whole number"),
            ("lane,sample\n1,a\n1,b\n", "line 3: lane 1 is described twice"),
            ("lane,sample\n1,a,b\n", "more cells"),
            ('lane,sample\n1,"a\n', "line 2"),
            ("membrane,lane\nQ,1\n", "no image shows a membrane 'Q'"),
            (b"lane,dose_unit\n1,\xb5M\n", "line 2: is not UTF-8"),
        ],
    )
    def test_each_mistake_has_its_line(self, folder, data, said):
        with pytest.raises(ExperimentError) as caught:
            read_sample_sheet(self.sheet(folder, data), ("A",))
        assert any(said in p for p in caught.value.problems), caught.value.problems
        assert all(p.startswith("samples.csv") for p in caught.value.problems)

    def test_a_sheet_that_is_not_there(self, folder):
        found = problems(folder, 'samples = "gone.csv"\n' + IMAGE)
        assert any(p.startswith("gone.csv") for p in found)


class TestWriting:
    def test_the_whole_example_comes_back(self, folder):
        p = read(folder, WHOLE)
        (folder / "sub").mkdir()
        save_project(p, folder / "sub" / "copy.toml")
        assert open_project(folder / "sub" / "copy.toml") == p
        assert 'file = "../parp.tif"' in (folder / "sub" / "copy.toml").read_text(encoding="utf-8")

    def test_ids_survive_a_removed_photograph(self, folder):
        p = edits.remove_photograph(read(folder, WHOLE), "img1")
        save_project(p, folder / "copy.toml")
        assert open_project(folder / "copy.toml") == p

    def test_what_is_left_out_is_told(self, folder):
        p = read(folder, WHOLE)
        assert what_toml_cannot_hold(p) == ()
        lane = Lane(
            image="img1", membrane="A", number=1, nodes=((1.0, 0.0), (1.0, 9.0)), width_px=3.0
        )
        (said,) = what_toml_cannot_hold(edits.place_lanes(p, (lane,)))
        assert "parp.tif" in said


TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
NAME = st.sampled_from(("A", "B", 'blot "1"', "C=ä\n"))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_reading_what_was_written_gives_an_equal_project(data, tmp_path_factory):
    folder = Path(tmp_path_factory.getbasetemp())
    for name in ("x.tif", "y z.tif"):
        (folder / name).write_bytes(b"")
    draw = data.draw
    membranes = draw(st.lists(NAME, min_size=1, max_size=3, unique=True).map(tuple))
    photographs = tuple(
        Photograph(
            id=f"img{draw(st.integers(1, 9)) * 10 + i}",
            file=(folder / name).as_posix(),
            membranes=membranes[: draw(st.integers(1, 3))] if i else membranes,
            targets=draw(st.sampled_from(((), ("parp",), ("caspase-3", "beta-actin")))),
            role=draw(st.sampled_from(ImageRole)),
            polarity=draw(st.none() | st.sampled_from(Polarity)),
            exposure_s=draw(st.none() | st.floats(0, 1e6)),
            sha256=draw(TEXT),
        )
        for i, name in enumerate(("x.tif", "y z.tif"))
    )
    places = draw(st.lists(st.tuples(st.sampled_from(membranes), st.integers(1, 9)), unique=True))
    places_px = st.floats(-9, 9999)
    project = Project(
        name=draw(TEXT.filter(bool)),
        note=draw(TEXT),
        photographs=photographs,
        samples=tuple(
            Sample(
                membrane=membrane,
                lane=lane,
                sample=draw(TEXT),
                condition=draw(TEXT),
                dose=draw(st.none() | st.floats(0, 1e9)),
                time_h=draw(st.none() | st.floats(0, 1e9)),
                replicate=draw(TEXT),
                kind=draw(st.sampled_from(LaneKind)),
            )
            for membrane, lane in places
        ),
        settings=AnalysisSettings(
            loading_control=draw(st.sampled_from(((), ("none",), ("beta-actin", "gapdh")))),
            background=draw(st.sampled_from(("lane-baseline", "local"))),
            control=draw(st.sampled_from(("", f"{membranes[0]}:2"))),
            sensitivity=draw(st.floats(2, 20)),
            linearity_tolerance=draw(st.floats(0.05, 0.5)),
        ),
        rows=tuple(
            AssignedRow(
                image=p.id,
                membrane=membranes[0],
                row=1,
                target="parp",
                form="p89",
                at=draw(st.none() | st.tuples(places_px, places_px)),
            )
            for p in photographs
        ),
    )
    write_experiment(project, folder / "round trip.toml")
    assert read_experiment(folder / "round trip.toml") == project
