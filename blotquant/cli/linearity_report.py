"""What is printed of dilution series: a sentence each, or the whole line with its points."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blotquant.model.linearity import DilutionPoint, DilutionSeries, PointState, amount_text
from blotquant.model.results import Analysis


def range_lines(analysis: Analysis) -> Iterator[str]:
    """Yield the usable range of each series, a line each."""
    if analysis.dilutions:
        yield "Linear range by the dilution series:"
    for s in analysis.dilutions:
        yield f"  {_where(analysis, s)}: {s.range_text or 'none'}"


def linearity_lines(analysis: Analysis) -> Iterator[str]:
    """Yield each series with its line, its limits, its range and its points."""
    if not analysis.dilutions:
        yield "No row of bands is seen in the standard lanes."
        yield from (f"Note: {n.text}. {n.advice}." for n in analysis.notices)
    level = f"{100 * analysis.project.settings.confidence_level:g} %"
    tolerance = f"{100 * analysis.project.settings.linearity_tolerance:g} %"
    for s in analysis.dilutions:
        yield f"{_where(analysis, s)}"
        if s.has_line:
            yield f"  {slope_text(s)} ({level}), R² {s.r_squared:.4f}"
        fit = fit_text(s)
        if fit:
            yield f"  {fit}"
        limits = limits_text(s)
        if limits:
            yield f"  {limits}"
        if s.has_range:
            yield f"  usable range {s.range_text}: amounts read back within {tolerance}"
        if s.reason:
            yield f"  no usable range: {s.reason}"
        if s.reason and s.has_line:
            yield "  amounts are read off the fitted line, which is not proportional"
        yield from _point_lines(s)


def _where(analysis: Analysis, s: DilutionSeries) -> str:
    what = f"{s.target} {s.form}".strip() or "not assigned"
    return f"{analysis.image(s.image).image.name}, membrane {s.membrane}, row {s.row} ({what})"


def slope_text(s: DilutionSeries) -> str:
    """Return the slope with its interval."""
    return (
        f"slope of ln volume on ln amount {s.slope:.3f} ({s.slope_low:.3f} to {s.slope_high:.3f})"
    )


def fit_text(s: DilutionSeries) -> str:
    """Return whether the points bend away from their line; nothing where that is not known."""
    if not math.isfinite(s.lack_of_fit_p):
        return ""
    bends = "the points bend away from it" if s.lack_of_fit_p < 0.05 else "no bend is seen"
    return f"{bends} (p = {s.lack_of_fit_p:.2g}, tested by {s.lack_of_fit_test})"


def limits_text(s: DilutionSeries) -> str:
    """Return the limits of detection and quantification in amounts."""
    if not (math.isfinite(s.lod_amount) and math.isfinite(s.loq_amount)):
        return ""
    lod, loq = amount_text(s.lod_amount), amount_text(s.loq_amount)
    return f"limit of detection {lod} {s.unit}, of quantification {loq} {s.unit}"


def _point_lines(s: DilutionSeries) -> Iterator[str]:
    header = ("lane", f"amount{f' ({s.unit})' if s.unit else ''}", "volume", "reads as", "off by")
    table = [(*header, ""), *(_cells(p) for p in s.points)]
    widths = [max(len(row[i]) for row in table) for i in range(5)]
    for row in table:
        cells = "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=False))
        yield f"  {cells}  {row[5]}".rstrip()


def _cells(p: DilutionPoint) -> tuple[str, ...]:
    back = amount_text(p.back_calculated) if math.isfinite(p.back_calculated) else "-"
    if p.state is PointState.SATURATED and math.isfinite(p.back_calculated):
        back = f"> {back}"  # its volume is a lower bound
    off = f"{100 * p.deviation:+.0f} %" if math.isfinite(p.deviation) else "-"
    return str(p.lane), amount_text(p.amount), f"{p.volume:.4g}", back, off, p.state.value
