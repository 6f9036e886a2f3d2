"""How to analyse: the decisions that hold for the whole experiment.

The settings panel and the experiment file are generated from the field metadata: `label`, `help`,
and where they apply `unit`, `minimum`, `maximum`, `choices` (name of a registry or a table),
`least_means` (what the smallest value stands for, in words).
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
    ball_radius_px: float = _setting(
        0.0,
        "Ball radius",
        "Of a rolling ball, in px of the file; more than the widest band. 0: twice the widest band",
        unit="px",
        minimum=0.0,
        maximum=2000.0,
        least_means="from the widest band",
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

    use_estimates: bool = _setting(
        False,
        "Estimate saturated bands",
        "Ratios take the estimate from a clipped band's flanks instead of a bound",
    )
    linearity_tolerance: float = _setting(
        0.2,
        "Linear range within",
        "How far an amount read off a dilution series may differ from what was loaded, as a share",
        minimum=0.05,
        maximum=0.5,
    )

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence_level <= 0.999:
            raise SettingsError(
                f"A confidence level of {self.confidence_level} is impossible",
                "Give a number between 0.5 and 0.999, for instance 0.95",
            )
        if not 0.0 <= self.ball_radius_px <= 2000.0:
            raise SettingsError(
                f"A rolling ball of {self.ball_radius_px} px is impossible",
                "Give a radius between 1 and 2000 px, or 0 for twice the widest band",
            )
        if not 2.0 <= self.sensitivity <= 20.0:
            raise SettingsError(
                f"A sensitivity of {self.sensitivity} is out of range",
                "Give a signal-to-noise ratio between 2 and 20",
            )
        if not 0.05 <= self.linearity_tolerance <= 0.5:
            raise SettingsError(
                f"A tolerance of {self.linearity_tolerance} for the linear range is out of range",
                "Give a share between 0.05 and 0.5, for instance 0.2 for 20 %",
            )
