import math
from dataclasses import replace

import numpy as np
import pytest

from blotquant.errors import SettingsError
from blotquant.flags import Flag
from blotquant.lanes.detect import LANE_DETECTORS
from blotquant.model.image import Polarity
from blotquant.model.lane import LaneKind
from blotquant.simulate import RowSpec, Scene, scenarios, simulate_blot

REACH = 0.05  # of a lane's width: how near a centre must be


def plain(n_lanes, *, tilt_deg=0.0, seed=1, bands=((0.3, 2.0e6), (0.7, 4.0e6)), **more):
    """Return a small blot whose lanes all carry the same bands."""
    rows = tuple(
        RowSpec(target="x", form=f"{f}", fraction=f, amounts=(a,) * n_lanes) for f, a in bands
    )
    width = int(n_lanes * 74 + 60 + 320 * abs(math.tan(math.radians(tilt_deg))))
    chosen = {"width_px": width, "height_px": 320, "lane_width_px": 52.0, "gap_px": 22.0}
    return simulate_blot(
        Scene(
            **{
                **chosen,
                "n_lanes": n_lanes,
                "rows": rows,
                "tilt_deg": tilt_deg,
                "seed": seed,
                **more,
            }
        )
    )


def assert_lanes(blot, found, *, ignore_empty=True):
    """Check number, centres and order against the truth; a lane without a band cannot be seen."""
    true = [t for t in blot.lanes if t.kind is not LaneKind.BLANK or not ignore_empty]
    seen = [f for f in found if Flag.INFERRED_LANE not in f.flags]
    assert len(seen) == len(true)
    assert [f.number for f in found] == list(range(1, len(found) + 1))
    for t, f in zip(true, seen, strict=True):
        bands = [b for b in blot.bands if b.lane == t.number and b.volume > 0]
        for y in [b.y_px for b in bands]:
            off = f.x_at(y) - t.as_lane("p", "m").x_at(y)
            assert abs(off) < REACH * t.width_px
        assert f.width_px == pytest.approx(t.width_px, rel=0.25)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scenario", [s for s in scenarios() if s != "dense"])
def test_simulated_blots_of_every_kind(simulated, located, scenario, seed):
    blot = simulated(scenario, seed)
    found = located(blot.image, polarity=blot.polarity).seen[0].lanes
    assert_lanes(blot, found)


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_lanes_that_nearly_touch(simulated, located, seed):
    blot = simulated("dense", seed)
    assert_lanes(blot, located(blot.image).seen[0].lanes)


@pytest.mark.parametrize("n_lanes", [1, 2, 3])
def test_few_lanes(located, n_lanes):
    blot = plain(n_lanes)
    assert_lanes(blot, located(blot.image).seen[0].lanes)


@pytest.mark.parametrize("tilt_deg", [-8.0, -4.0, 4.0, 8.0])
def test_leaning_lanes(located, tilt_deg):
    blot = plain(5, tilt_deg=tilt_deg)
    lanes = located(blot.image).seen[0].lanes
    assert_lanes(blot, lanes)
    for lane in lanes:
        (x0, y0), (x1, y1) = lane.nodes[0], lane.nodes[-1]
        lean = math.degrees(math.atan2(x1 - x0, y1 - y0))
        assert lean == pytest.approx(tilt_deg, abs=1.0)


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_single_row_in_a_strip(located, seed):
    blot = plain(6, seed=seed, height_px=64, bands=((0.5, 3.0e6),))
    assert_lanes(blot, located(blot.image).seen[0].lanes)


def test_lanes_of_the_inverse_are_the_same(easy_blot, inverted, located):
    once = located(easy_blot.image).seen[0].lanes
    turned = located(inverted(easy_blot.image)).seen[0].lanes
    assert len(once) == len(turned)
    for a, b in zip(once, turned, strict=True):
        assert np.allclose(a.nodes, b.nodes, atol=0.01 * a.width_px)
        assert a.width_px == pytest.approx(b.width_px, rel=0.01)


def test_a_missing_lane_between_others_is_inferred(located):
    base = plain(7).scene
    rows = tuple(replace(r, amounts=(*r.amounts[:3], 0.0, *r.amounts[4:])) for r in base.rows)
    blot = simulate_blot(replace(base, rows=rows))
    lanes = located(blot.image).seen[0].lanes
    assert len(lanes) == 7
    assert [Flag.INFERRED_LANE in lane.flags for lane in lanes] == [n == 4 for n in range(1, 8)]
    assert lanes[3].confidence < 0.5
    assert "spacing" in lanes[3].reason
    true = blot.lanes[3].as_lane("p", "m")
    assert abs(lanes[3].x_at(160) - true.x_at(160)) < 0.1 * true.width_px


def test_lanes_span_the_membrane_and_never_overlap(simulated, located):
    blot = simulated("membrane")
    seen = located(blot.image).seen[0]
    _, top, _, bottom = seen.membrane.bounds
    for lane in seen.lanes:
        assert lane.nodes[0][1] == pytest.approx(top)
        assert lane.nodes[-1][1] == pytest.approx(bottom)
        assert 0 < lane.confidence <= 1
    middle = (top + bottom) / 2
    for a, b in zip(seen.lanes, seen.lanes[1:], strict=False):
        assert a.x_at(middle) + a.width_px / 2 <= b.x_at(middle) - b.width_px / 2 + 0.5


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_lanes(as_image, located, polarity, seed):
    rng = np.random.default_rng(seed)
    pixels = np.clip(rng.normal(3000, 60, (300, 400)), 0, 65535).astype(np.uint16)
    assert located(as_image(pixels), polarity=polarity).seen[0].lanes == ()


@pytest.mark.parametrize("value", [0, 1, 30000, 65535])
def test_black_grey_and_saturated_pictures_have_no_lanes(as_image, located, value):
    assert located(as_image(np.full((200, 300), value, np.uint16))).seen[0].lanes == ()


@pytest.mark.parametrize("axis", [0, 1])
def test_a_gradient_has_no_lanes(as_image, located, axis):
    ramp = np.linspace(500, 40000, 300)
    pixels = np.broadcast_to(ramp[:, None] if axis == 0 else ramp, (300, 300)).astype(np.uint16)
    for p in Polarity:
        assert located(as_image(pixels), polarity=p).seen[0].lanes == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 300), (5, 5)])
def test_pictures_too_thin_for_lanes(as_image, located, shape):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 65536, shape).astype(np.uint16)
    for s in located(as_image(pixels)).seen:
        assert len(s.lanes) <= shape[1]


def test_a_picture_30000_pixels_wide(as_image, located):
    x, y = np.arange(30000.0), np.arange(300.0)
    across = np.exp(-(((x % 2500 - 1250) / 800) ** 8))
    bands = np.exp(-0.5 * ((y - 150) / 40) ** 2)
    noise = np.random.default_rng(0).normal(0, 20, (300, 30000))
    pixels = np.rint(1000 + 20000 * bands[:, None] * across + noise).astype(np.uint16)
    lanes = located(as_image(pixels)).seen[0].lanes
    assert len(lanes) == 12
    for k, lane in enumerate(lanes):
        assert lane.x_at(150) == pytest.approx(2500 * k + 1250, abs=REACH * 1600)


def test_the_same_picture_gives_the_same_lanes(simulated, located):
    blot = simulated("smile")
    assert located(blot.image).seen == located(blot.image).seen


def test_an_unknown_detector_is_named():
    with pytest.raises(SettingsError, match="ridges"):
        LANE_DETECTORS.create("columns")
    assert "ridges" in LANE_DETECTORS.names()


def test_wide_photographs_scale(simulated, as_image, located):
    blot = simulated("easy", 2)
    large = as_image(np.kron(blot.image.pixels, np.ones((3, 3), np.uint16)))
    small = located(blot.image).seen[0].lanes
    for a, b in zip(small, located(large).seen[0].lanes, strict=True):
        assert b.width_px == pytest.approx(3 * a.width_px, rel=0.1)
        y = (a.nodes[0][1] + a.nodes[-1][1]) / 2
        assert b.x_at(3 * y + 1) == pytest.approx(3 * a.x_at(y) + 1, abs=0.15 * a.width_px)
