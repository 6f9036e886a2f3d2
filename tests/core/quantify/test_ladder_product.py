"""Which product a lane's bands follow, and that bands at random heights follow none."""

import math

import numpy as np
import pytest

from blotquant.quantify.ladder_match import ladder_lane
from blotquant.quantify.ladder_product import best_product, chance_score
from blotquant.targets import load_library

LADDERS = load_library().ladders


def lane_of(kda, *, bend=0.0, jitter_ln=0.0, seed=1):
    """Return a lane whose bands run straight in ln(MW), or bent, each a little off."""
    rng = np.random.default_rng(seed)
    ln = np.log(kda) + rng.normal(0, jitter_ln, len(kda))
    way = (math.log(300) - ln) / (math.log(300) - math.log(8))
    return ladder_lane(20 + 500 * (way + bend * way * (1 - way)), [1.0] * len(kda))


@pytest.mark.parametrize(
    ("product", "chemistry"),
    [
        ("precision-plus-unstained", "any"),
        ("pageruler-plus", "tris-glycine"),
        ("seeblue-plus2", "bis-tris-mes"),
        ("neb-p7712", ""),
    ],
)
@pytest.mark.parametrize("bend", [-0.25, 0.0, 0.25])
def test_a_whole_ladder_is_told_from_all_others(product, chemistry, bend):
    ladder = next(x for x in LADDERS if (x.id, x.chemistry) == (product, chemistry))
    match = best_product(lane_of(ladder.bands_kda, bend=bend), LADDERS)
    assert match is not None
    assert match.ladder.bands_kda == ladder.bands_kda
    assert match.n_matched == len(ladder.bands_kda)
    assert match.fits
    assert match.is_clear
    assert match.beyond_chance > 0


def test_products_with_the_same_table_are_called_by_the_first():
    same = next(x for x in LADDERS if x.id == "precision-plus-westernc")
    match = best_product(lane_of(same.bands_kda), LADDERS)
    assert match is not None
    assert match.ladder.id == "precision-plus-unstained"
    assert match.is_clear


def test_most_ladders_that_run_a_little_uneven_are_still_seen():
    whole = [x for x in LADDERS if len(x.bands_kda) >= 8][:12]
    matches = [
        best_product(lane_of(x.bands_kda, jitter_ln=0.02, seed=i), LADDERS)
        for i, x in enumerate(whole)
    ]
    assert sum(m is not None and m.fits for m in matches) >= 11


@pytest.mark.parametrize("n_bands", [5, 8, 11])
def test_bands_at_random_heights_seldom_fit_and_hardly_ever_beyond_chance(n_bands):
    rng = np.random.default_rng(n_bands)
    matches = []
    for _ in range(12):
        steps = rng.dirichlet(np.ones(n_bands)) * 400 + 8
        matches.append(best_product(ladder_lane(np.cumsum(steps), [1.0] * n_bands), LADDERS))
    assert sum(m is not None and m.fits for m in matches) <= 4
    assert sum(m is not None and m.beyond_chance > 0 for m in matches) <= 1


def test_chance_is_larger_with_more_tables_and_more_bands():
    assert chance_score(8, 30) > chance_score(8, 1) > chance_score(7, 1)


def test_two_bands_fit_nothing():
    assert best_product(ladder_lane([10.0, 60.0], [1.0, 1.0]), LADDERS) is None
    assert best_product(lane_of((250, 150, 100, 75)), ()) is None
