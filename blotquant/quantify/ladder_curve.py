"""The smooth curve through a ladder's bands: ln(MW) against migration, and how well it holds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIGMA_LN = 0.025  # scatter of a ladder band about the curve
SMALLEST_RMS_LN = 0.01  # no ladder is read better than to 1 %

_BEND_SD = 0.25  # quadratic term over linear term, across the matched span
_TWIST_SD = 0.1  # cubic term over linear term: the ends of a gradient gel

Floats = NDArray[np.float64]
Pairs = tuple[tuple[int, int], ...]
"""(index of a position, index of a ladder band), both ascending."""


class Curve(NamedTuple):
    """ln(MW) at every position, what is left of the matched bands, and the price of the bend.

    `residual_ln` is table minus curve at each matched band, `left_out_ln` the same against the
    curve through all others; `price` is in natural-log units of likelihood.
    """

    ln: Floats
    residual_ln: Floats
    left_out_ln: Floats
    price: float

    @property
    def largest_residual(self) -> float:
        """The largest distance of a matched band from the curve."""
        return float(np.abs(self.residual_ln).max())

    @property
    def rms_ln(self) -> float:
        """The leave-one-out error, never below what any ladder can be read to."""
        return max(SMALLEST_RMS_LN, float(np.sqrt((self.left_out_ln**2).mean())))


def curve_through(pairs: Pairs, position: Floats, band_ln: Floats) -> Curve:
    """Return the smooth curve through matched bands.

    Parameters
    ----------
    pairs
        At least two matches.
    position, band_ln
        Heights along migration, ascending; ln(MW) of the ladder's bands, descending.

    A line with a bend and a twist (Legendre polynomials across the matched span). Both are held
    small beside the slope by a prior, so that three points do not fit exactly. The curve is linear
    in the matched weights, which gives each band's leave-one-out residual from its leverage
    (Allen 1974, doi 10.1080/00401706.1974.10489157). Cost: one 4 x 4 system.
    """
    at = np.array([i for i, _ in pairs])
    y = band_ln[np.array([b for _, b in pairs])]
    middle, span = position[at].mean(), position[at[-1]] - position[at[0]]
    u = (position - middle) / span
    scale = y[0] - y[-1]
    prior = np.array([0, 0, 1 / (_BEND_SD * scale) ** 2, 1 / (_TWIST_SD * scale) ** 2])
    design = np.column_stack([np.ones_like(u), u, u**2 - 1 / 12, 4 * u * (u**2 - 0.15)])
    normal = design[at].T @ design[at] / SIGMA_LN**2 + np.diag(prior)
    to_coefficients = np.linalg.solve(normal, design[at].T / SIGMA_LN**2)
    coefficients = to_coefficients @ y
    leverage = np.einsum("ij,ji->i", design[at], to_coefficients)
    curve = design @ coefficients
    residual = y - curve[at]
    return Curve(
        ln=curve,
        residual_ln=residual,
        left_out_ln=residual / np.maximum(1 - leverage, 1e-6),
        price=float(prior @ coefficients**2) / 2,
    )
