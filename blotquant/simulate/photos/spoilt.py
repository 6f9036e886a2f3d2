"""Photographs that are spoilt by light, dirt or handling, and those without any lane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.simulate.photos.canvas import Glare, Layer, Rim, Slope, Vignette
from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.dirt import Bubbles, Dust, Scratches, Smudges
from blotquant.simulate.photos.looks import look
from blotquant.simulate.photos.one_blot import plain_blot, shown
from blotquant.simulate.photos.parts import SpotSpec
from blotquant.simulate.photos.staging import alone, blot, box, filling, photographed


def glare(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph with reflections."""
    strength = float(rng.uniform(0.05, 0.3))
    return _spoilt(rng, seed, Glare(strength=strength, n=int(rng.integers(1, 4))))


def vignette(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph with dark corners and light from one side."""
    layers = (Vignette(loss=float(rng.uniform(0.3, 0.6))), Slope(change=float(rng.uniform(0, 0.8))))
    return _spoilt(rng, seed, *layers)


def rims(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph whose border is bright or dark, with a strong membrane edge."""
    bright = rng.random() < 0.5
    strength = float(rng.uniform(0.1, 0.5)) if bright else -float(rng.uniform(0.4, 0.8))
    scene = _spoilt(rng, seed, Rim(strength=strength))
    edge = float(rng.choice([-0.6, 1.0, 2.5]))
    return replace(
        scene, pieces=tuple(replace(p, rim=edge if p.rim else 0.0) for p in scene.pieces)
    )


def dim(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph that was exposed too briefly: little light, much noise."""
    style = look(rng, ("chemi", "inverted", "stain"))
    camera = replace(
        style.camera,
        electrons=float(10 ** rng.uniform(2.2, 3.0)),
        read_noise=float(rng.uniform(0.003, 0.01)),
    )
    style = replace(style, camera=camera)
    return shown(rng, style, plain_blot(rng, style), seed)


def fingerprints(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph with fingerprints and drops."""
    style = look(rng)
    strength = style.peaks[0] * float(rng.uniform(0.5, 2.0))
    scene = shown(rng, style, plain_blot(rng, style), seed)
    return replace(scene, layers=(Smudges(n=int(rng.integers(2, 6)), strength=strength),))


def bubbles(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a blot with round places where nothing was transferred."""
    return _spoilt(rng, seed, Bubbles(n=int(rng.integers(5, 20))))


def scratched(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a photograph with scratches and a lot of dust."""
    style = look(rng)
    scene = shown(rng, style, plain_blot(rng, style), seed)
    layers = (
        Scratches(n=int(rng.integers(3, 12)), strength=float(rng.uniform(0.3, 2.0))),
        Dust(n=int(rng.integers(20, 100)), strength=0.3 * style.peaks[1]),
    )
    return replace(scene, layers=layers)


def dots(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a dot blot: round spots on a grid, no lanes."""
    radius = float(rng.uniform(9, 18))
    pitch = radius * float(rng.uniform(2.8, 4.5))
    grid = (int(rng.integers(3, 13)), int(rng.integers(1, 7)))
    return _spotted(rng, seed, grid, (pitch, pitch), (radius, radius), is_slot=False)


def slots(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a slot blot: flat spots on a grid that is as strict as its apparatus, no lanes."""
    half = float(rng.uniform(18, 30))
    flat = half * float(rng.uniform(0.1, 0.16))
    pitch = (half * float(rng.uniform(2.4, 3.0)), half * float(rng.uniform(1.0, 1.5)))
    grid = (int(rng.integers(3, 7)), int(rng.integers(4, 9)))
    return _spotted(rng, seed, grid, pitch, (half, flat), is_slot=True)


def _spotted(
    rng: np.random.Generator,
    seed: int,
    grid: tuple[int, int],
    pitch: tuple[float, float],
    halves: tuple[float, float],
    *,
    is_slot: bool,
) -> PhotoScene:
    """Return a membrane with spots on a grid of (columns, rows)."""
    style = look(rng)
    columns, rows = grid
    scatter = 0.02 if is_slot else 0.05
    spots = tuple(
        SpotSpec(
            u_px=(c - (columns - 1) / 2) * pitch[0] + float(rng.normal(0, scatter * halves[1])),
            v_px=(r - (rows - 1) / 2) * pitch[1] + float(rng.normal(0, scatter * halves[1])),
            half_width_px=halves[0] * float(rng.uniform(0.94, 1.06)),
            half_height_px=halves[1] * float(rng.uniform(0.94, 1.06)),
            peak=float(np.exp(rng.uniform(*np.log(style.peaks)))),
            is_slot=is_slot,
        )
        for c in range(columns)
        for r in range(rows)
        if rng.random() < 0.9
    )
    half_width, half_height = (columns / 2 + 0.6) * pitch[0], (rows / 2 + 0.6) * pitch[1]
    piece = replace(
        blot(rng, style, (), (), half_height),
        corners=box(half_width, half_height),
        spots=spots,
        rotation_deg=float(rng.uniform(-4, 4)),
    )
    placed, size = alone(piece, float(rng.uniform(20, 80)))
    return photographed(style, (placed,), size, seed)


def no_blot(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a membrane (or a table) with nothing on it but light, dirt and noise."""
    style = look(rng)
    half = float(rng.uniform(60, 220))
    piece = blot(rng, style, (), (), half, cut=True)
    wide = float(rng.uniform(0.6, 2.0))
    corners = tuple((u * wide * half / 100.0, v) for u, v in piece.corners)
    piece = replace(piece, corners=corners)  # type: ignore[arg-type]  # four, as before
    margin = float(rng.uniform(20, 90))
    whole = rng.random() < 0.4
    placed, size = filling(piece, 4.0) if whole else alone(piece, margin)
    dirt: tuple[Layer, ...] = (
        Vignette(loss=float(rng.uniform(0, 0.4))),
        Glare(strength=float(rng.uniform(0, 0.15))),
        Dust(n=int(rng.integers(0, 40)), strength=0.3 * style.peaks[1]),
        Scratches(n=int(rng.integers(0, 4)), strength=float(rng.uniform(0.2, 1.0))),
        Bubbles(n=int(rng.integers(0, 6))),
    )
    scene = photographed(style, (placed,) if rng.random() < 0.8 else (), size, seed)
    return replace(scene, layers=tuple(layer for layer in dirt if rng.random() < 0.6))


def _spoilt(rng: np.random.Generator, seed: int, *layers: Layer) -> PhotoScene:
    style = look(rng)
    return replace(shown(rng, style, plain_blot(rng, style), seed), layers=layers)
