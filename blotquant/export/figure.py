"""A figure for a paper: the blots with their lanes and targets, and the ratios with intervals."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.errors import SettingsError
from blotquant.export.csv_tables import image_names
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

INK = "#1f2933"
ACCENT = "#2a6f97"
FAINT = "#8795a1"
_DPI = 300
_LONGEST_SIDE_PX = 1600
_WIDTH_INCH = 7.2
_PLOT_INCH = 1.75
_STYLE = {
    # Without a salt the ids in an SVG file change with every run.
    "svg.hashsalt": "blotquant",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
}
# No dates and no program versions, so that the same analysis gives the same bytes.
_METADATA: dict[str, dict[str, None] | None] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
    "tiff": None,
}
_BESIDE = 0.16  # of the distance between lanes: where the bar of the methods stands
_LEGEND = (
    "bars: interval; thin bars: range over other background methods and\n"
    "over repeats with lanes and bands drawn slightly elsewhere"
)
Crop = tuple[float, float, float, float]

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
    their intervals and, thin beside them, the range over methods and repeats; a bound is an arrow,
    a lane without a number a cross on the axis. Raises `SettingsError` for another ending,
    `ProjectError` where the file cannot be written. Cost: about a second, and matplotlib has to be
    imported.
    """
    return write_drawing(path, lambda: _figure(project, analysis))


def write_drawing(path: Path | str, draw: Callable[[], Figure]) -> Path:
    """Write what `draw` makes, in this program's style and without any date; return the path."""
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
        figure = draw()
        more: dict[str, Any] = {"pil_kwargs": {"compression": "tiff_lzw"}} if kind == "tiff" else {}
        figure.savefig(data, format=kind, dpi=_DPI, metadata=_METADATA[kind], **more)
    write_bytes_atomically(path, data.getvalue())
    return path


def _figure(project: Project, analysis: Analysis) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow import

    plots = _plots(analysis)
    crops = [_crop(analysis, report) for report in analysis.images]
    blot_inches = [_blot_inches(crop) for crop in crops]
    plot_inches = [_PLOT_INCH] * len(plots)
    height = max(sum(blot_inches), sum(plot_inches), 1.8)
    figure = Figure(figsize=(_WIDTH_INCH, height), layout="constrained", facecolor="white")
    left, right = figure.subfigures(1, 2, squeeze=False)[0]
    for axes, crop, inches, report in zip(
        _column(left, blot_inches, height), crops, blot_inches, analysis.images, strict=True
    ):
        _draw_blot(axes, project, analysis, report, crop)
        _label_rows(axes, analysis, report, (crop[3] - crop[1]) / inches)
    for axes, ratios in zip(_column(right, plot_inches, height), plots, strict=True):
        _draw_ratios(axes, project, ratios)
    if any(math.isfinite(r.method_low) for ratios in plots for r in ratios):
        right.supxlabel(_LEGEND, fontsize=5, color=FAINT)
    return figure


def _column(half: Any, inches: list[float], height: float) -> list[Any]:
    """Return axes of the wanted heights from the top down; what is left over stays empty."""
    spare = height - sum(inches)
    ratios = [*inches, spare] if spare > 0.01 else inches
    axes = half.subplots(len(ratios), 1, squeeze=False, height_ratios=ratios)[:, 0]
    for unused in axes[len(inches) :]:
        unused.set_axis_off()
    return list(axes[: len(inches)])


def _crop(analysis: Analysis, report: ImageReport) -> Crop:
    """Return (left, top, right, bottom) of what is shown: the rows with room above and below.

    A photograph without assigned rows is shown whole.
    """
    width, height = report.image.width, report.image.height
    rows = {
        (a.membrane, a.row)
        for a in analysis.assignments
        if a.image == report.photograph.id and a.target
    }
    boxes = [
        m.box
        for m in analysis.bands_of(report.photograph.id)
        if (m.band.membrane, m.band.row) in rows
    ]
    if not boxes:
        return 0.0, 0.0, float(width), float(height)
    room = 2.5 * max(bottom - top for _, top, _, bottom in boxes)
    top = max(0.0, min(box[1] for box in boxes) - room)
    bottom = min(float(height), max(box[3] for box in boxes) + room)
    return 0.0, top, float(width), bottom


def _blot_inches(crop: Crop) -> float:
    """Return the height that a blot takes in its column, with its title and lane numbers."""
    shape = (crop[3] - crop[1]) / (crop[2] - crop[0])
    return min(3.5, max(0.35, shape * _WIDTH_INCH * 0.36)) + 0.45


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


def _draw_blot(
    axes: Axes, project: Project, analysis: Analysis, report: ImageReport, crop: Crop
) -> None:
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
    axes.set_title(
        image_names(analysis)[report.photograph.id], loc="left", fontsize=6.5, color=FAINT, pad=12
    )
    kinds = lane_kinds(project, analysis.lanes)
    for result in analysis.lanes_of(report.photograph.id):
        lane = result.lane
        kind = kinds[lane.membrane, lane.number]
        label = "M" if kind is LaneKind.LADDER else str(lane.number)
        axes.annotate(
            label,
            (lane.x_at(crop[1]), crop[1]),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=6,
            annotation_clip=False,
        )
        xs, ys = zip(*lane.nodes, strict=True)
        axes.plot(xs, ys, color=ACCENT, linewidth=0.35, alpha=0.45)
    axes.set_xlim(crop[0] - 0.5, crop[2] - 0.5)
    axes.set_ylim(crop[3] - 0.5, crop[1] - 0.5)


def _label_rows(axes: Axes, analysis: Analysis, report: ImageReport, px_per_inch: float) -> None:
    """Write each assigned row's target beside the blot, at the height of its rightmost band.

    Labels of a doublet are moved apart until they can be read.
    """
    labels = []
    for a in analysis.assignments:
        bands = [
            m
            for m in analysis.bands_of(a.image, a.membrane)
            if a.image == report.photograph.id and a.target and m.band.row == a.row
        ]
        if bands:
            weight = f" {a.mw_kda:.0f} kDa" if math.isfinite(a.mw_kda) else ""
            y = max(bands, key=lambda m: m.x_px).y_px
            form = "" if a.form == "full" else f" {a.form}"
            labels.append((y, f"{a.target}{form}{weight}"))
    lowest = -math.inf
    for y, text in sorted(labels):
        lowest = max(y, lowest + 0.1 * px_per_inch)
        axes.annotate(
            text,
            (report.image.width, lowest),
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
