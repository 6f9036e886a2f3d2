"""Pictures with ink on them: labels, frames and panels of figures, pencil marks, padding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.looks import Look, look
from blotquant.simulate.photos.marks import Figure, Mark, Pencil, Stroke, Text, frame
from blotquant.simulate.photos.one_blot import plain_blot, shown
from blotquant.simulate.photos.parts import Piece
from blotquant.simulate.photos.staging import (
    alone,
    blot,
    box,
    heights,
    lanes_of,
    moved,
    rows_of,
)

_NAMES = ("PARP", "caspase-3", "beta-actin", "GAPDH", "p-ERK", "Bcl-2", "LC3", "IB: HA", "tubulin")
_SIZES = ("250", "130", "100", "70", "55", "35", "25", "15", "10")


def labels(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a blot with print around it: lane names, sizes with arrows, a caption."""
    style = look(rng, ("chemi", "inverted", "stain", "film"))
    piece = plain_blot(rng, style)
    # Wide enough for the longest of the names that stand beside the blot.
    room = float(rng.uniform(95, 130))
    placed, (width, height) = alone(piece, room)
    blank = rng.random() < 0.7
    left, top, right, bottom = placed.box
    size = float(rng.uniform(11, 18))
    marks: list[Mark] = _lane_names(rng, placed, top - 0.25 * room, size)
    marks += _size_marks(rng, (left, top, right, bottom), size, on_left=bool(rng.random() < 0.6))
    if rng.random() < 0.5:
        name = str(rng.choice(_NAMES))
        marks.append(Text(text=name, place=((left + right) / 2, bottom + 0.4 * room), size_px=size))
    if rng.random() < 0.4:
        marks.append(frame(left, top, right, bottom, float(rng.uniform(1, 2.5))))
    if rng.random() < 0.3:
        spot = (left + 0.1 * (right - left), bottom - 0.06 * (bottom - top))
        marks.append(Text(text=str(rng.choice(_NAMES)), place=spot, size_px=size))
    return PhotoScene(
        width_px=width,
        height_px=height,
        pieces=(placed,),
        surround=style.surround,
        camera=replace(style.camera, bits=8),
        figure=Figure(
            marks=tuple(marks),
            panels=(_inside((left, top, right, bottom)),) if blank else None,
            print_grey=0.0 if blank or _is_bright_beside(style) else 1.0,
            jpeg_quality=int(rng.integers(70, 96)) if rng.random() < 0.5 else 0,
        ),
        seed=seed,
    )


def figure_panels(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a published figure: framed crops of the same lanes, names beside them, a letter."""
    style = look(rng, ("inverted", "film", "stain", "inverted", "chemi"))
    lanes = lanes_of(rng, int(rng.integers(2, 10)), float(rng.uniform(30, 48)))
    beside, above = float(rng.uniform(80, 130)), float(rng.uniform(40, 80))
    size = float(rng.uniform(11, 16))
    pieces: list[Piece] = []
    marks: list[Mark] = []
    panels = []
    at = above
    outer = max(abs(x.u_px) + x.width_px / 2 for x in lanes) + float(rng.uniform(5, 20))
    for _ in range(int(rng.integers(2, 5))):
        half = float(rng.uniform(18, 40))
        places = heights(rng, int(rng.integers(1, 3)), -0.4 * half, 0.4 * half, 22.0)
        bands = rows_of(rng, lanes, places, style.peaks, sigma_px=(2.0, 3.6), missing=0.08)
        piece = replace(
            blot(rng, style, lanes, bands, half), corners=box(outer, half), rim=0.0, outline_px=0.3
        )
        piece = moved(piece, round(beside + outer), round(at + half))
        left, top, right, bottom = piece.box
        panels.append(_inside((left, top, right, bottom)))
        marks.append(frame(left, top, right, bottom, float(rng.choice([1.0, 1.5, 2.0]))))
        middle = (top + bottom) / 2
        name = str(rng.choice(_NAMES))
        marks.append(Text(text=name, place=(0.5 * beside, middle), size_px=size))
        if rng.random() < 0.6:
            spot = (right + 26, middle)
            marks += [
                Stroke(places=((right + 3, middle), (right + 10, middle))),
                Text(text=str(rng.choice(_SIZES)), place=spot, size_px=size),
            ]
        pieces.append(piece)
        at += 2 * half + float(rng.uniform(6, 16))
    marks += _signs(rng, pieces[0], above, size)
    marks.append(Text(text=str(rng.choice(list("ABCDE"))), place=(14, 16), size_px=1.7 * size))
    return PhotoScene(
        width_px=round(beside + 2 * outer + 60),
        height_px=round(at + 20),
        pieces=tuple(pieces),
        surround=style.surround,
        camera=replace(style.camera, bits=8),
        figure=Figure(
            marks=tuple(marks),
            panels=tuple(panels),
            scale=float(rng.choice([1.0, 1.0, 1.5, 2.0])),
            jpeg_quality=int(rng.integers(60, 96)) if rng.random() < 0.7 else 0,
        ),
        seed=seed,
    )


def pencil(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a membrane with pencil ticks, sizes and handwriting along its rim."""
    style = look(rng, ("chemi", "inverted", "stain"))
    lanes = lanes_of(rng, int(rng.integers(3, 10)), float(rng.uniform(36, 56)))
    piece = plain_blot(rng, style, lanes=lanes)
    outer = piece.half_width_px + float(rng.uniform(30, 60))
    piece = replace(piece, corners=box(outer, piece.half_height_px + 20))
    scene = shown(rng, style, piece, seed)
    left, top, right, bottom = scene.pieces[0].box
    marks: list[Mark] = []
    for share in np.sort(rng.uniform(0.1, 0.9, int(rng.integers(3, 8)))).tolist():
        y = top + share * (bottom - top)
        x = left + float(rng.uniform(8, 14))
        marks.append(_tick((x, y), float(rng.uniform(8, 18)), rng))
        if rng.random() < 0.6:
            turn = float(rng.uniform(-12, 12))
            text = str(rng.choice(_SIZES))
            marks.append(Text(text=text, place=(x + 30, y), size_px=11.0, turn_deg=turn))
    for _ in range(int(rng.integers(1, 4))):
        x = float(rng.uniform(left + 0.2 * (right - left), right - 20))
        marks.append(_scrawl((x, top + float(rng.uniform(10, 18))), rng))
    dark = float(rng.uniform(0.2, 0.6))
    shining = -style.peaks[0] * float(rng.uniform(1, 3))
    # What takes light away adds density, and some marker pens shine.
    add = style.name == "stain" or rng.random() < 0.4
    return replace(scene, layers=(Pencil(marks=tuple(marks), darkness=shining if add else dark),))


def padded(rng: np.random.Generator, seed: int) -> PhotoScene:
    """Return a blot on a page that was filled up with pure black or white."""
    style = look(rng)
    scene = shown(rng, style, plain_blot(rng, style), seed)
    width, height = scene.width_px, scene.height_px
    sides = [int(x) for x in rng.integers(0, 90, 4)]
    left, top = sides[0], sides[1]
    kept = (left, top, left + width, top + height)
    return replace(
        scene,
        width_px=width + left + sides[2],
        height_px=height + top + sides[3],
        pieces=tuple(moved(piece, left, top) for piece in scene.pieces),
        figure=Figure(panels=(kept,), paper=float(rng.integers(0, 2))),
    )


def _is_bright_beside(style: Look) -> bool:
    """Return whether black print can be read beside the blot."""
    zero, one = np.zeros(1), np.ones(1)
    camera = style.camera
    return bool(camera.grey(camera.intensity(style.surround * one, one, zero))[0] > 0.5)


def _lane_names(rng: np.random.Generator, piece: Piece, y: float, size: float) -> list[Mark]:
    """Return a name above each lane, upright numbers or words turned by 45 degrees."""
    words = ("ctrl", "siRNA", "10 uM", "24 h", "VK2", "WT", "KO")
    plain = rng.random() < 0.5
    tl = piece.corners[0]
    marks: list[Mark] = []
    for number, lane in enumerate(piece.lanes, start=1):
        x, _ = piece.frame.to_file(piece.axis_u(lane, tl[1]), tl[1])
        text = str(number) if plain else str(rng.choice(words))
        marks.append(Text(text=text, place=(x, y), size_px=size, turn_deg=0.0 if plain else 45.0))
    return marks


def _size_marks(
    rng: np.random.Generator,
    sides: tuple[float, float, float, float],
    size: float,
    *,
    on_left: bool,
) -> list[Mark]:
    """Return molecular weights beside a blot, with arrows or dashes that point at it."""
    left, top, right, bottom = sides
    arrow = float(rng.choice([0.0, 6.0]))
    marks: list[Mark] = []
    near, out = (left - 3, -1) if on_left else (right + 3, 1)
    unit = " kDa" if rng.random() < 0.3 else ""
    n = int(rng.integers(3, len(_SIZES) + 1))
    for text, share in zip(_SIZES[:n], np.linspace(0.06, 0.92, n), strict=True):
        y = float(top + share * (bottom - top))
        marks.append(Stroke(places=((near + out * 12, y), (near, y)), width_px=1.5, head_px=arrow))
        spot = (near + out * (18 + 0.3 * size * len(text + unit)), y)
        marks.append(Text(text=text + unit, place=spot, size_px=size))
    return marks


def _signs(rng: np.random.Generator, piece: Piece, above: float, size: float) -> list[Mark]:
    """Return lines of + and - above the lanes, as treatments are shown."""
    marks: list[Mark] = []
    for line in range(2):
        y = above - size * (0.9 + 1.2 * line)
        for lane in piece.lanes:
            x = piece.centre[0] + lane.u_px
            marks.append(Text(text="+" if rng.random() < 0.5 else "-", place=(x, y), size_px=size))
    return marks


def _tick(place: tuple[float, float], length: float, rng: np.random.Generator) -> Stroke:
    x, y = place
    end = (x + length, y + float(rng.normal(0, 1.5)))
    return Stroke(places=(place, end), width_px=float(rng.uniform(1.2, 2.5)))


def _scrawl(place: tuple[float, float], rng: np.random.Generator) -> Stroke:
    """Return a line of handwriting: loops that run to the right."""
    n = int(rng.integers(14, 34))
    t = np.linspace(0, n / 3, n)
    x = place[0] + 4.0 * t + 3.0 * np.sin(2.3 * t + rng.uniform(0, 6))
    y = place[1] + 6.0 * np.sin(3.1 * t + rng.uniform(0, 6)) * rng.uniform(0.5, 1.0, n)
    places = tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))
    return Stroke(places=places, width_px=float(rng.uniform(1.2, 2.2)))


def _inside(sides: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side) for side in sides)
    return left, top, right, bottom
