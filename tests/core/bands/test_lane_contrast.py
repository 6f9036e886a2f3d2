import numpy as np
import pytest

from blotquant.bands.contrast import lane_contrasts, plain_contrasts
from blotquant.lanes.profile import StraightLane


def straight(seed, count=600, across=40, band_at=None, height=0.0):
    """Return a lane of pure noise (sd 100 a pixel), with one band where it is asked for."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(5000, 100, (count, across))
    if band_at is not None:
        along = np.exp(-0.5 * ((np.arange(count) - band_at) / 5.0) ** 2)
        signal += height * along[:, None]
    return StraightLane(
        signal=signal.astype(np.float32),
        saturated=np.zeros(signal.shape, bool),
        step_px=1.0,
        inside=np.ones(count),
    )


@pytest.mark.parametrize("unit", [1.0, 3.6])
def test_lanes_show_the_same_alone_and_together(unit):
    lanes = [straight(k, count=n) for k, n in enumerate((600, 600, 601, 450, 600))]
    together = lane_contrasts(lanes, unit)
    for lane, found in zip(lanes, together, strict=True):
        (alone,) = lane_contrasts([lane], unit)
        assert alone.scales_px == found.scales_px
        for name in ("snr", "contrast", "strips", "bend_snr", "bend_strips"):
            mine = getattr(found, name)
            assert mine.shape == (len(found.scales_px), lane.signal.shape[0])
            assert np.array_equal(mine, getattr(alone, name))


@pytest.mark.parametrize("unit", [1.0, 3.6])
def test_a_band_stands_out_where_it_lies(unit):
    (found,) = lane_contrasts([straight(1, band_at=300.0, height=400.0)], unit)
    scale, place = np.unravel_index(int(found.snr.argmax()), found.snr.shape)
    assert place == pytest.approx(300, abs=2)
    assert found.snr.max() > 20
    assert found.strips[scale, place] == 1.0
    as_thick = 3 if unit == 1.0 else 1
    assert found.bend_snr[as_thick].argmax() == pytest.approx(300, abs=4)


def test_noise_stays_below_its_own_measure():
    for found in lane_contrasts([straight(k) for k in range(6)], 1.0):
        assert np.quantile(found.snr[:4], 0.99) < 4
        assert 0.5 < np.std(found.bend_snr[0]) < 1.5


def test_the_level_does_not_matter():
    """A lane high up on a bright ground shows what the same lane shows in the dark."""
    lane = straight(2, band_at=200.0, height=300.0)
    higher = StraightLane(
        signal=lane.signal + np.float32(32768),
        saturated=lane.saturated,
        step_px=1.0,
        inside=lane.inside,
    )
    a, b = lane_contrasts([lane, higher], 1.0)
    assert b.contrast == pytest.approx(a.contrast, abs=0.05)


def test_gaps_show_the_contrast_of_lanes():
    lanes = [straight(k, count=n, band_at=150.0, height=200.0) for k, n in ((1, 600), (2, 450))]
    for plain, full in zip(plain_contrasts(lanes, 3.6), lane_contrasts(lanes, 3.6), strict=True):
        assert plain.scales_px == full.scales_px
        assert plain.contrast == pytest.approx(full.contrast, abs=0.05)


@pytest.mark.parametrize(("count", "across"), [(2, 1), (3, 2), (2, 40), (40, 1), (1000, 3)])
def test_every_size_of_lane(count, across):
    for unit in (1.0, 3.6):
        (found,) = lane_contrasts([straight(0, count=count, across=across)], unit)
        (plain,) = plain_contrasts([straight(0, count=count, across=across)], unit)
        assert found.snr.shape == plain.contrast.shape == (len(found.scales_px), count)
        assert np.isfinite(found.snr).all()


def test_no_lanes_show_nothing():
    assert lane_contrasts([]) == plain_contrasts([]) == ()
