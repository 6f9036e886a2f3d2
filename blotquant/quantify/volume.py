"""Volumes: signal minus background over a band's area, with standard error and detection limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, BackgroundMethod, LaneView
from blotquant.bands.shapes import BandShape
from blotquant.flags import Flag
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Baseline, Lane, LaneProfile
from blotquant.quantify.extract import Extraction, LaneBands, extract

LOWER_BOUND_SHARE = 0.01  # saturated share of the area from which a volume is only a bound
UNSEEN = 1.3  # times the limit of detection that a partner without a peak must reach
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
    shapes: Mapping[int, BandShape],
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
    shapes
        Of the rows; a row that is missing is taken as a Gaussian that fills its limits.
    """
    view = lane_view(straight, profile, bands, shapes)
    background = method.estimate(view)
    groups = _group_numbers(bands, shapes)
    known = LaneBands(
        reach=_reach(profile, bands),
        group=groups,
        found=tuple(b.found for b in bands),
    )
    extractions = extract(view, background, known)
    measured = tuple(
        _measure(
            lane,
            straight,
            profile,
            band,
            background,
            view,
            extraction,
            extra,
            in_group=any(
                g == known.group[k] and bands[j].found for j, g in enumerate(known.group) if j != k
            ),
        )
        for k, (band, extraction) in enumerate(zip(bands, extractions, strict=True))
    )
    return LaneMeasurement(
        bands=measured,
        baseline=Baseline(level=background.level, level_se=background.level_se),
    )


def lane_view(
    straight: StraightLane,
    profile: LaneProfile,
    bands: Sequence[Band],
    shapes: Mapping[int, BandShape],
) -> LaneView:
    """Return what a background method may look at."""
    position = profile.position_px
    apexes = _apexes(bands, shapes)
    rows = [
        _shape_of(band, shapes).density(position - apex) / profile.area_px
        for band, apex in zip(bands, apexes, strict=True)
    ]
    return LaneView(
        straight=straight,
        profile=profile,
        limits=tuple((b.start_px, b.stop_px) for b in bands),
        masked=_mask(profile, [b for b in bands if b.found]),
        shapes=np.array(rows) if rows else np.zeros((0, position.size)),
        present=_present(bands, shapes),
    )


def _present(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> tuple[bool, ...]:
    """Tell which bands are there, or could hide on the flank of one that is."""
    groups = _group_numbers(bands, shapes)
    lively = {g for g, b in zip(groups, bands, strict=True) if b.found}
    return tuple(g in lively for g in groups)


def _shape_of(band: Band, shapes: Mapping[int, BandShape]) -> BandShape:
    known = shapes.get(band.row)
    if known is not None:
        return known
    return BandShape(sigma_px=(band.stop_px - band.start_px) / 6, tail_px=0.0, group=(band.row,))


def _apexes(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> list[float]:
    """Return where each shape sits: overlapping bands keep their spacing from the clearest."""
    place = {b.row: b for b in bands}
    out = []
    for band in bands:
        shape = _shape_of(band, shapes)
        if shape.offset_px is None or band.edited:
            out.append(band.apex_px)
            continue
        mine = [place[r] for r in shape.group if r in place and place[r].found]
        if not mine:
            out.append(band.apex_px)
            continue
        lead = max(mine, key=lambda b: b.confidence)
        lead_offset = _shape_of(lead, shapes).offset_px or 0.0
        out.append(lead.apex_px + shape.offset_px - lead_offset)
    return out


def _group_numbers(bands: Sequence[Band], shapes: Mapping[int, BandShape]) -> tuple[int, ...]:
    return tuple(min(_shape_of(b, shapes).group) for b in bands)


def _reach(profile: LaneProfile, bands: Sequence[Band]) -> NDArray[np.float64]:
    if not bands:
        return np.zeros((0, profile.signal.size))
    return np.array([_coverage(profile.position_px, b.start_px, b.stop_px) for b in bands])


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
    view: LaneView,
    extraction: Extraction,
    extra: Flag,
    *,
    in_group: bool,
) -> BandMeasurement:
    share = _coverage(profile.position_px, band.start_px, band.stop_px)
    weights = extraction.weights
    raw = float((weights * profile.signal).sum())
    volume = extraction.volume
    empty = _noise_without_signal(profile, background, weights)
    blank_sd = _blanks(profile, background, view.masked, band)
    blank_variance = max(empty + extraction.level, blank_sd**2)
    variance = extraction.noise - empty + blank_variance + extraction.model
    se = float(np.sqrt(max(variance, 0.0)))
    blank_se = float(np.sqrt(max(blank_variance, 0.0)))
    lod, loq = 3 * blank_se, 10 * blank_se
    saturated = float((profile.saturated * share).sum() / max(share.sum(), 1e-12))
    # The weak partner of a doublet may show no peak of its own; what is left after its neighbour
    # speaks for it. Elsewhere a volume without a peak is a slope or a smear.
    seen = band.found or (in_group and volume > UNSEEN * lod)
    detected = bool(seen and not band.excluded and volume > lod)
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
        area_px=extraction.area_px,
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


def _noise_without_signal(
    profile: LaneProfile, background: Background, weights: NDArray[np.float64]
) -> float:
    """Variance of the same weighted sum without a band: shot noise of the level alone."""
    signal = np.maximum(profile.signal, 1e-9)
    share = np.clip(np.maximum(background.level, 0) / signal, 0.0, 1.0)
    return float((profile.variance * share * weights**2).sum())


def _blanks(
    profile: LaneProfile, background: Background, masked: NDArray[np.bool_], band: Band
) -> float:
    """Return the scatter of the volume of free stretches as long as the band, 0 if there are few.

    Stretches overlap by half. With fewer than ten the noise model stands alone.
    """
    length = max(2, round(band.stop_px - band.start_px))
    rest = np.where(masked, 0.0, (profile.signal - background.level) * profile.area_px)
    if rest.size < length:
        return 0.0
    cumulated = np.concatenate([[0.0], np.cumsum(rest)])
    free = np.concatenate([[0], np.cumsum(~masked)])
    starts = np.arange(0, rest.size - length + 1, max(1, length // 2))
    whole = free[starts + length] - free[starts] == length
    sums = (cumulated[starts + length] - cumulated[starts])[whole]
    if sums.size < LEAST_BLANKS:
        return 0.0
    return float(1.4826 * np.median(np.abs(sums - np.median(sums))))


def _box(lane: Lane, band: Band) -> tuple[float, float, float, float]:
    """Upright bounding box (left, top, right, bottom) of the band's area in file pixels."""
    ends = [lane.point_at(band.start_px), lane.point_at(band.stop_px)]
    (x0, y0), (x1, y1) = ends
    length = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
    nx, ny = (y1 - y0) / length * lane.width_px / 2, -(x1 - x0) / length * lane.width_px / 2
    xs = [x + s * nx for x, _ in ends for s in (-1, 1)]
    ys = [y + s * ny for _, y in ends for s in (-1, 1)]
    return min(xs), min(ys), max(xs), max(ys)
