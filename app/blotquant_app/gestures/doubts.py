"""What wants a look, the most doubtful first: what is seen and what to do about it. Without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blotquant.flags import MEANING, Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant_app.names import sentence
from blotquant_app.selection import Selected
from blotquant_app.views.shown import (
    DOUBTFUL_BAND,
    bands_on,
    is_doubtful_band,
    is_doubtful_lane,
    lanes_on,
    words_on,
)

_OPEN_ROW = 0.45  # how sure a row is that could be one of several forms
_FLAGGED = 0.45  # how sure a band is at most that overlaps its neighbour or the picture's edge


class About(StrEnum):
    """What kind of thing is doubtful."""

    POLARITY = "polarity"
    LANE = "lane"
    BAND = "band"
    ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A thing that wants a look: how sure it is (0 to 1), what is seen, what to do."""

    about: About
    at: Selected
    confidence: float
    seen: str
    advice: str


def doubts(project: Project, analysis: Analysis | None) -> tuple[Doubt, ...]:
    """Return everything that wants a look over all photographs, the most doubtful first."""
    if analysis is None:
        return ()
    found = [
        d
        for photograph in project.photographs
        for part in (doubtful_polarity, doubtful_lanes, doubtful_bands, open_rows)
        for d in part(project, analysis, photograph.id)
    ]
    return tuple(sorted(found, key=lambda d: d.confidence))


def doubtful_polarity(project: Project, analysis: Analysis, image: str) -> list[Doubt]:
    """Return the doubt whether bands are bright or dark on a photograph, if there is one."""
    if project.photograph(image).polarity is not None:
        return []
    return [
        Doubt(
            about=About.POLARITY,
            at=Selected(image=image),
            confidence=0.0,  # everything else follows from it
            seen=f"It is not certain whether bands are bright or dark: {r.polarity.reason}",
            advice="Accept what is shown, or choose the other one",
        )
        for r in analysis.images
        if r.photograph.id == image and not r.polarity.is_sure
    ]


def doubtful_lanes(project: Project, analysis: Analysis, image: str) -> list[Doubt]:
    """Return the doubtful lanes on a photograph."""
    return [about_lane(x) for x in lanes_on(project, analysis, image) if is_doubtful_lane(x)]


def about_lane(lane: Lane) -> Doubt:
    """Return what is doubtful about a lane."""
    reason = lane.reason or "its place is not certain"
    return Doubt(
        about=About.LANE,
        at=Selected(image=lane.image, membrane=lane.membrane, lane=lane.number),
        confidence=lane.confidence,
        seen=sentence(reason),
        advice="Accept it, drag it to its place, or delete it",
    )


def doubtful_bands(project: Project, analysis: Analysis, image: str) -> list[Doubt]:
    """Return the doubtful bands on a photograph."""
    measured = {m.band.key: m for m in analysis.bands_of(image)}
    return [
        about_band(b, measured.get(b.key))
        for b in bands_on(project, analysis, image)
        if is_doubtful_band(b, measured.get(b.key))
    ]


def about_band(band: Band, measured: BandMeasurement | None) -> Doubt:
    """Return what is doubtful about a band."""
    flags = (band.flags | (measured.flags if measured else Flag.NONE)) & DOUBTFUL_BAND
    reasons = [MEANING[f][0] for f in Flag if f in flags]
    if band.reason:
        reasons.insert(0, band.reason)
    return Doubt(
        about=About.BAND,
        at=Selected(image=band.image, membrane=band.membrane, lane=band.lane, row=band.row),
        confidence=min(band.confidence, _FLAGGED) if flags else band.confidence,
        seen=sentence("; ".join(reasons) or "it is not certain that this is a band"),
        advice="Accept it, drag its limits, or delete it",
    )


def open_rows(project: Project, analysis: Analysis, image: str) -> list[Doubt]:
    """Return the rows on a photograph that could be one of several forms."""
    words = words_on(project, analysis, image)
    return [
        Doubt(
            about=About.ROW,
            at=Selected(image=image, membrane=a.membrane, row=a.row),
            confidence=_OPEN_ROW,
            seen=sentence(a.reason),
            advice="Say which form it is, or that it is none of the targets",
        )
        for a in analysis.assignments
        if a.image == image
        and not a.target
        and a.candidates
        and a.row not in words.get(a.membrane, {})
    ]


def doubt_about(project: Project, analysis: Analysis | None, at: Selected) -> Doubt | None:
    """Return what is doubtful about the selected thing, or None."""
    if analysis is None or all(p.id != at.image for p in project.photographs):
        return None
    if at.is_band:
        part = doubtful_bands
    elif at.lane:
        part = doubtful_lanes
    else:
        part = open_rows if at.row else doubtful_polarity
    return next((d for d in part(project, analysis, at.image) if d.at == at), None)
