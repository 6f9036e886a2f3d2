"""What follows from a project: never edited, never stored as truth."""

from __future__ import annotations

from dataclasses import dataclass

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.exposures import ExposureSeries
from blotquant.model.geometry import Membrane
from blotquant.model.image import BlotImage, PolarityGuess
from blotquant.model.ladder import LadderFit, LadderGuess
from blotquant.model.lane import Baseline, Lane, LaneProfile
from blotquant.model.linearity import BandAmount, DilutionSeries
from blotquant.model.noise import NoiseModel
from blotquant.model.project import Photograph, Project
from blotquant.model.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A sentence about the experiment that a user should read: what is seen, what to do.

    `image`, `membrane`, `lane` and `row` say where it belongs; empty or 0 where they do not apply.
    """

    text: str
    advice: str = ""
    image: str = ""
    membrane: str = ""
    lane: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageReport:
    """One photograph: what was found on it before any band was measured.

    `polarity` is what the analysis used: the user's word, or the guess.
    """

    photograph: Photograph
    image: BlotImage
    polarity: PolarityGuess
    n_saturated: int
    noise: NoiseModel
    membranes: tuple[Membrane, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneResult:
    """A lane with its profile and the baseline under it."""

    lane: Lane
    profile: LaneProfile
    baseline: Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAssignment:
    """What one row on one photograph's membrane is, and why.

    `target` and `form` are empty when nothing could be decided; `candidates` then lists
    (target, form) pairs that are possible. `mw_kda` and its interval are NaN without a ladder fit.
    """

    image: str
    membrane: str
    row: int
    target: str
    form: str
    reason: str
    candidates: tuple[tuple[str, str], ...] = ()
    mw_kda: float = float("nan")
    mw_low: float = float("nan")
    mw_high: float = float("nan")
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLoading:
    """The loading of one lane of a physical membrane, as normalisation uses it.

    `loading` is in counts x px for one control, relative to the geometric mean for several; NaN
    where there is no control. `source` says what it is, in words.
    """

    membrane: str
    lane: int
    loading: float
    loading_se: float
    source: str
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One activation index or normalised value of one lane; NaN and a reason where there is none.

    `bound` is '' for a number, '<' or '>' when `value` only bounds it. `terms` lists the
    (target, form, volume, volume_se) that it is built from, numerator first.
    """

    membrane: str
    lane: int
    target: str
    ratio: str
    value: float
    ci_low: float
    ci_high: float
    bound: str = ""
    method_low: float = float("nan")
    method_high: float = float("nan")
    control: str = ""
    normalisation: str = ""
    flags: Flag = Flag.NONE
    reason: str = ""
    sample: str = ""
    condition: str = ""
    dose: float | None = None
    dose_unit: str = ""
    time_h: float | None = None
    replicate: str = ""
    terms: tuple[tuple[str, str, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSummary:
    """One ratio of one target under one condition, over independent experiments."""

    target: str
    ratio: str
    condition: str
    dose: float | None
    dose_unit: str
    time_h: float | None
    n: int
    geometric_mean: float
    sd_ln: float
    ci_low: float
    ci_high: float
    fold_change: float
    p: float
    test: str
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundAdvice:
    """Which background method fits one membrane on one photograph: `method`, and `text`, why.

    `used` is the method that the numbers come from.
    """

    image: str
    membrane: str
    method: str
    used: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The results of one project, all of them."""

    project: Project
    images: tuple[ImageReport, ...]
    lanes: tuple[LaneResult, ...]
    bands: tuple[BandMeasurement, ...]
    ladder_fits: tuple[LadderFit, ...]
    assignments: tuple[RowAssignment, ...]
    loadings: tuple[LaneLoading, ...]
    ratios: tuple[Ratio, ...]
    summary: tuple[ConditionSummary, ...]
    notices: tuple[Notice, ...]
    registrations: tuple[Registration, ...] = ()
    ladder_guesses: tuple[LadderGuess, ...] = ()
    exposures: tuple[ExposureSeries, ...] = ()
    background_advice: tuple[BackgroundAdvice, ...] = ()
    dilutions: tuple[DilutionSeries, ...] = ()
    amounts: tuple[BandAmount, ...] = ()

    def image(self, image: str) -> ImageReport:
        """Return the report of the photograph with this id; raise KeyError if there is none."""
        for report in self.images:
            if report.photograph.id == image:
                return report
        raise KeyError(image)

    def lanes_of(self, image: str, membrane: str | None = None) -> tuple[LaneResult, ...]:
        """Return the lanes on one photograph (of one membrane), left to right."""
        return tuple(
            r for r in self.lanes if r.lane.image == image and membrane in (None, r.lane.membrane)
        )

    def bands_of(
        self, image: str, membrane: str | None = None, lane: int | None = None
    ) -> tuple[BandMeasurement, ...]:
        """Return the measured bands of a photograph, membrane or lane, in table order."""
        return tuple(
            m
            for m in self.bands
            if m.band.image == image
            and membrane in (None, m.band.membrane)
            and lane in (None, m.band.lane)
        )

    def registration(self, image: str, membrane: str) -> Registration | None:
        """Return how a photograph lies against its membrane's lead; None for the lead itself."""
        for r in self.registrations:
            if (r.image, r.membrane) == (image, membrane):
                return r
        return None

    def assignment(self, image: str, membrane: str, row: int) -> RowAssignment:
        """Return what a row is; raise KeyError if there is no such row."""
        for a in self.assignments:
            if (a.image, a.membrane, a.row) == (image, membrane, row):
                return a
        raise KeyError((image, membrane, row))
