"""What stands out like bands and is none: labels, drawn lines, traces beside strong bands."""

import numpy as np
import pytest

from blotquant.bands.contrast import lane_contrasts, plain_contrasts
from blotquant.bands.peaks import Peak
from blotquant.bands.rows import detect_bands
from blotquant.bands.suspects import Row, doubt_of, is_taken, line_share_of, without_ruled
from blotquant.image.contrast import WorkCopy
from blotquant.lanes.lettered import lettered_shares
from blotquant.lanes.profile import StraightLane
from blotquant.model.lane import Lane

LENGTH, WIDTH, NOISE = 300, 40, 12.0


def straight(profile, seed):
    rng = np.random.default_rng(seed)
    signal = (1500 + profile)[:, None] + rng.normal(0, NOISE, (LENGTH, WIDTH))
    return StraightLane(
        signal=signal.astype(np.float32),
        saturated=np.zeros((LENGTH, WIDTH), dtype=bool),
        step_px=1.0,
        inside=np.ones(LENGTH),
    )


def band(at, peak, sigma=4.0):
    return peak * np.exp(-0.5 * ((np.arange(float(LENGTH)) - at) / sigma) ** 2)


def lanes_of(n):
    return [
        Lane(
            image="i",
            membrane="m",
            number=k + 1,
            nodes=((50.0 * k + 25, 0.0), (50.0 * k + 25, LENGTH - 1.0)),
            width_px=float(WIDTH),
        )
        for k in range(n)
    ]


def rows_found(profiles, **more):
    laid = [straight(p, seed) for seed, p in enumerate(profiles)]
    bands = detect_bands(lanes_of(len(laid)), laid, 3.0, **more)
    return sorted(
        {
            round(np.median([b.apex_px for b in bands if b.row == r]) / 5) * 5
            for r in {b.row for b in bands}
        }
    )


def test_a_label_in_every_lane_is_no_row():
    profiles = [band(80, 900) + band(200, 900)] * 5
    marks = np.zeros(LENGTH)
    marks[190:211] = 0.5
    assert rows_found(profiles) == [80, 200]
    assert rows_found(profiles, lettered=[marks] * 5) == [80]


def test_traces_beside_strong_bands_must_be_surer_than_bands_by_themselves():
    trace = band(200, 14)
    assert rows_found([trace] * 5) == [200]
    assert rows_found([band(80, 6000) + trace] * 5) == [80]
    assert rows_found([band(80, 6000) + 4 * trace] * 5) == [80, 200]


def row(t, scale, contrasts, snr=20.0):
    peaks = {
        k: Peak(position_px=t, snr=snr, scale_px=scale, contrast=c, strips=1.0)
        for k, c in enumerate(contrasts)
    }
    return Row(t=t, scale=scale, peaks=peaks)


def test_thin_rows_alike_in_all_lanes_are_the_edges_of_a_frame():
    frame, bands = row(20.0, 1.2, [100.0] * 6), row(60.0, 4.0, [80.0, 60, 90, 120, 40, 70])
    uneven = row(40.0, 1.2, [100.0, 20, 150, 60, 80, 10])
    assert without_ruled([frame, uneven, bands], 6, 1.2) == [uneven, bands]
    assert without_ruled([frame], 6, 1.2) == [frame]
    few = row(20.0, 1.2, [100.0] * 4)
    assert without_ruled([few, row(60.0, 4.0, [50.0, 90, 70, 80])], 4, 1.2)[0] is few


@pytest.mark.parametrize(("at", "taken"), [(150.0, True), (153.0, True), (154.0, False)])
def test_a_peak_of_another_row_is_not_borrowed(at, taken):
    other = row(150.0, 4.0, [900.0, 900.0])
    peak = Peak(position_px=at, snr=20.0, scale_px=4.0, contrast=900.0, strips=1.0)
    assert is_taken(peak, 1, [other]) is taken
    assert not is_taken(peak, 2, [other])


@pytest.mark.parametrize(("share", "more"), [(0.5, 1.0), (0.02, 1.0), (0.005, 4.0)])
def test_how_much_surer(share, more):
    weak = row(150.0, 4.0, [share * 1000] * 4)
    assert doubt_of(weak, 4.0, 1000.0, LENGTH) == pytest.approx(more)


def test_a_few_gaps_among_touching_lanes_do_not_tell_a_line():
    profiles = [band(150, 900)] * 8
    laid = [straight(p, k) for k, p in enumerate(profiles)]
    contrasts = lane_contrasts(laid)
    (gap,) = plain_contrasts([straight(band(150, 800), 99)], 1.0)
    found, shifts = row(150.0, 4.0, [900.0] * 8), np.zeros(8)
    two = [(2, gap), (4, gap)]
    assert line_share_of(found, contrasts, two, shifts) == 0
    all_gaps = [(k, gap) for k in range(7)]
    assert line_share_of(found, contrasts, all_gaps, shifts) > 0.8


def test_lettering_is_laid_out_along_the_lanes():
    copy = WorkCopy(
        pixels=np.zeros((100, 120), np.float32), scale=3.0, live=np.ones((100, 120), bool)
    )
    letters = np.zeros((100, 120), bool)
    letters[40:50, 10:20] = True
    lane = Lane(
        image="i", membrane="m", number=1, nodes=((45.0, 0.0), (45.0, 299.0)), width_px=60.0
    )
    clear = Lane(
        image="i", membrane="m", number=2, nodes=((200.0, 0.0), (200.0, 299.0)), width_px=60.0
    )
    marked, blank = lettered_shares(letters, copy, [lane, clear], [LENGTH, LENGTH])
    assert marked[135] == pytest.approx(0.5, abs=0.05)
    assert marked[:115].max() == 0
    assert marked[155:].max() == 0
    assert blank.max() == 0
    none = lettered_shares(np.zeros_like(letters), copy, [lane], [LENGTH])
    assert none[0].size == LENGTH
    assert none[0].max() == 0
