"""Which background method measures which membrane, and levels that need the whole photograph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.background import BACKGROUNDS, BackgroundMethod, RollingBall
from blotquant.background.ball import BallSurface
from blotquant.cache import StageCache
from blotquant.lanes.profile import straighten
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.model.results import ImageReport
from blotquant.stages.placed import PlacedLane, by_place, widest_band_px

ROLLING_BALL = "rolling-ball"
COMPARED = ("lane-baseline", "local", ROLLING_BALL, "valley", "constant")

LaneKey = tuple[str, str, int]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backgrounds:
    """The method of every membrane: its own where the user chose one, else the experiment's.

    `by_membrane` holds (membrane, method). `ball_radius_px` is that of a rolling ball; 0 takes it
    from the widest band.
    """

    default: str
    by_membrane: tuple[tuple[str, str], ...] = ()
    ball_radius_px: float = 0.0

    @classmethod
    def of(cls, project: Project) -> Backgrounds:
        """Return what the user chose."""
        return cls(
            default=project.settings.background,
            by_membrane=tuple((b.membrane, b.background) for b in project.backgrounds),
            ball_radius_px=project.settings.ball_radius_px,
        )

    def name_for(self, membrane: str) -> str:
        """Return the name of a membrane's method; ``A.1`` may take that of ``A``."""
        chosen = dict(self.by_membrane)
        base, dot, number = membrane.rpartition(".")
        if membrane not in chosen and dot and number.isdecimal():
            membrane = base
        return chosen.get(membrane, self.default)

    def method_for(self, membrane: str) -> BackgroundMethod:
        """Return a membrane's method; raise `SettingsError` for a name that none has."""
        name = self.name_for(membrane)
        if name == ROLLING_BALL:
            return RollingBall(radius_px=self.ball_radius_px or None)
        return BACKGROUNDS.create(name)

    def all_with(self, name: str) -> Backgrounds:
        """Return the same choice with one method for every membrane."""
        return replace(self, default=name, by_membrane=())

    def alternatives(self) -> tuple[Backgrounds, ...]:
        """Return what a ratio is compared under: every other method for all membranes alike."""
        others = (n for n in COMPARED if self.by_membrane or n != self.default)
        return tuple(self.all_with(n) for n in others)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rolled:
    """The level under one lane that the ball left of the photograph; `key` tells the ball."""

    level: NDArray[np.float64]
    key: tuple[object, ...]


def ball_levels(
    placed: Sequence[PlacedLane], backgrounds: Backgrounds, cache: StageCache
) -> dict[LaneKey, Rolled]:
    """Return the level of every lane that a rolling ball measures.

    The ball rolls once under each membrane, cropped to its corners as one crops by hand: letters
    and margins beside a blot are no background. About 0.1 s for 12 megapixels.
    """
    method = RollingBall(radius_px=backgrounds.ball_radius_px or None)
    levels: dict[LaneKey, Rolled] = {}
    for (image, membrane), mine in by_place(placed).items():
        if backgrounds.name_for(membrane) != ROLLING_BALL:
            continue
        # Whole px: moving a limit a little need not roll again.
        radius = float(math.ceil(method.radius_for([widest_band_px(mine)])))
        report = mine[0].report
        box = _box(report, membrane)
        if box is None:
            continue
        key = ("ball", report.image.sha256, report.polarity.polarity, box, radius)
        surface = cache.get(key, lambda r=report, b=box, x=radius: _rolled(r, method, b, x))  # type: ignore[misc]
        for p in mine:
            level = cache.get(
                ("ball level", *key, p.lane.nodes, p.lane.width_px),
                lambda p=p, s=surface, b=box: _along(s, b, p.lane, p.profile.position_px),  # type: ignore[misc]
            )
            levels[image, membrane, p.lane.number] = Rolled(level=level, key=key)
    return levels


def _box(report: ImageReport, membrane: str) -> Box | None:
    """Return (left, top, right, bottom) of a membrane in whole px, None where it has no area."""
    place = next((m for m in report.membranes if m.name == membrane), None)
    if place is None:
        return None
    left, top, right, bottom = place.bounds
    rows, columns = report.image.pixels.shape
    a, b = max(math.floor(left), 0), max(math.floor(top), 0)
    c, d = min(math.ceil(right) + 1, columns), min(math.ceil(bottom) + 1, rows)
    return (a, b, c, d) if c - a >= 2 and d - b >= 2 else None


def _rolled(report: ImageReport, method: RollingBall, box: Box, radius_px: float) -> BallSurface:
    left, top, right, bottom = box
    signal = report.image.pixels[top:bottom, left:right].astype(np.float32)
    if report.polarity.polarity is Polarity.DARK_ON_LIGHT:
        np.subtract(np.float32(report.image.full_scale), signal, out=signal)
    return method.under(signal, radius_px)


def _along(
    surface: BallSurface, box: Box, lane: Lane, position_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the surface's mean across the lane at its positions: bilinear, from the small copy."""
    by, (left, top) = surface.shrink, box[:2]
    nodes = tuple(((x - left + 0.5) / by - 0.5, (y - top + 0.5) / by - 0.5) for x, y in lane.nodes)
    small = replace(lane, nodes=nodes, width_px=lane.width_px / by)
    mean = straighten(surface.small, None, 0.0, Polarity.LIGHT_ON_DARK, small).mean
    return np.interp(position_px, np.arange(mean.size) * float(by), mean)
