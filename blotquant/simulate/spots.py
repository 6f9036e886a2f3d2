"""The bands of a scene, one by one."""

from __future__ import annotations

import math

import numpy as np

from blotquant.simulate.layout import Layout, Patch, Spot
from blotquant.simulate.scene import MARKER_KDA, Scene
from blotquant.simulate.shapes import across, along, amount_of_peak


def spots_of(scene: Scene, layout: Layout) -> tuple[Spot, ...]:
    """Return every band of the scene by lane and row, absent ones with an amount of 0."""
    first = 1 + int(scene.ladder_lane)
    placed = sorted(
        (
            (2 * row.fraction - 1) * layout.half_height
            if row.fraction is not None
            else layout.height_of(row.kda or 1.0),
            index,
        )
        for index, row in enumerate(scene.rows)
    )
    spots = list(_marker_spots(scene, layout)) if scene.ladder_lane else []
    for lane in range(first, scene.n_lanes + 1):
        for number, (v, index) in enumerate(placed, start=1):
            row = scene.rows[index]
            spots.append(
                Spot(
                    lane=lane,
                    row=number,
                    target=row.target,
                    form=row.form,
                    kda=row.kda if row.kda is not None else math.nan,
                    v_px=v,
                    amount=row.amounts[lane - first] * scene.exposure,
                    sigma_px=row.sigma_px,
                    tail_px=row.tail_px,
                )
            )
    return tuple(spots)


def _marker_spots(scene: Scene, layout: Layout) -> tuple[Spot, ...]:
    """Return the marker's bands: all within the membrane, the 75 and 25 kDa ones stronger."""
    largest, smallest = scene.kda_range
    spots = []
    for kda in MARKER_KDA:
        if not 1.03 * smallest < kda < largest / 1.03:
            continue
        peak = 0.3 * scene.full_scale if kda in {75.0, 25.0} else 0.15 * scene.full_scale
        sigma, tail = 3.0, 1.0
        spots.append(
            Spot(
                lane=1,
                row=0,
                target="marker",
                form=f"{kda:g} kDa",
                kda=kda,
                v_px=layout.height_of(kda),
                amount=amount_of_peak(
                    peak,
                    width_px=scene.lane_width_px,
                    edge_px=scene.edge_px,
                    sigma_px=sigma,
                    tail_px=tail,
                ),
                sigma_px=sigma,
                tail_px=tail,
            )
        )
    return tuple(spots)


def band_patch(layout: Layout, spot: Spot) -> Patch:
    """Return the noise-free counts of one band; it is cut where less than 1e-6 of it is left."""
    scene = layout.scene
    u0, v0 = layout.apex(spot)
    above = 6 * spot.sigma_px + 14 * spot.tail_px
    below = 6 * spot.sigma_px
    half = scene.lane_width_px / 2 + 6 * scene.edge_px
    slack_v = abs(scene.curl_px) * 1.5 + abs(
        float(layout.bend(np.array(abs(u0) + half)) - layout.bend(np.array(u0)))
    )
    tall = above + below + 2 * slack_v
    slack_u = (abs(layout.slope) + 4 * abs(scene.bow_px) / layout.half_height) * tall
    corners = tuple(
        (u0 + side * (half + slack_u), v)
        for side in (-1, 1)
        for v in (v0 - above - slack_v, v0 + below + slack_v)
    )
    top, left, u, v = layout.region(corners)
    s = u - layout.middle(spot.lane) - layout.lean(v)
    # A band's ends are never further out than its sides and their blur.
    end = np.clip(2 * s / scene.lane_width_px, -1.2, 1.2)
    ridge = spot.v_px + layout.bend(u) + scene.curl_px * end * end
    shape = across(s, scene.lane_width_px, scene.edge_px) / scene.lane_width_px
    values = spot.amount * shape * along(v - ridge, spot.sigma_px, spot.tail_px)
    return Patch(top=top, left=left, values=values)
