"""Total protein as a loading control: the stain's signal summed over each lane."""

from __future__ import annotations

import math

import numpy as np

from blotquant.flags import Flag
from blotquant.model.project import ImageRole, Project
from blotquant.model.results import LaneResult
from blotquant.normalise.design import LaneKey
from blotquant.quantify.uncertainty import Quantity

TOTAL_PROTEIN = "total-protein"

_SATURATED_SHARE = 0.01
"""From this share of saturated area on, a sum is a lower bound."""


def total_protein_image(
    project: Project, membrane: str, lanes: tuple[LaneResult, ...]
) -> str | None:
    """Return the first photograph of this membrane's total protein stain, None without one.

    Of several the first with the fewest saturated lanes is taken.
    """
    best: tuple[int, str] | None = None
    for photograph in project.photographs:
        if photograph.role is not ImageRole.TOTAL_PROTEIN:
            continue
        here = [r for r in lanes if r.lane.image == photograph.id and r.lane.membrane == membrane]
        if here:
            n_saturated = sum(bool(np.any(r.profile.saturated > 0)) for r in here)
            if best is None or n_saturated < best[0]:
                best = n_saturated, photograph.id
    return None if best is None else best[1]


def total_protein(image: str, lanes: tuple[LaneResult, ...]) -> dict[LaneKey, Quantity]:
    """Return each lane's stain signal above its baseline, in counts x px."""
    return {(r.lane.membrane, r.lane.number): lane_sum(r) for r in lanes if r.lane.image == image}


def lane_sum(result: LaneResult) -> Quantity:
    """Return ``sum((signal - level) * area)`` over a lane with its standard error.

    The pixel noise of the steps is independent; the baseline's error is taken as common to the
    whole lane, the cautious end. The sum counts as detected above three standard errors.
    """
    profile, baseline = result.profile, result.baseline
    value = float(np.sum((profile.signal - baseline.level) * profile.area_px))
    noise = float(np.sum(profile.variance * profile.area_px**2))
    level_se = float(np.sum(baseline.level_se * profile.area_px))
    se = math.sqrt(noise + level_se**2)
    area = float(np.sum(profile.area_px))
    share = float(np.sum(profile.saturated * profile.area_px)) / area if area > 0 else 0.0
    flags = result.lane.flags
    if share > 0:
        flags |= Flag.SATURATED
    if share >= _SATURATED_SHARE:
        flags |= Flag.LOWER_BOUND
    return Quantity(
        value=value,
        se=se,
        detected=value > 3 * se,
        is_lower_bound=share >= _SATURATED_SHARE,
        flags=flags,
    )
