"""One shape for a group of rows that overlap, fitted to the stacks of their clear lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from blotquant.bands.emg import LONGEST_TAIL, emg_slopes

Floats = NDArray[np.float64]

MIN_SIGMA_PX = 0.6
NARROWEST, WIDEST = 14.0, 3.5  # a row's sigma lies between these parts of its bands' height
EXPECTED_MISFIT = 0.03  # of the peak: how well stacks of real bands follow the shape
ALIKE_WIDTH = 0.1  # of ln(sigma): by how much rows of one membrane differ
ALIKE_TAIL = 0.25  # the same of the tail, in units of sigma
TYPICAL_TAIL = 0.4  # in units of sigma


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Lanes laid over each other: `signal` at `position` below the first row's apex, peak 1."""

    position: Floats
    signal: Floats


def fit_shape(
    stacks: Sequence[Stack],
    spacing: Floats,
    width: float,
    usual: tuple[float, float] | None = None,
) -> tuple[float, float, Floats, float]:
    """Return sigma, tail and the apexes' places (px), and the misfit in parts of the peak.

    Parameters
    ----------
    spacing
        First idea of the places: of each row's apex below that of the first.
    width
        First idea of the bands' height, px.
    usual
        Sigma (px) and tail (in sigma) of the other rows, where there are some.
    """
    n, steps = len(stacks), spacing.size - 1
    sigma, tail = usual or (max(MIN_SIGMA_PX, width / 6), 0.3)
    start = np.concatenate([[np.log(sigma), tail], np.diff(spacing), np.zeros(n)])
    model = _Model(stacks=stacks, spacing=spacing, width=width, usual=usual)
    # The limits of the bands were set at 4 to 7 sigma in all; far outside lies no band's shape.
    low = np.array([np.log(width / NARROWEST), -LONGEST_TAIL, *(steps * [0.3]), *(n * [-width])])
    high = np.array([np.log(width / WIDEST), LONGEST_TAIL, *(steps * [10 * width]), *(n * [width])])
    found = least_squares(
        model.residuals,
        np.clip(start, low + 1e-6, high - 1e-6),
        jac=model.slopes,
        bounds=(low, high),
        max_nfev=20,
        xtol=1e-4,
        ftol=1e-4,
    ).x
    sigma, ratio, places = model.unpack(found)
    points = sum(stack.signal.size for stack in stacks)
    misfit = float(np.sqrt((model.residuals(found)[:points] ** 2).mean()))
    return sigma, ratio * sigma, places, misfit


@dataclass(slots=True, kw_only=True, eq=False)
class _Model:
    """The misfit of stacks to one shape.

    Parameters are ln(sigma), the tail in sigma, the steps from apex to apex, and where the first
    apex lies in each stack. `last` holds the parameters, residuals and slopes of the last call.
    """

    stacks: Sequence[Stack]
    spacing: Floats
    width: float
    usual: tuple[float, float] | None = None
    last: tuple[Floats, Floats, Floats] | None = None

    def unpack(self, p: Floats) -> tuple[float, float, Floats]:
        """Return sigma (px), the tail in sigma, and the apexes' places (px)."""
        steps = p[2 : 1 + self.spacing.size]
        return float(np.exp(p[0])), float(p[1]), np.concatenate([[0.0], np.cumsum(steps)])

    def residuals(self, p: Floats) -> Floats:
        """Return (points,): the stacks', then those against what was seen before."""
        return self._at(p)[0]

    def slopes(self, p: Floats) -> Floats:
        """Return how the residuals change with each parameter, (points, parameters)."""
        return self._at(p)[1].T

    def _at(self, p: Floats) -> tuple[Floats, Floats]:
        """Return both; the solver asks for one after the other at the same place."""
        if self.last is None or not np.array_equal(self.last[0], p):
            parts = [self._stack(p, k) for k in range(len(self.stacks))]
            scale = EXPECTED_MISFIT * np.sqrt(sum(rest.size for rest, _ in parts))
            parts.append(self._priors(p, float(scale)))
            rests, changes = zip(*parts, strict=True)
            self.last = p.copy(), np.concatenate(rests), np.concatenate(changes, axis=1)
        return self.last[1:]

    def _stack(self, p: Floats, k: int) -> tuple[Floats, Floats]:
        stack, n_rows = self.stacks[k], self.spacing.size
        sigma, ratio, places = self.unpack(p)
        own = 1 + n_rows + k
        emg = emg_slopes(stack.position - (places + p[own])[:, None], sigma, ratio * sigma)
        design = np.vstack([emg.density, np.ones((1, stack.position.size))])
        normal = design @ design.T
        normal[np.diag_indices_from(normal)] *= 1 + 1e-9
        heights = np.linalg.solve(normal, design @ stack.signal)
        rest = stack.signal - heights @ design
        # How each row's shape changes with each parameter, (parameters, rows, positions).
        shapes = np.zeros((p.size, n_rows, stack.position.size))
        shapes[0] = sigma * (emg.by_sigma + ratio * emg.by_tail)
        shapes[1] = sigma * emg.by_tail
        shapes[own] = -emg.by_distance
        for step in range(1, n_rows):  # moves all rows below it
            shapes[1 + step, step:] = shapes[own, step:]
        changes = heights[:-1] @ shapes
        # The heights follow, and so make up for a part of it.
        right = -design @ changes.T
        right[:-1] += (shapes @ rest).T
        return rest, -changes - np.linalg.solve(normal, right).T @ design

    def _priors(self, p: Floats, scale: float) -> tuple[Floats, Floats]:
        """Return by how much parameters differ from what was seen before, and their slopes.

        It counts as much as the stacks: the apexes' spacing, good to a twentieth of the height, and
        that tails are short. Smears would bend the shapes otherwise.
        """
        near = max(1.0, 0.05 * self.width)
        expected = [(2 + i, float(x), near) for i, x in enumerate(np.diff(self.spacing))]
        expected.append((1, TYPICAL_TAIL, 0.8 / 0.3))
        if self.usual is not None:
            size, usual_tail = self.usual
            expected += [(0, float(np.log(size)), ALIKE_WIDTH), (1, usual_tail, ALIKE_TAIL)]
        rest, changes = np.zeros(len(expected)), np.zeros((p.size, len(expected)))
        for k, (i, value, spread) in enumerate(expected):
            rest[k] = scale * (p[i] - value) / spread
            changes[i, k] = scale / spread
        return rest, changes
