"""What rows weigh: a fit for every ladder lane, and the weights read from one ladder or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from blotquant.cache import StageCache
from blotquant.model.band import BandMeasurement
from blotquant.model.ladder import LadderFit
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import Project
from blotquant.model.results import ImageReport
from blotquant.quantify.ladder import FEWEST_GIVEN, fit_given, fit_ladder
from blotquant.quantify.ladder_weight import MolecularWeight, mean_weight, mw_at, mw_between
from blotquant.stages.measuring import Measured
from blotquant.targets.library import Library

Shifts = Mapping[tuple[str, str], float]

_WEAKEST = 1e-3  # of the lane's strongest band: what counts for one that holds no volume


def fit_ladders(
    project: Project,
    library: Library,
    reports: Sequence[ImageReport],
    measured: Measured,
    cache: StageCache,
) -> tuple[LadderFit, ...]:
    """Return a fit for every ladder lane whose product is known and whose bands tell it.

    Where the user gave weights, those hold for that membrane of that photograph.
    """
    fits = list(_given(project, measured))
    told = {(f.image, f.membrane) for f in fits}
    for report in reports:
        photograph = report.photograph
        product = photograph.ladder or project.settings.ladder
        if not product:
            continue
        ladder = library.ladder(product, photograph.chemistry or project.settings.chemistry)
        for lane in (r.lane for r in measured.lanes):
            if lane.image != photograph.id or lane.kind is not LaneKind.LADDER:
                continue
            if (lane.image, lane.membrane) in told:
                continue
            bands = _bands(lane, measured)
            heights, strengths = _heights(bands), _strengths(bands)
            fit = cache.get(
                ("ladder fit", lane.image, lane.membrane, lane.number, heights, strengths, ladder),
                lambda lane=lane, y=heights, s=strengths, x=ladder, bands=bands: fit_ladder(  # type: ignore[misc]
                    y,
                    s,
                    x,
                    membrane=lane.membrane,
                    image=lane.image,
                    lane=lane.number,
                    x_px=float(np.mean([m.x_px for m in bands])) if bands else float("nan"),
                ),
            )
            if fit is not None:
                fits.append(fit)
    return tuple(fits)


def _given(project: Project, measured: Measured) -> Iterator[LadderFit]:
    """Return the fits through weights that the user gave, two or more on a membrane."""
    for place in dict.fromkeys((w.image, w.membrane) for w in project.weights):
        here = [w for w in project.weights if (w.image, w.membrane) == place]
        lanes = [r.lane for r in measured.lanes if (r.lane.image, r.lane.membrane) == place]
        if len(here) < FEWEST_GIVEN or not lanes:
            continue
        x, y = here[0].at
        nearest = min(lanes, key=lambda n: abs(n.x_at(y) - x))
        yield fit_given(
            [w.at[1] for w in here],
            [w.kda for w in here],
            membrane=place[1],
            image=place[0],
            lane=nearest.number,
            x_px=float(np.mean([w.at[0] for w in here])),
        )


def _bands(lane: Lane, measured: Measured) -> tuple[BandMeasurement, ...]:
    """Return the bands that were seen in a ladder lane, top to bottom, one at each height."""
    here = [
        m
        for m in measured.bands
        if (m.band.image, m.band.membrane, m.band.lane) == (lane.image, lane.membrane, lane.number)
        and m.band.found
        and not m.band.excluded
    ]
    # Two bands of one lane can only share a height when a user put them there.
    return tuple({m.y_px: m for m in sorted(here, key=lambda m: (m.y_px, m.volume))}.values())


def _heights(bands: Sequence[BandMeasurement]) -> tuple[float, ...]:
    return tuple(m.y_px for m in bands)


def _strengths(bands: Sequence[BandMeasurement]) -> tuple[float, ...]:
    """Return the bands' volumes relative to the strongest; a band without volume counts little."""
    strongest = max((m.volume for m in bands), default=0.0)
    if not strongest > 0:
        return tuple(1.0 for _ in bands)
    return tuple(max(m.volume / strongest, _WEAKEST) for m in bands)


def row_weight(
    bands: Sequence[BandMeasurement],
    fits: Sequence[LadderFit],
    shifts: Shifts,
    measured: Measured,
) -> MolecularWeight | None:
    """Return what a row weighs, or None without a ladder.

    Parameters
    ----------
    bands
        The bands of one row on one photograph of one membrane.
    fits
        The membrane's ladder fits; those on the same photograph are preferred.
    shifts
        How much lower the membrane lies on each photograph, by (image, membrane).

    One ladder weighs the row's mean height. Several weigh each band between them and the row is
    the mean, because a tilted front runs lower where the row does.
    """
    if not bands or not fits:
        return None
    image, membrane = bands[0].band.image, bands[0].band.membrane
    own = [f for f in fits if f.image == image] or list(fits)
    drops = [shifts[f.image, membrane] - shifts[image, membrane] for f in own]
    if len(own) == 1:
        y = float(np.mean([m.y_px for m in bands]))
        return mw_at(own[0], y + drops[0])
    lanes = {
        (r.lane.image, r.lane.number): r.lane for r in measured.lanes if r.lane.membrane == membrane
    }
    weights = []
    for m in bands:
        # The ladders may stand on another photograph: lanes have the same numbers there.
        x = _middle(lanes[image, m.band.lane])
        places = [
            (_middle(lanes[image, f.lane]), f, m.y_px + drop)
            for f, drop in zip(own, drops, strict=True)
        ]
        weights.append(mw_between(places, x))
    return mean_weight(weights)


def _middle(lane: Lane) -> float:
    (x_top, _), (x_bottom, _) = lane.nodes[0], lane.nodes[-1]
    return (x_top + x_bottom) / 2
