"""`ladders.csv`: how well each band of each ladder lane fits its product."""

from __future__ import annotations

import math
from pathlib import Path

from blotquant.export.csv_tables import Cell, image_names, table_bytes
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.ladder import LadderFit
from blotquant.model.results import Analysis

LADDER_COLUMNS = (
    "image",
    "membrane",
    "lane",
    "ladder",
    "kda",
    "matched",
    "y_px",
    "residual_percent",
    "left_out_percent",
    "lane_error_percent",
)


def write_ladder_table(analysis: Analysis, folder: Path) -> Path:
    """Write `ladders.csv` into an existing folder and return its path.

    Without a fitted ladder it holds its header alone. Raises `ProjectError` naming the file when
    the folder cannot be written to.
    """
    path = folder / "ladders.csv"
    write_bytes_atomically(path, table_bytes(LADDER_COLUMNS, ladder_rows(analysis)))
    return path


def ladder_rows(analysis: Analysis) -> list[tuple[Cell, ...]]:
    """Return a row for each band of each product, the heaviest first, matched or not.

    `residual_percent` says by how much the table's weight exceeds the smooth curve through all
    matched bands, `left_out_percent` the same for the curve without this band,
    `lane_error_percent` the leave-one-out error of the lane.
    """
    names = image_names(analysis)
    return [
        (names[fit.image], fit.membrane, fit.lane, fit.ladder, *line)
        for fit in analysis.ladder_fits
        for line in _lines(fit)
    ]


def _lines(fit: LadderFit) -> list[tuple[Cell, ...]]:
    error = 100 * fit.rms_ln
    nothing = (math.nan,) * len(fit.mw_kda)
    lines: dict[float, tuple[Cell, ...]] = {
        kda: (kda, True, y, _percent(residual), _percent(left_out), error)
        for kda, y, residual, left_out in zip(
            fit.mw_kda,
            fit.position_px,
            fit.residual_ln or nothing,
            fit.left_out_ln or nothing,
            strict=True,
        )
    }
    lines |= {kda: (kda, False, None, None, None, error) for kda in fit.missing_kda}
    return [lines[kda] for kda in sorted(lines, reverse=True)]


def _percent(difference_ln: float) -> float:
    return 100 * math.expm1(difference_ln)
