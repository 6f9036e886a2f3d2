"""What is in the lanes: profiles, bands and volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blotquant.bands.doublets import split_doublets
from blotquant.bands.kept import carry, with_kept_rows
from blotquant.bands.rows import SeenLanes, detect_bands
from blotquant.bands.shapes import BandShape
from blotquant.cache import StageCache
from blotquant.flags import Flag
from blotquant.image.contrast import WORK_SIZE_PX, work_copy
from blotquant.image.lettering import lettering
from blotquant.image.saturation import saturated_pixels
from blotquant.lanes.gaps import lanes_beside, lanes_between
from blotquant.lanes.lettered import lettered_shares
from blotquant.lanes.profile import StraightLane, lane_profile, straighten
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Lane, LaneProfile
from blotquant.model.project import PlacedBands, Project
from blotquant.model.results import ImageReport, LaneResult
from blotquant.quantify.lane_setup import LaneSetup
from blotquant.quantify.volume import LaneMeasurement, measure_lane
from blotquant.stages.levels import Backgrounds, ball_levels
from blotquant.stages.placed import Place, PlacedLane
from blotquant.stages.shaping import FirstLook, row_shapes

Shapes = Mapping[Place, Mapping[int, BandShape]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All lanes and bands under one background method."""

    lanes: tuple[LaneResult, ...]
    bands: tuple[BandMeasurement, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidOut:
    """The lanes of one membrane on one photograph, laid out straight, with the gaps between them.

    `gaps` carry the index of the lane to their left.
    """

    lanes: tuple[Lane, ...]
    straight: tuple[StraightLane, ...]
    profiles: tuple[LaneProfile, ...]
    gaps: tuple[tuple[int, StraightLane], ...]


def lay_out(
    report: ImageReport, lanes: tuple[Lane, ...], cache: StageCache, *, with_gaps: bool = True
) -> LaidOut:
    """Straighten the lanes of one membrane and, if wanted, the gaps between them."""
    image, polarity = report.image, report.polarity.polarity
    mask = None
    if report.n_saturated:
        mask = cache.get(
            ("mask", image.sha256, polarity),
            lambda: saturated_pixels(image, polarity),
        )

    gaps = _blanks(report, lanes) if with_gaps else ()
    every = (*lanes, *gaps)

    def straight(i: int) -> StraightLane:
        marks = mask if i < len(lanes) else None
        return straighten(image.pixels, marks, image.full_scale, polarity, every[i])

    keys = [("straight", image.sha256, polarity, lane.nodes, lane.width_px) for lane in every]
    found = cache.get_each(keys, straight)
    mine, between = tuple(found[: len(lanes)]), found[len(lanes) :]
    return LaidOut(
        lanes=lanes,
        straight=mine,
        profiles=tuple(lane_profile(s, report.noise) for s in mine),
        gaps=tuple((g.number - lanes[0].number, s) for g, s in zip(gaps, between, strict=True)),
    )


def _blanks(report: ImageReport, lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return the stretches between and beside the lanes, where no band of theirs can be."""
    if not lanes:
        return ()
    bounds = [m.bounds for m in report.membranes if m.name == lanes[0].membrane]
    beside = lanes_beside(lanes, bounds[0][0], bounds[0][2]) if bounds else ()
    return lanes_between(lanes) + beside


def find_bands(
    project: Project,
    report: ImageReport,
    lanes: Mapping[tuple[str, str], tuple[Lane, ...]],
    cache: StageCache,
) -> list[PlacedLane]:
    """Return the lanes of one photograph with their bands, membrane by membrane."""
    placed: list[PlacedLane] = []
    for membrane in report.membranes:
        laid = lay_out(report, lanes[report.photograph.id, membrane.name], cache)
        bands = membrane_bands(project, report, membrane.name, laid, cache)
        placed += placed_in(report, laid, bands)
    return placed


def placed_in(report: ImageReport, laid: LaidOut, bands: Sequence[Band]) -> list[PlacedLane]:
    """Return the lanes of one membrane with their bands in them."""
    return [
        PlacedLane(
            report=report,
            lane=lane,
            straight=straight,
            profile=profile,
            bands=tuple(sorted((b for b in bands if b.lane == lane.number), key=lambda b: b.row)),
        )
        for lane, straight, profile in zip(laid.lanes, laid.straight, laid.profiles, strict=True)
    ]


def _lettered(
    report: ImageReport, laid: LaidOut, cache: StageCache
) -> tuple[NDArray[np.float64], ...]:
    """Return the share of lettering at every position of each lane."""
    sha, pixels = report.image.sha256, report.image.pixels
    copy = cache.get(("work", sha), lambda: work_copy(pixels))
    letters = cache.get(("letters", sha), lambda: lettering(copy.pixels))
    return lettered_shares(letters, copy, laid.lanes, [s.mean.size for s in laid.straight])


def membrane_bands(
    project: Project, report: ImageReport, membrane: str, laid: LaidOut, cache: StageCache
) -> tuple[Band, ...]:
    """Return the bands of one membrane: found at the project's sensitivity, or as the user said.

    Looking again at another sensitivity costs little: the lanes' contrasts are kept.
    """
    lanes = laid.lanes
    here = (report.photograph.id, membrane)
    placed = next((p for p in project.bands if (p.image, p.membrane) == here), None)
    if placed is not None and not placed.found_around:
        return _completed(_carried(placed, placed.bands, lanes), lanes)
    unit = max(1.0, max(report.image.pixels.shape) / WORK_SIZE_PX)
    sensitivity = project.settings.sensitivity
    key = (report.image.sha256, report.polarity.polarity, lanes)

    def find() -> tuple[Band, ...]:
        seen = cache.get(("seen", *key), lambda: SeenLanes.of(laid.straight, unit, laid.gaps))
        seen_bands = detect_bands(
            lanes, laid.straight, sensitivity, unit, laid.gaps, seen, _lettered(report, laid, cache)
        )
        return _with_doublets(report, laid, seen_bands, cache)

    found = cache.get(("bands", *key, sensitivity), find)
    if placed is None:
        return found
    kept, absent = (_carried(placed, x, lanes) for x in (placed.bands, placed.absent))
    return _completed(with_kept_rows(found, kept, absent), lanes)


def _with_doublets(
    report: ImageReport, laid: LaidOut, bands: tuple[Band, ...], cache: StageCache
) -> tuple[Band, ...]:
    """Split the rows that all lanes together show to be two."""
    if not bands:
        return bands
    placed = placed_in(report, laid, bands)
    look = FirstLook.of(placed, cache)
    return split_doublets(
        bands,
        [p.profile.signal for p in placed],
        look.levels,
        look.noise,
        look.wander,
        [p.profile.saturated for p in placed],
        look.shapes,
    )


def _carried(
    placed: PlacedBands, bands: tuple[Band, ...], lanes: tuple[Lane, ...]
) -> tuple[Band, ...]:
    """Return placed bands along the lanes that are there now."""
    return carry(bands, placed.lanes, lanes) if placed.lanes else bands


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


def measure(
    placed: Sequence[PlacedLane],
    background: str | Backgrounds,
    cache: StageCache,
    shapes_known: Shapes | None = None,
) -> Measured:
    """Measure every band of every lane, each membrane with its method or all with one by name.

    The shapes of the rows are learned from these lanes unless they are known.
    """
    chosen = background if isinstance(background, Backgrounds) else Backgrounds(default=background)
    rolled = ball_levels(placed, chosen, cache)
    lanes: list[LaneResult] = []
    bands: list[BandMeasurement] = []
    learned = shapes_known or row_shapes(placed, cache)
    for p in placed:
        shapes = learned[p.lane.image, p.lane.membrane]
        extra = Flag.NONE
        if p.report.image.lossy:
            extra |= Flag.LOSSY_FILE
        if not p.report.polarity.is_sure:
            extra |= Flag.POLARITY_UNSURE
        key = (
            p.report.image.sha256,
            p.report.polarity.polarity,
            p.lane,
            p.bands,
            tuple(shapes[b.row] for b in p.bands),
        )
        setup = cache.get(
            ("setup", *key),
            lambda p=p, shapes=shapes: LaneSetup.of(  # type: ignore[misc]
                p.straight, p.profile, p.bands, shapes
            ),
        )
        method = chosen.method_for(p.lane.membrane)
        ball = rolled.get((p.lane.image, p.lane.membrane, p.lane.number))
        if ball is not None:
            setup = replace(setup, view=replace(setup.view, surface=ball.level))
        found: LaneMeasurement = cache.get(
            ("measure", *key, method, ball.key if ball is not None else (), extra),
            lambda p=p, setup=setup, extra=extra, method=method: measure_lane(  # type: ignore[misc]
                p.lane, p.bands, setup, method, extra=extra
            ),
        )
        lanes.append(LaneResult(lane=p.lane, profile=p.profile, baseline=found.baseline))
        bands.extend(found.bands)
    return Measured(lanes=tuple(lanes), bands=tuple(bands))
