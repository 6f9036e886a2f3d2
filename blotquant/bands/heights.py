"""How much higher or lower a membrane lies on one photograph than on another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

REACH = 0.12  # of the membrane's height: how far photographs of one membrane may be shifted


def shift_between(
    reference: Sequence[tuple[float, float]],
    other: Sequence[tuple[float, float]],
    expected_px: float,
    height_px: float,
    thickness_px: float,
) -> float:
    """Return the shift (px, downwards) that brings the rows of a re-probed membrane together.

    `reference` and `other` are (height, weight) of the rows on two photographs. Bands of an earlier
    probing often show again: where they do, they fix the shift; where nothing meets,
    `expected_px` (from the outlines) stands.
    """
    if not reference or not other:
        return expected_px
    a, wa = (np.array(v) for v in zip(*reference, strict=True))
    b, wb = (np.array(v) for v in zip(*other, strict=True))
    distance = b[:, None] - a[None]
    weight = np.minimum(wb[:, None], wa[None])
    candidates = distance[np.abs(distance - expected_px) <= REACH * height_px]
    best, best_score = expected_px, 0.0
    for candidate in (expected_px, *candidates):
        met = np.exp(-0.5 * ((distance - candidate) / thickness_px) ** 2)
        # Each row meets at most one other; one pair alone may be chance.
        score = float((weight * met).max(axis=1).sum() - (weight * met).max())
        score -= 0.25 * ((candidate - expected_px) / (0.04 * height_px)) ** 2
        if score > best_score:
            best, best_score = float(candidate), score
    near = np.abs(distance - best) < thickness_px
    if best_score > 0 and near.any():
        return float(np.average(distance[near], weights=weight[near]))
    return expected_px
