import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.bands.align import MAX_SLOPE, lane_shifts
from blotquant.bands.peaks import Peak

ROWS = (60.0, 140.0, 155.0, 320.0)


def peak(position, snr=50.0, scale=4.0):
    return Peak(position_px=position, snr=snr, scale_px=scale, contrast=snr * 10, strips=1.0)


def peaks_of(shifts, rows=ROWS, jitter=0.0, seed=0, missing=0.0):
    """Return the peaks of lanes whose rows are all shifted by the same amount in a lane."""
    rng = np.random.default_rng(seed)
    return [
        [peak(r + s + jitter * rng.standard_normal()) for r in rows if rng.random() >= missing]
        for s in shifts
    ]


def centred(values):
    return np.asarray(values) - np.mean(values)


X = 60.0 + 75.0 * np.arange(8)


@settings(max_examples=40)
@given(st.floats(-10, 10))
def test_a_rotation_is_recovered(degrees):
    slope = np.tan(np.radians(degrees))
    true = slope * (X - X.mean())
    found = lane_shifts(peaks_of(true), X, expected_slope=slope)
    assert found == pytest.approx(centred(true), abs=1.0)


@settings(max_examples=30)
@given(st.floats(-5, 5))
def test_rows_that_do_not_run_square_to_their_lanes(degrees):
    """The lanes do not say how the rows run: the peaks do."""
    true = np.tan(np.radians(degrees)) * (X - X.mean())
    found = lane_shifts(peaks_of(true), X, expected_slope=0.0)
    assert found == pytest.approx(centred(true), abs=1.0)


@settings(max_examples=30)
@given(st.floats(-25, 25))
def test_a_smile_is_recovered(sag):
    u = (X - X.mean()) / np.ptp(X) * 2
    true = sag * u**2
    found = lane_shifts(peaks_of(true), X)
    assert found == pytest.approx(centred(true), abs=1.0)


@pytest.mark.parametrize("seed", range(5))
def test_with_jitter_and_missing_bands(seed):
    u = (X - X.mean()) / np.ptp(X) * 2
    true = 12 * u + 9 * u**2
    found = lane_shifts(peaks_of(true, jitter=0.5, seed=seed, missing=0.3), X)
    assert found == pytest.approx(centred(true), abs=2.5)


def test_a_lane_that_ran_a_little_differently_keeps_its_own_rest():
    true = np.zeros(8)
    true[3] = 3.0
    found = lane_shifts(peaks_of(true), X)
    assert found[3] - np.delete(found, 3).mean() == pytest.approx(3.0, abs=1.5)


@given(
    st.lists(st.lists(st.floats(0, 400), max_size=5), min_size=0, max_size=10),
    st.floats(-0.2, 0.2),
)
def test_any_peaks_give_finite_shifts_of_mean_zero(places, slope):
    peaks = [[peak(p) for p in sorted(mine)] for mine in places]
    x = 50.0 + 70.0 * np.arange(len(places))
    found = lane_shifts(peaks, x, slope)
    assert found.shape == (len(places),)
    assert np.isfinite(found).all()
    assert abs(found.sum()) < 1e-6 * max(1, len(places))
    if len(places) > 1:
        # Never steeper than a membrane can lie, a smile and a small rest included.
        assert np.abs(np.diff(found)).max() <= (2 * MAX_SLOPE + 0.5) * 70 + 20


@pytest.mark.parametrize("n", [0, 1])
def test_no_lane_or_one_needs_no_shift(n):
    assert np.array_equal(lane_shifts([[peak(50.0)]] * n, [100.0] * n), np.zeros(n))


def test_without_peaks_the_lanes_lean_decides():
    found = lane_shifts([[], [], []], [0.0, 100.0, 200.0], expected_slope=0.1)
    assert found == pytest.approx([-10, 0, 10])
