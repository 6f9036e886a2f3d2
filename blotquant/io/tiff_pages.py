"""Which pages, channels and exposures a TIFF holds, and what they are called.

A plane is one grey or colour picture: a page, one frame of an ImageJ stack that is described in
words, or one channel of a page whose channels are no colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from blotquant.io.reader import MAX_PAGES, check_pages
from blotquant.io.tiff_names import names_of

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_RGB, _YCBCR = 2, 6
_ALPHA_KINDS = {1, 2}
_DNG_VERSION = 50706


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """Where one picture of a TIFF lies.

    `frame` counts the frames of a contiguous stack from 0, `channel` the channels of a page that
    are no colours; None takes the colours of the page.
    """

    page: TiffPage
    frame: int = 0
    channel: int | None = None


def planes_of(name: str, tif: TiffFile) -> tuple[tuple[Plane, ...], tuple[str, ...]]:
    """Return the planes of an open file in order, and what they are called; none if it is empty.

    Raises `ReadError`, with the file's `name`, where there are too many.
    """
    pages = _full_pages(tif)
    if not pages:
        return (), ()
    planes = [plane for page in pages for plane in _planes(page)]
    frames = _imagej_frames(tif)
    if frames > len(pages) and len(planes) == 1:
        # ImageJ may describe a stack in words and give one page for all of it.
        planes = [Plane(page=pages[0], frame=k) for k in range(frames)]
    check_pages(name, len(planes))
    return tuple(planes), names_of(tif, tuple((plane.page, plane.channel) for plane in planes))


def is_camera_raw(tif: TiffFile) -> bool:
    """Return whether the first page is a preview and the picture itself is hidden behind it."""
    from tifffile import TiffPage  # noqa: PLC0415 - slow import

    pages = [page for page in islice(tif.pages, MAX_PAGES) if isinstance(page, TiffPage)]
    if any(_DNG_VERSION in page.tags for page in pages[:1]):
        return True
    # A lone picture that calls itself reduced is what it is; one with pages inside it is not.
    return bool(pages) and all(page.is_reduced for page in pages) and bool(pages[0].subifds)


def n_colours(page: TiffPage) -> int:
    """Return 3 for a page in colours, else 1."""
    is_colour = int(page.photometric) in {_RGB, _YCBCR}
    return 3 if is_colour and int(page.samplesperpixel) >= 3 else 1


def has_alpha(page: TiffPage) -> bool:
    """Return whether transparency follows the colours of a page."""
    extra = [int(kind) for kind in page.extrasamples]
    return bool(extra) and extra[0] in _ALPHA_KINDS and int(page.samplesperpixel) > n_colours(page)


def _full_pages(tif: TiffFile) -> list[TiffPage]:
    """Return the pages that hold pixels of their own: no thumbnails, no pages of tags alone."""
    from tifffile import TiffPage  # noqa: PLC0415 - slow import

    pages = [page for page in islice(tif.pages, MAX_PAGES + 1) if isinstance(page, TiffPage)]
    held = [page for page in pages if page.dataoffsets and page.imagewidth and page.imagelength]
    full = [page for page in held if not page.is_reduced]
    return full or held or pages[:1]


def _planes(page: TiffPage) -> tuple[Plane, ...]:
    """Return one plane for a grey or a coloured page, several for channels that are no colours."""
    n_grey = int(page.samplesperpixel) - has_alpha(page)
    if n_colours(page) == 3 or n_grey <= 1:
        return (Plane(page=page),)
    return tuple(Plane(page=page, channel=k) for k in range(min(n_grey, MAX_PAGES + 1)))


def _imagej_frames(tif: TiffFile) -> int:
    """Return how many frames ImageJ says that there are, 1 for other files."""
    stated = (tif.imagej_metadata or {}).get("images", 1) if tif.is_imagej else 1
    return min(stated, MAX_PAGES + 1) if isinstance(stated, int) else 1
