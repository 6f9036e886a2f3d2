"""What the picture shows right now: the user's word where there is one, else the last analysis.

Pure functions without Qt. An edit is seen at once; the numbers follow when the analysis is done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from blotquant.bands.kept import carry, rows_now
from blotquant.flags import Flag
from blotquant.model.band import Band, BandMeasurement
from blotquant.model.geometry import Membrane
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.project import AssignedRow, GivenWeight, PlacedBands, Project
from blotquant.model.results import Analysis, RowAssignment
from blotquant.model.target import FormRole
from blotquant.targets.library import Library
from blotquant_app.names import spoken_form

_DOUBTFUL_BELOW = 0.5
DOUBTFUL_BAND = Flag.UNRESOLVED | Flag.TOUCHES_EDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabel:
    """What is written beside a row: the form's name and its MW, and whether it is certain."""

    membrane: str
    row: int
    target: str
    form: str
    text: str
    is_cleaved: bool
    is_doubtful: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulerMark:
    """A ladder band: its MW and its place on the photograph.

    Where a membrane has several ladders only the leftmost one `is_numbered`.
    """

    membrane: str
    lane: int
    kda: float
    y_px: float
    is_numbered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlotScene:
    """Everything that is drawn over one photograph."""

    image: str = ""
    membranes: tuple[Membrane, ...] = ()
    lanes: tuple[Lane, ...] = ()
    bands: tuple[Band, ...] = ()
    measured: tuple[BandMeasurement, ...] = ()
    labels: tuple[RowLabel, ...] = ()
    ruler: tuple[RulerMark, ...] = ()

    def lane(self, membrane: str, number: int) -> Lane | None:
        """Return a lane, or None when there is none of that number."""
        return next((x for x in self.lanes if x.membrane == membrane and x.number == number), None)

    def lanes_of(self, membrane: str) -> tuple[Lane, ...]:
        """Return the lanes of one membrane."""
        return tuple(x for x in self.lanes if x.membrane == membrane)

    def bands_of(self, membrane: str) -> tuple[Band, ...]:
        """Return the bands of one membrane."""
        return tuple(b for b in self.bands if b.membrane == membrane)

    def band(self, membrane: str, lane: int, row: int) -> Band | None:
        """Return a band, or None."""
        key = (self.image, membrane, lane, row)
        return next((b for b in self.bands if b.key == key), None)

    def measurement(self, band: Band) -> BandMeasurement | None:
        """Return the last numbers of a band, or None before they are there."""
        return next((m for m in self.measured if m.band.key == band.key), None)

    def label(self, membrane: str, row: int) -> RowLabel | None:
        """Return a row's label, or None."""
        return next((x for x in self.labels if (x.membrane, x.row) == (membrane, row)), None)


def is_doubtful_lane(lane: Lane) -> bool:
    """Whether a lane wants a look."""
    return lane.confidence < _DOUBTFUL_BELOW and not lane.edited


def is_doubtful_band(band: Band, measured: BandMeasurement | None) -> bool:
    """Whether a band that is there wants a look; one below its limit of detection is settled."""
    if band.excluded or band.edited or not band.found:
        return False
    if measured is not None and not measured.detected:
        return False
    flags = band.flags | (measured.flags if measured is not None else Flag.NONE)
    return band.confidence < _DOUBTFUL_BELOW or bool(flags & DOUBTFUL_BAND)


def membranes_on(project: Project, analysis: Analysis | None, image: str) -> tuple[Membrane, ...]:
    """Return the membranes on a photograph."""
    for placed in project.membranes:
        if placed.image == image:
            return placed.membranes
    for report in analysis.images if analysis else ():
        if report.photograph.id == image:
            return report.membranes
    return ()


def lanes_on(project: Project, analysis: Analysis | None, image: str) -> tuple[Lane, ...]:
    """Return the lanes on a photograph, membrane by membrane, left to right.

    What the user placed is shown at once; as soon as the analysis knows of it, so is what was found
    around it.
    """
    known = analysis.project.lanes if analysis else ()
    placed = {
        p.membrane: p.lanes
        for p in project.lanes
        if p.image == image and not (p.found_around and any(p is k for k in known))
    }
    found = tuple(r.lane for r in analysis.lanes if r.lane.image == image) if analysis else ()
    names = dict.fromkeys([*(x.membrane for x in found), *placed])
    return tuple(
        lane
        for name in names
        for lane in placed.get(name, tuple(x for x in found if x.membrane == name))
    )


def bands_on(project: Project, analysis: Analysis | None, image: str) -> tuple[Band, ...]:
    """Return the bands on a photograph.

    Detected bands are left out on a membrane whose number of lanes has changed since they were
    detected: their lane numbers no longer hold.
    """
    lanes = lanes_on(project, analysis, image)
    known = analysis.project.bands if analysis else ()
    placed = {
        p.membrane: _along(p, lanes)
        for p in project.bands
        if p.image == image and not (p.found_around and any(p is k for k in known))
    }
    found = tuple(m.band for m in analysis.bands if m.band.image == image) if analysis else ()
    n_now: dict[str, int] = {}
    for lane in lanes:
        n_now[lane.membrane] = n_now.get(lane.membrane, 0) + 1
    n_then = (
        {name: len(analysis.lanes_of(image, name)) for name in {b.membrane for b in found}}
        if analysis
        else {}
    )
    names = dict.fromkeys([*(b.membrane for b in found), *placed])
    return tuple(
        band
        for name in names
        for band in placed.get(
            name,
            tuple(b for b in found if b.membrane == name and n_then[name] == n_now.get(name)),
        )
    )


def _along(placed: PlacedBands, lanes: tuple[Lane, ...]) -> tuple[Band, ...]:
    """Return placed bands where they lie on the lanes that are shown."""
    here = tuple(x for x in lanes if x.membrane == placed.membrane)
    return carry(placed.bands, placed.lanes, here) if placed.lanes and here else placed.bands


def polarity_of(project: Project, analysis: Analysis | None, image: str) -> Polarity | None:
    """Return the polarity that is used for a photograph; None before it is known."""
    for photograph in project.photographs:
        if photograph.id == image and photograph.polarity is not None:
            return photograph.polarity
    for report in analysis.images if analysis else ():
        if report.photograph.id == image:
            return report.polarity.polarity
    return None


def probed_targets(project: Project, library: Library) -> tuple[str, ...]:
    """Return all targets of the experiment, in a fixed order: it decides their colours."""
    ids: dict[str, None] = {}
    known = {p.id for p in library.panels}
    panel = library.panel(project.settings.panel) if project.settings.panel in known else None
    for target in panel.targets if panel else ():
        ids[target] = None
    for photograph in project.photographs:
        for target in photograph.targets:
            ids[target] = None
    for control in (*project.settings.loading_control, *(panel.loading_controls if panel else ())):
        ids[control] = None
    return tuple(ids)


def _label(assignment: RowAssignment, given: dict[int, tuple[str, str]], lib: Library) -> RowLabel:
    target, form = given.get(assignment.row, (assignment.target, assignment.form))
    is_given = assignment.row in given
    text, is_cleaved = "", False
    if target and not lib.known((target,)):
        text = f"{target} {form}".rstrip()
    elif target:
        record = lib.target(target)
        shape = next((f for f in record.forms if f.name == form), None)
        kda = shape.kda if shape is not None else float("nan")
        is_cleaved = shape is not None and shape.role is FormRole.CLEAVED
        measured = assignment.mw_kda if math.isfinite(assignment.mw_kda) else kda
        name = spoken_form(record, form)
        text = f"{name}  {measured:.0f}" if math.isfinite(measured) else name
    elif assignment.candidates and not is_given:
        text = "?"
    elif math.isfinite(assignment.mw_kda):
        text = f"{assignment.mw_kda:.0f} kDa"
    return RowLabel(
        membrane=assignment.membrane,
        row=assignment.row,
        target=target,
        form=form,
        text=text,
        is_cleaved=is_cleaved,
        is_doubtful=not is_given
        and (bool(assignment.candidates) or Flag.AMBIGUOUS_TARGET in assignment.flags),
        reason="You said so" if is_given else assignment.reason,
    )


def labels_on(
    project: Project, analysis: Analysis | None, image: str, library: Library
) -> tuple[RowLabel, ...]:
    """Return the labels of the rows on a photograph."""
    given = {
        name: {n: (word.target, word.form) for n, word in said.items()}
        for name, said in words_on(project, analysis, image).items()
    }
    return tuple(
        _label(a, given.get(a.membrane, {}), library)
        for a in (analysis.assignments if analysis else ())
        if a.image == image
    )


def words_on(
    project: Project, analysis: Analysis | None, image: str
) -> dict[str, dict[int, AssignedRow]]:
    """Return by membrane and row what the user said the row is, for the rows that are there."""
    words: dict[str, list[AssignedRow]] = {}
    for word in project.rows:
        if word.image == image:
            words.setdefault(word.membrane, []).append(word)
    if not words:
        return {}
    lanes = lanes_on(project, analysis, image)
    bands = bands_on(project, analysis, image)
    return {
        name: rows_now(
            said,
            [x for x in lanes if x.membrane == name],
            [b for b in bands if b.membrane == name],
        )
        for name, said in words.items()
    }


def ruler_on(
    project: Project, analysis: Analysis | None, image: str, lanes: tuple[Lane, ...] = ()
) -> tuple[RulerMark, ...]:
    """Return the ladder marks on a photograph: given by the user, else from its ladder lanes."""
    given = {w.membrane for w in project.weights if w.image == image}
    marks = _found_marks(analysis, image)
    own = (_given_mark(w, lanes) for w in project.weights if w.image == image)
    return (*own, *(m for m in marks if m.membrane not in given))


def _given_mark(weight: GivenWeight, lanes: tuple[Lane, ...]) -> RulerMark:
    here = [n for n in lanes if n.membrane == weight.membrane]
    x, y = weight.at
    nearest = min(here, key=lambda n: abs(n.x_at(y) - x)).number if here else 0
    return RulerMark(membrane=weight.membrane, lane=nearest, kda=weight.kda, y_px=y)


def _found_marks(analysis: Analysis | None, image: str) -> tuple[RulerMark, ...]:
    fits = [f for f in (analysis.ladder_fits if analysis else ()) if f.image == image]
    return tuple(
        RulerMark(
            membrane=fit.membrane,
            lane=fit.lane,
            kda=kda,
            y_px=y,
            is_numbered=fit.lane == min(f.lane for f in fits if f.membrane == fit.membrane),
        )
        for fit in fits
        for y, kda in zip(fit.position_px, fit.mw_kda, strict=True)
    )


def scene_of(
    project: Project, analysis: Analysis | None, image: str, library: Library
) -> BlotScene:
    """Return everything that is drawn over one photograph."""
    lanes = lanes_on(project, analysis, image)
    return BlotScene(
        image=image,
        membranes=membranes_on(project, analysis, image),
        lanes=lanes,
        bands=bands_on(project, analysis, image),
        measured=analysis.bands_of(image) if analysis else (),
        labels=labels_on(project, analysis, image, library),
        ruler=ruler_on(project, analysis, image, lanes),
    )
