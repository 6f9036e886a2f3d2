"""Small least-squares problems side by side, and the slopes of the shape that they rest on."""

import numpy as np
import pytest

from blotquant.bands.descent import Slope, descend
from blotquant.bands.emg import emg_density, emg_slopes

X = np.linspace(0.0, 4.0, 30)


def decays(truth):
    """Return the model ``a exp(-b x)`` against data of known parameters, one row a problem."""
    truth = np.asarray(truth, dtype=float)
    seen = truth[:, :1] * np.exp(-truth[:, 1:] * X)

    def slope(p, which):
        shape = np.exp(-p[:, 1:] * X)
        rest = p[:, :1] * shape - seen[which]
        jacobian = np.stack([shape, -p[:, :1] * X * shape], axis=1)
        return Slope(
            cost=(rest**2).sum(axis=1) / 2,
            gradient=(jacobian @ rest[:, :, None])[:, :, 0],
            normal=jacobian @ jacobian.swapaxes(1, 2),
        )

    return slope


def test_each_problem_finds_its_own_minimum():
    truth = np.array([[2.0, 0.7], [5.0, 0.1], [0.5, 2.0]])
    start = np.ones((3, 2))
    found = descend(decays(truth), start, start * 0, start * 9, step_enough=1e-8, gain_enough=0)
    assert found == pytest.approx(truth, rel=1e-6)


def test_parameters_stay_within_their_bounds():
    start = np.ones((1, 2))
    high = np.array([[1.5, 9.0]])
    found = descend(decays([[2.0, 0.7]]), start, start * 0, high)
    assert found[0, 0] == 1.5
    assert 0 < found[0, 1] < 0.7


def test_a_problem_that_is_done_does_not_follow_the_others():
    alone = descend(decays([[2.0, 0.7]]), np.ones((1, 2)), np.zeros((1, 2)), np.full((1, 2), 9))
    truth = [[2.0, 0.7], [8.0, 0.01]]
    both = descend(decays(truth), np.ones((2, 2)), np.zeros((2, 2)), np.full((2, 2), 9.0))
    assert both[0] == pytest.approx(alone[0], abs=1e-12)


@pytest.mark.parametrize(("sigma", "tail"), [(5.0, 2.1), (5.0, -2.1), (4.0, 5.93), (3.0, 0.05)])
def test_slopes_of_the_shape_are_its_differences(sigma, tail):
    distance, step = np.linspace(-25, 25, 81), 1e-5
    found = emg_slopes(distance, sigma, tail)
    assert found.density == pytest.approx(emg_density(distance, sigma, tail))
    pairs = (
        (found.by_distance, distance + step, sigma, tail, distance - step, sigma, tail),
        (found.by_sigma, distance, sigma + step, tail, distance, sigma - step, tail),
        (found.by_tail, distance, sigma, tail + step, distance, sigma, tail - step),
    )
    for slope, *ends in pairs:
        between = (emg_density(*ends[:3]) - emg_density(*ends[3:])) / (2 * step)
        assert slope == pytest.approx(between, abs=1e-5 * np.abs(between).max())
