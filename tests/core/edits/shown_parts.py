"""Lanes, bands and sample sheets as they are shown before an edit."""

from __future__ import annotations

from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.sample import Sample

IMAGE, MEMBRANE = "img1", "parp"


def lane(number, x=None, image=IMAGE, membrane=MEMBRANE):
    x = 50.0 * number if x is None else x
    return Lane(
        image=image,
        membrane=membrane,
        number=number,
        nodes=((x, 10.0), (x + 4.0, 310.0)),
        width_px=30.0,
        confidence=0.4,
        reason="narrow",
    )


def band(lane_number, row, apex=None, image=IMAGE, membrane=MEMBRANE, **more):
    apex = 60.0 * row if apex is None else apex
    return Band(
        image=image,
        membrane=membrane,
        lane=lane_number,
        row=row,
        apex_px=apex,
        start_px=apex - 8.0,
        stop_px=apex + 8.0,
        **more,
    )


def lanes_shown(n=4):
    return tuple(lane(i) for i in range(1, n + 1))


def bands_shown(n=4, rows=3):
    return tuple(band(i, r) for r in range(1, rows + 1) for i in range(1, n + 1))


def sheet(n, membrane=MEMBRANE):
    return tuple(Sample(membrane=membrane, lane=i, sample=f"s{i}") for i in range(1, n + 1))


def placed_lanes(project, image=IMAGE, membrane=MEMBRANE):
    return next(p.lanes for p in project.lanes if (p.image, p.membrane) == (image, membrane))


def placed_bands(project, image=IMAGE, membrane=MEMBRANE):
    return next(p.bands for p in project.bands if (p.image, p.membrane) == (image, membrane))
