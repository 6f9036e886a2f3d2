"""Which rows share a shape: those that overlap in the samples, not in a ladder alone."""

import numpy as np
import pytest

from blotquant.bands.emg import emg_density
from blotquant.bands.shapes import learn_shapes
from blotquant.model.band import Band

SIZE, NOISE = 300, 5.0
POSITION = np.arange(float(SIZE))
ROWS = {1: 100.0, 2: 132.0, 3: 170.0}


def lane(number, sigma, rows):
    """Return a lane with the bands of some rows; neighbours among them touch half way."""
    profile = np.random.default_rng(number).normal(0, NOISE, SIZE)
    bands = []
    for row, y in ROWS.items():
        found = row in rows
        above, below = ROWS.get(row - 1), ROWS.get(row + 1)
        start = (y + above) / 2 if found and row - 1 in rows else y - 3.2 * sigma
        stop = (y + below) / 2 if found and row + 1 in rows else y + 3.2 * sigma
        if found:
            profile += 4e4 * emg_density(POSITION - y, sigma, 1.0)
        bands.append(
            Band(
                image="i",
                membrane="m",
                lane=number,
                row=row,
                apex_px=y,
                start_px=start,
                stop_px=stop,
                found=found,
            )
        )
    return profile, bands


def learned(lanes):
    profiles, bands = zip(*lanes, strict=True)
    levels = [np.zeros(SIZE)] * len(lanes)
    return learn_shapes(profiles, levels, [NOISE] * len(lanes), bands)


def test_a_ladder_whose_bands_touch_does_not_tie_the_rows_of_the_samples():
    samples = [lane(k, 5.0, {2}) for k in range(2, 10)]
    ladder = lane(1, 3.4, {1, 2, 3})
    shapes = learned([ladder, *samples])
    assert shapes[2].group == (2,)
    assert shapes[2].sigma_px == pytest.approx(5.0, rel=0.08)


def test_rows_that_touch_in_most_lanes_are_one_group():
    shapes = learned([lane(k, 5.0, {1, 2}) for k in range(1, 7)])
    assert shapes[1].group == shapes[2].group == (1, 2)
