"""Volumes: signal minus background over a band's area, with standard error and detection limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, BackgroundMethod, LaneView
from blotquant.flags import Flag
from blotquant.image.order import median
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Baseline, Lane, LaneProfile
from blotquant.quantify.extract import Extraction, extract
from blotquant.quantify.lane_setup import LaneSetup

LOWER_BOUND_SHARE = 0.01  # saturated share of the area from which a volume is only a bound
UNSEEN = 1.3  # times the limit of detection that a partner without a peak must reach
LEAST_BLANKS = 10
WHOLLY_INSIDE = 0.999  # of a position's pixels that lie on the picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneMeasurement:
    """The measured bands of one lane and the baseline they stand on."""

    bands: tuple[BandMeasurement, ...]
    baseline: Baseline


def measure_lane(
    lane: Lane,
    bands: Sequence[Band],
    setup: LaneSetup,
    method: BackgroundMethod,
    *,
    extra: Flag = Flag.NONE,
) -> LaneMeasurement:
    """Measure all bands of one lane with one background method.

    A volume is a weighted sum of signal minus level over the band (`quantify.extract`), never
    clipped. Its variance is the noise of the pixels, the level's error and the error of sharing;
    where at least ten stretches of the same length are free of bands, their scatter is taken when
    it is larger, since it also holds what the noise model does not know. ``LOD = 3 sd`` and
    ``LOQ = 10 sd`` of a place without a band; the mean of such places is 0 by construction.

    Parameters
    ----------
    bands
        Of this lane, sorted by row.
    setup
        What `LaneSetup.of` says of the same bands.
    """
    background = setup.level_by(method)
    sums = _Sums.of(setup, background)
    measured = tuple(_measure(lane, band, sums, k, extra) for k, band in enumerate(bands))
    return LaneMeasurement(
        bands=measured,
        baseline=Baseline(level=background.level, level_se=background.level_se),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """What is summed over a lane's positions for its bands: arrays are (bands,).

    `quiet` is the noise variance of each sum if only the level were there; `beyond` tells whether
    a band reaches beyond the picture, `in_group` whether it overlaps another that was found.
    """

    profile: LaneProfile
    extraction: Extraction
    empty: _Empty
    raw: NDArray[np.float64]
    quiet: NDArray[np.float64]
    area_px: NDArray[np.float64]
    saturated: NDArray[np.float64]
    beyond: NDArray[np.bool_]
    in_group: tuple[bool, ...]

    @classmethod
    def of(cls, setup: LaneSetup, background: Background) -> _Sums:
        view, known = setup.view, setup.known
        profile, reach = view.profile, known.reach
        extraction = extract(view, background, known)
        empty = _Empty.of(view, background)
        found = [g for g, is_found in zip(known.group, known.found, strict=True) if is_found]
        return cls(
            profile=profile,
            extraction=extraction,
            empty=empty,
            raw=extraction.weights @ profile.signal,
            quiet=extraction.weights**2 @ empty.variance,
            area_px=reach @ profile.area_px,
            saturated=reach @ profile.saturated / np.maximum(reach.sum(axis=1), 1e-12),
            beyond=np.asarray(reach[:, view.straight.inside < WHOLLY_INSIDE].any(axis=1)),
            in_group=tuple(
                found.count(g) > is_found
                for g, is_found in zip(known.group, known.found, strict=True)
            ),
        )


def _measure(lane: Lane, band: Band, sums: _Sums, k: int, extra: Flag) -> BandMeasurement:
    extraction, profile = sums.extraction, sums.profile
    raw, quiet, volume, noise, level, model = (
        float(x[k])
        for x in (
            sums.raw,
            sums.quiet,
            extraction.volume,
            extraction.noise,
            extraction.level,
            extraction.model,
        )
    )
    blank_sd = sums.empty.scatter(max(2, round(band.stop_px - band.start_px)))
    blank_variance = max(quiet + level, blank_sd**2)
    se = math.sqrt(max(noise - quiet + blank_variance + model, 0.0))
    blank_se = math.sqrt(max(blank_variance, 0.0))
    lod, loq = 3 * blank_se, 10 * blank_se
    saturated = float(sums.saturated[k])
    # The weak partner of a doublet may show no peak of its own; what is left after its neighbour
    # speaks for it. Elsewhere a volume without a peak is a slope or a smear.
    seen = band.found or (sums.in_group[k] and volume > UNSEEN * lod)
    detected = bool(seen and not band.excluded and volume > lod)
    flags = band.flags | lane.flags | extra
    flags |= _quality(band, lane, saturated, volume, loq, detected=detected)
    if sums.beyond[k] or _reaches_end(band, profile):
        flags |= Flag.TOUCHES_EDGE
    x, y = lane.point_at(band.apex_px)
    return BandMeasurement(
        band=band,
        x_px=x,
        y_px=y,
        box=_box(lane, band),
        area_px=float(sums.area_px[k]),
        raw_volume=raw,
        background_volume=raw - volume,
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
    first, last = float(profile.position_px[0]), float(profile.position_px[-1])
    return band.start_px < first - 0.5 or band.stop_px > last + 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Empty:
    """The lane without its bands: what its noise would be, and the stretches that are free.

    `variance` is that of each position if only the level were there (shot noise of the level
    alone). `summed` is the cumulated rest above the level and `free` the cumulated number of
    positions outside the bands, both one longer than the lane.
    """

    variance: NDArray[np.float64]
    summed: NDArray[np.float64]
    free: NDArray[np.int64]

    @classmethod
    def of(cls, view: LaneView, background: Background) -> _Empty:
        profile, masked = view.profile, view.masked
        signal = np.maximum(profile.signal, 1e-9)
        share = np.clip(np.maximum(background.level, 0) / signal, 0.0, 1.0)
        rest = np.where(masked, 0.0, (profile.signal - background.level) * profile.area_px)
        return cls(
            variance=profile.variance * share,
            summed=np.concatenate([[0.0], np.cumsum(rest)]),
            free=np.concatenate([[0], np.cumsum(~masked)]),
        )

    def scatter(self, length: int) -> float:
        """Return the scatter of the volume of free stretches of a length, 0 if there are few.

        Stretches overlap by half. With fewer than ten the noise model stands alone.
        """
        starts = np.arange(0, self.summed.size - length, max(1, length // 2))
        whole = self.free[starts + length] - self.free[starts] == length
        sums = (self.summed[starts + length] - self.summed[starts])[whole]
        if sums.size < LEAST_BLANKS:
            return 0.0
        return 1.4826 * median(np.abs(sums - median(sums)))


def _box(lane: Lane, band: Band) -> tuple[float, float, float, float]:
    """Upright bounding box (left, top, right, bottom) of the band's area in file pixels."""
    ends = [lane.point_at(band.start_px), lane.point_at(band.stop_px)]
    (x0, y0), (x1, y1) = ends
    length = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
    nx, ny = (y1 - y0) / length * lane.width_px / 2, -(x1 - x0) / length * lane.width_px / 2
    xs = [x + s * nx for x, _ in ends for s in (-1, 1)]
    ys = [y + s * ny for _, y in ends for s in (-1, 1)]
    return min(xs), min(ys), max(xs), max(ys)
