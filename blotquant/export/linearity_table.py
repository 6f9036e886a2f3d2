"""`linearity.csv`: every lane of every dilution series, with the line and the range it led to."""

from __future__ import annotations

from pathlib import Path

from blotquant.export.csv_tables import Cell, image_names, table_bytes
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.linearity import DilutionPoint, DilutionSeries
from blotquant.model.results import Analysis

_SERIES_COLUMNS = (
    "slope",
    "slope_low",
    "slope_high",
    "intercept",
    "r_squared",
    "lack_of_fit_p",
    "lack_of_fit_test",
    "response",
    "offset",
    "offset_low",
    "offset_high",
    "lod_amount",
    "loq_amount",
    "range_low",
    "range_high",
    "volume_low",
    "volume_high",
    "reason",
)

LINEARITY_COLUMNS = (
    "image",
    "membrane",
    "row",
    "target",
    "form",
    "lane",
    "sample",
    "amount",
    "unit",
    "volume",
    "volume_se",
    "back_calculated",
    "deviation_percent",
    "state",
    *_SERIES_COLUMNS,
)


def write_linearity_table(analysis: Analysis, folder: Path) -> Path:
    """Write `linearity.csv` into an existing folder and return its path.

    Without a dilution series it holds its header alone. Raises `ProjectError` naming the file when
    the folder cannot be written to.
    """
    path = folder / "linearity.csv"
    write_bytes_atomically(path, table_bytes(LINEARITY_COLUMNS, linearity_rows(analysis)))
    return path


def linearity_rows(analysis: Analysis) -> list[tuple[Cell, ...]]:
    """Return a row for each standard lane of each series, the smallest amount first.

    What holds for the whole series stands in each of its rows.
    """
    names = image_names(analysis)
    return [
        (names[s.image], s.membrane, s.row, s.target, s.form, *_point(s, p), *_line(s))
        for s in analysis.dilutions
        for p in s.points
    ]


def _point(s: DilutionSeries, p: DilutionPoint) -> tuple[Cell, ...]:
    return (
        p.lane,
        p.sample,
        p.amount,
        s.unit,
        p.volume,
        p.volume_se,
        p.back_calculated,
        100 * p.deviation,
        p.state.value,
    )


def _line(s: DilutionSeries) -> tuple[Cell, ...]:
    return tuple(getattr(s, column) for column in _SERIES_COLUMNS)
