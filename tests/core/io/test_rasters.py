"""PNG and JPEG in their less usual kinds."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from blotquant.errors import ReadError
from blotquant.io.images import read_image
from blotquant.io.jpeg_stream import frame_of

DEEP = np.random.default_rng(0).integers(0, 4096, (33, 47)).astype(np.uint16)
SMOOTH = np.add.outer(np.arange(72), np.arange(91)).astype(np.uint8)


def chunk(kind, content):
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(*extra):
    """Return a 16-bit grey PNG with further chunks before its pixels."""
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in DEEP)
    head = struct.pack(">IIBBBBB", DEEP.shape[1], DEEP.shape[0], 16, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", head), *extra, chunk(b"IDAT", zlib.compress(rows)))
    return b"\x89PNG\r\n\x1a\n" + b"".join((*chunks, chunk(b"IEND", b"")))


def jpeg(array, **how):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", **how)
    return buffer.getvalue()


XMP = b"""<x:xmpmeta><rdf:Description><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">
Screenshot</rdf:li></rdf:Alt></exif:UserComment></rdf:Description></x:xmpmeta>"""
PLAIN_XMP = b"<rdf:Description><exif:UserComment>Screenshot</exif:UserComment></rdf:Description>"


@pytest.mark.parametrize(
    ("extra", "key", "text"),
    [
        (chunk(b"tEXt", b"Software\x00imager 1"), "Software", "imager 1"),
        (chunk(b"zTXt", b"Note\x00\x00" + zlib.compress(b"3 s")), "Note", "3 s"),
        (chunk(b"iTXt", b"Note\x00\x00\x00\x00\x00\xce\xbb 700"), "Note", "λ 700"),
        (chunk(b"iTXt", b"Note\x00\x01\x00\x00\x00" + zlib.compress(b"3 s")), "Note", "3 s"),
        (chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP), "comment", "Screenshot"),
        (
            chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + PLAIN_XMP),
            "comment",
            "Screenshot",
        ),
    ],
)
def test_texts_of_a_png(tmp_path, extra, key, text):
    (tmp_path / "a.png").write_bytes(png(extra))
    image = read_image(tmp_path / "a.png")
    assert dict(image.metadata)[key] == text
    assert np.array_equal(image.pixels, DEEP)
    assert any("screenshot" in w for w in image.warnings) == (text == "Screenshot")


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"Note\x00\x00" + zlib.compress(bytes(50_000_000))),
        chunk(b"zTXt", b"Note\x00\x00no zlib stream"),
        chunk(b"iTXt", b"XML:com.adobe.xmp"),
        chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(b"no profile")),
        chunk(b"gAMA", struct.pack(">I", 220000)),
        chunk(b"eXIf", b"no exif"),
    ],
)
def test_what_stands_beside_the_picture_changes_and_prints_nothing(tmp_path, extra, capfd):
    (tmp_path / "a.png").write_bytes(png(extra))
    assert np.array_equal(read_image(tmp_path / "a.png").pixels, DEEP)
    assert capfd.readouterr() == ("", "")


def test_a_moving_png_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(png(chunk(b"acTL", struct.pack(">II", 2, 0))))
    with pytest.raises(ReadError, match="moving picture"):
        read_image(tmp_path / "a.png")


def test_a_comment_that_says_screenshot_is_believed(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00Screenshot"
    (tmp_path / "a.jpg").write_bytes(jpeg(SMOOTH, exif=exif))
    image = read_image(tmp_path / "a.jpg")
    assert dict(image.metadata)["comment"] == "Screenshot"
    assert any("screenshot" in warning for warning in image.warnings)


@pytest.mark.parametrize("shape", [(72, 91), (64, 64)])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_was_cut_and_given_an_end_mark_is_refused(tmp_path, shape, progressive):
    data = jpeg(SMOOTH[: shape[0], : shape[1]], quality=95, progressive=progressive)
    (tmp_path / "a.jpg").write_bytes(data)
    read_image(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(data[: -len(data) // 4] + b"\xff\xd9")
    with pytest.raises(ReadError, match="end before the picture"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("progressive", [False, True])
def test_a_grey_corner_is_no_damage(tmp_path, progressive):
    grey = SMOOTH.copy()
    grey[-20:] = 128
    (tmp_path / "a.jpg").write_bytes(jpeg(grey, progressive=progressive))
    assert read_image(tmp_path / "a.jpg").pixels[-1, -1] == 128


@pytest.mark.parametrize(
    "data",
    [
        imagecodecs.jpeg_encode(DEEP, bitspersample=12),
        imagecodecs.jpeg_encode(DEEP, lossless=True, bitspersample=16),
        imagecodecs.jpegls_encode(DEEP),
    ],
    ids=["12 bits", "lossless", "JPEG-LS"],
)
def test_unusual_kinds_of_jpeg_are_refused_by_name(tmp_path, data):
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(ReadError, match="-bit JPEG picture of an unusual kind"):
        read_image(tmp_path / "a.jpg")


def test_a_stream_without_a_frame_has_the_usual_one():
    for data in (b"", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xff\xff", b"no jpeg at all"):
        assert frame_of(data).bits == 8
