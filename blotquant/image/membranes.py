"""Where on the photograph a blot lies: membranes against their surround.

A membrane is a large, nearly rectangular region whose edge stands out, and the bands lie on it. Of
all grey levels the one is taken whose outlines are steepest while nearly all bands stay inside.
A crop that shows nothing but membrane is one membrane: the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray, WorkCopy
from blotquant.model.geometry import Membrane, Point

SIZE_PX = 220  # longest side at which outlines are sought
LEVELS = 36
LEAST_AREA = 0.03  # of the frame
LEAST_RECTANGULARITY = 0.8
LEAST_COVERAGE = 0.9  # of the evidence that must lie on the membranes
LEAST_HEIGHT = 14.0  # in band thicknesses: a row of touching bands reaches 11, a membrane 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A crest of a band in working pixels: middle, extent across, how sure it is, how thick."""

    x: float
    y: float
    width: float
    weight: float
    thickness: float = 0.0


def find_membranes(
    copy: WorkCopy, crests: Sequence[Evidence], image: str, name: str
) -> tuple[Membrane, ...]:
    """Return the membranes on a photograph, top to bottom, then left to right.

    One membrane is called `name`; several are called ``name.1``, ``name.2`` and so on. Costs about
    15 ms whatever the size of the photograph.
    """
    outlines = _outlines(copy, crests) or [_frame(copy)]
    quads = sorted((_in_file(copy, q) for q in outlines), key=_reading_order)
    names = [name] if len(quads) == 1 else [f"{name}.{i + 1}" for i in range(len(quads))]
    return tuple(
        Membrane(image=image, name=n, corners=q) for n, q in zip(names, quads, strict=True)
    )


Quad = tuple[Point, Point, Point, Point]


def _reading_order(quad: Quad) -> tuple[int, float]:
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    height = max(ys) - min(ys)
    # Membranes side by side share a row although their tops differ a little.
    return round((min(ys) + max(ys)) / 2 / max(0.75 * height, 1.0)), min(xs)


def _frame(copy: WorkCopy) -> Quad:
    """The smallest upright box around everything that is not padding."""
    rows = np.flatnonzero(copy.live.any(axis=1))
    columns = np.flatnonzero(copy.live.any(axis=0))
    top, bottom = float(rows[0]) - 0.5, float(rows[-1]) + 0.5
    left, right = float(columns[0]) - 0.5, float(columns[-1]) + 0.5
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _in_file(copy: WorkCopy, quad: Quad) -> Quad:
    a, b, c, d = ((float(copy.to_file(x)), float(copy.to_file(y))) for x, y in quad)
    return a, b, c, d


def _outlines(copy: WorkCopy, crests: Sequence[Evidence]) -> list[Quad]:
    if not crests:
        return []
    factor = max(1.0, max(copy.pixels.shape) / SIZE_PX)
    size = (
        max(4, round(copy.pixels.shape[1] / factor)),
        max(4, round(copy.pixels.shape[0] / factor)),
    )
    if min(size) < 24:  # a strip: too thin to show a membrane and its surround
        return []
    small = cv2.resize(copy.pixels, size, interpolation=cv2.INTER_AREA)
    low = float(np.quantile(small, 0.01))
    spread = max(float(np.quantile(small, 0.5)) - low, float(np.std(small)) * 0.05, 1e-6)
    tone = np.arcsinh((small - low) / spread).astype(np.float32)
    tone = cv2.GaussianBlur(tone, (0, 0), 1.0)
    steep = cv2.magnitude(
        cv2.Sobel(tone, cv2.CV_32F, 1, 0, scale=0.125),
        cv2.Sobel(tone, cv2.CV_32F, 0, 1, scale=0.125),
    )
    best: list[Quad] = []
    best_score = 0.0
    levels = np.unique(np.quantile(tone, np.linspace(0.02, 0.98, LEVELS)))
    for level in levels:
        for inside in (tone > level, tone < level):
            quads, score = _score(inside, steep, crests, factor)
            if score > best_score:
                best, best_score = quads, score
    floor = 4.0 * float(np.median(steep))
    return best if best_score > floor else []


def _score(
    inside: NDArray[np.bool_],
    steep: FloatArray,
    crests: Sequence[Evidence],
    factor: float,
) -> tuple[list[Quad], float]:
    """Return the outlines at one level and how steep they are, 0 when they are no membranes."""
    frame = inside.size
    mask = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    quads, edges = [], []
    covered, total = 0.0, sum(c.weight for c in crests)
    strongest = sorted(crests, key=lambda c: -c.weight)[: 1 + len(crests) // 2]
    thickness = float(np.median([c.thickness for c in strongest]))
    for contour in contours:
        area = cv2.contourArea(contour)
        if not LEAST_AREA * frame < area < 0.97 * frame:
            continue
        _, (w, h), _ = cv2.minAreaRect(contour)
        if area < LEAST_RECTANGULARITY * w * h or min(w, h) * factor < LEAST_HEIGHT * thickness:
            continue
        mine = [
            c
            for c in crests
            if cv2.pointPolygonTest(
                contour, ((c.x + 0.5) / factor, (c.y + 0.5) / factor), measureDist=False
            )
            >= 0
        ]
        _, _, width, _ = cv2.boundingRect(contour)
        # A band is no membrane: on a membrane the crests are narrower than it.
        narrow = [c for c in mine if c.width / factor < 0.6 * width]
        if sum(c.weight for c in narrow) < 0.5 * sum(c.weight for c in mine) or not narrow:
            continue
        covered += sum(c.weight for c in mine)
        points = np.asarray(contour[:, 0, :], dtype=np.int32)
        rows, columns = inside.shape
        free = (
            (points[:, 0] > 1)
            & (points[:, 0] < columns - 2)
            & (points[:, 1] > 1)
            & (points[:, 1] < rows - 2)
        )
        if free.mean() < 0.25:
            continue
        edges.append(float(np.quantile(steep[points[free, 1], points[free, 0]], 0.3)))
        quads.append(_corners(points, factor))
    if not quads or covered < LEAST_COVERAGE * total:
        return [], 0.0
    return quads, float(np.min(edges))


def _corners(points: NDArray[np.int32], factor: float) -> Quad:
    """Return the four corners of an outline: the extreme points along the diagonals."""
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    found = [
        points[total.argmin()],
        points[difference.argmax()],
        points[total.argmax()],
        points[difference.argmin()],
    ]
    a, b, c, d = (
        ((float(p[0]) + 0.5) * factor - 0.5, (float(p[1]) + 0.5) * factor - 0.5) for p in found
    )
    return a, b, c, d
