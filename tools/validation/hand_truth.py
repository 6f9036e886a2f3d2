"""Real photographs whose lanes and rows were measured by hand.

A folder holds one sub-folder per source, each with its pictures and a `truth.json`. There every
picture has its `polarity` and `panels` (membranes); a panel has a box `x0 y0 x1 y1`, `lanes`
(`x_left`, `x_right` at height `y_ref`, `kind`, `uncertain`) and `rows` (`y`, `y_by_lane`,
`height`, `strength`, `lanes`); `rows_complete` says that every visible row is listed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLane:
    """A lane at height `y_ref`; an uncertain one counts neither way."""

    number: int
    centre: float
    width: float
    y_ref: float
    kind: str
    uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRow:
    """A row of bands; without `y_by_lane` it is only known as a height on the panel."""

    y: float
    height: float
    faint: bool
    y_by_lane: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One membrane on a photograph."""

    box: Box
    lanes: tuple[TrueLane, ...]
    rows: tuple[TrueRow, ...]
    scored: bool
    complete: bool

    def holds(self, x: float, y: float) -> bool:
        """Return whether a place lies in its box."""
        left, top, right, bottom = self.box
        return left <= x <= right and top <= y <= bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One photograph with what was measured on it."""

    name: str
    path: Path
    source: str
    licence: str
    polarity: str
    panels: tuple[Panel, ...]
    ignored_x: tuple[tuple[float, float], ...]


def read_pictures(folder: Path) -> tuple[Picture, ...]:
    """Return the photographs under a folder by name; empty where there is no `truth.json`.

    Entries whose picture is not there are left out.
    """
    return tuple(
        _picture(path.parent, entry)
        for path in sorted(folder.glob("*/truth.json"))
        for entry in json.loads(path.read_text("utf-8"))["images"]
        if (path.parent / entry["file"]).is_file()
    )


def _picture(folder: Path, entry: dict[str, Any]) -> Picture:
    return Picture(
        name=f"{folder.name}/{entry['file']}",
        path=folder / entry["file"],
        source=entry["source"],
        licence=entry["licence"],
        polarity=entry["polarity"],
        panels=tuple(_panel(p) for p in entry["panels"]),
        ignored_x=tuple((a, b) for a, b in entry.get("ignore_x", ())),
    )


def _panel(entry: dict[str, Any]) -> Panel:
    return Panel(
        box=(entry["x0"], entry["y0"], entry["x1"], entry["y1"]),
        lanes=tuple(
            TrueLane(
                number=lane["lane"],
                centre=(lane["x_left"] + lane["x_right"]) / 2,
                width=lane["x_right"] - lane["x_left"],
                y_ref=lane["y_ref"],
                kind=lane["kind"],
                uncertain=lane["uncertain"],
            )
            for lane in entry["lanes"]
        ),
        rows=tuple(
            TrueRow(
                y=row["y"],
                height=row.get("height") or 0.0,
                faint=row["strength"] == "faint",
                y_by_lane=tuple((n, row["y_by_lane"][str(n)]) for n in row["lanes"] or ()),
            )
            for row in entry["rows"]
        ),
        scored=entry.get("scored", True),
        complete=bool(entry.get("rows_complete")),
    )
