"""What clipped bands would have shown, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.shapes import BandShape
from blotquant.cache import StageCache
from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.results import Notice
from blotquant.quantify.flank_window import FlankBand, room_for
from blotquant.quantify.flanks import FlankEstimate, estimate_row
from blotquant.quantify.lane_setup import lane_view
from blotquant.stages.measuring import Measured
from blotquant.stages.placed import PlacedLane, by_place
from blotquant.stages.shaping import row_shapes

Key = tuple[str, str, int, int]
INTERVAL_SD = 2 * 1.96  # standard errors in a 95 % interval


def with_estimates(placed: Sequence[PlacedLane], measured: Measured, cache: StageCache) -> Measured:
    """Return the measurements with the estimates of clipped bands beside their volumes.

    Costs nothing where no band is clipped.
    """
    clipped = {
        (m.band.image, m.band.membrane, m.band.row)
        for m in measured.bands
        if m.saturated_fraction > 0 and m.band.found
    }
    if not clipped:
        return measured
    by_key = {m.band.key: m for m in measured.bands}
    levels = {
        (r.lane.image, r.lane.membrane, r.lane.number): r.baseline.level for r in measured.lanes
    }
    together, shapes = by_place(placed), row_shapes(placed, cache)
    estimates: dict[Key, FlankEstimate] = {}
    for image, membrane, row in sorted(clipped):
        here = [
            _Lane(
                placed=p,
                level=levels[image, membrane, p.lane.number],
                measured=tuple(by_key[b.key] for b in p.bands),
                shapes=shapes[image, membrane],
            )
            for p in together[image, membrane]
        ]
        key = ("flanks", row, tuple(x.key for x in here))
        estimates |= cache.get(key, lambda here=here, row=row: _row(here, row))  # type: ignore[misc]
    return replace(
        measured,
        bands=tuple(
            replace(
                m,
                volume_estimate=e.volume,
                volume_estimate_low=e.low,
                volume_estimate_high=e.high,
            )
            if (e := estimates.get(m.band.key)) is not None
            else m
            for m in measured.bands
        ),
    )


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
    """Return what a user should know of the estimates: that ratios use them."""
    n = sum(m.has_estimate and Flag.LOWER_BOUND in m.flags and m.detected for m in measured.bands)
    if not (n and are_used):
        return ()
    bands = "1 saturated band" if n == 1 else f"{n} saturated bands"
    return (
        Notice(
            text=(
                f"Ratios use the estimate of {bands}: the peak is not measured but follows "
                "from the flanks"
            ),
            advice="Say so where you report them, or switch the estimates off in the settings",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lane:
    """A lane with its level (counts per pixel), its measured bands and the shapes of the rows."""

    placed: PlacedLane
    level: NDArray[np.float64]
    measured: tuple[BandMeasurement, ...]
    shapes: Mapping[int, BandShape]

    @property
    def key(self) -> tuple[object, ...]:
        """What its estimates follow from; the shapes follow from the lanes and their bands."""
        p = self.placed
        volumes = tuple((m.volume, m.volume_se, m.detected) for m in self.measured)
        picture = (p.report.image.sha256, p.report.polarity.polarity)
        return *picture, p.lane, p.bands, self.level.tobytes(), volumes

    def others(self, row: int) -> NDArray[np.float64]:
        """Return what the bands of other rows add to the profile, counts per pixel."""
        p = self.placed
        view = lane_view(p.straight, p.profile, p.bands, self.shapes)
        volumes = [
            max(m.volume, 0.0) if m.band.found and m.band.row != row else 0.0 for m in self.measured
        ]
        return np.asarray(np.array(volumes) @ view.shapes)


def _row(lanes: Sequence[_Lane], row: int) -> dict[Key, FlankEstimate]:
    """Return the estimates of one row's clipped bands."""
    bands = [
        FlankBand(
            band=m.band,
            straight=x.placed.straight,
            level=x.level,
            others=x.others(row),
            room=room_for(m.band, x.placed.bands),
            volume=m.volume,
            volume_se=m.volume_se,
            noise=x.placed.report.noise,
        )
        for x in lanes
        for m in x.measured
        if m.band.row == row and m.band.found and not m.band.excluded and m.detected
    ]
    estimates = zip(bands, estimate_row(bands), strict=True)
    return {b.band.key: e for b, e in estimates if e is not None}
