import numpy as np
import pytest
from scipy.optimize import approx_fprime

from blotquant.bands.emg import emg_density
from blotquant.bands.shape_fit import Stack, _Model, fit_shape

POSITION = np.arange(-40.0, 70.0, 1.0)


def stack_of(sigma, tail, places, amounts, level=0.02):
    signal = sum(
        a * emg_density(POSITION - c, sigma, tail) for a, c in zip(amounts, places, strict=True)
    )
    return Stack(position=POSITION, signal=signal / signal.max() + level)


@pytest.mark.parametrize(("sigma", "tail"), [(4.0, 1.6), (6.0, 2.4), (5.0, 1.0)])
def test_the_shape_of_a_single_band_is_found(sigma, tail):
    found = fit_shape([stack_of(sigma, tail, [0.0], [1.0])], np.zeros(1), 6 * sigma)
    assert found[0] == pytest.approx(sigma, rel=0.05)
    assert found[1] == pytest.approx(tail, abs=0.15 * sigma)
    assert found[3] < 0.01


def test_doublets_share_one_shape_and_one_spacing():
    stacks = [stack_of(5.0, 2.0, [0.0, 14.0], amounts) for amounts in ([1.0, 0.4], [0.5, 1.0])]
    sigma, tail, places, misfit = fit_shape(stacks, np.array([0.0, 13.7]), 28.0)
    assert sigma == pytest.approx(5.0, rel=0.05)
    assert tail == pytest.approx(2.0, abs=0.8)
    assert places == pytest.approx([0.0, 14.0], abs=0.3)
    assert misfit < 0.01


@pytest.mark.parametrize("usual", [None, (5.5, 0.2)])
def test_slopes_are_the_derivatives_of_the_residuals(usual):
    stacks = [stack_of(5.0, 2.0, [0.0, 14.0], a) for a in ([1.0, 0.4], [0.5, 1.0])]
    model = _Model(stacks=stacks, spacing=np.array([0.0, 13.0]), width=28.0, usual=usual)
    p = np.array([np.log(4.5), 0.31, 12.5, 0.4, -0.3])
    expected = approx_fprime(p, model.residuals, 1e-7)
    assert model.slopes(p) == pytest.approx(expected, abs=1e-5)


def test_many_shapes_at_once_are_those_one_by_one():
    sigma, tail = np.array([[3.0], [5.0], [4.0]]), np.array([[1.0], [-2.0], [0.0]])
    together = emg_density(np.tile(POSITION, (3, 1)), sigma, tail)
    for row, s, t in zip(together, sigma[:, 0], tail[:, 0], strict=True):
        assert np.array_equal(row, emg_density(POSITION, float(s), float(t)))
        assert row.sum() == pytest.approx(1.0, abs=1e-3)
        assert POSITION[row.argmax()] == pytest.approx(0.0, abs=1.0)
