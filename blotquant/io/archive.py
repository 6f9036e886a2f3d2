"""ZIP archives that hold pictures, as near-infrared imagers export their channel pairs.

Every picture in the archive is a page. Names inside are labels and never paths; nothing is
unpacked to the disk, and what a member promises is checked before it is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

from blotquant.errors import ReadError
from blotquant.io.foreign import refusal
from blotquant.io.reader import (
    DECODER_ERRORS,
    HEAD_BYTES,
    MAX_BYTES,
    READERS,
    Decoded,
    Reader,
    Source,
    check_expansion,
    damaged,
    plain,
    reader_of,
    wanted_page,
)
from blotquant.io.zip_directory import open_archive

_SIGNATURE = b"PK\x03\x04"
_MAX_MEMBERS = 200
_ENCRYPTED = 1  # the bit of a member's flags
_OFFICE = ("[Content_Types].xml", "mimetype")
_OFFICE_FOLDERS = ("word/", "ppt/", "xl/")
_PROJECT = "project.json"


@READERS.register("zip")
class ZipReader:
    """A ZIP archive of pictures; documents and projects are refused by name."""

    def sniffs(self, head: bytes) -> bool:
        """Return whether the file begins as a ZIP archive does."""
        return head.startswith(_SIGNATURE)

    def read(self, source: Source) -> Decoded:
        """Return the wanted picture of the archive; raise `ReadError`."""
        try:
            with open_archive(io.BytesIO(source.data)) as archive:
                return _decode(source, archive)
        except (*DECODER_ERRORS, zipfile.BadZipFile, NotImplementedError) as error:
            raise damaged(source.name, "ZIP (or Office document)", error) from error


def _decode(source: Source, archive: zipfile.ZipFile) -> Decoded:
    members = archive.infolist()
    names = [member.filename for member in members]
    if any(name in names for name in _OFFICE):
        raise refusal(source.name, source.data[:HEAD_BYTES])
    if _PROJECT in names:
        raise ReadError(f"{source.name} is a blotquant project", "Open it as a project")
    if len(members) > _MAX_MEMBERS:
        raise ReadError(
            f"{source.name} holds {len(members)} files, more than the {_MAX_MEMBERS} that are read",
            "Unpack it and add the pictures themselves",
        )
    found = [(m, r) for m in members if (r := _reader(archive, m)) is not None]
    if not found:
        raise _no_picture(source, members)
    is_alone = len(found) == 1
    labels = tuple(_label(member) for member, _ in found)
    member, reader = found[0 if is_alone else wanted_page(source, labels)]
    inner = Source(
        name=f"{source.name}: {_label(member)}",
        data=_unpacked(source.name, archive, member),
        page=source.page if is_alone else 0,
        beside=lambda ending: _beside(source.name, archive, member, ending),
    )
    decoded = reader.read(inner)
    return replace(
        decoded,
        pages=decoded.pages if is_alone else labels,
        metadata=(*decoded.metadata, ("archive", "ZIP"), ("member", _label(member))),
        warnings=decoded.warnings if is_alone else (*decoded.warnings, *_pages_within(decoded)),
    )


def _pages_within(decoded: Decoded) -> tuple[str, ...]:
    """Return a warning where one of several pictures in an archive has pages of its own."""
    n = len(decoded.pages)
    if n < 2:
        return ()
    return (
        (
            f"This picture of the archive has {n} pages, and the first was read. Unpack the "
            "archive and add the picture itself to choose among them."
        ),
    )


def _no_picture(source: Source, members: list[zipfile.ZipInfo]) -> ReadError:
    """Return the error for an archive in which nothing can be read."""
    name = source.name
    if any(member.filename.startswith(_OFFICE_FOLDERS) for member in members):
        return refusal(name, source.data[:HEAD_BYTES])
    if any(member.flag_bits & _ENCRYPTED for member in members):
        return ReadError(
            f"{name} is protected by a password", "Unpack it and add the pictures themselves"
        )
    return ReadError(
        f"{name} is a ZIP archive without pictures that can be measured",
        "Look what is in it, and export the blot from the imager as 16-bit TIFF",
    )


def _reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Reader | None:
    """Return the reader of a member's format; archives in archives have none."""
    if member.is_dir() or member.file_size == 0 or member.flag_bits & _ENCRYPTED:
        return None
    with archive.open(member) as stream:
        reader = reader_of(stream.read(HEAD_BYTES))
    return None if isinstance(reader, ZipReader) else reader


def _unpacked(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member's bytes, at most as many as are read of any file."""
    check_expansion(name, member.file_size, member.compress_size)
    limit = min(member.file_size, MAX_BYTES)
    with archive.open(member) as stream:
        # The size in the archive's directory may lie: read one byte beyond it.
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError("a file in it is larger than it says")
    return data


def _beside(
    name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, ending: str
) -> bytes | None:
    """Return the member that has the same name with another ending."""
    wanted = str(PurePosixPath(member.filename).with_suffix(ending)).casefold()
    for other in archive.infolist():
        if other.filename.casefold() == wanted:
            return _unpacked(name, archive, other)
    return None


def _label(member: zipfile.ZipInfo) -> str:
    return plain(member.filename, 60)
