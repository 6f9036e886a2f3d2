"""Two photographs of one membrane whose true shift, turn and zoom are known."""

import cmath
import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from blotquant.cache import StageCache
from blotquant.lanes.match import match_lanes
from blotquant.lanes.registration_words import registration_text
from blotquant.model.image import Polarity
from blotquant.model.project import Photograph, Project
from blotquant.model.registration import Registration
from blotquant.pipeline import analyse
from blotquant.simulate import RowSpec, Scene, simulate_blot
from blotquant.stages.locating import locate, register_photographs

WIDTH, HEIGHT, N_LANES = 640, 480, 7
BACKGROUND = 2500.0
UPPER, LOWER = (0.3, 0.5), (0.72,)  # rows of two antibodies, as shares of the membrane's height


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How a membrane lies on a photograph, and what it looks like there."""

    rows: tuple[float, ...] = UPPER
    shift: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    zoom: float = 1.0
    rim: bool = True
    dirt: int = 25
    polarity: Polarity = Polarity.LIGHT_ON_DARK
    exposure: float = 1.0
    seed: int = 1

    def centre(self):
        size = round(WIDTH * self.zoom), round(HEIGHT * self.zoom)
        return complex((size[0] - 1) / 2 + self.shift[0], (size[1] - 1) / 2 + self.shift[1])

    def factor(self):
        return cmath.rect(self.zoom, -math.radians(self.turn_deg))

    def at(self, place):
        """Return the file pixel of a place on the membrane, counted from its middle."""
        return self.centre() + self.factor() * place

    def image(self, image):
        rng = np.random.default_rng(7)  # amounts and dirt are the membrane's
        z = self.zoom
        rows = tuple(
            RowSpec(
                target="t",
                form=f"{f}",
                fraction=f,
                amounts=tuple(float(a) for a in z * z * rng.uniform(1.5e5, 5e5, N_LANES)),
                sigma_px=3.2 * z,
                tail_px=1.0 * z,
            )
            for f in self.rows
        )
        blot = simulate_blot(
            Scene(
                width_px=round(WIDTH * z),
                height_px=round(HEIGHT * z),
                n_lanes=N_LANES,
                lane_width_px=50.0 * z,
                gap_px=22.0 * z,
                rows=rows,
                offset_px=self.shift,
                rotation_deg=self.turn_deg,
                exposure=self.exposure,
                background=BACKGROUND,
                smear=0.04,
                membrane_edge=self.rim,
                polarity=self.polarity,
                seed=self.seed,
            )
        )
        pixels = self._dirtied(blot.image.pixels.astype(float))
        pixels = np.clip(np.rint(pixels), 0, 65535).astype(np.uint16)
        sha = hashlib.sha256(pixels.tobytes()).hexdigest()
        return replace(blot.image, name=f"{image}.tif", pixels=pixels, sha256=sha)

    def _dirtied(self, pixels):
        rng = np.random.default_rng(11)
        for _ in range(self.dirt):
            place = complex(rng.uniform(-0.4, 0.4) * WIDTH, rng.uniform(-0.35, 0.35) * HEIGHT)
            size, depth = rng.uniform(1.2, 3.5) * self.zoom, rng.uniform(-0.4, 0.4)
            at = self.at(place)
            y, x = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
            spot = np.exp(-0.5 * ((x - at.real) / size) ** 2) * np.exp(
                -0.5 * ((y - at.imag) / size) ** 2
            )
            pixels += depth * BACKGROUND * self.exposure * spot
        return pixels


def seen_on(shots, cache):
    """Return what each shot shows of the membrane."""
    photographs = tuple(Photograph(id=k, file=f"{k}.tif", membranes=("m",)) for k in shots)
    project = Project(photographs=photographs)
    return [
        seen
        for p in photographs
        for seen in locate(project, p, shots[p.id].image(p.id), cache).seen
    ]


def registered(first, second):
    """Return the registration of two shots and the true one at the same centre."""
    cache = StageCache()
    shots = {"a": first, "b": second}
    seen = seen_on(shots, cache)
    (found,) = register_photographs(seen, cache)
    lead, other = shots[found.to], shots[found.image]
    centre = complex(*found.centre)
    there = other.at((centre - lead.centre()) / lead.factor())
    true = Registration(
        membrane="m",
        image=found.image,
        to=found.to,
        centre=found.centre,
        shift_x_px=(there - centre).real,
        shift_y_px=(there - centre).imag,
        rotation_deg=other.turn_deg - lead.turn_deg,
        scale=other.zoom / lead.zoom,
    )
    return found, true


def assert_covers(found, true, within=4.0):
    assert abs(found.shift_x_px - true.shift_x_px) < within * found.shift_x_se_px
    assert abs(found.shift_y_px - true.shift_y_px) < within * found.shift_y_se_px
    assert abs(found.rotation_deg - true.rotation_deg) < within * found.rotation_se_deg
    assert abs(found.scale - true.scale) < within * found.scale_se


MOVES = [
    Shot(rows=LOWER, shift=(27.0, -18.0), seed=2),
    Shot(rows=LOWER, shift=(-30.0, 12.0), turn_deg=2.6, seed=3),
    Shot(rows=LOWER, shift=(8.0, 25.0), turn_deg=-2.9, seed=4, polarity=Polarity.DARK_ON_LIGHT),
    Shot(rows=LOWER, shift=(14.0, 9.0), turn_deg=1.4, zoom=1.25, seed=5),
    Shot(rows=LOWER, shift=(-11.0, 6.0), turn_deg=-1.0, zoom=0.8, seed=6),
]


@pytest.mark.parametrize("second", MOVES, ids=lambda s: f"{s.shift} {s.turn_deg} x{s.zoom}")
def test_another_probe_is_registered_by_rim_and_dirt(second):
    """The two photographs share no band."""
    found, true = registered(Shot(), second)
    assert found.is_sure, found
    assert "texture" in found.reason
    assert_covers(found, true)
    assert found.shift_x_se_px < 1.0
    assert found.shift_y_se_px < 2.0
    assert found.rotation_se_deg < 0.2


def test_dirt_is_enough_where_the_picture_shows_no_rim():
    found, true = registered(
        Shot(rim=False, dirt=60), Shot(rim=False, dirt=60, rows=LOWER, shift=(16.0, -21.0), seed=2)
    )
    assert found.is_sure, found
    assert_covers(found, true)
    assert found.is_height_known


@pytest.mark.parametrize("second", [{}, {"polarity": Polarity.DARK_ON_LIGHT}], ids=str)
def test_another_exposure_is_registered_by_its_bands(second):
    bare = Shot(rim=False, dirt=0)
    moved = replace(bare, shift=(12.0, -17.0), turn_deg=0.8, exposure=0.5, seed=9, **second)
    found, true = registered(bare, moved)
    assert found.is_sure, found
    assert "bands" in found.reason
    assert_covers(found, true)


def test_photographs_of_one_frame_are_said_not_to_have_moved():
    found, _ = registered(Shot(), Shot(rows=LOWER, seed=2, polarity=Polarity.DARK_ON_LIGHT))
    assert found.same_frame
    assert found.is_sure
    assert (found.shift_x_px, found.shift_y_px) == (0.0, 0.0)
    assert (found.rotation_deg, found.scale) == (0.0, 1.0)
    assert found.shift_x_se_px < 0.5
    assert found.shift_y_se_px < 1.0


def test_lanes_alone_tell_nothing_of_the_height():
    bare = Shot(rim=False, dirt=0)
    found, true = registered(bare, replace(bare, rows=LOWER, shift=(19.0, 14.0), seed=2))
    assert abs(found.shift_x_px - true.shift_x_px) < 4 * found.shift_x_se_px
    assert not found.is_height_known
    assert "lanes" in found.reason
    assert "height not known" in registration_text(found, "a.tif")


def test_pictures_of_nothing_are_not_registered():
    noise = Shot(rows=(), rim=False, dirt=0)
    found, _ = registered(noise, replace(noise, seed=2))
    assert not found.is_sure
    assert not found.reason
    assert math.isinf(found.shift_x_se_px)
    assert registration_text(found, "a.tif").startswith("not registered on a.tif")


def test_a_single_photograph_costs_nothing():
    cache = StageCache()
    photograph = Photograph(id="a", file="a.tif", membranes=("m",))
    located = locate(Project(photographs=(photograph,)), photograph, Shot().image("a"), cache)
    assert register_photographs(located.seen, cache) == ()


def test_lanes_are_laid_where_the_turned_membrane_has_them():
    """Nothing but the pictures says where the lanes of the second photograph lie."""
    first = Shot(rim=False, dirt=60)
    second = Shot(rim=False, dirt=60, rows=(), shift=(21.0, -15.0), turn_deg=2.2, seed=2)
    a, b = seen_on({"a": first, "b": second}, StageCache())
    matched = match_lanes([a, replace(b, lanes=())])
    (found,) = matched.registrations
    assert found.is_height_known
    assert len(matched.lanes["b"]) == len(a.lanes) > 0
    for lane, lead in zip(matched.lanes["b"], matched.lanes["a"], strict=True):
        for y in (130.0, 350.0):
            place = (complex(lead.x_at(y), y) - first.centre()) / first.factor()
            at = second.at(place)
            assert abs(lane.x_at(at.imag) - at.real) < 1.5


def test_lanes_taken_over_onto_an_unknown_place_are_announced():
    """The second photograph shows neither lanes nor rim nor dirt."""
    shots = {"a": Shot(), "b": Shot(rows=(), rim=False, dirt=0, seed=2)}
    photographs = tuple(Photograph(id=k, file=f"{k}.tif", membranes=("m",)) for k in shots)
    analysis = analyse(Project(photographs=photographs), {k: s.image(k) for k, s in shots.items()})
    found = analysis.registration("b", "m")
    assert found is not None
    assert not found.is_sure
    assert all(r.lane.confidence < 0.5 for r in analysis.lanes_of("b"))
    (notice,) = [n for n in analysis.notices if "not certain how membrane" in n.text]
    assert notice.text.startswith(
        "It is not certain how membrane m on b.tif lies against a.tif, and 7 of its lanes come"
    )
    assert (notice.image, notice.membrane) == ("b", "m")
    assert "move one lane" in notice.advice


# Words -------------------------------------------------------------------------------------------

KNOWN = Registration(
    membrane="m",
    image="b",
    to="a",
    centre=(100.0, 80.0),
    shift_x_px=12.34,
    shift_y_px=-3.0,
    rotation_deg=0.52,
    scale=1.0,
    shift_x_se_px=0.4,
    shift_y_se_px=1.2,
    rotation_se_deg=0.1,
    scale_se=0.002,
    confidence=0.99,
    reason="its texture and 8 lanes",
)


def test_a_registration_is_told_with_its_errors():
    assert registration_text(KNOWN, "parp.tif") == (
        "registered on parp.tif: 12.3 ± 0.4 px right, 3 ± 1 px up, turned 0.5 ± 0.1°"
        " anticlockwise (from its texture and 8 lanes)"
    )
    zoomed = replace(KNOWN, scale=0.8, rotation_deg=-0.05)
    assert "at 80.0 ± 0.2 % of its size" in registration_text(zoomed, "a")
    assert "turned" not in registration_text(zoomed, "a")
    doubtful = replace(KNOWN, confidence=0.5, doubt="another place fits nearly as well")
    assert registration_text(doubtful, "a").endswith("doubtful: another place fits nearly as well")


def test_places_go_there_and_back():
    turned = replace(KNOWN, rotation_deg=90.0, scale=2.0, shift_x_px=0.0, shift_y_px=0.0)
    # The lower end goes to the right.
    assert turned.place((100.0, 90.0)) == pytest.approx((120.0, 80.0))
    assert turned.back(turned.place((3.0, 4.0))) == pytest.approx((3.0, 4.0))
    with pytest.raises(ValueError, match="positive"):
        replace(KNOWN, scale=0.0)
