"""Where letters lie on a lane: labels are no bands, however much they stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import WorkCopy
from blotquant.lanes.profile import straighten
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane


def lettered_shares(
    letters: NDArray[np.bool_], copy: WorkCopy, lanes: Sequence[Lane], lengths: Sequence[int]
) -> tuple[NDArray[np.float64], ...]:
    """Return for every position along each lane the share of its width that is lettering.

    Parameters
    ----------
    letters
        Mask of the working copy (rows, columns).
    lengths
        Number of positions of each lane laid out straight.

    Costs next to nothing where there is no lettering.
    """
    if not letters.any():
        return tuple(np.zeros(n) for n in lengths)
    marks = letters.astype(np.float32)
    return tuple(_share(marks, copy, lane, n) for lane, n in zip(lanes, lengths, strict=True))


def _share(
    marks: NDArray[np.float32], copy: WorkCopy, lane: Lane, length: int
) -> NDArray[np.float64]:
    small = replace(
        lane,
        nodes=tuple((float(copy.from_file(x)), float(copy.from_file(y))) for x, y in lane.nodes),
        width_px=lane.width_px / copy.scale,
    )
    share = straighten(marks, None, 1.0, Polarity.LIGHT_ON_DARK, small).mean
    return np.interp(np.linspace(0, share.size - 1, length), np.arange(share.size), share)
