"""The cells of the sample sheet as text, and text from a spreadsheet as cells. Without Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blotquant.errors import SettingsError
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant.model.sample import Sample
from blotquant.normalise.design import sample_of

_KINDS = {
    "": LaneKind.SAMPLE,
    "sample": LaneKind.SAMPLE,
    "s": LaneKind.SAMPLE,
    "ladder": LaneKind.LADDER,
    "marker": LaneKind.LADDER,
    "m": LaneKind.LADDER,
    "blank": LaneKind.BLANK,
    "empty": LaneKind.BLANK,
    "standard": LaneKind.STANDARD,
    "dilution": LaneKind.STANDARD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A field of the sheet: its header, how it is shown, and what a typed text means."""

    field: str
    title: str
    tip: str
    show: Callable[[Any], str]
    read: Callable[[str], Any]


def _number(text: str) -> float | None:
    text = text.strip().replace("\u2009", "").replace("\u00a0", "").replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(
            f"{text!r} is no number", "Type a number such as 25, and its unit beside it"
        ) from None
    if not math.isfinite(value) or value < 0:
        raise SettingsError(f"{text} cannot be a dose or a time", "Type 0 or a larger number")
    return value


def _kind(text: str) -> LaneKind:
    kind = _KINDS.get(text.strip().casefold())
    if kind is None:
        raise SettingsError(
            f"A lane cannot hold {text!r}", "Type sample, ladder, blank or standard"
        )
    return kind


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


CELLS = (
    Cell(
        field="kind",
        title="Holds",
        tip="sample, ladder, blank, or standard: a lane of a dilution series",
        show=lambda kind: str(kind.value),
        read=_kind,
    ),
    Cell(field="sample", title="Sample", tip="Its name, as you like", show=str, read=str.strip),
    Cell(
        field="condition",
        title="Condition",
        tip="Lanes of one condition are compared as a group; one of them is the control",
        show=str,
        read=str.strip,
    ),
    Cell(
        field="dose",
        title="Dose",
        tip="A number; for a standard the amount loaded",
        show=_plain,
        read=_number,
    ),
    Cell(field="dose_unit", title="Unit", tip="Of the dose or amount", show=str, read=str.strip),
    Cell(field="time_h", title="Time (h)", tip="Hours of treatment", show=_plain, read=_number),
    Cell(
        field="replicate",
        title="Replicate",
        tip="The independent experiment that the lane belongs to; same name: technical repeat",
        show=str,
        read=str.strip,
    ),
)
_BY_TITLE = {
    name: i
    for i, cell in enumerate(CELLS)
    for name in (cell.title.casefold(), cell.field, cell.field.replace("_", " "))
} | {"kind": 0, "time": 5, "dose unit": 4, "hours": 5, "amount": 3, "amount unit": 4}


def sheet_of(project: Project, analysis: Analysis | None) -> tuple[Sample, ...]:
    """Return a line for every physical lane: what the sheet says, else what the picture shows."""
    kinds: dict[tuple[str, int], LaneKind] = {}
    for result in analysis.lanes if analysis else ():
        lane = result.lane
        kinds.setdefault((lane.membrane, lane.number), lane.kind)
    for s in project.samples:
        if s.membrane:
            kinds.setdefault((s.membrane, s.lane), s.kind)
    lines = []
    for membrane, number in sorted(kinds):
        line = sample_of(project, (membrane, number))
        if line is None:
            line = Sample(membrane=membrane, lane=number, kind=kinds[membrane, number])
        elif line.membrane != membrane:
            line = Sample(**(_values(line) | {"membrane": membrane, "lane": number}))
        lines.append(line)
    return tuple(lines)


def _values(sample: Sample) -> dict[str, Any]:
    return {cell.field: getattr(sample, cell.field) for cell in CELLS}


def block_of(text: str) -> tuple[tuple[int, ...] | None, list[list[str]]]:
    """Return pasted text as (columns named by a header line or None, lines of cells).

    A first line that names columns of the sheet is a header; columns that the sheet does not have
    (membrane, lane) are left out.
    """
    lines = [line.split("\t") for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]
    head = [cell.strip().casefold() for cell in lines[0]]
    known = [_BY_TITLE.get(name) for name in head]
    if sum(k is not None for k in known) < max(1, sum(bool(h) for h in head) - 2):
        return None, lines
    if all(k is None for k in known) or len(lines) < 2:
        return None, lines
    kept = [i for i, k in enumerate(known) if k is not None]
    columns = tuple(k for k in known if k is not None)
    return columns, [[line[i] if i < len(line) else "" for i in kept] for line in lines[1:]]
