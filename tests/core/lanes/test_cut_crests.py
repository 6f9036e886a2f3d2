"""Crests that run through several bands: stepped down between them, or touching."""

import numpy as np
import pytest

from blotquant.image.contrast import contrasts, work_copy
from blotquant.lanes.ridges import find_pieces, ridge_map
from blotquant.model.image import Polarity

SHAPE = (400, 1100)  # as large as a working copy, so that its pixels are the picture's
MIDDLE = 200


def crests(signal, noise=10.0, polarity=Polarity.LIGHT_ON_DARK):
    """Return the crests of a picture with `signal` counts on an even ground, at the middle."""
    sign = 1 if polarity is Polarity.LIGHT_ON_DARK else -1
    pixels = 20000 + sign * signal + np.random.default_rng(6).normal(0, noise, SHAPE)
    copy = work_copy(pixels.astype(np.float32))
    pieces = find_pieces(ridge_map(contrasts(copy), polarity, sign * copy.pixels))
    here = (p for p in pieces if abs(p.y - MIDDLE) < 6 and p.width > 20)
    return sorted(here, key=lambda p: p.left)


def along(level, thickness=5.0):
    """Return bands of a height `level` (columns) that are equally thick everywhere."""
    y = np.arange(SHAPE[0])[:, None] - MIDDLE
    return np.asarray(level)[None] * np.exp(-0.5 * (y / thickness) ** 2)


def test_a_crest_that_steps_down_to_a_plateau_is_parted():
    level = np.zeros(SHAPE[1])
    level[100:160] = 9000
    level[160:900] = 350  # the strip of membrane, up to the frame of the next panel
    band, *rest = crests(along(level))
    assert (band.left, band.right) == pytest.approx((99.5, 159.5), abs=3)
    assert all(p.left > 150 for p in rest)


@pytest.mark.parametrize("polarity", list(Polarity))
def test_touching_bands_with_scalloped_edges_are_cut_where_the_crest_does_not_dip(polarity):
    x = np.arange(SHAPE[1], dtype=float)
    y = np.abs(np.arange(SHAPE[0], dtype=float) - MIDDLE)[:, None]
    edges = 150 + 100 * np.arange(8)
    inside = (x > edges[0]) & (x < edges[-1])
    near = np.abs(x[:, None] - edges[1:-1]).min(axis=1)
    half = np.where(inside, 16 - 6 * np.exp(-0.5 * (near / 7) ** 2), 0)  # thinner at the joints
    signal = 6000 / (1 + np.exp((y - half) / 1.5)) * inside
    assert np.ptp(signal[MIDDLE, 160:840]) < 0.02 * 6000
    found = crests(signal, polarity=polarity)
    assert [p.centre for p in found] == pytest.approx([200 + 100 * k for k in range(7)], abs=4)


def test_a_band_of_one_height_is_not_cut():
    level = np.zeros(SHAPE[1])
    level[150:850] = 6000
    (band,) = crests(along(level, thickness=9.0))
    assert (band.left, band.right) == pytest.approx((149.5, 849.5), abs=3)
