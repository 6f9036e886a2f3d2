"""Several exposures of one blot merged into one picture with more range than any of them.

Every exposure is brought to the counts of the most exposed one by a straight line; stated exposure
times are not used. Each pixel is then the mean of the exposures in which it is not clipped, weighed
by their inverse variance: faint bands come from the longest exposure, strong ones from the longest
that does not clip them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.exposures import NOWHERE, Exposure
from blotquant.model.noise import NoiseModel
from blotquant.quantify.exposure_line import (
    NEAR_LIMIT,
    Floats,
    Frame,
    Line,
    Mask,
    fit_line,
    usable,
)
from blotquant.quantify.exposure_shift import Laid, laid_onto

CURVE_POINTS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """The merged signal (rows, columns), in counts of the most exposed photograph.

    `limit` is what pixels hold that all exposures clip; `saturated` marks them. `exposures` stand
    from the least to the most exposed, and `came_from` counts them from 0.
    """

    signal: NDArray[np.float32]
    saturated: Mask
    limit: float
    noise: NoiseModel
    exposures: tuple[Exposure, ...]
    came_from: NDArray[np.uint8]


def merge(frames: Sequence[Frame]) -> Merged:
    """Return the merged picture on the frame of the first exposure.

    Raises `SettingsError` where the photographs cannot be exposures of one blot: fewer than two,
    different sizes, or nothing that two of them both show. About 0.5 s for three of 12 million
    pixels.
    """
    if len(frames) < 2:
        raise SettingsError(
            "A series of exposures has a single photograph",
            "Mark the other exposures too, or take the mark away",
        )
    lead = frames[0]
    for f in frames[1:]:
        if f.signal.shape != lead.signal.shape:
            raise SettingsError(
                f"{f.name} and {lead.name} are not equally large, so they are no exposures of one"
                " blot as they stand",
                "Export them from the imager uncropped, or take them apart",
            )
    laid = [laid_onto(lead, f) for f in frames]
    free = ~np.logical_or.reduce([x.frame.saturated[::2, ::2] for x in laid])
    laid.sort(key=lambda x: _brightness(x.frame, free))
    return _merged(laid, _lines([x.frame for x in laid]))


def _brightness(frame: Frame, free: Mask) -> float:
    """Return how much signal a frame has in every second pixel, where no frame is clipped."""
    signal = frame.signal[::2, ::2][free]
    return float(signal.std()) if signal.size else 0.0


def _lines(frames: Sequence[Frame]) -> list[Line]:
    """Return how each frame becomes the counts of the last: from one to the next, chained."""
    lines = [Line(gain=1.0, offset=0.0)]
    for a, b in zip(frames[-2::-1], frames[:0:-1], strict=True):
        lines.append(lines[-1].after(fit_line(a, b)))
    return lines[::-1]


def _merged(laid: Sequence[Laid], lines: Sequence[Line]) -> Merged:
    frames = [x.frame for x in laid]
    open_px = [usable(f) for f in frames]
    nowhere = ~np.logical_or.reduce(open_px)
    # Near the limit of the least exposed one, a value that is only near the limit is better
    # than none.
    open_px[0] = open_px[0] | (nowhere & ~frames[0].saturated)
    clipped = ~np.logical_or.reduce(open_px)
    scaled = [g.offset + g.gain * f.signal for f, g in zip(frames, lines, strict=True)]
    first = np.zeros(scaled[0].shape)
    for values, free in zip(scaled, open_px, strict=True):
        first = np.where(free, values, first)
    smooth = np.asarray(cv2.blur(first, (3, 3)), dtype=np.float64)
    weights = [
        np.where(free, 1 / _variance(f, g, smooth), 0.0)
        for f, g, free in zip(frames, lines, open_px, strict=True)
    ]
    total = np.sum(weights, axis=0)
    signal = np.sum([w * s for w, s in zip(weights, scaled, strict=True)], axis=0)
    signal = signal / np.where(total > 0, total, 1.0)
    limit = lines[0].offset + lines[0].gain * frames[0].full_scale
    limit = max(limit, float(signal[~clipped].max(initial=0.0)))
    came_from = np.argmax(weights, axis=0).astype(np.uint8)
    came_from[clipped] = NOWHERE
    return Merged(
        signal=np.where(clipped, limit, signal).astype(np.float32),
        saturated=clipped,
        limit=limit,
        noise=_noise(frames, lines),
        exposures=_exposures(laid, lines, came_from),
        came_from=came_from,
    )


def _exposures(
    laid: Sequence[Laid], lines: Sequence[Line], came_from: NDArray[np.uint8]
) -> tuple[Exposure, ...]:
    """Return what became of each exposure."""
    return tuple(
        Exposure(
            image=x.frame.image,
            name=x.frame.name,
            exposure_s=x.frame.exposure_s,
            gain=line.gain,
            gain_se=line.gain_se,
            offset=line.offset,
            offset_se=line.offset_se,
            shift_x_px=x.dx_px,
            shift_y_px=x.dy_px,
            saturated_px=int(np.count_nonzero(x.frame.saturated)),
            share=float(np.mean(came_from == k)),
            residuals=line.residuals,
        )
        for k, (x, line) in enumerate(zip(laid, lines, strict=True))
    )


def _variance(frame: Frame, line: Line, level: Floats) -> Floats:
    """Return the variance that a frame's pixel has in merged counts at a merged level."""
    own = frame.noise.variance((level - line.offset) / line.gain)
    return np.maximum(line.gain**2 * own, 1e-12)


def _noise(frames: Sequence[Frame], lines: Sequence[Line]) -> NoiseModel:
    """Return the noise of the merged picture: it steps up where an exposure clips."""
    tops = [
        g.offset + g.gain * NEAR_LIMIT * f.full_scale for f, g in zip(frames, lines, strict=True)
    ]
    points: list[tuple[float, float]] = []
    edges = [0.0, *sorted(t for t in tops if t > 0)]
    for low, high in itertools.pairwise(edges):
        levels = np.linspace(low, high, CURVE_POINTS)
        open_here = [k for k, t in enumerate(tops) if t >= high]
        inverse = np.sum([1 / _variance(frames[k], lines[k], levels) for k in open_here], axis=0)
        points.extend(zip(levels.tolist(), (1 / inverse).tolist(), strict=True))
    longest = frames[-1].noise
    return NoiseModel(read_variance=longest.read_variance, gain=longest.gain, curve=tuple(points))
