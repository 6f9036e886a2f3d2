"""What a clipped band would have shown: its peak from the flanks that the detector still saw.

::

         ____         ....     the shape, fitted to everything that is not clipped
        _|    |_     _|    |_   measured: it stays as it is

Only what is missing is modelled: the estimate is the measured volume plus the shape's excess over
it at the clipped places. Places across the lane clip at different heights, so strips of the lane
are fitted together: one width, tail and bent apex line, free heights. The row's other lanes teach
width and tail beforehand (empirical Bayes), the more so the more of the band is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from blotquant.bands.emg import LONGEST_TAIL, emg_density
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.noise import NoiseModel

Floats = NDArray[np.float64]

STRIPS = 14  # across a lane: enough to see what clips where, few enough to be fast
REACH = 0.25  # of the band's height, looked at beyond its limits
LEAST_PLACES = 6  # with something of the band: fewer tell no shape
MISFIT = 0.015  # of the signal: by how much real bands differ from the shape, place by place
NEIGHBOUR = 0.5  # of what a neighbour adds: by how much that may be wrong
FIRST_SIGMA_SD, FIRST_TAIL, FIRST_TAIL_SD = 0.4, 0.4, 0.5  # before a row is known
LEAST_SIGMA_SD, LEAST_TAIL_SD = 0.015, 0.05  # no two bands are more alike
CURL_SD_PX = 1.5  # by how much a band's ends lie higher or lower than its middle
ROUND_SD = 0.2  # of ln(sigma) at the ends of a band
GLARE = 0.03  # of the band's tallest part: how strong the light is that strays around it
GLARE_WIDTH = 0.5  # standard deviation, in heights of the band
LARGEST_EXPONENT = 700.0  # of a floating-point number
SHAPE_ERROR = 0.2  # relative error of what is missing from the shape's family alone
TRUST = 1.96  # the offered interval is a 95 % one


@dataclass(frozen=True, slots=True, kw_only=True)
class FlankEstimate:
    """The volume that a clipped band would have without its limit, counts x px.

    `low` and `high` span a 95 % interval; `low` is never below the measured volume.
    """

    volume: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlankBand:
    """One band as the fit looks at it.

    Parameters
    ----------
    band
        Its limits along the lane.
    straight
        The lane, laid out straight.
    level
        The background along the lane, counts per pixel.
    others
        What neighbouring bands add along the lane, counts per pixel.
    room
        From where to where (px along the lane) no other band has its limits.
    volume, volume_se
        As measured: the lower bound.
    noise
        Of a pixel.
    """

    band: Band
    straight: StraightLane
    level: Floats
    others: Floats
    room: tuple[float, float]
    volume: float
    volume_se: float
    noise: NoiseModel

    @classmethod
    def alone(
        cls,
        band: Band,
        mates: Sequence[Band],
        straight: StraightLane,
        level: Floats,
        noise: NoiseModel,
    ) -> FlankBand:
        """Return a band of which no volume is known yet, beside the other bands of its lane."""
        return cls(
            band=band,
            straight=straight,
            level=level,
            others=np.zeros_like(level),
            room=room_for(band, mates),
            volume=0.0,
            volume_se=0.0,
            noise=noise,
        )


def room_for(band: Band, mates: Sequence[Band]) -> tuple[float, float]:
    """Return from where to where a lane is free of the limits of other bands that were found."""
    others = [b for b in mates if b.found and b.row != band.row]
    above = [b.stop_px for b in others if b.apex_px < band.apex_px]
    below = [b.start_px for b in others if b.apex_px > band.apex_px]
    return max(above, default=-math.inf), min(below, default=math.inf)


def estimate_row(bands: Sequence[FlankBand]) -> tuple[FlankEstimate | None, ...]:
    """Return the estimates of one row's bands over its lanes, None where nothing is clipped.

    None too where nothing of the flanks is left. Bands without a clipped place only teach the
    shape. About 20 ms for a band.
    """
    if not any(_is_clipped(b) for b in bands):
        return (None,) * len(bands)
    windows, learned = _known(bands)
    out: list[FlankEstimate | None] = []
    for band, window in zip(bands, windows, strict=True):
        if window is None or not _is_clipped(band):
            out.append(None)
        else:
            out.append(_estimate(band, window, _fit(window, learned)))
    return tuple(out)


def shape_of_row(bands: Sequence[FlankBand]) -> tuple[float, float] | None:
    """Return sigma and tail (px) of a row in which bands are clipped, from what is not clipped.

    None where nothing is clipped, or nothing can be told.
    """
    if not any(_is_clipped(b) for b in bands):
        return None
    windows, learned = _known(bands)
    if all(w is None for w in windows):
        return None
    sigma = math.exp(learned.ln_sigma)
    return sigma, learned.tail * sigma


def _known(bands: Sequence[FlankBand]) -> tuple[list[_Window | None], _Prior]:
    """Return the bands' windows, None for those too lost, and what they teach of the row."""
    windows = [_Window.of(b) for b in bands]
    width = float(np.median([b.band.stop_px - b.band.start_px for b in bands]))
    first = _Prior(
        ln_sigma=math.log(max(width / 6, 0.6)),
        ln_sigma_sd=FIRST_SIGMA_SD,
        tail=FIRST_TAIL,
        tail_sd=FIRST_TAIL_SD,
    )
    fits = [None if w is None else _fit(w, first) for w in windows]
    return windows, _learn([f for f in fits if f is not None], first)


def _is_clipped(band: FlankBand) -> bool:
    start, stop = _rows(band, 0.0)
    return bool(band.straight.saturated[start:stop].any())


def _rows(band: FlankBand, beyond: float) -> tuple[int, int]:
    height = band.band.stop_px - band.band.start_px
    start = math.floor(max(band.band.start_px - beyond * height, band.room[0]))
    stop = math.ceil(min(band.band.stop_px + beyond * height, band.room[1])) + 1
    return max(start, 0), min(stop, band.straight.signal.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """What is known of a shape beforehand; the tail is in sigma."""

    ln_sigma: float
    ln_sigma_sd: float
    tail: float
    tail_sd: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Window:
    """A band cut out and cut into strips along the lane.

    `signal` (positions, strips) is the mean over the free places of each strip, above the level;
    `weight` its inverse variance, 0 where any place is clipped. `across` (strips) runs from -1 to
    1. `clipped` (positions, strips) counts the clipped places, `missing` sums what they show.
    """

    position: Floats
    across: Floats
    signal: Floats
    weight: Floats
    clipped: Floats
    seen: Floats
    glare: Floats
    glare_sd: float
    step_px: float
    height_px: float
    apex_px: float

    @classmethod
    def of(cls, band: FlankBand) -> _Window | None:
        """Return the window, None where too little of the band is free."""
        start, stop = _rows(band, REACH)
        signal = band.straight.signal[start:stop].astype(np.float64)
        if signal.shape[0] < LEAST_PLACES:
            return None
        clipped = band.straight.saturated[start:stop]
        # Samples beside a clipped pixel are mixed with it.
        kernel = np.ones((3, 3), np.uint8)
        tainted = cv2.dilate(clipped.astype(np.uint8), kernel).astype(bool)
        rest = signal - (band.level + band.others)[start:stop, None]
        n = min(STRIPS, signal.shape[1])
        edges = np.linspace(0, signal.shape[1], n + 1).astype(int)
        size = np.diff(edges).astype(np.float64)
        means = np.add.reduceat(rest, edges[:-1], axis=1) / size
        lost = np.add.reduceat(tainted.astype(np.float64), edges[:-1], axis=1)
        seen = np.add.reduceat(np.where(tainted, rest, 0.0), edges[:-1], axis=1)
        gross = np.maximum(np.add.reduceat(signal, edges[:-1], axis=1) / size, 0.0)
        noise = band.noise.variance(gross) / size
        tall = float(np.percentile(means, 98))
        away = np.arange(start, stop) - band.band.apex_px
        height = band.band.stop_px - band.band.start_px
        variance = noise + (MISFIT * np.maximum(means, 0.1 * tall)) ** 2
        variance += (NEIGHBOUR * band.others[start:stop, None]) ** 2
        weight = np.where(lost > 0, 0.0, 1 / np.maximum(variance, 1e-12))
        if np.count_nonzero((weight > 0) & (means > 0.05 * tall)) < LEAST_PLACES:
            return None
        return cls(
            position=np.arange(start, stop, dtype=np.float64),
            across=np.linspace(-1.0, 1.0, n),
            signal=means,
            weight=weight,
            clipped=lost,
            seen=seen,
            glare=np.exp(-0.5 * (away / (GLARE_WIDTH * height)) ** 2),
            glare_sd=max(GLARE * tall, 1e-6),
            step_px=band.straight.step_px,
            height_px=height,
            apex_px=band.band.apex_px,
        )

    def shapes(self, p: Floats) -> Floats:
        """Return the shape of unit area in every strip: (positions, strips).

        `p` holds ln(sigma), the tail in sigma, the apex line's place, slope and bend, and by how
        much ln(sigma) changes at the ends. The middle keeps its thickness: ends are rounded.
        """
        sigma = np.exp(p[0] + p[5] * self.across**4)
        apex = self.apex_px + p[2] + p[3] * self.across + p[4] * self.across**2
        distance = self.position[:, None] - apex
        return emg_density(distance, sigma, p[1] * sigma)

    def parts(self, shapes: Floats) -> tuple[Floats, Floats]:
        """Return each strip's volume and its glare's strength, by weighted least squares.

        Light strays around a strong band in the membrane and the camera, wider than the band
        itself; the level, which is smooth, does not see all of it.
        """
        w, glare = self.weight, self.glare[:, None]
        hh = (w * shapes**2).sum(axis=0)
        hp = (w * shapes * glare).sum(axis=0)
        pp = (w * glare**2).sum(axis=0) + 1 / self.glare_sd**2
        h = (w * shapes * self.signal).sum(axis=0)
        p = (w * glare * self.signal).sum(axis=0)
        determinant = np.maximum(hh * pp - hp**2, 1e-300)
        heights = (pp * h - hp * p) / determinant
        strays = (hh * p - hp * h) / determinant
        lost = heights < 0
        return np.where(lost, 0.0, heights), np.where(lost, p / pp, strays)

    def excess(self, p: Floats) -> float:
        """Return by how much the shape exceeds what was seen at clipped places, counts x px."""
        shapes = self.shapes(p)
        heights, strays = self.parts(shapes)
        model = (shapes * heights + self.glare[:, None] * strays) * self.clipped
        above = np.maximum(model - self.seen, 0.0)
        return float(above.sum()) * self.step_px


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """A window's parameters and their covariance, with the covariance of the data alone."""

    parameters: Floats
    covariance: Floats
    own: Floats


def _fit(window: _Window, prior: _Prior) -> _Fit:
    """Return the shape that fits the free places and the prior best."""
    root = np.sqrt(window.weight)
    centre = np.array([prior.ln_sigma, prior.tail, 0.0, 0.0, 0.0, 0.0])
    spread = np.array(
        [
            prior.ln_sigma_sd,
            prior.tail_sd,
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
    return _Fit(
        parameters=np.asarray(found.x),
        covariance=np.linalg.inv(information + np.diag(1 / spread**2)),
        own=np.linalg.inv(information + np.diag(1e-9 / spread**2)),
    )


def _learn(fits: Sequence[_Fit], first: _Prior) -> _Prior:
    """Return mean and scatter of the row's shape, every lane by what it can tell."""
    ln_sigma, ln_sigma_sd = _centre(
        np.array([f.parameters[0] for f in fits]),
        np.array([f.own[0, 0] for f in fits]),
        first.ln_sigma,
        first.ln_sigma_sd,
        LEAST_SIGMA_SD,
    )
    tail, tail_sd = _centre(
        np.array([f.parameters[1] for f in fits]),
        np.array([f.own[1, 1] for f in fits]),
        first.tail,
        first.tail_sd,
        LEAST_TAIL_SD,
    )
    return _Prior(ln_sigma=ln_sigma, ln_sigma_sd=ln_sigma_sd, tail=tail, tail_sd=tail_sd)


def _centre(
    values: Floats, variances: Floats, before: float, before_sd: float, least_sd: float
) -> tuple[float, float]:
    """Return the mean over the lanes and how much a further lane may differ from it."""
    if values.size == 0:
        return before, before_sd
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
    spread = min(math.sqrt(scatter + known + least_sd**2 / values.size), before_sd)
    return mean, spread


def _estimate(band: FlankBand, window: _Window, fit: _Fit) -> FlankEstimate:
    """Return the measured volume with the excess, and its interval on the log scale."""
    excess = window.excess(fit.parameters)
    slope = np.zeros(fit.parameters.size)
    for i in range(slope.size):
        step = 0.5 * math.sqrt(fit.covariance[i, i])
        up, down = fit.parameters.copy(), fit.parameters.copy()
        up[i] += step
        down[i] -= step
        slope[i] = (window.excess(up) - window.excess(down)) / (2 * step)
    se = math.sqrt(max(float(slope @ fit.covariance @ slope), 0.0) + (SHAPE_ERROR * excess) ** 2)
    total = band.volume + excess
    if excess <= 0:
        return FlankEstimate(volume=total, low=total, high=total + TRUST * band.volume_se)
    spread = TRUST * se / excess
    # Flanks that say nothing leave the peak without an upper bound.
    factor = math.exp(spread) if spread < LARGEST_EXPONENT else math.inf
    rim = TRUST * band.volume_se
    return FlankEstimate(
        volume=total,
        low=max(band.volume, total - math.hypot(excess * (1 - 1 / factor), rim)),
        high=total + math.hypot(excess * (factor - 1), rim),
    )
