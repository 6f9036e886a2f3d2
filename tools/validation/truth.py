"""Which bands of a simulated blot a program can be expected to find and to part."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blotquant.simulate import SimulatedBand, SimulatedBlot
from blotquant.simulate.layout import Layout
from blotquant.simulate.spots import band_patch, spots_of

DETECTABLE_SNR = 12.0
BLOTCH_SHARE = 0.5  # of the unevenness' standard deviation: the least height of a band
VALLEY = 0.98  # of the lower of two tops: what lies deeper between them is a valley


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueBand:
    """A band that is really there, and whether it must be found.

    Parameters
    ----------
    truth
        From the simulation; its volume is positive.
    height_px
        Along migration: four standard deviations and two tail lengths.
    detectable
        Its matched-filter signal-to-noise ratio is at least 12 and it rises above half a standard
        deviation of the background's unevenness.
    resolved
        It is not just a shoulder of a larger neighbour.
    """

    truth: SimulatedBand
    height_px: float
    detectable: bool
    resolved: bool

    @property
    def counts(self) -> bool:
        """Whether missing it is an error."""
        return self.detectable and self.resolved


def true_bands(blot: SimulatedBlot) -> tuple[TrueBand, ...]:
    """Return the bands of the sample lanes that are there; the marker's bands are left out.

    The best linear test for a known shape `a` in noise of variance `v` has the signal-to-noise
    ratio ``sqrt(sum(a**2 / v))``; `v` is the scene's own, so nothing is estimated.
    """
    scene = blot.scene
    layout = Layout(scene)
    variance = scene.read_noise**2 + scene.gain * (blot.signal + blot.background)
    least = BLOTCH_SHARE * scene.blotch * scene.background * scene.exposure
    shoulders = _shoulders(blot)
    found = []
    for spot, band in zip(spots_of(scene, layout), blot.bands, strict=True):
        if band.row == 0 or band.volume <= 0:
            continue
        patch = band_patch(layout, spot)
        snr = float(np.sqrt(np.sum(patch.values**2 / patch.of(variance))))
        found.append(
            TrueBand(
                truth=band,
                height_px=4 * spot.sigma_px + 2 * spot.tail_px,
                detectable=snr >= DETECTABLE_SNR and band.peak >= least,
                resolved=(band.lane, band.row) not in shoulders,
            )
        )
    return tuple(found)


def _shoulders(blot: SimulatedBlot) -> set[tuple[int, int]]:
    """Return (lane, row) of bands without a valley between them and a larger neighbour."""
    shoulders = set()
    for lane in blot.lanes:
        bands = sorted(
            (b for b in blot.bands if b.lane == lane.number and b.volume > 0), key=lambda b: b.y_px
        )
        for upper, lower in pairwise(bands):
            between = _along_axis(blot, upper, lower)
            if between.min() > VALLEY * min(between[0], between[-1]):
                smaller = min((upper, lower), key=lambda b: b.volume)
                shoulders.add((smaller.lane, smaller.row))
    return shoulders


def _along_axis(
    blot: SimulatedBlot, upper: SimulatedBand, lower: SimulatedBand
) -> NDArray[np.float64]:
    """Return the noise-free signal from one apex to the other, about a pixel a step."""
    n = max(2, round(lower.y_px - upper.y_px) + 1)
    rows = np.rint(np.linspace(upper.y_px, lower.y_px, n)).astype(int)
    columns = np.rint(np.linspace(upper.x_px, lower.x_px, n)).astype(int)
    height, width = blot.signal.shape
    inside = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    return np.asarray(blot.signal[inside], dtype=np.float64)
