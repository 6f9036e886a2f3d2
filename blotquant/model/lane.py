"""A lane: a path down the membrane and a width."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from blotquant.flags import Flag
from blotquant.model.geometry import Point


class LaneKind(StrEnum):
    """What was loaded; a standard is a lane of a dilution series, its amount known."""

    SAMPLE = "sample"
    LADDER = "ladder"
    BLANK = "blank"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane on one photograph.

    Parameters
    ----------
    image
        Id of the photograph.
    membrane
        Name of the membrane that it lies on.
    number
        From 1, left to right inside its membrane; the same on every photograph of the membrane.
    nodes
        Two or more (x, y) points from the top of the membrane to its bottom, strictly downwards;
        the axis runs straight from node to node. Position 0 px along the lane is the first node.
    width_px
        Full width across the axis.
    kind
        Sample, ladder or blank.
    confidence
        Between 0 and 1; `reason` says in words what is doubtful.
    edited
        Whether a user placed or changed it.
    """

    image: str
    membrane: str
    number: int
    nodes: tuple[Point, ...]
    width_px: float
    kind: LaneKind = LaneKind.SAMPLE
    confidence: float = 1.0
    reason: str = ""
    flags: Flag = Flag.NONE
    edited: bool = False

    def __post_init__(self) -> None:
        if len(self.nodes) < 2:
            raise ValueError("a lane needs at least two nodes")
        ys = [y for _, y in self.nodes]
        if any(b <= a for a, b in itertools.pairwise(ys)):
            raise ValueError("lane nodes must run strictly downwards")
        if not self.width_px > 0:
            raise ValueError("a lane's width must be positive")

    @property
    def length_px(self) -> float:
        """Length of the axis."""
        return sum(math.dist(a, b) for a, b in itertools.pairwise(self.nodes))

    def point_at(self, position_px: float) -> Point:
        """Return the (x, y) at a distance along the axis; beyond the ends it runs on straight."""
        rest = position_px
        pairs = list(itertools.pairwise(self.nodes))
        for i, (a, b) in enumerate(pairs):
            step = math.dist(a, b)
            if rest <= step or i == len(pairs) - 1:
                t = rest / step
                return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
            rest -= step
        raise AssertionError("unreachable")

    def x_at(self, y: float) -> float:
        """Return the x of the axis at height y; beyond the ends it runs on straight."""
        pairs = list(itertools.pairwise(self.nodes))
        for i, (a, b) in enumerate(pairs):
            if y <= b[1] or i == len(pairs) - 1:
                return a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        raise AssertionError("unreachable")

    def position_at(self, y: float) -> float:
        """Return the distance along the axis at height y; the inverse of `point_at`'s y."""
        done = 0.0
        pairs = list(itertools.pairwise(self.nodes))
        for i, (a, b) in enumerate(pairs):
            step = math.dist(a, b)
            if y <= b[1] or i == len(pairs) - 1:
                return done + (y - a[1]) / (b[1] - a[1]) * step
            done += step
        raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneProfile:
    """What the detector saw along one lane, sampled at steps of 1 px along its axis.

    All arrays have the same length and are read-only. `signal` is in counts per pixel (mean across
    the lane, bands positive whatever the file's polarity), `area_px` the area that each step
    covers, `variance` the noise variance of `signal`, `saturated` the share of saturated pixels in
    a step.
    """

    position_px: NDArray[Any]
    signal: NDArray[Any]
    area_px: NDArray[Any]
    variance: NDArray[Any]
    saturated: NDArray[Any]

    def __post_init__(self) -> None:
        for a in (self.position_px, self.signal, self.area_px, self.variance, self.saturated):
            if a.shape != self.position_px.shape:
                raise ValueError("all arrays of a profile must have the same shape")
            a.flags.writeable = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """The background under a lane profile: `level` and its standard error, counts per pixel."""

    level: NDArray[Any]
    level_se: NDArray[Any]

    def __post_init__(self) -> None:
        self.level.flags.writeable = False
        self.level_se.flags.writeable = False
