"""The shapes of a row's clipped bands, all windows of the row at once.

A window is cut into strips across the lane; each strip holds the shape at a height of its own, and
some stray light. Both follow from the shape by least squares, so that only six parameters of the
shape are sought (variable projection: Golub and Pereyra 1973, doi 10.1137/0710036).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.emg import emg_density, emg_slopes
from blotquant.quantify.flank_window import Floats, Window

N_PARAMETERS = 6
# Rows of the table that everything is summed over: how a strip changes in its three ways (scale,
# tail, place), its shape, its stray light, and what was seen.
_WAYS, _SHAPE, _GLARE, _SEEN = slice(0, 3), 3, 4, 5


class Strength(NamedTuple):
    """Height of the shape and strength of stray light in each strip, (windows, strips)."""

    heights: Floats
    strays: Floats


class Evidence(NamedTuple):
    """What the strips of each window say of the parameters.

    `cost` (windows,) is the weighted sum of squares that is left, `stray_cost` what stray light
    costs beside it; `gradient` (windows, parameters) that of half of both; `information` (windows,
    parameters, parameters) that of the places alone, `stray_information` of stray light.
    """

    cost: Floats
    stray_cost: Floats
    gradient: Floats
    information: Floats
    stray_information: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Windows of one row side by side, filled up to one size with places that weigh nothing.

    Arrays are (windows, strips, positions), with size 1 where a value is common; positions last.
    Parameters (windows, 6) are ln(sigma), the tail in sigma, the apex line's place, slope and bend,
    and by how much ln(sigma) changes at the ends. The middle keeps its thickness: ends are rounded.
    """

    below_apex: Floats
    across: Floats
    signal: Floats
    weight: Floats
    glare: Floats
    glare_sd: Floats
    clipped: Floats
    seen: Floats
    step_px: Floats
    height_px: Floats
    n_strips: NDArray[np.int64]

    @classmethod
    def of(cls, windows: Sequence[Window]) -> Windows:
        """Lay windows side by side."""

        def filled(tables: Sequence[Floats]) -> Floats:
            out = np.zeros((len(tables), *(max(t.shape[i] for t in tables) for i in (0, 1))))
            for k, table in enumerate(tables):
                out[k, : table.shape[0], : table.shape[1]] = table
            return out

        return cls(
            below_apex=filled([(w.position - w.apex_px)[None] for w in windows]),
            across=filled([w.across[:, None] for w in windows]),
            signal=filled([w.signal.T for w in windows]),
            weight=filled([w.weight.T for w in windows]),
            glare=filled([w.glare[None] for w in windows]),
            glare_sd=np.array([[w.glare_sd] for w in windows]),
            clipped=filled([w.clipped.T for w in windows]),
            seen=filled([w.seen.T for w in windows]),
            step_px=np.array([w.step_px for w in windows]),
            height_px=np.array([w.height_px for w in windows]),
            n_strips=np.array([w.across.size for w in windows]),
        )

    def only(self, which: NDArray[np.intp]) -> Windows:
        """Return some of the windows."""
        if which.size == len(self.signal):
            return self
        return Windows(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def evidence(self, p: Floats) -> Evidence:
        """Return what is left at these parameters, and how it changes with them."""
        distance, sigma, tail = self._sizes(p)
        emg = emg_slopes(distance, sigma, tail)
        table = np.empty((*self.signal.shape[:2], 6, self.signal.shape[2]))
        table[:, :, 0] = sigma * emg.by_sigma + tail * emg.by_tail
        table[:, :, 1] = sigma * emg.by_tail
        table[:, :, 2] = -emg.by_distance
        table[:, :, _SHAPE] = emg.density
        table[:, :, _GLARE] = self.glare
        table[:, :, _SEEN] = self.signal
        sums = (table * self.weight[:, :, None]) @ table.swapaxes(2, 3)
        held = 1 / self.glare_sd**2
        hh, hg, gg = (sums[..., a, b] for a, b in ((3, 3), (3, 4), (4, 4)))
        pp = gg + held
        strength, lost = _strength(sums[..., _SHAPE, _SEEN], sums[..., _GLARE, _SEEN], hh, hg, pp)
        h, g = (x[..., None] for x in strength)
        rest = sums[..., _SEEN] - h * sums[..., _SHAPE] - g * sums[..., _GLARE]
        by_shape, by_glare = sums[..., _WAYS, _SHAPE], sums[..., _WAYS, _GLARE]
        # How height and stray light follow the shape; what is held at nothing stays there.
        right, right_g = rest[..., _WAYS] - h * by_shape, -h * by_glare
        determinant = np.maximum(hh * pp - hg**2, 1e-300)[..., None]
        dh = (pp[..., None] * right - hg[..., None] * right_g) / determinant
        dg = (hh[..., None] * right_g - hg[..., None] * right) / determinant
        dh, dg = (np.where(lost[..., None], 0.0, d) for d in (dh, dg))
        mixed = h[..., None] * (_outer(dh, by_shape) + _outer(dg, by_glare))
        mixed += _outer(dh, dg * hg[..., None])
        ways = (
            h[..., None] ** 2 * sums[..., _WAYS, _WAYS]
            + mixed
            + mixed.swapaxes(2, 3)
            + _outer(dh, dh * hh[..., None])
            + _outer(dg, dg * gg[..., None])
        )
        left = rest[..., _SEEN] - strength.heights * rest[..., _SHAPE]
        left -= strength.strays * rest[..., _GLARE]
        to_six = self._to_parameters()
        back = to_six.swapaxes(2, 3)
        stray = _outer(dg, dg * held[..., None])
        return Evidence(
            cost=left.sum(axis=1),
            stray_cost=(strength.strays**2 * held).sum(axis=1),
            gradient=-(to_six @ (h * rest[..., _WAYS])[..., None]).sum(axis=1)[..., 0],
            information=(to_six @ ways @ back).sum(axis=1),
            stray_information=(to_six @ stray @ back).sum(axis=1),
        )

    def excess(self, p: Floats) -> Floats:
        """Return by how much the shape exceeds what was seen at clipped places, counts x px."""
        shapes = emg_density(*self._sizes(p))
        weighted = self.weight * shapes
        hh = (weighted * shapes).sum(axis=2)
        hg = (weighted * self.glare).sum(axis=2)
        pp = (self.weight * self.glare**2).sum(axis=2) + 1 / self.glare_sd**2
        seen = (weighted * self.signal).sum(axis=2)
        stray = (self.weight * self.glare * self.signal).sum(axis=2)
        (heights, strays), _ = _strength(seen, stray, hh, hg, pp)
        model = (shapes * heights[..., None] + self.glare * strays[..., None]) * self.clipped
        above = np.maximum(model - self.seen, 0.0)
        return np.asarray(above.sum(axis=(1, 2)) * self.step_px)

    def _sizes(self, p: Floats) -> tuple[Floats, Floats, Floats]:
        """Return distances below the apex line, and sigma and tail in each strip."""
        ln_sigma, tail, place, slope, bend, ends = p.T[:, :, None, None]
        sigma = np.exp(ln_sigma + ends * self.across**4)
        distance = self.below_apex - (place + slope * self.across + bend * self.across**2)
        return distance, sigma, tail * sigma

    def _to_parameters(self) -> Floats:
        """Return how each strip changes in its three ways with the six parameters."""
        a = self.across[..., 0]
        out = np.zeros((*a.shape, N_PARAMETERS, 3))
        out[..., 0, 0] = out[..., 1, 1] = out[..., 2, 2] = 1.0
        out[..., 3, 2], out[..., 4, 2], out[..., 5, 0] = a, a**2, a**4
        return out


def _strength(
    seen: Floats, stray: Floats, hh: Floats, hg: Floats, pp: Floats
) -> tuple[Strength, NDArray[np.bool_]]:
    """Return each strip's height and stray light, by weighted least squares, and which is lost.

    Light strays around a strong band in the membrane and the camera, wider than the band itself;
    the level, which is smooth, does not see all of it. No shape is turned over: where it would be,
    there is stray light alone.
    """
    determinant = np.maximum(hh * pp - hg**2, 1e-300)
    heights = (pp * seen - hg * stray) / determinant
    strays = (hh * stray - hg * seen) / determinant
    lost = heights < 0
    return Strength(np.where(lost, 0.0, heights), np.where(lost, stray / pp, strays)), lost


def _outer(a: Floats, b: Floats) -> Floats:
    return a[..., :, None] * b[..., None, :]
