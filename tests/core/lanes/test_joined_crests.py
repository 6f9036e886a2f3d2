"""Crests on maps with joined columns lie where those on single columns lie."""

import numpy as np
import pytest

from blotquant.image.contrast import contrasts, work_copy
from blotquant.lanes.ridges import find_pieces, ridge_map
from blotquant.model.image import Polarity


def picture(lean=0.0):
    """Return a picture of 720 x 900 px with six bands of 90 px, 30 px apart, on one height."""
    rng = np.random.default_rng(8)
    y, x = np.mgrid[:720, :900].astype(np.float32)
    pixels = rng.normal(3000, 40, (720, 900))
    for k in range(6):
        left, right = 100 + 120 * k, 190 + 120 * k
        across = (np.tanh((x - left) / 4) - np.tanh((x - right) / 4)) / 2
        pixels += 2500 * across * np.exp(-0.5 * ((y - 300 - lean * x) / 5) ** 2)
    return work_copy(pixels.astype(np.float32))


@pytest.mark.parametrize("lean", [0.0, 0.05])
def test_pieces_of_joined_columns_lie_where_the_bands_lie(lean):
    copy = picture(lean)
    scales = contrasts(copy, 4.0)
    assert scales[0].column_px == 4
    pieces = find_pieces(ridge_map(scales, Polarity.LIGHT_ON_DARK, copy.pixels))
    bands = sorted((p for p in pieces if p.width > 50 and p.snr > 20), key=lambda p: p.left)
    assert len(bands) == 6
    for k, p in enumerate(bands):
        assert p.left == pytest.approx(100 + 120 * k, abs=2.0)
        assert p.right == pytest.approx(190 + 120 * k, abs=2.0)
        assert p.y == pytest.approx(300 + lean * p.centre, abs=1.0)
        assert p.slope == pytest.approx(lean, abs=0.02)
