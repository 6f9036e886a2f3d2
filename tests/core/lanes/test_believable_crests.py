"""Which crests look like bands, and which strips are lanes: trust, strays and the blot beside."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from blotquant.image.contrast import contrasts, work_copy
from blotquant.lanes.gaps import lanes_beside
from blotquant.lanes.ridges import Piece, find_pieces, ridge_map
from blotquant.lanes.strays import without_strays
from blotquant.lanes.strips import Strip
from blotquant.lanes.trust import Ground, believable
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane


def picture(draw, seed=1, level=3000.0):
    pixels = np.full((400, 700), level)
    draw(pixels)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 2.0)
    noisy = pixels + np.random.default_rng(seed).normal(0, 15, pixels.shape)
    return work_copy(noisy.astype(np.uint16))


def seen(copy):
    light = Polarity.LIGHT_ON_DARK
    pieces = find_pieces(ridge_map(contrasts(copy), light, copy.pixels))
    return pieces, believable(Ground.of(copy, light), pieces)


def over(pieces, box):
    """Return the evidence of the crests whose middle lies in (left, top, right, bottom)."""
    left, top, right, bottom = box
    return sum(p.weight for p in pieces if left < p.centre < right and top < p.y < bottom)


def test_a_band_keeps_its_evidence():
    def band(pixels):
        pixels[200:208, 300:360] += 4000

    pieces, kept = seen(picture(band))
    where = (310, 190, 350, 220)
    assert over(kept, where) > 0.9 * over(pieces, where) > 0


def test_the_blank_between_two_dark_marks_is_no_band():
    def marks(pixels):
        for top in (150, 174, 198):
            pixels[top : top + 10, 300:350] -= 2400
        pixels[300:308, 100:160] += 4000

    pieces, kept = seen(picture(marks))
    where = (305, 160, 345, 198)
    assert over(pieces, where) > 0
    assert over(kept, where) == 0
    assert over(kept, (110, 290, 150, 320)) > 0


def test_a_dot_is_no_band():
    def dots(pixels):
        for k in range(6):
            cv2.circle(pixels, (80 + 100 * k, 150), 7, 9000.0, -1)
        pixels[300:308, 100:160] += 4000

    pieces, kept = seen(picture(dots))
    dots_box = (0, 130, 700, 170)
    assert over(pieces, dots_box) > 0
    assert over(kept, dots_box) < over(pieces, dots_box) / 3
    assert over(kept, (110, 290, 150, 320)) > 0


def test_a_curl_has_edges_across_as_well():
    def curl(pixels):
        x = np.arange(250, 450)
        y = (150 + 35 * np.sin(x / 12)).astype(int)
        for dy in range(-2, 3):
            pixels[y + dy, x] = 9000
        pixels[300:308, 100:160] += 4000

    pieces, kept = seen(picture(curl))
    where = (240, 100, 460, 200)
    assert over(pieces, where) > 0
    assert over(kept, where) < 0.6 * over(pieces, where)
    assert over(kept, (110, 290, 150, 320)) > 0


def piece(left, y, snr, width=50.0):
    return Piece(
        left=left, right=left + width, y=y, slope=0.0, snr=snr, weight=np.log1p(snr), thickness=4.0
    )


def strip(left, gain=3.0, width=50.0):
    return Strip(left=left, right=left + width, gain=gain, lean=0.0)


class TestStrays:
    lanes = tuple(strip(80.0 * k) for k in range(4))
    bands = tuple(piece(80.0 * k, 100.0 + 2 * k, 200.0) for k in range(4))

    def kept(self, *extra):
        return without_strays((*self.lanes, strip(400.0, 1.2)), (*self.bands, *extra))

    def test_a_lane_with_a_faint_crest_alone_is_a_stray(self):
        assert self.kept(piece(400.0, 300.0, 12.0)) == self.lanes

    def test_a_faint_crest_in_the_others_row_is_a_band(self):
        assert len(self.kept(piece(400.0, 104.0, 12.0))) == 5

    def test_many_faint_crests_of_one_width_are_a_ladder(self):
        rungs = [piece(400.0, 50.0 + 60 * k, 12.0) for k in range(5)]
        assert len(self.kept(*rungs)) == 5
        narrow = [replace(p, right=p.left + 30.0) for p in rungs]
        assert self.kept(*narrow) == self.lanes

    def test_a_strong_crest_anywhere_is_a_lane(self):
        assert len(self.kept(piece(400.0, 300.0, 100.0))) == 5

    def test_nothing_comes_of_nothing(self):
        assert without_strays((), ()) == ()


def lane(number, x, lean=0.0):
    nodes = ((x, 0.0), (x + lean, 300.0))
    return Lane(image="a", membrane="m", number=number, nodes=nodes, width_px=40.0)


class TestBeside:
    lanes = (lane(1, 100.0), lane(2, 160.0))

    def test_there_is_one_on_either_side_clear_of_the_lanes(self):
        left, right = lanes_beside(self.lanes, 0.0, 400.0)
        assert (left.number, right.number) == (0, 2)
        assert left.nodes[0][0] + left.width_px / 2 < 100.0 - 20.0
        assert right.nodes[0][0] - right.width_px / 2 > 160.0 + 20.0

    @pytest.mark.parametrize(
        ("bounds", "numbers"), [((70.0, 400.0), [2]), ((0.0, 190.0), [0]), ((70.0, 190.0), [])]
    )
    def test_only_where_there_is_room(self, bounds, numbers):
        assert [g.number for g in lanes_beside(self.lanes, *bounds)] == numbers

    def test_they_lean_with_their_lanes(self):
        left, _ = lanes_beside((lane(1, 100.0, lean=20.0), lane(2, 160.0)), 0.0, 400.0)
        assert left.x_at(300.0) - left.x_at(0.0) == pytest.approx(20.0)
