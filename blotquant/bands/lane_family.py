"""How the bands of one lane may differ from those of their rows.

Bands of a row resemble each other but are not copies: a heavier one is broader, a lane that ran
askew moves or smears both. Each band may therefore differ a little from its row in place, width and
tail, as much as bands of a row do (an empirical Bayes prior); the volumes are free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.emg import LONGEST_TAIL, emg_density

Floats = NDArray[np.float64]

# By how much a band differs from its row.
PLACE_SD = 0.12  # of sigma, from the spacing of the row
SHIFT_SD = 0.5  # of sigma, all bands of the group together
WIDTH_SD = 0.06  # of ln(sigma)
TAIL_SD = 0.15  # of the tail, in sigma
SHARED = 0.85  # of these variances: what bands that overlap have in common, being in one lane
WIDEST = 0.5  # of ln(sigma), that a band may differ at all
REACH = 9.0  # in sigma: further from its apex a band is nothing
SIZES = 3  # parameters of a band besides its volume
HELD = 1e8  # precision of what may not change


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneShapes:
    """The bands of a lane: (bands,) apexes, sigmas and tails (decay length, signed), all in px."""

    apex_px: Floats
    sigma_px: Floats
    tail_px: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneFamily:
    """Shapes of a lane's bands by their differences from the row.

    A set of values holds the places of all bands, then their widths, then their tails, each in
    units of what bands of a row differ by.

    Parameters
    ----------
    position, area
        (positions,) of the lane: px, equally far apart, and the area that each stands for.
    row
        Where the bands are expected and what those of their rows look like.
    group
        Equal numbers for bands that overlap: their spacing is known better than their place.
    held
        Whether a band keeps the row's shape.
    start
        Values that are near the truth.
    """

    position: Floats
    area: Floats
    row: LaneShapes
    group: tuple[int, ...]
    held: tuple[bool, ...]
    start: Floats

    @classmethod
    def of(
        cls,
        position: Floats,
        area: Floats,
        row: LaneShapes,
        group: tuple[int, ...],
        held: tuple[bool, ...],
    ) -> LaneFamily:
        """Return the family that starts at the row's own shapes."""
        start = np.zeros(SIZES * len(group))
        return cls(position=position, area=area, row=row, group=group, held=held, start=start)

    def at(self, values: Floats) -> LaneFamily:
        """Return the same family with another start."""
        return replace(self, start=values)

    def on(self, position: Floats, area: Floats) -> LaneFamily:
        """Return the same family at other positions."""
        return replace(self, position=position, area=area)

    @property
    def owner(self) -> NDArray[np.int64]:
        """Return the band that each value belongs to."""
        return np.tile(np.arange(len(self.group)), SIZES)

    @property
    def sigma_px(self) -> Floats:
        """Return the width of each band's row."""
        return self.row.sigma_px

    @property
    def precision(self) -> Floats:
        """Return the prior's inverse covariance; its mean is the row, at values of 0."""
        n = len(self.group)
        together = np.equal.outer(self.group, self.group)
        out = np.eye(SIZES * n)
        out[:n, :n] = np.linalg.inv(np.eye(n) + (SHIFT_SD / PLACE_SD) ** 2 * together)
        out[n : 2 * n, n : 2 * n] = np.linalg.inv((1 - SHARED) * np.eye(n) + SHARED * together)
        out[2 * n :, 2 * n :] = out[n : 2 * n, n : 2 * n]
        return out + np.diag(HELD * np.tile(np.array(self.held, dtype=float), SIZES))

    def shapes(self, values: Floats) -> Floats:
        """Return what each band of volume 1 adds to the profile, (bands, positions)."""
        return np.asarray(self._many(values[None])[0])

    def slopes(self, values: Floats) -> Floats:
        """Return how the shape that it belongs to changes with each value, (values, positions)."""
        n = len(self.group)
        step = 1e-4
        there = np.repeat(values[None], 2 * SIZES, axis=0)
        for k in range(SIZES):
            there[2 * k, k * n : (k + 1) * n] += step
            there[2 * k + 1, k * n : (k + 1) * n] -= step
        found = self._many(there)
        slopes = (found[::2] - found[1::2]) / (2 * step)
        return np.asarray(slopes.reshape(SIZES * n, self.position.size))

    def _many(self, values: Floats) -> Floats:
        """Return the shapes of sets of values, (sets, bands, positions)."""
        n, size = len(self.group), self.position.size
        places, widths, tails = values[:, :n], values[:, n : 2 * n], values[:, 2 * n :]
        sigma = self.row.sigma_px * np.exp(np.clip(WIDTH_SD * widths, -WIDEST, WIDEST))
        ratio = self.row.tail_px / self.row.sigma_px + TAIL_SD * tails
        apex = self.row.apex_px + PLACE_SD * self.row.sigma_px * places
        if not n:
            return np.zeros((len(values), 0, size))
        # Only where a band can be: most of a lane is far from it.
        step = float(self.position[1] - self.position[0])
        half = int(np.ceil(REACH * self.row.sigma_px.max() / step))
        middle = np.rint((self.row.apex_px - self.position[0]) / step).astype(np.int64)
        index = np.clip(middle, -half, size + half)[:, None] + np.arange(-half, half + 1)
        distance = self.position[0] + step * index - apex[..., None]
        tail = np.clip(ratio, -LONGEST_TAIL, LONGEST_TAIL) * sigma
        near = emg_density(distance, sigma[..., None], tail[..., None])
        padded = np.zeros((len(values), n, size + 4 * half + 1))
        padded[:, np.arange(n)[:, None], index + 2 * half] = near
        return np.asarray(padded[:, :, 2 * half : 2 * half + size] / self.area)
