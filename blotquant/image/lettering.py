"""Lettering on a photograph: labels, weights and handwriting, which are no bands.

Strokes have sharp edges on all sides and fill little of the outline around them; a band is soft at
its edges and solid. Single signs could be anything, so only groups count.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray

STRONG = 0.3  # of the range of grey values: fainter marks are left to the other tests
SHARP = 0.22  # of the whole step between ground and stroke, within one pixel
SOLID = 0.8  # share of its convex hull that a sign fills at most
ACROSS = 0.3  # share of the edges that run along migration: bands have less, strokes about half
LEAST_PX = 5.0  # signs are higher or wider than this ...
LARGEST = 0.1  # ... and no larger than this share of the picture
AROUND = 0.6  # of a sign's size: what lies as near belongs to the group
FEWEST = 2  # signs in a group


def lettering(pixels: FloatArray) -> NDArray[np.bool_]:
    """Return a mask of the places with lettering, the same shape as `pixels`, dark or bright.

    About 15 ms for a picture of 1100 x 800 px.
    """
    mask = np.zeros(pixels.shape, dtype=bool)
    low, ground, high = (float(v) for v in np.quantile(pixels[::2, ::2], [0.002, 0.5, 0.998]))
    for extreme in (low, high):
        if abs(extreme - ground) > STRONG * (high - low):
            mask |= _groups((pixels - ground) / (extreme - ground))
    return mask


def _groups(share: FloatArray) -> NDArray[np.bool_]:
    """Mark the groups of signs in a picture scaled so that the ground is 0 and strokes are 1."""
    strokes = (share > 0.5).astype(np.uint8)
    along = cv2.Sobel(share, cv2.CV_32F, 0, 1, scale=0.125)
    across = cv2.Sobel(share, cv2.CV_32F, 1, 0, scale=0.125)
    contours, _ = cv2.findContours(strokes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = LARGEST * max(share.shape)
    boxes = [
        box
        for contour in contours
        if LEAST_PX < max((box := cv2.boundingRect(contour))[2:]) < largest
        and _is_sign(contour, along, across)
    ]
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


def _is_sign(contour: NDArray[Any], along: NDArray[Any], across: NDArray[Any]) -> bool:
    """Tell whether an outline could be a letter: sharp, not solid, with edges in all directions."""
    hull = cv2.convexHull(contour)
    if cv2.contourArea(contour) > SOLID * max(cv2.contourArea(hull), 1.0):
        return False
    x, y = contour[:, 0, :].T
    gy, gx = along[y, x], across[y, x]
    if np.median(np.hypot(gx, gy)) < SHARP:
        return False
    return bool((gx**2).sum() > ACROSS * ((gx**2).sum() + (gy**2).sum()))
