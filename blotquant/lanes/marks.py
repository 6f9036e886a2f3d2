"""Registration by what was found on both photographs: lanes, and the membrane's outline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blotquant.flags import Flag
from blotquant.lanes.pose import N_PARAMETERS, Array, Estimate, Pose
from blotquant.model.geometry import Membrane, Point
from blotquant.model.lane import Lane

SAME_LANE = 0.45  # two lanes are the same when their axes are nearer than this share of a width
PLACEMENT = 0.02  # of a lane's width: its middle is found no better than that
TOGETHER = 0.04  # of a lane's width: all lanes err together when their lean is not seen
SPREAD = 0.02  # and so does their spread
LEAN_DEG = 1.5  # lanes with few rows hardly show how they lean
CLOSENESS = 0.08  # of a width: how well the same lane is found on two photographs
MET_WORTH = 2.0  # logarithm of odds: a lane lies there by chance once in seven times
MISSED_WORTH = -1.0
OUTLINE_PX = 220.0  # the longest side of the picture on which outlines are found
OTHER_PLACE = 0.5  # of a lane's width: two answers that are further apart are different ones


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMeeting:
    """Which lanes of two photographs are the same under a pose.

    `score` is at most their number; `worth` the logarithm of the odds that they are not there by
    chance, in which lanes that meet nothing count against.
    """

    pairs: tuple[tuple[int, int], ...]
    score: float
    worth: float = 0.0


def seen_lanes(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """Return the lanes that were seen, not inferred from their neighbours."""
    return tuple(lane for lane in lanes if not lane.flags & Flag.INFERRED_LANE)


def middle_of(lane: Lane) -> Point:
    """Return the place on a lane's axis half way down."""
    y = (lane.nodes[0][1] + lane.nodes[-1][1]) / 2
    return lane.x_at(y), y


def meet(lead: Sequence[Lane], other: Sequence[Lane], pose: Pose) -> LaneMeeting:
    """Pair every lane of the lead with the nearest free lane of the other photograph."""
    if not lead or not other:
        return LaneMeeting(pairs=(), score=0.0)
    width = _width(lead, other, pose.scale)
    rest = np.abs(_offsets(lead, other, pose)) / (SAME_LANE * width)
    pairs: list[tuple[int, int]] = []
    score = worth = 0.0
    for k in np.argsort(rest, axis=None):
        i, j = divmod(int(k), rest.shape[1])
        if rest[i, j] >= 1:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
            score += 1 - float(rest[i, j]) ** 2
            off = float(rest[i, j]) * SAME_LANE / CLOSENESS
            worth += max(MET_WORTH - off**2 / 2, MISSED_WORTH)
    worth += MISSED_WORTH * (min(len(lead), len(other)) - len(pairs))
    return LaneMeeting(pairs=tuple(sorted(pairs)), score=score, worth=worth)


def _width(lead: Sequence[Lane], other: Sequence[Lane], scale: float) -> float:
    """Return the typical lane width in pixels of the other photograph."""
    widths = [lane.width_px * scale for lane in lead] + [lane.width_px for lane in other]
    return float(np.median(widths))


def _offsets(lead: Sequence[Lane], other: Sequence[Lane], pose: Pose) -> Array:
    """Return how far right of the lead's lanes the other's axes lie, (n lead, n other)."""
    places = [pose.place(middle_of(lane)) for lane in lead]
    return np.array([[lane.x_at(y) - x for lane in other] for x, y in places])


def lane_poses(lead: Sequence[Lane], other: Sequence[Lane], about: Pose) -> tuple[Pose, ...]:
    """Return the poses at which the lanes of two photographs meet best, the best first.

    `about` is what the outlines suggest; zoom is tried as it stands there, as 1, and as the lanes'
    distances tell.
    """
    if not lead or not other:
        return ()
    turn = math.radians(float(np.median(_leans(other)) - np.median(_leans(lead))))
    ranked = []
    for scale in _scales(lead, other, about.scale):
        start = Pose(
            centre=about.centre,
            radius_px=about.radius_px,
            shift=about.shift,
            rotation_rad=turn,
            scale=scale,
        )
        width = _width(lead, other, scale)
        offsets = _offsets(lead, other, start)
        shifts = np.unique(offsets.round(3))
        rest = np.abs(offsets[None] - shifts[:, None, None]).min(axis=2) / (SAME_LANE * width)
        # Photographs of one membrane are seldom shifted by more than a lane or two.
        far = 0.25 * (shifts / (1.5 * width)) ** 2
        scores = np.maximum(1 - rest**2, 0).sum(axis=1) - far
        ranked += [
            (float(score), start.moved(np.array([dx, 0.0, 0.0, 0.0])))
            for score, dx in zip(scores, shifts, strict=True)
        ]
    best: list[Pose] = []
    for _, pose in sorted(ranked, key=lambda r: -r[0]):
        if all(is_elsewhere(pose, p, lead) for p in best):
            best.append(pose)
        if len(best) == 2:
            break
    return tuple(best)


def is_elsewhere(a: Pose, b: Pose, lead: Sequence[Lane], least_px: float = 6.0) -> bool:
    """Tell whether two poses put the lanes into different places."""
    width = float(np.median([lane.width_px for lane in lead])) if lead else 0.0
    step = a.step_to(b)
    return float(np.abs(step).max()) > max(OTHER_PLACE * width, least_px)


def _leans(lanes: Sequence[Lane]) -> Array:
    ends = [(lane.nodes[0], lane.nodes[-1]) for lane in lanes]
    return np.array([math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) for a, b in ends])


def _scales(lead: Sequence[Lane], other: Sequence[Lane], outlined: float) -> list[float]:
    pitches = [np.diff(sorted(middle_of(lane)[0] for lane in lanes)) for lanes in (lead, other)]
    scales = [1.0, outlined]
    if min(p.size for p in pitches) >= 2:
        scales.append(float(np.median(pitches[1]) / max(np.median(pitches[0]), 1e-6)))
    kept: list[float] = []
    for scale in scales:
        if 0.2 < scale < 5 and all(abs(scale / k - 1) > 0.005 for k in kept):
            kept.append(scale)
    return kept


def by_lanes(lead: Sequence[Lane], other: Sequence[Lane], pose: Pose) -> Estimate | None:
    """Return what the lanes that meet near a pose say of it; None when none meet.

    They tell the shift across (and, where there are several, the zoom); of the height nothing, and
    of the turn no more than their lean does.
    """
    for _ in range(2):
        pairs = meet(lead, other, pose).pairs
        if not pairs:
            return None
        places = np.array([middle_of(lead[i]) for i, _ in pairs])
        offsets = _offsets(lead, other, pose)
        rest = np.array([offsets[i, j] for i, j in pairs])
        design = pose.jacobian(places)[:, 0, :]
        design[:, 1:3] = 0.0
        if len(pairs) < 3:
            design[:, 3] = 0.0
        step = np.linalg.lstsq(design, rest, rcond=1e-6)[0]
        pose = pose.moved(step)
    rest = rest - design @ step
    free = max(len(pairs) - (2 if len(pairs) > 2 else 1), 1)
    width = _width(lead, other, pose.scale)
    sd = max(math.sqrt(float((rest**2).sum()) / free), PLACEMENT * width)
    seen = [0, 3] if len(pairs) > 2 else [0]
    covariance = np.linalg.inv((design.T @ design)[np.ix_(seen, seen)]) * sd**2
    covariance += np.diag([(TOGETHER * width) ** 2, (SPREAD * pose.radius_px) ** 2][: len(seen)])
    information = np.zeros((N_PARAMETERS, N_PARAMETERS))
    information[np.ix_(seen, seen)] = np.linalg.inv(covariance)
    information[2, 2] = 1 / (pose.radius_px * math.radians(LEAN_DEG)) ** 2
    n = len(pairs)
    return Estimate(pose=pose, information=information, words=f"{n} lane{'s' if n > 1 else ''}")


def by_outline(
    lead: tuple[Membrane, tuple[int, int]], other: tuple[Membrane, tuple[int, int]], about: Pose
) -> Estimate | None:
    """Return what the edges that both outlines show say; None when there are none.

    Each membrane comes with the (rows, columns) of its photograph: an edge that lies on the border
    of the photograph is where the picture was cut, not where the membrane was.
    """
    edges = [k for k in range(4) if _is_free(k, *lead) and _is_free(k, *other)]
    if not edges:
        return None
    pose = about
    for _ in range(3):
        design, rest = _edge_rests(lead[0], other[0], edges, pose)
        step = np.asarray(np.linalg.lstsq(design, rest, rcond=1e-6)[0], dtype=np.float64)
        pose = pose.moved(step)
    # Each edge was found to about a pixel of the small picture; its two ends err together.
    sd = max(max(lead[1]) * pose.scale, *other[1]) / OUTLINE_PX
    return Estimate(pose=pose, information=design.T @ design / sd**2 / 2, words="its outline")


def _is_free(k: int, membrane: Membrane, shape: tuple[int, int]) -> bool:
    """Tell whether an edge (from corner k to the next) lies within the picture."""
    margin = 2 * max(shape) / OUTLINE_PX
    ends = membrane.corners[k], membrane.corners[(k + 1) % 4]
    axis, limit = (1, shape[0]) if k % 2 == 0 else (0, shape[1])
    return all(margin < p[axis] < limit - 1 - margin for p in ends)


def _edge_rests(
    lead: Membrane, other: Membrane, edges: Sequence[int], pose: Pose
) -> tuple[Array, Array]:
    """Return by how much the lead's edges must move, across themselves, to lie on the other's."""
    design, rests = [], []
    for k in edges:
        a, b = (np.array(other.corners[i % 4]) for i in (k, k + 1))
        along = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
        normal = np.array([-along[1], along[0]])
        ends = np.array([lead.corners[k], lead.corners[(k + 1) % 4]])
        for place, j in zip(ends, pose.jacobian(ends), strict=True):
            rests.append(float(normal @ (a - np.array(pose.place((place[0], place[1]))))))
            design.append(normal @ j)
    return np.array(design).reshape(-1, N_PARAMETERS), np.array(rests)
