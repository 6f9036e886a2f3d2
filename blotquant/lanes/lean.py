"""How the lanes lean: the dx/dy at which the bands of different rows line up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blotquant.image.order import median
from blotquant.lanes.strips import GOOD_OVERLAP, Table, agreement
from blotquant.lanes.widths import mode_of, with_typical_width

MAX_LEAN_DEG = 12.0
HELD_PX2 = (3.0 / 0.026) ** 2  # a placement error of 3 px against a prior of 1.5 degrees
ENOUGH_PIECES = 70
SQUARE_DEG = 4.0  # standard deviation of lanes from running square to their bands ...
FAN_SQUARE_DEG = 8.0  # ... and where they spread like a fan, so that bands do not follow them


def common_lean(crests: Table) -> float:
    """Return the dx/dy that all lanes share, from how the pieces of different rows line up.

    Bands run square to their lanes, so their own slope gives the starting point (a smile cancels).
    """
    wide = _wide(crests)
    if not wide.y.size:
        return 0.0
    weights = wide.weight * wide.width
    limit = np.tan(np.radians(MAX_LEAN_DEG))
    start = _square_to_bands(wide)
    # Specks are narrow and lines across the membrane wide: only pieces of one width line up.
    typical = mode_of(wide.width, weights)
    table = wide.only((wide.width > 0.5 * typical) & (wide.width < 2 * typical))
    apart = np.abs(table.y[:, None] - table.y[None]) > 4 * table.thickness[:, None]
    pairs = np.triu(apart, 1)
    if not pairs.any():
        return start
    leans = np.tan(np.radians(np.linspace(-MAX_LEAN_DEG, MAX_LEAN_DEG, 49)))
    scores = _lined_up_at(leans, table, pairs)
    # Far from the bands' own slope a lean must be much better to be believed.
    scores *= _squareness(leans, start, SQUARE_DEG)
    if scores.max() <= 0:
        return start
    best = float(leans[int(scores.argmax())])
    return _settle(table, best if _tells(table, best, apart) else start, apart, limit)


def _wide(crests: Table) -> Table:
    told = strongest(crests)
    return told.only(told.width > 12)


def _square_to_bands(wide: Table) -> float:
    """Return the dx/dy of lanes that run square to the bands, the median of their slopes."""
    order = np.argsort(wide.slope)
    cumulated = np.cumsum((wide.weight * wide.width)[order])
    half = np.searchsorted(cumulated, cumulated[-1] / 2)
    limit = np.tan(np.radians(MAX_LEAN_DEG))
    return float(np.clip(-wide.slope[order][half], -limit, limit))


def _squareness(leans: NDArray[np.float64], square: float, sd_deg: float) -> NDArray[np.float64]:
    """Return how likely lanes lean so, where the bands themselves tell another lean (0 to 1)."""
    off = np.degrees(np.arctan(leans)) - np.degrees(np.arctan(square))
    return np.asarray(np.exp(-0.5 * (off / sd_deg) ** 2))


def _lined_up_at(
    leans: NDArray[np.float64], table: Table, pairs: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how much of the evidence of the pairs lines up at each lean."""
    middle, width = (table.left + table.right) / 2, table.width
    dy = table.y[:, None] - table.y[None]
    apart = np.abs(middle[:, None] - middle[None]) - np.abs(leans).max() * np.abs(dy)
    i, j = np.nonzero(pairs & (apart < (width[:, None] + width[None]) / 2))
    shift = leans[:, None] * dy[i, j]  # what the lean takes from the first of a pair
    left, right = table.left[i] - shift, table.right[i] - shift
    both = np.minimum(right, table.right[j]) - np.maximum(left, table.left[j])
    either = np.maximum(right, table.right[j]) - np.minimum(left, table.left[j])
    overlap = both / np.maximum(either, 1e-9)
    agree = np.clip((overlap - GOOD_OVERLAP) / (1 - GOOD_OVERLAP), 0, None)
    return np.asarray(agree @ (table.weight[i] * table.weight[j]))


def lined_up(crests: Table, lean: float) -> float:
    """Return how much of the evidence lines up in strips at this lean."""
    table = strongest(with_typical_width(crests))
    # Rows closer together than a lane is wide say nothing on how lanes run.
    width = median(table.width)
    far = np.maximum(4 * table.thickness[:, None], width)
    apart = np.abs(table.y[:, None] - table.y[None]) > far
    agree = agreement(*table.sheared(lean)) * np.triu(apart, 1)
    evidence = float((table.weight[:, None] * table.weight[None] * agree).sum())
    wide = _wide(crests)
    if not wide.y.size:
        return evidence
    return evidence * float(_squareness(np.array(lean), _square_to_bands(wide), FAN_SQUARE_DEG))


def strongest(crests: Table) -> Table:
    """Return the crests with most evidence: enough to see how the lanes run."""
    evidence = crests.weight * np.minimum(crests.width, 60.0)
    return crests.only(np.argsort(-evidence, kind="stable")[:ENOUGH_PIECES])


def _tells(table: Table, lean: float, apart: NDArray[np.bool_]) -> bool:
    """Tell whether the rows lie far enough apart to see a lean at all."""
    agree = agreement(*table.sheared(lean)) * apart
    dy = np.abs(table.y[:, None] - table.y[None])
    width = median(table.width)
    return bool((dy[agree > 0] > width).any()) if (agree > 0).any() else False


def _settle(table: Table, lean: float, apart: NDArray[np.bool_], limit: float) -> float:
    """Let the pieces that line up at about this lean say what it is exactly."""
    dy = table.y[:, None] - table.y[None]
    first = lean
    middle = (table.left + table.right) / 2
    dx = middle[:, None] - middle[None]
    for _ in range(4):
        agree = agreement(*table.sheared(lean)) * apart
        weight = table.weight[:, None] * table.weight[None] * agree
        if not weight.any():
            break
        # Rows close together say little: their pieces are placed to a few px only.
        held = HELD_PX2 * float(weight[weight > 0].mean())
        total = float((weight * dy**2).sum()) + held
        lean = float(((weight * dx * dy).sum() + held * first) / total)
        lean = float(np.clip(lean, -limit, limit))
    return lean
