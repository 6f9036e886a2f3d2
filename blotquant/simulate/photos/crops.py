"""Tight crops: one row, a few lanes, hardly any blank around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.looks import look
from blotquant.simulate.photos.marks import Figure
from blotquant.simulate.photos.staging import blot, filling, lanes_of, photographed, rows_of


def crop_row(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return one row, cropped close around one to three lanes."""
    return _crop(rng, seed, n_lanes=int(rng.integers(1, 4)), room=(3.5, 6.0))


def crop_tight(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return one row of up to eight lanes whose bands touch the frame."""
    return _crop(rng, seed, n_lanes=int(rng.integers(2, 9)), room=(1.6, 2.8), side=(-0.1, 0.08))


def crop_small(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a crop of about 40 x 200 pixels."""
    n_lanes = int(rng.integers(2, 7))
    return _crop(rng, seed, n_lanes=n_lanes, lane_px=150 / n_lanes, room=(4.5, 6.5), sigma=3.2)


def crop_jpeg(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a small crop that was enlarged and saved as JPEG."""
    n_lanes = int(rng.integers(2, 9))
    scene = _crop(rng, seed, n_lanes=n_lanes, lane_px=float(rng.uniform(14, 26)), sigma=2.0)
    return replace(
        scene,
        camera=replace(scene.camera, bits=8),
        figure=Figure(scale=float(rng.uniform(1.6, 3.5)), jpeg_quality=int(rng.integers(40, 90))),
    )


def _crop(
    rng: np.random.Generator,
    seed: int,
    *,
    n_lanes: int,
    lane_px: float | None = None,
    room: tuple[float, float] = (3.0, 6.0),
    side: tuple[float, float] = (0.1, 0.4),
    sigma: float | None = None,
) -> PhotoScene:
    """Return a strip whose height is a few sigma (`room`) above and below one row.

    `side` bounds the blank at either end in lane widths; below 0 the outer bands are cut.
    """
    style = look(rng, ("inverted", "film", "chemi", "inverted"))
    width = float(rng.uniform(50, 110)) if lane_px is None else lane_px
    sigma = float(rng.uniform(0.06, 0.1)) * width if sigma is None else sigma
    lanes = lanes_of(rng, n_lanes, width, gap=(0.12, 0.4))
    bands = rows_of(
        rng,
        lanes,
        (float(rng.uniform(-0.6, 0.6)) * sigma,),
        (0.3 * style.peaks[1], style.peaks[1]),
        sigma_px=(0.9 * sigma, 1.1 * sigma),
        curl=(-1.0, 0.6),
        dark_ends=float(rng.choice([0.0, 0.0, 0.8])),
    )
    half = sigma * float(rng.uniform(*room))
    piece = blot(rng, style, lanes, bands, half, margin=side, smile_px=0.0)
    placed, size = filling(piece)
    return photographed(style, (placed,), size, seed)
