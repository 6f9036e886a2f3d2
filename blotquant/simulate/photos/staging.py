"""The building blocks of random photographs: lanes, rows, pieces and where they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from blotquant.model.geometry import Point
from blotquant.model.lane import LaneKind
from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.looks import Look
from blotquant.simulate.photos.parts import BandKind, BandSpec, Corners, LaneSpec, Piece


def lanes_of(
    rng: np.random.Generator,
    n_lanes: int,
    width_px: float,
    *,
    gap: tuple[float, float] = (0.25, 0.6),
    unequal: float = 1.0,
    jitter: float = 0.03,
) -> tuple[LaneSpec, ...]:
    """Return lanes side by side around u = 0.

    `gap` bounds the gaps as a share of the width (all gaps of a blot are alike), `unequal` is the
    largest ratio of two widths, `jitter` the scatter of the axes as a share of the width.
    """
    space = width_px * float(rng.uniform(*gap))
    low = 2 / (1 + unequal)
    widths = width_px * rng.uniform(low, low * unequal, n_lanes)
    rights = np.cumsum(widths) + space * np.arange(n_lanes)
    middles = rights - widths / 2 - rights[-1] / 2
    middles += np.clip(rng.normal(0, jitter, n_lanes), -2 * jitter, 2 * jitter) * width_px
    return tuple(
        LaneSpec(u_px=float(u), width_px=float(w)) for u, w in zip(middles, widths, strict=True)
    )


def as_ladder(lanes: tuple[LaneSpec, ...], *numbers: int) -> tuple[LaneSpec, ...]:
    """Return the lanes with a ladder in those of these numbers (from 1)."""
    return tuple(
        replace(lane, kind=LaneKind.LADDER) if number in numbers else lane
        for number, lane in enumerate(lanes, start=1)
    )


def heights(
    rng: np.random.Generator, n_rows: int, low: float, high: float, apart_px: float
) -> tuple[float, ...]:
    """Return up to `n_rows` places between low and high, sorted, no two nearer than asked."""
    room = high - low
    n_rows = max(1, min(n_rows, int(room / apart_px) + 1))
    slack = max(room - (n_rows - 1) * apart_px, 0.0)
    places = np.sort(rng.uniform(0, slack, n_rows)) + apart_px * np.arange(n_rows)
    return tuple(float(low + p) for p in places)


def rows_of(
    rng: np.random.Generator,
    lanes: tuple[LaneSpec, ...],
    places: Sequence[float],
    peaks: tuple[float, float],
    *,
    sigma_px: tuple[float, float] = (2.4, 5.0),
    missing: float = 0.0,
    spread: float = 0.4,
    curl: tuple[float, float] = (-0.3, 0.5),
    dark_ends: float = 0.0,
    first_row: int = 1,
    kind: BandKind = BandKind.SAMPLE,
) -> tuple[BandSpec, ...]:
    """Return bands at these heights in every sample lane.

    `peaks` bounds the apices, `spread` is their scatter along a row (natural logarithm), `curl`
    bounds how far ends hang lower than middles, in sigma; `missing` is the share that is absent.
    """
    bands = []
    for row, v in enumerate(places, start=first_row):
        typical = math.log(peaks[0]) + rng.uniform(0, 1) * math.log(peaks[1] / peaks[0])
        sigma = float(rng.uniform(*sigma_px))
        tail = sigma * float(rng.uniform(0.1, 0.6))
        bend = sigma * float(rng.uniform(*curl))
        for number, lane in enumerate(lanes, start=1):
            absent = rng.random() < missing
            peak = float(np.clip(np.exp(rng.normal(typical, spread)), *peaks))
            if absent or lane.kind is not LaneKind.SAMPLE:
                continue
            bands.append(
                BandSpec(
                    lane=number,
                    row=row,
                    v_px=v + float(rng.normal(0, 0.12 * sigma)),
                    peak=peak,
                    sigma_px=sigma * float(rng.uniform(0.9, 1.1)),
                    tail_px=tail,
                    width_share=float(rng.uniform(0.88, 1.0)),
                    curl_px=bend * float(rng.uniform(0.7, 1.3)),
                    dark_ends=dark_ends,
                    ragged=float(rng.uniform(0.02, 0.1)),
                    kind=kind,
                )
            )
    return tuple(bands)


def ladder_bands(
    rng: np.random.Generator,
    lanes: tuple[LaneSpec, ...],
    half_height: float,
    peaks: tuple[float, float],
) -> tuple[BandSpec, ...]:
    """Return the bands of every ladder lane: the same heights, two of them stronger."""
    n = int(rng.integers(6, 11))
    share = np.linspace(-0.85, 0.8, n) + rng.uniform(-0.05, 0.05, n)
    low, high = 0.25 * peaks[1], 0.7 * peaks[1]
    strong = set(rng.choice(n, size=2, replace=False).tolist())
    sigma = float(rng.uniform(1.8, 3.2))
    return tuple(
        BandSpec(
            lane=number,
            row=0,
            v_px=float(place * half_height),
            peak=high if index in strong else low,
            sigma_px=sigma,
            tail_px=0.2 * sigma,
            kind=BandKind.LADDER,
        )
        for number, lane in enumerate(lanes, start=1)
        if lane.kind is LaneKind.LADDER
        for index, place in enumerate(share)
    )


def box(half_width: float, half_height: float) -> Corners:
    """Return the corners of an upright rectangle around (0, 0)."""
    return (
        (-half_width, -half_height),
        (half_width, -half_height),
        (half_width, half_height),
        (-half_width, half_height),
    )


def trapezoid(rng: np.random.Generator, half_width: float, half_height: float) -> Corners:
    """Return corners as scissors make them: each side up to a tenth of it outside the box."""
    reach = 0.1 * min(half_width, half_height)
    a, b, c, d = (
        (u + math.copysign(rng.uniform(0, reach), u), v + math.copysign(rng.uniform(0, reach), v))
        for u, v in box(half_width, half_height)
    )
    return a, b, c, d


def blot(
    rng: np.random.Generator,
    style: Look,
    lanes: tuple[LaneSpec, ...],
    bands: tuple[BandSpec, ...],
    half_height: float,
    *,
    margin: tuple[float, float] = (0.4, 1.2),
    cut: bool = False,
    **changes: object,
) -> Piece:
    """Return a piece around these lanes; `margin` bounds the blank sides in lane widths."""
    widest = max((lane.width_px for lane in lanes), default=40.0)
    outer = max((abs(lane.u_px) + lane.width_px / 2 for lane in lanes), default=100.0)
    half_width = outer + widest * float(rng.uniform(*margin))
    corners = (trapezoid if cut else _straight)(rng, half_width, half_height)
    piece = Piece(
        centre=(0.0, 0.0),
        corners=corners,
        lanes=lanes,
        bands=bands,
        smile_px=float(rng.normal(0, 1.5)),
        edge_px=float(rng.uniform(1.3, 2.6)),
        level=style.level * float(rng.uniform(0.8, 1.3)),
        gradient=float(rng.uniform(0, 0.25)),
        blotch=float(rng.uniform(0.01, 0.06)),
        grain=float(rng.uniform(0.005, 0.02)),
        rim=float(rng.uniform(-0.3, 0.6)),
        rim_px=float(rng.uniform(1.5, 4.0)),
    )
    return replace(piece, **changes)  # type: ignore[arg-type]  # callers name fields of Piece


def _straight(rng: np.random.Generator, half_width: float, half_height: float) -> Corners:
    del rng
    return box(half_width, half_height)


def moved(piece: Piece, dx: float, dy: float) -> Piece:
    """Return the piece further to the right and further down."""
    return replace(piece, centre=(piece.centre[0] + dx, piece.centre[1] + dy))


def arranged(
    pieces: Sequence[Piece], *, below: bool, gap_px: float, margin_px: float
) -> tuple[tuple[Piece, ...], tuple[int, int]]:
    """Put pieces under (or beside) one another; return them and (width, height) of the picture.

    They are centred on a common line; turned pieces keep the gap between their boxes.
    """
    placed = []
    at = margin_px
    across = [_size(p)[0 if below else 1] for p in pieces]
    widest = max(across)
    for piece, size in zip(pieces, across, strict=True):
        left, top, right, bottom = piece.box
        side = margin_px + (widest - size) / 2
        placed.append(
            moved(piece, side - left, at - top) if below else moved(piece, at - left, side - top)
        )
        at += (bottom - top if below else right - left) + gap_px
    total, wide = math.ceil(at - gap_px + margin_px), math.ceil(widest + 2 * margin_px)
    return tuple(placed), (wide, total) if below else (total, wide)


def alone(piece: Piece, margin_px: float) -> tuple[Piece, tuple[int, int]]:
    """Put one piece into the middle of a picture; a negative margin crops it."""
    (placed,), size = arranged((piece,), below=True, gap_px=0.0, margin_px=margin_px)
    return placed, size


def filling(piece: Piece, inset_px: float = 0.0) -> tuple[Piece, tuple[int, int]]:
    """Return a picture that shows the piece and nothing else; its outline is the frame."""
    placed, (width, height) = alone(piece, -inset_px)
    sides = np.array([-0.5, width - 0.5, width - 0.5, -0.5])
    ends = np.array([-0.5, -0.5, height - 0.5, height - 0.5])
    u, v = placed.frame.to_membrane(sides, ends)
    a, b, c, d = zip(u.tolist(), v.tolist(), strict=True)
    corners: Corners = (a, b, c, d)
    return replace(placed, corners=corners, rim=0.0, outline_px=0.05), (width, height)


def photographed(
    style: Look, pieces: Sequence[Piece], size: tuple[int, int], seed: int
) -> PhotoScene:
    """Return a photograph of (width, height) with these pieces, taken in the style."""
    width, height = size
    return PhotoScene(
        width_px=width,
        height_px=height,
        pieces=tuple(pieces),
        surround=style.surround,
        camera=style.camera,
        seed=seed,
    )


def _size(piece: Piece) -> Point:
    left, top, right, bottom = piece.box
    return right - left, bottom - top
