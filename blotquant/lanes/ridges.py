"""Ridges: the crests of bands, followed across the picture and cut into pieces.

A piece is one stretch of a crest that could be one band in one lane. Pieces carry where they start
and stop, their height, their slope and how far they stand out of the noise; lanes are then chosen
so that they explain the pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from blotquant.image.contrast import FloatArray, ScaleContrast, WorkCopy
from blotquant.model.image import Polarity

SEED_SNR = 6.0  # a crest must reach this somewhere ...
FOLLOW_SNR = 3.0  # ... and is followed down to this
DEEP_DIP = 0.5  # a crest that falls to this share of both its sides is two pieces
SHALLOW_DIP = 0.2  # from here on a dip counts as a hint for a gap ...
NARROW_DIP = 0.3  # ... and parts two lanes when it is narrower than this share of both sides


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
    """Best signal-to-noise ratio over the scales, the contrast and the scale that gave it."""

    snr: FloatArray
    contrast: FloatArray
    scale_px: FloatArray


def ridge_map(copy: WorkCopy, scales: Sequence[ScaleContrast], polarity: Polarity) -> RidgeMap:
    """Return for every pixel how far it stands out from above and below, at its best scale."""
    shape = copy.pixels.shape
    snr = np.full(shape, -np.inf, dtype=np.float32)
    contrast = np.zeros(shape, dtype=np.float32)
    scale_px = np.full(shape, scales[0].scale_px, dtype=np.float32)
    for scale in scales:
        found = scale.bright if polarity is Polarity.LIGHT_ON_DARK else scale.dark
        ratio = found / scale.noise
        better = ratio > snr
        np.copyto(snr, ratio, where=better)
        np.copyto(contrast, found, where=better)
        np.copyto(scale_px, np.float32(scale.scale_px), where=better)
    snr[~copy.live] = -np.inf
    return RidgeMap(snr=snr, contrast=contrast, scale_px=scale_px)


def find_pieces(ridges: RidgeMap, seed_snr: float = SEED_SNR) -> tuple[Piece, ...]:
    """Follow every crest and cut it where it dips; sorted from the strongest."""
    crest = _crests(ridges.snr)
    joined = cv2.dilate(crest.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    labels = np.where(crest, labels, 0).astype(np.int64)
    best = np.full(count, -np.inf)
    np.maximum.at(best, np.asarray(labels[crest], dtype=np.intp), ridges.snr[crest])
    boxes = ndimage.find_objects(labels)
    pieces: list[Piece] = []
    for i, box in enumerate(boxes):
        if box is None or best[i + 1] < seed_snr:
            continue
        part = tuple(box)
        pieces.extend(_cut(ridges, labels[part] == i + 1, part))
    return tuple(sorted(pieces, key=lambda p: -p.weight))


def _crests(snr: FloatArray) -> NDArray[np.bool_]:
    """Mark pixels that are the highest of their column's neighbourhood and stand out."""
    higher = cv2.dilate(snr, np.ones((5, 1), np.uint8))
    return np.asarray((snr >= higher) & (snr > FOLLOW_SNR))


def _cut(ridges: RidgeMap, mask: NDArray[np.bool_], box: tuple[slice, ...]) -> list[Piece]:
    """Read the crest column by column and cut it at its deep dips."""
    rows, columns = box
    masked = np.where(mask, ridges.snr[rows, columns], -np.inf)
    y_in = masked.argmax(axis=0)
    x_in = np.flatnonzero(np.isfinite(masked.max(axis=0)))
    if x_in.size < 4:
        return []
    y = (y_in[x_in] + rows.start).astype(float)
    x = x_in + columns.start
    yi = y.astype(int)
    height = ridges.contrast[yi, x].astype(float)
    snr = ridges.snr[yi, x].astype(float)
    thickness = ridges.scale_px[yi, x].astype(float)
    # A column without a crest point (the crest jumped a row) takes its neighbours' values.
    full = np.arange(x[0], x[-1] + 1)
    height, snr, y, thickness = (np.interp(full, x, v) for v in (height, snr, y, thickness))
    noise = float(np.median(height / np.maximum(snr, 1e-9)))
    height = ndimage.gaussian_filter1d(height, 1.0, mode="nearest")
    pieces = []
    for a, b in _split_at(height, noise):
        piece = _piece(full[a:b], y[a:b], height[a:b], snr[a:b], thickness[a:b], noise)
        if piece is not None:
            pieces.append(piece)
    return pieces


def _valley_depths(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how deep each place lies below the lower of the highest places left and right."""
    left = np.maximum.accumulate(height)
    right = np.maximum.accumulate(height[::-1])[::-1]
    ceiling = np.maximum(np.minimum(left, right), 1e-9)
    return np.asarray(1 - height / ceiling)


def _split_at(height: NDArray[np.float64], noise: float) -> list[tuple[int, int]]:
    """Return index ranges between the dips that part lanes.

    A gap between lanes is deep, or it is narrow against the bands beside it; a band whose middle is
    lighter than its ends dips too, but over most of its width.
    """
    ranges = [(0, height.size)]
    done: list[tuple[int, int]] = []
    while ranges:
        a, b = ranges.pop()
        part = height[a:b]
        depth = _valley_depths(part)
        for k in np.argsort(-depth):
            if depth[k] < SHALLOW_DIP:
                done.append((a, b))
                break
            if _parts(part, depth, int(k), noise):
                ranges += [(a, a + int(k)), (a + int(k) + 1, b)]
                break
        else:
            done.append((a, b))
    return sorted(done)


def _parts(height: NDArray[np.float64], depth: NDArray[np.float64], k: int, noise: float) -> bool:
    """Tell whether the dip at k is a gap between two lanes."""
    if not 0 < k < height.size - 1 or depth[k] < max(depth[k - 1], depth[k + 1]):
        return False
    ceiling = height[k] / max(1 - depth[k], 1e-9)
    if ceiling - height[k] < 4 * noise:
        return False
    if depth[k] > DEEP_DIP:
        return True
    left = k - int(np.argmax(height[:k][::-1] >= 0.97 * ceiling)) - 1
    right = k + 1 + int(np.argmax(height[k + 1 :] >= 0.97 * ceiling))
    middle = (ceiling + height[k]) / 2
    low = height[left : right + 1] < middle
    narrow = int(low.sum())
    beside = min(_plateau(height[: left + 1][::-1], middle), _plateau(height[right:], middle))
    return narrow < NARROW_DIP * beside


def _plateau(side: NDArray[np.float64], level: float) -> int:
    """Return how far a side stays above a level."""
    below = np.flatnonzero(side < level)
    return int(below[0]) if below.size else int(side.size)


def _piece(
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    height: NDArray[np.float64],
    snr: NDArray[np.float64],
    thickness: NDArray[np.float64],
    noise: float,
) -> Piece | None:
    if x.size < 4:
        return None
    top = float(np.quantile(height, 0.8))
    inside = np.flatnonzero(height >= top / 2)
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
    slope = float(np.polyfit(x[core], y[core], 1)[0]) if b - a >= 8 else 0.0
    typical = float(np.median(snr[core]))
    dips = _shallow_dips(x[core], height[core], noise)
    return Piece(
        left=left,
        right=right,
        y=float(np.median(y[core])),
        slope=slope,
        snr=typical,
        weight=float(np.log1p(typical / FOLLOW_SNR) * min(1.0, width / 12)),
        thickness=float(np.median(thickness[core])),
        dips=dips,
    )


def _shallow_dips(
    x: NDArray[np.int64], height: NDArray[np.float64], noise: float
) -> tuple[tuple[float, float], ...]:
    depth = _valley_depths(height)
    peaks = np.flatnonzero(
        (depth[1:-1] >= depth[:-2]) & (depth[1:-1] > depth[2:]) & (depth[1:-1] > SHALLOW_DIP)
    )
    found = []
    for k in peaks + 1:
        ceiling = height[k] / max(1 - depth[k], 1e-9)
        if ceiling - height[k] > 3 * noise:
            found.append((float(x[k]), float(depth[k])))
    return tuple(found)
