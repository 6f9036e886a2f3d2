"""Score the automatic analysis of real photographs whose lanes and rows were measured by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

import blotquant as bq
from blotquant.model.band import BandMeasurement
from blotquant.model.lane import Lane, LaneKind
from validation.hand_truth import Panel, Picture, TrueLane, TrueRow
from validation.matching import BAND_SHARE, LANE_SHARE, apart, one_to_one, tolerances, within

UNCERTAIN_SHARE = 0.5
SLACK = 0.08  # of a panel's height: how far beyond its ends a lane is still read
LEAST_ROW_PX, ROW_NEIGHBOUR_PX = 5.0, 3.0
LOOSE_ROW_PX = 8.0
LOOSE_SHARE = 0.8  # of its height: how far from a faint row a band is still excused


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureScore:
    """Counts of one photograph; `refused` is what was wrong where it could not be analysed."""

    name: str
    lanes_true: int
    cells_true: int
    refused: str = ""
    lanes_hit: int = 0
    lanes_invented: int = 0
    centre_errors: tuple[float, ...] = ()
    cells_hit: int = 0
    judged_hit: int = 0
    judged_false: int = 0
    polarity_right: bool = False
    membranes_right: bool | None = None


@dataclass(slots=True, kw_only=True)
class _Found:
    lanes: tuple[Lane, ...]
    bands: dict[tuple[str, int], list[BandMeasurement]]
    used: set[int] = field(default_factory=set)


def score_picture(picture: Picture) -> PictureScore:
    """Analyse one photograph without any help and compare; a refused one has lost everything."""
    panels = tuple(p for p in picture.panels if p.scored)
    lanes_true = sum(not lane.uncertain for p in panels for lane in p.lanes)
    cells_true = sum(len(_cells(p)) + len(_loose_rows(p)) for p in panels)
    try:
        analysis = bq.analyse(bq.open_project(picture.path))
    except bq.BlotquantError as error:
        return PictureScore(
            name=picture.name,
            lanes_true=lanes_true,
            cells_true=cells_true,
            refused=error.what_is_wrong,
        )
    found = _found(analysis)
    matches = [_match_lanes(panel, found) for panel in panels]
    cells = [_match_rows(panel, match, found) for panel, match in zip(panels, matches, strict=True)]
    certain = [
        error
        for panel, match in zip(panels, matches, strict=True)
        for i, (_, error) in match.items()
        if not panel.lanes[i].uncertain
    ]
    membranes = {lane.membrane for lane in found.lanes}
    return PictureScore(
        name=picture.name,
        lanes_true=lanes_true,
        cells_true=cells_true,
        lanes_hit=len(certain),
        lanes_invented=_invented(picture, found),
        centre_errors=tuple(certain),
        cells_hit=sum(hit for hit, _, _ in cells),
        judged_hit=sum(judged for _, judged, _ in cells),
        judged_false=sum(false for _, _, false in cells),
        polarity_right=analysis.images[0].polarity.polarity.value == picture.polarity,
        membranes_right=len(membranes) == len(picture.panels) if picture.panels else None,
    )


def count_lanes(picture: Picture, lanes: Sequence[Lane]) -> tuple[int, int, int]:
    """Return how many certain lanes there are, how many were found, and how many are invented."""
    found = _Found(lanes=tuple(lanes), bands={})
    true = hit = 0
    for panel in (p for p in picture.panels if p.scored):
        matched = _match_lanes(panel, found)
        true += sum(not lane.uncertain for lane in panel.lanes)
        hit += sum(not panel.lanes[i].uncertain for i in matched)
    return true, hit, _invented(picture, found)


def _found(analysis: bq.Analysis) -> _Found:
    bands: dict[tuple[str, int], list[BandMeasurement]] = {}
    for m in analysis.bands:
        if m.detected:
            bands.setdefault((m.band.membrane, m.band.lane), []).append(m)
    return _Found(lanes=tuple(r.lane for r in analysis.lanes), bands=bands)


def _counting(panel: Panel) -> tuple[TrueLane, ...]:
    """Return the lanes whose bands count: certain ones that hold a sample."""
    return tuple(lane for lane in panel.lanes if not lane.uncertain and lane.kind == "sample")


def _cells(panel: Panel) -> tuple[tuple[int, float], ...]:
    """Return (lane, y) of every strong or clear band in a lane that counts."""
    numbers = {lane.number for lane in _counting(panel)}
    return tuple(
        cell for row in panel.rows if not row.faint for cell in row.y_by_lane if cell[0] in numbers
    )


def _loose_rows(panel: Panel) -> tuple[TrueRow, ...]:
    """Return rows that are only known as a height, not lane by lane."""
    return tuple(row for row in panel.rows if not row.faint and not row.y_by_lane)


def _match_lanes(panel: Panel, found: _Found) -> dict[int, tuple[Lane, float]]:
    """Return, by index in the panel, the found lane and its centre error as a share of the width.

    A certain lane is served before any uncertain one.
    """
    slack = SLACK * (panel.box[3] - panel.box[1])
    cost = np.full((len(panel.lanes), len(found.lanes)), np.inf)
    for i, true in enumerate(panel.lanes):
        limit = UNCERTAIN_SHARE if true.uncertain else LANE_SHARE
        for j, lane in enumerate(found.lanes):
            error = abs(lane.x_at(true.y_ref) - true.centre) / true.width
            reaches = lane.nodes[0][1] - slack <= true.y_ref <= lane.nodes[-1][1] + slack
            if reaches and error <= limit:
                cost[i, j] = error + float(true.uncertain)
    pairs = one_to_one(cost)
    found.used |= {j for _, j in pairs}
    return {i: (found.lanes[j], float(cost[i, j])) for i, j in pairs}


def _invented(picture: Picture, found: _Found) -> int:
    """Count found lanes that are none; those in places that were not measured are let off."""
    left_out = [p for p in picture.panels if not p.scored]
    n = 0
    for j, lane in enumerate(found.lanes):
        if j in found.used or lane.kind is LaneKind.BLANK:
            continue
        x = (lane.nodes[0][0] + lane.nodes[-1][0]) / 2
        y = (lane.nodes[0][1] + lane.nodes[-1][1]) / 2
        excused = any(p.holds(x, y) for p in left_out)
        excused = excused or any(a <= x <= b for a, b in picture.ignored_x)
        n += not excused
    return n


def _match_rows(
    panel: Panel, match: dict[int, tuple[Lane, float]], found: _Found
) -> tuple[int, int, int]:
    """Return hits, and hits and false bands where precision can be judged."""
    hits = sum(_is_seen(panel, row, found) for row in _loose_rows(panel))
    judged = false = 0
    for i, (lane, _) in match.items():
        true = panel.lanes[i]
        if true not in _counting(panel):
            continue
        everything = found.bands.get((lane.membrane, lane.number), [])
        mine = [m for m in everything if panel.box[1] <= m.y_px <= panel.box[3]]
        hit, extra = _match_lane(panel, true.number, mine)
        hits += hit
        if panel.complete:
            judged += hit
            false += extra
    return hits, judged, false


def _match_lane(panel: Panel, number: int, found: Sequence[BandMeasurement]) -> tuple[int, int]:
    """Return the hits in one lane and the bands that no row explains."""
    rows = [(row, y) for row in panel.rows for n, y in row.y_by_lane if n == number]
    ys = [y for _, y in rows]
    limit = tolerances([row.height for row, _ in rows], ys, LEAST_ROW_PX, ROW_NEIGHBOUR_PX)
    pairs = one_to_one(within(apart(ys, [m.y_px for m in found]), limit))
    taken = {j for _, j in pairs}
    # A row that is faint, or not known lane by lane, excuses a band in any lane.
    excuses = [row for row in panel.rows if row.faint or not row.y_by_lane]
    extra = [
        m
        for j, m in enumerate(found)
        if j not in taken
        and not any(
            abs(m.y_px - row.y) <= max(LOOSE_ROW_PX, LOOSE_SHARE * row.height) for row in excuses
        )
    ]
    return sum(not rows[i][0].faint for i, _ in pairs), len(extra)


def _is_seen(panel: Panel, row: TrueRow, found: _Found) -> bool:
    limit = max(LOOSE_ROW_PX, BAND_SHARE * row.height)
    return any(
        abs(m.y_px - row.y) <= limit and panel.holds(m.x_px, m.y_px)
        for bands in found.bands.values()
        for m in bands
    )
