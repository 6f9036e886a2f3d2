"""What the rows are: the evidence of each row, and the targets that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from blotquant.bands.heights import shift_between
from blotquant.bands.kept import rows_now
from blotquant.model.band import BandMeasurement
from blotquant.model.geometry import Membrane
from blotquant.model.ladder import LadderFit
from blotquant.model.lane import LaneKind
from blotquant.model.project import AssignedRow, Project
from blotquant.model.results import ImageReport, RowAssignment
from blotquant.stages.measuring import Measured
from blotquant.stages.weighing import row_weight
from blotquant.targets.assign import assign_targets
from blotquant.targets.evidence import RowEvidence
from blotquant.targets.library import Library

Shifts = Mapping[tuple[str, str], float]


def assign(
    project: Project,
    library: Library,
    reports: Sequence[ImageReport],
    measured: Measured,
    fits: tuple[LadderFit, ...],
) -> tuple[RowAssignment, ...]:
    """Return what every row is, membrane by membrane over all its photographs."""
    out: list[RowAssignment] = []
    known = {(r.photograph.id, m.name): m for r in reports for m in r.membranes}
    photographs = [r.photograph for r in reports]
    for name in dict.fromkeys(name for _, name in known):
        here = tuple(p for p in photographs if (p.id, name) in known)
        shifts = _height_shifts(name, [p.id for p in here], known, measured)
        own_fits = tuple(f for f in fits if f.membrane == name)
        rows = tuple(
            row
            for p in here
            for row in _evidence(p.id, name, measured, shifts[p.id, name], own_fits, shifts)
        )
        out.extend(
            assign_targets(
                here,
                rows,
                library,
                project.settings,
                height_px=float(np.median([known[p.id, name].height_px for p in here])),
                fits=own_fits,
                given=_given(project, name, [p.id for p in here], measured),
            )
        )
    return tuple(out)


def _given(
    project: Project, membrane: str, images: Sequence[str], measured: Measured
) -> tuple[AssignedRow, ...]:
    """Return the user's word on rows, each with the number that its row has now."""
    out: list[AssignedRow] = []
    for image in images:
        place = (image, membrane)
        words = [r for r in project.rows if (r.image, r.membrane) == place]
        lanes = [r.lane for r in measured.lanes if (r.lane.image, r.lane.membrane) == place]
        bands = [m.band for m in measured.bands if (m.band.image, m.band.membrane) == place]
        out += [replace(w, row=n) for n, w in rows_now(words, lanes, bands).items()]
    return tuple(out)


def _sample_bands(measured: Measured, image: str, membrane: str) -> list[BandMeasurement]:
    ladders = {
        (r.lane.image, r.lane.membrane, r.lane.number)
        for r in measured.lanes
        if r.lane.kind in (LaneKind.LADDER, LaneKind.BLANK)
    }
    return [
        m
        for m in measured.bands
        if m.band.image == image
        and m.band.membrane == membrane
        and (image, membrane, m.band.lane) not in ladders
        and not m.band.excluded
    ]


def _evidence(
    image: str,
    membrane: str,
    measured: Measured,
    shift: float,
    fits: Sequence[LadderFit],
    shifts: Shifts,
) -> list[RowEvidence]:
    bands = _sample_bands(measured, image, membrane)
    rows = []
    for row in sorted({m.band.row for m in bands}):
        mine = [m for m in bands if m.band.row == row]
        found = [m for m in mine if m.detected]
        y = float(np.mean([m.y_px for m in found or mine]))
        volume = float(sum(max(m.volume, 0.0) for m in found))
        noise = float(np.sqrt(sum(m.volume_se**2 for m in mine)))
        weight = row_weight(found or mine, fits, shifts, measured)
        rows.append(
            RowEvidence(
                image=image,
                membrane=membrane,
                row=row,
                y_px=y,
                reference_y_px=y - shift,
                strength=volume / noise if noise > 0 else 0.0,
                volume=volume,
                n_detected=len(found),
                n_lanes=len(mine),
                mw=None if weight is None else (weight.mw, weight.low, weight.high),
            )
        )
    return rows


def _height_shifts(
    name: str,
    images: Sequence[str],
    known: Mapping[tuple[str, str], Membrane],
    measured: Measured,
) -> dict[tuple[str, str], float]:
    """Return how much lower the membrane lies on each photograph than on the first."""
    first = images[0]
    reference = _heights(measured, first, name)
    shifts = {(first, name): 0.0}
    for image in images[1:]:
        a, b = known[first, name].bounds, known[image, name].bounds
        expected = ((b[1] - a[1]) + (b[3] - a[3])) / 2
        height = known[first, name].height_px
        rows = _heights(measured, image, name)
        thickness = max(3.0, 0.012 * height)
        shifts[image, name] = shift_between(reference, rows, expected, height, thickness)
    return shifts


def _heights(measured: Measured, image: str, membrane: str) -> list[tuple[float, float]]:
    bands = _sample_bands(measured, image, membrane)
    out = []
    for row in sorted({m.band.row for m in bands}):
        found = [m for m in bands if m.band.row == row and m.detected]
        if found:
            weight = float(np.log1p(np.median([m.snr for m in found])) * np.sqrt(len(found)))
            out.append((float(np.mean([m.y_px for m in found])), weight))
    return out
