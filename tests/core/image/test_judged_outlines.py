"""What makes an outline a membrane: evidence off its frame, four corners, whole rows."""

import cv2
import numpy as np
import pytest

from blotquant.image.contrast import work_copy
from blotquant.image.membranes import Evidence, _four_cornered, find_membranes
from blotquant.image.outlines import Relief, outlines

SHAPE = (660, 1100)  # as large as a working copy, so that its pixels are the file's


def copy_of(draw, level=3000.0, soft=1.0):
    pixels = np.full(SHAPE, level, np.float32)
    draw(pixels)
    pixels = cv2.GaussianBlur(pixels, (0, 0), soft)
    noise = np.random.default_rng(3).normal(0, 15, SHAPE)
    return work_copy((pixels + noise).astype(np.float32))


def bands(lefts, y, width=60.0, weight=2.0):
    return [
        Evidence(x=left + width / 2, y=y, width=width, weight=weight, thickness=5.0)
        for left in lefts
    ]


def bounds(copy, crests):
    found = find_membranes(copy, crests, "p", "m")
    return [tuple(m.bounds) for m in found]


FRAME = pytest.approx((-0.5, -0.5, SHAPE[1] - 0.5, SHAPE[0] - 0.5))
BOX = (300, 200, 800, 460)
INNER = bands([360, 480, 600], 330.0)


def boxed(pixels):
    left, top, right, bottom = BOX
    pixels[top:bottom, left:right] = 9000
    cv2.rectangle(pixels, (left, top), (right, bottom), 500.0, 4)
    for crest in INNER:
        pixels[326:335, int(crest.x - 30) : int(crest.x + 30)] = 1000


def test_a_box_with_bands_is_a_membrane():
    (found,) = bounds(copy_of(boxed), INNER)
    assert found == pytest.approx(BOX, abs=8)


def test_crests_on_the_frame_of_a_box_are_no_evidence():
    left, top, right, bottom = BOX
    outer = [(left + (right - left) * k / 7, y) for k in range(1, 7) for y in (top - 4, bottom + 4)]
    rim = [Evidence(x=x, y=y, width=60.0, weight=6.0, thickness=5.0) for x, y in outer]
    (found,) = bounds(copy_of(boxed), [*INNER, *rim])
    assert found == pytest.approx(BOX, abs=8)
    # As much evidence elsewhere than on the frame leaves the box worthless.
    away = [Evidence(x=c.x, y=100.0, width=60.0, weight=6.0, thickness=5.0) for c in rim]
    assert bounds(copy_of(boxed), [*INNER, *away]) == [FRAME]


def turned(*, label=False):
    """Return the small picture of a bright membrane turned by 30 degrees."""
    grey = np.full((240, 330), 30.0, np.float32)
    corners = cv2.boxPoints(((150.0, 120.0), (150.0, 90.0), 30.0))
    cv2.fillPoly(grey, [corners.astype(np.int32)], 90.0)
    if label:
        cv2.rectangle(grey, (200, 150), (240, 164), 90.0, -1)
    noise = np.random.default_rng(1).normal(0, 0.3, grey.shape)
    return Relief.of((cv2.GaussianBlur(grey, (0, 0), 1.0) + noise).astype(np.float32))


def test_a_membrane_that_runs_together_with_a_label_is_worth_less():
    alone, joined = (
        float(np.median([_four_cornered(o) for o in outlines(turned(label=label), 2.0)]))
        for label in (False, True)
    )
    assert joined < 0.6
    assert alone > 0.9


SIX = [180 + 120 * k for k in range(6)]


def smear(pixels, upper=270, lower=390):
    """Draw the bright smear of the first four of six lanes, with all six bands across."""
    corners = np.array([(170, upper), (640, upper + 25), (610, lower), (160, lower - 25)])
    cv2.fillPoly(pixels, [corners], 9000.0)
    for left in SIX:
        pixels[326:335, left : left + 60] = 30000


def test_an_outline_that_cuts_through_a_row_is_widened_to_the_whole_row():
    (found,) = bounds(copy_of(smear), bands(SIX, 330.0))
    left, top, right, bottom = found
    assert left < SIX[0]
    assert right > SIX[-1] + 60
    assert (top, bottom) == pytest.approx((270, 390), abs=15)


def test_bands_at_another_height_widen_nothing():
    crests = [*bands(SIX[:4], 330.0), *bands(SIX[4:], 560.0)]
    ((_, _, right, _),) = bounds(copy_of(smear), crests)
    assert right == pytest.approx(640, abs=15)


def test_much_weaker_crests_beside_the_row_widen_nothing():
    crests = [*bands(SIX[:4], 330.0), *bands(SIX[4:], 330.0, weight=0.3)]
    ((_, _, right, _),) = bounds(copy_of(smear), crests)
    assert right == pytest.approx(640, abs=15)
