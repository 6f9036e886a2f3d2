import math
from dataclasses import replace

import numpy as np
import pytest

from blotquant.simulate import scenarios, scene, simulate_blot


def true_corners(blot):
    """Return the corners of the membrane of a scene, top left first and clockwise."""
    s = blot.scene
    c, sn = math.cos(math.radians(s.rotation_deg)), math.sin(math.radians(s.rotation_deg))
    half_u, half_v = (q / 2 for q in s.membrane_size_px)
    x0 = (s.width_px - 1) / 2 + s.offset_px[0]
    y0 = (s.height_px - 1) / 2 + s.offset_px[1]
    return tuple(
        (x0 + c * u * half_u + sn * v * half_v, y0 - sn * u * half_u + c * v * half_v)
        for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )


def frame(image):
    return (-0.5, -0.5, image.width - 0.5, image.height - 0.5)


def on_a_table(parts, shape, seed=0):
    """Return counts of a dark table with blots lying on it; `parts` are (counts, top, left)."""
    table = np.random.default_rng(seed).normal(300, 12, shape)
    for counts, top, left in parts:
        table[top : top + counts.shape[0], left : left + counts.shape[1]] = counts
    return np.clip(np.rint(table), 0, 65535).astype(np.uint16)


def membrane_photo(seed, polarity=None):
    changed = scene("easy", seed)
    return simulate_blot(replace(changed, rotation_deg=0.0, polarity=polarity or changed.polarity))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_membrane_inside_the_photograph(simulated, located, seed):
    blot = simulated("membrane", seed)
    (membrane,) = located(blot.image).report.membranes
    assert (membrane.image, membrane.name) == ("p", "m")
    assert not membrane.edited
    reach = 0.02 * max(blot.image.pixels.shape)
    for found, true in zip(membrane.corners, true_corners(blot), strict=True):
        assert math.dist(found, true) < reach


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scenario", [s for s in scenarios() if s != "membrane"])
def test_a_crop_is_one_membrane_with_all_its_bands(simulated, located, scenario, seed):
    """Rows of touching bands are no membranes, however sharp their outline is."""
    blot = simulated(scenario, seed)
    membranes = located(blot.image).report.membranes
    assert len(membranes) == 1
    left, top, right, bottom = membranes[0].bounds
    for band in blot.bands:
        if band.volume > 0 and band.row:
            assert left <= band.x_px <= right
            assert top <= band.y_px <= bottom


@pytest.mark.parametrize("seed", [1, 2])
def test_an_even_crop_is_its_frame(simulated, located, seed):
    image = simulated("easy", seed).image
    assert located(image).report.membranes[0].bounds == pytest.approx(frame(image))


def test_two_membranes_one_below_the_other(as_image, located, polarity):
    a, b = membrane_photo(1), membrane_photo(2)
    (h1, w1), (h2, w2) = a.image.pixels.shape, b.image.pixels.shape
    counts = on_a_table(
        [(a.counts(), 50, 60), (b.counts(), h1 + 130, 75)], (h1 + h2 + 190, max(w1, w2) + 140)
    )
    stored = counts if polarity.value == "light-on-dark" else 65535 - counts
    upper, lower = located(as_image(stored), polarity=polarity).report.membranes
    assert (upper.name, lower.name) == ("m.1", "m.2")
    reach = 0.02 * counts.shape[0]
    assert upper.bounds == pytest.approx((59.5, 49.5, 59.5 + w1, 49.5 + h1), abs=reach)
    assert lower.bounds == pytest.approx((74.5, h1 + 129.5, 74.5 + w2, h1 + h2 + 129.5), abs=reach)


def test_two_membranes_side_by_side(as_image, located):
    a, b = membrane_photo(1), membrane_photo(2)
    (h1, w1), (h2, w2) = a.image.pixels.shape, b.image.pixels.shape
    # The right one lies a little higher: it is the second all the same.
    counts = on_a_table([(a.counts(), 70, 60), (b.counts(), 55, w1 + 140)], (600, w1 + w2 + 200))
    membranes = located(as_image(counts), membranes=("left", "right")).report.membranes
    assert [m.name for m in membranes] == ["left", "right"]
    assert membranes[0].bounds[2] < membranes[1].bounds[0]
    assert membranes[0].height_px == pytest.approx(h1, rel=0.05)
    assert membranes[1].height_px == pytest.approx(h2, rel=0.05)


def test_each_of_two_membranes_has_its_own_lanes(as_image, located):
    a, b = membrane_photo(1), membrane_photo(2)
    h1, h2 = a.image.height, b.image.height
    counts = on_a_table([(a.counts(), 50, 60), (b.counts(), h1 + 130, 75)], (h1 + h2 + 190, 740))
    seen = located(as_image(counts)).seen
    assert [len(s.lanes) for s in seen] == [a.scene.n_lanes, b.scene.n_lanes]
    for s in seen:
        assert [lane.number for lane in s.lanes] == list(range(1, len(s.lanes) + 1))
        assert {lane.membrane for lane in s.lanes} == {s.membrane.name}


@pytest.mark.parametrize("value", [0, 65535])
def test_padding_is_no_membrane(easy_blot, as_image, located, value):
    pixels = easy_blot.image.pixels
    padded = np.pad(pixels, ((40, 60), (50, 30)), constant_values=value)
    (membrane,) = located(as_image(padded), polarity=easy_blot.polarity).report.membranes
    rows, columns = pixels.shape
    expected = (49.5, 39.5, 49.5 + columns, 39.5 + rows)
    assert membrane.bounds == pytest.approx(expected, abs=6)


def test_a_picture_without_anything_is_its_frame(as_image, located):
    image = as_image(np.full((90, 130), 1000, np.uint16))
    (membrane,) = located(image).report.membranes
    assert membrane.bounds == pytest.approx(frame(image))


def test_the_same_place_in_a_larger_photograph(simulated, located, as_image):
    """Corners are in pixels of the file, whatever size the search works at."""
    blot = simulated("membrane", 1)
    (small,) = located(blot.image).report.membranes
    (large,) = located(
        as_image(np.kron(blot.image.pixels, np.ones((3, 3), np.uint16)))
    ).report.membranes
    for a, b in zip(small.corners, large.corners, strict=True):
        assert math.dist((3 * a[0] + 1, 3 * a[1] + 1), b) < 0.02 * 3 * blot.image.height
