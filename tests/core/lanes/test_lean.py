"""Lanes run about square to their bands."""

import numpy as np
import pytest

from blotquant.lanes.lean import common_lean, lined_up
from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Table


def crests(lean, slope):
    """Return two rows of five level or tilted bands whose lanes lean."""
    return Table.of(
        tuple(
            Piece(
                left=100.0 * k + lean * y,
                right=100.0 * k + lean * y + 60,
                y=y,
                slope=slope,
                snr=50.0,
                weight=3.0,
                thickness=4.0,
            )
            for k in range(5)
            for y in (100.0, 300.0)
        )
    )


@pytest.mark.parametrize("lean", [-0.08, 0.0, 0.05])
def test_the_lean_at_which_rows_line_up(lean):
    assert common_lean(crests(lean, -lean)) == pytest.approx(lean, abs=0.01)


def test_as_much_evidence_counts_less_the_less_square_it_is():
    square, askew = (lined_up(crests(0.1, slope), 0.1) for slope in (-0.1, 0.1))
    off = 2 * np.degrees(np.arctan(0.1))
    assert askew == pytest.approx(square * np.exp(-0.5 * (off / 8) ** 2), rel=1e-6)
