"""Exposures of one blot, merged: gains, noise, ratios, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from blotquant.edits import add_photographs, merge_photographs, part_exposures, set_exposure
from blotquant.errors import SettingsError
from blotquant.export.provenance import provenance
from blotquant.flags import Flag
from blotquant.image.noise import estimate_noise
from blotquant.image.saturation import saturated_pixels
from blotquant.model.exposures import NOWHERE
from blotquant.model.image import Polarity
from blotquant.model.noise import NoiseModel
from blotquant.model.project import Project
from blotquant.pipeline import analyse
from blotquant.quantify.exposure_line import Frame
from blotquant.quantify.exposures import merge
from blotquant.simulate import scene, simulate_blot

FACTORS = (1.0, 0.1, 10.0)  # as the user adds them: neither sorted nor the longest first


def _blots(polarity=Polarity.LIGHT_ON_DARK):
    plain = replace(
        scene("easy", 5), gradient=0.0, blotch=0.0, specks=0.0, polarity=polarity, read_noise=25.0
    )
    return [simulate_blot(replace(plain, exposure=f, seed=90 + i)) for i, f in enumerate(FACTORS)]


def _frame(name, blot):
    image = blot.image
    return Frame(
        image=name,
        name=f"{name}.tif",
        signal=blot.counts().astype(np.float32),
        saturated=np.array(saturated_pixels(image, blot.polarity)),
        full_scale=image.full_scale,
        noise=estimate_noise(image.pixels, image.full_scale, blot.polarity),
    )


@pytest.fixture(scope="module")
def blots():
    return _blots()


@pytest.fixture(scope="module")
def frames(blots):
    return [_frame(n, b) for n, b in zip("abc", blots, strict=True)]


@pytest.fixture(scope="module")
def merged(frames):
    return merge(frames)


def test_gains_are_those_of_the_light_and_not_of_any_clock(merged):
    assert [e.image for e in merged.exposures] == ["b", "a", "c"]
    for e, gain in zip(merged.exposures, (100.0, 10.0, 1.0), strict=True):
        assert e.gain == pytest.approx(gain, rel=0.005)
        assert abs(e.gain - gain) <= 5 * e.gain_se
        assert (e.shift_x_px, e.shift_y_px) == (0.0, 0.0)
        assert all(abs(r) < 5 for _, r in e.residuals)


def test_the_merged_signal_is_the_light_with_the_noise_it_states(merged, blots):
    truth = blots[2].signal + blots[2].background
    assert not merged.saturated.any()
    z = (merged.signal - truth) / np.sqrt(merged.noise.variance(truth))
    for low, high in ((0.0, 6e4), (8e4, 5e5)):
        part = (truth > low) & (truth < high)
        assert part.sum() > 1000
        assert z[part].std() == pytest.approx(1.0, abs=0.2)
        assert float(np.mean(merged.signal[part] / truth[part])) == pytest.approx(1.0, abs=0.003)


def test_each_pixel_comes_from_the_best_exposure(merged, blots):
    truth = blots[2].signal + blots[2].background
    # Beside a clipped pixel, which may bloom, the longest exposure does not count.
    assert np.mean(merged.came_from[truth < 4e4] == 2) > 0.99
    assert (merged.came_from[truth > 1e5] == 1).all()
    assert sum(e.share for e in merged.exposures) == pytest.approx(1.0)


def test_what_every_exposure_clips_stays_clipped(frames):
    long_ones = [frames[0], frames[2]]
    clipped = np.zeros(frames[0].signal.shape, dtype=bool)
    clipped[100:110, 100:120] = True
    both = [
        replace(f, saturated=f.saturated | clipped, signal=np.where(clipped, 65535, f.signal))
        for f in long_ones
    ]
    found = merge(both)
    assert (found.saturated == clipped).all()
    assert (found.came_from == NOWHERE).sum() == clipped.sum()
    assert (found.signal[clipped] == np.float32(found.limit)).all()
    assert found.signal[~clipped].max() < found.limit


def test_a_blot_that_moved_is_laid_back(frames):
    a, b = frames[0], frames[1]
    matrix = np.array([[1.0, 0.0, 7.0], [0.0, 1.0, -4.0]])
    size = (b.signal.shape[1], b.signal.shape[0])
    moved = cv2.warpAffine(b.signal, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    found = merge([a, replace(b, signal=np.asarray(moved, np.float32))])
    shifted = found.exposures[0]
    assert shifted.shift_x_px == pytest.approx(7.0, abs=0.2)
    assert shifted.shift_y_px == pytest.approx(-4.0, abs=0.2)
    assert shifted.gain == pytest.approx(10.0, rel=0.02)


def test_photographs_that_are_no_exposures_of_one_blot_are_refused(frames):
    a = frames[0]
    with pytest.raises(SettingsError, match="single photograph"):
        merge([a])
    with pytest.raises(SettingsError, match="not equally large"):
        merge([a, replace(a, signal=a.signal[:-5], saturated=a.saturated[:-5])])
    with pytest.raises(SettingsError, match="no range in common"):
        merge([a, replace(a, saturated=np.ones_like(a.saturated))])
    noise = np.random.default_rng(1).normal(500, 30, a.signal.shape).astype(np.float32)
    with pytest.raises(SettingsError, match="do not grow together"):
        merge([replace(a, signal=noise), replace(a, signal=noise[::-1].copy())])


def test_a_noise_curve_runs_straight_between_its_points():
    model = NoiseModel(read_variance=1.0, gain=1.0, curve=((0.0, 4.0), (10.0, 6.0), (10.0, 50.0)))
    assert model.variance(np.array([-3.0, 5.0, 20.0])).tolist() == [4.0, 5.0, 50.0]


def _project(blots):
    project = add_photographs(
        Project(), [f"{n}.tif" for n, _ in zip("abc", blots, strict=False)], membrane="blot"
    )
    images = {p.id: b.image for p, b in zip(project.photographs, blots, strict=True)}
    return project, images


def _errors(analysis, blot, factor):
    scaled = []
    for m in analysis.bands:
        near = min(blot.bands, key=lambda b: math.hypot(b.x_px - m.x_px, b.y_px - m.y_px))
        close = math.hypot(near.x_px - m.x_px, near.y_px - m.y_px) < 12
        if m.band.found and close and near.volume > 0:
            scaled.append(m.volume / (near.volume * factor))
    return np.abs(np.array(scaled) / np.median(scaled) - 1)


@pytest.mark.parametrize("polarity", list(Polarity))
def test_the_merged_blot_measures_what_no_single_exposure_does(polarity):
    blots = _blots(polarity)
    project, images = _project(blots)
    ids = [p.id for p in project.photographs]
    together = analyse(merge_photographs(project, ids), images)
    assert [r.photograph.id for r in together.images] == ids[:1]
    assert together.images[0].polarity.polarity is polarity
    assert not any(Flag.SATURATED in m.flags for m in together.bands)
    merged = _errors(together, blots[2], 1.0)
    assert merged.size >= 20
    assert np.percentile(merged, 90) < 0.02
    alone = add_photographs(Project(), ["c.tif"])
    clipped = analyse(alone, {alone.photographs[0].id: blots[2].image})
    assert any(Flag.LOWER_BOUND in m.flags for m in clipped.bands)
    assert np.percentile(_errors(clipped, blots[2], 1.0), 90) > 0.1
    faint = analyse(alone, {alone.photographs[0].id: blots[1].image})
    assert np.median(_errors(faint, blots[1], 1.0)) > 1.5 * np.median(merged)


def test_the_provenance_lists_the_exposures(blots):
    project, images = _project(blots)
    project = merge_photographs(project, images)
    written = provenance(project, analyse(project, images))["exposures"]
    assert [e["image"] for e in written[0]["exposures"]] == ["img2", "img1", "img3"]
    assert written[0]["clipped_in_all_px"] == 0


def test_times_that_do_not_fit_the_light_are_said(blots):
    project, images = _project(blots)
    for image, time in zip(images, (10.0, 1.0, 50.0), strict=True):
        project = set_exposure(project, image, time)
    texts = [n.text for n in analyse(merge_photographs(project, images), images).notices]
    assert sum("times as bright" in t for t in texts) == 2
    assert any("but its time is 5 times as long" in t for t in texts)


def test_exposures_that_cannot_be_merged_are_analysed_alone(blots):
    project, images = _project(blots[:2])
    second = project.photographs[1].id
    small = replace(images[second], pixels=images[second].pixels[:-40].copy(), sha256="other")
    found = analyse(merge_photographs(project, images), {**images, second: small})
    assert len(found.images) == 2
    assert not found.exposures
    assert any("one by one" in n.text for n in found.notices)


def test_marking_and_taking_apart_are_opposites(blots):
    project, images = _project(blots)
    marked = merge_photographs(project, images)
    assert len({p.series for p in marked.photographs}) == 1
    assert part_exposures(marked, "img2") == project
    with pytest.raises(SettingsError, match="at least two"):
        merge_photographs(project, ["img1"])
