"""A figure for a paper: the blots with their lanes and targets, and the ratios with intervals."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.image import Polarity
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.results import Analysis, ImageReport, Ratio
from blotquant.normalise.design import lane_kinds, sample_of
from blotquant.normalise.ratios import FOLD

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURE_FORMATS = (".svg", ".pdf", ".png", ".tif", ".tiff")

_INK = "#1f2933"
_ACCENT = "#2a6f97"
_FAINT = "#8795a1"
_DPI = 300
_LONGEST_SIDE_PX = 1600
_WIDTH_INCH = 7.2
_STYLE = {
    # Without a salt the ids in an SVG file change with every run.
    "svg.hashsalt": "blotquant",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
}
# No dates and no program versions, so that the same analysis gives the same bytes.
_METADATA: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
    "tiff": {},
}
_AXIS_NAMES = {
    "cleaved_fraction": "cleaved / (cleaved + pro)",
    "cleaved_to_pro": "cleaved / pro",
    "cleaved_to_loading": "cleaved / loading",
    "pro_to_loading": "pro / loading",
    "to_loading": "target / loading",
    "phospho_to_total": "phospho / total",
    FOLD: "fold of control",
}


def write_figure(project: Project, analysis: Analysis, path: Path | str) -> Path:
    """Write the figure as SVG, PDF, PNG or TIFF, by the ending of `path`, and return the path.

    Blots stand on the left, one per photograph, dark bands on light whatever the file's polarity,
    stretched linearly between two percentiles: for the eye only. Ratios stand on the right with
    their intervals; a bound is an arrow, a lane without a number a cross on the axis. Raises
    `SettingsError` for another ending, `ProjectError` where the file cannot be written. Cost: about
    a second, and matplotlib has to be imported.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FIGURE_FORMATS:
        raise SettingsError(
            f"{path.name} does not say a figure format that can be written",
            f"End the name with one of: {' '.join(FIGURE_FORMATS)}",
        )
    kind = {".tif": "tiff"}.get(suffix, suffix[1:])
    import matplotlib as mpl  # noqa: PLC0415 - slow import, only for figures

    data = io.BytesIO()
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type,unused-ignore]
        figure = _figure(project, analysis)
        figure.savefig(data, format=kind, dpi=_DPI, metadata=_METADATA[kind])
    write_bytes_atomically(path, data.getvalue())
    return path


def _figure(project: Project, analysis: Analysis) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow import

    plots = _plots(analysis)
    blot_heights = [_blot_height(r) for r in analysis.images] or [1.0]
    plot_heights = [1.55] * max(1, len(plots))
    height = max(sum(blot_heights), sum(plot_heights), 1.8) + 0.3
    figure = Figure(figsize=(_WIDTH_INCH, height), layout="constrained", facecolor="white")
    left, right = figure.subfigures(1, 2, squeeze=False)[0]
    blots = left.subplots(len(blot_heights), 1, squeeze=False, height_ratios=blot_heights)
    for axes, report in zip(blots[:, 0], analysis.images, strict=False):
        _draw_blot(axes, project, analysis, report)
    panels = right.subplots(len(plot_heights), 1, squeeze=False)
    for axes, ratios in zip(panels[:, 0], plots, strict=False):
        _draw_ratios(axes, project, ratios)
    for axes in (*blots[len(analysis.images) :, 0], *panels[len(plots) :, 0]):
        axes.set_axis_off()
        axes.text(0.5, 0.5, "nothing to show", ha="center", color=_FAINT)
    return figure


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


def _blot_height(report: ImageReport) -> float:
    """Return the height in inches that a photograph takes in its column."""
    shape = report.image.height / report.image.width
    return min(4.0, max(0.9, shape * _WIDTH_INCH * 0.36)) + 0.45


def display_pixels(report: ImageReport) -> NDArray[Any]:
    """Return (rows, columns) between 0 (dark, band) and 1 for the eye; thinned to 1600 px."""
    pixels = report.image.pixels
    step = max(1, math.ceil(max(pixels.shape) / _LONGEST_SIDE_PX))
    shown = pixels[::step, ::step].astype(np.float64)
    if report.polarity.polarity is Polarity.LIGHT_ON_DARK:
        shown = report.image.full_scale - shown
    low, high = (float(v) for v in np.percentile(shown, (0.1, 99.5)))
    if high <= low:
        return np.full(shown.shape, 0.5)
    grey: NDArray[Any] = np.clip((shown - low) / (high - low), 0.0, 1.0)
    return grey


def _draw_blot(axes: Axes, project: Project, analysis: Analysis, report: ImageReport) -> None:
    image = report.image
    axes.imshow(
        display_pixels(report),
        cmap="gray",
        vmin=0,
        vmax=1,
        extent=(-0.5, image.width - 0.5, image.height - 0.5, -0.5),
        interpolation="antialiased",
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(image.name, loc="left", fontsize=6.5, color=_FAINT, pad=12)
    kinds = lane_kinds(project, analysis.lanes)
    for result in analysis.lanes_of(report.photograph.id):
        lane = result.lane
        kind = kinds[lane.membrane, lane.number]
        label = "M" if kind is LaneKind.LADDER else str(lane.number)
        x, y = lane.nodes[0]
        axes.annotate(
            label,
            (x, y),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=6,
            annotation_clip=False,
        )
        xs, ys = zip(*lane.nodes, strict=True)
        axes.plot(xs, ys, color=_ACCENT, linewidth=0.35, alpha=0.45)
    _label_rows(axes, analysis, report)


def _label_rows(axes: Axes, analysis: Analysis, report: ImageReport) -> None:
    """Write each assigned row's target beside the blot, at the height of its rightmost band."""
    for a in analysis.assignments:
        if a.image != report.photograph.id or not a.target:
            continue
        bands = [m for m in analysis.bands_of(a.image, a.membrane) if m.band.row == a.row]
        if not bands:
            continue
        last = max(bands, key=lambda m: m.x_px)
        weight = f" {a.mw_kda:.0f} kDa" if math.isfinite(a.mw_kda) else ""
        axes.annotate(
            f"{a.target} {a.form}{weight}",
            (report.image.width, last.y_px),
            xytext=(3, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=6,
            annotation_clip=False,
        )


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
    axes.set_title(f"{first.target} ({first.membrane}{over})", loc="left", fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_one(axes: Axes, place: int, r: Ratio) -> None:
    if not math.isfinite(r.value):
        axes.plot(
            place, 0, marker="x", color=_FAINT, markersize=4, markeredgewidth=0.8, clip_on=False
        )
        return
    if r.bound:
        marker = "v" if r.bound == "<" else "^"
        axes.plot(place, r.value, marker=marker, markersize=5, mfc="white", mec=_ACCENT)
        return
    axes.plot(place, r.value, marker="o", color=_ACCENT, markersize=3.5)
    if math.isfinite(r.ci_low) and math.isfinite(r.ci_high):
        axes.vlines(place, r.ci_low, r.ci_high, color=_ACCENT, linewidth=0.9)


def _lane_label(project: Project, r: Ratio) -> str:
    """Return what stands under a lane: its condition and dose, else its sample, else its number."""
    sample = sample_of(project, (r.membrane, r.lane))
    if sample is None:
        return f"lane {r.lane}"
    dose = "" if r.dose is None else f"{r.dose:g} {r.dose_unit}".strip()
    words = [w for w in (r.condition, dose) if w]
    return "\n".join(words) or r.sample or f"lane {r.lane}"


def _rotation(project: Project, ratios: Sequence[Ratio]) -> float:
    """Return 90 where level labels would run into each other."""
    longest = max(len(line) for r in ratios for line in _lane_label(project, r).split("\n"))
    return 90.0 if longest * len(ratios) > 60 else 0.0
