"""Lanes of a tight crop: columns that hold signal against columns that hold none.

Where bands fill a crop from top to bottom there is nothing above and below to stand out from. The
sum over each column then shows the lanes as plateaus parted by gaps.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import detrend

from blotquant.image.contrast import LEAST_NOISE, WorkCopy
from blotquant.image.order import median, quantile
from blotquant.lanes.combs import lane_ranges
from blotquant.lanes.ridges import FOLLOW_SNR, Piece
from blotquant.lanes.strips import Strip
from blotquant.model.image import Polarity

LEVELS = (0.12, 0.17, 0.24, 0.34, 0.48)  # of the columns' signal, where lanes may end
SAME = 0.6  # correlation of the upper with the lower half: lanes go all the way down
CLEAR_GAP = 0.6  # a gap falls to this share of the level somewhere
ALIKE = 0.35  # scatter of the widths and distances that lanes may have
LEAST_WIDTH = 0.02  # of the crop
LARGEST_COUNT = 40
CLEAR_COLUMNS = 10.0  # times the noise of a pixel that columns of lanes stand out at least
HIGH = 6.0  # widths of a lane: in anything higher bands have something above or below them
SHORT = 2.5  # widths of a lane: a crop up to as high may be summed over its columns
MOST_SNR = 12.0  # sums of many rows have little noise; beside crests they count as a clear one
LEAST_SHARE = 0.1  # of the highest column: less is no lane

Box = tuple[int, int, int, int]


def column_strips(copy: WorkCopy, polarity: Polarity, box: Box) -> tuple[Strip, ...]:
    """Return the plateaus of the column sums within `box`, or nothing if they are no lanes.

    Parameters
    ----------
    box
        (left, top, right, bottom) in working pixels.
    """
    signal = _signal(copy, polarity, box)
    return () if signal is None else _plateaus(signal, box)


def _plateaus(signal: NDArray[np.float64], box: Box) -> tuple[Strip, ...]:
    """Return the plateaus of the columns' signal."""
    floor, ceiling = quantile(signal, 0.03), quantile(signal, 0.85)
    height = (signal - floor) / max(ceiling - floor, 1e-9)
    tried = [_lanes_above(height, level) for level in LEVELS]
    runs = min((r for r in tried if r), key=_unevenness, default=())
    left, top, _, bottom = box
    if all(a == 0 or b == signal.size for a, b in runs):
        return ()  # the surround on either side
    if bottom - top > HIGH * float(np.median([b - a for a, b in runs])):
        return ()
    return tuple(
        Strip(left=left + a - 0.5, right=left + b - 0.5, gain=MOST_SNR, lean=0.0) for a, b in runs
    )


def column_pieces(copy: WorkCopy, polarity: Polarity, box: Box) -> tuple[Piece, ...]:
    """Return the lanes of a short crop as evidence beside its crests, nothing where it is high.

    The sum over each column is cut at its notches like a crest, so that bands may touch. In a crop
    that is not much higher than its lanes are wide, lanes neither lean nor bend enough to blur it.
    """
    left, top, right, bottom = box
    signal = _signal(copy, polarity, box)
    if signal is None:
        return ()
    strips = _plateaus(signal, box) or _between_notches(signal, copy, box)
    if all(s.left < left or s.right > right - 1 for s in strips):
        return ()  # the surround on either side
    widths = [s.width for s in strips]
    if len(strips) < 2 or bottom - top > SHORT * float(np.median(widths)):
        return ()
    return tuple(
        Piece(
            left=s.left,
            right=s.right,
            y=(top + bottom) / 2,
            slope=0.0,
            snr=min(s.gain, MOST_SNR),
            weight=float(np.log1p(min(s.gain, MOST_SNR) / FOLLOW_SNR)),
            thickness=(bottom - top) / 8,
        )
        for s in strips
    )


def _between_notches(signal: NDArray[np.float64], copy: WorkCopy, box: Box) -> tuple[Strip, ...]:
    """Return the parts of the columns' signal between notches; `gain` is signal over noise."""
    height = np.clip(signal - quantile(signal, 0.02), 0, None)
    part = _column_means(copy.pixels[box[1] : box[3], box[0] : box[2]])
    noise = max(median(np.abs(np.diff(part))) / (0.6745 * 2**0.5), 1e-9)
    found = []
    for a, b in lane_ranges(height, noise, LEAST_WIDTH * height.size):
        top = quantile(height[a:b], 0.8)
        inside = np.flatnonzero(height[a:b] >= top / 2)
        if inside.size > LEAST_WIDTH * height.size and top > LEAST_SHARE * height.max():
            first, last = a + int(inside[0]), a + int(inside[-1])
            strip = Strip(
                left=box[0] + first - 0.5, right=box[0] + last + 0.5, gain=top / noise, lean=0.0
            )
            found.append(strip)
    return tuple(found)


def _signal(copy: WorkCopy, polarity: Polarity, box: Box) -> NDArray[np.float64] | None:
    """Return the mean of each column, bands upwards; None if they cannot be lanes.

    Lanes go all the way down, and stand out far beyond the noise of a pixel, as what fills a crop
    does; sums of many rows have so little noise that any unevenness would do.
    """
    left, top, right, bottom = box
    part = copy.pixels[top:bottom, left:right]
    if part.shape[0] < 4 or part.shape[1] < 24:
        return None
    upper, lower = (_profile(half, polarity) for half in np.array_split(part, 2))
    if min(np.ptp(upper), np.ptp(lower)) == 0 or np.corrcoef(upper, lower)[0, 1] < SAME:
        return None
    signal = np.asarray((upper + lower) / 2)
    uneven = np.quantile(detrend(signal), [0.03, 0.85])
    least = max(LEAST_NOISE * copy.step, _pixel_noise(part))
    return signal if np.ptp(uneven) >= CLEAR_COLUMNS * least else None


def _pixel_noise(part: NDArray[np.float32]) -> float:
    """Return the noise of single pixels, from differences down and across, whichever are less."""
    return min(
        float(np.median(np.abs(np.diff(part, axis=axis)))) / (0.6745 * 2**0.5) for axis in (0, 1)
    )


def _profile(part: NDArray[np.float32], polarity: Polarity) -> NDArray[np.float64]:
    """Return the mean of each column, bands upwards."""
    signal = _column_means(part)
    signal = -signal if polarity is Polarity.DARK_ON_LIGHT else signal
    return np.asarray(
        gaussian_filter1d(signal, max(1.0, 0.004 * signal.size), mode="nearest"), dtype=np.float64
    )


def _column_means(part: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the means of columns, summed in double precision."""
    mean = cv2.reduce(part, 0, cv2.REDUCE_AVG, dtype=cv2.CV_64F)
    return np.asarray(mean[0], dtype=np.float64)


def _lanes_above(height: NDArray[np.float64], level: float) -> tuple[tuple[int, int], ...]:
    """Return the runs of columns above a level if they look like lanes, else nothing."""
    runs = tuple(r for r in _runs(height > level) if r[1] - r[0] > LEAST_WIDTH * height.size)
    if not 2 <= len(runs) <= LARGEST_COUNT or _unevenness(runs) > ALIKE:
        return ()
    gaps = [float(height[a:b].min()) for (_, a), (b, _) in itertools.pairwise(runs)]
    return runs if max(gaps) < CLEAR_GAP * level else ()


def _unevenness(runs: tuple[tuple[int, int], ...]) -> float:
    """Relative scatter of the widths and of the distances of the lanes."""
    widths = np.array([b - a for a, b in runs], dtype=float)
    steps = np.diff([(a + b) / 2 for a, b in runs])
    scatter = float(widths.std() / widths.mean())
    return scatter + (float(steps.std() / steps.mean()) if steps.size > 1 else 0.0)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
