"""Score the automatic analysis of one simulated blot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

import blotquant as bq
from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.lane import Lane, LaneKind
from blotquant.simulate import SimulatedBlot, scene, simulate_blot, write_blot
from blotquant.targets.library import load_library
from validation.matching import LANE_SHARE, apart, one_to_one, tolerances, within
from validation.ratios import CLEAVED, PRO, Index, RatioScore, pro_and_cleaved, score_ratios
from validation.truth import TrueBand, true_bands

LEAST_FOR_SCALE = 3
Z95 = 1.959963984540054

LaneKey = tuple[str, int]
Pair = tuple[TrueBand, BandMeasurement]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlotScore:
    """Counts and errors of one blot; `docs/validation.md` defines each.

    Errors are shares: 0.01 is 1 % (of the lane's width, of the volume, or one percentage point).
    `flagged` holds (truly saturated, flagged) of every matched or lost detectable band.
    """

    scenario: str
    seed: int
    lanes_true: int
    lanes_hit: int
    lanes_invented: int
    centre_errors: tuple[float, ...]
    bands_true: int
    bands_hit: int
    bands_false: int
    polarity_right: bool
    volume_errors: tuple[float, ...]
    n_lost: int
    fraction_errors: tuple[float, ...]
    covered_by_image: tuple[bool, ...]
    covered_by_row: tuple[bool, ...]
    flagged: tuple[tuple[bool, bool], ...]
    ratios: tuple[RatioScore, ...]


def score_simulated(scenario: str, seed: int) -> BlotScore:
    """Simulate a blot, analyse its file and compare with what is true. About 0.5 s."""
    blot = simulate_blot(scene(scenario, seed))
    with tempfile.TemporaryDirectory() as folder:
        project = bq.open_project(write_blot(blot, folder, scenario))
        analysis = bq.analyse(probed_for(project, (row.target for row in blot.scene.rows)))
    return compare(scenario, seed, blot, analysis)


def probed_for(project: bq.Project, targets: Iterable[str]) -> bq.Project:
    """Say which antibodies were used, which no picture can tell."""
    names = tuple(dict.fromkeys(targets))
    photographs = tuple(replace(p, targets=names) for p in project.photographs)
    return replace(project, photographs=photographs)


def compare(scenario: str, seed: int, blot: SimulatedBlot, analysis: bq.Analysis) -> BlotScore:
    """Compare an analysis of one photograph with its truth."""
    truth = true_bands(blot)
    lanes = [result.lane for result in analysis.lanes]
    by_lane: dict[LaneKey, list[BandMeasurement]] = {}
    for m in analysis.bands:
        if m.detected:
            by_lane.setdefault((m.band.membrane, m.band.lane), []).append(m)
    matched = match_lanes(blot, lanes)
    # A lane in which nothing can be seen counts neither way, whether it is found or not.
    visible = {b.truth.lane for b in truth if b.detectable}
    visible |= {lane.number for lane in blot.lanes if lane.kind is LaneKind.LADDER}
    invented = [
        lane
        for lane in lanes
        if lane not in [found for found, _ in matched.values()]
        and (lane.kind is not LaneKind.BLANK or by_lane.get(_key(lane)))
    ]
    pairs, n_false = match_bands(blot, truth, matched, by_lane)
    n_false += sum(len(by_lane.get(_key(lane), [])) for lane in invented)
    hit = {_place(true) for true, _ in pairs}
    lost = [b for b in truth if b.counts and _place(b) not in hit]
    scale = scale_of(pairs)
    return BlotScore(
        scenario=scenario,
        seed=seed,
        lanes_true=len(visible),
        lanes_hit=len(visible & set(matched)),
        lanes_invented=len(invented),
        centre_errors=tuple(error for n, (_, error) in matched.items() if n in visible),
        bands_true=sum(b.counts for b in truth),
        bands_hit=sum(true.counts for true, _ in pairs),
        bands_false=n_false,
        polarity_right=analysis.images[0].polarity.polarity is blot.polarity,
        volume_errors=tuple(
            abs(m.volume / (scale * true.truth.volume) - 1) for true, m in pairs if true.detectable
        ),
        n_lost=len(lost),
        fraction_errors=_fraction_errors(blot, pairs),
        covered_by_image=_covered(pairs),
        covered_by_row=tuple(
            inside
            for row in sorted({true.truth.row for true, _ in pairs})
            for inside in _covered([p for p in pairs if p[0].truth.row == row])
        ),
        flagged=(
            *(
                (true.truth.saturated_fraction > 0, Flag.SATURATED in m.flags)
                for true, m in pairs
                if true.detectable
            ),
            *((b.truth.saturated_fraction > 0, False) for b in lost),
        ),
        ratios=_reported(scenario, blot, matched, analysis),
    )


def match_lanes(blot: SimulatedBlot, lanes: Sequence[Lane]) -> dict[int, tuple[Lane, float]]:
    """Return, by true lane number, the found lane and its centre error as a share of the width.

    Both are read at the true lane's mid-height; 25 % of the width is the limit.
    """
    cost = np.full((len(blot.lanes), len(lanes)), np.inf)
    for i, true in enumerate(blot.lanes):
        axis = true.as_lane("", "")
        y = (true.nodes[0][1] + true.nodes[-1][1]) / 2
        for j, lane in enumerate(lanes):
            error = abs(lane.x_at(y) - axis.x_at(y)) / true.width_px
            cost[i, j] = error if error <= LANE_SHARE else np.inf
    return {
        blot.lanes[i].number: (lanes[j], float(cost[i, j])) for i, j in sorted(one_to_one(cost))
    }


def match_bands(
    blot: SimulatedBlot,
    truth: Sequence[TrueBand],
    matched: Mapping[int, tuple[Lane, float]],
    by_lane: Mapping[LaneKey, Sequence[BandMeasurement]],
) -> tuple[list[Pair], int]:
    """Return the matched bands of the found sample lanes, and how many others were detected."""
    pairs: list[Pair] = []
    n_false = 0
    for number, (lane, _) in matched.items():
        if blot.lane(number).kind is LaneKind.LADDER:
            continue
        here = [b for b in truth if b.truth.lane == number]
        found = by_lane.get(_key(lane), ())
        ys = [b.truth.y_px for b in here]
        limit = tolerances([b.height_px for b in here], ys)
        mine = one_to_one(within(apart(ys, [m.y_px for m in found]), limit))
        pairs.extend((here[i], found[j]) for i, j in mine)
        n_false += len(found) - len(mine)
    return pairs, n_false


def scale_of(pairs: Sequence[Pair]) -> float:
    """Return the median of measured over true volume: what units and constant losses amount to.

    Of the detectable, unsaturated bands; of all where these are fewer than three.
    """
    good = [
        m.volume / true.truth.volume
        for true, m in pairs
        if true.detectable and not true.truth.saturated_fraction and m.volume > 0
    ]
    if len(good) < LEAST_FOR_SCALE:
        good = [m.volume / true.truth.volume for true, m in pairs if m.volume > 0]
    return float(np.median(good)) if good else float("nan")


def _covered(pairs: Sequence[Pair]) -> tuple[bool, ...]:
    """Return whether each 95 % interval holds the truth, times the scale of these pairs.

    Only for bands that a number can be expected of: detectable, resolved, not saturated. With
    fewer than three the scale would be fitted to the very band that it is to judge.
    """
    fair = [(t, m) for t, m in pairs if t.counts and not t.truth.saturated_fraction]
    if len(fair) < LEAST_FOR_SCALE:
        return ()
    scale = scale_of(fair)
    return tuple(abs(m.volume - scale * t.truth.volume) <= Z95 * m.volume_se for t, m in fair)


def _fraction_errors(blot: SimulatedBlot, pairs: Sequence[Pair]) -> tuple[float, ...]:
    """Return the error of C / (C + P) of every sample lane and target, from the matched bands.

    A band that was not found counts as 0; a target of which nothing was found is 100 points off.
    """
    measured = {_place(true): max(m.volume, 0.0) for true, m in pairs}
    errors = []
    for target in dict.fromkeys(row.target for row in blot.scene.rows):
        kinds = pro_and_cleaved(load_library().target(target))
        here = [b for b in blot.bands if b.target == target and b.form in kinds]
        if {kinds[b.form] for b in here} != {PRO, CLEAVED}:
            continue
        for lane in sorted({b.lane for b in here}):
            true, found = [0.0, 0.0], [0.0, 0.0]
            for b in here:
                if b.lane == lane:
                    true[kinds[b.form]] += b.volume
                    found[kinds[b.form]] += measured.get((b.lane, b.row), 0.0)
            if sum(true) > 0:
                share = found[CLEAVED] / sum(found) if sum(found) > 0 else float("inf")
                errors.append(min(abs(share - true[CLEAVED] / sum(true)), 1.0))
    return tuple(errors)


def _reported(
    scenario: str,
    blot: SimulatedBlot,
    matched: Mapping[int, tuple[Lane, float]],
    analysis: bq.Analysis,
) -> tuple[RatioScore, ...]:
    """Score what the program itself reports as cleaved fractions of a blot with both forms."""
    if scenario != "doublets":
        return ()
    volumes: dict[tuple[str, int, str], dict[str, float]] = {}
    for b in blot.bands:
        # A lane that was not found has no name on the membrane, hence no number either.
        key = _key(matched[b.lane][0]) if b.lane in matched else ("", b.lane)
        volumes.setdefault((*key, b.target), {})[b.form] = b.volume
    return score_ratios("doublets", volumes, {}, analysis, (Index.FRACTION, Index.TO_PRO))


def _key(lane: Lane) -> LaneKey:
    return lane.membrane, lane.number


def _place(band: TrueBand) -> tuple[int, int]:
    return band.truth.lane, band.truth.row
