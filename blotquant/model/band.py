"""Bands and what is measured of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from blotquant.flags import Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One row's place in one lane, whether a band is there or not.

    Positions are px along the lane's axis from its first node (`Lane.point_at`).

    Parameters
    ----------
    image, membrane, lane
        Photograph id, membrane name, lane number.
    row
        From 1, top to bottom on this photograph's membrane: the same band in every lane.
    apex_px
        Where its top is (or would be).
    start_px, stop_px
        Its limits along the lane; start < apex < stop.
    found
        Whether detection (or the user) saw a band here; `BandMeasurement.detected` is the verdict
        by its limit of detection.
    confidence
        Between 0 and 1; `reason` says in words what is doubtful.
    edited, excluded
        Whether a user placed or changed it; whether a user excluded it.
    """

    image: str
    membrane: str
    lane: int
    row: int
    apex_px: float
    start_px: float
    stop_px: float
    found: bool = True
    confidence: float = 1.0
    reason: str = ""
    flags: Flag = Flag.NONE
    edited: bool = False
    excluded: bool = False

    def __post_init__(self) -> None:
        if not self.start_px < self.stop_px:
            raise ValueError("a band must start before it stops")

    @property
    def key(self) -> tuple[str, str, int, int]:
        """(image, membrane, lane, row): what identifies it within an analysis."""
        return self.image, self.membrane, self.lane, self.row


@dataclass(frozen=True, slots=True, kw_only=True)
class BandMeasurement:
    """A band with its numbers. Volumes are counts x px and are never clipped.

    `volume = raw_volume - background_volume`; `lod` and `loq` are volumes; `snr` is
    `volume / volume_se` of the blank; `box` is (left, top, right, bottom) in file pixels.
    `volume_estimate` is what a clipped band would have shown, by its flanks, with a 95 % interval;
    NaN where nothing is clipped or too little is left. It stands beside the volume, never for it.
    """

    band: Band
    x_px: float
    y_px: float
    box: tuple[float, float, float, float]
    area_px: float
    raw_volume: float
    background_volume: float
    volume: float
    volume_se: float
    lod: float
    loq: float
    snr: float
    rf: float
    saturated_fraction: float
    detected: bool
    flags: Flag
    volume_estimate: float = float("nan")
    volume_estimate_low: float = float("nan")
    volume_estimate_high: float = float("nan")

    @property
    def has_estimate(self) -> bool:
        """Whether its flanks tell what a clipped band would have shown."""
        return math.isfinite(self.volume_estimate)
