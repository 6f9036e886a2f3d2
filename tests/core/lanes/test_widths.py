"""Crests across most of a blot: lines where bands lie side by side, else the only lane."""

import pytest

from blotquant.lanes.ridges import Piece
from blotquant.lanes.widths import without_lines

ROOM = 600.0


def piece(left, right, y, weight=2.0):
    return Piece(left=left, right=right, y=y, slope=0.0, snr=30.0, weight=weight, thickness=4.0)


BANDS = tuple(piece(20 + 90 * k, 80 + 90 * k, 100.0) for k in range(6))
LINE = piece(5, 595, 200.0, weight=4.0)


def test_a_line_across_the_frame_beside_bands_is_dropped():
    assert without_lines((LINE, *BANDS), ROOM) == BANDS


def test_a_single_wide_band_of_a_crop_stays():
    assert without_lines((LINE,), ROOM) == (LINE,)


def test_bands_alone_stay():
    assert without_lines(BANDS, ROOM) == BANDS
    assert without_lines((), ROOM) == ()


def test_a_wide_band_stays_beside_specks_that_have_no_neighbours():
    specks = (piece(20, 80, 100.0), piece(300, 350, 300.0))
    assert without_lines((LINE, *specks), ROOM) == (LINE, *specks)


@pytest.mark.parametrize("weight", [0.5, 30.0])
def test_the_heavier_side_decides(weight):
    pieces = (piece(5, 595, 200.0, weight=weight), *BANDS)
    assert (len(without_lines(pieces, ROOM)) == len(pieces)) == (weight > 12)
