from dataclasses import replace

import numpy as np
import pytest

from blotquant.background import BACKGROUNDS
from blotquant.flags import Flag
from blotquant.model.band import Band
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneKind
from blotquant.simulate import RowSpec, Scene, simulate_blot

SUBTRACTING = [name for name in BACKGROUNDS if name != "none"]
N_LANES = 6
FRACTIONS = (0.25, 0.5, 0.75)
AMOUNTS = (
    (2e6, 3e6, 1e6, 4e6, 2e6, 3e6),
    (5e5, 2.5e5, 8e5, 4e5, 6e5, 3e5),
    (6e6, 4e6, 7e6, 5e6, 6e6, 4e6),
)


def blot_with(amounts=AMOUNTS, fractions=FRACTIONS, *, seed=1, **more):
    """Return a clean blot with well-parted rows; the noise is what a cooled camera has."""
    rows = tuple(
        RowSpec(target="x", form=str(f), fraction=f, amounts=a, sigma_px=3.5, tail_px=1.0)
        for f, a in zip(fractions, amounts, strict=True)
    )
    chosen = {
        "width_px": 440,
        "height_px": 320,
        "lane_width_px": 44.0,
        "gap_px": 26.0,
        "background": 1500.0,
        "gain": 0.3,
        "read_noise": 12.0,
        "polarity": Polarity.LIGHT_ON_DARK,
    }
    return simulate_blot(
        Scene(**{**chosen, **more, "n_lanes": N_LANES, "rows": rows, "seed": seed})
    )


def wide_lanes(blot, margin=16.0):
    """Return the true lanes with room for the flanks of their bands."""
    return tuple(
        replace(t.as_lane("p", "m"), width_px=t.width_px + margin, edited=True) for t in blot.lanes
    )


def true_bands(blot, half=18.0, lanes=None):
    """Return a band in every row and lane at its true place."""
    out = []
    for number, lane in enumerate(lanes or wide_lanes(blot), start=1):
        for true in (b for b in blot.bands if b.lane == number):
            s = lane.position_at(true.y_px)
            out.append(
                Band(
                    image="p",
                    membrane="m",
                    lane=number,
                    row=true.row,
                    apex_px=s,
                    start_px=s - half,
                    stop_px=s + half,
                    edited=True,
                )
            )
    return tuple(out)


def table(measurements):
    return {(m.band.lane, m.band.row): m for m in measurements}


@pytest.fixture(scope="module")
def clean():
    return blot_with()


@pytest.fixture(scope="module")
def clean_table(clean, measured):
    return table(measured(clean.image, lanes=wide_lanes(clean), bands=true_bands(clean)))


# Truth --------------------------------------------------------------------------------------------


def test_volumes_of_clean_bands_are_their_pixel_sums(clean, clean_table):
    for true in clean.bands:
        m = clean_table[true.lane, true.row]
        assert m.volume == pytest.approx(true.volume, rel=0.01, abs=3 * m.volume_se)
        assert m.volume_se < 0.02 * true.volume
        assert m.detected


def test_strong_bands_within_one_percent(clean, clean_table):
    strong = [t for t in clean.bands if t.row == 3]
    for true in strong:
        assert clean_table[true.lane, true.row].volume == pytest.approx(true.volume, rel=0.01)


@pytest.mark.parametrize("background", SUBTRACTING)
def test_every_background_method_measures_clean_bands(clean, measured, background):
    found = table(
        measured(
            clean.image, lanes=wide_lanes(clean), bands=true_bands(clean), background=background
        )
    )
    for true in clean.bands:
        assert found[true.lane, true.row].volume == pytest.approx(true.volume, rel=0.05)


@pytest.mark.parametrize("scenario", ["easy", "tilted", "smile", "gradient"])
def test_volumes_found_automatically_are_in_proportion(simulated, measured, scenario):
    """Without a hand: after one common scale the median error is a few percent."""
    blot = simulated(scenario)
    found = [m for m in measured(blot.image) if m.band.found]
    pairs = []
    for true in blot.bands:
        near = [m for m in found if np.hypot(m.x_px - true.x_px, m.y_px - true.y_px) < 8]
        if true.volume > 0 and true.row:
            assert len(near) == 1
            pairs.append((near[0].volume, true.volume))
    ratio = np.array([a / b for a, b in pairs])
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert np.median(np.abs(ratio / np.median(ratio) - 1)) < 0.03


def test_identities_of_a_measurement(clean, clean_table):
    lanes = wide_lanes(clean)
    for m in clean_table.values():
        assert m.volume == pytest.approx(m.raw_volume - m.background_volume)
        assert m.lod <= m.loq
        assert m.area_px == pytest.approx(36 * lanes[m.band.lane - 1].width_px, rel=0.02)
        assert (m.x_px, m.y_px) == pytest.approx(lanes[m.band.lane - 1].point_at(m.band.apex_px))
        left, top, right, bottom = m.box
        assert left < m.x_px < right
        assert top < m.y_px < bottom
        assert 0 < m.rf < 1
        assert m.saturated_fraction == 0


def test_standard_errors_are_what_repeats_show(measured):
    """The same membrane photographed again and again: z-scores of about unit spread."""
    z = []
    for seed in range(6):
        blot = blot_with(seed=seed)
        found = table(measured(blot.image, lanes=wide_lanes(blot), bands=true_bands(blot)))
        z += [
            (found[t.lane, t.row].volume - t.volume) / found[t.lane, t.row].volume_se
            for t in blot.bands
        ]
    assert np.mean(np.abs(z) < 1.96) >= 0.9
    assert np.std(z) > 0.2, "errors far too large would hide everything"


# What must not matter -----------------------------------------------------------------------------


def test_twice_the_counts_are_twice_the_volume_and_its_error(
    clean, clean_table, measured, as_image
):
    doubled = as_image(2 * clean.image.pixels.astype(np.float32), 2 * 65535.0)
    once = as_image(clean.image.pixels.astype(np.float32))
    args = {"lanes": wide_lanes(clean), "bands": true_bands(clean)}
    light = Polarity.LIGHT_ON_DARK
    a = table(measured(once, polarity=light, **args))
    b = table(measured(doubled, polarity=light, **args))
    for key, m in a.items():
        assert b[key].volume == pytest.approx(2 * m.volume, rel=1e-3)
        assert b[key].volume_se == pytest.approx(2 * m.volume_se, rel=0.02)
        assert b[key].lod == pytest.approx(2 * m.lod, rel=0.02)
        assert b[key].snr == pytest.approx(m.snr, rel=0.02)
        assert m.volume == pytest.approx(clean_table[key].volume, rel=1e-6)


@pytest.mark.parametrize("background", SUBTRACTING)
def test_a_constant_offset_leaves_the_volume(clean, measured, as_image, background):
    args = {
        "lanes": wide_lanes(clean),
        "bands": true_bands(clean),
        "background": background,
        "polarity": Polarity.LIGHT_ON_DARK,
    }
    a = table(measured(clean.image, **args))
    b = table(measured(as_image(clean.image.pixels + np.uint16(2000)), **args))
    for key, m in a.items():
        assert b[key].volume == pytest.approx(m.volume, rel=2e-3, abs=0.3 * m.volume_se)
        assert b[key].raw_volume > m.raw_volume


@pytest.mark.parametrize(("dx", "dy"), [(7, 0), (0, 11), (5, 9)])
def test_a_shift_by_whole_pixels_leaves_the_volume(clean, clean_table, measured, as_image, dx, dy):
    rng = np.random.default_rng(0)
    rows, columns = clean.image.pixels.shape
    moved = np.clip(rng.normal(1500, 24, (rows + dy, columns + dx)), 0, 65535)
    moved[dy:, dx:] = clean.image.pixels
    lanes = tuple(
        replace(lane, nodes=tuple((x + dx, y + dy) for x, y in lane.nodes))
        for lane in wide_lanes(clean)
    )
    found = measured(
        as_image(moved.astype(np.uint16)),
        lanes=lanes,
        bands=true_bands(clean),
        polarity=clean.polarity,
    )
    for key, m in table(found).items():
        assert m.volume == pytest.approx(clean_table[key].volume, rel=1e-3)
        assert m.x_px == pytest.approx(clean_table[key].x_px + dx)
        assert m.y_px == pytest.approx(clean_table[key].y_px + dy)


@pytest.mark.parametrize("background", list(BACKGROUNDS))
def test_polarity_makes_no_difference(clean, measured, inverted, background):
    args = {"lanes": wide_lanes(clean), "bands": true_bands(clean), "background": background}
    a = table(measured(clean.image, **args))
    b = table(measured(inverted(clean.image), polarity=Polarity.DARK_ON_LIGHT, **args))
    for key, m in a.items():
        assert b[key].volume == pytest.approx(m.volume, rel=1e-4)
        assert b[key].volume_se == pytest.approx(m.volume_se, rel=1e-3)
        assert b[key].flags == m.flags


def test_other_lanes_make_no_difference(clean, measured):
    """Volumes of a lane that lost its neighbours stay within their errors."""
    lanes = wide_lanes(clean)
    every = table(measured(clean.image, lanes=lanes, bands=true_bands(clean)))
    alone = [b for b in true_bands(clean) if b.lane == 2]
    lane = replace(lanes[1], number=1)
    found = table(
        measured(clean.image, lanes=(lane,), bands=tuple(replace(b, lane=1) for b in alone))
    )
    for row in (1, 2, 3):
        m = every[2, row]
        assert found[1, row].volume == pytest.approx(m.volume, rel=0.02, abs=2 * m.volume_se)


# Limits -------------------------------------------------------------------------------------------


def test_volumes_are_never_clipped(measured):
    """Where nothing is, volumes scatter around zero to both sides."""
    volumes = []
    for seed in range(4):
        blot = blot_with(((0.0,) * 6,) * 3, seed=seed)
        found = measured(
            blot.image,
            lanes=wide_lanes(blot),
            bands=true_bands(blot),
            polarity=blot.polarity,
        )
        volumes += [m.volume / m.volume_se for m in found]
    assert 0.2 < np.mean(np.array(volumes) < 0) < 0.8
    assert abs(np.median(volumes)) < 0.7


def test_a_hole_has_a_negative_volume(clean, measured, as_image):
    pixels = clean.image.pixels.copy()
    lane = wide_lanes(clean)[0]
    y, x = int(0.5 * 320), int(lane.x_at(160))
    pixels[y - 8 : y + 8, x - 20 : x + 20] -= 800
    found = table(measured(as_image(pixels), lanes=wide_lanes(clean), bands=true_bands(clean)))
    true = clean.band(1, 2).volume
    assert found[1, 2].volume == pytest.approx(true - 800 * 16 * 40, rel=0.05)
    assert found[1, 2].volume < 0 or true > 800 * 16 * 40
    assert not found[1, 2].detected or found[1, 2].volume > found[1, 2].lod


@pytest.mark.parametrize("background", ["lane-baseline", "local", "constant"])
def test_blank_places_are_not_detected(measured, background):
    """LOD: at least 95 of 100 places where nothing is are called not detected."""
    detected, above = [], []
    for seed in range(10):
        blot = blot_with(((0.0,) * 6,) * 3, seed=seed)
        found = measured(
            blot.image,
            lanes=wide_lanes(blot),
            bands=tuple(replace(b, found=True) for b in true_bands(blot)),
            background=background,
            polarity=blot.polarity,
        )
        detected += [m.detected for m in found]
        above += [m.volume > m.lod for m in found]
        for m in found:
            assert (Flag.NOT_DETECTED in m.flags) == (not m.detected)
    assert np.mean(detected) <= 0.05
    assert np.mean(above) <= 0.05


@pytest.mark.parametrize("seed", [1, 2])
def test_missing_bands_are_not_detected(simulated, measured, seed):
    blot = simulated("missing", seed)
    wrong, count = 0, 0
    found = measured(blot.image)
    for true in blot.bands:
        near = [m for m in found if np.hypot(m.x_px - true.x_px, m.y_px - true.y_px) < 10]
        if near and true.row:
            count += 1
            wrong += near[0].detected != (true.volume > 0)
    assert count > 15
    assert wrong <= 0.05 * count


def test_what_was_not_seen_is_measured_but_not_detected(clean, measured):
    bands = tuple(replace(b, found=b.row != 2) for b in true_bands(clean))
    found = table(measured(clean.image, lanes=wide_lanes(clean), bands=bands))
    for lane in range(1, 7):
        m = found[lane, 2]
        assert not m.detected
        assert np.isfinite(m.volume)


def test_excluded_bands_keep_their_volume_and_are_not_detected(clean, clean_table, measured):
    bands = tuple(replace(b, excluded=b.row == 1) for b in true_bands(clean))
    found = table(measured(clean.image, lanes=wide_lanes(clean), bands=bands))
    for key, m in found.items():
        if key[1] == 1:
            assert not m.detected
            assert Flag.EXCLUDED in m.flags
            assert m.volume == pytest.approx(clean_table[key].volume, rel=0.02)
        else:
            assert m.detected
            assert Flag.EXCLUDED not in m.flags


# Flags --------------------------------------------------------------------------------------------


def test_saturated_bands_are_lower_bounds(measured):
    blot = blot_with(((3e6, 5e7, 3e6, 3e6, 3e6, 3e6), *AMOUNTS[1:]), full_scale=65535, gain=0.3)
    assert blot.band(2, 1).saturated_fraction > 0.05
    found = table(measured(blot.image, lanes=wide_lanes(blot), bands=true_bands(blot)))
    hot = found[2, 1]
    assert Flag.SATURATED in hot.flags
    assert Flag.LOWER_BOUND in hot.flags
    assert hot.saturated_fraction > 0.01
    assert hot.volume < blot.band(2, 1).volume
    for key, m in found.items():
        if key != (2, 1):
            assert not m.flags & (Flag.SATURATED | Flag.LOWER_BOUND)
            assert m.saturated_fraction == 0


@pytest.mark.parametrize(("n", "is_bound"), [(1, False), (10, False), (60, True)])
def test_one_saturated_pixel_is_flagged_and_one_percent_is_a_bound(
    clean, measured, as_image, n, is_bound
):
    pixels = clean.image.pixels.copy()
    lane = wide_lanes(clean)[3]
    x, y = round(lane.x_at(80)), round(clean.band(4, 1).y_px)
    block = np.zeros(pixels.shape, bool)
    block[y - 3 : y + 4, x - 10 : x + 11] = True
    chosen = np.flatnonzero(block)[:n]
    pixels.reshape(-1)[chosen] = 65535
    found = table(measured(as_image(pixels), lanes=wide_lanes(clean), bands=true_bands(clean)))
    m = found[4, 1]
    assert m.saturated_fraction == pytest.approx(n / m.area_px, rel=0.02)
    assert Flag.SATURATED in m.flags
    assert (Flag.LOWER_BOUND in m.flags) == is_bound
    assert not any(Flag.SATURATED in v.flags for k, v in found.items() if k != (4, 1))


def test_saturation_of_dark_bands(measured, inverted):
    blot = blot_with(((5e7,) * 6, *AMOUNTS[1:]))
    found = table(
        measured(
            inverted(blot.image),
            lanes=wide_lanes(blot),
            bands=true_bands(blot),
            polarity=Polarity.DARK_ON_LIGHT,
        )
    )
    assert all(Flag.LOWER_BOUND in found[lane, 1].flags for lane in range(1, 7))
    assert not any(Flag.SATURATED in found[lane, 2].flags for lane in range(1, 7))


def test_flags_of_the_picture_reach_every_band(clean, measured):
    lossy = replace(clean.image, lossy=True)
    for m in measured(lossy, lanes=wide_lanes(clean), bands=true_bands(clean)):
        assert Flag.LOSSY_FILE in m.flags
        assert Flag.EDITED in m.flags
        assert Flag.POLARITY_UNSURE not in m.flags


def test_bands_beyond_the_frame_are_flagged(clean, measured):
    lanes = wide_lanes(clean)
    bands = (
        Band(image="p", membrane="m", lane=1, row=1, apex_px=3.0, start_px=-9.0, stop_px=15.0),
        Band(image="p", membrane="m", lane=1, row=2, apex_px=160.0, start_px=140.0, stop_px=180.0),
    )
    found = table(measured(clean.image, lanes=lanes, bands=bands))
    assert Flag.TOUCHES_EDGE in found[1, 1].flags
    assert Flag.TOUCHES_EDGE not in found[1, 2].flags


def test_a_ladder_lane_is_flagged(clean, measured):
    lanes = wide_lanes(clean)
    lanes = (replace(lanes[0], kind=LaneKind.LADDER), *lanes[1:])
    found = table(measured(clean.image, lanes=lanes, bands=true_bands(clean)))
    for (lane, _), m in found.items():
        assert (Flag.LADDER_LANE in m.flags) == (lane == 1)


@pytest.mark.parametrize("shape", [(6, 60), (40, 3), (1, 50), (12, 12)])
@pytest.mark.parametrize("background", list(BACKGROUNDS))
def test_tiny_pictures_give_numbers(measured, as_image, shape, background):
    rng = np.random.default_rng(0)
    image = as_image(rng.integers(500, 600, shape).astype(np.uint16))
    rows, columns = shape
    lane = Lane(
        image="p",
        membrane="m",
        number=1,
        nodes=((columns / 2, -0.5), (columns / 2, rows - 0.5)),
        width_px=max(1.0, columns / 2),
    )
    bands = (
        Band(
            image="p",
            membrane="m",
            lane=1,
            row=1,
            apex_px=rows / 2,
            start_px=rows / 4,
            stop_px=rows * 0.75,
        ),
    )
    (m,) = measured(
        image, lanes=(lane,), bands=bands, background=background, polarity=Polarity.LIGHT_ON_DARK
    )
    for value in (m.volume, m.volume_se, m.raw_volume, m.background_volume, m.lod, m.loq):
        assert np.isfinite(value)
    assert m.volume_se >= 0
