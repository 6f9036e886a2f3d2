"""The rolling ball against the rule as it is published, written out place by place."""

import math

import numpy as np
import pytest

from blotquant.background.ball import ball_patch, rolling_ball
from blotquant.errors import SettingsError

# Radius up to, picture shrunk by, share of the ball's arc trimmed off.
RULE = ((10, 1, 0.24), (30, 2, 0.24), (100, 4, 0.32), (math.inf, 8, 0.40))


def by_the_rule(picture, radius):
    """Roll a ball under a picture, place by place: return the small surface and the shrinking."""
    shrink, trimmed = next((s, t) for limit, s, t in RULE if radius <= limit)
    rows, columns = (math.ceil(n / shrink) for n in picture.shape)
    small = np.array(
        [
            [
                picture[i * shrink : (i + 1) * shrink, j * shrink : (j + 1) * shrink].min()
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )
    ball = max(radius / shrink, 1.0)
    half = round(ball - int(100 * trimmed * ball) / 100)

    def height(dy, dx):
        return math.sqrt(max(ball**2 - dy**2 - dx**2, 0.0))

    surface = np.full(small.shape, -math.inf)
    for y in range(-half, rows + half):
        for x in range(-half, columns + half):
            under = [
                (i, j)
                for i in range(max(y - half, 0), min(y + half + 1, rows))
                for j in range(max(x - half, 0), min(x + half + 1, columns))
            ]
            lifted = min(small[i, j] - height(i - y, j - x) for i, j in under)
            for i, j in under:
                surface[i, j] = max(surface[i, j], lifted + height(i - y, j - x))
    return surface, shrink


def rough(shape, seed=0):
    """A picture that wanders and is noisy, with values of a hundred or so."""
    rng = np.random.default_rng(seed)
    return (100 + rng.normal(0, 6, shape).cumsum(axis=1)).astype(np.float32)


@pytest.mark.parametrize("radius", [1.0, 3.0, 7.5, 10.0, 12.0, 29.0, 40.0, 130.0])
@pytest.mark.parametrize("shape", [(23, 17), (9, 31)])
def test_it_does_what_the_rule_says(radius, shape):
    picture = rough(shape)
    expected, shrink = by_the_rule(picture, radius)
    found = rolling_ball(picture, radius, smooth=False)
    assert found.shrink == shrink
    assert found.shape == shape
    assert np.allclose(found.small, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("radius", "shrink"), [(10.0, 1), (10.1, 2), (30.0, 2), (30.1, 4), (100.0, 4), (100.1, 8)]
)
def test_large_balls_roll_over_shrunk_pictures(radius, shrink):
    assert rolling_ball(rough((40, 40)), radius).shrink == shrink


def test_the_patch_is_a_cap_with_its_rim_trimmed():
    patch = ball_patch(10.0, 0.24)
    assert patch.shape == (17, 17)  # 10 - 2.4 = 7.6 on each side of the middle
    assert patch[8, 8] == 10.0
    assert patch[8, 0] == pytest.approx(6.0)
    assert patch[0, 0] == 0.0
    assert np.array_equal(patch, patch.T)
    assert np.array_equal(patch, patch[::-1])


@pytest.mark.parametrize("radius", [4.0, 20.0, 60.0, 200.0])
@pytest.mark.parametrize("value", [0.0, 812.0, 65535.0])
def test_a_flat_picture_is_its_own_background(radius, value):
    surface = rolling_ball(np.full((60, 45), value), radius).enlarged()
    assert surface.shape == (60, 45)
    assert np.allclose(surface, value, atol=0.01)


def test_it_never_rises_above_the_picture():
    picture = rough((70, 50))
    assert (rolling_ball(picture, 6.0, smooth=False).enlarged() <= picture + 1e-3).all()


def test_rolling_twice_changes_nothing_more():
    once = rolling_ball(rough((50, 50)), 8.0, smooth=False).enlarged()
    assert np.allclose(rolling_ball(once, 8.0, smooth=False).enlarged(), once, atol=1e-3)


@pytest.mark.parametrize("radius", [6.0, 25.0, 80.0])
def test_an_offset_goes_through(radius):
    picture = rough((48, 48))
    low, high = (rolling_ball(picture + c, radius).enlarged() for c in (0.0, 3000.0))
    assert np.allclose(high - low, 3000.0, atol=0.01)


def test_scaling_picture_and_ball_scales_the_surface():
    picture = rough((48, 48))
    one = rolling_ball(picture, 9.0).enlarged()
    ten = rolling_ball(10 * picture, 9.0, counts_per_px=10.0).enlarged()
    assert np.allclose(ten, 10 * one, rtol=1e-5)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turning_the_picture_turns_the_surface(turn):
    picture = rough((48, 48))
    straight = rolling_ball(picture, 25.0).enlarged()
    turned = rolling_ball(np.rot90(picture, turn), 25.0).enlarged()
    assert np.allclose(turned, np.rot90(straight, turn), atol=1e-3)


def test_a_larger_ball_lies_lower_on_the_whole():
    picture = rough((60, 60))
    levels = [rolling_ball(picture, r, smooth=False).small.mean() for r in (3.0, 6.0, 10.0)]
    assert levels[0] > levels[1] > levels[2]


def test_a_slope_is_followed_to_the_corners():
    x, y = np.meshgrid(np.arange(160.0), np.arange(120.0))
    slope = 1000 + 3 * x + 2 * y
    surface = rolling_ball(slope, 40.0, smooth=False).enlarged()
    # Shrinking takes the lowest of each block: a little low, and nowhere more than a block is deep.
    assert (surface <= slope + 1e-2).all()
    assert (slope - surface).max() <= 2 * 4 * (3 + 2)


def test_bands_smaller_than_the_ball_are_left_out_and_larger_ones_are_not():
    picture = np.full((200, 200), 500.0)
    picture[90:110, 60:140] += 4000
    assert rolling_ball(picture, 50.0).enlarged().max() < 560
    assert rolling_ball(picture, 8.0).enlarged()[100, 100] > 4000


def test_smoothing_keeps_a_single_low_pixel_from_stopping_the_ball():
    picture = np.full((60, 60), 900.0)
    picture[30, 30] = 0.0
    plain, smooth = (rolling_ball(picture, 10.0, smooth=s).enlarged() for s in (False, True))
    assert plain[30, 30] == 0.0
    assert smooth[30, 30] == pytest.approx(800.0, abs=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (8, 3), (17, 1)])
@pytest.mark.parametrize("radius", [2.0, 50.0, 300.0])
def test_tiny_pictures(shape, radius):
    surface = rolling_ball(rough(shape), radius).enlarged()
    assert surface.shape == shape
    assert np.isfinite(surface).all()


@pytest.mark.parametrize("radius", [0.0, -3.0, float("nan")])
def test_a_ball_without_a_radius_is_refused(radius):
    with pytest.raises(SettingsError, match="radius"):
        rolling_ball(rough((9, 9)), radius)
