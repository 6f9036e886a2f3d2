"""Outlines that could be those of membranes: nearly rectangular, at any of many grey levels.

Membranes on one photograph may differ in brightness, and panels of a figure lie within frames; so
regions are cut out at many levels, either way round, and within the holes of others too. What lies
on them is judged by `membranes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray
from blotquant.image.order import median, quantile, quantiles
from blotquant.model.geometry import Point

LEVELS = 24  # grey levels by area, and as many evenly spread
LEAST_AREA, LARGEST_AREA = 0.006, 0.97  # of the frame
LEAST_RECTANGULARITY = 0.8
STRAIGHT = 0.92  # of its four corners' polygon that an outline with straight edges fills
BOXED = 0.95  # of its smallest rectangle: printed or cut; a heap of bands is none
LEAST_STEEPNESS = 0.015  # per small pixel: a step of about a tenth in brightness
FREE = 0.25  # of an outline lies off the frame at least; ...
INSIDE = 0.6  # ... one with less of it than this ...
LEAST_CLEAR = 0.6  # ... must be clearer: a gradient cuts off corners of the frame
LEAST_HEIGHT = 14.0  # in band thicknesses: a row of touching bands reaches 11, ...
LEAST_STRIP = 6.5  # ... but has no straight edges
LEAST_SIDE_PX = 10.0  # small pixels: the outline of anything lower is not told from a band's

Quad = tuple[Point, Point, Point, Point]
Contour = NDArray[Any]  # int32 (points, 1, 2): x, y


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """A small picture of a photograph: tones, how steep they are, and how steep is ordinary."""

    tone: FloatArray
    steep: FloatArray
    ordinary: float

    @classmethod
    def of(cls, small: FloatArray) -> Relief:
        """Return the relief of a small picture; tones are about logarithmic above its ground."""
        low = quantile(small, 0.01)
        spread = max(median(small) - low, float(np.std(small)) * 0.05, 1e-6)
        tone = np.arcsinh((small - low) / spread).astype(np.float32)
        tone = np.asarray(cv2.GaussianBlur(tone, (0, 0), 1.0), dtype=np.float32)
        steep = cv2.magnitude(
            cv2.Sobel(tone, cv2.CV_32F, 1, 0, scale=0.125),
            cv2.Sobel(tone, cv2.CV_32F, 0, 1, scale=0.125),
        )
        return cls(
            tone=tone,
            steep=np.asarray(steep, dtype=np.float32),
            ordinary=max(4.0 * median(np.asarray(steep)), LEAST_STEEPNESS),
        )

    def levels(self) -> NDArray[np.float32]:
        """Return the levels at which outlines are sought.

        Printed panels are flat: their level and their surround's have no quantile in between.
        """
        shares = np.r_[0.005, np.linspace(0.02, 0.98, LEVELS), 0.995]
        lowest, *by_area, highest = quantiles(self.tone, shares)
        even = np.linspace(lowest, highest, LEVELS + 2)[1:-1]
        return np.unique(np.r_[by_area, even]).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """One outline in small pixels.

    `steepness` is that of its edge off the frame, `clear` the same against the picture's ordinary
    one (0 to 1); a `boxed` one is as exact a rectangle as what is printed or cut, and higher than
    any band. `filled` are the pixels of its upright box, at `left` and `top`, that lie inside.
    """

    corners: Quad
    area: float
    brighter: bool
    steepness: float
    clear: float
    boxed: bool
    left: int
    top: int
    filled: NDArray[np.bool_] = field(repr=False)

    def within(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points (n, 2) lie inside."""
        x, y = (np.round(v).astype(int) for v in (points - (self.left, self.top)).T)
        rows, columns = self.filled.shape
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        there = self.filled[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)]
        return np.asarray(inside & there, dtype=np.bool_)

    def along(self, points: NDArray[np.float64], reach_px: float) -> NDArray[np.bool_]:
        """Tell which points (n, 2) lie on one of its four edges."""
        polygon = np.array(self.corners, dtype=np.float32)
        away = [cv2.pointPolygonTest(polygon, (x, y), measureDist=True) for x, y in points.tolist()]
        return np.asarray(np.abs(away) < reach_px, dtype=np.bool_)

    def tones(self, relief: Relief) -> NDArray[np.float32]:
        """Return the tones of everything inside."""
        rows, columns = self.filled.shape
        part = relief.tone[self.top : self.top + rows, self.left : self.left + columns]
        return np.asarray(part[self.filled], dtype=np.float32)


def outlines(relief: Relief, thickness: float) -> list[Outline]:
    """Return the outlines at all levels; `thickness` (small pixels) is that of the bands."""
    return [
        outline
        for level in relief.levels()
        for brighter in (True, False)
        for outline in _at_level((relief.tone > level) == brighter, relief, thickness, brighter)
    ]


def _at_level(
    inside: NDArray[np.bool_],
    relief: Relief,
    thickness: float,
    brighter: bool,  # noqa: FBT001 - one of two sides of a level
) -> Iterator[Outline]:
    rows, columns = inside.shape
    least_area, largest_area = LEAST_AREA * inside.size, LARGEST_AREA * inside.size
    # A step from point to point is at most a diagonal, and a circle holds most for its length.
    fewest = math.sqrt(2 * math.pi * least_area)
    mask = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = tree[0, :, 3] if contours else ()
    for contour, parent in zip(contours, parents, strict=True):
        # What lies in a hole stands for itself, as panels within their frames.
        if parent >= 0 or len(contour) < fewest:
            continue
        area = cv2.contourArea(contour)
        if not least_area < area < largest_area:
            continue
        convex = cv2.convexHull(contour)
        if area < LEAST_RECTANGULARITY * cv2.contourArea(convex):  # its rectangle is larger still
            continue
        _, (w, h), _ = cv2.minAreaRect(convex)
        share, lower = area / max(w * h, 1e-9), min(w, h)
        if share < LEAST_RECTANGULARITY or lower < LEAST_SIDE_PX:
            continue
        points = np.asarray(contour[:, 0, :], dtype=np.int32)
        corners = corners_of(points)
        is_straight = area > STRAIGHT * polygon_area(corners)
        if lower < (LEAST_STRIP if is_straight else LEAST_HEIGHT) * thickness:
            continue
        x, y = points.T
        free = (x > 1) & (x < columns - 2) & (y > 1) & (y < rows - 2)
        if free.mean() < FREE:
            continue
        steepness = quantile(relief.steep[y[free], x[free]], 0.3)
        clear = steepness**2 / max(steepness**2 + relief.ordinary**2, 1e-12)
        if free.mean() < INSIDE and clear < LEAST_CLEAR:
            continue
        left, top, width, height = cv2.boundingRect(contour)
        filled = np.zeros((height, width), dtype=np.uint8)
        cv2.drawContours(filled, [contour], -1, 1, -1, offset=(-left, -top))
        yield Outline(
            corners=corners,
            area=area,
            brighter=brighter,
            steepness=steepness,
            clear=clear,
            boxed=share > BOXED and lower >= LEAST_HEIGHT * thickness,
            left=left,
            top=top,
            filled=filled.astype(bool),
        )


def corners_of(points: NDArray[np.int32]) -> Quad:
    """Return the four corners of an outline (n, 2): the extreme points along the diagonals."""
    x, y = points.T
    total, difference = x + y, x - y
    found = [
        points[total.argmin()],
        points[difference.argmax()],
        points[total.argmax()],
        points[difference.argmin()],
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in found)
    return a, b, c, d


def hull(quad: Quad) -> NDArray[np.float32]:
    """Return the convex hull of four corners, for OpenCV."""
    return np.asarray(cv2.convexHull(np.array(quad, dtype=np.float32)), dtype=np.float32)


def polygon_area(quad: Quad) -> float:
    """Return the area of the hull of four corners."""
    return float(cv2.contourArea(hull(quad)))
