"""Score detection on simulated photographs that are hard to read, and make their table."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import blotquant as bq
from blotquant.model.band import BandMeasurement
from blotquant.model.lane import Lane, LaneKind
from blotquant.simulate.photos import (
    BandKind,
    PhotoBand,
    SimulatedMembrane,
    SimulatedPhoto,
    photo_scene,
    simulate_photo,
    write_photo,
)
from blotquant.simulate.scene import SimulatedLane
from validation.markdown import fraction, markdown, mean, number, percent
from validation.matching import LANE_SHARE, apart, f1, one_to_one, share, tolerances, within
from validation.truth import DETECTABLE_SNR

END_SHARE = 0.08  # of a lane's height: how far beyond a found lane its bands may lie

LaneKey = tuple[str, int]
TrueLane = tuple[SimulatedMembrane, SimulatedLane]


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneScore:
    """Counts of one photograph; `docs/validation.md` defines each.

    `polarity_right` and `membranes_right` are None where there is no lane to be right about.
    """

    scene: str
    seed: int
    lanes_true: int
    lanes_hit: int
    lanes_invented: int
    centre_errors: tuple[float, ...]
    bands_true: int
    bands_hit: int
    bands_false: int
    polarity_right: bool | None
    membranes_right: bool | None


def score_scene(name: str, seed: int) -> SceneScore:
    """Simulate a photograph, analyse its file and compare with what is true. About 1 s."""
    photo = simulate_photo(photo_scene(name, seed))
    with tempfile.TemporaryDirectory() as folder:
        analysis = bq.analyse(bq.open_project(write_photo(photo, folder, name)))
    return compare_scene(name, seed, photo, analysis)


def compare_scene(name: str, seed: int, photo: SimulatedPhoto, analysis: bq.Analysis) -> SceneScore:
    """Compare an analysis of one photograph with its truth."""
    lanes = [result.lane for result in analysis.lanes]
    detected: dict[LaneKey, list[BandMeasurement]] = {}
    for m in analysis.bands:
        if m.detected:
            detected.setdefault((m.band.membrane, m.band.lane), []).append(m)
    true = [(membrane, lane) for membrane in photo.membranes for lane in membrane.lanes]
    matched = match_scene_lanes(true, lanes)
    visible = {i for i, place in enumerate(true) if _is_visible(place)}
    taken = {j for j, _ in matched.values()}
    invented = [
        lane
        for j, lane in enumerate(lanes)
        if j not in taken and (lane.kind is not LaneKind.BLANK or detected.get(_key(lane)))
    ]
    n_hit, n_false = _bands(true, {i: lanes[j] for i, (j, _) in matched.items()}, detected)
    report = analysis.images[0]
    return SceneScore(
        scene=name,
        seed=seed,
        lanes_true=len(visible),
        lanes_hit=len(visible & set(matched)),
        lanes_invented=len(invented),
        centre_errors=tuple(error for i, (_, error) in matched.items() if i in visible),
        bands_true=sum(_counts(b) for membrane in photo.membranes for b in membrane.bands),
        bands_hit=n_hit,
        bands_false=n_false + sum(len(detected.get(_key(lane), ())) for lane in invented),
        polarity_right=report.polarity.polarity is photo.polarity if true else None,
        membranes_right=_right_number(photo, len(report.membranes)) if true else None,
    )


def count_scene_lanes(photo: SimulatedPhoto, lanes: Sequence[Lane]) -> tuple[int, int, int]:
    """Return how many lanes show something, how many were found, and how many are invented."""
    true = [(membrane, lane) for membrane in photo.membranes for lane in membrane.lanes]
    matched = match_scene_lanes(true, lanes)
    visible = {i for i, place in enumerate(true) if _is_visible(place)}
    used = {j for j, _ in matched.values()}
    invented = [k for j, k in enumerate(lanes) if j not in used and k.kind is not LaneKind.BLANK]
    return len(visible), len(visible & set(matched)), len(invented)


def match_scene_lanes(
    true: Sequence[TrueLane], lanes: Sequence[Lane]
) -> dict[int, tuple[int, float]]:
    """Return, by index of a true lane, the found lane's index and its centre error (in widths).

    Both are read in the middle of the lane's bands, which the found lane must reach: several
    membranes may lie above one another, each with its own lane there.
    """
    cost = np.full((len(true), len(lanes)), np.inf)
    for i, (membrane, lane) in enumerate(true):
        axis = lane.as_lane("", "")
        top, bottom = lane.nodes[0][1], lane.nodes[-1][1]
        heights = [b.y_px for b in membrane.bands if b.lane == lane.number and _is_clear(b)]
        y = float(np.median(heights)) if heights else (top + bottom) / 2
        slack = END_SHARE * (bottom - top)
        for j, found in enumerate(lanes):
            error = abs(found.x_at(y) - axis.x_at(y)) / lane.width_px
            reached = found.nodes[0][1] - slack <= y <= found.nodes[-1][1] + slack
            cost[i, j] = error if reached and error <= LANE_SHARE else np.inf
    return {i: (j, float(cost[i, j])) for i, j in sorted(one_to_one(cost))}


def _bands(
    true: Sequence[TrueLane],
    found: Mapping[int, Lane],
    detected: Mapping[LaneKey, Sequence[BandMeasurement]],
) -> tuple[int, int]:
    """Return how many bands of the found sample lanes were hit, and how many are false."""
    n_hit = n_false = 0
    for i, lane in found.items():
        membrane, truth = true[i]
        if truth.kind is LaneKind.LADDER:
            continue
        here = [b for b in membrane.bands if b.lane == truth.number]
        ys = [b.y_px for b in here]
        mine = detected.get(_key(lane), ())
        limit = tolerances([b.height_px for b in here], ys)
        pairs = one_to_one(within(apart(ys, [m.y_px for m in mine]), limit))
        n_hit += sum(_counts(here[k]) for k, _ in pairs)
        n_false += len(mine) - len(pairs)
    return n_hit, n_false


def _right_number(photo: SimulatedPhoto, n_found: int) -> bool:
    """Return whether that many membranes are right; side by side without an edge, one is too."""
    n_true = len(photo.membranes)
    tops = [m.corners[0][1] for m in photo.membranes]
    bottoms = [m.corners[3][1] for m in photo.membranes]
    beside = max(tops) < min(bottoms)
    edgeless = all(piece.level == photo.scene.surround for piece in photo.scene.pieces)
    return n_found == n_true or (n_found == 1 and beside and edgeless)


def _is_visible(place: TrueLane) -> bool:
    membrane, lane = place
    own = [b for b in membrane.bands if b.lane == lane.number]
    return lane.kind is LaneKind.LADDER or any(_counts(b) for b in own)


def _is_clear(band: PhotoBand) -> bool:
    return band.snr >= DETECTABLE_SNR


def _counts(band: PhotoBand) -> bool:
    """Return whether missing it is an error: a clear band of a sample, no ghost."""
    return band.kind is BandKind.SAMPLE and _is_clear(band)


def _key(lane: Lane) -> LaneKey:
    return lane.membrane, lane.number


def scene_table(scores: Sequence[SceneScore]) -> str:
    """Return lanes, membranes, bands and polarity, photograph by photograph."""
    head = (
        "photograph",
        "seeds",
        "lanes",
        "lane precision",
        "lane recall",
        "lane F1",
        "centre error, % of width",
        "invented lanes",
        "membranes right",
        "bands",
        "band precision",
        "band recall",
        "band F1",
        "polarity right",
    )
    rows = [
        _row(name, [s for s in scores if s.scene == name])
        for name in dict.fromkeys(s.scene for s in scores)
    ]
    return markdown(head, [*rows, _row("**all**", scores)])


def _row(name: str, scores: Sequence[SceneScore]) -> tuple[str, ...]:
    lanes, hit = sum(s.lanes_true for s in scores), sum(s.lanes_hit for s in scores)
    invented = sum(s.lanes_invented for s in scores)
    bands, seen = sum(s.bands_true for s in scores), sum(s.bands_hit for s in scores)
    false = sum(s.bands_false for s in scores)
    return (
        name,
        str(len(scores)),
        str(lanes),
        number(share(hit, hit + invented) if lanes else float("nan"), 3),
        number(share(hit, lanes), 3),
        number(f1(hit, lanes, invented) if lanes else float("nan"), 3),
        percent(mean([e for s in scores for e in s.centre_errors])),
        str(invented),
        fraction([s.membranes_right for s in scores if s.membranes_right is not None]),
        str(bands),
        number(share(seen, seen + false) if bands else float("nan"), 3),
        number(share(seen, bands), 3),
        number(f1(seen, bands, false) if bands else float("nan"), 3),
        fraction([s.polarity_right for s in scores if s.polarity_right is not None]),
    )
