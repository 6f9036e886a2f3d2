"""Volumes: signal minus background over a band's area, with standard error and detection limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, BackgroundMethod, LaneView
from blotquant.flags import Flag
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Baseline, Lane, LaneProfile

LOWER_BOUND_SHARE = 0.01  # saturated share of the area from which a volume is only a bound
LEAST_BLANKS = 10
MASK_RIM = 0.08  # of a band's height, kept out of the background on either side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneMeasurement:
    """The measured bands of one lane and the baseline they stand on."""

    bands: tuple[BandMeasurement, ...]
    baseline: Baseline


def measure_lane(
    lane: Lane,
    straight: StraightLane,
    profile: LaneProfile,
    bands: Sequence[Band],
    method: BackgroundMethod,
    *,
    extra: Flag = Flag.NONE,
) -> LaneMeasurement:
    """Measure all bands of one lane with one background method.

    ``V = sum(signal - level)`` over the band's area, never clipped. Its variance is the noise of
    the pixels plus the area squared times the variance of the level; where at least ten stretches
    of the same length are free of bands, their scatter is taken when it is larger, since it also
    holds what the noise model does not know. ``LOD = mean + 3 sd`` and ``LOQ = mean + 10 sd`` of
    those blanks (of the noise model where there is no room for blanks).
    """
    limits = tuple((b.start_px, b.stop_px) for b in bands)
    masked = _mask(profile, [b for b in bands if b.found])
    view = LaneView(
        straight=straight,
        profile=profile,
        limits=limits,
        masked=masked,
        surround=np.full((2, profile.signal.size), np.nan),
    )
    background = method.estimate(view)
    measured = tuple(
        _measure(lane, straight, profile, band, background, k, masked, extra)
        for k, band in enumerate(bands)
    )
    return LaneMeasurement(
        bands=measured,
        baseline=Baseline(level=background.level, level_se=background.level_se),
    )


def _mask(profile: LaneProfile, found: Sequence[Band]) -> NDArray[np.bool_]:
    """Mark the places that hold signal of a band, with a rim for its tails."""
    masked = np.zeros(profile.signal.size, dtype=bool)
    position = profile.position_px
    for b in found:
        rim = 1 + MASK_RIM * (b.stop_px - b.start_px)
        masked |= (position >= b.start_px - rim) & (position <= b.stop_px + rim)
    return masked


def _coverage(position: NDArray[np.float64], start: float, stop: float) -> NDArray[np.float64]:
    """Return how much of each 1-px step lies between start and stop (0 to 1)."""
    low = np.maximum(position - 0.5, start)
    high = np.minimum(position + 0.5, stop)
    return np.asarray(np.clip(high - low, 0.0, 1.0))


def _measure(
    lane: Lane,
    straight: StraightLane,
    profile: LaneProfile,
    band: Band,
    background: Background,
    index: int,
    masked: NDArray[np.bool_],
    extra: Flag,
) -> BandMeasurement:
    share = _coverage(profile.position_px, band.start_px, band.stop_px)
    area = share * profile.area_px
    total_area = float(area.sum())
    raw = float((profile.signal * area).sum())
    under = float((background.level * area).sum())
    volume = raw - under
    pixels = float((profile.variance * area**2).sum())
    level = (total_area * background.band_se[index]) ** 2
    blank_mean, blank_sd = _blanks(profile, background, masked, band)
    noise_only = _noise_without_signal(profile, background, area)
    blank_variance = max(noise_only + level, blank_sd**2)
    variance = pixels - noise_only + blank_variance
    se = float(np.sqrt(max(variance, 0.0)))
    blank_se = float(np.sqrt(blank_variance))
    lod, loq = blank_mean + 3 * blank_se, blank_mean + 10 * blank_se
    saturated = float((profile.saturated * share).sum() / max(share.sum(), 1e-12))
    detected = bool(band.found and not band.excluded and volume > lod)
    flags = band.flags | lane.flags | extra
    flags |= _quality(band, lane, saturated, volume, loq, detected=detected)
    if share[straight.inside < 0.999].any() or _reaches_end(band, profile):
        flags |= Flag.TOUCHES_EDGE
    x, y = lane.point_at(band.apex_px)
    return BandMeasurement(
        band=band,
        x_px=x,
        y_px=y,
        box=_box(lane, band),
        area_px=total_area,
        raw_volume=raw,
        background_volume=under,
        volume=volume,
        volume_se=se,
        lod=lod,
        loq=loq,
        snr=volume / blank_se if blank_se > 0 else float("nan"),
        rf=band.apex_px / lane.length_px,
        saturated_fraction=saturated,
        detected=detected,
        flags=flags,
    )


def _quality(
    band: Band, lane: Lane, saturated: float, volume: float, loq: float, *, detected: bool
) -> Flag:
    flags = Flag.NONE
    if saturated > 0:
        flags |= Flag.SATURATED
    if saturated >= LOWER_BOUND_SHARE:
        flags |= Flag.LOWER_BOUND
    if not detected:
        flags |= Flag.NOT_DETECTED
    elif volume < loq:
        flags |= Flag.BELOW_LOQ
    if band.edited or lane.edited:
        flags |= Flag.EDITED
    if band.excluded:
        flags |= Flag.EXCLUDED
    if lane.kind == "ladder":
        flags |= Flag.LADDER_LANE
    return flags


def _reaches_end(band: Band, profile: LaneProfile) -> bool:
    return band.start_px < profile.position_px[0] - 0.5 or band.stop_px > profile.position_px[-1] + 0.5


def _noise_without_signal(
    profile: LaneProfile, background: Background, area: NDArray[np.float64]
) -> float:
    """Variance that the same area would have without a band: shot noise of the level alone."""
    signal = np.maximum(profile.signal, 1e-9)
    share = np.clip(np.maximum(background.level, 0) / signal, 0.0, 1.0)
    return float((profile.variance * share * area**2).sum())


def _blanks(
    profile: LaneProfile, background: Background, masked: NDArray[np.bool_], band: Band
) -> tuple[float, float]:
    """Return mean and sd of the volume of free stretches as long as the band.

    Stretches overlap by half. With fewer than ten the mean is taken as 0 and the sd as 0: the noise
    model then stands alone.
    """
    length = max(2, round(band.stop_px - band.start_px))
    rest = np.where(masked, np.nan, (profile.signal - background.level) * profile.area_px)
    step = max(1, length // 2)
    cumulated = np.concatenate([[0.0], np.cumsum(np.nan_to_num(rest))])
    free = np.concatenate([[0], np.cumsum(~masked)])
    starts = np.arange(0, rest.size - length + 1, step)
    whole = free[starts + length] - free[starts] == length
    sums = (cumulated[starts + length] - cumulated[starts])[whole]
    if sums.size < LEAST_BLANKS:
        return 0.0, 0.0
    middle = float(np.median(sums))
    return 0.0, float(1.4826 * np.median(np.abs(sums - middle)))


def _box(lane: Lane, band: Band) -> tuple[float, float, float, float]:
    """Upright bounding box (left, top, right, bottom) of the band's area in file pixels."""
    ends = [lane.point_at(band.start_px), lane.point_at(band.stop_px)]
    (x0, y0), (x1, y1) = ends
    length = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
    nx, ny = (y1 - y0) / length * lane.width_px / 2, -(x1 - x0) / length * lane.width_px / 2
    xs = [x + s * nx for x, _ in ends for s in (-1, 1)]
    ys = [y + s * ny for _, y in ends for s in (-1, 1)]
    return min(xs), min(ys), max(xs), max(ys)
