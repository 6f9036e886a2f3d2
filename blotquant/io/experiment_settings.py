"""The ``[analysis]`` table of an experiment file, read by the settings' own descriptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

from blotquant.errors import SettingsError
from blotquant.io import vocabulary
from blotquant.io.problems import Entry, Problems, instead
from blotquant.io.sample_sheet import is_shown
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings


def read_settings(top: Entry) -> AnalysisSettings:
    """Return the settings of the file; keys that are left out have their defaults."""
    table = top.table.get("analysis", {})
    if not isinstance(table, dict):
        top.problems.add("[analysis]", "is not a table", "write [analysis] once, then its keys")
        return AnalysisSettings()
    all_fields = fields(AnalysisSettings)
    entry = Entry(table, "[analysis]", [f.name for f in all_fields], top.problems)
    values = {f.name: _setting(entry, f) for f in all_fields if f.name in table}
    try:
        return AnalysisSettings(**values)
    except SettingsError as error:
        top.problems.add_error("[analysis]", error)
        return AnalysisSettings()


def _setting(entry: Entry, field: Field[Any]) -> Any:
    """Return one setting, checked by its field's own description; its default when wrong."""
    key, default, about = field.name, field.default, field.metadata
    if isinstance(default, bool):
        value = entry.table[key]
        if not isinstance(value, bool):
            entry.wrong(key, f"{value!r} is neither true nor false", "write true or false")
            return default
        return value
    if isinstance(default, int | float):
        low, high = about.get("minimum", float("-inf")), about.get("maximum", float("inf"))
        number = entry.number(key, default, low, high)
        return number if isinstance(default, float) else int(number or default)
    known_as = CHOICES.get(about.get("choices", ""), str)
    if key == "ladder":
        chemistry = entry.table.get("chemistry", "")
        known_as = _ladder_of(chemistry if isinstance(chemistry, str) else "")
    if isinstance(default, tuple):
        return vocabulary.names(entry, key, known_as)
    return vocabulary.named(entry, key, known_as) or default


def _ladder_of(chemistry: str) -> Callable[[str], str]:
    return lambda name: vocabulary.ladder_id(name, chemistry)


CHOICES: dict[str, Callable[[str], str]] = {
    "panels": vocabulary.panel_id,
    "controls": vocabulary.control_id,
    "lane_detectors": vocabulary.lane_detector_name,
    "backgrounds": vocabulary.background_name,
    "chemistries": vocabulary.chemistry_name,
}


def check_control(
    control: str, samples: tuple[Sample, ...], membranes: tuple[str, ...], problems: Problems
) -> None:
    """Note a control that no lane has."""
    error = control_error(control, samples, membranes)
    if error is not None:
        problems.add_error("[analysis], key `control`", error)


def control_error(
    control: str, samples: tuple[Sample, ...], membranes: tuple[str, ...]
) -> SettingsError | None:
    """Return what is wrong with a control: a typing slip would silently cost every fold change.

    It may be a condition or a sample's name, ``MEMBRANE:LANE``, or the number of a lane.
    """
    known = sorted({word for s in samples for word in (s.condition, s.sample)} - {""})
    wanted = control.strip().casefold()
    if not wanted or wanted.isdecimal() or wanted in {word.strip().casefold() for word in known}:
        return None
    membrane, colon, lane = control.strip().rpartition(":")
    if colon and lane.isdecimal() and int(lane) > 0 and is_shown(membrane, membranes):
        return None
    if colon and lane.isdecimal() and not known:
        return SettingsError(
            f"The control {control!r} names no membrane that is here", instead(membrane, membranes)
        )
    if not known:
        return SettingsError(
            f"No lane has the condition {control!r}, for no lane has any",
            "Describe the lanes in a sample sheet, or name one lane as MEMBRANE:LANE",
        )
    conditions = sorted({s.condition for s in samples} - {""})
    return SettingsError(
        f"No lane has the condition {control!r}", instead(control, conditions or known)
    )
