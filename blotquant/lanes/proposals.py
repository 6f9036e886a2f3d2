"""What lanes, outlines and pictures propose, and what each proposal is worth over all evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.lanes.blocks import Agreement, refine
from blotquant.lanes.content import Peak, search
from blotquant.lanes.glimpse import Glimpse
from blotquant.lanes.marks import SAME_LANE, by_lanes, is_elsewhere, lane_poses, meet, seen_lanes
from blotquant.lanes.pose import Estimate, Pose, combined
from blotquant.lanes.views import View

TURNS_DEG = (-3.0, -2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25, 3.0)
LEAST_HEIGHT = 6.5  # of a correlation peak: chance and stripes alone reach 6
CLEAR_HEIGHT = 10.0  # no other turn need be tried
WORTH_REFINING = 0.75  # of the highest peak
MOST_REFINED = 3
MOST_WORTH = 40.0  # logarithm of odds: no single kind of evidence is above all doubt
OUTLINE_WORTH = 4.0
USUAL_SHIFT = 0.06  # of the membrane's size
USUAL_TURN_DEG = 2.0
USUAL_ZOOM = 0.1
NOT_MOVED = 2.0  # two photographs of the same size often share their frame
CONFLICT = 4.0  # standard errors from which two kinds of evidence contradict each other
SAME_HEIGHT = 1.5  # of a band's thickness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """A pose with the evidence of the pictures for it, and what it is worth over all evidence."""

    pose: Pose
    agreement: Agreement | None = None
    height: float = 0.0
    with_bands: bool = False
    worth: float = 0.0


class Weighing:
    """Says how much all evidence together speaks for a pose."""

    def __init__(self, lead: View, other: View, start: Pose, outline: Estimate | None) -> None:
        self.lead, self.other = lead, other
        self.start, self.outline = start, outline
        self.lead_lanes, self.other_lanes = seen_lanes(lead.lanes), seen_lanes(other.lanes)
        self.same_size = lead.shape is not None and lead.shape == other.shape
        self.still = replace(start, shift=0j, scale=1.0)
        ratio = 1.0
        if lead.shape is not None and other.shape is not None:
            ratio = max(other.shape) / max(lead.shape)
        # Without a move the same place lies at the same share of a picture of another size.
        self.rest = (
            self.still
            if ratio == 1
            else replace(start, shift=(ratio - 1) * start.centre, scale=ratio)
        )

    def worth(self, proposal: Proposal) -> float:
        """Return the logarithm of the odds of a proposal, up to a constant."""
        pose = proposal.pose
        worth = meet(self.lead_lanes, self.other_lanes, pose).worth
        if proposal.height > 0:
            worth += min((proposal.height**2 - LEAST_HEIGHT**2) / 2 + 2.0, MOST_WORTH)
        if self.outline is not None:
            worth += OUTLINE_WORTH - min(self.outline.distance_to(pose) ** 2 / 2, 2 * OUTLINE_WORTH)
        return worth + self._likely(pose)

    def _likely(self, pose: Pose) -> float:
        size = 2 * pose.radius_px
        expected = self.start if self.outline is not None else self.rest
        step = expected.step_to(pose)
        shift = math.hypot(step[0], step[1]) / (USUAL_SHIFT * size)
        turn = math.degrees(pose.rotation_rad) / USUAL_TURN_DEG
        zoom = math.log(pose.scale / expected.scale) / USUAL_ZOOM
        still = self.same_size and float(np.abs(self.still.step_to(pose)).max()) < 1.5
        return NOT_MOVED * still - (shift**2 + turn**2 + zoom**2) / 2


def by_marks(w: Weighing) -> list[Proposal]:
    """Return what the lanes and the outline propose, and that nothing moved."""
    poses = [w.rest, w.outline.pose if w.outline is not None else w.start]
    for pose in lane_poses(w.lead_lanes, w.other_lanes, poses[-1]):
        lanes = by_lanes(w.lead_lanes, w.other_lanes, pose)
        if lanes is not None:
            near = (lanes,) if w.outline is None else agreeing((lanes, w.outline))
            poses.append(combined(near, lanes.pose).pose)
    return [Proposal(pose=p) for p in poses]


def agreeing(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the first estimate and those of the others that it does not contradict."""
    first = estimates[0]
    return (first, *(e for e in estimates[1:] if apart(first, e) < CONFLICT))


def apart(a: Estimate, b: Estimate) -> float:
    """Return by how many of their common standard errors two estimates differ."""
    # The parallel sum of two informations is that of the difference.
    both = a.information + b.information
    information = a.information @ np.linalg.pinv(both, rcond=1e-12) @ b.information
    step = a.pose.step_to(b.pose)
    return math.sqrt(max(float(step @ information @ step), 0.0))


def by_content(w: Weighing, first: Sequence[Pose]) -> list[Proposal]:
    """Return what the pictures propose near what was proposed before, and turned from there."""
    lead, other = w.lead.small, w.other.small
    if lead is None or other is None:
        return []
    peaks = search(lead, other, first)
    if not peaks or peaks[0].height < CLEAR_HEIGHT:
        turned = [
            replace(h, rotation_rad=math.radians(t))
            for h in _distinct_scales(first)
            for t in TURNS_DEG
        ]
        peaks = tuple(sorted((*peaks, *search(lead, other, turned)), key=lambda p: -p.height))
    good = [p for p in peaks if p.height >= LEAST_HEIGHT]
    found = _refined(w, lead, other, good, with_bands=False)
    if any(p.height >= CLEAR_HEIGHT for p in found):
        return found
    # Little beside the bands agrees; but they themselves may be the same ones.
    peaks = search(lead, other, first, with_bands=True)
    good = [p for p in peaks if p.height >= LEAST_HEIGHT and p.sign > 0]
    bands = _refined(w, lead, other, good, with_bands=True)
    return [*found, *(p for p in bands if _same_bands(w, p.pose))]


def _refined(
    w: Weighing, lead: Glimpse, other: Glimpse, peaks: Sequence[Peak], *, with_bands: bool
) -> list[Proposal]:
    kept: list[Peak] = []
    for peak in peaks:
        if peak.height < WORTH_REFINING * peaks[0].height or len(kept) == MOST_REFINED:
            break
        if all(is_elsewhere(peak.pose, k.pose, w.lead_lanes) for k in kept):
            kept.append(peak)
    found = []
    for peak in kept:
        agreement = refine(lead, other, peak, with_bands=with_bands)
        found.append(
            Proposal(
                pose=agreement.pose,
                agreement=agreement,
                height=peak.height * max(agreement.correlation, 0.0) ** 0.5,
                with_bands=with_bands,
            )
        )
    return found


def distinct_poses(poses: Sequence[Pose]) -> list[Pose]:
    """Return the poses without those that hardly differ from an earlier one."""
    kept: list[Pose] = []
    for pose in poses:
        if all(float(np.abs(pose.step_to(k)).max()) > 2 for k in kept):
            kept.append(pose)
    return kept


def _distinct_scales(poses: Sequence[Pose]) -> list[Pose]:
    """Return the first pose of each scale, two at most, the lanes' own first."""
    kept: list[Pose] = []
    for pose in reversed(poses):
        if all(abs(pose.scale / k.scale - 1) > 0.015 for k in kept):
            kept.append(pose)
    return kept[:2]


def _same_bands(w: Weighing, pose: Pose) -> bool:
    """Tell whether bands that meet are the same bands, not those of another protein.

    One row can always be laid onto another one. Two rows at the same distance, or a row that did
    not move at all, are hardly chance.
    """
    a, b = w.lead.bands, w.other.bands
    if not len(a) or not len(b):
        return False
    places = np.array([pose.place((float(x), float(y))) for x, y in a[:, :2]])
    dx = np.abs(places[:, None, 0] - b[None, :, 0]) / b[None, :, 2]
    dy = np.abs(places[:, None, 1] - b[None, :, 1]) / b[None, :, 3]
    met = ((dx < SAME_LANE) & (dy < SAME_HEIGHT)).any(axis=1)
    if met.sum() < max(2, min(len(a), len(b)) / 2):
        return False
    if float(np.abs(w.rest.step_to(pose)).max()) < 0.01 * 2 * pose.radius_px:
        return True
    mine = a[met]
    beside = np.abs(mine[:, None, 0] - mine[None, :, 0]) < SAME_LANE * mine[:, 2]
    below = np.abs(mine[:, None, 1] - mine[None, :, 1]) > 3 * mine[:, 3]
    return int((beside & below).any(axis=1).sum()) >= max(2, int(met.sum()) // 2)
