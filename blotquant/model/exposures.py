"""Several exposures of one blot, merged into one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOWHERE = 255  # in `came_from`: clipped in every exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One photograph of a series, against the most exposed one.

    Parameters
    ----------
    image, name
        Id of the photograph, and its file name.
    exposure_s
        As stated by the user or None; compared with, never trusted.
    gain, gain_se
        Counts of the most exposed photograph per count of this one.
    offset, offset_se
        What is added then, counts of the most exposed photograph.
    shift_x_px, shift_y_px
        How much further right and down the blot lies here than on the first photograph.
    saturated_px
        Pixels at the detector's limit.
    share
        Of all pixels, those that come from this one more than from any other.
    residuals
        (signal of the most exposed photograph, deviation from proportionality in %), from faint to
        strong: how linear the two are against each other. Empty for the one compared with.
    """

    image: str
    name: str
    exposure_s: float | None
    gain: float
    gain_se: float
    offset: float
    offset_se: float
    shift_x_px: float
    shift_y_px: float
    saturated_px: int
    share: float
    residuals: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExposureSeries:
    """What became of the exposures of one blot.

    Parameters
    ----------
    name
        As the photographs are marked.
    lead
        Id of the first photograph: the merged picture stands in its place, on its frame.
    exposures
        From the least to the most exposed.
    came_from
        (rows, columns) of the merged picture: index of the exposure that counts most in each pixel,
        `NOWHERE` where all are clipped. Read-only.
    """

    name: str
    lead: str
    exposures: tuple[Exposure, ...]
    came_from: NDArray[np.uint8]

    def __post_init__(self) -> None:
        self.came_from.flags.writeable = False
