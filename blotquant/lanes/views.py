"""One photograph of a membrane as registration sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from blotquant.image.contrast import WorkCopy
from blotquant.lanes.glimpse import BAND_SHAPE, Glimpse, glimpse
from blotquant.lanes.pose import Array
from blotquant.lanes.ridges import Piece
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What of one photograph of a membrane tells where the membrane lies.

    Parameters
    ----------
    shape
        (rows, columns) of the file; None where only lanes and outline are known.
    small
        Its small picture, None where there is none.
    bands
        (n, 4) array of what looks like bands: x, y, width and thickness in file pixels.
    """

    membrane: Membrane
    lanes: tuple[Lane, ...]
    shape: tuple[int, int] | None = None
    small: Glimpse | None = None
    bands: Array = field(default_factory=lambda: np.zeros((0, 4)))


def view_of(
    membrane: Membrane,
    lanes: tuple[Lane, ...],
    copy: WorkCopy,
    pieces: Sequence[Piece],
    shape: tuple[int, int],
    polarity: Polarity,
) -> View:
    """Return how registration sees a photograph; about 5 ms."""
    scale = copy.scale
    bands = [
        (x, y, p.width * scale, p.thickness * scale)
        for p in pieces
        if p.width >= BAND_SHAPE * p.thickness
        for x, y in [(float(copy.to_file(p.centre)), float(copy.to_file(p.y)))]
        if membrane.contains((x, y))
    ]
    return View(
        membrane=membrane,
        lanes=lanes,
        shape=shape,
        small=glimpse(copy, pieces, membrane, polarity),
        bands=np.array(bands).reshape(-1, 4),
    )
