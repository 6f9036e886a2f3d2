"""Clipped bands: bounds, flags and the estimate from the flanks, against simulated truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from blotquant.bands.emg import emg_density
from blotquant.edits import add_photographs, change_settings
from blotquant.flags import Flag
from blotquant.lanes.profile import StraightLane
from blotquant.model.band import Band
from blotquant.model.noise import NoiseModel
from blotquant.model.project import Project
from blotquant.pipeline import analyse
from blotquant.quantify.flank_window import FlankBand, Window, room_for
from blotquant.quantify.flanks import estimate_row, shape_of_row
from blotquant.simulate import scene, simulate_blot
from blotquant.stages.estimating import taken_as_volumes
from blotquant.stages.measuring import Measured

LIMIT = 60000.0
NOISE = NoiseModel(read_variance=100.0, gain=0.3)


def _band(lane: int, volume: float, *, limit: float = LIMIT, seed: int = 0) -> FlankBand:
    """A band of known volume on 80 positions x 40 places, clipped at `limit`."""
    rng = np.random.default_rng([seed, lane])
    y = np.arange(80.0)
    across = np.ones(40)
    across[:3] = across[-3:] = (0.2, 0.5, 0.8)[0]
    shape = emg_density(y - 40.3, 5.0, 2.5)
    truth = volume / across.sum() * shape[:, None] * across
    counts = truth + 1000 + rng.normal(size=truth.shape) * np.sqrt(100 + 0.3 * (truth + 1000))
    clipped = counts >= limit
    signal = np.minimum(counts, limit).astype(np.float32)
    straight = StraightLane(signal=signal, saturated=clipped, step_px=1.0, inside=np.ones(80))
    return FlankBand(
        band=Band(
            image="a", membrane="m", lane=lane, row=1, apex_px=40.3, start_px=18.0, stop_px=60.0
        ),
        straight=straight,
        level=np.full(80, 1000.0),
        others=np.zeros(80),
        room=(-math.inf, math.inf),
        volume=float((signal - 1000.0)[18:61].sum()),
        volume_se=1000.0,
        noise=NOISE,
    )


@pytest.mark.parametrize("volume", [3.5e7, 5e7, 8e7])
def test_the_flanks_tell_the_volume(volume):
    row = [_band(1, 1e7), _band(2, 1.5e7), _band(3, volume)]
    assert row[2].volume < 0.97 * volume
    weak, _, strong = estimate_row(row)
    assert weak is None
    assert strong is not None
    assert strong.volume == pytest.approx(volume, rel=0.02)
    assert row[2].volume <= strong.low < volume < strong.high


def test_a_neighbour_whose_limits_begin_above_the_lane_leaves_no_room():
    band = replace(_band(1, 5e7), room=(-math.inf, -4.0))
    assert band.rows(0.5) == (0, 0)
    assert Window.of(band) is None


def test_a_row_that_is_clipped_in_every_lane_teaches_itself():
    volumes = (4e7, 5e7, 6e7)
    found = estimate_row([_band(i, v) for i, v in enumerate(volumes)])
    for estimate, volume in zip(found, volumes, strict=True):
        assert estimate is not None
        assert estimate.volume == pytest.approx(volume, rel=0.03)


def test_the_shape_is_that_of_the_unclipped_flanks():
    sigma, tail = shape_of_row([_band(1, 1e7), _band(2, 6e7)])
    assert sigma == pytest.approx(5.0, rel=0.03)
    assert tail == pytest.approx(2.5, rel=0.15)


def test_nothing_is_said_of_a_row_without_clipped_pixels():
    row = [_band(1, 1e7), _band(2, 1.2e7)]
    assert estimate_row(row) == (None, None)
    assert shape_of_row(row) is None


def test_scaling_the_counts_scales_the_estimate():
    plain = estimate_row([_band(1, 1e7), _band(2, 5e7)])[1]
    row = [_band(1, 1e7), _band(2, 5e7)]
    scaled = estimate_row(
        [
            replace(
                b,
                straight=replace(b.straight, signal=b.straight.signal * np.float32(0.5)),
                level=b.level / 2,
                volume=b.volume / 2,
                volume_se=b.volume_se / 2,
                noise=NoiseModel(read_variance=25.0, gain=0.15),
            )
            for b in row
        ]
    )[1]
    assert scaled.volume == pytest.approx(plain.volume / 2, rel=1e-3)


def test_a_band_without_free_flanks_has_no_estimate():
    band = _band(1, 5e7)
    everywhere = replace(band.straight, saturated=np.ones_like(band.straight.saturated))
    assert estimate_row([replace(band, straight=everywhere)]) == (None,)


def test_room_ends_where_neighbours_begin():
    mine = _band(1, 1e7).band
    above = replace(mine, row=2, apex_px=5.0, start_px=1.0, stop_px=12.0)
    below = replace(mine, row=3, apex_px=70.0, start_px=64.0, stop_px=78.0)
    unseen = replace(below, row=4, apex_px=62.0, start_px=61.0, stop_px=63.0, found=False)
    assert room_for(mine, (above, mine, below, unseen)) == (12.0, 64.0)


@pytest.fixture(scope="module")
def saturated():
    """The analysis of a saturated blot, without and with estimates, and its truth."""
    blot = simulate_blot(scene("saturated", seed=71))
    project = add_photographs(Project(), ["saturated.tif"])
    images = {project.photographs[0].id: blot.image}
    plain = analyse(project, images)
    return blot, plain, analyse(change_settings(project, use_estimates=True), images)


def _pairs(blot, analysis):
    for m in analysis.bands:
        near = min(blot.bands, key=lambda b: math.hypot(b.x_px - m.x_px, b.y_px - m.y_px))
        if m.band.found and math.hypot(near.x_px - m.x_px, near.y_px - m.y_px) < 12:
            yield m, near


def test_every_clipped_band_is_flagged_bounded_and_estimated(saturated):
    blot, analysis, _ = saturated
    errors = []
    pairs = list(_pairs(blot, analysis))
    # What a lane's edges lose is the same for all bands and no part of this.
    scale = np.median([m.volume / t.volume for m, t in pairs if not t.saturated_fraction])
    assert 0.97 < scale < 1.03
    for m, truth in pairs:
        if truth.saturated_fraction > 0:
            assert Flag.SATURATED in m.flags
            assert m.volume - 2 * m.volume_se <= scale * truth.volume
        if Flag.LOWER_BOUND in m.flags:
            assert m.has_estimate
            assert m.volume_estimate_low <= m.volume_estimate <= m.volume_estimate_high
            errors.append(abs(m.volume_estimate / (scale * truth.volume) - 1))
        if Flag.SATURATED not in m.flags:
            assert not m.has_estimate
    assert len(errors) >= 8
    assert np.median(errors) < 0.015
    assert np.percentile(errors, 90) < 0.05


def test_estimates_are_used_only_when_asked_for(saturated):
    _, plain, used = saturated
    assert not any(Flag.ESTIMATED in r.flags for r in plain.ratios)
    assert not any("Ratios use the estimate" in n.text for n in plain.notices)
    assert sum("Ratios use the estimate" in n.text for n in used.notices) == 1
    assert [m.volume for m in plain.bands] == [m.volume for m in used.bands]


def test_a_taken_estimate_is_a_number_with_its_flags(saturated):
    _, plain, _ = saturated
    taken = taken_as_volumes(Measured(lanes=plain.lanes, bands=plain.bands))
    for before, after in zip(plain.bands, taken.bands, strict=True):
        if Flag.LOWER_BOUND in before.flags:
            assert Flag.LOWER_BOUND not in after.flags
            assert Flag.ESTIMATED | Flag.SATURATED in after.flags
            assert after.volume == before.volume_estimate
            assert after.volume_se >= before.volume_se
        else:
            assert after == before
