"""Simulated photographs: what is said of them is what their pixels show."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from blotquant.errors import ProjectError, SettingsError
from blotquant.io.images import read_image
from blotquant.model.image import Polarity
from blotquant.model.lane import LaneKind
from blotquant.simulate.photos import (
    BandKind,
    BandSpec,
    LaneSpec,
    PhotoScene,
    Piece,
    photo_scene,
    photo_scenes,
    simulate_photo,
    write_photo,
)
from blotquant.simulate.photos.camera import Camera, Film, Medium
from blotquant.simulate.photos.canvas import Canvas, Glare, Rim, Slope, Vignette
from blotquant.simulate.photos.dirt import Bubbles, Dust, Scratches, Smudges
from blotquant.simulate.photos.looks import LOOKS, look
from blotquant.simulate.photos.marks import Figure, Pencil, Stroke, Text, frame, ink
from blotquant.simulate.photos.staging import (
    arranged,
    blot,
    box,
    heights,
    lanes_of,
)
from blotquant.simulate.photos.zoom import zoomed

BLOTLESS = ("dots", "slots", "no-blot")
QUIET = Camera(electrons=1e9, read_noise=1e-4)


def one_band(**changes) -> PhotoScene:
    """Return a turned piece with a single band, on a camera without noise to speak of."""
    band = {"lane": 1, "row": 1, "v_px": 20.0, "peak": 0.5, "sigma_px": 4.0, "ragged": 0.0}
    piece = Piece(
        centre=(110.0, 90.0),
        corners=box(70.0, 60.0),
        rotation_deg=7.0,
        lanes=(LaneSpec(u_px=-12.0, width_px=40.0),),
        bands=(BandSpec(**band),),
        blotch=0.0,
        grain=0.0,
    )
    scene = PhotoScene(
        width_px=220, height_px=180, pieces=(piece,), surround_grain=0.0, camera=QUIET
    )
    return replace(scene, **changes)


def with_piece(scene: PhotoScene, **changes) -> PhotoScene:
    return replace(scene, pieces=(replace(scene.pieces[0], **changes),))


def counts(photo) -> np.ndarray:
    """Return the pixels with bands positive."""
    stored = photo.image.pixels.astype(float)
    bright = photo.polarity is Polarity.LIGHT_ON_DARK
    return stored if bright else photo.image.full_scale - stored


def centre_of_light(
    picture: np.ndarray, x: float, y: float, reach: int = 26
) -> tuple[float, float]:
    """Return the centroid of what stands out around a place."""
    left, top = round(x) - reach, round(y) - reach
    part = picture[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
    part = np.clip(part - np.median(part), 0, None)
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]]
    return left + (part * columns).sum() / part.sum(), top + (part * rows).sum() / part.sum()


@pytest.fixture(scope="module")
def photos():
    """Give one photograph of every kind; the large ones at half their size, to save time."""
    scenes = {name: photo_scene(name, 12) for name in photo_scenes()}
    return {
        name: simulate_photo(scene if name.startswith("crop") else zoomed(scene, 0.5))
        for name, scene in scenes.items()
    }


# ---------------------------------------------------------------- truth and pixels


@pytest.mark.parametrize("scale", [1.0, 1.7])
@pytest.mark.parametrize("rotation_deg", [-10.0, 0.0, 7.0])
def test_a_band_shines_where_the_truth_says(scale, rotation_deg):
    scene = with_piece(one_band(figure=Figure(scale=scale)), rotation_deg=rotation_deg)
    photo = simulate_photo(scene)
    (band,) = photo.membranes[0].bands
    found = centre_of_light(counts(photo), band.x_px, band.y_px, round(26 * scale))
    assert found == pytest.approx((band.x_px, band.y_px), abs=0.15 * scale)


def test_a_lane_runs_through_its_bands_even_where_it_bends():
    lanes = (LaneSpec(u_px=40.0, width_px=30.0),)
    bands = tuple(
        BandSpec(lane=1, row=n, v_px=v, peak=0.4, sigma_px=3.0)
        for n, v in enumerate((-40.0, 0.0, 40.0), start=1)
    )
    scene = with_piece(
        one_band(), lanes=lanes, bands=bands, fan=0.1, slope=0.05, bow_px=6.0, smile_px=9.0
    )
    photo = simulate_photo(scene)
    (membrane,) = photo.membranes
    axis = membrane.lanes[0].as_lane("", "")
    for band in membrane.bands:
        assert axis.x_at(band.y_px) == pytest.approx(band.x_px, abs=0.6)
        found = centre_of_light(counts(photo), band.x_px, band.y_px, 16)
        assert found == pytest.approx((band.x_px, band.y_px), abs=0.6)


def test_the_membrane_ends_at_its_corners():
    scene = with_piece(one_band(surround=0.0), level=0.2, bands=())
    photo = simulate_photo(scene)
    bright = counts(photo) > 0.1 * photo.image.full_scale
    a, b, c, d = photo.membranes[0].corners
    area = abs(sum(p[0] * q[1] - q[0] * p[1] for p, q in pairwise((a, b, c, d, a)))) / 2
    assert np.count_nonzero(bright) == pytest.approx(area, rel=0.01)
    middle = np.mean([a, b, c, d], axis=0)
    for corner in (a, b, c, d):
        inside = middle + 0.9 * (np.array(corner) - middle)
        outside = middle + 1.1 * (np.array(corner) - middle)
        assert bright[round(inside[1]), round(inside[0])]
        assert not bright[round(outside[1]), round(outside[0])]


def test_clearness_is_that_of_a_matched_filter():
    noise = 0.01
    scene = one_band(camera=Camera(electrons=1e12, read_noise=noise))
    photo = simulate_photo(scene)
    dark = simulate_photo(with_piece(one_band(), bands=()))
    alone = (counts(simulate_photo(one_band())) - counts(dark)) / photo.image.full_scale
    expected = math.sqrt(float((alone**2).sum())) / noise
    assert photo.membranes[0].bands[0].snr == pytest.approx(expected, rel=0.02)


def test_a_band_at_the_detectors_limit_or_on_black_film_is_not_clear():
    usual = simulate_photo(one_band()).membranes[0].bands[0].snr
    blinded = simulate_photo(with_piece(one_band(), level=1.5)).membranes[0].bands[0].snr
    assert blinded < 0.01 * usual
    film = Film(fog=0.2, largest=2.0, half=0.01, contrast=2.0)
    camera = replace(QUIET, film=film, polarity=Polarity.DARK_ON_LIGHT, bits=8)
    black = simulate_photo(with_piece(one_band(camera=camera), level=0.5)).membranes[0].bands[0]
    assert black.snr < 0.05 * usual


def test_burning_takes_the_middle_of_a_band():
    pale = simulate_photo(with_piece(one_band(), burn=0.2))
    (band,) = pale.membranes[0].bands
    picture = counts(pale)
    x, y = round(band.x_px), round(band.y_px)
    assert picture[y, x] < 0.6 * picture[y - 8 : y + 9, x].max()


@pytest.mark.parametrize("medium", list(Medium))
def test_the_two_polarities_are_each_others_negative(medium):
    pictures = [
        simulate_photo(one_band(camera=Camera(medium=medium, polarity=p))).image.pixels
        for p in Polarity
    ]
    assert set((pictures[0].astype(int) + pictures[1]).ravel().tolist()) <= {65534, 65535, 65536}


def test_film_blackens_up_to_its_last_grain():
    film = Film(fog=0.2, largest=2.0, half=0.3, contrast=1.5)
    light = np.array([-1.0, 0.0, 0.3, 1.0, 1e6])
    density = film.density(light)
    assert density[:3] == pytest.approx([0.2, 0.2, 1.2])
    assert (np.diff(density) >= 0).all()
    assert density[-1] == pytest.approx(2.2, abs=1e-3)


# ---------------------------------------------------------------- what spoils it


def flat() -> Canvas:
    return Canvas.of(np.full((120, 160), 0.5), ((40.0, 30.0, 120.0, 90.0),))


def test_light_changes_the_picture_and_not_the_blot():
    rng = np.random.default_rng(3)
    for layer in (Vignette(loss=0.5), Slope(change=0.5), Glare(strength=0.3), Rim(strength=-0.5)):
        canvas = flat()
        layer.lay(canvas, rng)
        assert (canvas.light == 0.5).all()
        assert (canvas.through == 1).all()
        assert np.ptp(canvas.lamp + canvas.veil) > 0.05
    canvas = flat()
    Vignette(loss=0.5).lay(canvas, rng)
    assert canvas.lamp[0, 0] < canvas.lamp[60, 80]


def test_bubbles_lie_on_the_membrane_and_hide_bands():
    canvas = flat()
    Bubbles(n=9).lay(canvas, np.random.default_rng(1))
    rows, columns = np.nonzero(canvas.through < 0.95)
    assert rows.min() > 30 - 16
    assert columns.max() < 120 + 16
    assert canvas.through.min() < 0.6
    assert np.allclose(canvas.light, 0.5 * canvas.through)
    clear, hidden = (
        simulate_photo(one_band(layers=layers, seed=4)).membranes[0].bands[0].snr
        for layers in ((), (Bubbles(n=60),))
    )
    assert hidden < 0.95 * clear


@pytest.mark.parametrize(
    "layer", [Smudges(n=1, strength=0.2), Scratches(n=6, strength=0.5), Dust(n=20, strength=0.3)]
)
def test_dirt_is_local_and_never_negative(layer):
    canvas = flat()
    layer.lay(canvas, np.random.default_rng(2))
    changed = np.abs(canvas.light - 0.5) > 0.005
    assert 0 < np.count_nonzero(changed) < 0.5 * changed.size
    assert canvas.light.min() >= 0
    again = flat()
    layer.lay(again, np.random.default_rng(2))
    assert np.array_equal(canvas.light, again.light)


def test_pencil_takes_light_or_gives_it():
    marks = (Stroke(places=((20.0, 20.0), (90.0, 24.0)), width_px=3.0),)
    for darkness, sign in ((0.8, -1), (-0.2, 1)):
        canvas = flat()
        Pencil(marks=marks, darkness=darkness).lay(canvas, np.random.default_rng(1))
        change = canvas.light - 0.5
        assert sign * change[22, 55] > 0.05
        assert change[100, 100] == pytest.approx(0.0, abs=1e-9)


def test_ink_covers_its_marks_and_nothing_else():
    marks = (
        Text(text="PARP", place=(40.0, 20.0), size_px=14.0),
        frame(100.0, 60.0, 150.0, 110.0, 2.0),
        Stroke(places=((10.0, 90.0), (60.0, 90.0)), width_px=2.0, head_px=8.0),
    )
    covered = ink(marks, (120, 160))
    assert covered[15:26, 20:60].mean() > 0.1
    assert covered[60, 125] > 0.9
    assert covered[88, 54] > covered[84, 30]
    assert covered[70:100, 110:140].max() == 0
    assert covered.max() <= 1


def test_outside_its_panels_a_page_is_blank():
    scene = one_band(figure=Figure(panels=((40, 30, 180, 150),), paper=1.0))
    pixels = simulate_photo(scene).image.pixels
    assert (pixels[:30] == 65535).all()
    assert (pixels[:, 180:] == 65535).all()
    assert pixels[40, 50] < 65535


# ---------------------------------------------------------------- arrangements


def test_pieces_under_one_another_neither_touch_nor_leave_the_picture():
    rng = np.random.default_rng(5)
    style = look(rng, ("chemi",))
    pieces = [
        replace(blot(rng, style, (), (), 40.0 + 10 * n), rotation_deg=6.0 - 4 * n) for n in range(3)
    ]
    for below in (True, False):
        placed, (width, height) = arranged(pieces, below=below, gap_px=10.0, margin_px=20.0)
        lows, highs = (1, 3) if below else (0, 2)
        for first, second in pairwise(placed):
            assert second.box[lows] - first.box[highs] == pytest.approx(10.0)
        for piece in placed:
            assert min(piece.box) >= 20 - 1e-6
            assert piece.box[2] <= width - 20 + 1e-6
            assert piece.box[3] <= height - 20 + 1e-6


def test_heights_keep_their_distance_and_as_many_as_fit():
    rng = np.random.default_rng(1)
    for n_rows in range(1, 12):
        places = heights(rng, n_rows, -50.0, 50.0, 22.0)
        assert len(places) == min(n_rows, 5)
        assert all(b - a >= 22.0 - 1e-9 for a, b in pairwise(places))
        assert -50 <= places[0] <= places[-1] <= 50


def test_unequal_lanes_differ_as_asked_and_stay_apart():
    rng = np.random.default_rng(2)
    lanes = lanes_of(rng, 200, 40.0, gap=(0.2, 0.2), unequal=2.0, jitter=0.0)
    widths = [lane.width_px for lane in lanes]
    assert 1.8 < max(widths) / min(widths) <= 2.0
    for a, b in pairwise(lanes):
        assert b.u_px - a.u_px - (a.width_px + b.width_px) / 2 == pytest.approx(8.0)


def test_every_look_can_be_told_apart_from_no_light():
    rng = np.random.default_rng(1)
    assert {look(rng).name for _ in range(60)} == set(LOOKS)
    for name in LOOKS:
        style = look(rng, (name,))
        assert 0 < style.peaks[0] < style.peaks[1]
        assert style.level > 0


def test_a_zoomed_scene_has_the_same_truth_at_another_size():
    scene = zoomed(photo_scene("figure-panels", 3), 0.5)
    small, large = (simulate_photo(s) for s in (scene, zoomed(scene, 1.5)))
    assert large.image.width == pytest.approx(1.5 * small.image.width, abs=2)
    for a, b in zip(small.membranes, large.membranes, strict=True):
        for p, q in zip(a.bands, b.bands, strict=True):
            assert (q.x_px, q.y_px) == pytest.approx((1.5 * p.x_px, 1.5 * p.y_px), abs=1.0)
            assert q.height_px == pytest.approx(1.5 * p.height_px)


# ---------------------------------------------------------------- the named photographs


@pytest.mark.parametrize("name", photo_scenes())
def test_a_seed_decides_everything(name):
    for seed in (1, 2, 3, 2**31):
        assert photo_scene(name, seed) == photo_scene(name, seed)
    assert photo_scene(name, 1) != photo_scene(name, 2)


def test_the_same_scene_gives_the_same_file():
    first, second = (simulate_photo(photo_scene("scratched", 2)) for _ in range(2))
    assert first.content == second.content
    assert first.image.sha256 == second.image.sha256


@pytest.mark.parametrize("name", photo_scenes())
def test_lanes_lie_on_their_membrane_and_beside_each_other(name, photos):
    photo = photos[name]
    assert bool([lane for m in photo.membranes for lane in m.lanes]) == (name not in BLOTLESS)
    for membrane in photo.membranes:
        xs, ys = zip(*membrane.corners, strict=True)
        assert min(*xs, *ys) >= -1
        assert max(xs) <= photo.image.width + 1
        assert max(ys) <= photo.image.height + 1
        for lane in membrane.lanes:
            x, _ = np.mean(lane.nodes, axis=0)
            assert min(xs) <= x <= max(xs)
            assert lane.width_px > 5
        for a, b in pairwise(membrane.lanes):
            assert math.dist(a.nodes[0], b.nodes[0]) > 0.9 * (a.width_px + b.width_px) / 2


@pytest.mark.parametrize("name", [n for n in photo_scenes() if n not in BLOTLESS])
def test_most_bands_that_were_loaded_can_be_seen(name, photos):
    bands = [b for m in photos[name].membranes for b in m.bands if b.kind is BandKind.SAMPLE]
    assert bands
    assert np.mean([band.snr > 12 for band in bands]) > 0.6
    for band in bands:
        assert -1 <= band.x_px <= photos[name].image.width
        assert -1 <= band.y_px <= photos[name].image.height


@pytest.mark.parametrize("seed", range(1, 9))
def test_cut_pieces_are_two_to_six_turned_trapezoids_apart(seed):
    scene = photo_scene("cut-pieces", seed)
    assert 2 <= len(scene.pieces) <= 6
    assert all(abs(piece.rotation_deg) <= 10 for piece in scene.pieces)
    for a, b in combinations(scene.pieces, 2):
        beside = a.box[2] < b.box[0] or b.box[2] < a.box[0]
        above = a.box[3] < b.box[1] or b.box[3] < a.box[1]
        assert beside or above


@pytest.mark.parametrize("seed", range(1, 9))
def test_strips_carry_the_same_lanes(seed):
    scene = photo_scene("strips", seed)
    assert len(scene.pieces) >= 2
    assert len({piece.lanes for piece in scene.pieces}) == 1


@pytest.mark.parametrize("seed", range(1, 9))
def test_joined_gels_have_no_edge_and_other_lanes(seed):
    scene = photo_scene("gels-joined", seed)
    first, second = scene.pieces
    assert len(first.lanes) != len(second.lanes)
    assert {first.level, second.level} == {scene.surround}
    assert first.rim == second.rim == 0


def test_ladders_and_empty_lanes_are_named(photos):
    kinds = {
        name: {lane.kind for m in photos[name].membranes for lane in m.lanes}
        for name in ("two-ladders", "empty-lanes")
    }
    assert LaneKind.LADDER in kinds["two-ladders"]
    assert LaneKind.BLANK in kinds["empty-lanes"]
    blank = {
        lane.number
        for m in photos["empty-lanes"].membranes
        for lane in m.lanes
        if lane.kind is LaneKind.BLANK
    }
    assert not blank & {b.lane for m in photos["empty-lanes"].membranes for b in m.bands}


def test_small_crops_are_small(photos):
    assert photos["crop-small"].image.height < 60
    assert photos["crop-small"].image.width < 300


# ---------------------------------------------------------------- files and refusals


@pytest.mark.parametrize("name", ["crop-jpeg", "gels-above", "gamma"])
def test_the_file_reads_as_the_image_in_memory(name, photos, tmp_path):
    photo = photos[name]
    path = write_photo(photo, tmp_path / "new", "one")
    image = read_image(path)
    assert image.sha256 == photo.image.sha256
    assert np.array_equal(image.pixels, photo.image.pixels)
    truth = json.loads((tmp_path / "new" / "one.truth.json").read_text("utf-8"))
    assert truth["image"] == path.name
    assert truth["polarity"] == photo.polarity.value
    assert [len(m["lanes"]) for m in truth["membranes"]] == [len(m.lanes) for m in photo.membranes]


def test_a_folder_that_is_a_file_is_named_for_photographs_too(photos, tmp_path):
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(ProjectError, match="taken"):
        write_photo(photos["crop-row"], tmp_path / "taken", "one")


@pytest.mark.parametrize("changes", [{"lane": 2}, {"lane": 0}, {"sigma_px": 0.0}, {"peak": -0.1}])
def test_impossible_bands_are_refused_in_words(changes):
    scene = one_band()
    band = replace(scene.pieces[0].bands[0], **changes)
    with pytest.raises(SettingsError, match="cannot be on a piece with 1 lanes"):
        with_piece(scene, bands=(band,))


def test_an_empty_picture_and_an_unknown_name_are_refused():
    with pytest.raises(SettingsError, match="is empty"):
        PhotoScene(width_px=0, height_px=10)
    with pytest.raises(SettingsError, match="cut-pieces"):
        photo_scene("easy")
