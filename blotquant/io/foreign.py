"""Files that are no pictures of a blot, recognised so that the message can say what they are."""

from __future__ import annotations

from blotquant.errors import ReadError

_FROM_IMAGER = "Export the blot from the imager as 16-bit TIFF"
_OUT_OF_DOCUMENT = (
    "Pictures in documents are altered copies: export the blot from the imager as 16-bit TIFF"
)
_BINARY: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF", "a PDF document", _OUT_OF_DOCUMENT),
    (0, b"PK\x03\x04", "an Office document", _OUT_OF_DOCUMENT),
    (0, b"PK\x05\x06", "an empty ZIP archive", _FROM_IMAGER),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document or another compound file", _OUT_OF_DOCUMENT),
    (0, b"{\\rtf", "a text document", _OUT_OF_DOCUMENT),
    (0, b"%!PS", "a PostScript drawing", _OUT_OF_DOCUMENT),
    (0, b"8BPS", "a Photoshop file", "Save it as 16-bit grey TIFF without layers"),
    (4, b"ftyp", "a HEIC, AVIF or video file", _FROM_IMAGER),
    (128, b"DICM", "a DICOM picture", _FROM_IMAGER),
    (0, b"\x1f\x8b", "a gzip archive", "Unpack it first"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first"),
    (0, b"Rar!", "a RAR archive", "Unpack it first"),
    (0, b"\x89HDF", "an HDF5 file", _FROM_IMAGER),
    (0, b"\xff\x0a", "a JPEG XL picture", _FROM_IMAGER),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture", _FROM_IMAGER),
    (0, b"II\xbc", "a JPEG XR picture", _FROM_IMAGER),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture", _FROM_IMAGER),
    (0, b"ZISRAWFILE", "a Zeiss microscope file", "Export the picture from it as 16-bit TIFF"),
    (0, b"\xda\xce\xbe\x0a", "a Nikon microscope file", "Export the picture as 16-bit TIFF"),
    (0, b"SIMPLE  =", "a FITS picture", _FROM_IMAGER),
    (0, b"\x93NUMPY", "a NumPy array", "Save it as TIFF, for instance with tifffile"),
    (0, b"P5\n", "a portable grey map", "Convert it to TIFF or PNG of the same depth"),
    (
        0,
        b"\x00\x05\x16\x07",
        "what a Mac keeps beside a file",
        "Add the file beside it, whose name lacks the first two signs",
    ),
    (0, b"L\x00\x00\x00\x01\x14\x02", "a Windows shortcut", "Add the file that it points to"),
    (
        0,
        b"version https://git-lfs",
        "a placeholder of Git LFS",
        "Get the file itself: git lfs pull",
    ),
)
_TEXT_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_SHOWN_FORMATS = "TIFF, PNG, or the file that the imager saves"


def refusal(name: str, head: bytes) -> ReadError:
    """Return the error for the file `name` whose first bytes `head` no reader knows."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    head = head.lstrip(b"\r\n") if b"%PDF" in head else head
    for offset, mark, what, remedy in _BINARY:
        if head[offset : offset + len(mark)] == mark:
            return ReadError(f"{name} is {what}, not a picture that can be measured", remedy)
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what in _TEXT_STARTS:
        if mark in lowered and lowered.startswith((b"<", mark)):
            return ReadError(f"{name} is {what}, not a picture that can be measured", _FROM_IMAGER)
    if not head.strip(b"\x00"):
        return ReadError(
            f"{name} begins with nothing but zeros: it was not copied to its end",
            "Copy or export it again from the imager",
        )
    what = "a text file" if _is_text(head) else "no picture format that is known"
    return ReadError(
        f"{name} is {what}, whatever its name says", f"Give a picture as {_SHOWN_FORMATS}"
    )


def _is_text(head: bytes) -> bool:
    """Return whether the first bytes read as text."""
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
