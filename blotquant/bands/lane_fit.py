"""Overlapping bands of one lane, fitted together around what their rows have in common.

Bands of a row resemble each other but are not copies: a heavier one is broader, a lane that ran
askew moves or smears both. Each band may therefore differ a little from its row in place, width and
tail, as much as bands of a row do (an empirical Bayes fit); the volumes are free. The covariance of
the fit says how well the bands can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.emg import LONGEST_TAIL, emg_density, emg_slopes

Floats = NDArray[np.float64]

# By how much a band differs from its row.
PLACE_SD = 0.12  # of sigma, from the spacing of the row
SHIFT_SD = 0.5  # of sigma, all bands of the group together
WIDTH_SD = 0.06  # of ln(sigma)
MOST_WIDER = 0.5  # of ln(sigma)
TAIL_SD = 0.15  # of the tail, in sigma
MISFIT = 0.01  # of the signal: how well a band follows the family of shapes
REACH = 4.0  # in sigma, that the fit looks beyond the outermost apexes
STEPS = 12
LONGEST_STEP = 1.0  # in standard deviations of the prior
ENOUGH = 1e-3  # a smaller step ends the fit
NEAR_LIMIT = 3e-5  # a tail so near to the longest one has hardly room to move
SIZES = 3  # parameters of a band besides its volume


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupShapes:
    """Bands that overlap: (bands,) apexes, sigmas and tails (decay length, signed), all in px."""

    apex_px: Floats
    sigma_px: Floats
    tail_px: Floats

    def densities(self, position: Floats) -> Floats:
        """Return (bands, positions): the shapes of unit area, 1/px."""
        return emg_density(
            position[None] - self.apex_px[:, None], self.sigma_px[:, None], self.tail_px[:, None]
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupFit:
    """What a lane says of its overlapping bands.

    `volumes` are in counts per pixel times px, `covariance` (bands, bands) theirs with places,
    widths and tails unknown.
    """

    shapes: GroupShapes
    volumes: Floats
    covariance: Floats


def fit_group(position: Floats, signal: Floats, variance: Floats, row: GroupShapes) -> GroupFit:
    """Fit the overlapping bands of one lane around the shapes of their rows.

    Parameters
    ----------
    position, signal, variance
        (n,) of the lane: px, counts above the level, and variance of the noise.
    row
        Where the bands are expected and what those of their rows look like.

    Gauss-Newton steps from the row's shapes, about 0.5 ms for two bands.
    """
    sigma = float(np.median(row.sigma_px))
    inside = (position >= row.apex_px.min() - REACH * sigma) & (
        position <= row.apex_px.max() + REACH * sigma
    )
    x, y = position[inside], signal[inside]
    noise = np.maximum(variance[inside], 1e-12)
    model = _Model(position=x, row=row)
    values = np.zeros(SIZES * row.apex_px.size)
    weights = 1 / np.sqrt(noise + (MISFIT * np.maximum(y, 0.0)) ** 2)
    precision = _precision(row)
    volumes = np.zeros(row.apex_px.size)
    normal = np.eye(values.size + volumes.size)
    for _ in range(STEPS):
        densities, slopes = model.slopes(values)
        volumes = _volumes(densities, y, weights)
        tangent = np.concatenate([densities, _scaled(slopes, volumes)]) * weights
        rest = (y - volumes @ densities) * weights
        normal = tangent @ tangent.T
        right = tangent @ rest
        n = volumes.size
        normal[n:, n:] += precision
        right[n:] -= precision @ values
        normal[np.diag_indices_from(normal)] *= 1 + 1e-9
        normal[np.diag_indices_from(normal)] += 1e-30
        step = np.linalg.solve(normal, right)[n:]
        step = step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        values = values + step
        if float(np.abs(step).max()) < ENOUGH:
            break
    shapes = model.shapes(values)
    return GroupFit(
        shapes=shapes,
        volumes=_volumes(shapes.densities(x), y, weights),
        covariance=np.asarray(
            np.linalg.inv(normal)[: volumes.size, : volumes.size], dtype=np.float64
        ),
    )


def _precision(row: GroupShapes) -> Floats:
    """Return the prior's inverse covariance, in units where each band's own differences are 1.

    Places are correlated: the whole group may lie elsewhere more easily than one band in it.
    """
    n = row.apex_px.size
    places = np.eye(n) + (SHIFT_SD / PLACE_SD) ** 2
    out = np.eye(SIZES * n)
    out[:n, :n] = np.linalg.inv(places)
    return out


def _volumes(densities: Floats, signal: Floats, weights: Floats) -> Floats:
    design = densities * weights
    normal = design @ design.T
    normal[np.diag_indices_from(normal)] *= 1 + 1e-9
    return np.asarray(np.linalg.solve(normal, design @ (signal * weights)))


def _scaled(slopes: Floats, volumes: Floats) -> Floats:
    """Return the slopes of the signal: those of the shapes times the volume of their band."""
    return slopes * np.tile(volumes, SIZES)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """Shapes of a group's bands as they differ from the row, in prior units.

    Values are the places of all bands, then their widths, then their tails.
    """

    position: Floats
    row: GroupShapes

    def shapes(self, values: Floats) -> GroupShapes:
        """Return the shape of each band."""
        places, widths, tails = values.reshape(SIZES, -1)
        sigma = self.row.sigma_px * np.exp(np.clip(WIDTH_SD * widths, -MOST_WIDER, MOST_WIDER))
        ratio = self.row.tail_px / self.row.sigma_px + TAIL_SD * tails
        return GroupShapes(
            apex_px=self.row.apex_px + PLACE_SD * self.row.sigma_px * places,
            sigma_px=sigma,
            tail_px=np.clip(ratio, -LONGEST_TAIL, LONGEST_TAIL) * sigma,
        )

    def slopes(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the bands' shapes (bands, positions), and their slopes (values, positions)."""
        shapes = self.shapes(values)
        _, widths, tails = values.reshape(SIZES, -1)
        sigma, tail = shapes.sigma_px[:, None], shapes.tail_px[:, None]
        emg = emg_slopes(self.position - shapes.apex_px[:, None], sigma, tail)
        ratio = self.row.tail_px / self.row.sigma_px + TAIL_SD * tails
        wider, longer = WIDTH_SD * _free(WIDTH_SD * widths, MOST_WIDER), _free(ratio, LONGEST_TAIL)
        by_value = (
            -PLACE_SD * self.row.sigma_px[:, None] * emg.by_distance,
            wider[:, None] * (sigma * emg.by_sigma + tail * emg.by_tail),
            TAIL_SD * longer[:, None] * sigma * emg.by_tail,
        )
        return emg.density, np.concatenate(by_value)


def _free(values: Floats, limit: float) -> Floats:
    """Return how far values can move between their limits: 1, but a half at one and 0 beyond."""
    return np.clip(0.5 + (limit - np.abs(values)) / NEAR_LIMIT, 0.0, 1.0)
