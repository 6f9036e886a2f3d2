"""Which crests look like bands: brighter than the blot around them, with edges along one direction.

The blank between two pencil marks stands out from both, yet is no brighter than the membrane.
Letters, dust and the curled rim of a gel have as many edges across as along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray, WorkCopy
from blotquant.image.lettering import lettering
from blotquant.image.order import median
from blotquant.lanes.ridges import ROUND, Piece
from blotquant.model.image import Polarity

COARSE_PX = 96  # longest side of the picture in which the blot's own level is sought
LEVEL_QUANTILE = 35  # per cent: bands cover less than half of a neighbourhood
LEVEL_SIZE = (15, 25)  # rows, columns of that neighbourhood in coarse pixels
ABOVE_LEVEL = 0.4  # of its contrast that a crest must lie above the blot around it
ALONG, ACROSS = 0.2, 0.5  # share of edges across: up to the first a band, from the second none
# Drawn lines: up to so thick (the two finest scales), and from so many times as long on.
RULED = ((1.5, 30.0), (2.2, 60.0))
WIDE = 2.6  # width over thickness: from here on a band, up to `ROUND` a dot
ENDS = 0.12  # of a crest's width at either end, where a band has edges across too


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What crests lie on: the picture with bright bands, its own level, and where letters stand."""

    bright: FloatArray
    level: FloatArray
    letters: NDArray[np.bool_]

    @classmethod
    def of(
        cls, copy: WorkCopy, polarity: Polarity, letters: NDArray[np.bool_] | None = None
    ) -> Ground:
        """Return the ground of a picture. About 5 ms for one of 1100 x 800 px.

        `letters` are those of the copy (`lettering`), sought here where they are not known.
        """
        bright = copy.pixels if polarity is Polarity.LIGHT_ON_DARK else -copy.pixels
        letters = lettering(copy.pixels) if letters is None else letters
        return cls(bright=bright, level=_level(bright), letters=letters)

    def smoothed_across(self, sigma_px: float) -> Ground:
        """Return the same ground with the picture smoothed across the lanes (Gaussian)."""
        smooth = cv2.GaussianBlur(self.bright, (0, 1), sigmaX=sigma_px)
        return replace(self, bright=np.asarray(smooth, dtype=np.float32))

    def inverted(self) -> Ground:
        """Return the ground of the picture with what rises sunk, and what is sunk risen."""
        return replace(self, bright=-self.bright, level=_level(-self.bright))


def believable(ground: Ground, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces that may be bands, their evidence scaled by how much they look so."""
    kept = []
    has_letters = bool(ground.letters.any())
    for piece in pieces:
        ruled = any(
            piece.thickness <= thin and piece.width > times * piece.thickness
            for thin, times in RULED
        )
        if ruled or (has_letters and _lettered(piece, ground.letters)):
            continue
        wide = _between((piece.width / piece.thickness - ROUND) / (WIDE - ROUND))
        share = wide and wide * _looks_like_band(piece, ground.bright, ground.level)
        if share > 0:
            kept.append(replace(piece, weight=piece.weight * share))
    return tuple(sorted(kept, key=lambda p: -p.weight))


def _lettered(piece: Piece, letters: NDArray[np.bool_]) -> bool:
    """Tell whether most of a crest runs over lettering."""
    rows, columns = letters.shape
    x = np.arange(max(0, round(piece.left)), min(columns, round(piece.right) + 1))
    y = np.clip(np.round(piece.y + piece.slope * (x - piece.centre)).astype(int), 0, rows - 1)
    return bool(letters[y, x].mean() > 0.5) if x.size else False


def _level(bright: FloatArray) -> FloatArray:
    """Return the level of the blot between its bands, smooth, for every pixel."""
    rows, columns = bright.shape
    factor = max(1.0, max(bright.shape) / COARSE_PX)
    size = (max(4, round(columns / factor)), max(4, round(rows / factor)))
    small = cv2.resize(bright, size, interpolation=cv2.INTER_AREA)
    window = (min(LEVEL_SIZE[0], size[1]), min(LEVEL_SIZE[1], size[0]))
    low = _low(np.asarray(small, dtype=np.float32), window)
    return np.asarray(cv2.resize(low, (columns, rows)), dtype=np.float32)


def _low(small: FloatArray, window: tuple[int, int]) -> FloatArray:
    """Return the quantile of the neighbourhood of each place, mirrored at the edges.

    Numpy's selection of parts of short rows is several times as fast as scipy's filter.
    """
    around = [(n // 2, n - 1 - n // 2) for n in window]
    windows = sliding_window_view(np.pad(small, around, mode="symmetric"), window)
    rank = window[0] * window[1] * LEVEL_QUANTILE // 100
    low = np.empty_like(small)
    for row, here in zip(low, windows, strict=True):  # all at once leave the processor's cache
        values = here.reshape(len(row), -1)
        values.partition(rank, axis=1)
        row[:] = values[:, rank]
    return low


def _looks_like_band(piece: Piece, bright: FloatArray, level: FloatArray) -> float:
    rows, columns = bright.shape
    margin = ENDS * piece.width
    x = np.arange(max(0, int(piece.left + margin)), min(columns, int(piece.right - margin) + 2))
    if x.size < 3:
        return 0.0
    crest = piece.y + piece.slope * (x - piece.centre)
    reach = max(3, round(2.4 * piece.thickness))
    y = np.clip(
        np.round(crest[None] + np.arange(-reach, reach + 1)[:, None]).astype(int), 0, rows - 1
    )
    patch = cv2.GaussianBlur(bright[y, x[None]], (0, 0), 0.5 * piece.thickness)
    top = median(patch[reach])
    contrast = top - max(median(patch[0]), median(patch[-1]))
    ground = median(level[y[reach], x])
    if top - ground < ABOVE_LEVEL * contrast:
        return 0.0
    along, across = _energy(patch[1:] - patch[:-1]), _energy(patch[:, 1:] - patch[:, :-1])
    share = across / max(along + across, 1e-12)
    return _between((ACROSS - share) / (ACROSS - ALONG))


def _energy(steps: FloatArray) -> float:
    """Return the mean square."""
    return float((steps * steps).sum() / steps.size)


def _between(share: float) -> float:
    """Return a share held between 0 and 1."""
    return min(max(share, 0.0), 1.0)
