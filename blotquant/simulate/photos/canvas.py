"""The light on its way to the detector, and the layers of light that change it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from blotquant.model.geometry import Point
from blotquant.simulate.shapes import Array

Box = tuple[float, float, float, float]


@dataclass(slots=True, kw_only=True, eq=False)
class Canvas:
    """A photograph that is being made, (rows, columns) each.

    Parameters
    ----------
    light
        What shines, or the density, of everything in view.
    through
        Share of the bands' light that reaches the camera.
    lamp
        Relative sensitivity or illumination of each place.
    veil
        Light that falls on the detector besides: glare, stray light.
    boxes
        (left, top, right, bottom) around each piece.
    """

    light: Array
    through: Array
    lamp: Array
    veil: Array
    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, light: Array, boxes: tuple[Box, ...]) -> Canvas:
        """Return an even, undisturbed view of this light."""
        return cls(
            light=light,
            through=np.ones_like(light),
            lamp=np.ones_like(light),
            veil=np.zeros_like(light),
            boxes=boxes,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.light.shape
        return rows, columns

    def axes(self) -> tuple[Array, Array]:
        """Return x as a row and y as a column, in px."""
        rows, columns = self.shape
        x = np.arange(columns, dtype=np.float64)[np.newaxis, :]
        return x, np.arange(rows, dtype=np.float64)[:, np.newaxis]

    def dim(self, share: Array) -> None:
        """Let this share of all that shines through."""
        self.light *= share
        self.through *= share


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(ABC):
    """Something between the blot and the camera.

    `unit_px` is the length of what would be one pixel on a small photograph.
    """

    unit_px: float = 1.0

    @abstractmethod
    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Change the canvas; the same generator state gives the same change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vignette(Layer):
    """A lens that sees its corners less well; `loss` is the share that is lost there."""

    loss: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Darken towards the corners, around a centre that is a little off."""
        rows, columns = canvas.shape
        x, y = canvas.axes()
        cx = columns * (0.5 + rng.uniform(-0.08, 0.08))
        cy = rows * (0.5 + rng.uniform(-0.08, 0.08))
        away = np.hypot((x - cx) / columns, (y - cy) / rows) / math.sqrt(0.5)
        canvas.lamp *= 1 - self.loss * np.clip(away, 0, 1.2) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope(Layer):
    """A lamp that stands to one side; `change` is the relative change across the picture."""

    change: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Brighten one side and darken the other."""
        rows, columns = canvas.shape
        x, y = canvas.axes()
        turn = rng.uniform(0, 2 * math.pi)
        share = math.cos(turn) * (x / columns - 0.5) + math.sin(turn) * (y / rows - 0.5)
        canvas.lamp *= np.maximum(1 + self.change * share, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glare(Layer):
    """Reflections of a lamp or stray light: soft patches of `strength`."""

    strength: float
    n: int = 2

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Add patches of any direction, most of them towards the rim."""
        rows, columns = canvas.shape
        x, y = canvas.axes()
        for _ in range(self.n):
            cx, cy = _near_rim(rng, columns, rows)
            long = rng.uniform(0.12, 0.35) * max(rows, columns)
            short = long * rng.uniform(0.2, 0.8)
            a, b = turned(x - cx, y - cy, rng.uniform(0, math.pi))
            patch = np.exp(-0.5 * ((a / long) ** 2 + (b / short) ** 2))
            canvas.veil += self.strength * rng.uniform(0.5, 1.0) * patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Rim(Layer):
    """Light or shade that creeps in from one side of the picture; negative `strength` is shade."""

    strength: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Add to (or take from) a border along one to three sides."""
        rows, columns = canvas.shape
        x, y = canvas.axes()
        sides = (x, columns - 1 - x, y, rows - 1 - y)
        for side in rng.choice(4, size=int(rng.integers(1, 4)), replace=False):
            reach = rng.uniform(0.01, 0.06) * min(rows, columns)
            border = np.exp(-np.broadcast_to(sides[side], canvas.shape) / reach)
            if self.strength >= 0:
                canvas.veil += self.strength * border
            else:
                canvas.lamp *= 1 + self.strength * border


def turned(x: Array, y: Array, angle: float) -> tuple[Array, Array]:
    """Return places in axes that are turned by an angle in radians."""
    c, s = math.cos(angle), math.sin(angle)
    return c * x + s * y, c * y - s * x


def _near_rim(rng: np.random.Generator, columns: int, rows: int) -> Point:
    """Return a place in the outer quarter of the picture, or a little outside."""
    side = rng.integers(4)
    depth, place = rng.uniform(-0.05, 0.25), rng.uniform(0, 1)
    x, y = ((depth, place), (1 - depth, place), (place, depth), (place, 1 - depth))[side]
    return float(x * columns), float(y * rows)
