"""Where on the photograph a blot lies: membranes against their surround.

A membrane is a large, nearly rectangular region whose edge stands out, and the bands lie on it.
Regions are cut out at many grey levels, since membranes on one photograph may differ in brightness;
of regions within each other either the outer one or the inner ones are taken, whichever have the
steeper edges and hold more of the bands. A crop that shows nothing but membrane is one membrane:
the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import FloatArray, WorkCopy
from blotquant.model.geometry import Membrane, Point

SIZE_PX = 330  # longest side at which outlines are sought
LEVELS = 24  # grey levels by area, and as many evenly spread
LEAST_AREA = 0.006  # of the frame
LEAST_RECTANGULARITY = 0.8
STRAIGHT = 0.92  # of its four corners' polygon that an outline with straight edges fills
LEAST_STEEPNESS = 0.015  # per small pixel: a step of about a tenth in brightness
INSIDE = 0.6  # of its outline that lies off the frame; regions with less of it ...
LEAST_CLEAR = 0.6  # ... must be clearer: a gradient cuts off corners of the frame
LEAST_VALUE = 0.35  # share of the evidence on the membranes, times how clear their edges are
LEAST_SHARE = 0.08  # of the evidence that a membrane must hold, ...
SIBLING_SHARE = 0.003  # ... or this where there is a larger one that looks alike
LEAST_HEIGHT = 14.0  # in band thicknesses: a row of touching bands reaches 11, ...
LEAST_STRIP = 6.5  # ... but has no straight edges
LEAST_SIDE_PX = 10.0  # small pixels: the outline of anything lower is not told from a band's
BASE = 0.25  # of a region's tones lie at its soft edge or in shadows
GROUND = 0.65  # of a membrane's area has the ground's tone, ...
HALF_WAY = 0.5  # ... which is not half way from its base to the bands' tone
SAME_OUTLINE = 0.08  # of the longer side: corners nearer than this are the same region


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
Contour = NDArray[Any]  # int32 (points, 1, 2): x, y


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
    look = _Look(
        tone=np.asarray(tone, dtype=np.float32),
        steep=np.asarray(steep, dtype=np.float32),
        ordinary=max(4.0 * float(np.median(steep)), LEAST_STEEPNESS),
        points=np.array([((c.x + 0.5) / factor, (c.y + 0.5) / factor) for c in crests]),
        widths=np.array([c.width / factor for c in crests]),
        weights=np.array([c.weight**2 * c.width for c in crests]),
        thickness=_thickness(crests) / factor,
    )
    # Printed panels are flat: their level and their surround's have no quantile in between.
    lowest, highest = np.quantile(tone, [0.005, 0.995])
    even = np.linspace(lowest, highest, LEVELS + 2)[1:-1]
    levels = np.unique(np.r_[np.quantile(tone, np.linspace(0.02, 0.98, LEVELS)), even])
    regions = [
        region
        for level in levels
        for brighter in (True, False)
        for region in _regions((tone > level) == brighter, look, brighter=brighter)
    ]
    distinct = _distinct(regions, max(size))
    _, chosen = _best_disjoint([r for r in distinct if r.share >= LEAST_SHARE])
    chosen = _with_siblings(chosen, distinct)
    if sum(r.value for r in chosen) < LEAST_VALUE:
        return []
    return [_scaled(r.quad, factor) for r in chosen]


def _thickness(crests: Sequence[Evidence]) -> float:
    strongest = sorted(crests, key=lambda c: -c.weight)[: 1 + len(crests) // 2]
    return float(np.median([c.thickness for c in strongest]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """What regions are judged by: edges, and the crests (points in small pixels, weights)."""

    tone: FloatArray
    steep: FloatArray
    ordinary: float
    points: NDArray[np.float64]
    widths: NDArray[np.float64]
    weights: NDArray[np.float64]
    thickness: float

    def within(self, contour: Contour) -> NDArray[np.bool_]:
        """Tell which crests lie within an outline."""
        left, top, filled = _filled(contour)
        x, y = (np.round(v).astype(int) for v in (self.points - (left, top)).T)
        rows, columns = filled.shape
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        return np.asarray(
            inside & filled[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)], dtype=np.bool_
        )


def _filled(contour: Contour) -> tuple[int, int, NDArray[np.bool_]]:
    """Return an outline's left, top, and the pixels of its upright box that lie inside."""
    x, y, w, h = cv2.boundingRect(contour)
    filled = np.zeros((h, w), dtype=np.uint8)
    cv2.drawContours(filled, [contour], -1, 1, -1, offset=(-x, -y))
    return x, y, filled.astype(bool)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Region:
    """A region that could be a membrane; `value` is its share of evidence times clearness."""

    quad: Quad
    brighter: bool
    steepness: float
    share: float
    value: float

    @property
    def width(self) -> float:
        """Mean length of the upper and the lower edge."""
        a, b, c, d = (np.array(q) for q in self.quad)
        return float(np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2

    def holds(self, other: _Region) -> bool:
        """Tell whether most of the other lies inside."""
        corners = np.array(self.quad, dtype=np.float32)
        middle = np.mean(np.array(other.quad), axis=0)
        points = [tuple((np.array(q) * 0.8 + middle * 0.2).tolist()) for q in other.quad]
        return all(cv2.pointPolygonTest(corners, p, measureDist=False) >= 0 for p in points)

    def meets(self, other: _Region) -> bool:
        """Tell whether the two share more than a sliver."""
        shared, _ = cv2.intersectConvexConvex(_hull(self.quad), _hull(other.quad))
        return bool(shared > 0.15 * min(_area(self.quad), _area(other.quad)))


def _hull(quad: Quad) -> NDArray[np.float32]:
    return np.asarray(cv2.convexHull(np.array(quad, dtype=np.float32)), dtype=np.float32)


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(_hull(quad)))


def _regions(inside: NDArray[np.bool_], look: _Look, *, brighter: bool) -> list[_Region]:
    """Return the regions at one level that could be membranes."""
    rows, columns = inside.shape
    mask = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        area = cv2.contourArea(contour)
        if not LEAST_AREA * inside.size < area < 0.97 * inside.size:
            continue
        points = np.asarray(contour[:, 0, :], dtype=np.int32)
        if not _is_shaped(points, area, look.thickness):
            continue
        x, y = points.T
        free = (x > 1) & (x < columns - 2) & (y > 1) & (y < rows - 2)
        if free.mean() < 0.25:
            continue
        covered = _covered(contour, look)
        if covered < SIBLING_SHARE:
            continue
        if not _is_ground(contour, look):
            continue
        steepness = float(np.quantile(look.steep[y[free], x[free]], 0.3))
        clear = steepness**2 / max(steepness**2 + look.ordinary**2, 1e-12)
        if free.mean() < INSIDE and clear < LEAST_CLEAR:
            continue
        found.append(
            _Region(
                quad=_corners(points),
                brighter=brighter,
                steepness=steepness,
                share=covered,
                value=clear * covered,
            )
        )
    return found


def _is_ground(contour: Contour, look: _Look) -> bool:
    """Tell whether a region is ground with bands on it; what bands alone fill is no membrane.

    Most of a membrane has one tone, far from its bands' tone.
    """
    x, y, filled = _filled(contour)
    h, w = filled.shape
    tones = look.tone[y : y + h, x : x + w][filled]
    inside = look.within(contour)
    place = look.points[inside & (look.weights >= 0.5 * look.weights[inside].max())].astype(int)
    crest = float(np.median(look.tone[place[:, 1], place[:, 0]]))
    base, ground = np.quantile(tones, [BASE, GROUND])
    if crest < float(np.median(tones)):
        base, ground = np.quantile(tones, [1 - BASE, 1 - GROUND])
    return abs(float(ground - base)) < HALF_WAY * abs(crest - float(base))


def _is_shaped(points: NDArray[np.int32], area: float, thickness: float) -> bool:
    """Tell whether an outline is a rectangle, or nearly one, and high enough to be no band."""
    _, (w, h), _ = cv2.minAreaRect(points)
    if area < LEAST_RECTANGULARITY * w * h:
        return False
    straight = area > STRAIGHT * _area(_corners(points))
    return bool(
        min(w, h) >= max(LEAST_SIDE_PX, (LEAST_STRIP if straight else LEAST_HEIGHT) * thickness)
    )


def _covered(contour: Contour, look: _Look) -> float:
    """Return the share of the evidence within a contour, 0 when it is a band and no membrane."""
    mine = look.within(contour)
    _, _, width, _ = cv2.boundingRect(contour)
    # A band is no membrane: on a membrane the crests are narrower than it.
    narrow = mine & (look.widths < 0.6 * width)
    if look.weights[narrow].sum() < 0.5 * look.weights[mine].sum() or not narrow.any():
        return 0.0
    return float(look.weights[mine].sum() / look.weights.sum())


def _distinct(regions: Sequence[_Region], side: int) -> list[_Region]:
    """Return one region of those with about the same corners: the one with the steepest edge."""
    kept: list[_Region] = []
    for region in sorted(regions, key=lambda r: -r.steepness):
        corners = np.array(region.quad)
        apart = (np.abs(corners - np.array(k.quad)).max() for k in kept)
        if all(a > SAME_OUTLINE * side for a in apart):
            kept.append(region)
    return kept


def _best_disjoint(regions: Sequence[_Region]) -> tuple[float, list[_Region]]:
    """Return the regions that together have the highest value and do not overlap."""
    best: dict[int, tuple[float, list[_Region]]] = {}
    order = sorted(regions, key=lambda r: _area(r.quad))
    for region in order:
        inner = [k for k in best if _within(region, best[k][1])]
        disjoint = _greedy([best[k] for k in inner])
        alone = (region.value, [region])
        best[id(region)] = max(alone, disjoint, key=lambda found: found[0])
    return _greedy(list(best.values()))


def _with_siblings(chosen: list[_Region], regions: Sequence[_Region]) -> list[_Region]:
    """Add regions with little on them that look like a membrane that was found."""
    family = list(chosen)
    for region in sorted(regions, key=lambda r: -r.value):
        alike = any(
            r.brighter == region.brighter
            and 0.5 < region.width / r.width < 2
            and region.steepness > 0.4 * r.steepness
            for r in chosen
        )
        if alike and not any(region.meets(r) for r in family):
            family.append(region)
    return family


def _within(region: _Region, others: Sequence[_Region]) -> bool:
    return all(region.holds(o) for o in others)


def _greedy(sets: Sequence[tuple[float, list[_Region]]]) -> tuple[float, list[_Region]]:
    total, chosen = 0.0, list[_Region]()
    for value, found in sorted(sets, key=lambda s: -s[0]):
        if not any(a.meets(b) for a in found for b in chosen):
            total += value
            chosen += found
    return total, chosen


def _corners(points: NDArray[np.int32]) -> Quad:
    """Return the four corners of an outline: the extreme points along the diagonals."""
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    found = [
        points[total.argmin()],
        points[difference.argmax()],
        points[total.argmax()],
        points[difference.argmin()],
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in found)
    return a, b, c, d


def _scaled(quad: Quad, factor: float) -> Quad:
    a, b, c, d = (((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5) for x, y in quad)
    return a, b, c, d
