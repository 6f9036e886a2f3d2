"""The shape of a clipped band, from its free places and what its row has taught."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from blotquant.bands.emg import LONGEST_TAIL
from blotquant.quantify.flank_window import Floats, Window

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
class Fit:
    """A window's parameters and their covariance, with the covariance of the data alone."""

    parameters: Floats
    covariance: Floats
    own: Floats


def fit_window(window: Window, prior: Prior) -> Fit:
    """Return the shape that fits the free places and the prior best."""
    root = np.sqrt(window.weight)
    centre = np.array([prior.ln_sigma.value, prior.tail.value, 0.0, 0.0, 0.0, 0.0])
    spread = np.array(
        [
            prior.ln_sigma.sd,
            prior.tail.sd,
            0.15 * window.height_px,
            CURL_SD_PX,
            CURL_SD_PX,
            ROUND_SD,
        ]
    )

    def residuals(p: Floats) -> Floats:
        shapes = window.shapes(p)
        heights, strays = window.parts(shapes)
        rest = (window.signal - shapes * heights - window.glare[:, None] * strays) * root
        return np.concatenate([rest.ravel(), strays / window.glare_sd, (p - centre) / spread])

    low = np.array([centre[0] - 1.5, -LONGEST_TAIL, -window.height_px, -20.0, -20.0, -1.0])
    high = np.array([centre[0] + 1.5, LONGEST_TAIL, window.height_px, 20.0, 20.0, 1.0])
    start = np.clip(centre, low + 1e-6, high - 1e-6)
    found = least_squares(
        residuals, start, bounds=(low, high), max_nfev=20, xtol=1e-4, ftol=1e-6, x_scale=spread
    )
    # Misfits of a shape are alike at neighbouring places: they count as fewer than they are.
    data = found.jac[: window.signal.size]
    n_free = max(int(np.count_nonzero(window.weight)) - start.size - window.across.size, 1)
    chi = float((found.fun[: window.signal.size] ** 2).sum()) / n_free
    alike = max(chi, 1.0) * max(1.0, window.height_px / 6)
    information = data.T @ data / alike
    return Fit(
        parameters=np.asarray(found.x),
        covariance=np.linalg.inv(information + np.diag(1 / spread**2)),
        own=np.linalg.inv(information + np.diag(1e-9 / spread**2)),
    )


def learn(fits: Sequence[Fit], first: Prior) -> Prior:
    """Return mean and scatter of the row's shape, every lane by what it can tell."""
    return Prior(
        ln_sigma=_centre(fits, 0, first.ln_sigma, LEAST_SIGMA_SD),
        tail=_centre(fits, 1, first.tail, LEAST_TAIL_SD),
    )


def _centre(fits: Sequence[Fit], which: int, before: Expected, least_sd: float) -> Expected:
    """Return one parameter's mean over the lanes and how much a further lane may differ from it."""
    if not fits:
        return before
    values = np.array([f.parameters[which] for f in fits])
    variances = np.array([f.own[which, which] for f in fits])
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
