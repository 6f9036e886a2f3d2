"""Where two pictures of a membrane agree best, block by block, and how sure that is.

Each block of the lead says by its own correlation surface where it lies on the other photograph;
shift, turn and zoom are those at which the blocks together correlate best. How far the blocks pull
apart there is the error: the sandwich estimate over blocks (doi:10.1093/biomet/73.1.13), which
needs no model of what differs between the photographs.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.lanes.content import Peak, warped, warped_known
from blotquant.lanes.glimpse import Glimpse
from blotquant.lanes.pose import N_PARAMETERS, Array, Pose

BLOCKS = 6  # along the longer side
REACH_PX = 4  # of the small picture: how far a block is looked for around the search's answer
STENCIL_PX = 0.4  # for derivatives of the surfaces
LONGEST_STEP_PX = 1.0
ROUNDS = 3  # of laying the other picture onto the lead anew
STEPS = 12
CLOSE_ENOUGH_PX = 0.5  # a round that moves less than this is the last one
LEAST_SHARE = 0.02  # of the largest curvature: flatter directions are not followed
# Of the small picture, for right, down, turn and zoom: interpolation, and light that differs from
# one side of a rim to the other, err by this whatever the blocks say.
FLOOR_PX = np.array([0.08, 0.08, 0.15, 0.25])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """A refined pose, what is known of it, and how well the pictures correlate there (-1 to 1)."""

    pose: Pose
    information: Array
    correlation: float
    n_blocks: int


def refine(lead: Glimpse, other: Glimpse, peak: Peak, *, with_bands: bool = False) -> Agreement:
    """Return the pose near a peak at which all blocks agree best; about 5 ms."""
    pose = peak.pose
    found = _Round(lead, other, pose, peak.sign, with_bands=with_bands)
    for _ in range(ROUNDS - 1):
        if found.moved_px < CLOSE_ENOUGH_PX:
            break
        found = _Round(lead, other, found.pose, peak.sign, with_bands=with_bands)
    return Agreement(
        pose=found.pose,
        information=found.information(),
        correlation=found.correlation,
        n_blocks=found.n_blocks,
    )


class _Round:
    """One laying of the other picture onto the lead, and the best step from there."""

    def __init__(
        self, lead: Glimpse, other: Glimpse, pose: Pose, sign: int, *, with_bands: bool
    ) -> None:
        surfaces, places, self._cells = _surfaces(lead, other, pose, sign, with_bands=with_bands)
        self.n_blocks = len(surfaces)
        matrix = lead.to_file
        self._unit = math.sqrt(matrix[0, 0] * matrix[1, 1])
        self._surfaces = _Surfaces(surfaces)
        middle = (np.array([pose.centre.real, pose.centre.imag]) - matrix[:, 2]) / (
            matrix[0, 0],
            matrix[1, 1],
        )
        # In the small picture's own pixels, where nothing is turned or zoomed yet.
        still = Pose(centre=0j, radius_px=pose.radius_px / self._unit)
        self._jacobian = still.jacobian(places - middle)
        self._step, self._gradients, self._curvature, self.correlation = self._climbed()
        self.moved_px = float(np.abs(self._step).max(initial=0.0))
        self._scale = pose.scale
        turned = pose.turn * complex(self._step[0], self._step[1]) * self._unit
        # The small picture's radius and the file's hold the same angle.
        self.pose = pose.moved(np.array([turned.real, turned.imag, *(self._step[2:] * self._unit)]))

    def _climbed(self) -> tuple[Array, Array, Array, float]:
        step = np.zeros(N_PARAMETERS)
        value, gradients, curvature = self._derivatives(step)
        for _ in range(STEPS):
            values, vectors = np.linalg.eigh(-curvature)
            largest = float(np.abs(values).max(initial=0.0))
            if largest <= 0:
                break
            steady = np.maximum(np.abs(values), LEAST_SHARE * largest)
            ahead = vectors @ ((vectors.T @ gradients.sum(axis=0)) / steady)
            ahead *= min(1.0, LONGEST_STEP_PX / max(float(np.abs(ahead).max()), 1e-12))
            for _ in range(4):
                new = self._derivatives(step + ahead)
                if new[0] >= value:
                    break
                ahead = ahead / 2
            else:
                break
            step = step + ahead
            value, gradients, curvature = new
            if float(np.abs(ahead).max()) < 0.005:
                break
        return step, gradients, curvature, value

    def _derivatives(self, step: Array) -> tuple[float, Array, Array]:
        """Return the sum over blocks, each block's gradient (n, 4) and the sum's curvature."""
        value, first, second = self._surfaces.at(self._jacobian @ step)
        j = self._jacobian
        return (
            float(value.sum()),
            np.einsum("bij,bi->bj", j, first),
            np.einsum("bik,bij,bjl->kl", j, second, j),
        )

    def information(self) -> Array:
        """Return the inverse covariance of the pose in file pixels of the other photograph."""
        nothing = np.zeros((N_PARAMETERS, N_PARAMETERS))
        if self.n_blocks <= N_PARAMETERS:
            return nothing
        values, vectors = np.linalg.eigh(-self._curvature)
        seen = values > LEAST_SHARE / 4 * max(float(values.max()), 1e-12)
        if not seen.any():
            return nothing
        inverse = vectors[:, seen] / values[seen] @ vectors[:, seen].T
        covariance = inverse @ self._spread() @ inverse
        # Inside the directions that the blocks see, so that the others stay without information.
        basis = vectors[:, seen]
        inner = basis.T @ (covariance + np.diag(FLOOR_PX**2)) @ basis
        information = basis @ np.linalg.inv(inner) @ basis.T
        unit = self._unit * np.array([self._scale, self._scale, 1.0, 1.0])
        return np.asarray(information / np.outer(unit, unit))

    def _spread(self) -> Array:
        """Return the covariance of the summed gradient.

        A lane's haze errs alike all the way down and a rim all the way across: blocks of a column,
        and those of a row, are taken as one witness, in the manner of two-way clusters
        (doi:10.1198/jbes.2010.07136).
        """
        total = np.zeros((N_PARAMETERS, N_PARAMETERS))
        for axis in (0, 1):
            cells = self._cells[:, axis]
            sums = np.array([self._gradients[cells == k].sum(axis=0) for k in np.unique(cells)])
            n = len(sums)
            total += sums.T @ sums * n / max(n - 1, 1)
        both = self._gradients.T @ self._gradients
        # Counted in rows and in columns, a block's own part is there twice; but never less than it.
        values, vectors = np.linalg.eigh(total - both)
        n = self.n_blocks
        least = np.einsum("ij,ik,kj->j", vectors, both, vectors) * n / (n - N_PARAMETERS)
        return np.asarray(vectors * np.maximum(values, least) @ vectors.T)


def _surfaces(
    lead: Glimpse, other: Glimpse, pose: Pose, sign: int, *, with_bands: bool
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return each block's correlation surface, its weighted middle (x, y) and (row, column)."""
    there = warped(other, pose, lead, with_bands=with_bands)
    known = warped_known(other, pose, lead, with_bands=with_bands)
    picture, own = lead.layer(with_bands=with_bands)
    # Only pixels whose whole neighbourhood is known on both sides: a border that comes into view
    # or leaves it would pull the shift towards itself.
    kernel = np.ones((2 * REACH_PX + 1, 2 * REACH_PX + 1), np.uint8)
    usable = own & cv2.erode(
        known.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    ).astype(bool)
    picture = np.where(usable, picture, 0).astype(np.float32)
    around = cv2.copyMakeBorder(there, REACH_PX, REACH_PX, REACH_PX, REACH_PX, cv2.BORDER_CONSTANT)
    surfaces, weights, places, cells = [], [], [], []
    for cell, rows, columns in _grid(picture.shape):
        block, mask = picture[rows, columns], usable[rows, columns].astype(np.float32)
        energy = block * block
        weight = float(energy.sum())
        if weight <= 0:
            continue
        window = around[
            rows.start : rows.stop + 2 * REACH_PX, columns.start : columns.stop + 2 * REACH_PX
        ]
        product = cv2.matchTemplate(window, block, cv2.TM_CCORR)
        # Without its own energy a window would be the better the more contrast it holds.
        there_energy = cv2.matchTemplate(window * window, mask, cv2.TM_CCORR)
        faint = 0.05 * float(mask.sum())
        surfaces.append(sign * product / np.sqrt(weight * np.maximum(there_energy, faint)))
        weights.append(math.sqrt(weight * float(there_energy[REACH_PX, REACH_PX].clip(faint))))
        x = np.arange(columns.start, columns.stop) @ energy.sum(axis=0) / weight
        y = np.arange(rows.start, rows.stop) @ energy.sum(axis=1) / weight
        places.append((x, y))
        cells.append(cell)
    side = 2 * REACH_PX + 1
    share = np.array(weights, dtype=float) / max(sum(weights), 1e-12)
    return (
        np.array(surfaces, dtype=float).reshape(-1, side, side) * share[:, None, None],
        np.array(places, dtype=float).reshape(-1, 2),
        np.array(cells, dtype=np.int64).reshape(-1, 2),
    )


def _grid(shape: tuple[int, ...]) -> list[tuple[tuple[int, int], slice, slice]]:
    """Return (row, column), pixel rows and pixel columns of each block."""
    size = max(shape) / BLOCKS
    edges = [
        np.linspace(0, n, max(1, round(n / size)) + 1).astype(int) for n in (shape[0], shape[1])
    ]
    return [
        ((i, j), slice(int(a), int(b)), slice(int(c), int(d)))
        for i, (a, b) in enumerate(itertools.pairwise(edges[0]))
        for j, (c, d) in enumerate(itertools.pairwise(edges[1]))
    ]


class _Surfaces:
    """Correlation surfaces of all blocks as cubic splines."""

    def __init__(self, surfaces: NDArray[np.float64]) -> None:
        from scipy import ndimage  # noqa: PLC0415 - slow import

        once = ndimage.spline_filter1d(surfaces, 3, axis=1) if len(surfaces) else surfaces
        self._coefficients = ndimage.spline_filter1d(once, 3, axis=2) if len(once) else once

    def at(self, places: Array) -> tuple[Array, Array, Array]:
        """Return value (n,), gradient (n, 2) and curvature (n, 2, 2) of each at its own place."""
        from scipy import ndimage  # noqa: PLC0415 - slow import

        n = places.shape[0]
        if n == 0:
            return np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2, 2))
        h = STENCIL_PX
        offsets = np.array([(x, y) for y in (-h, 0.0, h) for x in (-h, 0.0, h)])
        limit = REACH_PX - h
        where = np.clip(places, -limit, limit)[None] + offsets[:, None]
        index = np.broadcast_to(np.arange(n, dtype=float), (9, n))
        v = ndimage.map_coordinates(
            self._coefficients,
            [index, where[..., 1] + REACH_PX, where[..., 0] + REACH_PX],
            order=3,
            prefilter=False,
            mode="nearest",
        )
        first = np.stack([v[5] - v[3], v[7] - v[1]], axis=1) / (2 * h)
        second = np.empty((n, 2, 2))
        second[:, 0, 0] = (v[5] - 2 * v[4] + v[3]) / h**2
        second[:, 1, 1] = (v[7] - 2 * v[4] + v[1]) / h**2
        second[:, 0, 1] = second[:, 1, 0] = (v[8] - v[6] - v[2] + v[0]) / (4 * h**2)
        return v[4], first, second
