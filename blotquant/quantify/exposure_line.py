"""How the counts of one exposure become those of another: a straight line, errors on both sides.

It is fitted on pixels that neither clips (York and others 2004, doi 10.1119/1.1632486), outliers
weighed down.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.model.noise import NoiseModel

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEAR_LIMIT = 0.95  # of the full scale: detectors bend before they clip
STRATA, PER_STRATUM = 40, 2000  # levels of signal that the fit sees alike, pixels of each
LEAST_LIKENESS = 0.5  # correlation below which two frames do not show the same
LEAST_PAIRS = 200  # pixels that two exposures must share
MODEL_ERROR = 0.003  # of the signal: detectors are no more linear than that
RESIDUAL_BINS = 12
HUBER = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One exposure as it enters: signal (rows, columns) with bands positive, where it is clipped.

    `full_scale` is the largest count of its detector.
    """

    image: str
    name: str
    signal: NDArray[np.float32]
    saturated: Mask
    full_scale: float
    noise: NoiseModel
    exposure_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``b = offset + gain * a`` with standard errors and (level of b, residual in %) along it."""

    gain: float
    offset: float
    gain_se: float = 0.0
    offset_se: float = 0.0
    residuals: tuple[tuple[float, float], ...] = ()

    def after(self, first: Line) -> Line:
        """Return what this line makes of what `first` made."""
        gain = self.gain * first.gain
        relative = math.hypot(self.gain_se / self.gain, first.gain_se / first.gain)
        return Line(
            gain=gain,
            offset=self.offset + self.gain * first.offset,
            gain_se=gain * relative,
            offset_se=math.hypot(self.offset_se, self.gain * first.offset_se),
            residuals=first.residuals,
        )


def usable(frame: Frame) -> Mask:
    """Return the pixels well below the limit and not beside a clipped one, which may bloom."""
    near = frame.saturated | (frame.signal >= NEAR_LIMIT * frame.full_scale)
    grown = cv2.dilate(near.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(grown == 0, dtype=np.bool_)


def fit_line(a: Frame, b: Frame) -> Line:
    """Return how the counts of `a` become those of `b`, the more exposed one.

    Raises `SettingsError` where they have too few pixels in common or do not rise together.
    """
    both = usable(a) & usable(b)
    x, y = _sampled(a, b, both)
    if x.size < LEAST_PAIRS:
        raise SettingsError(
            f"{a.name} and {b.name} have no range in common: too few pixels are clipped in neither",
            "Add an exposure between the two, or take them apart",
        )
    line = _york(x, y, a.noise, b.noise)
    if not line.gain > 3 * line.gain_se or _likeness(a, b, both) < LEAST_LIKENESS:
        raise SettingsError(
            f"{a.name} and {b.name} do not grow together: they do not show the same blot",
            "Check that both are exposures of one blot, or take them apart",
        )
    return replace(line, residuals=_residuals(x, y, line))


def _likeness(a: Frame, b: Frame, both: Mask) -> float:
    """Return the correlation of two smoothed frames where neither is clipped."""
    first, second = (np.asarray(cv2.blur(f.signal, (5, 5)))[both] for f in (a, b))
    if not (first.std() > 0 and second.std() > 0):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _sampled(a: Frame, b: Frame, both: Mask) -> tuple[Floats, Floats]:
    """Return pairs of pixels, evenly from faint to strong.

    The strata come from smoothed pictures: choosing by a pixel's own noise would bend the line.
    """
    smooth = sum(cv2.blur(f.signal, (5, 5)) / max(float(f.signal.std()), 1e-6) for f in (a, b))
    level = np.asarray(smooth)[both]
    if not level.size:
        return np.zeros(0), np.zeros(0)
    low, high = float(level.min()), float(level.max())
    stratum = ((level - low) / max(high - low, 1e-9) * (STRATA - 1e-6)).astype(np.int64)
    order = np.argsort(stratum, kind="stable")
    starts = np.searchsorted(stratum[order], np.arange(STRATA + 1))
    chosen = np.concatenate(
        [order[i:j][:: max(1, (j - i) // PER_STRATUM)] for i, j in itertools.pairwise(starts)]
    )
    return a.signal[both][chosen].astype(np.float64), b.signal[both][chosen].astype(np.float64)


def _york(x: Floats, y: Floats, noise_x: NoiseModel, noise_y: NoiseModel) -> Line:
    """Fit a straight line with errors in both, outliers weighed down."""
    vx = np.maximum(noise_x.variance(x), 1e-9) + (MODEL_ERROR * x) ** 2
    vy = np.maximum(noise_y.variance(y), 1e-9) + (MODEL_ERROR * y) ** 2
    gain = float(y.std() / max(x.std(), 1e-12))
    trust = np.ones_like(x)
    offset, w = 0.0, trust
    u = x
    for _ in range(30):
        w = trust / (vy + gain**2 * vx)
        total = w.sum()
        mx, my = float((w * x).sum() / total), float((w * y).sum() / total)
        u, v = x - mx, y - my
        beta = w / trust * (u * vy + gain * v * vx)
        new = float((w * beta * v).sum() / (w * beta * u).sum())
        offset = my - new * mx
        away = np.abs(y - offset - new * x) * np.sqrt(w / trust)
        trust = np.minimum(1.0, HUBER / np.maximum(away, 1e-12))
        if abs(new - gain) < 1e-9 * abs(new):
            gain = new
            break
        gain = new
    rest = (y - offset - gain * x) ** 2 * w
    chi = max(float(rest.sum()) / max(x.size - 2, 1), 1.0)
    variance = chi / float((w * u**2).sum())
    mean = float((w * x).sum() / w.sum())
    return Line(
        gain=gain,
        offset=offset,
        gain_se=math.sqrt(variance),
        offset_se=math.sqrt(chi / float(w.sum()) + mean**2 * variance),
    )


def _residuals(x: Floats, y: Floats, line: Line) -> tuple[tuple[float, float], ...]:
    """Return mean deviations from the line along it, in % of the signal above the faintest."""
    level = line.offset + line.gain * x
    order = np.argsort(level + y)
    floor = float(np.percentile(level, 2))
    out = []
    for part in np.array_split(order, RESIDUAL_BINS):
        height = float(level[part].mean()) - floor
        if height > 0.02 * float(level.max() - floor):
            deviation = float((y[part] - level[part]).mean()) / height
            out.append((float(level[part].mean()), 100 * deviation))
    return tuple(out)
