"""Bands that the noise breaks up, blotches that rise like bands, and pictures without any band."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from blotquant.lanes.decoys import ALONE_SNR, beyond_decoys
from blotquant.lanes.ridges import Piece
from blotquant.model.lane import LaneKind

SHAPE = (600, 1200)
NOISE = 110.0
LANES, PITCH, FIRST, WIDTH = 8, 140.0, 110.0, 90.0
ROWS = (110.0, 330.0, 480.0)


def ground(seed, blotch):
    """Return noise on a ground that is uneven by `blotch` counts (standard deviation)."""
    rng = np.random.default_rng(seed)
    uneven = cv2.GaussianBlur(rng.normal(0, 1, SHAPE), (0, 0), 30)
    return 3000 + blotch * uneven / uneven.std() + rng.normal(0, NOISE, SHAPE)


def faint_blot(seed, peak=90.0):
    """Return bands whose tops are lower than the noise of a pixel."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    pixels = ground(seed, blotch=25.0)
    for k in range(LANES):
        left = FIRST + PITCH * k - WIDTH / 2
        across = (np.tanh((x - left) / 6) - np.tanh((x - left - WIDTH) / 6)) / 2
        for row in ROWS:
            pixels += peak * across * np.exp(-0.5 * ((y - row) / 7) ** 2)
    return pixels


def as_counts(pixels):
    return np.clip(np.rint(pixels), 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("seed", range(4))
def test_lanes_whose_bands_drown_in_the_noise_of_single_pixels(as_image, located, seed):
    lanes = located(as_image(as_counts(faint_blot(seed)))).seen[0].lanes
    assert [lane.kind for lane in lanes] == [LaneKind.SAMPLE] * LANES
    for k, lane in enumerate(lanes):
        assert lane.x_at(SHAPE[0] / 2) == pytest.approx(FIRST + PITCH * k, abs=0.15 * WIDTH)


@pytest.mark.parametrize("blotch", [0.0, 30.0, 60.0])
@pytest.mark.parametrize("seed", range(3))
def test_an_uneven_ground_has_no_lanes(as_image, located, polarity, seed, blotch):
    image = as_image(as_counts(ground(seed, blotch)))
    assert located(image, polarity=polarity).seen[0].lanes == ()


def crest(k, snr, y=100.0, thickness=5.0):
    return Piece(
        left=100.0 * k,
        right=100.0 * k + 70,
        y=y,
        slope=0.0,
        snr=snr,
        weight=1.0,
        thickness=thickness,
    )


def test_crests_of_which_decoys_are_as_clear_are_dropped():
    crests = tuple(crest(k, 8.0) for k in range(5))
    decoys = tuple(crest(k, 8.0, y=300.0) for k in range(5))
    assert beyond_decoys(crests, decoys) == ()
    assert beyond_decoys(crests, ()) == crests


def test_many_crests_clearer_than_the_decoys_stay_and_fainter_ones_with_them():
    crests = tuple(crest(k, 12.0) for k in range(6))
    decoys = tuple(crest(k, 8.0, y=300.0) for k in range(6))
    faint = crest(7, 8.0)
    assert beyond_decoys((*crests, faint), decoys) == (*crests, faint)


def test_decoys_of_another_thickness_say_nothing():
    crests = tuple(crest(k, 8.0) for k in range(5))
    blotches = tuple(crest(k, 9.0, y=300.0, thickness=16.0) for k in range(5))
    assert beyond_decoys(crests, blotches) == crests


def test_what_sinks_beside_bands_is_no_decoy():
    rows = tuple(replace(crest(k, 8.0), y=y) for k in range(5) for y in (100.0, 140.0))
    between = tuple(crest(k, 9.0, y=120.0) for k in range(5))
    along = tuple(crest(k, 7.0, y=80.0) for k in range(5))
    assert beyond_decoys(rows, (*between, *along)) == rows


def test_a_single_crest_must_be_clear_by_itself():
    assert beyond_decoys((crest(0, ALONE_SNR - 0.1),), ()) == ()
    alone = crest(0, ALONE_SNR)
    assert beyond_decoys((alone,), ()) == (alone,)
    assert beyond_decoys((), ()) == ()
