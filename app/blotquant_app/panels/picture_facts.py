"""What is known of a picture, in words: what its file states, what was found, what to watch for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QLabel

from blotquant.lanes.registration_words import registration_text
from blotquant.model.image import BlotImage
from blotquant.model.project import Photograph
from blotquant.model.results import ImageReport
from blotquant_app.digits import count, with_error
from blotquant_app.panels.widgets import caption, warning
from blotquant_app.session import Session

_STATED = (
    ("instrument", "Instrument", ""),
    ("exposure_s", "Exposure", " s"),
    ("channel", "Channel", ""),
    ("page", "Page", ""),
    ("pixel_size_um", "Pixel size", " µm"),
    ("date", "Date", ""),
    ("software", "Software", ""),
    ("orientation", "Orientation", ""),
    ("coding", "Coding", ""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line; a warning wants a look."""

    text: str
    is_warning: bool = False


def picture_facts(
    session: Session, photograph: Photograph, report: ImageReport | None
) -> tuple[Fact, ...]:
    """Return the lines about a photograph: warnings with advice first, then what is known."""
    problem = session.problem(photograph)
    if problem:
        return (Fact(text=problem, is_warning=True),)
    image = session.image(photograph.id)
    if image is None:
        return ()
    lines = [
        *_stated(image),
        f"{image.width} × {image.height} px, {image.bits} bits"
        + (", counts were rounded or altered" if image.lossy else ""),
        f"Full scale {image.full_scale:g}: {image.full_scale_reason}",
    ]
    if report is not None:
        lines.append(
            f"{count(report.n_saturated, 'pixel')} at the detector's limit"
            if report.n_saturated
            else "No saturated pixels"
        )
    lines += _exposures(session, photograph)
    lines += _registrations(session, photograph)
    warnings = [Fact(text=text, is_warning=True) for text in image.warnings]
    return (*warnings, *(Fact(text=text) for text in lines))


def fact_line(fact: Fact) -> QLabel:
    """Return the widget of a fact."""
    return warning(fact.text) if fact.is_warning else caption(fact.text)


def has_pages(image: BlotImage | None) -> bool:
    """Return whether the file of a picture is known to have other pages."""
    return image is not None and any(key == "page" for key, _ in image.metadata)


def page_name(photograph: Photograph, image: BlotImage | None) -> str:
    """Return what the file calls the page that was chosen; empty where it has one alone."""
    stated = dict(image.metadata).get("page", "") if image is not None else ""
    name = stated.partition(": ")[2]
    return name if photograph.page else ""


def file_tip(photograph: Photograph, image: BlotImage | None) -> str:
    """Return where the file is, and everything that it states of itself."""
    stated = image.metadata if image is not None else ()
    lines = [photograph.file, *(f"{key}: {text}" for key, text in stated)]
    if image is not None:
        lines.append(f"SHA-256: {image.sha256}")
    return "\n".join(lines)


def _stated(image: BlotImage) -> list[str]:
    stated = dict(image.metadata)
    return [f"{label}: {stated[key]}{unit}" for key, label, unit in _STATED if stated.get(key)]


def _exposures(session: Session, photograph: Photograph) -> list[str]:
    """Return what was merged into the picture, or where this exposure went."""
    found = session.analysis.exposures if session.analysis is not None else ()
    series = next((s for s in found if s.name == photograph.series), None)
    if series is None:
        return []
    if series.lead != photograph.id:
        lead = next(e.name for e in series.exposures if e.image == series.lead)
        return [f"One exposure of {series.name}: lanes and bands are on {lead}"]
    lines = [f"Merged from {len(series.exposures)} exposures, in counts of the longest"]
    for e in series.exposures:
        text = f"{e.name}: {e.share:.0%} of the pixels"
        if e.gain_se:
            text += f", × {with_error(e.gain, e.gain_se)}"
        if e.residuals:
            text += f", proportional within {max(abs(r) for _, r in e.residuals):.1f} %"
        lines.append(text)
    return lines


def _registrations(session: Session, photograph: Photograph) -> list[str]:
    """Return how it lies against the other photographs of its membranes."""
    analysis = session.analysis
    if analysis is None:
        return []
    lines = []
    for r in analysis.registrations:
        if r.image == photograph.id:
            text = registration_text(r, analysis.image(r.to).image.name)
            lines.append(f"Membrane {r.membrane}: {text}")
    leads = dict.fromkeys(r.membrane for r in analysis.registrations if r.to == photograph.id)
    return lines + [f"Membrane {m}: the other photographs are laid onto this one" for m in leads]
