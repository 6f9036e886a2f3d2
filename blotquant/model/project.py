"""What the user decided: photographs, samples, settings, and corrections of what was detected."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from blotquant.model.band import Band
from blotquant.model.geometry import Membrane, Point
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings


class ImageRole(StrEnum):
    """What a photograph is for."""

    TARGET = "target"
    LOADING = "loading"
    TOTAL_PROTEIN = "total-protein"
    MARKER = "marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One image file of the experiment and what the user said of it.

    Parameters
    ----------
    id
        Unique in the project; what lanes, bands and membranes refer to.
    file
        Path with forward slashes, as the user gave it; relative to the project's folder where it
        can be.
    membranes
        Names of the physical membranes on it, top to bottom, then left to right. One name for a
        photograph with several blots is completed to ``NAME.1``, ``NAME.2``.
    targets
        Target ids that were probed here; empty means those of the panel.
    polarity
        None means guess.
    sha256
        Of the file when it was added, empty when not known yet.
    page
        Which page, channel or exposure of a file with several, from 1; 0 when nobody chose: the
        first is read, with a warning.
    series
        Photographs with the same name here are exposures of one blot: they are merged into one
        picture that stands in the place of the first of them. Empty: a photograph of its own.
    """

    id: str
    file: str
    membranes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    role: ImageRole = ImageRole.TARGET
    ladder: str = ""
    chemistry: str = ""
    polarity: Polarity | None = None
    exposure_s: float | None = None
    sha256: str = ""
    page: int = 0
    series: str = ""

    def __post_init__(self) -> None:
        if self.page < 0:
            raise ValueError("pages count from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMembranes:
    """Membranes that the user drew on a photograph: they replace detection there."""

    image: str
    membranes: tuple[Membrane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLanes:
    """The user's word on the lanes of one membrane of one photograph.

    Parameters
    ----------
    lanes
        As they were shown after the last correction.
    found_around
        Whether only the `edited` ones among them are kept and the rest is found around them; else
        they replace detection.
    count
        How many lanes there are in all; None: as many as are found. Only with `found_around`.
    absent
        Places where the user says that there is no lane. Only with `found_around`.
    """

    image: str
    membrane: str
    lanes: tuple[Lane, ...]
    found_around: bool = False
    count: int | None = None
    absent: tuple[Lane, ...] = ()

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 0:
            raise ValueError("a number of lanes cannot be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBands:
    """The user's word on the bands of one membrane of one photograph.

    A lane without a band in some row gets one at the row's height.

    Parameters
    ----------
    bands
        As they were shown after the last correction.
    found_around
        Whether only rows with an `edited` or excluded band are kept and the others are found; else
        the bands replace detection.
    lanes
        The lanes that the bands' positions run along. Where lanes are found elsewhere later, bands
        keep their places on the picture. Empty: positions belong to the lanes by number.
    absent
        Bands of the rows that the user deleted. Only with `found_around`.
    """

    image: str
    membrane: str
    bands: tuple[Band, ...]
    found_around: bool = False
    lanes: tuple[Lane, ...] = ()
    absent: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedRow:
    """The user's word on what a row is: `target` and `form`, or "" for "none of the targets".

    `row` is its number when that was said. Numbers change with the sensitivity: the row is known
    by `at`, the (x, y) of one of its bands on the photograph, unless that is None.
    """

    image: str
    membrane: str
    row: int
    target: str
    form: str
    at: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenWeight:
    """What the marker band at a place of a photograph weighs, as the user said."""

    image: str
    membrane: str
    at: Point
    kda: float

    def __post_init__(self) -> None:
        if not self.kda > 0:
            raise ValueError("a weight must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class MembraneBackground:
    """The background method that the user chose for one physical membrane."""

    membrane: str
    background: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything that a person decided about an experiment. Results follow from it.

    Deleting an entry of `membranes`, `lanes`, `bands` or `rows` brings detection back. A membrane
    without an entry in `backgrounds` is measured with the method of the settings. Two or more
    `weights` on a membrane take the place of a ladder that is recognised there.
    `embed_pictures` says whether a saved project file holds the picture files themselves, byte for
    byte, or names them (the default).
    """

    name: str = "Untitled"
    photographs: tuple[Photograph, ...] = ()
    samples: tuple[Sample, ...] = ()
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    membranes: tuple[PlacedMembranes, ...] = ()
    lanes: tuple[PlacedLanes, ...] = ()
    bands: tuple[PlacedBands, ...] = ()
    rows: tuple[AssignedRow, ...] = ()
    backgrounds: tuple[MembraneBackground, ...] = ()
    weights: tuple[GivenWeight, ...] = ()
    note: str = ""
    embed_pictures: bool = False

    def __post_init__(self) -> None:
        ids = [p.id for p in self.photographs]
        if len(set(ids)) != len(ids):
            raise ValueError("photograph ids must be unique")

    def photograph(self, image: str) -> Photograph:
        """Return the photograph with this id; raise KeyError if there is none."""
        for p in self.photographs:
            if p.id == image:
                return p
        raise KeyError(image)
