"""How the bands of one lane may differ from those of their rows.

Bands of a row resemble each other but are not copies: a heavier one is broader, a lane that ran
askew moves or smears both. Each band may therefore differ a little from its row in place, width and
tail, as much as bands of a row do (an empirical Bayes prior); the volumes are free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.emg import LONGEST_TAIL, emg_density, emg_slopes

Floats = NDArray[np.float64]

# By how much a band differs from its row.
PLACE_SD = 0.12  # of sigma, from the spacing of the row
SHIFT_SD = 0.5  # of sigma, all bands of the group together
WIDTH_SD = 0.06  # of ln(sigma)
TAIL_SD = 0.15  # of the tail, in sigma
SHARED = 0.8  # of these variances: what bands that overlap have in common, being in one lane
WIDEST = 0.5  # of ln(sigma), that a band may differ at all
REACH = 9.0  # in sigma: further from its apex a band is nothing, ...
LAST_OF_TAIL = 12.0  # ... but for its tail, in decay lengths, where nothing is fitted
AT_LIMIT = 1.5e-5  # as near to a limit a size is at it
SIZES = 3  # parameters of a band besides its volume
HELD = 1e8  # precision of what may not change


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneShapes:
    """The bands of a lane: (bands,) apexes, sigmas and tails (decay length, signed), all in px."""

    apex_px: Floats
    sigma_px: Floats
    tail_px: Floats

    def densities(self, position: Floats) -> Floats:
        """Return the bands at positions of their lane, (bands, positions) in 1/px.

        Each of them integrates to 1; `position` is px, equally far apart.
        """
        longest = float(np.abs(self.tail_px).max(initial=0.0))
        near = _Near.of(position, self, LAST_OF_TAIL * longest)
        sigma, tail = self.sigma_px[:, None], self.tail_px[:, None]
        return near.spread(emg_density(near.distance - self.apex_px[:, None], sigma, tail))


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
        apex, sigma, ratio = self._sizes(values)
        near = _Near.of(self.position, self.row)
        density = emg_density(
            near.distance - apex[:, None], sigma[:, None], (ratio * sigma)[:, None]
        )
        return near.spread(density) / self.area

    def shapes_and_slopes(self, values: Floats) -> tuple[Floats, Floats]:
        """Return `shapes`, and how the shape of its owner changes with each value.

        Slopes are (values, positions).
        """
        apex, sigma, ratio = self._sizes(values)
        near = _Near.of(self.position, self.row)
        found = emg_slopes(near.distance - apex[:, None], sigma[:, None], (ratio * sigma)[:, None])
        _, widths, tails = values.reshape(SIZES, -1)
        wider = WIDTH_SD * sigma * _free(WIDTH_SD * widths, WIDEST)
        longer = TAIL_SD * sigma * _free(self._ratio(tails), LONGEST_TAIL)
        changes = (
            found.density,
            found.by_distance * (-PLACE_SD * self.row.sigma_px)[:, None],
            (found.by_sigma + found.by_tail * ratio[:, None]) * wider[:, None],
            found.by_tail * longer[:, None],
        )
        shapes, *slopes = near.spread(np.stack(changes)) / self.area
        return shapes, np.concatenate(slopes)

    def _sizes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Return apex and sigma (px) of each band, and its tail in sigma."""
        places, widths, tails = values.reshape(SIZES, -1)
        row = self.row
        return (
            row.apex_px + PLACE_SD * row.sigma_px * places,
            row.sigma_px * np.exp(np.clip(WIDTH_SD * widths, -WIDEST, WIDEST)),
            np.clip(self._ratio(tails), -LONGEST_TAIL, LONGEST_TAIL),
        )

    def _ratio(self, tails: Floats) -> Floats:
        """Return the tail of each band in sigma, before its limit."""
        return self.row.tail_px / self.row.sigma_px + TAIL_SD * tails


def _free(value: Floats, limit: float) -> Floats:
    """Return 1 where a value may go either way, 1/2 at its limit and 0 beyond."""
    return np.clip(0.5 + (limit - np.abs(value)) / (2 * AT_LIMIT), 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Near:
    """The positions where a band can be, band by band: most of a lane is far from it.

    `index` (bands, places) counts positions of the lane, beyond its ends too; `distance` is where
    these places lie, px; `size` is the number of positions.
    """

    index: NDArray[np.int64]
    distance: Floats
    size: int

    @classmethod
    def of(cls, position: Floats, row: LaneShapes, beyond_px: float = 0.0) -> _Near:
        size = position.size
        step = float(position[1] - position[0]) if size > 1 else 1.0
        half = int(np.ceil((REACH * row.sigma_px.max(initial=0.0) + beyond_px) / step))
        middle = np.rint((row.apex_px - position[0]) / step).astype(np.int64)
        index = np.clip(middle, -half, size + half)[:, None] + np.arange(-half, half + 1)
        return cls(index=index, distance=position[0] + step * index, size=size)

    def spread(self, values: Floats) -> Floats:
        """Return values (..., bands, places) at all positions of the lane, 0 elsewhere."""
        bands, places = self.index.shape
        # With room for places beyond the ends.
        padded = np.zeros((*values.shape[:-1], self.size + 2 * places))
        padded[..., np.arange(bands)[:, None], self.index + places] = values
        return padded[..., places : places + self.size]
