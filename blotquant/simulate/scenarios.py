"""Named scenes: each is about one difficulty of real blots and otherwise plain."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from blotquant.errors import SettingsError
from blotquant.model.image import Polarity
from blotquant.simulate.scene import RowSpec, Scene
from blotquant.simulate.shapes import amount_of_peak

# Proteins that stand well apart on any gel: (target, form, kDa).
_PLAIN = (
    ("parp", "pro", 116.0),
    ("akt", "full", 60.0),
    ("beta-actin", "full", 43.0),
    ("bax", "full", 20.0),
)
_CASPASE_9 = (("caspase-9", "pro", 47.0), ("caspase-9", "p37", 37.0), ("caspase-9", "p35", 35.0))
_CASPASE_3 = (("caspase-3", "pro", 35.0), ("caspase-3", "p19", 19.0), ("caspase-3", "p17", 17.0))

_Build = Callable[[Scene, np.random.Generator], Scene]


def scenarios() -> tuple[str, ...]:
    """Return the names that `scene` knows."""
    return tuple(_SCENARIOS)


def scene(scenario: str, seed: int = 1) -> Scene:
    """Return the scene of a scenario; every seed gives another blot of the same kind.

    Raises `SettingsError` for an unknown name.
    """
    if scenario not in _SCENARIOS:
        raise SettingsError(
            f"There is no scenario called {scenario!r}", f"Choose one of: {', '.join(_SCENARIOS)}"
        )
    # The name's checksum keeps two scenarios of one seed from sharing their lanes.
    rng = np.random.default_rng([zlib.crc32(scenario.encode()), seed])
    return _SCENARIOS[scenario](_plain(rng, seed), rng)


def _plain(rng: np.random.Generator, seed: int, n_lanes: int | None = None) -> Scene:
    """Return a blot that gives no trouble, without bands."""
    n_lanes = int(rng.integers(6, 11)) if n_lanes is None else n_lanes
    lane_width = float(rng.uniform(42, 60))
    gap = lane_width * float(rng.uniform(0.25, 0.5))
    width = int(n_lanes * (lane_width + gap) + 1.2 * lane_width)
    return Scene(
        width_px=width,
        height_px=int(rng.integers(420, 560)),
        n_lanes=n_lanes,
        lane_width_px=lane_width,
        gap_px=gap,
        lane_shifts_px=_jitter(rng, n_lanes, 0.04 * lane_width),
        rotation_deg=float(rng.uniform(-0.3, 0.3)),
        smile_px=float(rng.uniform(-2, 2)),
        curl_px=float(rng.uniform(0, 1)),
        background=float(rng.uniform(900, 3000)),
        gradient=float(rng.uniform(0, 0.08)),
        blotch=0.01,
        smear=0.02,
        gain=float(rng.uniform(0.15, 0.45)),
        read_noise=float(rng.uniform(8, 30)),
        polarity=Polarity.LIGHT_ON_DARK if rng.random() < 0.5 else Polarity.DARK_ON_LIGHT,
        seed=seed,
    )


def _jitter(rng: np.random.Generator, n_lanes: int, sd_px: float) -> tuple[float, ...]:
    return tuple(float(x) for x in np.clip(rng.normal(0, sd_px, n_lanes), -2 * sd_px, 2 * sd_px))


def _rows(
    base: Scene,
    rng: np.random.Generator,
    proteins: tuple[tuple[str, str, float], ...] = _PLAIN,
    *,
    peaks: tuple[float, float] = (4000.0, 30000.0),
    missing: float = 0.0,
    sigma: tuple[float, float] = (3.2, 6.0),
) -> tuple[RowSpec, ...]:
    """Return rows whose bands differ from lane to lane, up to the given apex heights in counts."""
    rows = []
    for target, form, kda in proteins:
        sigma_px = float(rng.uniform(*sigma))
        tail_px = sigma_px * float(rng.uniform(0.1, 0.6))
        typical = np.log(rng.uniform(*peaks))
        heights = np.exp(rng.normal(typical, 0.35, base.n_samples))
        heights = np.clip(heights, peaks[0], peaks[1])
        heights[rng.random(base.n_samples) < missing] = 0.0
        one = amount_of_peak(
            1.0,
            width_px=base.lane_width_px,
            edge_px=base.edge_px,
            sigma_px=sigma_px,
            tail_px=tail_px,
        )
        rows.append(
            RowSpec(
                target=target,
                form=form,
                kda=kda,
                amounts=tuple(float(h) * one for h in heights),
                sigma_px=sigma_px,
                tail_px=tail_px,
            )
        )
    return tuple(rows)


def _with_rows(base: Scene, rng: np.random.Generator, **changes: object) -> Scene:
    changed = replace(base, **changes)  # type: ignore[arg-type]  # each caller names fields of Scene
    return replace(changed, rows=_rows(changed, rng))


def _easy(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(base, rng, blotch=0.0, gradient=0.02)


def _tilted(base: Scene, rng: np.random.Generator) -> Scene:
    tilt = float(rng.choice([-1, 1]) * rng.uniform(1.5, 4.0))
    return _with_rows(_room(base, 1.3), rng, tilt_deg=tilt)


def _rotated(base: Scene, rng: np.random.Generator) -> Scene:
    turn = float(rng.choice([-1, 1]) * rng.uniform(1.5, 4.0))
    return _with_rows(_room(base, 1.3), rng, rotation_deg=turn)


def _smile(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(
        base,
        rng,
        smile_px=float(rng.choice([-1, 1]) * rng.uniform(10, 22)),
        bow_px=float(rng.uniform(-8, 8)),
        curl_px=float(rng.uniform(1, 3)),
    )


def _doublets(base: Scene, rng: np.random.Generator) -> Scene:
    sigma = float(rng.uniform(3.0, 4.6))
    proteins = _CASPASE_9 if rng.random() < 0.5 else _CASPASE_3
    return replace(base, rows=_rows(base, rng, proteins, sigma=(sigma, sigma + 0.01)))


def _faint(base: Scene, rng: np.random.Generator) -> Scene:
    noise = float(np.hypot(base.read_noise, np.sqrt(base.gain * base.background)))
    return replace(base, rows=_rows(base, rng, peaks=(0.5 * noise, 6 * noise)))


def _saturated(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(base, rng, exposure=float(rng.uniform(3, 6)))


def _gradient(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(base, rng, gradient=float(rng.uniform(0.6, 1.1)), background=4000.0)


def _blotchy(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(base, rng, blotch=float(rng.uniform(0.1, 0.2)), specks=12.0)


def _dense(base: Scene, rng: np.random.Generator) -> Scene:
    n_lanes = int(rng.integers(15, 21))
    width = float(rng.uniform(28, 36))
    return _with_rows(
        base,
        rng,
        n_lanes=n_lanes,
        lane_width_px=width,
        gap_px=0.16 * width,
        width_px=int(n_lanes * 1.16 * width + 1.5 * width),
        lane_shifts_px=_jitter(rng, n_lanes, 0.02 * width),
        edge_px=1.8,
    )


def _missing(base: Scene, rng: np.random.Generator) -> Scene:
    return replace(base, rows=_rows(base, rng, missing=0.35))


def _few_lanes(n_lanes: int) -> _Build:
    def build(base: Scene, rng: np.random.Generator) -> Scene:
        return _with_rows(
            base,
            rng,
            n_lanes=n_lanes,
            width_px=int((n_lanes + 1.6) * (base.lane_width_px + base.gap_px)),
            lane_shifts_px=(),
        )

    return build


def _strip(base: Scene, rng: np.random.Generator) -> Scene:
    """Return a narrow cut around one row, as figures show them."""
    height = int(rng.integers(52, 80))
    changed = replace(base, height_px=height, smile_px=0.0, rotation_deg=0.0)
    (row,) = _rows(changed, rng, (("beta-actin", "full", 43.0),), sigma=(3.0, 4.5))
    return replace(changed, rows=(replace(row, kda=None, fraction=float(rng.uniform(0.42, 0.58))),))


def _membrane(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(
        replace(base, width_px=int(base.width_px * 1.25), height_px=int(base.height_px * 1.2)),
        rng,
        membrane_edge=True,
        rotation_deg=float(rng.uniform(-1.5, 1.5)),
    )


def _ladder(base: Scene, rng: np.random.Generator) -> Scene:
    return _with_rows(base, rng, ladder_lane=True)


def _twelve_bit(base: Scene, rng: np.random.Generator) -> Scene:
    """Return a 12-bit camera's picture in a 16-bit file, a little over-exposed."""
    changed = replace(base, full_scale=4095, background=150.0, gain=0.2, read_noise=4.0)
    return replace(changed, rows=_rows(changed, rng, peaks=(400.0, 6000.0)))


def _room(base: Scene, factor: float) -> Scene:
    """Return a wider picture, so that leaning lanes stay inside."""
    return replace(base, width_px=int(base.width_px * factor))


_SCENARIOS: dict[str, _Build] = {
    "easy": _easy,
    "tilted": _tilted,
    "rotated": _rotated,
    "smile": _smile,
    "doublets": _doublets,
    "faint": _faint,
    "saturated": _saturated,
    "gradient": _gradient,
    "blotchy": _blotchy,
    "dense": _dense,
    "missing": _missing,
    "one-lane": _few_lanes(1),
    "two-lanes": _few_lanes(2),
    "strip": _strip,
    "membrane": _membrane,
    "ladder": _ladder,
    "twelve-bit": _twelve_bit,
}
