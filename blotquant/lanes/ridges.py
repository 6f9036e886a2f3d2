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

from blotquant.image.contrast import FloatArray, ScaleContrast
from blotquant.image.order import quantile
from blotquant.lanes.bodies import SideBySide, bodies
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
BODY_NOISE = 0.6  # of the crest's own noise: a body is a mean of many rows
ROUND = 1.6  # width over thickness: up to here a crest is a dot, and no band whatever it is


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
    """Follow every crest and cut it where it dips; sorted from the strongest.

    Where bands touch, the crest itself may hardly dip, but they are thinner at their ends: so the
    whole band, from its upper to its lower edge, is looked at as well.
    """
    crests = _parted(_crests(ridges, seed_snr))
    if not crests:
        return ()
    beside = SideBySide.of([crest.x.size for crest in crests])
    smooth = beside.parts(beside.smoothed(_columns(crests, "height")))
    body = beside.parts(_bodies(beside, crests, ridges.bright))
    pieces = [piece for each in zip(crests, smooth, body, strict=True) for piece in _cut(*each)]
    return tuple(sorted(pieces, key=lambda p: -p.weight))


def _crests(ridges: RidgeMap, seed_snr: float) -> list[Crest]:
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
    long = np.flatnonzero(np.bincount(label)[label] * column_px >= LEAST_COLUMNS)
    y, x, label, snr = y[long], x[long], label[long], snr[long]
    return _gapless(label, x, (y, *ridges.at(y, x), snr), column_px) if label.size else []


def _gapless(
    label: NDArray[np.int32], x: NDArray[np.int64], values: Sequence[NDArray[Any]], column_px: int
) -> list[Crest]:
    """Return crests with the working columns filled that have no point of their own.

    They lie between those of a coarser map, or the crest jumped a row. `values` are y, height,
    thickness and signal-to-noise ratio of the points, crest by crest.
    """
    ends = np.flatnonzero(np.diff(label, append=-1)) + 1
    starts = np.concatenate([[0], ends[:-1]])
    sizes = (x[ends - 1] + 1 - x[starts]) * column_px
    # One after the other on one line, all crests are filled at once.
    cut = np.cumsum(sizes)
    before = x[starts] * column_px - (cut - sizes)
    middle = column_px * (x + 0.5) - 0.5 - np.repeat(before, ends - starts)
    place = np.clip(
        np.arange(cut[-1]), np.repeat(middle[starts], sizes), np.repeat(middle[ends - 1], sizes)
    )
    full = np.arange(cut[-1]) + np.repeat(before, sizes)
    filled = [full, *(np.interp(place, middle, v) for v in values)]
    return [
        Crest(x=x, y=y, height=height, thickness=thickness, snr=snr)
        for x, y, height, thickness, snr in zip(
            *(np.split(v, cut[:-1]) for v in filled), strict=True
        )
    ]


def _columns(crests: Sequence[Crest], name: str) -> NDArray[Any]:
    """Return what crests hold of one kind, end to end."""
    return np.concatenate([getattr(crest, name) for crest in crests])


def _bodies(beside: SideBySide, crests: Sequence[Crest], bright: FloatArray) -> NDArray[np.float64]:
    """Return the bodies of crests, end to end."""
    thickness = np.array([quantile(crest.thickness, 0.5) for crest in crests])
    return bodies(beside, _columns(crests, "x"), _columns(crests, "y"), thickness, bright)


def _is_dot(crest: Crest) -> bool:
    """Tell whether no part of a crest is wide enough for a band."""
    return bool(crest.x.size - 1 <= ROUND * crest.thickness.min())


def _parted(crests: Sequence[Crest]) -> list[Crest]:
    """Part crests where they step down to a low plateau: either side is a crest of its own.

    A strip of membrane may be a crest along its whole length, from one band to the next.
    """
    if not crests:
        return []
    beside = SideBySide.of([crest.x.size for crest in crests])
    smooth = beside.parts(beside.smoothed(_columns(crests, "height")))
    return [part for each in zip(crests, smooth, strict=True) for part in _levels(*each)]


def _levels(crest: Crest, smooth: NDArray[np.float64]) -> Iterator[Crest]:
    """Yield the parts of a crest between its steps; `smooth` is its height."""
    is_high = smooth > PLATEAU * quantile(smooth, 0.95)
    steps = np.flatnonzero(np.diff(is_high)) + 1
    ends = [0, *steps.tolist(), smooth.size]
    runs = list(itertools.pairwise(ends))
    low = [(a, b) for a, b in runs if not is_high[a] and b - a > LONG * crest.thickness[a:b].mean()]
    if not low:
        yield crest
        return
    edges = sorted({0, smooth.size, *(k for run in low for k in run)})
    for a, b in itertools.pairwise(edges):
        k = slice(a, b)
        yield Crest(
            x=crest.x[k],
            y=crest.y[k],
            height=crest.height[k],
            snr=crest.snr[k],
            thickness=crest.thickness[k],
        )


def _cut(crest: Crest, height: NDArray[np.float64], body: NDArray[np.float64]) -> list[Piece]:
    """Cut a crest at its body's notches into the lanes that it runs through; dots are whole."""
    noise = quantile(crest.height / np.maximum(crest.snr, 1e-9), 0.5)
    pieces = []
    ranges = [(0, crest.x.size)]
    if not _is_dot(crest):
        least = LEAST_LANE * quantile(crest.thickness, 0.5)
        ranges = lane_ranges(body, noise * BODY_NOISE, least)
    for a, b in ranges:
        k = slice(a, b)
        piece = _piece(crest.x[k], crest.y[k], height[k], crest.snr[k], crest.thickness[k], noise)
        if piece is not None:
            pieces.append(piece)
    return pieces


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
