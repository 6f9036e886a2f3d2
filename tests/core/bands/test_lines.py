"""The rim of a membrane, a dye front: lines that run through the gaps are no bands."""

import numpy as np
import pytest

from blotquant.bands.contrast import lane_contrasts
from blotquant.lanes.profile import StraightLane
from blotquant.simulate import scene, simulate_blot


@pytest.mark.parametrize("seed", [1, 4, 6])
def test_the_rim_of_a_membrane_is_no_row(measured, seed):
    blot = simulate_blot(scene("membrane", seed))
    seen = [m for m in measured(blot.image) if m.detected]
    true = [(b.x_px, b.y_px) for b in blot.bands if b.volume > 0]
    stray = [m for m in seen if min(abs(m.y_px - y) + abs(m.x_px - x) / 4 for x, y in true) > 12]
    assert len(stray) <= 1
    assert len(seen) >= len(true)


@pytest.mark.parametrize("height", [0.0, 25.0])
def test_beside_a_dark_table_a_lane_shows_nothing(height):
    # A blotch that the rim cuts off looks like half a band.
    rng = np.random.default_rng(4)
    x = np.arange(500.0)
    ground = 1500 + 3 * height * np.exp(-0.5 * ((x - 15) / 25) ** 2)
    profile = 400 + (ground - 400) / (1 + np.exp((6 - x) / 1.2))
    straight = StraightLane(
        signal=(profile[:, None] + rng.normal(0, 15, (500, 40))).astype(np.float32),
        saturated=np.zeros((500, 40), dtype=bool),
        step_px=1.0,
        inside=np.ones(500),
    )
    (contrast,) = lane_contrasts([straight])
    assert contrast.snr[:, :60].max() < 6
