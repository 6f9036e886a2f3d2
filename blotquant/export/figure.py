"""A figure for a paper: the blots with their lanes and targets, and the ratios with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blotquant.export.drawing import ACCENT, FAINT, FIGURE_FORMATS, drawn, write_drawing
from blotquant.export.figure_blots import (
    HIGHEST_INCH,
    Panel,
    display_pixels,
    draw_blot,
    draw_source,
    panel_of,
)
from blotquant.model.figure import FigureOptions
from blotquant.model.project import Project
from blotquant.model.results import Analysis, Ratio
from blotquant.normalise.design import sample_of
from blotquant.normalise.ratios import FOLD
from blotquant.targets.library import load_library

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["FIGURE_FORMATS", "display_pixels", "figure_png", "write_figure"]

_WIDTH_INCH = 7.2
_WIDTH_ALONE_INCH = 4.0  # of blots without anything beside them
_PLOT_INCH = 1.75
_SOURCES_A_ROW = 4
_SOURCE_INCH = 1.8
_USUAL = FigureOptions()
_BESIDE = 0.16  # of the distance between lanes: where the bar of the methods stands
_LEGEND = (
    "bars: interval; thin bars: range over other background methods and\n"
    "over repeats with lanes and bands drawn slightly elsewhere"
)

_AXIS_NAMES = {
    "cleaved_fraction": "cleaved / (cleaved + pro)",
    "cleaved_to_pro": "cleaved / pro",
    "cleaved_to_loading": "cleaved / loading",
    "pro_to_loading": "pro / loading",
    "to_loading": "target / loading",
    "phospho_to_total": "phospho / total",
    FOLD: "fold of control",
}


def write_figure(
    project: Project,
    analysis: Analysis,
    path: Path | str,
    options: FigureOptions = _USUAL,
) -> Path:
    """Write the figure as SVG, PDF, PNG or TIFF, by the ending of `path`, and return the path.

    Blots stand on the left, one per photograph, dark bands on light whatever the file's polarity,
    stretched linearly between two percentiles: for the eye only. Ratios stand on the right with
    their intervals and, thin beside them, the range over methods and repeats; a bound is an arrow,
    a lane without a number a cross on the axis. Raises `SettingsError` for another ending,
    `ProjectError` where the file cannot be written. Cost: about a second, and matplotlib has to be
    imported.
    """
    return write_drawing(path, lambda: _figure(project, analysis, options), options.dpi)


def figure_png(
    project: Project, analysis: Analysis, options: FigureOptions, width_px: int
) -> bytes:
    """Return the figure as a PNG of this width, to look at before it is written."""
    dpi = round(width_px / _WIDTH_INCH)
    return drawn(lambda: _figure(project, analysis, options), "png", dpi)


def _figure(project: Project, analysis: Analysis, options: FigureOptions) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow import

    plots = _plots(analysis) if options.ratios else []
    panels = [panel_of(project, analysis, report, options) for report in analysis.images]
    blot_inches = [_blot_inches(panel) for panel in panels]
    plot_inches = [_PLOT_INCH] * len(plots)
    height = max(sum(blot_inches) + 0.01, sum(plot_inches), 1.8)
    rows = -(-len(panels) // _SOURCES_A_ROW) if options.sources else 0
    sources = rows * _SOURCE_INCH
    width = _WIDTH_INCH if plots or rows or not panels else _WIDTH_ALONE_INCH
    figure = Figure(figsize=(width, height + sources), layout="constrained", facecolor="white")
    above: Any = figure
    if rows:
        above, below = figure.subfigures(2, 1, height_ratios=[height, sources], squeeze=False)[:, 0]
        _draw_sources(below, rows, analysis, panels, options)
    left = right = above
    if plots or rows or not panels:
        left, right = above.subfigures(1, 2, squeeze=False)[0]
    for axes, panel in zip(_column(left, blot_inches, height), panels, strict=True):
        draw_blot(axes, analysis, panel, options)
    if plots:
        for axes, ratios in zip(_column(right, plot_inches, height), plots, strict=True):
            _draw_ratios(axes, project, ratios)
    if any(math.isfinite(r.method_low) for ratios in plots for r in ratios):
        right.supxlabel(_LEGEND, fontsize=5, color=FAINT)
    return figure


def _draw_sources(
    half: Any, rows: int, analysis: Analysis, panels: Sequence[Panel], options: FigureOptions
) -> None:
    half.suptitle("Uncropped", fontsize=7, x=0.01, ha="left")
    places = list(half.subplots(rows, _SOURCES_A_ROW, squeeze=False).flat)
    for axes, panel in zip(places, panels, strict=False):
        draw_source(axes, analysis, panel, options)
    for unused in places[len(panels) :]:
        unused.set_axis_off()


def _column(half: Any, inches: list[float], height: float) -> list[Any]:
    """Return axes of the wanted heights from the top down; what is left over stays empty."""
    spare = height - sum(inches)
    ratios = [*inches, spare] if spare > 0.01 else inches
    axes = half.subplots(len(ratios), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for unused in axes[len(inches) :]:
        unused.set_axis_off()
    return list(axes[: len(inches)])


def _blot_inches(panel: Panel) -> float:
    """Return the height that a blot takes in its column, with its title and lane numbers."""
    above = 0.6 if panel.has_groups else 0.45
    return min(HIGHEST_INCH, max(0.35, panel.shape * _WIDTH_INCH * 0.36)) + above


def _plots(analysis: Analysis) -> list[tuple[Ratio, ...]]:
    """Return the ratios to plot, one index per target and membrane: the one that says most."""
    order = (
        "cleaved_fraction",
        "cleaved_to_loading",
        "phospho_to_total",
        "to_loading",
        "cleaved_to_pro",
        FOLD,
    )
    plots = []
    for membrane, target in dict.fromkeys((r.membrane, r.target) for r in analysis.ratios):
        own = [r for r in analysis.ratios if (r.membrane, r.target) == (membrane, target)]
        for name in order:
            chosen = tuple(r for r in own if r.ratio == name)
            if any(math.isfinite(r.value) for r in chosen):
                plots.append(chosen)
                break
    return plots


def _draw_ratios(axes: Axes, project: Project, ratios: Sequence[Ratio]) -> None:
    """Draw one index of one target over the lanes of one membrane."""
    first = ratios[0]
    for place, r in enumerate(ratios):
        _draw_one(axes, place, r)
    axes.set_xticks(range(len(ratios)), [_lane_label(project, r) for r in ratios])
    axes.tick_params(axis="x", length=0, labelsize=6, rotation=_rotation(project, ratios))
    axes.tick_params(axis="y", length=2, width=0.6)
    axes.set_xlim(-0.6, len(ratios) - 0.4)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low), max(high, 1e-12))
    axes.set_ylabel(_AXIS_NAMES.get(first.ratio, first.ratio))
    over = f", {first.normalisation}" if first.ratio.endswith("to_loading") else ""
    name = load_library().target(first.target).name
    axes.set_title(f"{name} ({first.membrane}{over})", loc="left", fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_one(axes: Axes, place: int, r: Ratio) -> None:
    if not math.isfinite(r.value):
        axes.plot(
            place, 0, marker="x", color=FAINT, markersize=4, markeredgewidth=0.8, clip_on=False
        )
        return
    if r.bound:
        axes.annotate(
            "",
            (place, r.value),
            xytext=(0, -11 if r.bound == "<" else 11),
            textcoords="offset points",
            arrowprops={
                "arrowstyle": "<-",
                "color": ACCENT,
                "lw": 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            annotation_clip=False,
        )
        axes.plot(place, r.value, marker="_", color=ACCENT, markersize=7)
        return
    axes.plot(place, r.value, marker="o", color=ACCENT, markersize=3.5)
    if math.isfinite(r.ci_low) and math.isfinite(r.ci_high):
        axes.vlines(place, r.ci_low, r.ci_high, color=ACCENT, linewidth=0.9)
    if math.isfinite(r.method_low):
        axes.vlines(place + _BESIDE, r.method_low, r.method_high, color=FAINT, linewidth=0.5)


def _lane_label(project: Project, r: Ratio) -> str:
    """Return what stands under a lane: its condition and dose, else its sample, else its number."""
    sample = sample_of(project, (r.membrane, r.lane))
    if sample is None:
        return f"lane {r.lane}"
    dose = "" if r.dose is None else f"{r.dose:g} {r.dose_unit}".strip()
    words = [w for w in (r.condition, dose) if w]
    if dose and dose in r.condition:
        words = [r.condition]
    return "\n".join(words) or r.sample or f"lane {r.lane}"


def _rotation(project: Project, ratios: Sequence[Ratio]) -> float:
    """Return 90 where level labels would run into each other."""
    longest = max(len(line) for r in ratios for line in _lane_label(project, r).split("\n"))
    return 90.0 if longest * len(ratios) > 60 else 0.0
