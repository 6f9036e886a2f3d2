"""What a user should read about a dilution series and about the bands held against it."""

from __future__ import annotations

from collections.abc import Sequence

from blotquant.model.lane import LaneKind
from blotquant.model.linearity import (
    BandAmount,
    DilutionPoint,
    DilutionSeries,
    PointState,
    amount_text,
)
from blotquant.model.project import Project
from blotquant.model.results import LaneResult, Notice
from blotquant.normalise.design import lane_kinds
from blotquant.statistics.dilution import standard_lanes

_MORE = (
    "Load more dilutions, or expose so that the weakest are seen and the strongest not saturated"
)


def dilution_notices(
    project: Project,
    lanes: tuple[LaneResult, ...],
    series: Sequence[DilutionSeries],
    amounts: Sequence[BandAmount],
) -> tuple[Notice, ...]:
    """Return notices about series that say nothing, points off their line, bands out of range."""
    out = _about_lanes(project, lanes, series)
    for s in series:
        if s.reason:
            out.append(_notice(s, f"{_name(s)} gives no usable range: {s.reason}", _MORE))
        out += [_stray(s, p) for p in s.points if p.state is PointState.OFF_LINE]
    standards = {key for key, k in lane_kinds(project, lanes).items() if k is LaneKind.STANDARD}
    out += [_outside(a) for a in amounts if a.is_outside and a.key[1:3] not in standards]
    return tuple(out)


def _about_lanes(
    project: Project, lanes: tuple[LaneResult, ...], series: Sequence[DilutionSeries]
) -> list[Notice]:
    standards = standard_lanes(project, lanes)
    out = [
        Notice(
            text=f"Lane {lane} of {membrane} holds a standard, but not how much of it",
            advice="Write the amount and its unit into the sample sheet (columns dose, dose_unit)",
            membrane=membrane,
            lane=lane,
        )
        for (membrane, lane), sample in standards.items()
        if sample.dose is None
    ]
    seen = {s.membrane for s in series}
    out += [
        Notice(
            text=f"The dilution series on membrane {membrane} shows no row of bands",
            advice="Say which row is the target, or check what was loaded in the standard lanes",
            membrane=membrane,
        )
        for membrane in dict.fromkeys(m for m, _ in standards)
        if membrane not in seen
    ]
    return out


def _name(s: DilutionSeries) -> str:
    what = f"{s.target} {s.form}".strip() or f"row {s.row}"
    return f"The dilution series of {what} on membrane {s.membrane}"


def _stray(s: DilutionSeries, p: DilutionPoint) -> Notice:
    read = f"{amount_text(p.back_calculated)} instead of {amount_text(p.amount)} {s.unit}".rstrip()
    text = f"Lane {p.lane} of {s.membrane} does not fit its dilution series: it reads as {read}"
    return _notice(s, text, "Check what was loaded there, and the picture", p.lane)


def _notice(s: DilutionSeries, text: str, advice: str, lane: int = 0) -> Notice:
    return Notice(
        text=text, advice=advice, image=s.image, membrane=s.membrane, lane=lane, row=s.row
    )


def _outside(a: BandAmount) -> Notice:
    above = a.range_factor > 1
    return Notice(
        text=(
            f"Lane {a.lane}, row {a.row} of {a.membrane} is beyond the linear range"
            f" {a.range_text}: {range_words(a.range_factor)}"
        ),
        advice="Load less or expose for a shorter time" if above else "Load more or expose longer",
        image=a.image,
        membrane=a.membrane,
        lane=a.lane,
        row=a.row,
    )


def range_words(factor: float) -> str:
    """Return where a band lies: ``1.4x above its top``, ``2x below its lower end``, ``inside``."""
    if factor > 1:
        return f"{_times(factor)} above its top"
    if factor < 1:
        return f"{_times(1 / factor)} below its lower end"
    return "inside"


def _times(factor: float) -> str:
    digits = 0 if factor >= 10 else 1 if factor >= 1.095 else 2
    return f"{factor:.{digits}f}x"
