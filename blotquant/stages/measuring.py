"""What is in the lanes: profiles, bands and volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from blotquant.background import BACKGROUNDS, LocalSurround
from blotquant.bands.rows import detect_bands
from blotquant.bands.shapes import BandShape, learn_shapes
from blotquant.cache import StageCache
from blotquant.flags import Flag
from blotquant.image.contrast import WORK_SIZE_PX
from blotquant.image.saturation import saturated_mask
from blotquant.lanes.gaps import lanes_between
from blotquant.lanes.profile import StraightLane, lane_profile, straighten
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Lane, LaneKind, LaneProfile
from blotquant.model.project import Project
from blotquant.model.results import ImageReport, LaneResult
from blotquant.quantify.volume import LaneMeasurement, lane_view, measure_lane

COMPARED = ("lane-baseline", "local", "rolling-ball", "valley", "constant")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedLane:
    """A lane laid out straight, with its profile and the bands placed in it."""

    report: ImageReport
    lane: Lane
    straight: StraightLane
    profile: LaneProfile
    bands: tuple[Band, ...]
    shapes: Mapping[int, BandShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All lanes and bands under one background method."""

    lanes: tuple[LaneResult, ...]
    bands: tuple[BandMeasurement, ...]


def find_bands(
    project: Project,
    report: ImageReport,
    lanes: Mapping[tuple[str, str], tuple[Lane, ...]],
    cache: StageCache,
) -> list[PlacedLane]:
    """Return the lanes of one photograph with their bands, membrane by membrane."""
    image, polarity = report.image, report.polarity.polarity
    unit = max(1.0, max(image.pixels.shape) / WORK_SIZE_PX)
    mask = None
    if report.n_saturated:
        mask = cache.get(
            ("mask", image.sha256, polarity),
            lambda: saturated_mask(image.pixels, image.full_scale, polarity),
        )
    placed: list[PlacedLane] = []
    for membrane in report.membranes:
        here = lanes[report.photograph.id, membrane.name]
        straight = [
            cache.get(
                ("straight", image.sha256, polarity, lane.nodes, lane.width_px),
                lambda lane=lane: straighten(  # type: ignore[misc]
                    image.pixels, mask, image.full_scale, polarity, lane
                ),
            )
            for lane in here
        ]
        gaps = [
            (
                g.number - here[0].number,
                cache.get(
                    ("straight", image.sha256, polarity, g.nodes, g.width_px),
                    lambda g=g: straighten(  # type: ignore[misc]
                        image.pixels, None, image.full_scale, polarity, g
                    ),
                ),
            )
            for g in lanes_between(here)
        ]
        bands = _bands(project, report, membrane.name, here, straight, gaps, unit, cache)
        profiles = [lane_profile(s, report.noise) for s in straight]
        by_lane = [
            tuple(sorted((b for b in bands if b.lane == lane.number), key=lambda b: b.row))
            for lane in here
        ]
        key = ("shapes", image.sha256, polarity, here, bands)
        shapes = cache.get(
            key,
            lambda s=straight, p=profiles, b=by_lane: _shapes(s, p, b),  # type: ignore[misc]
        )
        placed.extend(
            PlacedLane(report=report, lane=n, straight=s, profile=p, bands=b, shapes=shapes)
            for n, s, p, b in zip(here, straight, profiles, by_lane, strict=True)
        )
    return placed


def _shapes(
    straight: Sequence[StraightLane],
    profiles: Sequence[LaneProfile],
    bands: Sequence[tuple[Band, ...]],
) -> dict[int, BandShape]:
    """Learn the rows' shapes over a first, simple background."""
    method = LocalSurround()
    levels = [
        method.estimate(lane_view(s, p, b, {})).level
        for s, p, b in zip(straight, profiles, bands, strict=True)
    ]
    noise = [float(np.sqrt(np.median(p.variance))) for p in profiles]
    return learn_shapes([p.signal for p in profiles], levels, noise, bands)


def _bands(
    project: Project,
    report: ImageReport,
    membrane: str,
    lanes: tuple[Lane, ...],
    straight: Sequence[StraightLane],
    gaps: Sequence[tuple[int, StraightLane]],
    unit: float,
    cache: StageCache,
) -> tuple[Band, ...]:
    for placed in project.bands:
        if (placed.image, placed.membrane) == (report.photograph.id, membrane):
            return _completed(placed.bands, lanes)
    key = (
        "bands",
        report.image.sha256,
        report.polarity.polarity,
        lanes,
        project.settings.sensitivity,
    )
    return cache.get(
        key, lambda: detect_bands(lanes, straight, project.settings.sensitivity, unit, gaps)
    )


def _completed(bands: tuple[Band, ...], lanes: tuple[Lane, ...]) -> tuple[Band, ...]:
    """Give every lane a band in every row: a missing one at the height of its neighbours."""
    rows = sorted({b.row for b in bands})
    by_place = {(b.lane, b.row): b for b in bands}
    out = []
    for lane in lanes:
        for row in rows:
            band = by_place.get((lane.number, row))
            out.append(band if band is not None else _neighbourly(bands, lane, row))
    return tuple(out)


def _neighbourly(bands: tuple[Band, ...], lane: Lane, row: int) -> Band:
    mine = sorted((b for b in bands if b.row == row), key=lambda b: b.lane)
    numbers = [b.lane for b in mine]
    apex, start, stop = (
        float(np.interp(lane.number, numbers, [getattr(b, name) for b in mine]))
        for name in ("apex_px", "start_px", "stop_px")
    )
    return Band(
        image=lane.image,
        membrane=lane.membrane,
        lane=lane.number,
        row=row,
        apex_px=apex,
        start_px=start,
        stop_px=stop,
        found=False,
    )


def measure(placed: Sequence[PlacedLane], background: str, cache: StageCache) -> Measured:
    """Measure every band of every lane with one background method."""
    method = BACKGROUNDS.create(background)
    lanes: list[LaneResult] = []
    bands: list[BandMeasurement] = []
    for p in placed:
        extra = Flag.NONE
        if p.report.image.lossy:
            extra |= Flag.LOSSY_FILE
        if not p.report.polarity.is_sure:
            extra |= Flag.POLARITY_UNSURE
        key = (
            "measure",
            p.report.image.sha256,
            p.report.polarity.polarity,
            p.lane,
            p.bands,
            tuple(p.shapes[b.row] for b in p.bands),
            background,
            extra,
        )
        found: LaneMeasurement = cache.get(
            key,
            lambda p=p, extra=extra: measure_lane(  # type: ignore[misc]
                p.lane, p.straight, p.profile, p.bands, p.shapes, method, extra=extra
            ),
        )
        lanes.append(LaneResult(lane=p.lane, profile=p.profile, baseline=found.baseline))
        bands.extend(found.bands)
    return Measured(lanes=tuple(lanes), bands=tuple(bands))


def alternatives(background: str) -> tuple[str, ...]:
    """Return the methods that a ratio is compared under, without the chosen one."""
    return tuple(n for n in COMPARED if n != background)


def ladder_bands(placed: PlacedLane) -> tuple[Band, ...]:
    """Return the found bands of a ladder lane, top to bottom."""
    if placed.lane.kind is not LaneKind.LADDER:
        return ()
    return tuple(sorted((b for b in placed.bands if b.found), key=lambda b: b.apex_px))
