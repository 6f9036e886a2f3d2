"""Lanes that only a weak crest speaks for, beside lanes with strong bands."""

import pytest

from blotquant.lanes.ridges import Piece
from blotquant.lanes.strays import same_row, without_strays
from blotquant.lanes.strips import Strip


def crest(left, y=100.0, snr=200.0, thickness=5.0):
    return Piece(
        left=left, right=left + 60, y=y, slope=0.0, snr=snr, weight=3.0, thickness=thickness
    )


def strips(*lefts):
    return tuple(Strip(left=x, right=x + 60.0, gain=3.0, lean=0.0) for x in lefts)


LANES = tuple(crest(100.0 * k) for k in range(5))
PLACES = strips(*(100.0 * k for k in range(6)))


@pytest.mark.parametrize(
    ("stray", "stays"),
    [
        (crest(500.0, snr=190.0), True),
        (crest(500.0, y=112.0, snr=10.0), True),
        (crest(500.0, y=300.0, snr=10.0), False),
        (crest(500.0, y=112.0, snr=10.0, thickness=16.0), False),
    ],
    ids=["strong", "weak in a row", "weak by itself", "a blotch beside a row"],
)
def test_what_makes_a_lane_more_than_a_stray(stray, stays):
    found = without_strays(PLACES, (*LANES, stray))
    assert found == (PLACES if stays else PLACES[:-1])


def test_bands_of_a_row_are_about_as_thick():
    assert same_row(crest(0.0), crest(100.0, y=110.0, thickness=8.0))
    assert not same_row(crest(0.0), crest(100.0, y=110.0, thickness=12.0))
    assert not same_row(crest(0.0), crest(100.0, y=130.0))
