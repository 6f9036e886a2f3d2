import io
import logging
import os
import struct
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from blotquant.errors import ReadError
from blotquant.io.images import read_image
from blotquant.io.xml_text import parse_xml

GREY = np.random.default_rng(0).normal(3000, 200, (24, 32)).astype(np.uint16)
SMALL = (GREY >> 5).astype(np.uint8)


def tiff(array, **how):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **how)
    return buffer.getvalue()


def raster(array, kind, **how):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **how)
    return buffer.getvalue()


VALID = {
    "tiff": tiff(GREY),
    "lzw": tiff(GREY, compression="lzw", rowsperstrip=8),
    "tiles": tiff(GREY, tile=(16, 16), compression="zlib"),
    "float": tiff(GREY.astype(np.float32), byteorder=">"),
    "png": raster(SMALL, "PNG"),
    "png16": raster(GREY, "PNG"),
    "jpeg": raster(SMALL, "JPEG"),
    "bmp": raster(SMALL, "BMP"),
}


def refusal(path):
    """Return the error's text after checking its form."""
    with pytest.raises(ReadError) as caught:
        read_image(path)
    error = caught.value
    assert path.name in error.what_is_wrong
    assert str(path.parent) not in str(error)
    for text in (error.what_is_wrong, error.what_to_do):
        assert text
        assert not text.endswith(".")
        assert "\n" not in text
    return str(error)


@pytest.mark.parametrize("kind", VALID)
def test_files_cut_off_anywhere_are_refused(tmp_path, kind, capfd, caplog):
    data = VALID[kind]
    path = tmp_path / "cut.tif"
    path.write_bytes(data)
    read_image(path)
    cuts = {*range(0, len(data), max(1, len(data) // 60)), *range(len(data) - 8, len(data))}
    for cut in sorted(cuts):
        path.write_bytes(data[:cut])
        refusal(path)
    assert capfd.readouterr().err == ""
    assert caplog.records == []


@pytest.mark.parametrize("kind", VALID)
def test_flipped_bytes_give_an_image_or_a_read_error(tmp_path, kind, capfd, caplog):
    rng = np.random.default_rng(7)
    path = tmp_path / "flipped.tif"
    for _ in range(60):
        data = bytearray(VALID[kind])
        reach = len(data) if rng.random() < 0.3 else 200
        data[rng.integers(0, reach)] = rng.integers(0, 256)
        path.write_bytes(data)
        try:
            image = read_image(path)
        except ReadError:
            continue
        assert image.pixels.ndim == 2
    assert capfd.readouterr().err == ""
    assert caplog.records == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (b"lane,volume\n1,2\n", "text file"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Office document"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"GIF89a\x01\x00", "GIF"),
        (b"\xaf\xafStable File Version 2.0  \r\nIntel Format", "Bio-Rad .1sc"),
        (b"\x00" * 4096, "zeros"),
        (bytes(range(128, 256)) + bytes(20), "no picture format"),
        (b"\r\n%PDF-1.7", "PDF"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "what a Mac keeps"),
        (b"L\x00\x00\x00\x01\x14\x02\x00", "Windows shortcut"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"BM is how this text begins, and it is long enough", "text file"),
    ],
)
def test_other_files_are_called_what_they_are(tmp_path, content, word):
    path = tmp_path / "blot.tif"
    path.write_bytes(content)
    assert word in refusal(path)


def test_missing_file_and_folder(tmp_path):
    assert "no file" in refusal(tmp_path / "none.tif")
    folder = tmp_path / "folder.tif"
    folder.mkdir()
    assert "folder" in refusal(folder)


def test_impossible_names():
    with pytest.raises(ReadError):
        read_image("a\x00b.tif")
    with pytest.raises(ReadError):
        read_image("x" * 5000 + ".tif")


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="this user may read everything, or permissions work differently here",
)
def test_unreadable_file(tmp_path):
    path = tmp_path / "locked.tif"
    path.write_bytes(VALID["tiff"])
    path.chmod(0)
    assert "permissions" in refusal(path)


@pytest.mark.parametrize(
    ("error", "word"), [(PermissionError(13, "no"), "permissions"), (OSError(5, "no"), "disk")]
)
def test_errors_of_the_file_system(tmp_path, monkeypatch, error, word):
    def fail(_self):
        raise error

    path = tmp_path / "locked.tif"
    path.write_bytes(VALID["tiff"])
    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    assert word in refusal(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipe_is_refused_without_waiting(tmp_path):
    path = tmp_path / "pipe.tif"
    os.mkfifo(path)
    assert "pipe" in refusal(path)


def ifd(**tags):
    """Return a little-endian TIFF of one page with these tags and nothing behind it."""
    codes = {"width": 256, "rows": 257, "bits": 258, "compression": 259, "photometric": 262}
    codes |= {"offset": 273, "samples": 277, "rows_per_strip": 278, "size": 279}
    entries = sorted((codes[name], value) for name, value in tags.items())
    body = b"".join(struct.pack("<HHII", code, 4, 1, value) for code, value in entries)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(entries)) + body + bytes(4 + 64)


PAGE = {"bits": 16, "compression": 1, "photometric": 1, "offset": 130, "samples": 1}


@pytest.mark.parametrize("compression", [1, 5])
def test_huge_tiff_header_is_refused_before_memory_is_taken(tmp_path, compression):
    side = 200_000
    page = PAGE | {"compression": compression}
    path = tmp_path / "huge.tif"
    path.write_bytes(ifd(width=side, rows=side, rows_per_strip=side, size=64, **page))
    assert "200000 x 200000 pixels" in refusal(path)


def test_huge_tiff_header_within_the_cap_but_without_pixels(tmp_path):
    path = tmp_path / "large.tif"
    path.write_bytes(ifd(width=15_000, rows=15_000, rows_per_strip=15_000, size=64, **PAGE))
    assert "its header is damaged" in refusal(path)


def test_tiff_header_that_promises_a_little_too_much(tmp_path):
    path = tmp_path / "cut.tif"
    path.write_bytes(ifd(width=500, rows=500, rows_per_strip=500, size=64, **PAGE))
    assert "its pixels end before the picture does" in refusal(path)


@pytest.mark.parametrize(("width", "rows"), [(0, 20), (20, 0)])
def test_tiff_of_no_size(tmp_path, width, rows):
    path = tmp_path / "none.tif"
    path.write_bytes(ifd(width=width, rows=rows, rows_per_strip=20, size=64, **PAGE))
    refusal(path)


@pytest.mark.parametrize(("kind", "place", "form"), [("png", 16, ">II"), ("bmp", 18, "<ii")])
def test_huge_raster_headers(tmp_path, kind, place, form):
    import zlib

    data = bytearray(VALID[kind])
    data[place : place + 8] = struct.pack(form, 200_000, 200_000)
    if kind == "png":
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path = tmp_path / "huge.png"
    path.write_bytes(data)
    assert "200000 x 200000 pixels" in refusal(path)


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_pixels_that_are_no_numbers_are_counted_and_placed(tmp_path, value):
    pixels = GREY.astype(np.float32)
    pixels[4, 9] = pixels[6, 2] = value
    path = tmp_path / "masked.tif"
    path.write_bytes(tiff(pixels))
    text = refusal(path)
    assert "2 pixels" in text
    assert "column 9, row 4" in text


def test_huge_finite_floats_are_read(tmp_path):
    pixels = np.full((8, 9), 3e38, np.float32)
    path = tmp_path / "large.tif"
    path.write_bytes(tiff(pixels))
    assert np.array_equal(read_image(path).pixels, pixels)


def test_print_colours_and_complex_numbers_are_refused(tmp_path):
    path = tmp_path / "odd.tif"
    Image.fromarray(SMALL).convert("RGB").convert("CMYK").save(tmp_path / "odd.jpg")
    (tmp_path / "odd.jpg").rename(path)
    assert "CMYK" in refusal(path)
    path.write_bytes(tiff(GREY.astype(np.complex64)))
    assert "complex" in refusal(path)


def test_reading_leaves_the_log_of_tifffile_as_it_was(tmp_path):
    logger = logging.getLogger("tifffile")
    before = list(logger.filters)
    path = tmp_path / "cut.tif"
    path.write_bytes(VALID["lzw"][:200])
    refusal(path)
    assert logger.filters == before


def test_a_picture_that_does_not_fit_into_memory_is_refused(tmp_path, monkeypatch):
    def full(*_pixels):
        raise MemoryError

    path = tmp_path / "large.tif"
    path.write_bytes(VALID["tiff"])
    image = read_image(path)
    monkeypatch.setattr("blotquant.io.images.find_full_scale", full)
    with pytest.raises(ReadError, match=r"large\.tif is too large for this computer's memory"):
        assert image.full_scale
    monkeypatch.setattr("blotquant.io.images.one_channel", full)
    assert "memory" in refusal(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_xml_cannot_hide_its_entities_behind_another_encoding(encoding):
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "b">]><a>&e;</a>  '
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    with pytest.raises(ValueError, match="no plain text"):
        parse_xml(mark + text.encode(encoding))
