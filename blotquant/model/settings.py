"""How to analyse: the decisions that hold for the whole experiment.

The settings panel and the experiment file are generated from the field metadata: `label`, `help`,
and where they apply `unit`, `minimum`, `maximum`, `choices` (name of a registry or a table).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from blotquant.errors import SettingsError


def _setting(default: Any, label: str, help_text: str, **more: Any) -> Any:
    return field(default=default, metadata={"label": label, "help": help_text, **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """The settings of one analysis; impossible values raise `SettingsError` here."""

    panel: str = _setting(
        "apoptosis", "Panel", "The proteins that may be on these blots", choices="panels"
    )
    loading_control: tuple[str, ...] = _setting(
        (),
        "Loading control",
        "Targets to normalise by, `total-protein` or `none`; empty takes the probed control",
        choices="controls",
    )
    control: str = _setting(
        "", "Control", "Condition (or MEMBRANE:LANE) that fold changes are relative to"
    )
    lane_detector: str = _setting(
        "ridges", "Lane detection", "How lanes are found", choices="lane_detectors"
    )
    background: str = _setting(
        "lane-baseline",
        "Background",
        "How the level under a band is estimated",
        choices="backgrounds",
    )
    sensitivity: float = _setting(
        3.5,
        "Sensitivity",
        "Smallest signal-to-noise ratio of a row of bands",
        minimum=2.0,
        maximum=20.0,
    )
    ladder: str = _setting("", "Ladder", "Marker product in the ladder lanes", choices="ladders")
    chemistry: str = _setting(
        "", "Gel chemistry", "Decides what the ladder's bands weigh", choices="chemistries"
    )
    confidence_level: float = _setting(
        0.95, "Confidence level", "Of every interval", minimum=0.5, maximum=0.999
    )

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence_level <= 0.999:
            raise SettingsError(
                f"A confidence level of {self.confidence_level} is impossible",
                "Give a number between 0.5 and 0.999, for instance 0.95",
            )
        if not 2.0 <= self.sensitivity <= 20.0:
            raise SettingsError(
                f"A sensitivity of {self.sensitivity} is out of range",
                "Give a signal-to-noise ratio between 2 and 20",
            )
