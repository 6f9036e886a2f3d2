"""The light of one piece: its own level, its smears, wells and front, and its bands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blotquant.simulate.layout import Patch
from blotquant.simulate.photos.parts import BandSpec, LaneSpec, Piece, SpotSpec
from blotquant.simulate.shapes import (
    Array,
    across,
    along,
    pixels_around,
    step,
    texture,
    unevenness,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Painted:
    """A piece as it shines: (rows, columns) of the photograph.

    `cover` is the share of each pixel that the piece covers, `light` its light there, `bands` the
    light of each band within it, in the order of ``piece.bands``.
    """

    cover: Array
    light: Array
    bands: tuple[Patch, ...]


class PieceGrid:
    """The pixels of a photograph in a piece's own axes."""

    def __init__(self, piece: Piece, shape: tuple[int, int]) -> None:
        self.piece = piece
        self.shape = shape
        x = np.arange(shape[1], dtype=np.float64)[np.newaxis, :]
        y = np.arange(shape[0], dtype=np.float64)[:, np.newaxis]
        self.u, self.v = piece.frame.to_membrane(x, y)

    def box(self, u0: float, v0: float, half_u: float, half_v: float) -> tuple[int, int, int, int]:
        """Return top, bottom, left, right of the pixels around a place of the piece."""
        places = [
            self.piece.frame.to_file(u0 + a * half_u, v0 + b * half_v)
            for a in (-1, 1)
            for b in (-1, 1)
        ]
        return pixels_around(places, self.shape)

    def beside(self, lane: LaneSpec, u: Array, v: Array) -> Array:
        """Return how far to the right of a lane's axis places lie."""
        piece = self.piece
        share = v / piece.half_height_px
        axis = lane.u_px * (1 + piece.fan * share) + piece.slope * v
        return np.asarray(u - axis - piece.bow_px * (1 - share * share))


def paint(piece: Piece, shape: tuple[int, int], rng: np.random.Generator) -> Painted:
    """Return the light of a piece; costs about 0.1 s for one megapixel and 50 bands."""
    grid = PieceGrid(piece, shape)
    depth = _depth(grid)
    light = _level(grid, rng)
    light *= 1 + piece.rim * np.exp(-0.5 * (depth / piece.rim_px) ** 2)
    for lane in piece.lanes:
        if lane.streak:
            light += _streak(grid, lane, rng)
    if piece.front:
        light += _front(grid, rng)
    if piece.wells_px:
        light += _wells(grid)
    for spot in piece.spots:
        light += _spot(grid, spot)
    signal = np.zeros(shape)
    patches = []
    for band in piece.bands:
        patch = _band(grid, band, rng)
        patch.of(signal)[...] += patch.values
        patches.append(patch)
    cover = step(depth, piece.outline_px)
    left = _after_burning(piece, signal)
    return Painted(
        cover=cover,
        light=light + left * signal,
        bands=tuple(
            Patch(top=p.top, left=p.left, values=p.values * p.of(left) * p.of(cover))
            for p in patches
        ),
    )


def _depth(grid: PieceGrid) -> Array:
    """Return how far inside the outline each pixel lies (negative outside), in px."""
    corners = grid.piece.corners
    depth = np.full(grid.shape, np.inf)
    for (u0, v0), (u1, v1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        length = math.hypot(u1 - u0, v1 - v0)
        side = ((u1 - u0) * (grid.v - v0) - (v1 - v0) * (grid.u - u0)) / length
        np.minimum(depth, side, out=depth)
    return depth


def _level(grid: PieceGrid, rng: np.random.Generator) -> Array:
    piece = grid.piece
    direction = rng.uniform(0, 2 * math.pi)
    along_u = grid.u / (2 * piece.half_width_px) * math.cos(direction)
    along_v = grid.v / (2 * piece.half_height_px) * math.sin(direction)
    relative = 1 + piece.gradient * (along_u + along_v)
    if piece.blotch:
        relative = relative + piece.blotch * unevenness(grid.shape, rng)
    if piece.grain:
        relative = relative + piece.grain * texture(grid.shape, float(rng.uniform(1.2, 3.5)), rng)
    # Light is never negative, whatever the relative changes add up to.
    return np.asarray(piece.level * np.maximum(relative, 0.05))


def _band(grid: PieceGrid, band: BandSpec, rng: np.random.Generator) -> Patch:
    """Return the light of one band, cut where less than 1e-6 of it is left."""
    piece = grid.piece
    lane = piece.lanes[band.lane - 1]
    width = band.width_share * lane.width_px
    u0, v0 = piece.apex(band)
    half_u = width / 2 + 6 * piece.edge_px
    half_v = 6 * band.sigma_px + 14 * band.tail_px + 1.5 * abs(band.curl_px)
    half_v += abs(piece.bend(abs(u0) + half_u) - piece.bend(u0))
    half_u += (abs(piece.slope) + abs(piece.fan) + 0.02) * half_v
    top, bottom, left, right = grid.box(u0, v0, half_u, half_v)
    u, v = grid.u[top:bottom, left:right], grid.v[top:bottom, left:right]
    s = grid.beside(lane, u, v)
    # A band's ends are never further out than its sides and their blur.
    end = np.clip(2 * s / width, -1.2, 1.2)
    bend = piece.smile_px * (u / piece.half_width_px) ** 2
    ridge = band.v_px + bend + band.curl_px * end * end
    lateral = across(s, width, piece.edge_px)
    lateral *= (1 + band.dark_ends * end**4) / (1 + band.dark_ends)
    if band.ragged:
        lateral *= np.maximum(1 + band.ragged * _waves(2 * s / width, rng), 0.1)
    shape = along(v - ridge, band.sigma_px, band.tail_px)
    highest = along(np.zeros(1), band.sigma_px, band.tail_px)[0]
    return Patch(top=top, left=left, values=band.peak * lateral * shape / highest)


def _waves(share: Array, rng: np.random.Generator) -> Array:
    """Return an uneven course of about unit standard deviation across a lane (share -1 to 1)."""
    course = np.zeros(np.shape(share))
    n_waves = 4
    for _ in range(n_waves):
        rate, phase = rng.uniform(1.0, 7.0), rng.uniform(0, 2 * math.pi)
        course += np.cos(rate * share + phase)
    return course * math.sqrt(2.0 / n_waves)


def _after_burning(piece: Piece, signal: Array) -> Array:
    """Return the share of the bands' light that is left where the substrate is used up."""
    if not piece.burn:
        return np.ones_like(signal)
    return np.asarray(1 / (1 + (signal / piece.burn) ** 4))


def _streak(grid: PieceGrid, lane: LaneSpec, rng: np.random.Generator) -> Array:
    """Return a lane's smear: fine vertical lines that fade on the way down."""
    piece = grid.piece
    s = grid.beside(lane, grid.u, grid.v)
    profile = across(s, lane.width_px, 2 * piece.edge_px)
    lines = np.maximum(1 + 0.35 * _waves(6 * s / lane.width_px, rng), 0.0)
    start = -piece.half_height_px * float(rng.uniform(0.4, 1.0))
    reach = piece.half_height_px * float(rng.uniform(0.4, 1.4))
    fading = np.exp(-np.clip((grid.v - start) / reach, 0, 6)) * step(grid.v - start, 6.0)
    return np.asarray(lane.streak * profile * lines * fading)


def _front(grid: PieceGrid, rng: np.random.Generator) -> Array:
    """Return the dye front: a soft, wavy line across the whole piece near its lower end."""
    piece = grid.piece
    place = piece.half_height_px * float(rng.uniform(0.86, 0.95))
    wave = 0.01 * piece.half_height_px * _waves(1.5 * grid.u / piece.half_width_px, rng)
    sigma = float(rng.uniform(3.0, 7.0))
    strength = np.maximum(1 + 0.3 * _waves(5 * grid.u / piece.half_width_px, rng), 0.2)
    return np.asarray(
        piece.front * strength * np.exp(-0.5 * ((grid.v - place - wave) / sigma) ** 2)
    )


def _wells(grid: PieceGrid) -> Array:
    """Return the wells: the bright walls and floors of the gel's comb at its top."""
    piece = grid.piece
    top = max(piece.corners[0][1], piece.corners[1][1])
    floor = top + piece.wells_px
    light = np.zeros(grid.shape)
    for lane in piece.lanes:
        s = grid.beside(lane, grid.u, grid.v)
        inside = across(s, lane.width_px, 1.2)
        wall = np.exp(-0.5 * ((np.abs(s) - lane.width_px / 2) / 1.3) ** 2)
        bottom = np.exp(-0.5 * ((grid.v - floor) / 1.4) ** 2) * inside
        light += wall * step(floor - grid.v, 1.0) * step(grid.v - top, 1.0) + bottom
    return np.asarray(0.5 * piece.level * light)


def _spot(grid: PieceGrid, spot: SpotSpec) -> Array:
    """Return a spot with a soft side and a paler middle, as filters make them."""
    a = (grid.u - spot.u_px) / spot.half_width_px
    b = (grid.v - spot.v_px) / spot.half_height_px
    blur = 1.5 / min(spot.half_width_px, spot.half_height_px)
    if spot.is_slot:
        inside = step(1 - np.abs(a), 1.5 / spot.half_width_px) * step(1 - np.abs(b), blur)
    else:
        inside = step(1 - np.hypot(a, b), blur)
    return np.asarray(spot.peak * inside * (0.75 + 0.25 * np.clip(a * a + b * b, 0, 1)))


def band_height_px(band: BandSpec) -> float:
    """Return how tall a band is along migration: four standard deviations and two tails."""
    return 4 * band.sigma_px + 2 * band.tail_px
