"""The figure of the dilution series: volumes against amounts, the line, the usable range."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blotquant.errors import SettingsError
from blotquant.export.csv_tables import image_names
from blotquant.export.drawing import ACCENT, FAINT, INK, write_drawing
from blotquant.model.linearity import DilutionPoint, DilutionSeries, PointState, amount_text
from blotquant.model.results import Analysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH_INCH = 3.4
_HEIGHT_INCH = 2.6
_ALONGSIDE = 3


def write_linearity_figure(analysis: Analysis, path: Path | str) -> Path:
    """Draw every dilution series of an analysis, by the ending of `path`, and return the path.

    Both axes are logarithmic. Full points lie in the usable range, which is shaded; open ones
    outside it; crosses were left out of every fit. The drawn line is proportional (slope 1) where
    there is a range, else the fitted one. Raises `SettingsError` without a series or for another
    ending, `ProjectError` where the file cannot be written.
    """
    if not analysis.dilutions:
        raise SettingsError(
            "There is no dilution series to draw",
            "Give its lanes the kind standard, a dose and a dose_unit in the sample sheet",
        )
    return write_drawing(path, lambda: _figure(analysis))


def _figure(analysis: Analysis) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow import

    n = len(analysis.dilutions)
    columns = min(n, _ALONGSIDE)
    rows = -(-n // columns)
    size = (_WIDTH_INCH * columns, _HEIGHT_INCH * rows)
    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    names = image_names(analysis)
    for here, series in zip(axes, analysis.dilutions, strict=False):
        _draw(here, series, names[series.image])
    for unused in axes[n:]:
        unused.set_axis_off()
    return figure


def _draw(axes: Axes, s: DilutionSeries, image: str) -> None:
    what = f"{s.target} {s.form}".strip() or f"row {s.row}"
    axes.set_title(f"{what}, membrane {s.membrane}\n{image}", fontsize=6)
    axes.set_xlabel(f"amount ({s.unit})" if s.unit else "amount")
    axes.set_ylabel("volume (counts x px)")
    points = [p for p in s.points if p.amount > 0 and p.volume > 0]
    if not points:
        axes.text(0.5, 0.5, s.reason, transform=axes.transAxes, ha="center", wrap=True)
        return
    axes.set_xscale("log")
    axes.set_yscale("log")
    amounts = sorted({p.amount for p in points})
    axes.set_xticks(amounts, [amount_text(a) for a in amounts])
    axes.minorticks_off()
    for spine in ("top", "right"):
        axes.spines[spine].set_visible(False)
    if s.has_range:
        axes.axvspan(s.range_low, s.range_high, color=ACCENT, alpha=0.10, linewidth=0)
    for p in points:
        low = min(p.volume_se, 0.999 * p.volume)
        axes.errorbar(p.amount, p.volume, yerr=[[low], [p.volume_se]], **_look(p))
    if s.has_line:
        x = np.geomspace(min(p.amount for p in points), max(p.amount for p in points), 2)
        axes.plot(x, line_volumes(s, x), color=INK, linewidth=0.7, linestyle="--", zorder=1)
    words = [f"slope {s.slope:.2f}"] if s.has_line else []
    words += [f"usable {s.range_text}"] if s.has_range else [s.reason]
    axes.text(0.03, 0.97, "\n".join(words), transform=axes.transAxes, va="top", fontsize=6)


def line_volumes(s: DilutionSeries, amounts: Any) -> Any:
    """Return the volumes of the series' line: proportional where it has a range, else fitted."""
    if s.has_range:
        return s.response * amounts
    return np.exp(s.intercept + s.slope * np.log(amounts))


def _look(p: DilutionPoint) -> dict[str, Any]:
    if p.state is PointState.IN_RANGE:
        return {"fmt": "o", "color": ACCENT, "markersize": 4, "elinewidth": 0.8}
    if p.state in (PointState.OUTSIDE, PointState.MEASURABLE):
        look = {"fmt": "o", "color": ACCENT, "markerfacecolor": "white"}
        return look | {"markersize": 4, "elinewidth": 0.8}
    return {"fmt": "x", "color": FAINT, "markersize": 4, "elinewidth": 0.8}
