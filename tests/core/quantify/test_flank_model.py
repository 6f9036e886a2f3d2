"""The model of a row's clipped bands: its slopes against differences, windows of any size."""

import numpy as np
import pytest

from blotquant.bands.emg import emg_density
from blotquant.quantify.flank_model import N_PARAMETERS, Windows
from blotquant.quantify.flank_window import Window

PARAMETERS = np.array([[2.0, 0.43, 0.3, 0.5, 0.1, 0.02], [2.1, 0.31, -0.3, 1.5, 0.1, 0.01]])


def window(positions, strips):
    """Return a bent band that is clipped at 900 counts."""
    rng = np.random.default_rng(positions)
    position, across = np.arange(float(positions)), np.linspace(-1, 1, strips)
    distance = position[:, None] - positions / 2 - 2 * across
    signal = 3e4 * emg_density(distance, 8.0, 4.0) + rng.normal(0, 5, distance.shape)
    clipped = signal > 900
    return Window(
        position=position,
        across=across,
        signal=signal,
        weight=np.where(clipped, 0.0, 1 / (25 + (0.015 * signal) ** 2)),
        clipped=2.0 * clipped,
        seen=np.where(clipped, 1800.0, 0.0),
        glare=np.exp(-0.5 * ((position - positions / 2) / 20) ** 2),
        glare_sd=30.0,
        step_px=1.0,
        height_px=40.0,
        apex_px=positions / 2,
    )


def test_the_gradient_is_that_of_the_cost():
    windows, step = Windows.of([window(60, 14), window(50, 9)]), 1e-5

    def cost(p):
        found = windows.evidence(p)
        return (found.cost + found.stray_cost) / 2

    found = windows.evidence(PARAMETERS).gradient
    for i in range(N_PARAMETERS):
        moved = np.zeros_like(PARAMETERS)
        moved[:, i] = step
        between = (cost(PARAMETERS + moved) - cost(PARAMETERS - moved)) / (2 * step)
        assert found[:, i] == pytest.approx(between, rel=1e-5)


def test_a_window_says_the_same_beside_a_larger_one():
    large, small = window(60, 14), window(50, 9)
    together = Windows.of([large, small])
    alone = Windows.of([small])
    both, one = together.evidence(PARAMETERS), alone.evidence(PARAMETERS[1:])
    assert both.cost[1] == pytest.approx(one.cost[0])
    assert both.information[1] == pytest.approx(one.information[0])
    assert together.excess(PARAMETERS)[1] == pytest.approx(alone.excess(PARAMETERS[1:])[0])
