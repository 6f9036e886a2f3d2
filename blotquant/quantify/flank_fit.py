"""The shapes of clipped bands, from their free places and what their row has taught."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from blotquant.bands.descent import Slope, Which, descend
from blotquant.bands.emg import LONGEST_TAIL
from blotquant.quantify.flank_model import N_PARAMETERS, Windows
from blotquant.quantify.flank_window import Floats

LEAST_SIGMA_SD, LEAST_TAIL_SD = 0.015, 0.05  # no two bands are more alike
CURL_SD_PX = 1.5  # by how much a band's ends lie higher or lower than its middle
ROUND_SD = 0.2  # of ln(sigma) at the ends of a band


class Expected(NamedTuple):
    """A value that is known beforehand, and by how much a band may differ from it."""

    value: float
    sd: float


FIRST_SIGMA_SD, FIRST_TAIL = 0.4, Expected(0.4, 0.5)  # before a row is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is known of a shape beforehand: ln(sigma), and the tail in sigma."""

    ln_sigma: Expected
    tail: Expected

    @classmethod
    def before(cls, width_px: float) -> Prior:
        """Return what any row's bands are like whose limits lie so far apart."""
        return cls(
            ln_sigma=Expected(math.log(max(width_px / 6, 0.6)), FIRST_SIGMA_SD), tail=FIRST_TAIL
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """Each window's parameters and their covariance, with the covariance of the data alone."""

    parameters: Floats
    covariance: Floats
    own: Floats


def fit_windows(windows: Windows, prior: Prior) -> Fits:
    """Return for each window the shape that fits the free places and the prior best.

    The windows of a row are fitted side by side: about 1 ms for each.
    """
    height = windows.height_px
    centre = np.zeros((height.size, N_PARAMETERS))
    centre[:, 0], centre[:, 1] = prior.ln_sigma.value, prior.tail.value
    spread = np.full_like(centre, CURL_SD_PX)
    spread[:, 0], spread[:, 1], spread[:, 5] = prior.ln_sigma.sd, prior.tail.sd, ROUND_SD
    spread[:, 2] = 0.15 * height
    reach = np.tile([1.5, LONGEST_TAIL, 0.0, 20.0, 20.0, 1.0], (height.size, 1))
    reach[:, 2] = height
    middle = np.zeros_like(centre)
    middle[:, 0] = prior.ln_sigma.value
    known = np.zeros((height.size, N_PARAMETERS, N_PARAMETERS))
    diagonal = np.arange(N_PARAMETERS)
    known[:, diagonal, diagonal] = 1 / spread**2

    def slope(p: Floats, which: Which) -> Slope:
        e = windows.only(which).evidence(p)
        away = (p - centre[which]) / spread[which]
        return Slope(
            cost=(e.cost + e.stray_cost + (away**2).sum(axis=1)) / 2,
            gradient=e.gradient + away / spread[which],
            normal=e.information + e.stray_information + known[which],
        )

    found = descend(slope, centre, middle - reach, middle + reach, scale=spread)
    e = windows.evidence(found)
    # Misfits of a shape are alike at neighbouring places: they count as fewer than they are.
    n_places = np.count_nonzero(windows.weight, axis=(1, 2))
    n_free = np.maximum(n_places - N_PARAMETERS - windows.n_strips, 1)
    alike = np.maximum(e.cost / n_free, 1.0) * np.maximum(1.0, height / 6)
    information = e.information / alike[:, None, None]
    return Fits(
        parameters=found,
        covariance=np.linalg.inv(information + known),
        own=np.linalg.inv(information + 1e-9 * known),
    )


def learn(fits: Fits, first: Prior) -> Prior:
    """Return mean and scatter of the row's shape, every lane by what it can tell."""
    return Prior(
        ln_sigma=_centre(fits, 0, first.ln_sigma, LEAST_SIGMA_SD),
        tail=_centre(fits, 1, first.tail, LEAST_TAIL_SD),
    )


def _centre(fits: Fits, which: int, before: Expected, least_sd: float) -> Expected:
    """Return one parameter's mean over the lanes and how much a further lane may differ from it."""
    values, variances = fits.parameters[:, which], fits.own[:, which, which]
    scatter = least_sd**2
    for _ in range(10):
        weight = 1 / (variances + scatter)
        mean = float((weight * values).sum() / weight.sum())
        # The scatter beyond the fits' own errors, by the method of moments.
        beyond = float((weight * ((values - mean) ** 2 - variances)).sum() / weight.sum())
        scatter = max(beyond, least_sd**2)
    weight = 1 / (variances + scatter)
    mean = float((weight * values).sum() / weight.sum())
    known = 1 / float(weight.sum())
    sd = math.sqrt(scatter + known + least_sd**2 / values.size)
    return Expected(mean, min(sd, before.sd))
