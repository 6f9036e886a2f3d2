"""Photographs of several blots: gels above and beside each other, cut pieces, strips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.looks import Look, look
from blotquant.simulate.photos.parts import Piece
from blotquant.simulate.photos.staging import (
    arranged,
    blot,
    heights,
    lanes_of,
    photographed,
    rows_of,
)


def gels_above(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Two or three blots under one another, with other lanes and other pitches each."""
    style = look(rng, ("chemi", "inverted", "stain"))
    pieces = [_gel(rng, style) for _ in range(int(rng.integers(2, 4)))]
    return _together(rng, style, pieces, seed, below=True)


def gels_beside(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Two blots side by side."""
    style = look(rng, ("chemi", "inverted", "stain"))
    pieces = [_gel(rng, style, most_lanes=8) for _ in range(2)]
    return _together(rng, style, pieces, seed, below=False)


def gels_joined(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Two blots without any edge to be seen: only their lanes tell them apart."""
    style = look(rng)
    style = replace(style, surround=style.level)
    n_lanes = rng.permutation(np.arange(3, 10))[:2]
    pieces = [
        replace(
            _gel(rng, style, n_lanes=int(n)),
            level=style.level,
            rim=0.0,
            gradient=0.0,
            blotch=0.01,
        )
        for n in n_lanes
    ]
    below = bool(rng.random() < 0.6)
    scene = _together(rng, style, pieces, seed, below=below)
    return replace(scene, surround_grain=0.01)


def cut_pieces(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Two to six trapezoids, each turned by up to 10 degrees, on a dark or a bright table."""
    style = _on_a_table(rng, look(rng, ("chemi", "inverted", "stain")))
    pieces = [
        replace(
            _gel(rng, style, most_lanes=7, tall=(70, 150), most_rows=3, cut=True),
            rotation_deg=float(rng.uniform(-10, 10)),
        )
        for _ in range(int(rng.integers(2, 7)))
    ]
    columns = [pieces[i::2] for i in range(2)] if len(pieces) > 3 else [pieces]
    gap, margin = float(rng.uniform(12, 40)), float(rng.uniform(15, 50))
    placed: list[Piece] = []
    left, tall = 0, 0
    for column in columns:
        here, (wide, high) = arranged(column, below=True, gap_px=gap, margin_px=margin)
        placed += [replace(p, centre=(p.centre[0] + left, p.centre[1])) for p in here]
        left, tall = left + wide, max(tall, high)
    return photographed(style, placed, (left, tall), seed)


def strips(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Strips of one membrane under one another, one antibody each: the same lanes on all."""
    style = _on_a_table(rng, look(rng, ("chemi", "inverted", "stain")))
    n_lanes = int(rng.integers(3, 13))
    lanes = lanes_of(rng, n_lanes, float(rng.uniform(34, 52)))
    pieces = []
    for _ in range(int(rng.integers(2, 6))):
        half = float(rng.uniform(22, 40))
        places = heights(rng, int(rng.integers(1, 3)), -0.45 * half, 0.45 * half, 24.0)
        bands = rows_of(rng, lanes, places, style.peaks, sigma_px=(2.2, 3.6))
        piece = blot(rng, style, lanes, bands, half, cut=True, margin=(0.5, 0.9))
        pieces.append(replace(piece, rotation_deg=float(rng.uniform(-3, 3))))
    return _together(rng, style, pieces, seed, below=True, gap=(8, 30))


def _gel(
    rng: np.random.Generator,
    style: Look,
    *,
    n_lanes: int | None = None,
    most_lanes: int = 11,
    most_rows: int = 6,
    tall: tuple[float, float] = (160, 300),
    cut: bool = False,
) -> Piece:
    """Return a blot with its own number of lanes, its own pitch and its own rows."""
    count = int(rng.integers(3, most_lanes + 1)) if n_lanes is None else n_lanes
    lanes = lanes_of(rng, count, float(rng.uniform(30, 56)))
    half = float(rng.uniform(*tall)) / 2
    places = heights(rng, int(rng.integers(1, most_rows)), -0.7 * half, 0.7 * half, 26.0)
    bands = rows_of(rng, lanes, places, style.peaks, missing=0.1)
    return blot(rng, style, lanes, bands, half, cut=cut)


def _on_a_table(rng: np.random.Generator, style: Look) -> Look:
    """Return the look with a surround that is clearly brighter or clearly darker."""
    if style.name == "stain":
        return style
    if rng.random() < 0.5:
        return replace(style, surround=style.level * float(rng.uniform(0.1, 0.4)))
    return replace(style, surround=style.level * float(rng.uniform(2.0, 5.0)))


def _together(
    rng: np.random.Generator,
    style: Look,
    pieces: list[Piece],
    seed: int,
    *,
    below: bool,
    gap: tuple[float, float] = (10, 60),
) -> PhotoScene:
    turned = [
        replace(p, rotation_deg=p.rotation_deg + float(rng.uniform(-1.5, 1.5))) for p in pieces
    ]
    placed, size = arranged(
        turned,
        below=below,
        gap_px=float(rng.uniform(*gap)),
        margin_px=float(rng.uniform(10, 60)),
    )
    return photographed(style, placed, size, seed)
