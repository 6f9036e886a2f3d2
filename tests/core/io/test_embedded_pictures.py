"""Pictures inside project files, moved and changed ones, older versions, and crashes."""

import json
import os
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blotquant.errors import ProjectError, ReadError
from blotquant.io.atomic import write_bytes_atomically
from blotquant.io.autosave import Autosave, forget, recover, recoverable
from blotquant.io.claims import Claim, file_stamp
from blotquant.io.images import read_image, read_images
from blotquant.io.migrations import MIGRATIONS, VERSION
from blotquant.io.open_project import is_project, open_project, save_project
from blotquant.io.relink import (
    PictureState,
    extract_pictures,
    find_moved,
    picture_state,
    relink,
    with_hashes,
)
from blotquant.io.write_experiment import what_toml_cannot_hold
from blotquant.model.project import Photograph, Project

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

import kill_while_saving
from formats.samples import grey, inf_text, tiff


@pytest.fixture
def project(tmp_path):
    """Give a project of two photographs, one a Fuji pair, with hashes."""
    folder = tmp_path / "blots"
    folder.mkdir()
    (folder / "a.tif").write_bytes(tiff(grey(0)))
    (folder / "b.img").write_bytes(grey(1).astype(">u2").tobytes())
    (folder / "b.inf").write_bytes(inf_text(latitude="0"))
    photographs = (
        Photograph(id="img1", file=(folder / "a.tif").as_posix()),
        Photograph(id="img2", file=(folder / "b.img").as_posix()),
    )
    return with_hashes(Project(name="VK2", photographs=photographs))


def pixels_of(project):
    return {key: image.pixels for key, image in read_images(project).items()}


def remove_originals(tmp_path):
    for path in (tmp_path / "blots").iterdir():
        path.unlink()


def test_hashes_are_those_that_reading_gives(project):
    assert [p.sha256 for p in project.photographs] == [
        read_image(p.file).sha256 for p in project.photographs
    ]


def test_embedded_pictures_travel_with_the_file(project, tmp_path):
    before = pixels_of(project)
    save_project(replace(project, embed_pictures=True), tmp_path / "exp.blot")
    remove_originals(tmp_path)
    away = tmp_path / "away"
    away.mkdir()
    (tmp_path / "exp.blot").rename(away / "renamed.blot")
    back = open_project(away / "renamed.blot")
    assert [Path(p.file).name for p in back.photographs] == ["a.tif", "b.img"]
    assert {picture_state(p) for p in back.photographs} == {PictureState.EMBEDDED}
    after = pixels_of(back)
    assert all(np.array_equal(after[key], before[key]) for key in before)
    assert not any("changed" in w for i in read_images(back).values() for w in i.warnings)


def test_saving_says_where_the_pictures_are_now(project, tmp_path):
    path = tmp_path / "exp.blot"
    held = save_project(replace(project, embed_pictures=True), path)
    assert held == open_project(path)
    assert held.photographs[0].file.startswith(path.as_posix())
    again = save_project(held, path)
    assert again == held


def test_pictures_inside_are_carried_over_whatever_the_switch_says(project, tmp_path):
    held = save_project(replace(project, embed_pictures=True), tmp_path / "one.blot")
    remove_originals(tmp_path)
    save_project(replace(held, embed_pictures=False), tmp_path / "two.blot")
    (tmp_path / "one.blot").unlink()
    assert len(read_images(open_project(tmp_path / "two.blot"))) == 2


def test_a_picture_that_is_gone_stays_a_link_and_saving_works(project, tmp_path):
    remove_originals(tmp_path)
    save_project(replace(project, embed_pictures=True), tmp_path / "exp.blot")
    back = open_project(tmp_path / "exp.blot")
    assert [p.file for p in back.photographs] == [p.file for p in project.photographs]
    assert {picture_state(p) for p in back.photographs} == {PictureState.MISSING}


def test_a_picture_that_goes_away_or_changes_later_is_carried_over(project, tmp_path):
    truth = pixels_of(project)
    project = replace(project, embed_pictures=True)
    path = tmp_path / "exp.blot"
    save_project(project, path)
    (tmp_path / "blots" / "a.tif").unlink()
    (tmp_path / "blots" / "b.img").write_bytes(grey(2).astype(">u2").tobytes())
    # The window still names the files where they were: the saved ones must not be lost for that.
    save_project(project, path)
    assert all(picture_state(p) is PictureState.EMBEDDED for p in open_project(path).photographs)
    found = pixels_of(open_project(path))
    assert all(np.array_equal(found[key], truth[key]) for key in truth)


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    embedded = replace(project, embed_pictures=True)
    save_project(embedded, tmp_path / "a.blot")
    save_project(embedded, tmp_path / "b.blot")
    assert (tmp_path / "a.blot").read_bytes() == (tmp_path / "b.blot").read_bytes()


def test_extracted_pictures_never_overwrite_others(project, tmp_path):
    held = save_project(replace(project, embed_pictures=True), tmp_path / "exp.blot")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.tif").write_bytes(b"something else")
    linked = extract_pictures(held, out)
    assert (out / "a.tif").read_bytes() == b"something else"
    assert sorted(p.name for p in out.iterdir()) == ["a (2).tif", "a.tif", "b.img", "b.inf"]
    assert {picture_state(p) for p in linked.photographs} == {PictureState.LINKED}
    assert extract_pictures(held, out).photographs == linked.photographs


@pytest.mark.parametrize("member", ["pictures/none.tif", "../blots/a.tif", "project.jso"])
def test_names_inside_a_project_file_lead_nowhere_else(project, tmp_path, member):
    save_project(project, tmp_path / "exp.blot")
    with pytest.raises(ReadError, match="no picture"):
        read_image(tmp_path / "exp.blot" / member)


def test_a_name_in_the_json_cannot_leave_the_archive(project, tmp_path):
    path = tmp_path / "exp.blot"
    save_project(project, path)
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read("project.json"))
    document["project"]["photographs"][0]["file"] = "blot:../blots/a.tif"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.json", json.dumps(document))
    with pytest.raises(ReadError):
        read_image(open_project(path).photographs[0].file)


def test_moved_and_changed_pictures_are_noticed_and_found(project, tmp_path):
    assert {picture_state(p) for p in project.photographs} == {PictureState.LINKED}
    attic = tmp_path / "attic" / "2024"
    attic.mkdir(parents=True)
    (tmp_path / "blots" / "a.tif").rename(attic / "renamed.tif")
    (attic / "a.tif").write_bytes(tiff(grey(9)))
    assert picture_state(project.photographs[0]) is PictureState.MISSING
    heard = []
    found = find_moved(project, [tmp_path], lambda f, _text: heard.append(f))
    assert found == {"img1": attic / "renamed.tif"}
    assert heard
    again = relink(project, "img1", found["img1"])
    assert picture_state(again.photographs[0]) is PictureState.LINKED
    assert find_moved(again, [tmp_path]) == {}


def test_another_picture_is_linked_only_when_that_is_meant(project, tmp_path):
    other = tmp_path / "other.tif"
    other.write_bytes(tiff(grey(9)))
    with pytest.raises(ProjectError, match=r"other\.tif is not the picture"):
        relink(project, "img1", other)
    new = relink(project, "img1", other, accept_changed=True)
    assert picture_state(new.photographs[0]) is PictureState.LINKED
    (tmp_path / "blots" / "a.tif").write_bytes(tiff(grey(9)))
    assert picture_state(project.photographs[0]) is PictureState.CHANGED


def test_an_experiment_file_says_that_it_holds_no_pictures(project):
    assert what_toml_cannot_hold(project) == ()
    (lost,) = what_toml_cannot_hold(replace(project, embed_pictures=True))
    assert "pictures" in lost


def test_an_archive_of_pictures_is_no_project(tmp_path):
    path = tmp_path / "pair.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("700.tif", tiff(grey()))
    assert not is_project(path)
    assert read_image(open_project(path).photographs[0].file).width == 32


def test_version_1_is_brought_up_to_date(tmp_path):
    path = tmp_path / "old.blot"
    photograph = {"id": "img1", "file": "a.tif", "membranes": ["A"], "sha256": "ab"}
    old = {"format": "blotquant-project", "version": 1}
    old["project"] = {"name": "old", "photographs": [photograph], "note": "kept"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.json", json.dumps(old))
    project = open_project(path)
    assert (project.name, project.note, project.embed_pictures) == ("old", "kept", False)
    assert (project.photographs[0].page, project.photographs[0].membranes) == (0, ("A",))
    save_project(project, path)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("project.json"))["version"] == VERSION


def test_every_older_version_has_its_step():
    assert set(MIGRATIONS) == set(range(1, VERSION))


def test_what_a_killed_program_left_is_removed_when_it_is_old(tmp_path):
    old, new = tmp_path / ".exp.blot.0123abcd.tmp", tmp_path / ".exp.blot.89abcdef.tmp"
    other = tmp_path / ".other.blot.0123abcd.tmp"
    for path in (old, new, other):
        path.write_bytes(b"half")
    an_age_ago = time.time() - 7200
    os.utime(old, (an_age_ago, an_age_ago))
    os.utime(other, (an_age_ago, an_age_ago))
    write_bytes_atomically(tmp_path / "exp.blot", b"whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["exp.blot", new.name, other.name])


def test_killed_programs_leave_the_old_file_or_the_new_one():
    assert kill_while_saving.run(5, seed=3) == []


def test_two_windows_notice_each_other(tmp_path):
    path = tmp_path / "exp.blot"
    with Claim(path) as first:
        assert first.is_mine
        with Claim(path) as second:
            assert not second.is_mine
            assert f"process {os.getpid()}" in second.holder
        with Claim(tmp_path / "other.blot") as other:
            assert other.is_mine
    with Claim(path) as third:
        assert third.is_mine
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_allows_no_lock_is_no_obstacle(tmp_path):
    claim = Claim(tmp_path / "missing" / "exp.blot")
    assert claim.is_mine
    claim.release()
    claim.release()


def test_a_file_that_somebody_else_saved_has_another_stamp(tmp_path):
    path = tmp_path / "exp.blot"
    assert file_stamp(path) == ""
    save_project(Project(name="mine"), path)
    stamp = file_stamp(path)
    assert stamp == file_stamp(path) != ""
    save_project(Project(name="theirs"), path)
    assert file_stamp(path) != stamp


def test_work_is_recovered_after_a_crash_and_only_then(project, tmp_path):
    folder = tmp_path / "autosave"
    folder.mkdir()
    origin = tmp_path / "exp.blot"
    held = save_project(replace(project, embed_pictures=True), origin)
    window = Autosave(folder)
    window.save(replace(held, note="not saved yet"), origin)
    assert recoverable(folder) == ()
    window.close()  # what the system does when a program dies
    (recovery,) = recoverable(folder)
    assert (recovery.origin, recovery.name, recovery.embedded) == (origin, "VK2", True)
    back = recover(recovery)
    assert back == replace(held, note="not saved yet")
    assert window.path.stat().st_size < origin.stat().st_size
    assert len(read_images(back)) == 2
    forget(recovery)
    assert recoverable(folder) == ()


def test_copies_that_are_not_wanted_are_gone(tmp_path):
    window = Autosave(tmp_path)
    window.save(Project(name="never saved"))
    window.discard()
    window.close()
    assert recoverable(tmp_path) == ()
    (tmp_path / "notes.blot").write_bytes(b"no copy")
    save_project(Project(), tmp_path / "a project.blot")
    assert recoverable(tmp_path) == ()
    assert (tmp_path / "a project.blot").is_file()
