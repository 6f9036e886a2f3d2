"""A band's volume as a weighted sum over its lane: which place counts for which band, how much.

Two ways are joined by their errors. *Sum*: the measured signal over the band's reach, each place
shared between overlapping bands as their shapes say; right for strong bands, whose exact shape does
not matter then. *Fit*: places weighted by the row's shape, the profile-weighted extraction of
astronomy (Horne 1986, doi 10.1086/131801); right for faint bands, where the rims hold only noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, LaneView

Floats = NDArray[np.float64]

SHAPE_ERROR = 0.06  # relative error of a fitted volume from the shape alone
SHARING_ERROR = 0.08  # relative error of what is shared between overlapping bands
PLACING_ERROR = 0.005  # relative error of a summed volume from limits, tails and the lane's edges
LEAST_CAPTURED = 0.6  # less of a band's shape inside the lane is not scaled up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extraction:
    """One band's volume: ``sum(weights * (signal - level - others))``, with its errors.

    `weights` (positions) include the area of each step; `others` is what neighbours add there.
    `signal_variance` is the pixels' part of the variance, `other_variance` all the rest.
    """

    volume: float
    weights: Floats
    others: Floats
    area_px: float
    noise_variance: float
    other_variance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneBands:
    """What is known of a lane's bands before their volumes: reach and group of each.

    `reach` (bands, positions) is the share of each step inside the band's limits; `group` numbers
    the bands that overlap; `found` tells in which a peak was seen.
    """

    reach: Floats
    group: tuple[int, ...]
    found: tuple[bool, ...]


def extract(view: LaneView, background: Background, bands: LaneBands) -> tuple[Extraction, ...]:
    """Return the extraction of every band of a lane. About 0.2 ms for a band."""
    area = view.profile.area_px
    rest = view.profile.signal - background.level
    variance = np.maximum(view.profile.variance, 1e-12)
    fitted, fit_weights = _fitted(view.shapes, rest, variance)
    present = np.where(view.present, np.clip(fitted, 0.0, None), 0.0)
    out = []
    for k in range(len(bands.group)):
        by_fit = fit_weights[k]
        fit_error = _fit_variance(background, by_fit, variance, k)
        fit_other = fit_error - float((by_fit**2 * variance).sum())
        fit_other = max(fit_other, 0.0) + (SHAPE_ERROR * fitted[k]) ** 2
        # Nothing to share where the fit leaves nothing: the fit's own value stands, negative too.
        if not bands.found[k] or fitted[k] <= 0:
            others = _others(view.shapes, present, k)
            leak = (SHARING_ERROR * float((by_fit * others).sum())) ** 2
            out.append(
                _extraction(by_fit, rest, others, area, variance, fit_other + leak, bands.reach[k])
            )
            continue
        by_sum, shared = _summed(view, bands, present, k)
        sum_noise = float((by_sum**2 * variance).sum())
        sum_other = background.error.variance(by_sum) + (SHARING_ERROR * shared) ** 2
        sum_other += (PLACING_ERROR * fitted[k]) ** 2
        # The share of the fit that makes the total error least, were the two independent.
        total_sum = sum_noise + sum_other
        total_fit = float((by_fit**2 * variance).sum()) + fit_other
        share = total_sum / max(total_sum + total_fit, 1e-300)
        share = 0.0 if share < 0.02 else share
        weights = (1 - share) * by_sum + share * by_fit
        others = share * by_fit * _others(view.shapes, present, k)
        volume = float((weights * rest).sum() - others.sum())
        out.append(
            Extraction(
                volume=volume,
                weights=weights,
                others=np.divide(
                    others, weights, out=np.zeros_like(others), where=np.abs(weights) > 1e-12
                ),
                area_px=float((bands.reach[k] * area).sum()),
                noise_variance=(1 - share) * sum_noise
                + share * float((by_fit**2 * variance).sum()),
                other_variance=(1 - share) * sum_other + share * fit_other,
            )
        )
    return tuple(out)


def _extraction(
    weights: Floats,
    rest: Floats,
    others: Floats,
    area: Floats,
    variance: Floats,
    other_variance: float,
    reach: Floats,
) -> Extraction:
    return Extraction(
        volume=float((weights * (rest - others)).sum()),
        weights=weights,
        others=others,
        area_px=float((reach * area).sum()),
        noise_variance=float((weights**2 * variance).sum()),
        other_variance=other_variance,
    )


def _fitted(shapes: Floats, rest: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return the volumes of all bands by least squares and each one's weights on the profile.

    The weights of a band are those of the band alone: neighbours are subtracted, not fitted again.
    """
    if not len(shapes):
        return np.zeros(0), shapes
    weighted = shapes / variance[None]
    normal = weighted @ shapes.T
    ridge = 1e-9 * np.diag(np.maximum(np.diag(normal), 1e-300))
    volumes = np.linalg.solve(normal + ridge, weighted @ rest)
    own = weighted / np.maximum((weighted * shapes).sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(volumes, dtype=np.float64), np.asarray(own, dtype=np.float64)


def _others(shapes: Floats, present: Floats, k: int) -> Floats:
    without = present.copy()
    without[k] = 0.0
    return np.asarray(without @ shapes)


def _fit_variance(background: Background, weights: Floats, variance: Floats, k: int) -> float:
    if background.fit_se is not None and np.isfinite(background.fit_se[k]):
        return background.fit_se[k] ** 2
    return float((weights**2 * variance).sum()) + background.error.variance(weights)


def _summed(view: LaneView, bands: LaneBands, present: Floats, k: int) -> tuple[Floats, float]:
    """Return the weights of the shared sum and how much volume lies where bands overlap."""
    area = view.profile.area_px
    members = [j for j, g in enumerate(bands.group) if g == bands.group[k] and view.present[j]]
    density = view.shapes * area[None]
    if len(members) == 1:
        reach = bands.reach[k]
        captured = float((density[k] * reach).sum())
        scale = 1 / captured if captured > LEAST_CAPTURED else 1.0
        return reach * area * scale, 0.0
    reach = np.clip(bands.reach[members].max(axis=0), 0.0, 1.0)
    signal = present[members, None] * view.shapes[members]
    total = signal.sum(axis=0)
    mine = present[k] * view.shapes[k]
    even = view.shapes[k] / np.maximum(view.shapes[members].sum(axis=0), 1e-300)
    share = np.where(total > 0, mine / np.maximum(total, 1e-300), even)
    captured = float((density[k] * reach).sum())
    scale = 1 / captured if captured > LEAST_CAPTURED else 1.0
    rest = np.minimum(mine, total - mine)
    return share * reach * area * scale, float((rest * reach * area).sum())
