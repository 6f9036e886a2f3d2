"""Quantiles by sorting are those of numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from blotquant.image.order import median, quantile

VALUES = arrays.arrays(
    np.float64, arrays.array_shapes(max_dims=2, max_side=40), elements=st.floats(-1e6, 1e6)
)


@given(VALUES, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values, share):
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), abs=1e-6)


@given(VALUES)
def test_the_median_is_that_of_numpy(values):
    assert median(values) == pytest.approx(np.median(values), abs=1e-6)


@given(VALUES)
def test_the_outermost_quantiles_are_the_extremes(values):
    assert (quantile(values, 0.0), quantile(values, 1.0)) == (values.min(), values.max())


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_counts_of_a_file_do_not_wrap(kind):
    assert median(np.array([250, 2], dtype=kind)) == 126.0


def test_the_values_stay_in_their_order():
    values = np.array([3.0, 1.0, 2.0])
    quantile(values, 0.3)
    assert values.tolist() == [3.0, 1.0, 2.0]
