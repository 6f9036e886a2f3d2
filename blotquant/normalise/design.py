"""The experiment's design: what each physical lane holds and which lanes are the control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.results import LaneResult
from blotquant.model.sample import Sample

LaneKey = tuple[str, int]
"""(membrane name, lane number): one physical lane on every photograph of its membrane."""

CONTROL_NAMES = (
    "vehicle",
    "vehicle control",
    "dmso",
    "control",
    "ctrl",
    "mock",
    "untreated",
    "0",
)
"""Conditions that are taken for the control unasked; an earlier one wins on its membrane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChoice:
    """The lanes that fold changes are relative to; empty with a `reason` when there are none."""

    name: str
    lanes: frozenset[LaneKey]
    reason: str = ""


def declared_name(project: Project, membrane: str) -> str:
    """Return the name that the user gave: ``A`` for ``A.2`` where a photograph's ``A`` was split.

    A photograph that is said to show one membrane may turn out to show several; those are numbered.
    """
    declared = {name for p in project.photographs for name in p.membranes}
    base, dot, number = membrane.rpartition(".")
    is_split = membrane not in declared and bool(dot) and number.isdecimal() and base in declared
    return base if is_split else membrane


def sample_of(project: Project, key: LaneKey) -> Sample | None:
    """Return the sample sheet's line for a lane.

    The membrane's own line comes first, then that of the name it was split from, then a line
    without a membrane, which holds for all.
    """
    lines = {s.membrane: s for s in reversed(project.samples) if s.lane == key[1]}
    if key[0] in lines:
        return lines[key[0]]
    return lines.get(declared_name(project, key[0]), lines.get(""))


def lane_kinds(project: Project, lanes: tuple[LaneResult, ...]) -> Mapping[LaneKey, LaneKind]:
    """Return what each physical lane holds, in the order of the lanes.

    The sample sheet decides; without its word a lane is a ladder when any photograph shows one.
    """
    seen: dict[LaneKey, LaneKind] = {}
    for result in lanes:
        lane = result.lane
        key = lane.membrane, lane.number
        before = seen.get(key)
        if before is None or before is LaneKind.BLANK or lane.kind is LaneKind.LADDER:
            seen[key] = lane.kind
    for key in seen:
        sample = sample_of(project, key)
        if sample is not None:
            seen[key] = sample.kind
    return seen


def sample_lanes(project: Project, lanes: tuple[LaneResult, ...]) -> tuple[LaneKey, ...]:
    """Return the physical lanes that hold samples: membranes as found, lanes left to right."""
    kinds = lane_kinds(project, lanes)
    membranes = list(dict.fromkeys(membrane for membrane, _ in kinds))
    keys = [key for key, kind in kinds.items() if kind is LaneKind.SAMPLE]
    return tuple(sorted(keys, key=lambda key: (membranes.index(key[0]), key[1])))


def control_lanes(project: Project, keys: tuple[LaneKey, ...]) -> ControlChoice:
    """Return which of the sample lanes `keys` are the control.

    `settings.control` is a condition (or sample) name, ``MEMBRANE:LANE``, or a lane number that
    holds on every membrane. Empty takes the condition that is called vehicle, control, untreated
    or the like, else the lanes with dose 0.
    """
    wanted = project.settings.control.strip()
    if not wanted:
        return _usual_control(project, keys)
    for attribute in ("condition", "sample"):
        found = frozenset(
            key for key in keys if _word(project, key, attribute) == wanted.casefold()
        )
        if found:
            return ControlChoice(name=wanted, lanes=found)
    found = frozenset(_named_lanes(project, wanted, keys))
    if found:
        return ControlChoice(name=wanted, lanes=found)
    return ControlChoice(
        name=wanted, lanes=frozenset(), reason=f"No lane is the control {wanted!r}"
    )


def _named_lanes(project: Project, wanted: str, keys: tuple[LaneKey, ...]) -> tuple[LaneKey, ...]:
    """Return the lanes called ``MEMBRANE:LANE`` or ``LANE``."""
    membrane, _, number = wanted.rpartition(":")
    if not number.strip().isdecimal():
        return ()
    lane = int(number)
    return tuple(
        key
        for key in keys
        if key[1] == lane and membrane in ("", key[0], declared_name(project, key[0]))
    )


def _usual_control(project: Project, keys: tuple[LaneKey, ...]) -> ControlChoice:
    lanes: set[LaneKey] = set()
    names: list[str] = []
    for membrane in dict.fromkeys(membrane for membrane, _ in keys):
        here = [key for key in keys if key[0] == membrane]
        for name in CONTROL_NAMES:
            named = [key for key in here if _word(project, key, "condition") == name]
            if named:
                lanes.update(named)
                names.append(name)
                break
        else:
            undosed = [key for key in here if _dose(project, key) == 0]
            lanes.update(undosed)
            names.extend(["dose 0"] if undosed else [])
    if lanes:
        return ControlChoice(name=" or ".join(dict.fromkeys(names)), lanes=frozenset(lanes))
    return ControlChoice(
        name="", lanes=frozenset(), reason="No condition is called vehicle or control"
    )


def _word(project: Project, key: LaneKey, attribute: str) -> str:
    sample = sample_of(project, key)
    return "" if sample is None else str(getattr(sample, attribute)).strip().casefold()


def _dose(project: Project, key: LaneKey) -> float | None:
    sample = sample_of(project, key)
    return None if sample is None else sample.dose
