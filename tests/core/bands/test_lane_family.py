"""How bands of a lane may differ from their rows: analytic shapes and their slopes."""

import numpy as np
import pytest

from blotquant.bands.lane_family import LaneFamily, LaneShapes

POSITION = np.arange(200.0)
AREA = np.full(POSITION.size, 40.0)


def family(apexes=(60.0, 74.0), *, sigma=5.0, tail=2.0, group=(1, 1), held=(False, False)):
    n = len(apexes)
    row = LaneShapes(apex_px=np.array(apexes), sigma_px=np.full(n, sigma), tail_px=np.full(n, tail))
    return LaneFamily.of(POSITION, AREA, row, group, held)


def test_a_band_of_volume_1_sums_to_1():
    shapes = family().shapes(np.zeros(6))
    assert (shapes * AREA).sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-6)


def test_values_of_zero_are_the_row():
    shapes = family(tail=0.0).shapes(np.zeros(6))
    apexes = np.array([[60.0], [74.0]])
    gaussian = np.exp(-0.5 * ((POSITION - apexes) / 5.0) ** 2) / (5.0 * np.sqrt(2 * np.pi) * 40)
    assert shapes == pytest.approx(gaussian, abs=2e-6)


@pytest.mark.parametrize("which", range(6))
def test_slopes_are_what_shapes_change_by(which):
    own, step = family(), np.zeros(6)
    step[which] = 0.01
    change = (own.shapes(step) - own.shapes(-step))[own.owner[which]] / 0.02
    assert own.shapes_and_slopes(np.zeros(6))[1][which] == pytest.approx(
        change, abs=1e-3 * change.max()
    )


def test_other_positions_show_the_same_shapes():
    values = np.array([1.0, -1.0, 0.5, 0.5, 0.3, -0.3])
    fine = family().shapes(values)
    coarse = family().on(POSITION[1::3], AREA[1::3]).shapes(values)
    assert coarse == pytest.approx(fine[:, 1::3], abs=1e-9)


def test_overlapping_bands_move_together_more_easily_than_apart():
    precision = family().precision
    together, apart = np.zeros(6), np.zeros(6)
    together[:2], apart[:2] = (1, 1), (1, -1)
    assert together @ precision @ together < 0.2 * (apart @ precision @ apart)
    alone = family(group=(1, 2)).precision
    assert together @ alone @ together == pytest.approx(apart @ alone @ apart)


def test_what_a_user_placed_is_held():
    precision = family(group=(1, 2), held=(True, False)).precision
    assert np.diag(precision)[0] > 1e6 * np.diag(precision)[1]


def test_no_band_is_no_shape():
    none = family(apexes=(), group=(), held=())
    assert none.shapes(none.start).shape == (0, POSITION.size)
    assert none.shapes_and_slopes(none.start)[1].shape == (0, POSITION.size)


def test_a_band_at_the_end_shows_its_inner_part():
    shapes = family(apexes=(0.0, 230.0), tail=0.0, group=(1, 2)).shapes(np.zeros(6))
    assert (shapes[0] * AREA).sum() == pytest.approx(0.5, abs=0.05)
    assert (shapes[1] * AREA).sum() < 1e-6
