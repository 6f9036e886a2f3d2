"""Rows that are two, told from single ones by all lanes together; truth from analytic bands."""

import numpy as np
import pytest

from blotquant.bands.doublets import split_doublets
from blotquant.bands.emg import emg_density
from blotquant.flags import Flag
from blotquant.model.band import Band

SIGMA, TAIL, NOISE = 5.0, 2.0, 4.0
LENGTH, LANES = 300, 6
SINGLE, PAIR = 220.0, 90.0


def blot(spacing, ratios, seed=1, sigma=SIGMA, clipped_at=np.inf):
    """Give bands with one row at `PAIR`, profiles of both rows, and shares of clipping."""
    rng = np.random.default_rng(seed)
    x = np.arange(float(LENGTH))
    bands, profiles, clipped = [], [], []
    for k, ratio in enumerate(ratios):
        shift = rng.normal(0, 0.8)
        wide = sigma * np.exp(0.03 * rng.standard_normal(3))
        main, partner = 6e4 * (1 + 0.2 * k), 6e4 * (1 + 0.2 * k) * ratio
        signal = 5e4 * emg_density(x - SINGLE - shift, SIGMA, TAIL)
        signal += main * emg_density(x - PAIR - shift, wide[0], TAIL)
        signal += partner * emg_density(x - PAIR - spacing - shift, wide[1], TAIL)
        signal += rng.normal(0, NOISE, LENGTH)
        clipped.append((signal > clipped_at).astype(float))
        profiles.append(np.minimum(signal, clipped_at))
        for row, apex, reach in ((1, PAIR + spacing * (ratio > 1), 32), (2, SINGLE, 22)):
            bands.append(
                Band(
                    image="i",
                    membrane="A",
                    lane=k + 1,
                    row=row,
                    apex_px=apex + shift,
                    start_px=apex + shift - reach,
                    stop_px=apex + shift + reach,
                )
            )
    return bands, profiles, clipped


def split(bands, profiles, clipped):
    zeros = [np.zeros(LENGTH)] * len(profiles)
    return split_doublets(
        bands, profiles, zeros, [NOISE] * len(profiles), [0.0] * len(profiles), clipped
    )


def rows_of(bands):
    return sorted({b.row for b in bands})


@pytest.mark.parametrize("spacing", [11.0, 12.5])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_weak_shoulder_in_all_lanes_splits_the_row(spacing, seed):
    ratios = np.linspace(0.3, 0.6, LANES)
    found = split(*blot(spacing, ratios, seed))
    assert rows_of(found) == [1, 2, 3]
    pairs = [[b for b in found if b.lane == k and b.row < 3] for k in range(1, LANES + 1)]
    apart = [lower.apex_px - upper.apex_px for upper, lower in pairs]
    assert np.median(apart) == pytest.approx(spacing, abs=0.25 * SIGMA)
    for upper, lower in pairs:
        assert upper.stop_px == lower.start_px
        assert upper.found
        assert lower.found
        assert Flag.UNRESOLVED in upper.flags & lower.flags


@pytest.mark.parametrize("seed", range(6))
def test_a_single_row_stays_one(seed):
    bands, profiles, clipped = blot(12.0, np.zeros(LANES), seed)
    assert split(bands, profiles, clipped) == tuple(bands)


@pytest.mark.parametrize("seed", range(3))
def test_a_broader_row_is_not_a_pair(seed):
    bands, profiles, clipped = blot(12.0, np.zeros(LANES), seed, sigma=1.3 * SIGMA)
    assert split(bands, profiles, clipped) == tuple(bands)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_hardly_broader_than_the_only_other_one_is_left_whole(seed):
    # On streaked photographs one band differs as much from the next without a partner beside it.
    bands, profiles, clipped = blot(12.0, np.full(LANES, 0.15), seed)
    assert split(bands, profiles, clipped) == tuple(bands)


def test_flat_tops_are_not_pairs():
    bands, profiles, clipped = blot(12.0, np.zeros(LANES), clipped_at=2500.0)
    assert split(bands, profiles, clipped) == tuple(bands)


def test_two_lanes_are_not_enough():
    bands, profiles, clipped = blot(12.0, (0.4, 0.5))
    assert split(bands, profiles, clipped) == tuple(bands)


def test_nothing_depends_on_the_scale_of_the_signal():
    bands, profiles, clipped = blot(12.0, np.linspace(0.3, 0.6, LANES))
    zeros = [np.zeros(LENGTH)] * LANES
    ten = split_doublets(
        bands, [10 * p for p in profiles], zeros, [10 * NOISE] * LANES, [0.0] * LANES, clipped
    )
    one = split(bands, profiles, clipped)
    assert [b.apex_px for b in ten] == pytest.approx([b.apex_px for b in one])


def test_a_partner_seen_in_some_lanes_is_placed_in_all():
    bands, profiles, clipped = blot(13.0, np.linspace(0.3, 0.6, LANES))
    half = []
    for b in bands:
        if b.row == 2:
            half.append(Band(**_fields(b, row=3)))
            continue
        seen = b.lane == LANES
        apex = b.apex_px + (13.0 if seen else 6.0)
        cut = (b.apex_px + apex) / 2
        half.append(Band(**_fields(b, stop_px=cut)))
        half.append(Band(**_fields(b, row=2, apex_px=apex, start_px=cut, found=seen)))
    found = split(half, profiles, clipped)
    assert rows_of(found) == [1, 2, 3]
    for k in range(1, LANES + 1):
        upper, lower = (next(b for b in found if b.lane == k and b.row == r) for r in (1, 2))
        assert lower.found
        assert lower.apex_px - upper.apex_px == pytest.approx(13.0, abs=0.3 * SIGMA)


def _fields(band, **changes):
    return {name: getattr(band, name) for name in Band.__slots__} | changes


def test_weak_lanes_on_a_wandering_level_do_not_decide():
    # Their ground bends under the pair by as much as the pair rises.
    bands, profiles, clipped = blot(12.0, np.linspace(0.3, 0.6, LANES))
    hump = 600 * np.exp(-0.5 * ((np.arange(float(LENGTH)) - PAIR - 12) / 14) ** 2)
    for k in range(3):
        profiles[k] = 0.06 * profiles[k] + hump
    zeros, noise = [np.zeros(LENGTH)] * LANES, [NOISE] * LANES
    wander = [200.0] * 3 + [0.0] * 3
    found = split_doublets(bands, profiles, zeros, noise, wander, clipped)
    assert rows_of(found) == [1, 2, 3]
    for lane in range(4, LANES + 1):
        upper, lower = (next(b for b in found if b.lane == lane and b.row == r) for r in (1, 2))
        assert lower.apex_px - upper.apex_px == pytest.approx(12.0, abs=0.3 * SIGMA)
