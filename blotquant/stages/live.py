"""One lane measured by itself, while it or a band in it is being dragged."""

from __future__ import annotations

from dataclasses import replace

from blotquant.cache import StageCache
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant.stages import measuring
from blotquant.stages.levels import Backgrounds
from blotquant.stages.shaping import row_shapes


def measure_one(
    project: Project, before: Analysis, lane: Lane, bands: tuple[Band, ...], cache: StageCache
) -> Analysis:
    """Return the analysis with the numbers of one lane that lies elsewhere now.

    Everything else stays as it was `before`: the other lanes, the shapes of the rows, the ratios.
    Once the drag is over `analyse` gives the numbers that hold. Takes about 10 ms where the lane's
    membrane was measured a moment ago.

    Parameters
    ----------
    bands
        Of this lane, as they lie now.
    """
    report = before.image(lane.image)
    there = before.lanes_of(lane.image, lane.membrane)
    measured = before.bands_of(lane.image, lane.membrane)

    def learn() -> measuring.Shapes:
        laid = measuring.lay_out(report, tuple(r.lane for r in there), cache)
        return row_shapes(measuring.placed_in(report, laid, [m.band for m in measured]), cache)

    others = tuple(r.lane for r in there if r.lane.number != lane.number)
    rows = tuple(m.band for m in measured if m.band.lane != lane.number)
    key = ("live shapes", report.image.sha256, report.polarity.polarity, others, rows)
    shapes = cache.get(key, learn)
    laid = measuring.lay_out(report, (lane,), cache, with_gaps=False)
    found = measuring.measure(
        measuring.placed_in(report, laid, bands), Backgrounds.of(project), cache, shapes
    )
    [result] = found.lanes
    here = (lane.image, lane.membrane, lane.number)
    new = {m.band.row: m for m in found.bands}
    return replace(
        before,
        lanes=tuple(
            result if (r.lane.image, r.lane.membrane, r.lane.number) == here else r
            for r in before.lanes
        ),
        bands=tuple(
            new.get(m.band.row, m) if (m.band.image, m.band.membrane, m.band.lane) == here else m
            for m in before.bands
        ),
    )
