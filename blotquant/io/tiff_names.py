"""What a TIFF calls its pages: by OME, by ImageJ, by a tag of their own, or by their number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from blotquant.io.reader import MAX_PAGES, plain
from blotquant.io.xml_text import elements, parse_xml

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_PAGE_NAME = 285
_AXES = {"C": "channel", "Z": "z", "T": "time"}
_IMAGEJ_AXES = ("channels", "slices", "frames")


def names_of(tif: TiffFile, planes: tuple[tuple[TiffPage, int | None], ...]) -> tuple[str, ...]:
    """Return the name of each plane, given as its page and its channel within the page."""
    for stated in (_from_ome(tif), _from_imagej(tif)):
        # Names are a help: they are only used where they fit the pages.
        if len(stated) == len(planes):
            return tuple(
                plain(text, 60) or f"page {number}" for number, text in enumerate(stated, start=1)
            )
    return tuple(
        _of_page(page, channel, number) for number, (page, channel) in enumerate(planes, start=1)
    )


def _of_page(page: TiffPage, channel: int | None, number: int) -> str:
    if channel is not None:
        return f"channel {channel + 1}"
    tag = page.tags.get(_PAGE_NAME)
    return (plain(str(tag.value), 60) if tag is not None else "") or f"page {number}"


def _from_imagej(tif: TiffFile) -> tuple[str, ...]:
    """Return ImageJ's labels, or the places of its pages among channels, slices and frames."""
    stated = (tif.imagej_metadata or {}) if tif.is_imagej else {}
    labels = stated.get("Labels")
    if isinstance(labels, list):
        return tuple(str(label) for label in labels)
    sizes = tuple((k, stated.get(key, 1)) for k, key in zip("CZT", _IMAGEJ_AXES, strict=True))
    if not all(isinstance(size, int) and size > 0 for _, size in sizes):
        return ()
    return _places(sizes, ())


def _from_ome(tif: TiffFile) -> tuple[str, ...]:
    """Return the names of channels, and places along the other axes, of OME metadata."""
    text = tif.ome_metadata if tif.is_ome else None
    if not text:
        return ()
    try:
        root = parse_xml(text.encode())
        pixels = next(elements(root, "Pixels"))
        order = pixels.attrib.get("DimensionOrder", "XYCZT")[2:]
        sizes = tuple((axis, int(pixels.attrib.get(f"Size{axis}", "1"))) for axis in order)
        is_in_order = _is_in_order(root, sizes)
    except (ValueError, StopIteration, ZeroDivisionError):
        return ()
    return _places(sizes, _channels(root)) if is_in_order else ()


def _is_in_order(root: Element, sizes: tuple[tuple[str, int], ...]) -> bool:
    """Return whether every page that OME describes lies where the order of the axes puts it."""
    for block in elements(root, "TiffData"):
        if "IFD" in block.attrib:
            left = int(block.attrib["IFD"])
            for axis, size in sizes:
                left, at = divmod(left, size)
                if int(block.attrib.get(f"First{axis}", "0")) != at:
                    return False
    return True


def _channels(root: Element) -> tuple[str, ...]:
    return tuple(e.attrib.get("Name", "") for e in elements(root, "Channel"))


def _places(sizes: tuple[tuple[str, int], ...], channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the place of every page along axes of these sizes, the first of them the fastest.

    A single axis whose places have no names says nothing beyond the page's number.
    """
    n_pages = math.prod(size for _, size in sizes)
    if not 1 < n_pages <= MAX_PAGES:
        return channels
    long = [axis for axis, size in sizes if size > 1]
    if len(long) == 1 and not (long == ["C"] and any(channels)):
        return ()
    names = []
    for number in range(n_pages):
        left, parts = number, []
        for axis, size in sizes:
            left, at = divmod(left, size)
            if axis in long:
                parts.append(_place(axis, at, channels if len(channels) == size else ()))
        names.append(", ".join(parts))
    return tuple(names)


def _place(axis: str, at: int, channels: tuple[str, ...]) -> str:
    named = channels[at] if axis == "C" and channels else ""
    return named or f"{_AXES.get(axis, axis)} {at + 1}"
