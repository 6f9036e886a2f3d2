"""Sample sheets: ``[[lane]]`` entries of an experiment file, or a CSV table of the same columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blotquant.errors import ExperimentError
from blotquant.io.problems import Entry, Problems, closest
from blotquant.model.lane import LaneKind
from blotquant.model.sample import Sample

COLUMNS = (
    "membrane",
    "lane",
    "sample",
    "condition",
    "dose",
    "dose_unit",
    "time_h",
    "replicate",
    "kind",
)
ALSO_CALLED = {"amount": "dose", "amount_unit": "dose_unit"}  # of a standard
REMARKS = ("note", "notes", "comment", "comments")  # columns that may be there and are not read
DELETE_ONE = "delete one of the two"
MAX_BYTES = 2**19  # some thousand lanes; what is larger is something else and takes long to read


def read_sample_sheet(path: Path | str, membranes: tuple[str, ...]) -> tuple[Sample, ...]:
    """Return the samples of a CSV sheet; raise `ExperimentError` listing every problem in it.

    UTF-8 (with or without BOM) or UTF-16, separated by comma, semicolon or tab. A line without a
    membrane holds for all `membranes`.
    """
    path = Path(path)
    problems = Problems()
    samples = samples_of(sheet_entries(path, problems), membranes, problems)
    if problems.found:
        raise ExperimentError(path.name, tuple(problems.found))
    return samples


def samples_of(
    entries: Iterable[Entry], membranes: tuple[str, ...], problems: Problems
) -> tuple[Sample, ...]:
    """Return the samples of all entries, each lane once; what is wrong goes to `problems`.

    An entry for one membrane goes before one that holds for all of them.
    """
    named: dict[tuple[str, int], Sample] = {}
    general: dict[int, Sample] = {}
    for entry in entries:
        sample = _sample(entry)
        if sample is None:
            continue
        place = (sample.membrane, sample.lane)
        if place in named or (not sample.membrane and sample.lane in general):
            which = f" of membrane {sample.membrane!r}" if sample.membrane else ""
            problems.add(entry.place, f"lane {sample.lane}{which} is described twice", DELETE_ONE)
        elif sample.membrane:
            _check_membrane(entry, sample.membrane, membranes)
            named[place] = sample
        else:
            general[sample.lane] = sample
    return (*named.values(), *_for_all(general.values(), membranes, named))


def _for_all(
    samples: Iterable[Sample], membranes: tuple[str, ...], named: Mapping[tuple[str, int], Sample]
) -> Iterator[Sample]:
    samples = tuple(samples)
    for membrane in membranes:
        for s in samples:
            if (membrane, s.lane) not in named:
                yield replace(s, membrane=membrane)


def is_shown(membrane: str, membranes: Iterable[str]) -> bool:
    """Return whether a membrane is among these names, or completed from one (``NAME.2``)."""
    base, dot, number = membrane.rpartition(".")
    return membrane in membranes or (bool(dot) and number.isdecimal() and base in membranes)


def _check_membrane(entry: Entry, membrane: str, membranes: tuple[str, ...]) -> None:
    if not is_shown(membrane, membranes):
        entry.wrong(
            "membrane", f"no image shows a membrane {membrane!r}", closest(membrane, membranes)
        )


def _sample(entry: Entry) -> Sample | None:
    lane = entry.count("lane")
    dose = entry.number("dose", None, minimum=0.0)
    time_h = entry.number("time_h", None, minimum=0.0)
    sample = Sample(
        membrane=entry.text("membrane"),
        lane=lane or 1,
        sample=entry.text("sample"),
        condition=entry.text("condition"),
        dose=dose,
        dose_unit=entry.text("dose_unit"),
        time_h=time_h,
        replicate=entry.text("replicate"),
        kind=LaneKind(entry.choice("kind", LaneKind.SAMPLE.value, [k.value for k in LaneKind])),
    )
    return None if lane is None else sample


def sheet_entries(path: Path, problems: Problems) -> tuple[Entry, ...]:
    """Return the lines of a CSV sheet as entries; what cannot be read goes to `problems`."""
    text = _text(path, problems)
    if text is None:
        return ()
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        problems.add(f"{path.name}, line {reader.line_num}", str(error), "save it as CSV again")
        return ()
    if not lines:
        problems.add(path.name, "is empty", f"give it the columns {', '.join(COLUMNS)}")
        return ()
    named = [c.strip().lower().replace(" ", "_") for c in lines[0][1]]
    columns = [ALSO_CALLED.get(c, c) for c in named]
    if not _check_columns(columns, path, problems):
        return ()
    return tuple(
        _line(columns, cells, f"{path.name}, line {number}", delimiter, problems)
        for number, cells in lines[1:]
    )


def _check_columns(columns: list[str], path: Path, problems: Problems) -> bool:
    """Note unknown columns once, not once a line; return whether lines can be read."""
    place = f"{path.name}, line 1"
    known = (*COLUMNS, *REMARKS)
    Entry(dict.fromkeys(c for c in columns if c), place, known, problems)
    for column in COLUMNS:
        if columns.count(column) > 1:
            problems.add(place, f"the column `{column}` stands there twice", "delete one")
    if "lane" not in columns:
        problems.add(place, "there is no column `lane`", f"the columns are {', '.join(COLUMNS)}")
    return "lane" in columns


def _line(
    columns: list[str], cells: list[str], place: str, delimiter: str, problems: Problems
) -> Entry:
    if any(c.strip() for c in cells[len(columns) :]):
        problems.add(place, "has more cells than the first line", "quote text that holds commas")
    table: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column in COLUMNS and cell.strip():
            table[column] = _value(column, cell.strip(), delimiter)
    return Entry(table, place, COLUMNS, problems)


def _value(column: str, cell: str, delimiter: str) -> Any:
    """Return a cell as the number that its column holds; what is no number stays text."""
    if column not in ("lane", "dose", "time_h"):
        return cell
    # Where commas do not part cells they part decimals.
    written = cell if delimiter == "," else cell.replace(",", ".")
    try:
        number = float(written)
    except ValueError:
        return cell
    return int(number) if column == "lane" and number.is_integer() else number


def _text(path: Path, problems: Problems) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            problems.add(path.name, "is too large for a sample sheet", "check that it is the one")
            return None
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it is not a file").lower()
        problems.add(path.name, f"cannot be read: {reason}", "check the name of the sample sheet")
        return None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(
            f"{path.name}, line {line}", "is not UTF-8 text", 'save it as "CSV UTF-8" and try again'
        )
        return None
