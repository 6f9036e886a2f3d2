"""Lettering on a photograph: labels, weights and handwriting, which are no bands.

Strokes have sharp edges on all sides and fill little of the outline around them; a band is soft at
its edges and solid. Single signs could be anything, so only groups count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray
from blotquant.image.order import median

STRONG = 0.3  # of the range of grey values: fainter marks are left to the other tests
CLEAR_OF_NOISE = 12.0  # standard deviations: half way up a stroke noise never reaches
FEW_PX = 12  # of every fourth pixel: darker (brighter) ones may be dust, a word has more
LAG_PX = 5
SHARP = 0.22  # of the whole step between ground and stroke, within one pixel
SOLID = 0.8  # share of its convex hull that a sign fills at most
ACROSS = 0.3  # share of the edges that run along migration: bands have less, strokes about half
LEAST_PX = 5.0  # signs are higher or wider than this ...
LARGEST = 0.1  # ... and no larger than this share of the picture
AROUND = 0.6  # of a sign's size: what lies as near belongs to the group
FEWEST = 2  # signs in a group


def lettering(pixels: FloatArray) -> NDArray[np.bool_]:
    """Return a mask of the places with lettering, the same shape as `pixels`, dark or bright.

    About 2 ms for a picture of 1100 x 800 px.
    """
    mask = np.zeros(pixels.shape, dtype=bool)
    sample = np.sort(pixels[::2, ::2], axis=None)
    few = min(FEW_PX, (sample.size - 1) // 2)
    low, ground, high = (float(sample[k]) for k in (few, sample.size // 2, -1 - few))
    least = max(STRONG * (high - low), CLEAR_OF_NOISE * _noise(pixels))
    for extreme in (low, high):
        if abs(extreme - ground) > least:
            mask |= _groups((pixels - ground) / (extreme - ground))
    return mask


def _noise(pixels: FloatArray) -> float:
    """Return the noise of single pixels, from differences further apart than enlarging smears."""
    if pixels.shape[1] <= LAG_PX:
        return 0.0
    apart = np.abs(pixels[::2, LAG_PX:] - pixels[::2, :-LAG_PX])
    return median(apart) / (0.6745 * 2**0.5)


def _groups(share: FloatArray) -> NDArray[np.bool_]:
    """Mark the groups of signs in a picture scaled so that the ground is 0 and strokes are 1."""
    strokes = (share > 0.5).astype(np.uint8)
    contours, tree = cv2.findContours(strokes, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    areas = np.array([cv2.contourArea(c) for c in contours])
    parents = np.asarray(tree)[0, :, 3] if tree is not None else np.zeros(0, dtype=int)
    inner = parents >= 0
    holes = np.bincount(parents[inner], weights=areas[inner], minlength=areas.size)
    largest = LARGEST * max(share.shape)
    boxes = [
        box
        for k, contour in enumerate(contours)
        if not inner[k]
        and LEAST_PX < max((box := cv2.boundingRect(contour))[2:]) < largest
        and _is_sign(contour, box, areas[k] - holes[k], share)
    ]
    if len(boxes) < FEWEST:
        return np.zeros(share.shape, dtype=bool)
    # Signs whose surroundings meet are one group.
    near = np.zeros(share.shape, dtype=np.uint8)
    for x, y, w, h in boxes:
        reach = int(AROUND * max(w, h))
        cv2.rectangle(near, (x - reach, y - reach), (x + w + reach, y + h + reach), 1, -1)
    _, labels = cv2.connectedComponents(near)
    members = np.bincount(
        [labels[y + h // 2, x + w // 2] for x, y, w, h in boxes], minlength=int(labels.max()) + 1
    )
    members[0] = 0
    return np.asarray((members >= FEWEST)[labels])


def _is_sign(contour: NDArray[Any], box: Sequence[int], area: float, share: FloatArray) -> bool:
    """Tell whether an outline could be a letter: sharp, not solid, with edges in all directions."""
    hull = cv2.convexHull(contour)
    if area > SOLID * max(cv2.contourArea(hull), 1.0):
        return False
    # Edges show with the pixels around.
    left, top = max(0, box[0] - 1), max(0, box[1] - 1)
    part = share[top : box[1] + box[3] + 1, left : box[0] + box[2] + 1]
    along = cv2.Sobel(part, cv2.CV_32F, 0, 1, scale=0.125)
    across = cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=0.125)
    x, y = (contour[:, 0, :] - (left, top)).T
    gy, gx = along[y, x], across[y, x]
    if median(np.hypot(gx, gy)) < SHARP:
        return False
    return bool((gx**2).sum() > ACROSS * ((gx**2).sum() + (gy**2).sum()))
