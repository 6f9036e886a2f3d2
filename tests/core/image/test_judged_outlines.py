"""What makes an outline a membrane: evidence off its frame, four corners, whole rows."""

import cv2
import numpy as np
import pytest

from blotquant.image.contrast import work_copy
from blotquant.image.membranes import (
    Evidence,
    _cuts_lanes,
    _four_cornered,
    _Look,
    _Region,
    find_membranes,
)
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


def region(left, top, right, bottom, *, boxed=True):
    quad = ((left, top), (right, top), (right, bottom), (left, bottom))
    return _Region(quad=quad, brighter=True, steepness=1.0, share=0.5, value=0.5, boxed=boxed)


def look_at(crests):
    return _Look(
        relief=Relief.of(np.random.default_rng(1).normal(9, 1, (200, 330)).astype(np.float32)),
        points=np.array([(c.x, c.y) for c in crests]),
        widths=np.array([c.width for c in crests]),
        thickness=np.array([c.thickness for c in crests]),
        weights=np.array([c.weight for c in crests]),
    )


LANES = (40, 110, 180, 250)


@pytest.mark.parametrize(
    ("outline", "above", "is_cut"),
    [
        (
            region(0, 60, 329, 199),
            LANES,
            True,
        ),  # a gradient across the frame
        (region(20, 60, 310, 190, boxed=False), LANES, True),
        (region(20, 60, 310, 190), LANES, False),  # a box off the frame
        (region(0, 60, 329, 199), (0, 75, 145, 215), False),  # other lanes
        (region(0, 60, 329, 199), LANES[:1], False),  # little
    ],
)
def test_lanes_that_go_on_beyond_an_outline_make_it_none(outline, above, is_cut):
    crests = bands(LANES, 130.0, width=40.0) + bands(above, 25.0, width=40.0)
    assert _cuts_lanes([outline], look_at(crests)) is is_cut
