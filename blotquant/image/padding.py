"""The margins that programs put around a photograph: constant, wide and sharply cut."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_SHARE_OF_SIDE = 0.5  # a picture that was turned within its frame has this much on every margin
_JUMP = 0.25  # of the picture's range: a saturated band falls off by less beside its plateau


def margins(mask: Mask) -> Mask:
    """Return the connected parts of a mask that lie along at least half of one side of the picture.

    About 40 ms for 12 million pixels where there is such a part, nothing where there is none.
    """
    if mask.size == 0 or not any(_is_long(side) for side in _sides(mask)):
        return np.zeros(mask.shape, dtype=np.bool_)
    import cv2  # noqa: PLC0415 - slow import

    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    kept: set[int] = set()
    for side in _sides(np.asarray(labels)):
        there, counts = np.unique(side[side > 0], return_counts=True)
        kept.update(int(x) for x in there[counts >= _SHARE_OF_SIDE * side.size])
    found = np.zeros(mask.shape, dtype=np.bool_)
    for label in sorted(kept):  # at most two to a side
        found |= np.asarray(labels) == label
    return found


def padding(pixels: NDArray[Any], extreme: Mask) -> Mask:
    """Return the margins among the pixels at one end of the picture's range.

    Parameters
    ----------
    pixels
        (rows, columns) stored values.
    extreme
        Where they have the smallest, or the largest, value.

    Notes
    -----
    Light falls off beside a saturated band, and so does an overexposed membrane; a margin that was
    filled in ends with a jump. Where the pixels beside it are close to its value it is kept as what
    it may be: saturated signal.
    """
    found = margins(extreme)
    if not found.any() or found.all():
        return np.zeros(extreme.shape, dtype=np.bool_)
    import cv2  # noqa: PLC0415 - slow import

    grown = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    beside = pixels[grown & ~extreme].astype(np.float64)
    if beside.size == 0:
        return found
    value = float(pixels[found][0])
    jump = float(np.median(np.abs(beside - value)))
    reach = float(pixels.max()) - float(pixels.min())
    return found if jump >= _JUMP * reach else np.zeros(extreme.shape, dtype=np.bool_)


def _sides(values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    return values[0], values[-1], values[:, 0], values[:, -1]


def _is_long(side: Mask) -> bool:
    return int(np.count_nonzero(side)) >= _SHARE_OF_SIDE * side.size
