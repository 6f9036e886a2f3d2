"""What was loaded in a lane."""

from __future__ import annotations

from dataclasses import dataclass

from blotquant.model.lane import LaneKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One line of the sample sheet: lane `lane` of membrane `membrane`.

    `dose` and `time_h` are None where they do not apply. `replicate` names the independent
    experiment that the lane belongs to; lanes that share condition and replicate are technical.
    """

    membrane: str
    lane: int
    sample: str = ""
    condition: str = ""
    dose: float | None = None
    dose_unit: str = ""
    time_h: float | None = None
    replicate: str = ""
    kind: LaneKind = LaneKind.SAMPLE
