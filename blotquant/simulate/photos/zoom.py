"""The same photograph with more or fewer pixels: everything in it grows alike."""

from __future__ import annotations

import math
from dataclasses import replace

from blotquant.simulate.photos.compose import PhotoScene
from blotquant.simulate.photos.marks import Figure, Mark, Pencil, Stroke, Text
from blotquant.simulate.photos.parts import BandSpec, Corners, LaneSpec, Piece


def zoomed(scene: PhotoScene, factor: float) -> PhotoScene:
    """Return the scene with all lengths multiplied by `factor`; light and noise stay."""
    return replace(
        scene,
        # Never past the end of a piece that fills the picture: its outline would come into view.
        width_px=max(1, math.floor(scene.width_px * factor)),
        height_px=max(1, math.floor(scene.height_px * factor)),
        pieces=tuple(_piece(piece, factor) for piece in scene.pieces),
        layers=tuple(
            replace(layer, marks=_marks(layer.marks, factor))
            if isinstance(layer, Pencil)
            else replace(layer, unit_px=layer.unit_px * factor)
            for layer in scene.layers
        ),
        figure=None if scene.figure is None else _figure(scene.figure, factor),
    )


def _piece(piece: Piece, k: float) -> Piece:
    a, b, c, d = ((u * k, v * k) for u, v in piece.corners)
    corners: Corners = (a, b, c, d)
    return replace(
        piece,
        centre=((piece.centre[0] + 0.5) * k - 0.5, (piece.centre[1] + 0.5) * k - 0.5),
        corners=corners,
        lanes=tuple(_lane(lane, k) for lane in piece.lanes),
        bands=tuple(_band(band, k) for band in piece.bands),
        spots=tuple(
            replace(
                spot,
                u_px=spot.u_px * k,
                v_px=spot.v_px * k,
                half_width_px=spot.half_width_px * k,
                half_height_px=spot.half_height_px * k,
            )
            for spot in piece.spots
        ),
        bow_px=piece.bow_px * k,
        smile_px=piece.smile_px * k,
        edge_px=piece.edge_px * k,
        rim_px=piece.rim_px * k,
        wells_px=piece.wells_px * k,
        outline_px=piece.outline_px * k,
    )


def _lane(lane: LaneSpec, k: float) -> LaneSpec:
    return replace(lane, u_px=lane.u_px * k, width_px=lane.width_px * k)


def _band(band: BandSpec, k: float) -> BandSpec:
    return replace(
        band,
        v_px=band.v_px * k,
        sigma_px=band.sigma_px * k,
        tail_px=band.tail_px * k,
        curl_px=band.curl_px * k,
    )


def _figure(figure: Figure, k: float) -> Figure:
    panels = figure.panels
    if panels is not None:
        panels = tuple(
            (round(left * k), round(top * k), round(right * k), round(bottom * k))
            for left, top, right, bottom in panels
        )
    return replace(figure, marks=_marks(figure.marks, k), panels=panels)


def _marks(marks: tuple[Mark, ...], k: float) -> tuple[Mark, ...]:
    return tuple(
        replace(mark, place=(mark.place[0] * k, mark.place[1] * k), size_px=mark.size_px * k)
        if isinstance(mark, Text)
        else _stroke(mark, k)
        for mark in marks
    )


def _stroke(mark: Stroke, k: float) -> Stroke:
    return replace(
        mark,
        places=tuple((x * k, y * k) for x, y in mark.places),
        width_px=mark.width_px * k,
        head_px=mark.head_px * k,
    )
