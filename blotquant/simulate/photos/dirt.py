"""What handling leaves on a membrane: bubbles, fingerprints, scratches, dust.

All places are drawn at random within the canvas's pieces where the cause is the membrane's, and
anywhere in the picture where it is the table's or the scanner's. `unit_px` is the length of what
would be one pixel on a small photograph.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blotquant.model.geometry import Point
from blotquant.simulate.photos.canvas import Canvas, Layer, turned
from blotquant.simulate.shapes import Array, step, texture

_Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubbles(Layer):
    """Air under the membrane during transfer: round places where little arrived."""

    n: int

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Blank discs, some with a bright ring."""
        for _ in range(self.n):
            place = _on_a_piece(rng, canvas)
            radius = self.unit_px * rng.uniform(3.0, 14.0)
            window, x, y = _around(canvas.shape, place, 1.6 * radius)
            away = np.hypot(x, y)
            share = 1 - rng.uniform(0.5, 0.95) * step(radius - away, 0.8 * self.unit_px)
            ring = np.exp(-0.5 * ((away - radius) / (1.2 * self.unit_px)) ** 2)
            share = np.maximum(share + rng.uniform(0, 0.25) * ring, 0.0)
            canvas.light[window] *= share
            canvas.through[window] *= share


@dataclass(frozen=True, slots=True, kw_only=True)
class Smudges(Layer):
    """Fingerprints and drops: soft patches, some with ridges, of `strength`."""

    n: int
    strength: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Add patches with rough outlines."""
        for _ in range(self.n):
            long = self.unit_px * rng.uniform(16, 48)
            window, x, y = _around(canvas.shape, _on_a_piece(rng, canvas), 2.6 * long)
            a, b = turned(x, y, rng.uniform(0, math.pi))
            patch = np.exp(-(((a / long) ** 2 + (b / (0.65 * long)) ** 2) ** 1.5))
            if rng.random() < 0.5:
                patch = patch * _ridges(a, b, long, self.unit_px, rng)
            rough = texture((patch.shape[0], patch.shape[1]), 5.0 * self.unit_px, rng)
            spread = np.clip(1 + 0.4 * rough, 0, None)
            canvas.light[window] += self.strength * rng.uniform(0.3, 1.0) * patch * spread


def _ridges(a: Array, b: Array, long: float, unit_px: float, rng: np.random.Generator) -> Array:
    """Return the whorl of a fingertip: arches around a core beside the patch's centre."""
    pitch = unit_px * rng.uniform(3.5, 6.0)
    core = rng.uniform(0.2, 0.9) * long
    wavy = 0.5 * pitch * np.sin(b / (2.3 * pitch) + rng.uniform(0, 6))
    around = np.hypot(0.8 * (a + core), b) + wavy
    return np.asarray(0.4 + 0.6 * step(np.cos(2 * math.pi * around / pitch), 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratches(Layer):
    """Thin lines, bright or dark, of `strength` (relative to what is there)."""

    n: int
    strength: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Draw slightly bent lines of any direction."""
        typical = float(np.median(canvas.light))
        for _ in range(self.n):
            half = rng.uniform(0.03, 0.25) * max(canvas.shape)
            window, x, y = _around(canvas.shape, _anywhere(rng, canvas), 1.1 * half)
            a, b = turned(x, y, rng.uniform(0, math.pi))
            bent = b - rng.uniform(-0.12, 0.12) * half * (a / half) ** 2
            wide = self.unit_px * rng.uniform(0.5, 1.2)
            line = np.exp(-0.5 * (bent / wide) ** 2) * step(half - np.abs(a), 2.0)
            # A scratch is not drawn with the same pressure all along.
            line *= 0.6 + 0.4 * np.cos(rng.uniform(0.5, 3.0) * a / half + rng.uniform(0, 6))
            sign = 1.0 if rng.random() < 0.6 else -0.5
            canvas.light[window] += sign * self.strength * typical * rng.uniform(0.3, 1.0) * line
        np.maximum(canvas.light, 0.0, out=canvas.light)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dust(Layer):
    """Grains and short fibres; `strength` is the light of a typical one."""

    n: int
    strength: float

    def lay(self, canvas: Canvas, rng: np.random.Generator) -> None:
        """Add most of them as grains of one to three pixels, some as bent fibres."""
        for _ in range(self.n):
            size = self.unit_px * math.exp(rng.normal(-0.1, 0.35))
            peak = self.strength * math.exp(rng.normal(0, 0.7))
            long = size * rng.uniform(4, 12) if rng.random() < 0.15 else size * rng.uniform(1, 1.5)
            window, x, y = _around(canvas.shape, _anywhere(rng, canvas), 4 * size + 3 * long)
            a, b = turned(x, y, rng.uniform(0, math.pi))
            bent = b - rng.uniform(-0.12, 0.12) * (a * a / long)
            shape = np.exp(-0.5 * ((a / long) ** 2 + (bent / size) ** 2))
            canvas.light[window] += peak * shape


def _anywhere(rng: np.random.Generator, canvas: Canvas) -> Point:
    return float(rng.uniform(0, canvas.shape[1])), float(rng.uniform(0, canvas.shape[0]))


def _on_a_piece(rng: np.random.Generator, canvas: Canvas) -> Point:
    """Return a place in the box around one of the pieces; anywhere where there is none."""
    if not canvas.boxes:
        return _anywhere(rng, canvas)
    left, top, right, bottom = canvas.boxes[int(rng.integers(len(canvas.boxes)))]
    return float(rng.uniform(left, right)), float(rng.uniform(top, bottom))


def _around(shape: tuple[int, int], place: Point, reach: float) -> tuple[_Window, Array, Array]:
    """Return the window around a place and how far its pixels lie from it, in x and in y."""
    cx, cy = place
    left, right = max(int(cx - reach), 0), max(min(int(cx + reach) + 2, shape[1]), 0)
    top, bottom = max(int(cy - reach), 0), max(min(int(cy + reach) + 2, shape[0]), 0)
    x = np.arange(left, max(right, left), dtype=np.float64)[np.newaxis, :] - cx
    y = np.arange(top, max(bottom, top), dtype=np.float64)[:, np.newaxis] - cy
    return (slice(top, max(bottom, top)), slice(left, max(right, left))), x, y
