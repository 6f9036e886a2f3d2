"""Ridges: the crests of bands, followed across the picture and cut into pieces.

A piece is one stretch of a crest that could be one band in one lane. Pieces carry where they start
and stop, their height, their slope and how far they stand out of the noise; lanes are then chosen
so that they explain the pieces.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from blotquant.image.contrast import FloatArray, ScaleContrast
from blotquant.image.order import median, quantile
from blotquant.lanes.combs import lane_ranges
from blotquant.model.image import Polarity

SEED_SNR = 6.0  # a crest must reach this somewhere ...
FOLLOW_SNR = 3.0  # ... and is followed down to this
SHALLOW_DIP = 0.2  # from here on a dip inside a piece counts as a hint for a gap
MAX_LOST_PX = 2
LEAST_COLUMNS = 4  # of a crest
LEAST_LANE = 2.5  # in thicknesses of its bands (standard deviations): lanes are wider
PLATEAU = 0.1  # of the height of a crest: what is lower ...
LONG = 3.0  # ... for so many thicknesses is no gap between two bands
BODY = 1.2  # thicknesses: how far up and down a band is summed, as a Gaussian weight ...
BASE = 2.4  # ... above what lies so far above and below its crest
BODY_NOISE = 0.6  # of the crest's own noise: a body is a mean of many rows
STEADY_PX = 9  # columns over which the crest's height is steadied before that; odd
SMOOTHING = np.exp(-0.5 * np.arange(-4, 5) ** 2) / np.exp(-0.5 * np.arange(-4, 5) ** 2).sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a crest, in working pixels.

    `left`, `right` are where it falls to half its height, `y` its height in the middle, `slope` its
    dy/dx, `weight` its evidence (about the logarithm of its signal-to-noise ratio), `dips` the x of
    shallow valleys inside it with their depth (0 to 1), `thickness` its scale along migration.
    """

    left: float
    right: float
    y: float
    slope: float
    snr: float
    weight: float
    thickness: float
    dips: tuple[tuple[float, float], ...] = ()

    @property
    def width(self) -> float:
        """Extent across the picture."""
        return self.right - self.left

    @property
    def centre(self) -> float:
        """Middle of the extent."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RidgeMap:
    """Best signal-to-noise ratio over the scales, the scales, and the picture with bright bands."""

    snr: FloatArray
    scales: tuple[ScaleContrast, ...]
    polarity: Polarity
    bright: FloatArray

    def at(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the largest contrast at some pixels, in counts, and the scale (px) seen best.

        The scale with the least noise need not be the one that holds the whole band: where a thick
        band is followed at a small scale, its middle would look like a gap.
        """
        ratios = np.array([s.ratio[rows, columns] for s in self.scales])
        ratios = ratios if self.polarity is Polarity.LIGHT_ON_DARK else -ratios
        level = self.scales[0].levels[rows, columns]
        noise = np.array([s.noise_curve for s in self.scales])[:, level]
        scale_px = np.array([s.scale_px for s in self.scales])[ratios.argmax(axis=0)]
        return (ratios * noise).max(axis=0).astype(np.float64), scale_px


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crest:
    """One crest, column by column from left to right: x, y (px), contrast, ratio, thickness."""

    x: NDArray[np.int64]
    y: NDArray[np.float64]
    height: NDArray[np.float64]
    snr: NDArray[np.float64]
    thickness: NDArray[np.float64]


def ridge_map(scales: Sequence[ScaleContrast], polarity: Polarity, bright: FloatArray) -> RidgeMap:
    """Return for every pixel how far it stands out from above and below, at its best scale.

    `bright` is the working copy, inverted where bands are dark.
    """
    is_light = polarity is Polarity.LIGHT_ON_DARK
    furthest = cv2.max if is_light else cv2.min
    snr = scales[0].ratio.copy()
    for scale in scales[1:]:
        furthest(snr, scale.ratio, dst=snr)
    return RidgeMap(
        snr=snr if is_light else -snr, scales=tuple(scales), polarity=polarity, bright=bright
    )


def find_pieces(ridges: RidgeMap, seed_snr: float = SEED_SNR) -> tuple[Piece, ...]:
    """Follow every crest and cut it where it dips; sorted from the strongest."""
    pieces = [
        piece
        for crest in _crests(ridges, seed_snr)
        for part in _levels(crest)
        for piece in _cut(part, ridges.bright)
    ]
    return tuple(sorted(pieces, key=lambda p: -p.weight))


def _crests(ridges: RidgeMap, seed_snr: float) -> Iterator[Crest]:
    """Follow pixels that are the highest of their column's neighbourhood and stand out."""
    higher = cv2.dilate(ridges.snr, np.ones((5, 1), np.uint8))
    mask = (ridges.snr >= higher) & (ridges.snr > FOLLOW_SNR)
    column_px = ridges.scales[0].column_px
    # A crest may be lost over two working pixels, not over a gap between lanes.
    bridge = np.ones((3, 1 + MAX_LOST_PX // column_px), np.uint8)
    joined = cv2.dilate(mask.astype(np.uint8), bridge)
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    y, x = np.nonzero(mask)
    label, snr = np.asarray(labels, dtype=np.int32)[y, x], ridges.snr[y, x]
    best = np.zeros(count, dtype=np.float32)
    np.maximum.at(best, label, snr)
    high = best[label] >= seed_snr
    y, x, label, snr = y[high], x[high], label[high], snr[high]
    # The highest point of each crest in each column, crest by crest.
    order = np.lexsort((-snr, x, label))
    order = order[(np.diff(label[order], prepend=-1) != 0) | (np.diff(x[order], prepend=-1) != 0)]
    y, x, label, snr = y[order], x[order], label[order], snr[order]
    height, thickness = ridges.at(y, x)
    ends = np.flatnonzero(np.diff(label, append=-1)) + 1
    for a, b in itertools.pairwise([0, *ends.tolist()]):
        if (b - a) * column_px >= LEAST_COLUMNS:
            k = slice(a, b)
            yield _gapless(x[k], (y[k], height[k], snr[k], thickness[k]), column_px)


def _gapless(x: NDArray[np.int64], values: Sequence[NDArray[Any]], column_px: int) -> Crest:
    """Fill working columns without a crest point of their own from their neighbours.

    They lie between those of a coarser map, or the crest jumped a row.
    """
    full = np.arange(x[0] * column_px, (x[-1] + 1) * column_px)
    if full.size > x.size:
        middle = column_px * (x + 0.5) - 0.5
        values = [np.interp(full, middle, v) for v in values]
    y, height, snr, thickness = (v.astype(np.float64) for v in values)
    return Crest(x=full, y=y, height=height, snr=snr, thickness=thickness)


def _levels(crest: Crest) -> Iterator[Crest]:
    """Part a crest where it steps down to a low plateau, and yield both as crests of their own.

    A strip of membrane may be a crest along its whole length, from one band to the next.
    """
    height = ndimage.correlate1d(crest.height, SMOOTHING, mode="nearest")
    is_high = height > PLATEAU * quantile(height, 0.95)
    steps = np.flatnonzero(np.diff(is_high)) + 1
    ends = [0, *steps.tolist(), height.size]
    runs = list(itertools.pairwise(ends))
    low = [(a, b) for a, b in runs if not is_high[a] and b - a > LONG * crest.thickness[a:b].mean()]
    if not low:
        yield crest
        return
    edges = sorted({0, height.size, *(k for run in low for k in run)})
    for a, b in itertools.pairwise(edges):
        k = slice(a, b)
        yield Crest(
            x=crest.x[k],
            y=crest.y[k],
            height=crest.height[k],
            snr=crest.snr[k],
            thickness=crest.thickness[k],
        )


def _cut(crest: Crest, bright: FloatArray) -> list[Piece]:
    """Cut a crest into the lanes that it runs through.

    Where bands touch, the crest itself may hardly dip, but they are thinner at their ends: so the
    whole band, from its upper to its lower edge, is looked at as well.
    """
    noise = quantile(crest.height / np.maximum(crest.snr, 1e-9), 0.5)
    height = ndimage.correlate1d(crest.height, SMOOTHING, mode="nearest")
    pieces = []
    least = LEAST_LANE * quantile(crest.thickness, 0.5)
    body = ndimage.correlate1d(_body(crest, bright), SMOOTHING, mode="nearest")
    for a, b in lane_ranges(body, noise * BODY_NOISE, least):
        k = slice(a, b)
        piece = _piece(crest.x[k], crest.y[k], height[k], crest.snr[k], crest.thickness[k], noise)
        if piece is not None:
            pieces.append(piece)
    return pieces


def _body(crest: Crest, bright: FloatArray) -> NDArray[np.float64]:
    """Return the mean height of the band in each column above its two sides, never negative."""
    thickness = quantile(crest.thickness, 0.5)
    reach = max(2, round(BASE * thickness))
    offset = np.arange(-reach, reach + 1)
    weight = np.exp(-0.5 * (offset / (BODY * thickness)) ** 2)
    y = np.round(_steadied(crest.y)).astype(int)
    rows = np.clip(y[None] + offset[:, None], 0, bright.shape[0] - 1)
    column = bright[rows, crest.x[None]]
    base = np.maximum(column[0], column[-1])
    # A neighbour above or below raises the base in one place; elsewhere the crest shares one.
    base = np.minimum(base, median(base))
    body = weight @ (column - base) / weight.sum()
    return np.asarray(np.clip(body, 0, None), dtype=np.float64)


def _steadied(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running median over a few columns."""
    around = np.pad(values, STEADY_PX // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, STEADY_PX)
    return np.asarray(np.sort(windows, axis=1)[:, STEADY_PX // 2], dtype=np.float64)


def _valley_depths(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how deep each place lies below the lower of the highest places left and right."""
    left = np.maximum.accumulate(height)
    right = np.maximum.accumulate(height[::-1])[::-1]
    ceiling = np.maximum(np.minimum(left, right), 1e-9)
    return np.asarray(1 - height / ceiling)


def _dips(depth: NDArray[np.float64]) -> list[int]:
    """Return the inner places that lie deeper than both neighbours, the deepest first."""
    if depth.max() < SHALLOW_DIP:
        return []
    inner = depth[1:-1]
    is_dip = (inner >= SHALLOW_DIP) & (inner >= depth[:-2]) & (inner > depth[2:])
    dips = is_dip.nonzero()[0]
    return [int(k) + 1 for k in dips[(-inner[dips]).argsort(kind="stable")]]


def _piece(
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    height: NDArray[np.float64],
    snr: NDArray[np.float64],
    thickness: NDArray[np.float64],
    noise: float,
) -> Piece | None:
    if x.size < LEAST_COLUMNS:
        return None
    top = quantile(height, 0.8)
    inside = (height >= top / 2).nonzero()[0]
    if inside.size < 3 or top <= 0:
        return None
    a, b = int(inside[0]), int(inside[-1])
    left, right = float(x[a]), float(x[b])
    if a > 0:
        left -= (height[a] - top / 2) / max(height[a] - height[a - 1], 1e-9)
    if b < x.size - 1:
        right += (height[b] - top / 2) / max(height[b] - height[b + 1], 1e-9)
    core = slice(a, b + 1)
    width = right - left
    slope = _slope(y[core]) if b - a >= 8 else 0.0
    typical = quantile(snr[core], 0.5)
    dips = _shallow_dips(x[core], height[core], noise)
    return Piece(
        left=left,
        right=right,
        y=quantile(y[core], 0.5),
        slope=slope,
        snr=typical,
        weight=float(np.log1p(typical / FOLLOW_SNR) * min(1.0, width / 12)),
        thickness=quantile(thickness[core], 0.5),
        dips=dips,
    )


def _slope(y: NDArray[np.float64]) -> float:
    """Return the dy/dx of a straight line through heights in neighbouring columns."""
    u = np.arange(y.size) - (y.size - 1) / 2
    return float(u @ y) / float(u @ u)


def _shallow_dips(
    x: NDArray[np.int64], height: NDArray[np.float64], noise: float
) -> tuple[tuple[float, float], ...]:
    depth = _valley_depths(height)
    found = []
    for k in sorted(_dips(depth)):
        ceiling = height[k] / max(1 - depth[k], 1e-9)
        if ceiling - height[k] > 3 * noise:
            found.append((float(x[k]), float(depth[k])))
    return tuple(found)
