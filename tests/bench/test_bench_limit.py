"""The physical limit of a volume: Cramer-Rao with known shapes, and how near the program comes.

With the shapes and places of all bands given, and a straight level under them unknown, noise alone
leaves ``diag(inverse(D' W D))`` as the least variance of any unbiased volume; D holds the bands'
shapes and the level's two columns, W the inverse variances along the lane.
"""

import numpy as np
import pytest

from blotquant.cache import StageCache
from blotquant.model.project import Photograph, Project
from blotquant.simulate import simulate_blot, write_blot
from blotquant.simulate.scenarios import scene
from blotquant.simulate.shapes import exponential_gaussian
from blotquant.stages import locating, measuring


def limit_of(shapes, variance):
    """Return the least standard error of each volume of one lane.

    Parameters
    ----------
    shapes
        (bands, positions), each of unit area along the lane.
    variance
        (positions,) of the signal summed across the lane.
    """
    x = np.linspace(-1, 1, variance.size)
    design = np.vstack([shapes, np.ones_like(x), x])
    information = (design / variance) @ design.T
    return np.sqrt(np.diag(np.linalg.inv(information)))[: len(shapes)]


def limits_of(blot, spec):
    """Return the limit of every band of a simulated blot, relative to its volume."""
    y = np.arange(float(spec.height_px))
    out = {}
    for lane in {b.lane for b in blot.bands}:
        mine = [b for b in blot.bands if b.lane == lane and b.volume > 0]
        rows = [spec.rows[b.row - 1] for b in mine]
        shapes = np.array(
            [
                exponential_gaussian(b.y_px - y, r.sigma_px, max(r.tail_px, 1e-3))
                for b, r in zip(mine, rows, strict=True)
            ]
        )
        volumes = np.array([b.volume for b in mine])
        quiet = spec.lane_width_px * (spec.read_noise**2 + spec.gain * spec.background)
        variance = quiet + spec.gain * volumes @ shapes
        for b, se in zip(mine, limit_of(shapes, variance), strict=True):
            out[b.lane, b.row] = se / b.volume
    return out


def measured(blot, folder):
    path = write_blot(blot, folder, "blot")
    photograph = Photograph(id="i", file=path.as_posix(), membranes=("A",))
    project, cache = Project(photographs=(photograph,)), StageCache()
    located = locating.locate(project, photograph, blot.image, cache)
    lanes = locating.number_lanes(project, located.seen, cache)
    placed = measuring.find_bands(project, located.report, lanes, cache)
    return measuring.measure(placed, "lane-baseline", cache).bands


def errors_of(blot, found):
    """Return the relative error of every band that was found, after one scale for the picture."""
    pairs = []
    for b in blot.bands:
        near = [m for m in found if m.band.lane == b.lane and abs(m.y_px - b.y_px) < 5]
        if near and b.volume > 0:
            best = min(near, key=lambda m: abs(m.y_px - b.y_px))
            pairs.append(((b.lane, b.row), best.volume / b.volume))
    scale = np.median([r for _, r in pairs])
    return {key: r / scale - 1 for key, r in pairs}


def test_limit_of_one_band_is_that_of_a_matched_filter():
    x = np.arange(400.0)
    sigma, noise = 5.0, 3.0
    shape = np.exp(-0.5 * ((x - 200) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    flat = noise * np.sqrt(2 * sigma * np.sqrt(np.pi))
    assert limit_of(shape[None], np.full(x.size, noise**2))[0] == pytest.approx(flat, rel=0.05)


@pytest.mark.parametrize(("spacing", "worse"), [(40.0, 1.0), (10.0, 1.26), (5.0, 2.2)])
def test_near_bands_are_harder(spacing, worse):
    x = np.arange(400.0)
    at = np.array([200.0, 200.0 + spacing])
    shapes = np.exp(-0.5 * ((x - at[:, None]) / 5.0) ** 2)
    alone, both = (limit_of(s, np.ones(x.size))[0] for s in (shapes[:1], shapes))
    # Two equal Gaussians overlap by r = exp(-d^2 / 4 sigma^2): the error grows by (1 - r^2)^-1/2.
    r = np.exp(-((spacing / 10.0) ** 2))
    assert both / alone == pytest.approx((1 - r**2) ** -0.5, rel=0.1)
    assert both / alone == pytest.approx(worse, rel=0.35)


@pytest.mark.parametrize(("scenario", "factor"), [("easy", 8.0), ("faint", 2.5)])
def test_how_near_the_program_comes(scenario, factor, tmp_path):
    spec = scene(scenario, seed=3)
    blot = simulate_blot(spec)
    limits, errors = limits_of(blot, spec), errors_of(blot, measured(blot, tmp_path))
    assert len(errors) >= 0.9 * len(limits)
    # The median of a normal error is 0.67 of its standard deviation.
    ratio = np.median(np.abs(list(errors.values()))) / (0.67 * np.median(list(limits.values())))
    assert 0.3 < ratio < factor
