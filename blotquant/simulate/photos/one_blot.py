"""Photographs of one blot whose lanes or bands are unusual."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.model.lane import LaneKind
from blotquant.simulate.photos.camera import Film
from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.looks import Look, look
from blotquant.simulate.photos.parts import BandKind, BandSpec, LaneSpec, Piece
from blotquant.simulate.photos.staging import (
    alone,
    as_ladder,
    blot,
    box,
    filling,
    heights,
    ladder_bands,
    lanes_of,
    photographed,
    rows_of,
)


def plain_blot(
    rng: np.random.Generator,
    style: Look,
    *,
    lanes: tuple[LaneSpec, ...] | None = None,
    n_rows: tuple[int, int] = (2, 6),
    tall: tuple[float, float] = (260, 460),
    **rows: object,
) -> Piece:
    """Return a blot that gives no trouble: 4 to 11 lanes unless others are given."""
    if lanes is None:
        lanes = lanes_of(rng, int(rng.integers(4, 12)), float(rng.uniform(34, 58)))
    half = float(rng.uniform(*tall)) / 2
    places = heights(rng, int(rng.integers(*n_rows)), -0.72 * half, 0.7 * half, 28.0)
    bands = rows_of(rng, lanes, places, style.peaks, **rows)  # type: ignore[arg-type]  # as named
    bands += ladder_bands(rng, lanes, half, style.peaks)
    if rng.random() < 0.4:
        bands += unspecific(rng, lanes, bands, half, style)
    return blot(rng, style, lanes, bands, half)


def unspecific(
    rng: np.random.Generator,
    lanes: tuple[LaneSpec, ...],
    bands: tuple[BandSpec, ...],
    half_height: float,
    style: Look,
    strength: tuple[float, float] = (0.15, 0.6),
) -> tuple[BandSpec, ...]:
    """Return one to three faint rows between the others that nobody asked for.

    `strength` bounds their apices as a share of the faintest bands that are asked for.
    """
    taken = [band.v_px for band in bands]
    places = rng.permutation(np.linspace(-0.8, 0.8, 13)) * half_height
    free = [float(v) for v in places if min(abs(v - t) for t in taken) > 26.0]
    return rows_of(
        rng,
        lanes,
        free[: int(rng.integers(1, 4))],
        (strength[0] * style.peaks[0], strength[1] * style.peaks[0]),
        sigma_px=(2.4, 6.0),
        first_row=max(band.row for band in bands) + 1,
        kind=BandKind.GHOST,
    )


def shown(
    rng: np.random.Generator,
    style: Look,
    piece: Piece,
    seed: int,
    turn_deg: tuple[float, float] = (0.0, 1.0),
) -> PhotoScene:
    """Return a photograph of one piece: with its surround in view, or cropped to it."""
    turn = float(rng.choice([-1.0, 1.0]) * rng.uniform(*turn_deg))
    piece = replace(piece, rotation_deg=turn)
    if rng.random() < 0.5:
        placed, size = alone(piece, float(rng.uniform(15, 90)))
    else:
        placed, size = filling(piece, 4.0)
    return photographed(style, (placed,), size, seed)


def askew(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a blot that is turned by 4 to 10 degrees."""
    style = look(rng)
    return shown(rng, style, plain_blot(rng, style), seed, turn_deg=(4.0, 10.0))


def fanned(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return lanes that spread, bulge and lean, with rows that smile."""
    style = look(rng)
    piece = plain_blot(rng, style)
    half = piece.half_height_px
    piece = replace(
        piece,
        fan=float(rng.choice([-1, 1]) * rng.uniform(0.04, 0.14)),
        slope=float(rng.uniform(-0.06, 0.06)),
        bow_px=float(rng.uniform(-0.05, 0.05)) * half,
        smile_px=float(rng.choice([-1, 1]) * rng.uniform(0.03, 0.1)) * half,
    )
    # Room for what spreads and leans.
    outer = 1.15 * piece.half_width_px + 0.1 * half
    return shown(rng, style, replace(piece, corners=box(outer, 1.1 * half)), seed)


def touching(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return lanes with hardly a gap between them."""
    style = look(rng)
    n_lanes = int(rng.integers(4, 13))
    lanes = lanes_of(rng, n_lanes, float(rng.uniform(34, 56)), gap=(0.02, 0.1), jitter=0.01)
    piece = plain_blot(rng, style, lanes=lanes, spread=0.6)
    return shown(rng, style, replace(piece, edge_px=float(rng.uniform(1.0, 1.8))), seed)


def many_lanes(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return 25 to 30 narrow lanes."""
    style = look(rng)
    n_lanes = int(rng.integers(25, 31))
    lanes = lanes_of(rng, n_lanes, float(rng.uniform(22, 32)), gap=(0.15, 0.35), jitter=0.02)
    piece = plain_blot(rng, style, lanes=lanes, missing=0.1, sigma_px=(1.8, 3.5))
    return shown(rng, style, replace(piece, edge_px=float(rng.uniform(1.0, 1.8))), seed)


def far_apart(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return two to five lanes with one to three lane widths between them."""
    style = look(rng)
    lanes = lanes_of(rng, int(rng.integers(2, 6)), float(rng.uniform(34, 56)), gap=(1.0, 3.0))
    return shown(rng, style, plain_blot(rng, style, lanes=lanes), seed)


def unequal(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return lanes of which some are twice as wide as others."""
    style = look(rng)
    lanes = lanes_of(rng, int(rng.integers(4, 10)), float(rng.uniform(38, 56)), unequal=2.0)
    return shown(rng, style, plain_blot(rng, style, lanes=lanes), seed)


def u_bands(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return bands whose ends stand clearly above or below their middle."""
    style = look(rng)
    up = rng.random() < 0.6
    piece = plain_blot(rng, style, curl=(-2.6, -1.0) if up else (1.0, 2.6))
    return shown(rng, style, piece, seed)


def dark_ends(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return bands that are strongest at their two ends."""
    style = look(rng)
    lanes = lanes_of(rng, int(rng.integers(3, 9)), float(rng.uniform(44, 66)))
    strength = float(rng.uniform(0.5, 1.6))
    piece = plain_blot(rng, style, lanes=lanes, dark_ends=strength, curl=(-0.8, 0.4))
    return shown(rng, style, piece, seed)


def streaked(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return lanes that are smeared from their wells downwards, some more than others."""
    style = look(rng)
    piece = plain_blot(rng, style)
    strength = style.peaks[0] * float(rng.uniform(0.6, 1.8))
    lanes = tuple(
        replace(lane, streak=strength * float(np.exp(rng.normal(0, 0.6)))) for lane in piece.lanes
    )
    return shown(rng, style, replace(piece, lanes=lanes), seed)


def wells_and_front(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a whole gel: wells at its top, a dye front at its bottom."""
    style = look(rng, ("chemi", "stain", "stain", "inverted"))
    piece = plain_blot(rng, style, tall=(380, 520))
    piece = replace(
        piece,
        wells_px=float(rng.uniform(14, 28)),
        front=style.peaks[1] * float(rng.uniform(0.05, 0.4)),
    )
    return shown(rng, style, piece, seed)


def two_ladders(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a ladder on one side or on both."""
    style = look(rng)
    n_lanes = int(rng.integers(5, 13))
    lanes = lanes_of(rng, n_lanes, float(rng.uniform(34, 52)))
    sides = ((1,), (n_lanes,), (1, n_lanes), (1, n_lanes))[int(rng.integers(4))]
    piece = plain_blot(rng, style, lanes=as_ladder(lanes, *sides), missing=0.1)
    return shown(rng, style, piece, seed)


def empty_lanes(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a blot of which one to three inner lanes hold nothing."""
    style = look(rng)
    n_lanes = int(rng.integers(7, 13))
    lanes = lanes_of(rng, n_lanes, float(rng.uniform(34, 52)), jitter=0.02)
    empty = set(rng.choice(np.arange(1, n_lanes - 1), int(rng.integers(1, 4)), replace=False))
    lanes = tuple(
        replace(lane, kind=LaneKind.BLANK) if index in empty else lane
        for index, lane in enumerate(lanes)
    )
    return shown(rng, style, plain_blot(rng, style, lanes=lanes), seed)


def burnt(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return overloaded bands whose middle is pale: the substrate was used up there."""
    style = look(rng, ("chemi", "inverted"))
    high = style.peaks[1]
    style = replace(style, peaks=(0.15 * high, 1.8 * high))
    piece = plain_blot(rng, style, sigma_px=(3.5, 6.5))
    return shown(rng, style, replace(piece, burn=float(rng.uniform(0.5, 0.9)) * high), seed)


def reprobed(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a stripped membrane: faint ghosts of the earlier antibody beside the new bands."""
    style = look(rng, ("chemi", "inverted", "film"))
    piece = plain_blot(rng, style, n_rows=(1, 4))
    half = piece.half_height_px
    ghosts = unspecific(rng, piece.lanes, piece.bands, half, style, (0.5, 2.0))
    return shown(rng, style, replace(piece, bands=piece.bands + ghosts), seed)


def film_fog(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a scan of a film with high fog; the whole picture is film."""
    style = look(rng, ("film",))
    film = Film(
        fog=float(rng.uniform(0.4, 0.8)),
        largest=float(rng.uniform(1.3, 2.0)),
        half=float(rng.uniform(0.2, 0.35)),
        contrast=float(rng.uniform(1.2, 1.7)),
    )
    style = replace(style, camera=replace(style.camera, film=film))
    return shown(rng, style, plain_blot(rng, style), seed)


def gamma(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a picture that was saved for a screen: 8 bits and a gamma of 1.8 to 2.4."""
    style = look(rng, ("chemi", "inverted", "stain"))
    camera = replace(style.camera, bits=8, gamma=float(rng.uniform(1.8, 2.4)))
    style = replace(style, camera=camera)
    return shown(rng, style, plain_blot(rng, style), seed)
