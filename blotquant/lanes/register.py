"""How a photograph of a membrane lies against another one, by everything that both show.

Lanes, outlines and the pictures' own texture each propose where the membrane lies; every proposal
is weighed by all of them and by how likely such a move is. What agrees with the best one is
combined, each by its own error; what does not is said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from blotquant.lanes.marks import MET_WORTH, by_lanes, by_outline, is_elsewhere, meet
from blotquant.lanes.pose import Estimate, Pose, combined
from blotquant.lanes.proposals import (
    CLEAR_HEIGHT,
    Proposal,
    Weighing,
    agreeing,
    by_content,
    by_marks,
    distinct_poses,
)
from blotquant.lanes.views import View
from blotquant.model.registration import SURE, Registration

LEAST_MET = 0.4  # of the lanes on the photograph with fewer
FEW = 3  # lanes: fewer meet by chance
ALONE = 0.85  # correlation from which texture needs no second witness
CLEARLY = 8.0  # logarithm of odds
STILL_SHARE = 0.01  # of the membrane: a shift that is known no better is not said to be none
UNLIKELY = 3.1  # standard errors: a step in four directions is longer once in twenty times


def register(lead: View, other: View) -> Registration:
    """Return where the places of the lead lie on the other photograph.

    About 20 ms; nothing is raised: where nothing tells, the registration says so.
    """
    start = _start(lead, other)
    outline = None
    if lead.shape is not None and other.shape is not None:
        outline = by_outline((lead.membrane, lead.shape), (other.membrane, other.shape), start)
    weighing = Weighing(lead, other, start, outline)
    marks = by_marks(weighing)
    proposals = [*marks, *by_content(weighing, distinct_poses([p.pose for p in marks]))]
    ranked = sorted(
        (replace(p, worth=weighing.worth(p)) for p in proposals), key=lambda p: -p.worth
    )
    return _registration(weighing, ranked)


def _start(lead: View, other: View) -> Pose:
    """Return what the boxes around the membranes suggest: their middles lie on each other."""
    a, b = lead.membrane.bounds, other.membrane.bounds
    centre = complex(a[0] + a[2], a[1] + a[3]) / 2
    there = complex(b[0] + b[2], b[1] + b[3]) / 2
    size_a, size_b = (max(m[2] - m[0], 1.0) * max(m[3] - m[1], 1.0) for m in (a, b))
    ratio = math.sqrt(size_b / size_a)
    return Pose(
        centre=centre,
        radius_px=max(a[2] - a[0], a[3] - a[1], 2.0) / 2,
        shift=there - centre,
        scale=ratio if abs(ratio - 1) > 0.02 else 1.0,
    )


def _registration(w: Weighing, ranked: Sequence[Proposal]) -> Registration:
    best = ranked[0]
    estimates, doubt = _evidence(w, ranked)
    confidence = _confidence(w, ranked) if estimates else 0.0
    if doubt:
        confidence = min(confidence, 0.5)
    elif estimates and confidence < SURE:
        doubt = "another place fits nearly as well"
    if not estimates:
        return _as_registration(w, w.start, None, 0.0, "the two photographs show nothing in common")
    found = combined(estimates, best.pose)
    pose = found.pose
    errors = found.standard_errors()
    still = (
        w.same_size
        and float(errors[:2].max()) < STILL_SHARE * 2 * pose.radius_px
        and found.distance_to(w.still) < UNLIKELY
    )
    # Cameras stay where they are: what is known well and cannot be told from no move is none.
    return _as_registration(w, w.still if still else pose, found, confidence, doubt, still=still)


def _evidence(w: Weighing, ranked: Sequence[Proposal]) -> tuple[tuple[Estimate, ...], str]:
    """Return what agrees with the best proposal, the leading evidence first, and what does not."""
    best = ranked[0]
    lanes = by_lanes(w.lead_lanes, w.other_lanes, best.pose)
    own = [e for e in (_content(best),) if e is not None]
    # Texture and bands are two witnesses; the second one counts where the first one leads.
    second = [
        (p, e)
        for p in ranked[1:]
        if own and p.with_bands != best.with_bands and (e := _content(p)) is not None
    ][:1]
    there = tuple(e for e in (*own, lanes, w.outline, *(e for _, e in second)) if e is not None)
    if not there:
        return (), ""
    accepted = agreeing(there)
    doubt = ""
    fewest = min(len(w.lead_lanes), len(w.other_lanes))
    met = meet(w.lead_lanes, w.other_lanes, best.pose)
    clear = (
        best.agreement is not None
        and best.agreement.correlation >= ALONE
        and best.height >= CLEAR_HEIGHT * ALONE
    )
    # Pictures that agree throughout are above doubt; lanes may be dirt on one of them.
    if not clear and (met.score if own else met.worth / MET_WORTH) < LEAST_MET * fewest:
        doubt = "few lanes of the two photographs meet there"
    elif (
        (best.agreement is None or best.agreement.correlation < ALONE)
        and not any(e is w.outline for e in accepted)
        and (lanes not in accepted or len(met.pairs) < FEW)
    ):
        doubt = "too little speaks for it"
    elif any(e not in accepted and best.worth - p.worth < CLEARLY for p, e in second):
        doubt = "texture and bands do not agree on the place"
    elif not own and w.outline is not None and w.outline not in accepted:
        doubt = "the membrane's outline lies elsewhere"
    return accepted, doubt


def _content(proposal: Proposal) -> Estimate | None:
    if proposal.agreement is None:
        return None
    return Estimate(
        pose=proposal.pose,
        information=proposal.agreement.information,
        words="its bands" if proposal.with_bands else "its texture",
    )


def _confidence(w: Weighing, ranked: Sequence[Proposal]) -> float:
    """Return the share that the best proposal has in the odds of all places."""
    best = ranked[0]
    elsewhere = [p.worth for p in ranked[1:] if is_elsewhere(p.pose, best.pose, w.lead_lanes)]
    others = [0.0, *elsewhere[:1]]
    return 1 / (1 + sum(math.exp(min(x - best.worth, 50.0)) for x in others))


def _as_registration(
    w: Weighing,
    pose: Pose,
    found: Estimate | None,
    confidence: float,
    doubt: str,
    *,
    still: bool = False,
) -> Registration:
    errors = found.standard_errors() if found is not None else np.full(4, np.inf)
    membrane = w.other.membrane
    return Registration(
        membrane=membrane.name,
        image=membrane.image,
        to=w.lead.membrane.image,
        centre=(pose.centre.real, pose.centre.imag),
        shift_x_px=pose.shift.real,
        shift_y_px=pose.shift.imag,
        rotation_deg=math.degrees(pose.rotation_rad),
        scale=pose.scale,
        shift_x_se_px=float(errors[0]),
        shift_y_se_px=float(errors[1]),
        rotation_se_deg=math.degrees(float(errors[2]) / pose.radius_px),
        scale_se=float(errors[3]) / pose.radius_px * pose.scale,
        confidence=confidence,
        reason=found.words if found is not None else "",
        doubt=doubt,
        same_frame=still,
    )
