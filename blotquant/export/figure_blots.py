"""The blots of a figure: a crop with its lanes, weights and targets, and the source uncropped."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from blotquant.export.csv_tables import image_names
from blotquant.export.drawing import ACCENT, FAINT, INK
from blotquant.export.figure_lanes import Cuts, LaneLabel, cuts_of, lane_labels, runs
from blotquant.model.figure import FigureOptions
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.model.results import Analysis, ImageReport
from blotquant.targets.library import load_library
from blotquant.targets.spoken import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Crop = tuple[float, float, float, float]

_LONGEST_INCH = 4.0  # of a photograph in the figure
_BLOT_INCH = 2.3  # its usual width, labels left aside
HIGHEST_INCH = 3.5
_SIZE, _LEAST_SIZE = 6.0, 3.5  # of letters, points
_SIGN_WIDTH = 0.75  # of a letter's size, with some space
_ROOM = 2.5  # band heights shown above the first row and below the last
_LABEL_STEP_INCH = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is drawn of one photograph: `crop` is (left, top, right, bottom) in its pixels.

    `labels` are those of the lanes that are drawn.
    """

    report: ImageReport
    crop: Crop
    cuts: Cuts
    labels: tuple[LaneLabel, ...]

    @property
    def shape(self) -> float:
        """Height over width, as drawn."""
        return (self.crop[3] - self.crop[1]) / self.cuts.width

    @property
    def px_per_inch(self) -> float:
        """How many pixels of the photograph an inch of the figure holds, about."""
        return max(self.cuts.width / _BLOT_INCH, (self.crop[3] - self.crop[1]) / HIGHEST_INCH)

    def x_of(self, lane: Lane) -> float:
        """Return where a lane's label stands."""
        return self.cuts.drawn(lane.x_at(self.crop[1])) or 0.0

    @property
    def has_groups(self) -> bool:
        """Whether brackets stand above the lanes."""
        return bool(runs(self.labels))


def panel_of(
    project: Project, analysis: Analysis, report: ImageReport, options: FigureOptions
) -> Panel:
    """Return what is drawn of a photograph."""
    image = report.photograph.id
    cuts = cuts_of(analysis, image, float(report.image.width), spliced=options.spliced)
    labels = lane_labels(project, analysis, image, conditions=options.conditions)
    crop = crop_of(analysis, report)
    kept = tuple(x for x in labels if cuts.drawn(x.lane.x_at(crop[1])) is not None)
    return Panel(report=report, crop=crop, cuts=cuts, labels=kept)


def crop_of(analysis: Analysis, report: ImageReport) -> Crop:
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
    room = _ROOM * max(bottom - top for _, top, _, bottom in boxes)
    top = max(0.0, min(box[1] for box in boxes) - room)
    bottom = min(float(height), max(box[3] for box in boxes) + room)
    return 0.0, top, float(width), bottom


def display_pixels(report: ImageReport, longest_px: int = 1600) -> NDArray[Any]:
    """Return (rows, columns) between 0 (dark, band) and 1 for the eye; thinned to `longest_px`."""
    pixels = report.image.pixels
    step = max(1, math.ceil(max(pixels.shape) / longest_px))
    shown = pixels[::step, ::step].astype(np.float64)
    if report.polarity.polarity is Polarity.LIGHT_ON_DARK:
        shown = report.image.full_scale - shown
    low, high = (float(v) for v in np.percentile(shown, (0.1, 99.5)))
    if high <= low:
        return np.full(shown.shape, 0.5)
    grey: NDArray[Any] = np.clip((shown - low) / (high - low), 0.0, 1.0)
    return grey


def draw_blot(axes: Axes, analysis: Analysis, panel: Panel, options: FigureOptions) -> None:
    """Draw a blot with everything around it."""
    report, crop = panel.report, panel.crop
    _draw_pixels(axes, panel, options.dpi)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(
        image_names(analysis)[report.photograph.id],
        loc="left",
        fontsize=6.5,
        color=FAINT,
        pad=22 if panel.has_groups else 12,
    )
    size = _size_of_labels(panel)
    for label in panel.labels:
        _above(axes, panel.x_of(label.lane), crop[1], label.text, 2, fontsize=size)
    _draw_brackets(axes, panel)
    for seam in panel.cuts.seams:
        axes.axvline(seam, color=INK, linewidth=0.8)
    axes.spines[:].set_visible(options.border)
    px_per_inch = panel.px_per_inch
    if options.weights:
        _draw_weights(axes, analysis, panel, px_per_inch)
    _label_rows(axes, analysis, panel, px_per_inch)
    axes.set_xlim(-0.5, panel.cuts.width - 0.5)
    axes.set_ylim(crop[3] - 0.5, crop[1] - 0.5)


def draw_source(axes: Axes, analysis: Analysis, panel: Panel, options: FigureOptions) -> None:
    """Draw a photograph as it is, with a frame around what the figure shows of it."""
    report, crop = panel.report, panel.crop
    whole = Cuts(pieces=((0.0, float(report.image.width)),))
    _draw_pixels(axes, Panel(report=report, crop=crop, cuts=whole, labels=()), options.dpi)
    for left, right in panel.cuts.pieces:
        xs = (left, right - 1, right - 1, left, left)
        ys = (crop[1], crop[1], crop[3] - 1, crop[3] - 1, crop[1])
        axes.plot(xs, ys, color=ACCENT, linewidth=0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(image_names(analysis)[report.photograph.id], loc="left", fontsize=6, color=FAINT)
    axes.set_xlim(-0.5, report.image.width - 0.5)
    axes.set_ylim(report.image.height - 0.5, -0.5)


def _draw_pixels(axes: Axes, panel: Panel, dpi: int) -> None:
    image = panel.report.image
    grey = display_pixels(panel.report, round(_LONGEST_INCH * max(dpi, 400)))
    per_px = grey.shape[1] / image.width
    at = -0.5
    for left, right in panel.cuts.pieces:
        shown = grey[:, round(left * per_px) : max(round(right * per_px), 1)]
        axes.imshow(
            shown,
            cmap="gray",
            vmin=0,
            vmax=1,
            extent=(at, at + right - left, image.height - 0.5, -0.5),
            interpolation="antialiased",
        )
        at += right - left


def _size_of_labels(panel: Panel) -> float:
    """Return the size at which no lane's label runs into the next."""
    places = sorted(panel.x_of(x.lane) for x in panel.labels)
    nearest = min((b - a for a, b in itertools.pairwise(places)), default=math.inf)
    n_signs = max((len(x.text) for x in panel.labels), default=1)
    fits = nearest / panel.px_per_inch * 72 / (n_signs * _SIGN_WIDTH)
    return max(_LEAST_SIZE, min(_SIZE, fits))


def _above(
    axes: Axes, x: float, y: float, text: str, points: float, fontsize: float = _SIZE
) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(0, points),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=fontsize,
        annotation_clip=False,
    )


def _draw_brackets(axes: Axes, panel: Panel) -> None:
    """Draw a line over lanes that share a condition, with its name above it."""
    top = panel.crop[1]
    for run in runs(panel.labels):
        places = [panel.x_of(x.lane) for x in run]
        half = run[0].lane.width_px * 0.4
        left, right = places[0] - half, places[-1] + half
        line = axes.plot((left, right), (top, top), color=INK, linewidth=0.6, clip_on=False)[0]
        line.set_transform(_raised(axes, 11))
        _above(axes, (left + right) / 2, top, run[0].group, 12)


def _raised(axes: Axes, points: float) -> Any:
    from matplotlib.transforms import ScaledTranslation  # noqa: PLC0415 - slow import

    scale = axes.figure.get_figure(root=True).dpi_scale_trans
    return axes.transData + ScaledTranslation(0, points / 72, scale)


def _draw_weights(axes: Axes, analysis: Analysis, panel: Panel, px_per_inch: float) -> None:
    """Write the ladder's kDa on the left; of several ladders those of the leftmost."""
    fits = [f for f in analysis.ladder_fits if f.image == panel.report.photograph.id]
    for membrane in dict.fromkeys(f.membrane for f in fits):
        fit = min((f for f in fits if f.membrane == membrane), key=lambda f: f.lane)
        lowest = -math.inf
        for y, kda in sorted(zip(fit.position_px, fit.mw_kda, strict=True)):
            if not panel.crop[1] <= y <= panel.crop[3] or y < lowest:
                continue
            lowest = y + _LABEL_STEP_INCH * px_per_inch
            axes.annotate(
                f"{kda:g} –",
                (-0.5, y),
                xytext=(-1, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=6,
                annotation_clip=False,
            )


def _label_rows(axes: Axes, analysis: Analysis, panel: Panel, px_per_inch: float) -> None:
    """Write each assigned row's target beside the blot, at the height of its rightmost band.

    Labels of a doublet are moved apart until they can be read.
    """
    library, report = load_library(), panel.report
    labels = []
    for a in analysis.assignments:
        bands = [
            m
            for m in analysis.bands_of(a.image, a.membrane)
            if a.image == report.photograph.id and a.target and m.band.row == a.row
        ]
        if bands:
            y = max(bands, key=lambda m: m.x_px).y_px
            labels.append((y, spoken(library, a.target, a.form) + _weight(a.form, a.mw_kda)))
    for at, (y, text) in zip(
        _apart([y for y, _ in sorted(labels)], _LABEL_STEP_INCH * px_per_inch),
        sorted(labels),
        strict=True,
    ):
        axes.annotate(
            text,
            (panel.cuts.width, y),
            xytext=(3, -(at - y) / px_per_inch * 72),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=6,
            annotation_clip=False,
        )


def _weight(form: str, mw_kda: float) -> str:
    """Return the measured weight of a row, else the one that its form is called by."""
    if math.isfinite(mw_kda):
        return f"  {mw_kda:.0f} kDa"
    return f"  {form[1:]} kDa" if form[:1] == "p" and form[1:].isdecimal() else ""


def _apart(heights: Sequence[float], step: float) -> list[float]:
    """Return heights at least a step apart, each group of close ones about its middle."""
    groups: list[list[float]] = []
    for y in heights:
        groups.append([y])
        while len(groups) > 1 and _span(groups[-2], step)[1] + step > _span(groups[-1], step)[0]:
            last = groups.pop()
            groups[-1] += last
    return [_span(g, step)[0] + i * step for g in groups for i in range(len(g))]


def _span(group: Sequence[float], step: float) -> tuple[float, float]:
    middle, half = sum(group) / len(group), (len(group) - 1) * step / 2
    return middle - half, middle + half
