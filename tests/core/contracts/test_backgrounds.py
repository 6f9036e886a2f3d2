"""Every background method keeps the same promises; what is special about each follows below."""

from dataclasses import replace

import numpy as np
import pytest

from blotquant.background import (
    BACKGROUNDS,
    LaneBaseline,
    LocalSurround,
    RollingBall,
    ValleyToValley,
)
from blotquant.errors import SettingsError
from blotquant.lanes.profile import StraightLane, lane_profile
from blotquant.model.band import Band
from blotquant.model.results import NoiseModel
from blotquant.quantify.lane_setup import lane_view

BUILT_IN = ("lane-baseline", "local", "rolling-ball", "valley", "constant", "none")
LEVEL = 800.0


def band(apex, *, half=14.0, row=1, found=True):
    return Band(
        image="p",
        membrane="m",
        lane=1,
        row=row,
        apex_px=apex,
        start_px=apex - half,
        stop_px=apex + half,
        found=found,
    )


def gaussian(n, apex, height, sigma=4.0):
    return height * np.exp(-0.5 * ((np.arange(n) - apex) / sigma) ** 2)


def view_of(signal, bands=(), *, across=30, noise=0.0, seed=0):
    """Return what a method may look at: a straightened lane with this mean signal."""
    signal = np.asarray(signal, dtype=float)
    rng = np.random.default_rng(seed)
    plane = signal[:, None] + noise * rng.standard_normal((signal.size, across))
    straight = StraightLane(
        signal=plane.astype(np.float32),
        saturated=np.zeros(plane.shape, dtype=bool),
        step_px=1.0,
        inside=np.ones(signal.size),
    )
    profile = lane_profile(straight, NoiseModel(read_variance=max(noise**2, 1 / 12), gain=0.0))
    return lane_view(straight, profile, bands, {})


def arrays_of(view):
    return {
        "signal": view.profile.signal,
        "variance": view.profile.variance,
        "position": view.profile.position_px,
        "area": view.profile.area_px,
        "plane": view.straight.signal,
        "masked": view.masked,
        "shapes": view.shapes,
    }


@pytest.fixture(params=sorted(BACKGROUNDS))
def method(request):
    """Run a test for every registered method."""
    return BACKGROUNDS.create(request.param)


N = 240
FLAT = np.full(N, LEVEL)
CROWD = range(10, N, 20)


def three_bands():
    return FLAT + gaussian(N, 50, 300) + gaussian(N, 120, 9000) + gaussian(N, 190, 60)


# The lanes that a method may meet: mean signal, bands, noise.
LANES = {
    "one band": (FLAT + gaussian(N, 120, 9000), [band(120)], 30),
    "three bands": (three_bands(), [band(50), band(120, row=2), band(190, row=3)], 30),
    "no bands": (FLAT, [], 30),
    "unseen band": (FLAT, [band(120, found=False)], 30),
    "bands everywhere": (
        FLAT + sum(gaussian(N, a, 5000, 8) for a in CROWD),
        [band(a, half=10, row=r) for r, a in enumerate(CROWD, start=1)],
        30,
    ),
    "beyond the ends": (
        FLAT + gaussian(N, 2, 5000) + gaussian(N, N - 3, 5000),
        [band(2), band(N - 3, row=2)],
        30,
    ),
    "slope": (np.linspace(200, 4000, N) + gaussian(N, 120, 3000), [band(120)], 30),
    "negative": (FLAT - 5000 + gaussian(N, 120, 900), [band(120)], 30),
    "black": (np.zeros(N), [band(120)], 0),
}
KINDS = tuple(LANES)


def lane(kind):
    signal, bands, noise = LANES[kind]
    return view_of(signal, bands, noise=noise)


def assert_sound(view, found):
    """Check shapes, dtypes and that every number is one."""
    n = view.profile.signal.size
    for array in (found.level, found.level_se):
        assert array.shape == (n,)
        assert array.dtype == np.float64
        assert np.isfinite(array).all()
    assert (found.level_se >= 0).all()
    for start, stop in view.limits:
        weights = ((np.arange(n) >= start) & (np.arange(n) <= stop)) * view.profile.area_px
        variance = found.error.variance(weights)
        assert np.isfinite(variance)
        assert variance >= 0
    if found.bands is not None:
        assert len(found.bands.volume_se) == len(view.limits)
        assert all(np.isnan(se) or (np.isfinite(se) and se >= 0) for se in found.bands.volume_se)
        assert np.isfinite(found.bands.shapes).all()


# The promises that all of them keep ---------------------------------------------------------------


def test_the_built_in_methods_are_registered():
    assert set(BUILT_IN) <= set(BACKGROUNDS.names())


@pytest.mark.parametrize("kind", KINDS)
def test_level_and_errors_are_sound(method, kind):
    view = lane(kind)
    assert_sound(view, method.estimate(view))


@pytest.mark.parametrize("kind", KINDS)
def test_the_input_stays_as_it_was(method, kind):
    view = lane(kind)
    before = {name: a.copy() for name, a in arrays_of(view).items()}
    for a in arrays_of(view).values():
        a.flags.writeable = False
    method.estimate(view)
    for name, a in arrays_of(view).items():
        assert np.array_equal(a, before[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_lane_gives_the_same_level(method, kind):
    a, b = method.estimate(lane(kind)), method.estimate(lane(kind))
    assert np.array_equal(a.level, b.level)
    assert np.array_equal(a.level_se, b.level_se)


@pytest.mark.parametrize("bands", [(), (band(120),), (band(60), band(150, row=2))])
@pytest.mark.parametrize("found", [True, False])
@pytest.mark.parametrize("value", [0.0, 1.0, 65535.0])
def test_a_constant_lane_is_its_own_level(method, value, found, bands):
    chosen = [band(b.apex_px, row=b.row, found=found) for b in bands]
    view = view_of(np.full(240, value), chosen)
    expected = 0.0 if method == BACKGROUNDS.create("none") else value
    assert np.allclose(method.estimate(view).level, expected, atol=1e-6 + 1e-5 * value)


def test_an_offset_moves_the_level_by_as_much(method):
    signal = LEVEL + gaussian(240, 120, 5000) + gaussian(240, 60, 200)
    bands = [band(60), band(120, row=2)]
    once = method.estimate(view_of(signal, bands, noise=20))
    more = method.estimate(view_of(signal + 2000, bands, noise=20))
    if method == BACKGROUNDS.create("none"):
        assert not once.level.any()
        assert not more.level.any()
        return
    assert np.allclose(more.level - once.level, 2000, atol=0.5)


def test_twice_the_signal_has_twice_the_level(method):
    signal = LEVEL + gaussian(240, 120, 5000)
    once = method.estimate(view_of(signal, [band(120)], noise=20))
    twice = method.estimate(view_of(2 * signal, [band(120)], noise=40))
    assert np.allclose(twice.level, 2 * once.level, rtol=0.01, atol=1.0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8, 9, 15])
@pytest.mark.parametrize("across", [1, 2, 30])
def test_short_and_narrow_lanes(method, n, across):
    rng = np.random.default_rng(n)
    signal = LEVEL + 100 * rng.random(n)
    for bands in ([], [band(n / 2, half=n / 4 + 0.1)], [band(n / 2, half=2.0 * n)]):
        view = view_of(signal, bands, across=across)
        assert_sound(view, method.estimate(view))


def test_a_band_over_the_whole_lane(method):
    view = view_of(LEVEL + gaussian(100, 50, 3000, 20), [band(50, half=80.0)], noise=20)
    assert_sound(view, method.estimate(view))


def test_methods_are_values(method):
    again = type(method)()
    assert again == method
    assert hash(again) == hash(method)


def test_the_same_lane_further_down_has_the_same_level(method):
    signal = LEVEL + gaussian(240, 100, 5000) + 100 * np.sin(np.arange(240) / 40)
    here = method.estimate(view_of(np.pad(signal, (8, 24), mode="edge"), [band(108)]))
    below = method.estimate(view_of(np.pad(signal, (24, 8), mode="edge"), [band(124)]))
    assert np.allclose(here.level[60:160], below.level[76:176], atol=25)


def test_upside_down_is_the_same(method):
    signal = LEVEL + gaussian(240, 100, 5000) + np.linspace(0, 300, 240)
    once = method.estimate(view_of(signal, [band(100)]))
    turned = method.estimate(view_of(signal[::-1], [band(139)]))
    assert np.allclose(once.level, turned.level[::-1], atol=15)


@pytest.mark.parametrize("apexes", [(120,), (60, 120, 180)])
def test_the_error_is_that_of_the_level_where_there_is_only_noise(method, apexes):
    """Blank lanes: the level under a band, summed, misses the truth as often as its error says."""
    if method == BACKGROUNDS.create("none"):
        return
    bands = [band(a, row=r) for r, a in enumerate(apexes, start=1)]
    weights = (np.abs(np.arange(N) - 120) <= 14).astype(float)
    misses = []
    for seed in range(150):
        found = method.estimate(view_of(FLAT, bands, noise=30, seed=seed))
        miss = float((weights * (found.level - LEVEL)).sum())
        misses.append(miss / np.sqrt(found.error.variance(weights)))
    misses = np.abs(np.array(misses))
    assert 0.90 <= np.mean(misses <= 1.96) <= 0.995
    assert 0.7 <= np.sqrt(np.mean(misses**2)) <= 1.2


@pytest.mark.parametrize("name", ["lane-baseline", "local", "rolling-ball", "constant"])
def test_the_error_grows_where_the_ground_wanders(name):
    bands = [band(120)]
    flat, wavy = (
        BACKGROUNDS.create(name).estimate(
            view_of(FLAT + height * np.sin(np.arange(N) / 25), bands, noise=20)
        )
        for height in (0.0, 300.0)
    )
    under = (np.abs(np.arange(N) - 120) <= 14).astype(float)
    assert wavy.error.variance(under) > flat.error.variance(under)


# What is special about each -----------------------------------------------------------------------


@pytest.mark.parametrize("slope", [-8.0, 0.0, 3.0, 20.0])
@pytest.mark.parametrize("height", [0.0, 500.0, 20000.0])
def test_lane_baseline_recovers_a_slope_under_a_band(slope, height):
    n = 240
    true = 6000 + slope * np.arange(n)
    view = view_of(true + gaussian(n, 110, height), [band(110, half=20.0)])
    level = LaneBaseline().estimate(view).level
    assert np.allclose(level, true, atol=0.002 * max(height, 100.0))


@pytest.mark.parametrize("height", [0.0, 300.0, 20000.0])
def test_lane_baseline_follows_a_bend_within_its_error(height):
    n = 400
    x = np.arange(n)
    true = 2000 + 600 * np.sin(x / 120)
    inside = []
    for seed in range(30):
        signal = true + gaussian(n, 200, height)
        view = view_of(signal, [band(200, half=20.0)], noise=60, seed=seed)
        found = LaneBaseline().estimate(view)
        under = (x >= 180) & (x <= 220)
        miss = float((found.level - true)[under].sum())
        inside.append(abs(miss) <= 3 * np.sqrt(found.error.variance(under.astype(float))))
    assert np.mean(inside) >= 0.9


def test_lane_baseline_is_not_lifted_by_a_speck():
    signal = np.full(240, LEVEL)
    signal[40:43] += 8000
    view = view_of(signal + gaussian(240, 150, 3000), [band(150)], noise=10)
    level = LaneBaseline().estimate(view).level
    assert np.allclose(level[100:], LEVEL, atol=25)


@pytest.mark.parametrize("height", [0.0, 500.0, 50000.0])
def test_the_level_without_bands_does_not_know_them(height):
    n = 400
    ground = LEVEL + 60 * np.sin(np.arange(n) / 50)
    bands = [band(130, half=20.0), band(260, half=20.0, row=2, found=False)]
    views = [
        view_of(ground + gaussian(n, 130, h) + gaussian(n, 260, h / 5), bands)
        for h in (height, 0.0)
    ]
    views = [replace(v, masked=views[0].masked | (abs(np.arange(n) - 260) < 25)) for v in views]
    found, empty = (LaneBaseline().without_bands(v) for v in views)
    assert found.level == pytest.approx(empty.level, abs=1.0)
    assert found.level == pytest.approx(ground, abs=8.0)
    assert found.bands is None


def test_the_level_without_bands_is_least_sure_under_them():
    rng = np.random.default_rng(3)
    ground = LEVEL + np.cumsum(np.cumsum(rng.normal(0, 0.02, 400)))
    view = view_of(ground, [band(200, half=40.0)], noise=20.0)
    found = LaneBaseline().without_bands(view)
    under, beside = np.zeros((2, 400))
    under[200] = beside[80] = 1.0
    assert found.error.variance(under) > 4 * found.error.variance(beside)
    assert found.error.variances(np.zeros((0, 400))).size == 0


@pytest.mark.parametrize("stiffness", [0.0, -1.0, float("nan")])
def test_impossible_stiffness(stiffness):
    with pytest.raises(SettingsError, match="stiffness"):
        LaneBaseline(stiffness=stiffness)


def test_a_ball_is_twice_the_widest_band_or_what_the_user_says():
    signal = LEVEL + gaussian(240, 120, 9000, 10)
    bands = [band(120, half=35.0), band(220, half=5.0, row=2)]
    by_itself = RollingBall().estimate(view_of(signal, bands))
    as_wide = RollingBall(radius_px=140.0).estimate(view_of(signal, bands))
    assert np.array_equal(by_itself.level, as_wide.level)
    assert by_itself.level[120] == pytest.approx(LEVEL, abs=5)
    # A ball that is smaller than the band sinks into it.
    small = RollingBall(radius_px=9.0).estimate(view_of(signal, bands))
    assert small.level[120] > LEVEL + 1000
    assert RollingBall().radius_for([]) == 10.0
    assert RollingBall().radius_for([9800.0]) == 2000.0


def test_a_ball_takes_what_it_left_of_the_photograph():
    signal = LEVEL + gaussian(240, 120, 9000, 4)
    view = view_of(signal, [band(120)])
    tilted = np.linspace(500, 600, 240)
    level = RollingBall().estimate(replace(view, surface=tilted)).level
    # Set on the middle of the free places: as far above it as they are.
    shift = np.median((view.profile.signal - tilted)[~view.masked])
    assert np.allclose(level, tilted + shift)


@pytest.mark.parametrize("radius", [0.0, -5.0])
def test_impossible_balls(radius):
    with pytest.raises(SettingsError, match="radius"):
        RollingBall(radius_px=radius)


def test_valley_is_the_line_between_a_bands_ends():
    n = 240
    signal = np.linspace(500, 1700, n) + gaussian(n, 100, 4000) + gaussian(n, 180, 2000)
    bands = [band(100, half=20.0), band(180, half=20.0, row=2)]
    view = view_of(signal, bands)
    level = ValleyToValley().estimate(view).level
    for b in bands:
        start, stop = int(b.start_px), int(b.stop_px)
        ends = view.profile.signal[[start, stop]]
        assert np.allclose(level[start : stop + 1], np.linspace(*ends, stop - start + 1))


def test_local_ignores_another_band():
    n = 300
    neighbours = gaussian(n, 88, 20000, 5) + gaussian(n, 152, 20000, 5)
    signal = LEVEL + gaussian(n, 120, 800) + neighbours
    bands = [band(88, half=16.0), band(120, row=2), band(152, row=3, half=16.0)]
    level = LocalSurround().estimate(view_of(signal, bands)).level
    assert level[120] == pytest.approx(LEVEL, abs=5.0)
    # Not knowing of the neighbours it would have been misled.
    alone = LocalSurround(reach=1.0).estimate(view_of(signal, [bands[1]])).level
    assert alone[120] > LEVEL + 500


def test_local_sees_only_what_is_near():
    signal = np.where(np.arange(600) < 300, 500.0, 5000.0)
    signal += gaussian(600, 100, 900) + gaussian(600, 500, 900)
    level = LocalSurround().estimate(view_of(signal, [band(100), band(500, row=2)])).level
    assert level[100] == pytest.approx(500, abs=1)
    assert level[500] == pytest.approx(5000, abs=1)


@pytest.mark.parametrize(("guard", "reach"), [(-1.0, 0.75), (2.0, 0.0), (2.0, -3.0)])
def test_impossible_surrounds(guard, reach):
    with pytest.raises(SettingsError, match="guard"):
        LocalSurround(guard_px=guard, reach=reach)


def test_constant_is_the_median_outside_the_bands():
    signal = LEVEL + gaussian(240, 120, 9000)
    found = BACKGROUNDS.create("constant").estimate(view_of(signal, [band(120, half=20.0)]))
    assert np.allclose(found.level, LEVEL, atol=0.5)


def test_constant_says_how_much_it_is_wrong_on_a_slope():
    view = view_of(np.linspace(0, 1000, 240), [band(120)])
    found = BACKGROUNDS.create("constant").estimate(view)
    assert found.level_se[0] == pytest.approx(1000 / np.sqrt(12), rel=0.15)


def test_none_is_zero_everywhere():
    found = BACKGROUNDS.create("none").estimate(lane("one band"))
    assert not found.level.any()
    assert not found.level_se.any()
