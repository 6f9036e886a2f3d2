"""Files with several pages, channels or exposures, and archives: each page can be had."""

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from blotquant.errors import ReadError
from blotquant.io.experiment import read_experiment
from blotquant.io.images import file_sha256, page_names, read_image, read_images
from blotquant.io.write_experiment import write_experiment
from blotquant.model.project import Photograph, Project

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from formats.samples import archive, grey, inf_text, raster, tiff

A, B = grey(0), grey(1)
STACK = np.stack([A, B])
WAYS = {
    "pages": tiff(STACK, photometric="minisblack", metadata=None),
    "imagej": tiff(STACK, imagej=True, photometric="minisblack"),
    "imagej, described in words": tiff(STACK, imagej=True, byteorder=">", photometric="minisblack"),
    "ome": tiff(STACK, ome=True, photometric="minisblack", metadata={"axes": "CYX"}),
    "interleaved": tiff(np.stack([A, B], -1), photometric="minisblack", planarconfig="contig"),
    "planes": tiff(STACK, photometric="minisblack", planarconfig="separate"),
    "zip": archive({"700.tif": tiff(A), "800.tif": tiff(B)}),
    "zip of a folder": archive({"b/1.png": raster(A, "PNG"), "b/2.png": raster(B, "PNG")}),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_page_is_read_exactly(tmp_path, way):
    path = tmp_path / "two.tif"
    path.write_bytes(WAYS[way])
    assert len(page_names(path)) == 2
    for page, truth in ((0, A), (1, A), (2, B)):
        assert np.array_equal(read_image(path, page).pixels, truth)
    with pytest.raises(ReadError, match=r"two\.tif has 2 pages; there is no page 3"):
        read_image(path, 3)


@pytest.mark.parametrize(
    ("how", "axes", "names"),
    [
        ("imagej", "TCYX", ("channel 1, time 1", "channel 2, time 1", "channel 1, time 2")),
        ("imagej", "TZYX", ("z 1, time 1", "z 2, time 1", "z 1, time 2")),
        ("ome", "ZCYX", ("700 nm, z 1", "800 nm, z 1", "700 nm, z 2")),
        ("ome", "CZYX", ("z 1, 700 nm", "z 2, 700 nm", "z 1, 800 nm")),
        ("ome", "TZYX", ("z 1, time 1", "z 2, time 1", "z 1, time 2")),
    ],
)
def test_pages_along_several_axes_say_where_they_stand(tmp_path, how, axes, names):
    path = tmp_path / "a.tif"
    channels = {"Channel": {"Name": ["700 nm", "800 nm"]}} if how == "ome" and "C" in axes else {}
    stack = np.stack([STACK, STACK + 1])
    tifffile.imwrite(path, stack, **{how: True}, metadata={"axes": axes, **channels})
    assert page_names(path)[:3] == names
    assert np.array_equal(read_image(path, 3).pixels, A + 1)


@pytest.mark.parametrize(
    ("pages", "names"),
    [
        ((0, 1), ("700 nm", "800 nm")),
        ((1, 0), ("page 1", "page 2")),
        (("x", 0), ("page 1", "page 2")),
    ],
)
def test_channels_in_another_order_than_their_pages_lend_no_names(tmp_path, pages, names):
    blocks = "".join(f'<TiffData IFD="{p}" FirstC="{c}"/>' for c, p in enumerate(pages))
    channels = "".join(f'<Channel ID="Channel:0:{k}" Name="{k + 7}00 nm"/>' for k in range(2))
    text = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" SizeC="2" SizeT="1" '
        f'SizeZ="1" SizeX="32" SizeY="24" Type="uint16">{channels}{blocks}</Pixels></Image></OME>'
    )
    path = tmp_path / "a.ome.tif"
    how = {"photometric": "minisblack", "metadata": None, "description": text}
    tifffile.imwrite(path, STACK, **how)
    assert page_names(path) == names


def test_names_come_from_the_metadata(tmp_path):
    path = tmp_path / "a.ome.tif"
    named = {"axes": "CYX", "Channel": {"Name": ["700 nm", "800 nm"]}}
    tifffile.imwrite(path, STACK, ome=True, photometric="minisblack", metadata=named)
    assert page_names(path) == ("700 nm", "800 nm")
    assert dict(read_image(path, 2).metadata)["page"] == "2 of 2: 800 nm"
    labelled = {"Labels": ["chemi", "marker"]}
    tifffile.imwrite(path, STACK, imagej=True, photometric="minisblack", metadata=labelled)
    assert page_names(path) == ("chemi", "marker")


def test_pages_of_one_file_are_told_apart_and_share_its_hash(tmp_path):
    path = tmp_path / "two.tif"
    path.write_bytes(WAYS["pages"])
    first, second = read_image(path, 1), read_image(path, 2)
    assert first != second
    assert first == read_image(path)
    assert file_sha256(second.sha256) == first.sha256


def test_the_project_says_which_page_a_photograph_is(tmp_path):
    path = tmp_path / "two.tif"
    path.write_bytes(WAYS["pages"])
    sha256 = read_image(path, 2).sha256
    photographs = (
        Photograph(id="target", file=path.as_posix(), page=1, sha256=sha256),
        Photograph(id="loading", file=path.as_posix(), page=2, sha256=sha256),
    )
    images = read_images(Project(photographs=photographs))
    assert np.array_equal(images["target"].pixels, A)
    assert np.array_equal(images["loading"].pixels, B)
    assert images["loading"].warnings == ()
    with pytest.raises(ValueError, match="count from 1"):
        Photograph(id="x", file="x", page=-1)


def test_an_experiment_file_names_the_page(tmp_path):
    (tmp_path / "two.tif").write_bytes(WAYS["pages"])
    text = '[[image]]\nfile = "two.tif"\nmembrane = "A"\npage = 2\n'
    (tmp_path / "exp.toml").write_text(text, encoding="utf-8")
    project = read_experiment(tmp_path / "exp.toml")
    assert project.photographs[0].page == 2
    write_experiment(project, tmp_path / "again.toml")
    assert read_experiment(tmp_path / "again.toml").photographs == project.photographs


def test_a_thumbnail_is_no_page(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(A[::4, ::4], photometric="minisblack", subfiletype=1)
        writer.write(A, photometric="minisblack")
    assert np.array_equal(read_image(path).pixels, A)
    assert read_image(path).warnings == ()


def test_gel_tags_on_a_page_of_their_own(tmp_path):
    path = tmp_path / "a.gel"
    tags = [(33445, "I", 1, 2, True), (33446, "2I", 1, (1, 2), True)]
    with tifffile.TiffWriter(path) as writer:
        writer.write(A, photometric="miniswhite", metadata=None)
        small = np.zeros((1, 1), np.uint16)
        writer.write(small, subfiletype=1, extratags=tags, metadata=None)
    image = read_image(path)
    assert np.array_equal(image.pixels, (A.astype(np.float64) ** 2 / 2).astype(np.float32))
    assert dict(image.metadata)["coding"] == "square root, made linear"


def test_linear_gel_is_scaled_only(tmp_path):
    tags = [(33445, "I", 1, 128, True), (33446, "2I", 1, (3, 1), True)]
    tifffile.imwrite(tmp_path / "a.gel", A, extratags=tags)
    assert np.array_equal(read_image(tmp_path / "a.gel").pixels, A.astype(np.float32) * 3)


def test_a_fuji_pair_inside_an_archive(tmp_path):
    members = {"plate.img": A.astype(">u2").tobytes(), "plate.inf": inf_text(latitude="0")}
    (tmp_path / "a.zip").write_bytes(archive(members))
    assert np.array_equal(read_image(tmp_path / "a.zip").pixels, A)


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"[Content_Types].xml": b"<x/>", "word/media/image1.png": raster(A, "PNG")}, "Office"),
        ({"readme.txt": b"no picture"}, "without pictures"),
        ({"project.json": b"{}"}, "Open it as a project"),
        ({f"{k}.txt": b"x" for k in range(300)}, "holds 300 files"),
        ({"inner.zip": archive({"a.tif": tiff(A)})}, "without pictures"),
    ],
)
def test_other_archives_are_refused_by_name(tmp_path, members, word):
    path = tmp_path / "a.zip"
    path.write_bytes(archive(members))
    with pytest.raises(ReadError, match=word):
        read_image(path)


def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "bomb.zip"
    bomb = b"II*\x00" + bytes(100 * 2**20)
    path.write_bytes(archive({"a.tif": bomb}, zipfile.ZIP_DEFLATED))
    with pytest.raises(ReadError, match="promises 100 MiB"):
        read_image(path)


def test_names_in_archives_are_no_paths(tmp_path):
    (tmp_path / "a.zip").write_bytes(archive({"../../outside.tif": tiff(A)}))
    assert np.array_equal(read_image(tmp_path / "a.zip").pixels, A)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_a_lone_picture_in_an_archive_shows_its_own_pages(tmp_path):
    stack = np.stack([A, A + 1])
    (tmp_path / "a.zip").write_bytes(archive({"a.tif": tiff(stack, photometric="minisblack")}))
    assert page_names(tmp_path / "a.zip") == ("page 1", "page 2")
    assert np.array_equal(read_image(tmp_path / "a.zip", 2).pixels, A + 1)


def test_pages_within_pages_of_an_archive_are_named(tmp_path):
    stack = tiff(np.stack([A, A + 1]), photometric="minisblack")
    (tmp_path / "a.zip").write_bytes(archive({"a.tif": tiff(A), "b.tif": stack}))
    image = read_image(tmp_path / "a.zip", 2)
    assert any("has 2 pages, and the first was read" in warning for warning in image.warnings)
    assert image.warnings != read_image(tmp_path / "a.zip", 1).warnings


def test_a_protected_archive_says_so(tmp_path):
    data = bytearray(archive({"a.tif": tiff(A)}))
    data[data.find(b"PK\x03\x04") + 6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ReadError, match="protected by a password"):
        read_image(tmp_path / "a.zip")
