"""Files that were made to do harm: refused before they take time or memory."""

import errno
import io
import os
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from blotquant.errors import ExperimentError, ProjectError, ReadError
from blotquant.io.atomic import write_atomically, write_text_atomically
from blotquant.io.claims import Claim
from blotquant.io.embedded import read_embedded
from blotquant.io.images import read_image
from blotquant.io.open_project import is_project, open_project
from blotquant.io.png_texts import text_of
from blotquant.io.sample_sheet import read_sample_sheet
from blotquant.io.stated import from_description
from blotquant.io.xml_text import parse_xml
from blotquant.io.zip_directory import MAX_DIRECTORY_BYTES, open_archive

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from formats.biorad import one_sc

_DIRECTORY_SIZE = 12  # where the end record of an archive states it


def archive(members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return bytearray(buffer.getvalue())


def with_directory_of(size, *, large):
    """Return an archive that states such a directory; `large` as archives beyond 4 GiB do."""
    data = archive({"a.txt": b"x"})
    end = data.rindex(b"PK\x05\x06")
    if not large:
        struct.pack_into("<I", data, end + _DIRECTORY_SIZE, size)
        return bytes(data)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    return bytes(data[:end]) + record + locator + bytes(data[end:])


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("comment", [b"", b"PK\x05\x06 in a comment"])
def test_a_directory_of_millions_of_members_is_not_read(large, comment, tmp_path):
    data = bytearray(with_directory_of(MAX_DIRECTORY_BYTES + 1, large=large))
    if comment:
        struct.pack_into("<H", data, len(data) - 2, len(comment))
    path = tmp_path / "a.blot"
    path.write_bytes(bytes(data) + comment)
    with pytest.raises(zipfile.BadZipFile, match=r"directory is too large|not a zip file"):
        open_archive(path)
    with pytest.raises(ProjectError, match="damaged or not a blotquant project"):
        open_project(path)
    path.rename(tmp_path / "a.tif")
    assert not is_project(tmp_path / "a.tif")
    with pytest.raises(ReadError, match="damaged or incomplete ZIP"):
        read_image(tmp_path / "a.tif")


def test_ordinary_archives_open_with_and_without_a_comment(tmp_path):
    for comment in (b"", b"from the imager"):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
            packed.writestr("a.txt", b"x")
            packed.comment = comment
        with open_archive(tmp_path / "a.zip") as opened:
            assert opened.namelist() == ["a.txt"]
    with open_archive(io.BytesIO(archive({f"{k}": b"" for k in range(3000)}))) as opened:
        assert len(opened.namelist()) == 3000


def test_a_small_project_file_does_not_unfold_into_gigabytes(tmp_path):
    body = b'{"format": "blotquant-project", "version": 4, "project": [' + b"{}," * 12_000_000
    path = tmp_path / "bomb.blot"
    path.write_bytes(archive({"project.json": body + b"{}]}"}, zipfile.ZIP_DEFLATED))
    with pytest.raises(ProjectError, match="not a blotquant project"):
        open_project(path)


def test_a_picture_inside_a_project_does_not_unfold_either(tmp_path):
    members = {"project.json": b"{}", "pictures/1/a.tif": bytes(100 * 2**20)}
    path = tmp_path / "bomb.blot"
    path.write_bytes(archive(members, zipfile.ZIP_DEFLATED))
    with pytest.raises(ReadError, match="promises 100 MiB"):
        read_embedded(path, "pictures/1/a.tif")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".".join(["a"] * 5000) + " = 1", "line 1: has too many dots"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("\n".join(f"key{k} = 1" for k in range(2000)), r"\.\.\. and \d+ more"),
    ],
)
def test_experiment_files_that_take_for_ever_are_refused_at_once(tmp_path, text, words):
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentError, match=words) as caught:
        open_project(path)
    assert len(str(caught.value).splitlines()) < 30


def test_texts_of_megabytes_are_refused(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"#" * 2**20)
    with pytest.raises(ProjectError, match="too large for an experiment file"):
        open_project(tmp_path / "a.toml")
    (tmp_path / "a.csv").write_bytes(b"1,a\n" * 2**18)
    with pytest.raises(ExperimentError, match="too large for a sample sheet"):
        read_sample_sheet(tmp_path / "a.csv", ("A",))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have text for names")
def test_a_name_that_is_no_text_is_refused_by_what_can_be_shown_of_it(tmp_path):
    path = tmp_path / os.fsdecode(b"odd\xff.tif")
    path.write_bytes(b"II*\x00")
    with pytest.raises(ReadError, match=r"odd\?\.tif holds letters that are not UTF-8"):
        read_image(path)


def test_a_name_that_is_no_text_cannot_stand_in_a_text(tmp_path):
    with pytest.raises(ProjectError, match=r"a\.toml cannot be written: the name of a file"):
        write_text_atomically(tmp_path / "a.toml", "file = 'odd\udcff.tif'")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.ENOSPC, "Make room on that disk"),
        (errno.ENAMETOOLONG, "Choose a shorter name"),
        (errno.EACCES, "Choose a folder that exists and that you may write to"),
    ],
)
def test_what_to_do_depends_on_what_went_wrong(tmp_path, code, remedy):
    path = tmp_path / "a.blot"
    path.write_bytes(b"old")

    def fail(_stream):
        raise OSError(code, os.strerror(code))

    with pytest.raises(ProjectError, match=remedy):
        write_atomically(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["a.blot"]
    assert path.read_bytes() == b"old"


def test_projects_with_long_names_do_not_claim_each_other(tmp_path):
    with (
        Claim(tmp_path / ("λ" * 90 + "1.blot")) as one,
        Claim(tmp_path / ("λ" * 90 + "2.blot")) as two,
    ):
        assert (one.is_mine, two.is_mine) == (True, True)
        with Claim(tmp_path / ("λ" * 90 + "1.blot")) as again:
            assert not again.is_mine


def gif(n_frames, side):
    """Return a moving picture of flat frames."""
    frames = [Image.new("P", (side, side), k % 2) for k in range(n_frames)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 255, 255, 255])
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def test_a_late_frame_of_a_moving_picture_costs_all_before_it(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(gif(40, 1500))
    assert read_image(path, 1).pixels.shape == (1500, 1500)
    with pytest.raises(ReadError, match="promises 85 MiB"):
        read_image(path, 40)


def test_a_moving_picture_of_more_frames_than_pages_are_read_is_refused(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(gif(1001, 4))
    with pytest.raises(ReadError, match="more than the 1000 pages"):
        read_image(path)


@pytest.mark.parametrize(
    "text",
    ["\n" * 30_000, "exposure" + " " * 30_000, "channel\n" * 5000, "exposure_time" + "\t" * 30_000],
)
def test_descriptions_that_make_patterns_search_for_ever_are_read_at_once(tmp_path, text):
    pixels = np.zeros((8, 8), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, description=text, metadata=None)
    assert "exposure_s" not in dict(read_image(tmp_path / "a.tif").metadata)
    assert from_description(text) == {}


def test_a_comment_is_found_at_once_or_not():
    xmp = b"UserComment>" + (b"UserComment>" + b" " * 50) * 2000
    assert text_of(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp) == ("comment", "")


def test_a_scan_header_that_describes_too_much_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.1sc").write_bytes(one_sc(np.ones((8, 8), np.uint16)))
    assert read_image(tmp_path / "a.1sc").pixels.shape == (8, 8)
    monkeypatch.setattr("blotquant.io.biorad_1sc._MAX_VALUES", 5)
    with pytest.raises(ReadError, match="too many values"):
        read_image(tmp_path / "a.1sc")


def test_a_long_xml_document_is_not_parsed():
    with pytest.raises(ValueError, match="too long"):
        parse_xml(b"<a>" + b" " * 2**21 + b"</a>")
