import itertools
from dataclasses import replace

import numpy as np
import pytest

from blotquant.bands.rows import detect_bands
from blotquant.model.image import Polarity
from blotquant.simulate import RowSpec, Scene, simulate_blot

SENSITIVITY = 3.5


def blot_with(rows, *, n_lanes=6, seed=1, **more):
    """Return a small blot; `rows` are (fraction of the height, amounts) or ready `RowSpec`s."""
    specs = tuple(
        r if isinstance(r, RowSpec) else RowSpec(target="x", form="f", fraction=r[0], amounts=r[1])
        for r in rows
    )
    chosen = {
        "width_px": n_lanes * 60 + 40,
        "height_px": 300,
        "lane_width_px": 42.0,
        "gap_px": 18.0,
        "background": 1500.0,
        "gain": 0.3,
        "read_noise": 15.0,
    }
    return simulate_blot(
        Scene(**{**chosen, **more, "n_lanes": n_lanes, "rows": specs, "seed": seed})
    )


def found_on(blot, laid_out, sensitivity=SENSITIVITY):
    lanes, straight = laid_out(blot)
    return lanes, detect_bands(lanes, straight, sensitivity)


def heights(lanes, bands):
    """Return {row: mean y of its found bands}."""
    by_number = {lane.number: lane for lane in lanes}
    rows = sorted({b.row for b in bands})
    return {
        r: float(
            np.mean(
                [by_number[b.lane].point_at(b.apex_px)[1] for b in bands if b.row == r and b.found]
            )
        )
        for r in rows
    }


def assert_table(lanes, bands):
    """Every lane holds every row once, rows run downwards and bands do not overlap."""
    rows = sorted({b.row for b in bands})
    assert rows == list(range(1, len(rows) + 1))
    keys = [(b.lane, b.row) for b in bands]
    assert len(set(keys)) == len(keys) == len(lanes) * len(rows)
    for lane in lanes:
        mine = sorted((b for b in bands if b.lane == lane.number), key=lambda b: b.row)
        for b in mine:
            assert b.start_px <= b.apex_px <= b.stop_px
            assert 0 <= b.confidence <= 1
            assert (b.image, b.membrane) == (lane.image, lane.membrane)
        for a, b in itertools.pairwise(mine):
            assert a.apex_px <= b.apex_px
            assert a.stop_px <= b.start_px + 1e-6


def assert_rows_where_they_are(blot, lanes, bands, *, least_peak=0.0, reach=2.0):
    """Every clear true band is found where it is; every row is a true one."""
    assert_table(lanes, bands)
    at = {(b.lane, b.row): b for b in bands}
    by_number = {lane.number: lane for lane in lanes}
    for true in blot.bands:
        if true.peak <= least_peak or not true.row:
            continue
        band = at[true.lane, true.row]
        assert band.found
        y = by_number[true.lane].point_at(band.apex_px)[1]
        assert abs(y - true.y_px) < reach


PLAIN = ["easy", "tilted", "rotated", "smile", "gradient", "saturated", "missing", "dense"]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scenario", [*PLAIN, "one-lane", "two-lanes", "strip", "twelve-bit"])
def test_rows_of_simulated_blots(simulated, laid_out, scenario, seed):
    blot = simulated(scenario, seed)
    lanes, bands = found_on(blot, laid_out)
    assert len({b.row for b in bands}) == len(blot.scene.rows)
    saturated = scenario in {"saturated", "twelve-bit"}
    assert_rows_where_they_are(blot, lanes, bands, reach=6.0 if saturated else 2.0)


def test_missing_bands_are_not_found_but_have_their_place(simulated, laid_out):
    found = []
    for seed in range(1, 5):
        blot = simulated("missing", seed)
        lanes, bands = found_on(blot, laid_out)
        at = {(b.lane, b.row): b for b in bands}
        by_number = {lane.number: lane for lane in lanes}
        for true in blot.bands:
            if true.volume > 0:
                continue
            band = at[true.lane, true.row]
            found.append(band.found)
            if not band.found:
                y = by_number[true.lane].point_at(band.apex_px)[1]
                assert abs(y - true.y_px) < 4
    assert len(found) > 30
    assert np.mean(found) <= 0.05


@pytest.mark.parametrize("seed", [1, 3, 4, 5, 6])  # 2.5 standard deviations apart, or more
def test_doublets_are_two_rows(simulated, laid_out, seed):
    blot = simulated("doublets", seed)
    lanes, bands = found_on(blot, laid_out)
    assert_table(lanes, bands)
    true = sorted({(b.row, b.form) for b in blot.bands})
    assert len({b.row for b in bands}) == len(true) == 3
    found = heights(lanes, bands)
    expected = {r: np.mean([b.y_px for b in blot.bands if b.row == r]) for r, _ in true}
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=3)


@pytest.mark.parametrize("apart", [3.2, 4.0])
def test_equal_bands_a_few_sigma_apart_are_two(laid_out, apart):
    sigma = 4.0
    rows = [
        RowSpec(
            target="x",
            form=f,
            fraction=0.5 + d / 300,
            amounts=(2e6,) * 6,
            sigma_px=sigma,
            tail_px=0.5,
        )
        for f, d in (("upper", 0.0), ("lower", apart * sigma))
    ]
    _, bands = found_on(blot_with(rows), laid_out)
    assert len({b.row for b in bands}) == 2
    assert all(b.found for b in bands)


@pytest.mark.parametrize("seed", range(4))
def test_a_speck_is_no_band(laid_out, seed):
    blot = blot_with([(0.3, (2e6,) * 6)], seed=seed)
    pixels = blot.counts()
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-6:7, -6:7]
    for _ in range(8):
        row, column = int(rng.integers(150, 290)), int(rng.integers(10, 380))
        pixels[row - 6 : row + 7, column - 6 : column + 7] += 20000 * np.exp(
            -0.5 * (x**2 + y**2) / 1.5**2
        )
    dusty = replace(
        blot,
        image=replace(blot.image, pixels=np.clip(pixels, 0, 65535).astype(np.uint16)),
        polarity=Polarity.LIGHT_ON_DARK,
    )
    lanes, bands = found_on(dusty, laid_out)
    assert len({b.row for b in bands}) == 1
    assert heights(lanes, bands)[1] == pytest.approx(np.mean([b.y_px for b in blot.bands]), abs=2)


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_rows(laid_out, seed):
    _, bands = found_on(blot_with([], seed=seed), laid_out)
    assert bands == ()


def test_no_lanes_no_bands():
    assert detect_bands((), (), SENSITIVITY) == ()


def peak_amount(snr, sigma=4.0, width=42.0):
    """Return the amount whose apex is `snr` times the noise of one pixel high."""
    noise = np.sqrt(0.3 * 1500 + 15**2)
    return snr * noise * sigma * np.sqrt(2 * np.pi) * width


def test_faint_bands_are_borrowed_from_their_row(laid_out):
    """A band too faint to be believed alone is seen where its neighbours have one."""
    faint, clear = peak_amount(0.45), peak_amount(6.0)
    together, alone = [], []
    for seed in range(8):
        row = (0.5, (clear, clear, faint, clear, faint, clear))
        _, bands = found_on(blot_with([row], seed=seed), laid_out)
        mine = [b for b in bands if b.lane in {3, 5}]
        together += [b.found for b in mine]
        row = (0.5, (0.0, 0.0, faint, 0.0, 0.0, 0.0))
        _, bands = found_on(blot_with([row], seed=seed), laid_out)
        near = [b for b in bands if b.lane == 3 and b.found and abs(b.apex_px - 150) < 5]
        alone.append(bool(near))
    assert np.mean(together) > 0.6
    assert np.mean(together) > np.mean(alone) + 0.3


def test_borrowing_invents_no_bands(laid_out):
    clear = peak_amount(8.0)
    invented = []
    for seed in range(8):
        row = (0.5, (clear, 0.0, clear, 0.0, clear, 0.0))
        _, bands = found_on(blot_with([row], seed=seed), laid_out)
        invented += [b.found for b in bands if b.lane in {2, 4, 6} and b.row == 1]
    assert np.mean(invented) <= 0.15


def test_higher_sensitivity_values_find_less(laid_out):
    blot = blot_with([(0.3, (peak_amount(8.0),) * 6), (0.7, (peak_amount(0.35),) * 6)])
    counts = [sum(b.found for b in found_on(blot, laid_out, s)[1]) for s in (2.5, 3.5, 6.0, 20.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] >= 6


def test_both_polarities_have_the_same_bands(laid_out):
    rows = [(0.3, (2e6,) * 6), (0.6, (4e5,) * 6)]
    found = [found_on(blot_with(rows, polarity=p), laid_out)[1] for p in Polarity]
    assert len(found[0]) == len(found[1]) == 12
    for a, b in zip(*found, strict=True):
        assert (a.row, a.lane, a.found) == (b.row, b.lane, b.found)
        assert a.apex_px == pytest.approx(b.apex_px, abs=0.05)


def test_limits_hold_the_band(laid_out):
    """What lies outside the limits of a lone band is less than a hundredth of it."""
    blot = blot_with([(0.5, (3e6, 2e6, 1e6, 3e6, 2e6, 1e6))])
    lanes, bands = found_on(blot, laid_out)
    rows = np.arange(300)
    for band in bands:
        lane = lanes[band.lane - 1]
        x0, x1 = (int(lane.x_at(150) + s * 30) for s in (-1, 1))
        along = blot.signal[:, x0:x1].sum(axis=1)
        inside = (rows >= band.start_px) & (rows <= band.stop_px)
        assert along[inside].sum() > 0.99 * along.sum()


def test_bands_at_the_frame_are_kept(laid_out):
    blot = blot_with([(0.015, (2e6,) * 6), (0.5, (2e6,) * 6), (0.985, (2e6,) * 6)])
    lanes, bands = found_on(blot, laid_out)
    assert_table(lanes, bands)
    middle = [b for b in bands if abs(b.apex_px - 150) < 3]
    assert len(middle) == 6


@pytest.mark.parametrize("height", [1, 2, 3, 8, 20])
def test_very_short_lanes(laid_out, as_image, height):
    """A picture of a few rows holds no more rows of bands than pixels, and stops nothing."""
    blot = blot_with([(0.5, (2e6,) * 6)])
    top = 150 - height // 2
    part = as_image(blot.image.pixels[top : top + height])
    lanes = tuple(
        replace(
            lane.as_lane("p", "m"),
            nodes=((lane.nodes[0][0], -0.5), (lane.nodes[0][0], height - 0.5)),
        )
        for lane in blot.lanes
    )
    lanes, straight = laid_out(replace(blot, image=part), lanes)
    bands = detect_bands(lanes, straight, SENSITIVITY)
    assert_table(lanes, bands)
    assert len({b.row for b in bands}) <= height
