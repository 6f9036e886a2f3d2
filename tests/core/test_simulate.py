import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.errors import ProjectError, SettingsError
from blotquant.model.image import Polarity
from blotquant.model.lane import LaneKind
from blotquant.simulate import (
    DEMO_DOSES_UM,
    RowSpec,
    Scene,
    scenarios,
    scene,
    simulate_blot,
    write_blot,
    write_demo,
)
from blotquant.simulate.shapes import across, along, amount_of_peak, exponential_gaussian

# Of one picture with noise, specks and an uneven background; see the test that uses it.
GOLDEN_SHA256 = "4731c3f8198d28a3b4139f1c55139d78ffd882e5893c580e18d33b5b826c557e"


def one_row(amount=1.0e6, **changes) -> Scene:
    n = changes.pop("n_lanes", 3)
    row = RowSpec(
        target="parp",
        form="pro",
        fraction=changes.pop("fraction", 0.5),
        amounts=(amount,) * n,
        sigma_px=changes.pop("sigma_px", 4.0),
        tail_px=changes.pop("tail_px", 2.0),
    )
    return Scene(**({"width_px": 320, "height_px": 200, "n_lanes": n, "rows": (row,)} | changes))


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(("sigma", "tail"), [(3.0, 0.0), (3.0, 0.02), (3.0, 2.0), (2.0, 25.0)])
def test_exponential_gaussian_has_unit_area_and_the_moments_of_its_definition(sigma, tail):
    t = np.linspace(-60, 1000, 200_001)
    y = exponential_gaussian(t, sigma, tail)
    step = t[1] - t[0]
    assert (y >= 0).all()
    assert np.isfinite(y).all()
    assert y.sum() * step == pytest.approx(1.0, abs=1e-9)
    mean = (t * y).sum() * step
    assert mean == pytest.approx(tail, abs=1e-6)
    assert ((t - mean) ** 2 * y).sum() * step == pytest.approx(sigma**2 + tail**2, rel=1e-6)


def test_exponential_gaussian_is_smooth_where_its_branches_meet():
    meet = 4.0 / 1.5 * 4.0
    t = np.array([meet - 1e-9, meet + 1e-9])
    a, b = exponential_gaussian(t, 4.0, 1.5)
    assert a == pytest.approx(b, rel=1e-6)


@pytest.mark.parametrize("tail", [0.0, 1.0, 6.0])
def test_a_band_is_highest_at_zero_and_trails_towards_the_wells(tail):
    t = np.linspace(-40, 40, 80_001)
    y = along(t, 4.0, tail)
    assert t[np.argmax(y)] == pytest.approx(0.0, abs=2e-3)
    if tail:
        assert y[t < 0].sum() > y[t > 0].sum()


def test_across_is_flat_in_the_middle_and_as_wide_as_the_lane():
    s = np.linspace(-60, 60, 12_001)
    y = across(s, 50.0, 2.0)
    assert y.sum() * (s[1] - s[0]) == pytest.approx(50.0, rel=1e-9)
    assert y[np.abs(s) < 15] == pytest.approx(1.0, abs=1e-6)


# ---------------------------------------------------------------- truth


@pytest.mark.parametrize("scenario", scenarios())
def test_volumes_are_the_exact_pixel_sums_of_the_bands(simulated, scenario):
    blot = simulated(scenario)
    assert blot.signal.sum() == pytest.approx(sum(b.volume for b in blot.bands), rel=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rotation_deg": 4.0},
        {"tilt_deg": -4.0},
        {"smile_px": 12.0, "curl_px": 2.0},
        {"bow_px": 6.0},
        {"offset_px": (0.37, -0.41)},
    ],
    ids=["upright", "rotated", "tilted", "bent rows", "bent lanes", "shifted"],
)
def test_geometry_moves_light_but_neither_adds_nor_loses_any(changes):
    for band in simulate_blot(one_row(amount=1.0e6, **changes)).bands:
        assert band.volume == pytest.approx(1.0e6, rel=1e-4)


@settings(max_examples=15, deadline=None)
@given(
    amount=st.floats(1e3, 1e8),
    sigma_px=st.floats(1.5, 8.0),
    tail_px=st.floats(0.0, 5.0),
    rotation_deg=st.floats(-5, 5),
)
def test_any_band_inside_the_picture_holds_the_amount_loaded(
    amount, sigma_px, tail_px, rotation_deg
):
    blot = simulate_blot(
        one_row(amount, sigma_px=sigma_px, tail_px=tail_px, rotation_deg=rotation_deg, n_lanes=1)
    )
    assert blot.bands[0].volume == pytest.approx(amount, rel=1e-4)


def test_exposure_scales_bands_and_background_alike():
    short, long = (simulate_blot(one_row(exposure=e)) for e in (1.0, 2.5))
    assert long.bands[1].volume == pytest.approx(2.5 * short.bands[1].volume, rel=1e-12)
    np.testing.assert_allclose(long.background, 2.5 * short.background)


def test_apex_heights_are_those_asked_for():
    shape = {"edge_px": 2.5, "sigma_px": 5.0, "tail_px": 2.0}
    amount = amount_of_peak(9000.0, width_px=52.0, **shape)
    shape.pop("edge_px")
    band = simulate_blot(one_row(amount, n_lanes=1, **shape)).bands[0]
    assert band.peak == pytest.approx(9000.0, rel=0.01)


@pytest.mark.parametrize("scenario", ["easy", "tilted", "rotated", "smile", "ladder", "membrane"])
def test_lanes_and_bands_are_where_they_are_said_to_be(simulated, scenario):
    blot = simulated(scenario)
    height, width = blot.signal.shape
    for band in blot.bands:
        if band.volume == 0:
            continue
        lane = blot.lane(band.lane).as_lane("p", "m")
        axis = lane.x_at(band.y_px)
        # A bowed axis is drawn with nine nodes: its chords stand off by a fraction of a pixel.
        assert axis == pytest.approx(band.x_px, abs=0.3)
        row, column = round(band.y_px), round(band.x_px)
        assert 0 <= row < height
        assert 0 <= column < width
        assert blot.signal[row, column] > 0.95 * band.peak


def test_centre_of_mass_across_a_tilted_lane_follows_its_axis():
    row = RowSpec(target="a", form="b", fraction=0.5, amounts=(5e7,), sigma_px=25.0, tail_px=0.0)
    blot = simulate_blot(Scene(width_px=320, height_px=400, n_lanes=1, tilt_deg=3.0, rows=(row,)))
    lane = blot.lanes[0].as_lane("p", "m")
    x = np.arange(320)
    for y in (150, 200, 250):
        line = blot.signal[y]
        assert (x * line).sum() / line.sum() == pytest.approx(lane.x_at(y), abs=0.01)
    assert lane.nodes[1][0] - lane.nodes[0][0] == pytest.approx(400 * math.tan(math.radians(3)))


def test_rotation_moves_the_lower_ends_to_the_right():
    lane = simulate_blot(one_row(rotation_deg=3.0)).lanes[0]
    assert lane.nodes[-1][0] > lane.nodes[0][0]


def test_smile_lets_the_outer_lanes_run_lower():
    blot = simulate_blot(one_row(smile_px=10.0))
    assert blot.band(1, 1).y_px > blot.band(2, 1).y_px + 2
    assert blot.band(3, 1).y_px == pytest.approx(blot.band(1, 1).y_px)


def test_rows_are_numbered_from_the_top_and_heavier_proteins_run_higher(simulated):
    blot = simulated("easy")
    first = [blot.band(1, row) for row in (1, 2, 3, 4)]
    assert [b.kda for b in first] == sorted((b.kda for b in first), reverse=True)
    assert [b.y_px for b in first] == sorted(b.y_px for b in first)


def test_a_lane_without_any_amount_is_blank_and_a_marker_lane_is_a_ladder(simulated):
    row = RowSpec(target="a", form="b", fraction=0.5, amounts=(1e5, 0.0))
    blot = simulate_blot(Scene(n_lanes=2, rows=(row,)))
    assert [lane.kind for lane in blot.lanes] == [LaneKind.SAMPLE, LaneKind.BLANK]
    assert blot.band(2, 1).volume == 0
    with_marker = simulated("ladder")
    assert with_marker.lanes[0].kind is LaneKind.LADDER
    assert {b.target for b in with_marker.bands if b.lane == 1} == {"marker"}


# ---------------------------------------------------------------- the camera


def test_noise_has_the_variance_of_the_model():
    flat = Scene(width_px=400, height_px=400, n_lanes=1, background=3000.0, gain=0.4, read_noise=20)
    counts = simulate_blot(flat).counts()
    assert counts.mean() == pytest.approx(3000.0, abs=4 * math.sqrt(1600 / counts.size))
    # Rounding to whole counts adds 1/12; the variance of a variance is 2/n.
    expected = 20**2 + 0.4 * 3000 + 1 / 12
    assert counts.var() == pytest.approx(expected, rel=4 * math.sqrt(2 / counts.size))


def test_noise_is_white():
    flat = simulate_blot(Scene(width_px=300, height_px=300, n_lanes=1)).counts()
    noise = flat - flat.mean()
    for shifted in (noise[:, 1:] * noise[:, :-1], noise[1:] * noise[:-1]):
        assert abs(shifted.mean() / noise.var()) < 0.02


def test_the_same_scene_gives_the_same_pixels_and_another_seed_does_not():
    a, b, c = (simulate_blot(scene("blotchy", seed)) for seed in (5, 5, 6))
    assert a.image.sha256 == b.image.sha256
    assert np.array_equal(a.image.pixels, b.image.pixels)
    assert a.image.sha256 != c.image.sha256


def test_a_scene_gives_the_same_pixels_on_every_platform():
    blot = simulate_blot(one_row(blotch=0.05, specks=5.0, smear=0.1, rotation_deg=1.0))
    assert blot.image.sha256 == GOLDEN_SHA256


def test_inversion_is_exact():
    light, dark = (simulate_blot(one_row(polarity=polarity, specks=3.0)) for polarity in Polarity)
    total = light.image.pixels.astype(int) + dark.image.pixels.astype(int)
    assert (total == 65535).all()
    assert np.array_equal(light.counts(), dark.counts())


def test_saturation_is_a_plateau_at_full_scale_and_is_accounted_for():
    blot = simulate_blot(one_row(amount=6.0e6, full_scale=4095, background=100.0))
    counts = blot.counts()
    band = blot.band(2, 1)
    assert counts.max() == 4095
    assert band.peak > 4095
    assert 0.1 < band.saturated_fraction < 1.0
    own = blot.signal > 0.05 * band.peak
    assert band.saturated_fraction == pytest.approx(
        np.count_nonzero(counts[own] >= 4095) / np.count_nonzero(own), abs=0.02
    )
    assert band.volume == pytest.approx(6.0e6, rel=1e-4)
    assert simulate_blot(one_row()).band(2, 1).saturated_fraction == 0


def test_specks_do_not_touch_the_noise_elsewhere():
    plain, dusty = (simulate_blot(one_row(specks=s)).counts() for s in (0.0, 4.0))
    changed = np.count_nonzero(plain != dusty)
    assert 0 < changed < 0.05 * plain.size
    assert (dusty >= plain).all()


def test_eight_bit_pictures_are_stored_in_eight_bits():
    blot = simulate_blot(one_row(2e4, bits=8, full_scale=255, background=20, read_noise=2))
    assert blot.image.pixels.dtype == np.uint8
    assert blot.image.lossy


def test_background_varies_as_asked():
    blot = simulate_blot(Scene(blotch=0.1, gradient=0.0, n_lanes=1, seed=3))
    assert 0.05 < blot.background.std() / blot.background.mean() < 0.2
    flat = simulate_blot(Scene(n_lanes=1)).background
    assert np.ptp(flat) == 0
    sloping = simulate_blot(Scene(n_lanes=1, gradient=0.5)).background
    assert 0.4 < np.ptp(sloping) / sloping.mean() < 0.75


def test_beside_the_membrane_it_is_darker(simulated):
    background = simulated("membrane").background
    assert background[3, 3] < 0.5 * np.median(background)


def test_truth_cannot_be_changed(easy_blot):
    with pytest.raises(ValueError, match="read-only"):
        easy_blot.signal[0, 0] = 1
    with pytest.raises(KeyError):
        easy_blot.band(99, 1)
    with pytest.raises(KeyError):
        easy_blot.lane(99)


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"n_lanes": 30}, "lanes need"),
        ({"lane_shifts_px": (1.0,)}, "lane_shifts_px"),
        ({"full_scale": 70000}, "does not fit"),
        ({"bits": 12}, "does not fit"),
        ({"kda_range": (10.0, 200.0)}, "molecular weights"),
        ({"gain": 0.0}, "not positive"),
        ({"width_px": 4}, "is empty"),
        ({"ladder_lane": True}, "one amount for each"),
    ],
)
def test_impossible_scenes_are_refused_in_words(changes, part):
    with pytest.raises(SettingsError, match=part):
        replace(one_row(), **changes) if changes != {"n_lanes": 30} else one_row(n_lanes=30)


@pytest.mark.parametrize(
    "changes",
    [
        {"kda": None, "fraction": None},
        {"kda": 40.0, "fraction": 0.5},
        {"sigma_px": 0.0},
        {"amounts": (-1.0,)},
        {"amounts": (math.nan,)},
    ],
)
def test_impossible_rows_are_refused(changes):
    with pytest.raises(SettingsError):
        RowSpec(**({"target": "a", "form": "b", "amounts": (1.0,), "kda": 40.0} | changes))


def test_an_unknown_scenario_is_refused_and_the_known_ones_are_named():
    with pytest.raises(SettingsError, match="easy"):
        scene("impossible")


@pytest.mark.parametrize("scenario", scenarios())
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_every_scenario_works_for_other_seeds(scenario, seed):
    assert scene(scenario, seed).rows
    assert scene(scenario, seed) == scene(scenario, seed)


# ---------------------------------------------------------------- files


def test_a_written_blot_has_its_truth_beside_it(tmp_path, simulated):
    blot = simulated("ladder")
    path = write_blot(blot, tmp_path / "new", "one")
    truth = json.loads(path.with_name("one.truth.json").read_text("utf-8"))
    assert truth["image"] == "one.tif"
    assert truth["polarity"] == blot.polarity.value
    assert len(truth["lanes"]) == len(blot.lanes)
    volumes = [band["volume"] for band in truth["bands"]]
    assert volumes == pytest.approx([band.volume for band in blot.bands], abs=1e-4)


def test_the_file_and_the_image_in_memory_are_the_same(tmp_path, easy_blot):
    import hashlib

    import tifffile

    path = write_blot(easy_blot, tmp_path, "one")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == easy_blot.image.sha256
    assert np.array_equal(tifffile.imread(path), easy_blot.image.pixels)


def test_a_folder_that_is_a_file_is_named(tmp_path, easy_blot):
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(ProjectError, match="taken"):
        write_blot(easy_blot, tmp_path / "taken", "one")


def test_the_demo_says_that_it_is_simulated_and_knows_its_truth(demo_experiment):
    import tomllib

    content = tomllib.loads(demo_experiment.read_text("utf-8"))
    assert "imulated" in content["name"]
    assert "imulated" in content["note"]
    assert len(content["image"]) == 8
    assert len(content["lane"]) == 2 * len(DEMO_DOSES_UM)
    for image in content["image"]:
        assert (demo_experiment.parent / image["file"]).is_file()
    truth = json.loads((demo_experiment.parent / "truth.json").read_text("utf-8"))
    assert set(truth["images"]) == {image["file"] for image in content["image"]}
    for fractions in truth["mean_cleaved_fraction"].values():
        assert fractions == sorted(fractions)


def test_in_the_demo_cleavage_rises_with_the_dose_and_actin_stays(demo_experiment):
    truth = json.loads((demo_experiment.parent / "truth.json").read_text("utf-8"))
    for image in truth["images"].values():
        cleaved = np.zeros(len(DEMO_DOSES_UM))
        total = np.zeros(len(DEMO_DOSES_UM))
        for band in image["bands"]:
            total[band["lane"] - 1] += band["volume"]
            cleaved[band["lane"] - 1] += band["volume"] * (
                band["form"].startswith("p1")
                or band["form"].startswith("p3")
                or band["form"] == "p89"
            )
        if image["target"] == "beta-actin":
            assert total.max() / total.min() < 2
        else:
            assert (np.diff(cleaved / total)[1:] > 0).all()


def test_no_band_of_the_demo_is_saturated(demo_experiment):
    truth = json.loads((demo_experiment.parent / "truth.json").read_text("utf-8"))
    for image in truth["images"].values():
        assert max(band["saturated_fraction"] for band in image["bands"]) == 0


def test_the_demo_is_the_same_every_time(tmp_path, demo_experiment):
    again = write_demo(tmp_path)
    for path in sorted(demo_experiment.parent.iterdir()):
        assert (again.parent / path.name).read_bytes() == path.read_bytes(), path.name


def test_every_simulated_form_is_one_that_the_library_knows(simulated, demo_experiment):
    from blotquant.targets.library import load_library

    library = load_library()
    truth = json.loads((demo_experiment.parent / "truth.json").read_text("utf-8"))
    named = {(b.target, b.form, b.kda) for s in scenarios() for b in simulated(s).bands}
    for image in truth["images"].values():
        named |= {(b["target"], b["form"], b["kda"]) for b in image["bands"]}
    for target, form, kda in named:
        if target == "marker":
            continue
        (known,) = (f for f in library.target(target).forms if f.name == form)
        assert math.isnan(kda) or known.kda == kda
