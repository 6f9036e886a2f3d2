"""What the worker thread does: read pictures, analyse, and look again at another sensitivity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.band import Band
from blotquant.model.image import BlotImage
from blotquant.model.lane import Lane
from blotquant.model.project import Photograph, Project
from blotquant.model.results import Analysis
from blotquant.model.settings import AnalysisSettings
from blotquant.progress import Progress, part

if TYPE_CHECKING:
    from blotquant.cache import StageCache

READING_SHARE = 0.2  # of the progress bar
# Signal to noise: the lowest limit that can be set.
MOST_SENSITIVE = next(
    float(f.metadata["minimum"]) for f in fields(AnalysisSettings) if f.name == "sensitivity"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the worker hands back: pictures and sentences by `picture_key`, and the analysis.

    `n_below` counts for each photograph the bands that only a higher sensitivity would show.
    """

    project: Project
    images: dict[str, BlotImage]
    unreadable: dict[str, str]
    analysis: Analysis | None
    n_below: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPreview:
    """The bands of one photograph as another sensitivity would find them, without their numbers.

    `n_below` counts those that only a lower limit would show.
    """

    image: str
    sensitivity: float
    bands: tuple[Band, ...]
    n_below: int

    @property
    def n_shown(self) -> int:
        """How many bands there are at this sensitivity."""
        return sum(b.found for b in self.bands)


def picture_key(photograph: Photograph) -> str:
    """Return what a photograph's picture is kept under: its file, and the page if one is chosen."""
    return f"{photograph.file}#{photograph.page}" if photograph.page else photograph.file


def with_hashes(project: Project, images: Mapping[str, BlotImage]) -> Project:
    """Return the project with the hash of every picture that was read: a change is noticed."""
    photographs = tuple(
        replace(p, sha256=images[picture_key(p)].sha256)
        if not p.sha256 and picture_key(p) in images
        else p
        for p in project.photographs
    )
    return replace(project, photographs=photographs)


class Analyst:
    """Keeps what was computed between one request and the next; used by one worker thread alone."""

    def __init__(self) -> None:
        self._cache: StageCache | None = None

    def analyse(
        self,
        project: Project,
        images: dict[str, BlotImage],
        progress: Progress,
        on_read: Callable[[str, BlotImage], None],
    ) -> Outcome:
        """Read what is new and analyse; `images` by `picture_key` is added to."""
        from blotquant.io.images import read_images  # noqa: PLC0415 - slow import
        from blotquant.pipeline import analyse  # noqa: PLC0415 - slow import

        unreadable = {}
        for i, photograph in enumerate(project.photographs):
            key, name = picture_key(photograph), Path(photograph.file).name
            progress(READING_SHARE * i / len(project.photographs), f"Reading {name}")
            if key in images:
                continue
            try:
                one = replace(project, photographs=(photograph,))
                images[key] = read_images(one)[photograph.id]
            except BlotquantError as error:
                unreadable[key] = str(error)
            else:
                on_read(key, images[key])
        keys = {p.id: picture_key(p) for p in project.photographs}
        readable = {i: images[key] for i, key in keys.items() if key in images}
        if not readable:
            return Outcome(project=project, images={}, unreadable=unreadable, analysis=None)
        analysis = analyse(project, readable, part(progress, READING_SHARE, 1.0), self._kept())
        sensitivity = project.settings.sensitivity
        n_below = {
            r.photograph.id: self.look_again(
                project, analysis, r.photograph.id, sensitivity
            ).n_below
            for r in analysis.images
        }
        return Outcome(
            project=project,
            images=images,
            unreadable=unreadable,
            analysis=analysis,
            n_below=n_below,
        )

    def measure_one(
        self, project: Project, analysis: Analysis, lane: Lane, bands: tuple[Band, ...]
    ) -> Analysis:
        """Return the analysis with the numbers of one lane that is being dragged."""
        from blotquant.stages import live  # noqa: PLC0415 - slow import

        return live.measure_one(project, analysis, lane, bands, self._kept())

    def look_again(
        self, project: Project, analysis: Analysis, image: str, sensitivity: float
    ) -> BandPreview:
        """Return the bands of one photograph at another sensitivity; takes a few ms.

        Lanes are those of the analysis; nothing is measured.
        """
        bands = self._bands(project, analysis, image, sensitivity)
        all_of_them = self._bands(project, analysis, image, MOST_SENSITIVE)
        n_below = sum(b.found for b in all_of_them) - sum(b.found for b in bands)
        return BandPreview(
            image=image, sensitivity=sensitivity, bands=bands, n_below=max(n_below, 0)
        )

    def _bands(
        self, project: Project, analysis: Analysis, image: str, sensitivity: float
    ) -> tuple[Band, ...]:
        from blotquant.stages import measuring  # noqa: PLC0415 - slow import

        there = edits.set_sensitivity(project, sensitivity)
        report = analysis.image(image)
        out: list[Band] = []
        for membrane in report.membranes:
            lanes = tuple(r.lane for r in analysis.lanes_of(image, membrane.name))
            laid = measuring.lay_out(report, lanes, self._kept())
            out += measuring.membrane_bands(there, report, membrane.name, laid, self._kept())
        return tuple(out)

    def _kept(self) -> StageCache:
        from blotquant.cache import StageCache  # noqa: PLC0415 - slow import

        if self._cache is None:
            self._cache = StageCache()
        return self._cache
