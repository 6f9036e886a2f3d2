"""The project file: every project comes back as it was, and nothing else gets in."""

from __future__ import annotations

import json
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.errors import ProjectError, ReadError
from blotquant.flags import Flag
from blotquant.io.atomic import write_bytes_atomically
from blotquant.io.files import is_there
from blotquant.io.images import read_image
from blotquant.io.open_project import open_project, save_project
from blotquant.io.plain import PlainError, from_plain, to_plain
from blotquant.io.project_file import MEMBER, read_project_file, write_project_file
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import (
    AssignedRow,
    ImageRole,
    Photograph,
    PlacedBands,
    PlacedLanes,
    PlacedMembranes,
    Project,
)
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings

TEXT = st.text(max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=64)
SMALL = st.floats(-1e4, 1e4)
FLAGS = st.lists(st.sampled_from([f for f in Flag if f]), max_size=3).map(
    lambda chosen: Flag(sum(set(chosen)))
)
FILE = st.from_regex(r"[a-zä0-9 _-]{1,12}\.tif", fullmatch=True)


@st.composite
def lanes(draw):
    ys = draw(st.lists(st.integers(0, 5000), min_size=2, max_size=4, unique=True).map(sorted))
    return Lane(
        image=draw(TEXT),
        membrane=draw(TEXT),
        number=draw(st.integers(1, 99)),
        nodes=tuple((draw(SMALL), float(y)) for y in ys),
        width_px=draw(st.floats(0.5, 500)),
        kind=draw(st.sampled_from(LaneKind)),
        confidence=draw(st.floats(0, 1)),
        reason=draw(TEXT),
        flags=draw(FLAGS),
        edited=draw(st.booleans()),
    )


@st.composite
def bands(draw):
    start = draw(SMALL)
    return Band(
        image=draw(TEXT),
        membrane=draw(TEXT),
        lane=draw(st.integers(1, 99)),
        row=draw(st.integers(1, 99)),
        apex_px=draw(SMALL),
        start_px=start,
        stop_px=start + draw(st.floats(0.5, 90)),
        found=draw(st.booleans()),
        flags=draw(FLAGS),
        excluded=draw(st.booleans()),
        reason=draw(TEXT),
    )


POINT = st.tuples(SMALL, SMALL)
MEMBRANES = st.builds(
    Membrane,
    image=TEXT,
    name=TEXT,
    corners=st.tuples(POINT, POINT, POINT, POINT),
    angle_deg=SMALL,
    edited=st.booleans(),
)
SAMPLES = st.builds(
    Sample,
    membrane=TEXT,
    lane=st.integers(1, 99),
    sample=TEXT,
    condition=TEXT,
    dose=st.none() | NUMBER,
    dose_unit=TEXT,
    time_h=st.none() | NUMBER,
    replicate=TEXT,
    kind=st.sampled_from(LaneKind),
)
SETTINGS = st.builds(
    AnalysisSettings,
    panel=TEXT,
    loading_control=st.lists(TEXT, max_size=2).map(tuple),
    control=TEXT,
    sensitivity=st.floats(2.0, 20.0),
    confidence_level=st.floats(0.5, 0.999),
)


@st.composite
def projects(draw, folder):
    files = draw(st.lists(FILE, max_size=3))
    photographs = tuple(
        Photograph(
            id=f"img{i}",
            file=(Path(folder) / file).as_posix(),
            membranes=draw(st.lists(TEXT, max_size=2).map(tuple)),
            targets=draw(st.lists(TEXT, max_size=2).map(tuple)),
            role=draw(st.sampled_from(ImageRole)),
            polarity=draw(st.none() | st.sampled_from(Polarity)),
            exposure_s=draw(st.none() | NUMBER),
            sha256=draw(TEXT),
            page=draw(st.integers(0, 9)),
        )
        for i, file in enumerate(files, start=1)
    )
    some_lanes = st.lists(lanes(), max_size=2).map(tuple)
    some_bands = st.lists(bands(), max_size=2).map(tuple)
    placed_lanes = st.builds(
        PlacedLanes,
        image=TEXT,
        membrane=TEXT,
        lanes=some_lanes,
        found_around=st.booleans(),
        count=st.none() | st.integers(0, 60),
        absent=some_lanes,
    )
    placed_bands = st.builds(
        PlacedBands,
        image=TEXT,
        membrane=TEXT,
        bands=some_bands,
        found_around=st.booleans(),
        lanes=some_lanes,
        absent=some_bands,
    )
    placed_membranes = st.builds(
        PlacedMembranes, image=TEXT, membranes=st.lists(MEMBRANES, max_size=2).map(tuple)
    )
    rows = st.builds(
        AssignedRow,
        image=TEXT,
        membrane=TEXT,
        row=st.integers(1, 99),
        target=TEXT,
        form=TEXT,
        at=st.none() | st.tuples(NUMBER, NUMBER),
    )
    return Project(
        name=draw(TEXT),
        photographs=photographs,
        samples=draw(st.lists(SAMPLES, max_size=2).map(tuple)),
        settings=draw(SETTINGS),
        membranes=draw(st.lists(placed_membranes, max_size=1).map(tuple)),
        lanes=draw(st.lists(placed_lanes, max_size=2).map(tuple)),
        bands=draw(st.lists(placed_bands, max_size=2).map(tuple)),
        rows=draw(st.lists(rows, max_size=2).map(tuple)),
        note=draw(TEXT),
        embed_pictures=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_project_comes_back_as_it_was(data, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    project = data.draw(projects(folder))
    path = folder / "round trip.blot"
    write_project_file(project, path)
    back = read_project_file(path)
    assert back == project
    assert repr(back) == repr(project)  # 1 and 1.0 are equal but not the same


@pytest.fixture
def project(tmp_path):
    photograph = Photograph(id="img1", file=(tmp_path / "blots" / "a.tif").as_posix())
    return Project(name="VK2", photographs=(photograph,))


def write_document(path, document):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, document if isinstance(document, str) else json.dumps(document))


def document_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(MEMBER))


def test_files_are_relative_in_the_file_and_follow_it(project, tmp_path):
    path = tmp_path / "exp.blot"
    write_project_file(project, path)
    assert document_of(path)["project"]["photographs"][0]["file"] == "blots/a.tif"
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    path.rename(moved / "exp.blot")
    back = read_project_file(moved / "exp.blot")
    assert back.photographs[0].file == (moved / "blots" / "a.tif").as_posix()


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    write_project_file(project, tmp_path / "a.blot")
    write_project_file(project, tmp_path / "b.blot")
    assert (tmp_path / "a.blot").read_bytes() == (tmp_path / "b.blot").read_bytes()


def test_saving_replaces_and_leaves_nothing_behind(project, tmp_path):
    path = tmp_path / "exp.blot"
    save_project(Project(name="old"), path)
    save_project(project, path)
    assert open_project(path) == project
    assert [p.name for p in tmp_path.iterdir()] == ["exp.blot"]


def test_a_failed_save_keeps_the_old_file(project, tmp_path, monkeypatch):
    path = tmp_path / "exp.blot"
    save_project(project, path)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProjectError, match="no space left"):
        save_project(Project(name="new"), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["exp.blot"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_followed(tmp_path):
    real, link = tmp_path / "real.bin", tmp_path / "link.bin"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_bytes_atomically(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) & stat.S_IRUSR


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("embed", [False, True])
def test_a_linked_project_finds_the_pictures_beside_the_real_one(tmp_path, embed):
    real, link = tmp_path / "blots" / "exp.blot", tmp_path / "desk" / "my exp.blot"
    for folder in (real.parent, link.parent):
        folder.mkdir()
    picture = real.parent / "a.tif"
    picture.write_bytes(b"II*\x00")
    link.symlink_to(real)
    photograph = Photograph(id="img1", file=picture.as_posix())
    saved = save_project(Project(photographs=(photograph,), embed_pictures=embed), link)
    for path in (real, link):
        (found,) = open_project(path).photographs
        assert is_there(found.file)
        if not embed:
            assert found.file == picture.as_posix()
    assert is_there(saved.photographs[0].file)
    assert link.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="other permissions there")
@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_saving_keeps_who_may_read_a_file(project, tmp_path, mode):
    path = tmp_path / "exp.blot"
    save_project(project, path)
    path.chmod(mode)
    save_project(project, path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_folder_that_does_not_exist_is_named(project, tmp_path):
    with pytest.raises(ProjectError, match=r"exp\.blot cannot be written"):
        save_project(project, tmp_path / "missing" / "exp.blot")


def test_another_ending_is_refused(project, tmp_path):
    with pytest.raises(ProjectError, match="no ending"):
        save_project(project, tmp_path / "exp.xlsx")


def test_corrections_of_an_older_file_keep_their_meaning(project, tmp_path):
    path = tmp_path / "exp.blot"
    write_project_file(project, path)
    document = document_of(path)
    lane = {
        "image": "img1",
        "membrane": "A",
        "number": 1,
        "nodes": [[10.0, 0.0], [10.0, 90.0]],
        "width_px": 20.0,
        "edited": True,
    }
    band = {"image": "img1", "membrane": "A", "lane": 1, "row": 1, "apex_px": 5.0}
    document["project"] |= {
        "lanes": [{"image": "img1", "membrane": "A", "lanes": [lane]}],
        "bands": [
            {"image": "img1", "membrane": "A", "bands": [band | {"start_px": 1.0, "stop_px": 9.0}]}
        ],
        "rows": [{"image": "img1", "membrane": "A", "row": 1, "target": "parp", "form": "p89"}],
    }
    write_document(path, document | {"version": 2})
    old = open_project(path)
    assert (old.lanes[0].found_around, old.lanes[0].count, old.lanes[0].absent) == (False, None, ())
    assert (old.bands[0].found_around, old.bands[0].lanes) == (False, ())
    assert old.rows[0].at is None


def test_a_newer_file_says_so(project, tmp_path):
    path = tmp_path / "exp.blot"
    write_project_file(project, path)
    write_document(path, document_of(path) | {"version": 7})
    with pytest.raises(ProjectError, match=r"newer blotquant.*Update"):
        open_project(path)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": True},
        {"version": "1"},
        {"format": "another"},
        {"more": 1},
        {"project": []},
        {"project": {"name": 3}},
        {"project": {"colour": "red"}},
        {"project": {"photographs": [{"id": "a"}]}},
        {"project": {"photographs": [{"id": "a", "file": "x"}, {"id": "a", "file": "y"}]}},
        {"project": {"photographs": [{"id": "a", "file": "x", "role": "chief"}]}},
        {"project": {"photographs": [{"id": "a", "file": "x", "exposure_s": True}]}},
        {"project": {"settings": {"sensitivity": 99}}},
        {"project": {"samples": [{"membrane": "a", "lane": 1.5}]}},
    ],
)
def test_what_does_not_belong_is_refused_by_name(change, tmp_path):
    path = tmp_path / "odd.blot"
    document = {"format": "blotquant-project", "version": 1, "project": {}} | change
    write_document(path, document)
    with pytest.raises(ProjectError, match=r"odd\.blot"):
        open_project(path)


WITH_DOSE = (
    '{"format": "blotquant-project", "version": 1, "project": '
    '{"samples": [{"membrane": "a", "lane": 1, "dose": DOSE}]}}'
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        "null",
        "[" * 100_000,
        WITH_DOSE.replace("DOSE", "NaN"),
        WITH_DOSE.replace("DOSE", "-Infinity"),
        WITH_DOSE.replace("DOSE", "1e999"),
        WITH_DOSE.replace("DOSE", "9" * 400),
        '{"format": "blotquant-project", "version": ' + "9" * 5000 + "}",
    ],
)
def test_odd_json_is_refused_by_name(text, tmp_path):
    path = tmp_path / "odd.blot"
    write_document(path, text)
    with pytest.raises(ProjectError, match=r"odd\.blot"):
        open_project(path)


def test_a_foreign_archive_is_refused_whatever_it_is_called(tmp_path):
    path = tmp_path / "report.blot"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(ProjectError, match="not a blotquant project"):
        open_project(path)
    path.rename(tmp_path / "report.tif")
    photograph = open_project(tmp_path / "report.tif").photographs[0]
    with pytest.raises(ReadError, match="Office document"):
        read_image(photograph.file)


def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("blotquant.io.project_file.MAX_JSON_BYTES", 1000)
    path = tmp_path / "bomb.blot"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, " " * 100_000)
    with pytest.raises(ProjectError, match="not a blotquant project"):
        open_project(path)


def test_a_cut_or_changed_file_never_raises_anything_else(project, tmp_path):
    path = tmp_path / "exp.blot"
    write_project_file(project, path)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(ProjectError, match=r"exp\.blot"):
            open_project(path)
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 0x41]) + whole[i + 1 :])
        try:
            back = open_project(path)
        except ProjectError:
            continue
        assert back.name == "VK2"  # the archive's own checksum guards the contents


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(ProjectError, match=r"gone\.blot cannot be opened"):
        open_project(tmp_path / "gone.blot")
    with pytest.raises(ProjectError, match="it is a folder"):
        open_project(tmp_path)


def test_a_photograph_becomes_a_project_of_one(tmp_path):
    path = tmp_path / "blot 1.tif"
    path.write_bytes(b"II*\0")
    project = open_project(path)
    assert project.name == "blot 1"
    assert [(p.file, p.membranes) for p in project.photographs] == [(path.as_posix(), ("blot 1",))]


def test_plain_values_refuse_what_json_has_not():
    with pytest.raises(PlainError, match="nan"):
        to_plain(Sample(membrane="a", lane=1, dose=float("nan")))
    with pytest.raises(PlainError, match="unknown flag"):
        from_plain(Flag, ["SHINY"], "flags")
    with pytest.raises(PlainError, match="4 values"):
        from_plain(Membrane, {"image": "a", "name": "b", "corners": [[0, 0]]}, "m")
