"""What clipped bands would have shown, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blotquant.cache import StageCache
from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.results import LaneResult, Notice
from blotquant.quantify.flanks import FlankBand, estimate_row, room_for
from blotquant.quantify.lane_setup import lane_view
from blotquant.stages.measuring import Measured, PlacedLane, row_shapes

Key = tuple[str, str, int, int]
INTERVAL_SD = 2 * 1.96  # standard errors in a 95 % interval


def with_estimates(
    placed: Sequence[PlacedLane], measured: Measured, background: str, cache: StageCache
) -> Measured:
    """Return the measurements with the estimates of clipped bands beside their volumes.

    `background` names the method that they were measured with. Costs nothing where no band is
    clipped.
    """
    by_key = {m.band.key: m for m in measured.bands}
    clipped = {
        (m.band.image, m.band.membrane, m.band.row)
        for m in measured.bands
        if m.saturated_fraction > 0 and m.band.found
    }
    if not clipped:
        return measured
    results = {(r.lane.image, r.lane.membrane, r.lane.number): r for r in measured.lanes}
    estimated: dict[Key, BandMeasurement] = {}
    for image, membrane, row in sorted(clipped):
        here = [p for p in placed if (p.lane.image, p.lane.membrane) == (image, membrane)]
        key = (
            "flanks",
            here[0].report.image.sha256,
            here[0].report.polarity.polarity,
            tuple((p.lane, p.bands) for p in here),
            row,
            background,
        )
        found = cache.get(
            key,
            lambda here=here, row=row: _row(here, row, by_key, results, cache),  # type: ignore[misc]
        )
        estimated |= found
    return replace(measured, bands=tuple(estimated.get(m.band.key, m) for m in measured.bands))


def taken_as_volumes(measured: Measured) -> Measured:
    """Return the measurements with lower bounds replaced by their estimates, flagged as such.

    For ratios alone: tables keep the volume as measured.
    """
    return replace(
        measured,
        bands=tuple(
            replace(
                m,
                volume=m.volume_estimate,
                volume_se=max(
                    m.volume_se, (m.volume_estimate_high - m.volume_estimate_low) / INTERVAL_SD
                ),
                flags=(m.flags & ~Flag.LOWER_BOUND) | Flag.ESTIMATED,
            )
            if m.has_estimate and Flag.LOWER_BOUND in m.flags
            else m
            for m in measured.bands
        ),
    )


def with_same_excess(chosen: Measured, other: Measured) -> Measured:
    """Return another method's measurements with the same estimated peaks, taken as volumes.

    What is missing above the limit hardly depends on the level far below it.
    """
    lacking = {
        m.band.key: m for m in chosen.bands if m.has_estimate and Flag.LOWER_BOUND in m.flags
    }
    bands = []
    for m in other.bands:
        own = lacking.get(m.band.key)
        if own is None:
            bands.append(m)
            continue
        shift = m.volume - own.volume
        bands.append(
            replace(
                m,
                volume_estimate=own.volume_estimate + shift,
                volume_estimate_low=own.volume_estimate_low + shift,
                volume_estimate_high=own.volume_estimate_high + shift,
            )
        )
    return taken_as_volumes(replace(other, bands=tuple(bands)))


def estimate_notices(measured: Measured, *, are_used: bool) -> tuple[Notice, ...]:
    """Return what a user should know of the estimates: that ratios use them, or that they could."""
    n = sum(m.has_estimate and Flag.LOWER_BOUND in m.flags and m.detected for m in measured.bands)
    if not n:
        return ()
    bands = "1 saturated band" if n == 1 else f"{n} saturated bands"
    if are_used:
        return (
            Notice(
                text=f"Ratios use the estimate of {bands}: the peak is not measured but follows "
                "from the flanks",
                advice="Say so where you report them, or switch the estimates off in the settings",
            ),
        )
    return ()


def _row(
    placed: Sequence[PlacedLane],
    row: int,
    by_key: dict[Key, BandMeasurement],
    results: dict[tuple[str, str, int], LaneResult],
    cache: StageCache,
) -> dict[Key, BandMeasurement]:
    """Return the measurements of one row's clipped bands, with their estimates."""
    bands, measurements = [], []
    for p in placed:
        band = next((b for b in p.bands if b.row == row and b.found and not b.excluded), None)
        if band is None or not by_key[band.key].detected:
            continue
        m = by_key[band.key]
        level = results[p.lane.image, p.lane.membrane, p.lane.number].baseline.level
        measurements.append(m)
        bands.append(
            FlankBand(
                band=band,
                straight=p.straight,
                level=level,
                others=_others(placed, p, band, by_key, cache),
                room=room_for(band, p.bands),
                volume=m.volume,
                volume_se=m.volume_se,
                noise=p.report.noise,
            )
        )
    return {
        m.band.key: replace(
            m,
            volume_estimate=e.volume,
            volume_estimate_low=e.low,
            volume_estimate_high=e.high,
        )
        for m, e in zip(measurements, estimate_row(bands), strict=True)
        if e is not None
    }


def _others(
    placed: Sequence[PlacedLane],
    lane: PlacedLane,
    band: Band,
    by_key: dict[Key, BandMeasurement],
    cache: StageCache,
) -> NDArray[np.float64]:
    """Return what the lane's other bands add to its profile, counts per pixel."""
    shapes = row_shapes(placed, cache)[band.image, band.membrane]
    view = lane_view(lane.straight, lane.profile, lane.bands, shapes)
    volumes = np.array(
        [max(by_key[b.key].volume, 0.0) if b.found and b is not band else 0.0 for b in lane.bands]
    )
    return np.asarray(volumes @ view.shapes)
