"""A band's volume as a weighted sum over its lane: which place counts for which band, how much.

Two ways are joined by their errors. *Sum*: the measured signal over the band's reach, each place
shared between overlapping bands as their shapes say; right for strong bands, whose exact shape does
not matter then. *Fit*: places weighted by the row's shape, the profile-weighted extraction of
astronomy (Horne 1986, doi 10.1086/131801); right for faint bands, where the rims hold only noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background.base import Background, LaneView

Floats = NDArray[np.float64]

SHAPE_ERROR = 0.06  # relative error of a fitted volume from the shape alone
SHARING_ERROR = 0.08  # relative error of what is shared between overlapping bands
PLACING_ERROR = 0.005  # relative error of a summed volume from limits, tails and the lane's edges
LEAST_SHARE = 0.02  # a smaller share of the fit is not worth its neighbours
LEAST_CAPTURED = 0.6  # less of a band's shape inside the lane is not scaled up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extraction:
    """One band's volume: ``sum(weights * (signal - level))`` minus what neighbours add there.

    `weights` (positions) include the area of each step. The variance has three parts: `noise` of
    the pixels, `level` of the background, and `model`, which grows with the signal: shapes, sharing
    and limits are known only so well. A place without a band has no `model` part.
    """

    volume: float
    weights: Floats
    area_px: float
    noise: float
    level: float
    model: float

    @property
    def variance(self) -> float:
        """All of it."""
        return self.noise + self.level + self.model


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneBands:
    """What is known of a lane's bands before their volumes: reach and group of each.

    `reach` (bands, positions) is the share of each step inside the band's limits; `group` numbers
    the bands that overlap; `found` tells in which a peak was seen. `volume_se` is how well the
    volumes of overlapping bands can be told apart, NaN for a band that stands alone.
    """

    reach: Floats
    group: tuple[int, ...]
    found: tuple[bool, ...]
    volume_se: tuple[float, ...]


def extract(view: LaneView, background: Background, bands: LaneBands) -> tuple[Extraction, ...]:
    """Return the extraction of every band of a lane. About 0.2 ms for a band."""
    rest = view.profile.signal - background.level
    variance = np.maximum(view.profile.variance, 1e-12)
    fitted, fit_weights = _fitted(view.shapes, rest, variance)
    present = np.where(view.present, np.clip(fitted, 0.0, None), 0.0)
    out = []
    for k in range(len(bands.group)):
        by_fit = _by_fit(view, background, present, fitted, fit_weights[k], k)
        # Nothing to share where the fit leaves nothing: the fit's own value stands, negative too.
        if not bands.found[k] or fitted[k] <= 0:
            out.append(by_fit)
        else:
            by_sum = _by_sum(view, background, bands, present, fitted, k)
            out.append(_joined(by_sum, by_fit))
    areas = bands.reach @ view.profile.area_px
    return tuple(replace(e, area_px=float(a)) for e, a in zip(out, areas, strict=True))


def _by_fit(
    view: LaneView,
    background: Background,
    present: Floats,
    fitted: Floats,
    weights: Floats,
    k: int,
) -> Extraction:
    variance = np.maximum(view.profile.variance, 1e-12)
    others = _others(view.shapes, present, k)
    noise = float((weights**2 * variance).sum())
    leak = SHARING_ERROR * float((weights * others).sum())
    known = background.bands.volume_se[k] if background.bands is not None else np.nan
    if np.isfinite(known):
        level = max(known**2 - noise, 0.0)
    else:
        level = background.error.variance(weights)
    rest = view.profile.signal - background.level - others
    return Extraction(
        volume=float((weights * rest).sum()),
        weights=weights,
        area_px=0.0,
        noise=noise,
        level=level + leak**2,
        model=(SHAPE_ERROR * fitted[k]) ** 2,
    )


def _by_sum(
    view: LaneView,
    background: Background,
    bands: LaneBands,
    present: Floats,
    fitted: Floats,
    k: int,
) -> Extraction:
    weights, shared = _summed(view, bands, present, k)
    variance = np.maximum(view.profile.variance, 1e-12)
    rest = view.profile.signal - background.level
    noise = float((weights**2 * variance).sum())
    return Extraction(
        volume=float((weights * rest).sum()),
        weights=weights,
        area_px=0.0,
        noise=noise,
        level=background.error.variance(weights),
        model=_sharing(bands, shared, noise, k) + (PLACING_ERROR * fitted[k]) ** 2,
    )


def _sharing(bands: LaneBands, shared: float, noise: float, k: int) -> float:
    """Return the variance from sharing: what the lane's own fit leaves open, and its family."""
    plain = (SHARING_ERROR * shared) ** 2
    known = bands.volume_se[k]
    return plain + max(known**2 - noise, 0.0) if np.isfinite(known) else plain


def _joined(by_sum: Extraction, by_fit: Extraction) -> Extraction:
    """Join the two with the weight that makes the error least, were they independent."""
    share = by_sum.variance / max(by_sum.variance + by_fit.variance, 1e-300)
    share = 0.0 if share < LEAST_SHARE else share

    def mix(name: str) -> float:
        a, b = getattr(by_sum, name), getattr(by_fit, name)
        return float((1 - share) * a + share * b)

    return Extraction(
        volume=mix("volume"),
        weights=(1 - share) * by_sum.weights + share * by_fit.weights,
        area_px=0.0,
        noise=mix("noise"),
        level=mix("level"),
        model=mix("model"),
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


def _summed(view: LaneView, bands: LaneBands, present: Floats, k: int) -> tuple[Floats, float]:
    """Return the weights of the shared sum and how much volume lies where bands overlap."""
    area = view.profile.area_px
    members = [j for j, g in enumerate(bands.group) if g == bands.group[k] and view.present[j]]
    density = view.shapes[k] * area
    if len(members) == 1:
        reach = bands.reach[k]
        captured = float((density * reach).sum())
        scale = 1 / captured if captured > LEAST_CAPTURED else 1.0
        return reach * area * scale, 0.0
    reach = np.clip(bands.reach[members].max(axis=0), 0.0, 1.0)
    signal = present[members, None] * view.shapes[members]
    total = signal.sum(axis=0)
    mine = present[k] * view.shapes[k]
    even = view.shapes[k] / np.maximum(view.shapes[members].sum(axis=0), 1e-300)
    share = np.where(total > 0, mine / np.maximum(total, 1e-300), even)
    captured = float((density * reach).sum())
    scale = 1 / captured if captured > LEAST_CAPTURED else 1.0
    rest = np.minimum(mine, total - mine)
    return share * reach * area * scale, float((rest * reach * area).sum())
