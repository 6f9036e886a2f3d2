"""The rim of a membrane, a dye front: lines that run through the gaps are no bands."""

import pytest

from blotquant.simulate import scene, simulate_blot


@pytest.mark.parametrize("seed", [1, 4, 6])
def test_the_rim_of_a_membrane_is_no_row(measured, seed):
    blot = simulate_blot(scene("membrane", seed))
    seen = [m for m in measured(blot.image) if m.detected]
    true = [(b.x_px, b.y_px) for b in blot.bands if b.volume > 0]
    stray = [m for m in seen if min(abs(m.y_px - y) + abs(m.x_px - x) / 4 for x, y in true) > 12]
    assert len(stray) <= 1
    assert len(seen) >= len(true)
