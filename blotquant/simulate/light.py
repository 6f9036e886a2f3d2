"""The light that comes from no band: level, unevenness, haze along lanes, the membrane's rim."""

from __future__ import annotations

import math

import numpy as np

from blotquant.simulate.layout import Layout, Patch
from blotquant.simulate.shapes import Array, across, step, unevenness


def background(layout: Layout, rng: np.random.Generator) -> Array:
    """Return the light that comes from no band, in noise-free counts."""
    scene = layout.scene
    x = np.linspace(-0.5, 0.5, scene.width_px)[np.newaxis, :]
    y = np.linspace(-0.5, 0.5, scene.height_px)[:, np.newaxis]
    direction = rng.uniform(0, 2 * math.pi)
    relative = 1 + scene.gradient * (math.cos(direction) * x + math.sin(direction) * y)
    if scene.blotch:
        relative = relative + scene.blotch * unevenness((scene.height_px, scene.width_px), rng)
    if scene.smear:
        relative = relative + _haze(layout)
    if scene.membrane_edge:
        relative = relative * _membrane(layout)
    # Light is never negative, whatever the relative changes add up to.
    level = np.maximum(relative, 0.02) * (scene.background * scene.exposure)
    return np.asarray(level, dtype=np.float64)


def _haze(layout: Layout) -> Array:
    """Return what is smeared along the loaded lanes, relative to the level under it."""
    scene = layout.scene
    totals = [sum(row.amounts[i] for row in scene.rows) for i in range(scene.n_samples)]
    mean = sum(totals) / max(len(totals), 1)
    haze = np.zeros((scene.height_px, scene.width_px))
    tall = layout.half_height + scene.width_px
    lean = float(np.abs(layout.lean(np.array([-tall, 0.0, tall]))).max())
    near = scene.lane_width_px / 2 + 18 * scene.edge_px + lean
    for index, total in enumerate(totals):
        if total == 0:
            continue
        middle = layout.middle(index + 1 + int(scene.ladder_lane))
        corners = tuple((middle + a * near, b * tall) for a in (-1, 1) for b in (-1, 1))
        top, left, u, v = layout.region(corners)
        profile = across(u - middle - layout.lean(v), scene.lane_width_px, 3 * scene.edge_px)
        # Heavier haze near the wells, as proteins that ran slowly leave it.
        fading = np.exp(-np.clip(v / layout.half_height + 1, 0, 4) / 2)
        patch = Patch(top=top, left=left, values=profile * fading)
        patch.of(haze)[...] += scene.smear * total / mean * patch.values
    return haze


def _membrane(layout: Layout) -> Array:
    """Return 1 on the membrane, less beside it, and more on its cut rim."""
    scene = layout.scene
    x = np.arange(scene.width_px, dtype=np.float64)[np.newaxis, :]
    y = np.arange(scene.height_px, dtype=np.float64)[:, np.newaxis]
    u, v = layout.frame.to_membrane(x, y)
    inside_u = scene.membrane_size_px[0] / 2 - np.abs(u)
    inside_v = layout.half_height - np.abs(v)
    depth = np.minimum(inside_u, inside_v)
    inside = step(inside_u, 1.5) * step(inside_v, 1.5)
    rim = 0.35 * np.exp(-0.5 * (depth / 2.5) ** 2)
    return np.asarray(0.35 + 0.65 * inside + rim, dtype=np.float64)
