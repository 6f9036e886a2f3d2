"""One shape for a group of rows that overlap, fitted to the stacks of their clear lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from blotquant.bands.emg import LONGEST_TAIL, emg_density

MIN_SIGMA_PX = 0.6
NARROWEST, WIDEST = 14.0, 3.5  # a row's sigma lies between these parts of its bands' height
EXPECTED_MISFIT = 0.03  # of the peak: how well stacks of real bands follow the shape
ALIKE_WIDTH = 0.1  # of ln(sigma): by how much rows of one membrane differ
ALIKE_TAIL = 0.25  # the same of the tail, in units of sigma
TYPICAL_TAIL = 0.4  # in units of sigma


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Lanes laid over each other: `signal` at `position` below the first row's apex, peak 1."""

    position: NDArray[np.float64]
    signal: NDArray[np.float64]


def fit_shape(
    stacks: Sequence[Stack],
    spacing: NDArray[np.float64],
    width: float,
    usual: tuple[float, float] | None = None,
) -> tuple[float, float, NDArray[np.float64], float]:
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
        jac=lambda p: model.slopes(p, high),
        bounds=(low, high),
        max_nfev=20,
        xtol=1e-4,
        ftol=1e-4,
    )
    sizes, tails, places = model.unpack(found.x[None])
    points = sum(stack.signal.size for stack in stacks)
    misfit = float(np.sqrt((model.residuals(found.x)[:points] ** 2).mean()))
    return float(sizes[0, 0]), float(tails[0, 0]), places[0], misfit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """The misfit of stacks to one shape, for many sets of parameters (rows) at once.

    Parameters are ln(sigma), the tail in sigma, the steps from apex to apex, and where the first
    apex lies in each stack.
    """

    stacks: Sequence[Stack]
    spacing: NDArray[np.float64]
    width: float
    usual: tuple[float, float] | None = None

    def unpack(
        self, p: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return sigma and tail, (sets, 1), and the apexes' places, (sets, rows)."""
        sigma = np.exp(p[:, :1])
        steps = p[:, 2 : 1 + self.spacing.size]
        places = np.concatenate([np.zeros((len(p), 1)), np.cumsum(steps, axis=1)], axis=1)
        return sigma, p[:, 1:2] * sigma, places

    def residuals(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the residuals of one set of parameters."""
        return np.asarray(self._many(p[None])[0])

    def slopes(self, p: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivatives by forward differences, backward ones at an upper limit."""
        step = np.sqrt(np.finfo(float).eps) * np.maximum(1.0, np.abs(p))
        step = np.where(p + step > high, -step, step)
        found = self._many(np.vstack([p[None], p + np.diag(step)]))
        return np.asarray((found[1:] - found[0]).T / step)

    def _many(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        sigma, tail, places = self.unpack(p)
        out = []
        for k, stack in enumerate(self.stacks):
            apexes = places + p[:, 1 + self.spacing.size + k, None]
            columns = [emg_density(stack.position - c, sigma, tail) for c in apexes.T[:, :, None]]
            design = np.stack([*columns, np.ones_like(columns[0])], axis=2)
            across = design.transpose(0, 2, 1)
            normal = across @ design
            diagonal = np.arange(design.shape[2])
            normal[:, diagonal, diagonal] *= 1 + 1e-9
            amplitudes = np.linalg.solve(normal, across @ stack.signal[:, None])
            out.append(stack.signal - (design @ amplitudes)[:, :, 0])
        # What was seen before counts as much as the stacks: the apexes' spacing, good to a
        # twentieth of the height, and that tails are short. Smears would bend the shapes otherwise.
        scale = EXPECTED_MISFIT * np.sqrt(sum(o.shape[1] for o in out))
        apart = np.diff(places, axis=1) - np.diff(self.spacing)
        shaped = (p[:, 1:2] - TYPICAL_TAIL) / 0.8
        spaced = apart / max(1.0, 0.05 * self.width)
        priors = [scale * spaced, 0.3 * scale * shaped]
        if self.usual is not None:
            size, usual_tail = self.usual
            priors += [
                scale * (p[:, :1] - np.log(size)) / ALIKE_WIDTH,
                scale * (p[:, 1:2] - usual_tail) / ALIKE_TAIL,
            ]
        return np.concatenate([*out, *priors], axis=1)
