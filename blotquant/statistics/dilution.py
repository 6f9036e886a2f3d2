"""Dilution series of an experiment: which rows are one, and what they say of the other bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.lane import LaneKind
from blotquant.model.linearity import BandAmount, DilutionPoint, DilutionSeries, PointState
from blotquant.model.project import ImageRole, Project
from blotquant.model.results import LaneResult, RowAssignment
from blotquant.model.sample import Sample
from blotquant.normalise.design import LaneKey, lane_kinds, sample_of
from blotquant.statistics.linearity import FEWEST_AMOUNTS, Reading, amount_of, analyse_series

Place = tuple[str, str, int]
"""(image, membrane, row)."""


def standard_lanes(project: Project, lanes: tuple[LaneResult, ...]) -> Mapping[LaneKey, Sample]:
    """Return the physical lanes that hold a standard, with their line of the sample sheet."""
    kinds = lane_kinds(project, lanes)
    found: dict[LaneKey, Sample] = {}
    for key, kind in kinds.items():
        if kind is LaneKind.STANDARD:
            blank = Sample(membrane=key[0], lane=key[1], kind=kind)
            found[key] = sample_of(project, key) or blank
    return found


def dilution_series(
    project: Project,
    bands: Sequence[BandMeasurement],
    assignments: Sequence[RowAssignment],
    lanes: tuple[LaneResult, ...],
) -> tuple[DilutionSeries, ...]:
    """Return a series for every row that standard lanes show, rows as in the analysis.

    Rows without a target count where they are seen at four amounts or more. Without a lane of the
    kind `standard` there is none, and the cost is nothing.
    """
    standards = standard_lanes(project, lanes)
    if not standards:
        return ()
    markers = {p.id for p in project.photographs if p.role is ImageRole.MARKER}
    rows: dict[Place, list[BandMeasurement]] = {}
    for m in bands:
        if (m.band.membrane, m.band.lane) in standards and m.band.image not in markers:
            rows.setdefault((m.band.image, m.band.membrane, m.band.row), []).append(m)
    words = {(a.image, a.membrane, a.row): a for a in assignments}
    settings = project.settings
    return tuple(
        _series(place, words.get(place), mine, standards, settings.linearity_tolerance, level)
        for place, mine in rows.items()
        if _counts(words.get(place), mine, standards)
        for level in [settings.confidence_level]
    )


def _counts(
    a: RowAssignment | None, bands: Sequence[BandMeasurement], standards: Mapping[LaneKey, Sample]
) -> bool:
    if a is not None and a.target:
        return True
    amounts = {standards[m.band.membrane, m.band.lane].dose for m in bands if m.detected}
    return len(amounts - {None, 0.0}) >= FEWEST_AMOUNTS


def _series(
    place: Place,
    a: RowAssignment | None,
    bands: Sequence[BandMeasurement],
    standards: Mapping[LaneKey, Sample],
    tolerance: float,
    level: float,
) -> DilutionSeries:
    samples = {m.band.lane: standards[m.band.membrane, m.band.lane] for m in bands}
    units = list(dict.fromkeys(s.dose_unit for s in samples.values() if s.dose is not None))
    blank = DilutionSeries(
        image=place[0],
        membrane=place[1],
        row=place[2],
        target=a.target if a else "",
        form=a.form if a else "",
        unit=units[0] if len(units) == 1 else "",
    )
    if len(units) > 1:
        named = " and ".join(u or "no unit" for u in units)
        return replace(blank, reason=f"its amounts have different units: {named}")
    readings = [_reading(m, samples[m.band.lane]) for m in bands]
    return analyse_series(
        blank, [r for r in readings if math.isfinite(r.point.amount)], tolerance, level
    )


def _reading(m: BandMeasurement, sample: Sample) -> Reading:
    amount = math.nan if sample.dose is None else sample.dose
    point = DilutionPoint(
        lane=m.band.lane,
        sample=sample.sample or sample.condition,
        amount=amount,
        volume=m.volume,
        volume_se=m.volume_se,
        state=_state(m, amount),
    )
    return Reading(point=point, lod=m.lod, loq=m.loq)


def _state(m: BandMeasurement, amount: float) -> PointState:
    """Return why a lane cannot take part, or that it is measurable."""
    if m.band.excluded or Flag.EXCLUDED in m.flags:
        return PointState.EXCLUDED
    if not amount > 0:
        return PointState.NOTHING_LOADED
    if not m.detected or not m.volume > 0:
        return PointState.NOT_DETECTED
    if Flag.LOWER_BOUND in m.flags:
        return PointState.SATURATED
    if Flag.BELOW_LOQ in m.flags or m.volume < m.loq:
        return PointState.BELOW_LOQ
    return PointState.MEASURABLE


def band_amounts(
    project: Project,
    series: Sequence[DilutionSeries],
    bands: Sequence[BandMeasurement],
    assignments: Sequence[RowAssignment],
    lanes: tuple[LaneResult, ...],
) -> tuple[BandAmount, ...]:
    """Return what detected bands stand for, and where they lie against the usable range.

    A series speaks for bands of its own target and form on its own photograph, and on those that
    were exposed equally long (both times stated): elsewhere the same amount gives another volume.
    A row without a target is held against itself alone. Saturated bands have no amount of their
    own; they are left out.
    """
    usable = [s for s in series if s.has_range]
    if not usable:
        return ()
    words = {(a.image, a.membrane, a.row): a for a in assignments}
    loaded = (LaneKind.SAMPLE, LaneKind.STANDARD)
    kinds = lane_kinds(project, lanes)
    found = []
    for m in bands:
        if kinds.get((m.band.membrane, m.band.lane)) not in loaded:
            continue
        here = (m.band.image, m.band.membrane, m.band.row)
        own = _series_for(project, usable, here, words.get(here))
        if own is None or not m.detected or m.band.excluded or Flag.LOWER_BOUND in m.flags:
            continue
        found.append(
            BandAmount(
                image=m.band.image,
                membrane=m.band.membrane,
                lane=m.band.lane,
                row=m.band.row,
                amount=amount_of(own, m.volume),
                unit=own.unit,
                range_factor=_factor(own, m.volume),
                range_text=own.range_text,
            )
        )
    return tuple(found)


def _series_for(
    project: Project, usable: Sequence[DilutionSeries], here: Place, a: RowAssignment | None
) -> DilutionSeries | None:
    """Return the series that speaks for a row: its own, else one exposed alike; None without."""
    own = [s for s in usable if (s.image, s.membrane, s.row) == here]
    if own or a is None or not a.target:
        return own[0] if own else None
    alike = [s for s in usable if (s.target, s.form) == (a.target, a.form)]
    same = [s for s in alike if s.image == here[0]]
    seconds = _exposure_s(project, here[0])
    if seconds is not None:
        same += [s for s in alike if _exposure_s(project, s.image) == seconds]
    return min(same, key=lambda s: (s.image, s.membrane) != here[:2], default=None)


def _exposure_s(project: Project, image: str) -> float | None:
    """Return how long a photograph was exposed; None where that is not known, or several times."""
    photograph = project.photograph(image)
    return None if photograph.series else photograph.exposure_s


def _factor(series: DilutionSeries, volume: float) -> float:
    if volume > series.volume_high:
        return volume / series.volume_high
    return min(1.0, volume / series.volume_low)


def with_range_flags(
    bands: tuple[BandMeasurement, ...], amounts: Sequence[BandAmount]
) -> tuple[BandMeasurement, ...]:
    """Return the bands, those outside their usable range flagged; ratios take the flag over."""
    outside = {a.key for a in amounts if a.is_outside}
    if not outside:
        return bands
    return tuple(
        replace(m, flags=m.flags | Flag.OUTSIDE_LINEAR_RANGE) if m.band.key in outside else m
        for m in bands
    )
