"""The main tables: bands, lanes, ratios, summary. UTF-8, RFC 4180, ``.`` decimal, no clock time."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from blotquant.flags import Flag, flags_text
from blotquant.io.atomic import write_bytes_atomically
from blotquant.model.band import BandMeasurement
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.linearity import BandAmount
from blotquant.model.project import Project
from blotquant.model.results import Analysis, ConditionSummary, Ratio
from blotquant.normalise.design import lane_kinds, sample_of

BAND_COLUMNS = (
    "image",
    "sha256",
    "membrane",
    "lane",
    "sample",
    "row",
    "target",
    "form",
    "mw_kda",
    "mw_low",
    "mw_high",
    "rf",
    "x_px",
    "y_px",
    "left_px",
    "top_px",
    "right_px",
    "bottom_px",
    "area_px",
    "raw_volume",
    "background_volume",
    "volume",
    "volume_se",
    "lod",
    "snr",
    "saturated_fraction",
    "detected",
    "flags",
    "amount",
    "amount_unit",
    "range_factor",
    "volume_estimate",
    "volume_estimate_low",
    "volume_estimate_high",
)

LANE_COLUMNS = (
    "image",
    "membrane",
    "lane",
    "sample",
    "kind",
    "x_top_px",
    "y_top_px",
    "x_bottom_px",
    "y_bottom_px",
    "width_px",
    "loading",
    "loading_se",
    "flags",
    "nodes",
)

RATIO_COLUMNS = (
    "membrane",
    "lane",
    "sample",
    "condition",
    "dose",
    "dose_unit",
    "time_h",
    "replicate",
    "target",
    "ratio",
    "value",
    "ci_low",
    "ci_high",
    "bound",
    "method_low",
    "method_high",
    "control",
    "normalisation",
    "flags",
)

SUMMARY_COLUMNS = (
    "target",
    "ratio",
    "condition",
    "dose",
    "dose_unit",
    "time_h",
    "n",
    "geometric_mean",
    "sd_ln",
    "ci_low",
    "ci_high",
    "fold_change",
    "p",
    "test",
    "flags",
)

Cell = str | int | float | bool | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_tables(project: Project, analysis: Analysis, folder: Path) -> tuple[Path, ...]:
    """Write the four tables into an existing folder and return their paths.

    Each file is replaced as a whole or not at all. Raises `ProjectError` naming the file when the
    folder cannot be written to.
    """
    tables = (
        ("bands.csv", BAND_COLUMNS, band_rows(project, analysis)),
        ("lanes.csv", LANE_COLUMNS, lane_rows(project, analysis)),
        ("ratios.csv", RATIO_COLUMNS, [_fields(r, RATIO_COLUMNS) for r in analysis.ratios]),
        ("summary.csv", SUMMARY_COLUMNS, [_fields(s, SUMMARY_COLUMNS) for s in analysis.summary]),
    )
    paths = []
    for name, columns, rows in tables:
        path = folder / name
        write_bytes_atomically(path, table_bytes(columns, rows))
        paths.append(path)
    return tuple(paths)


def table_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as the bytes of a CSV file: one header row, lines ended by CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(c) for c in row] for row in rows)
    return text.getvalue().encode("utf-8")


def cell(value: Cell) -> str:
    """Return one cell: numbers with seven significant digits, nothing for NaN and None.

    Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers are numbers,
    whatever their sign.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    number = float(value)
    if math.isnan(number):
        return ""
    return format(number + 0.0, ".7g")


def image_names(analysis: Analysis) -> dict[str, str]:
    """Return what the tables call each photograph: its file name, with folders where two share it.

    As many folders are added as it takes to tell the photographs apart; the same file twice is told
    apart by its id.
    """
    names = {r.photograph.id: r.image.name for r in analysis.images}
    parts = {
        r.photograph.id: PurePosixPath(r.photograph.file).parent.parts for r in analysis.images
    }
    for depth in range(1, max(map(len, parts.values()), default=0) + 1):
        twice = _repeated(names)
        if not twice:
            break
        for image in twice:
            folders = [p for p in parts[image][-depth:] if p != "/"]
            last = PurePosixPath(names[image]).name
            names[image] = "/".join((*folders, last))
    return {i: f"{n} ({i})" if i in _repeated(names) else n for i, n in names.items()}


def _repeated(names: dict[str, str]) -> set[str]:
    values = list(names.values())
    return {image for image, name in names.items() if values.count(name) > 1}


def band_rows(project: Project, analysis: Analysis) -> list[tuple[Cell, ...]]:
    """Return one row per lane and band row, present or not, in the analysis' order."""
    names = image_names(analysis)
    hashes = {r.photograph.id: r.image.sha256 for r in analysis.images}
    kinds = lane_kinds(project, analysis.lanes)
    assigned = {(a.image, a.membrane, a.row): a for a in analysis.assignments}
    amounts = {a.key: a for a in analysis.amounts}
    rows: list[tuple[Cell, ...]] = []
    for m in analysis.bands:
        band = m.band
        key = band.membrane, band.lane
        a = assigned.get((band.image, band.membrane, band.row))
        sample = sample_of(project, key)
        flags = _band_flags(m, kinds.get(key)) | (a.flags if a else Flag.NONE)
        rows.append(
            (
                names[band.image],
                hashes[band.image],
                band.membrane,
                band.lane,
                sample.sample if sample else "",
                band.row,
                a.target if a else "",
                a.form if a else "",
                *((a.mw_kda, a.mw_low, a.mw_high) if a else (None, None, None)),
                m.rf,
                m.x_px,
                m.y_px,
                *m.box,
                m.area_px,
                m.raw_volume,
                m.background_volume,
                m.volume,
                m.volume_se,
                m.lod,
                m.snr,
                m.saturated_fraction,
                m.detected,
                flags_text(flags),
                *_amount_cells(amounts.get(band.key)),
                m.volume_estimate,
                m.volume_estimate_low,
                m.volume_estimate_high,
            )
        )
    return rows


def _amount_cells(amount: BandAmount | None) -> tuple[Cell, Cell, Cell]:
    """Return what a band stands for by the dilution series of its target, if there is one."""
    if amount is None:
        return None, None, None
    return amount.amount, amount.unit, amount.range_factor


def _band_flags(m: BandMeasurement, kind: LaneKind | None) -> Flag:
    flags = m.flags | m.band.flags
    if kind is LaneKind.LADDER:
        flags |= Flag.LADDER_LANE
    if m.band.edited:
        flags |= Flag.EDITED
    if m.band.excluded:
        flags |= Flag.EXCLUDED
    return flags


def lane_rows(project: Project, analysis: Analysis) -> list[tuple[Cell, ...]]:
    """Return one row per lane of each photograph; its axis runs from the first to the last node."""
    names = image_names(analysis)
    kinds = lane_kinds(project, analysis.lanes)
    loadings = {(x.membrane, x.lane): x for x in analysis.loadings}
    rows: list[tuple[Cell, ...]] = []
    for lane in (r.lane for r in analysis.lanes):
        key = lane.membrane, lane.number
        sample = sample_of(project, key)
        loading = loadings.get(key)
        kind = kinds[key]
        flags = lane.flags | (loading.flags if loading else Flag.NONE)
        if kind is LaneKind.LADDER:
            flags |= Flag.LADDER_LANE
        if lane.edited:
            flags |= Flag.EDITED
        rows.append(
            (
                names[lane.image],
                lane.membrane,
                lane.number,
                sample.sample if sample else "",
                kind.value,
                *lane.nodes[0],
                *lane.nodes[-1],
                lane.width_px,
                loading.loading if loading else None,
                loading.loading_se if loading else None,
                flags_text(flags),
                _nodes(lane),
            )
        )
    return rows


def _nodes(lane: Lane) -> str:
    """Return a curved lane's nodes as ``x:y x:y``; nothing for a straight lane."""
    if len(lane.nodes) == 2:
        return ""
    return " ".join(f"{cell(float(x))}:{cell(float(y))}" for x, y in lane.nodes)


def _fields(result: Ratio | ConditionSummary, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Return a result's fields in the order of the columns, which have the same names."""
    return tuple(
        flags_text(result.flags) if column == "flags" else getattr(result, column)
        for column in columns
    )
