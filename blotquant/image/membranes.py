"""Where on the photograph a blot lies: membranes against their surround.

A membrane is a large, nearly rectangular region whose edge stands out, and the bands lie on it.
Of regions within each other either the outer one or the inner ones are taken, whichever have the
steeper edges and hold more of the bands. A crop that shows nothing but membrane is one membrane:
the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blotquant.image.contrast import WorkCopy
from blotquant.image.order import median, quantile
from blotquant.image.outlines import Outline, Quad, Relief, hull, outlines, polygon_area
from blotquant.model.geometry import Membrane

SIZE_PX = 330  # longest side at which outlines are sought
RIM_PX = 2.5  # small pixels: crests as near to the edge of a box are its frame
CROOKED, FOUR_CORNERED = 0.6, 0.9  # agreement of area and corners: worthless up to the first
FRAME_SHARE, FRAME_WORTH = 0.9, 0.75  # of the picture's area; what covers more is the frame
PARTS_WORTH = 1.1  # of their own: two or more parts against what holds them all
LEAST_VALUE = 0.35  # share of the evidence on the membranes, times how clear their edges are
LEAST_SHARE = 0.08  # of the evidence that a membrane must hold, ...
SIBLING_SHARE = 0.003  # ... or this where there is a larger one that looks alike
BASE = 0.25  # of a region's tones lie at its soft edge or in shadows
GROUND = 0.65  # of a membrane's area has the ground's tone, ...
HALF_WAY = 0.5  # ... which is not half way from its base to the bands' tone
ALIKE = 1.6  # ratio of the widths of two bands of one row
WEAKEST = 0.1  # of another band's evidence: what is as weak beside the row may be anything
AT_FRAME_PX = 2.0  # small pixels: as near to the frame an outline ends with it
IN_LINE = 0.25  # of a band's width
LARGEST_LOSS = 0.25  # of the evidence
TILT = 0.03  # dy/dx of a row
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
    relief = Relief.of(np.asarray(small, dtype=np.float32))
    look = _Look(
        relief=relief,
        points=np.array([((c.x + 0.5) / factor, (c.y + 0.5) / factor) for c in crests]),
        widths=np.array([c.width / factor for c in crests]),
        thickness=np.array([c.thickness / factor for c in crests]),
        weights=np.array([c.weight**2 * c.width for c in crests]),
    )
    found = outlines(relief, _thickness(crests) / factor)
    look = look.without_frames(found)
    regions = [region for outline in found if (region := _region(outline, look))]
    distinct = _distinct(regions, max(size))
    _, chosen = _best_disjoint([r for r in distinct if r.share >= LEAST_SHARE])
    chosen = _with_siblings(chosen, distinct)
    if sum(r.value for r in chosen) < LEAST_VALUE or _cuts_lanes(chosen, look):
        return []
    return [_scaled(q, factor) for q in _with_whole_rows(chosen, look)]


def _thickness(crests: Sequence[Evidence]) -> float:
    strongest = sorted(crests, key=lambda c: -c.weight)[: 1 + len(crests) // 2]
    return float(np.median([c.thickness for c in strongest]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """What regions are judged by: the relief, and the crests (points in small pixels, weights)."""

    relief: Relief
    points: NDArray[np.float64]
    widths: NDArray[np.float64]
    thickness: NDArray[np.float64]
    weights: NDArray[np.float64]

    def without_frames(self, found: Sequence[Outline]) -> _Look:
        """Return the same without the crests that are the drawn or cut edges of boxes."""
        frame = np.zeros(self.weights.size, dtype=bool)
        for outline in found:
            if outline.boxed:
                frame |= outline.along(self.points, RIM_PX)
        return self if frame.all() else replace(self, weights=np.where(frame, 0.0, self.weights))

    def covered(self, outline: Outline) -> float:
        """Return the share of the evidence within an outline, 0 for a band's own outline."""
        mine = outline.within(self.points) & (self.weights > 0)
        # A band is no membrane: on a membrane the crests are narrower than it.
        narrow = mine & (self.widths < 0.6 * outline.filled.shape[1])
        if self.weights[narrow].sum() < 0.5 * self.weights[mine].sum() or not narrow.any():
            return 0.0
        return float(self.weights[mine].sum() / self.weights.sum())

    def is_ground(self, outline: Outline) -> bool:
        """Tell whether a region is ground with bands on it; what bands alone fill is no membrane.

        Most of a membrane has one tone, far from its bands' tone.
        """
        tones = outline.tones(self.relief)
        inside = outline.within(self.points)
        strong = inside & (self.weights >= 0.5 * self.weights[inside].max())
        x, y = self.points[strong].astype(int).T
        crest = median(self.relief.tone[y, x])
        base, ground = BASE, GROUND
        if crest < median(tones):
            base, ground = 1 - BASE, 1 - GROUND
        lowest = quantile(tones, base)
        return abs(quantile(tones, ground) - lowest) < HALF_WAY * abs(crest - lowest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Region:
    """A region that could be a membrane; `value` is its share of evidence times clearness."""

    quad: Quad
    brighter: bool
    steepness: float
    share: float
    value: float
    boxed: bool = False

    def around(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points (n, 2) lie inside its four corners."""
        polygon = hull(self.quad)
        inside = [cv2.pointPolygonTest(polygon, p, measureDist=False) for p in points.tolist()]
        return np.asarray(np.array(inside) >= 0, dtype=np.bool_)

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
        shared, _ = cv2.intersectConvexConvex(hull(self.quad), hull(other.quad))
        return bool(shared > 0.15 * min(polygon_area(self.quad), polygon_area(other.quad)))


def _region(outline: Outline, look: _Look) -> _Region | None:
    """Return an outline as a membrane, None where it cannot be one."""
    share = look.covered(outline)
    # Smears may fill most of a panel; a box as high is no band whatever its tones are.
    if share < SIBLING_SHARE or not (outline.boxed or look.is_ground(outline)):
        return None
    return _Region(
        quad=outline.corners,
        brighter=outline.brighter,
        steepness=outline.steepness,
        share=share,
        value=outline.clear * share * _four_cornered(outline) * _against_frame(outline, look),
        boxed=outline.boxed,
    )


def _against_frame(outline: Outline, look: _Look) -> float:
    """Return what an outline is worth beside others: less where it says what the frame says."""
    return FRAME_WORTH if outline.area > FRAME_SHARE * look.relief.tone.size else 1.0


def _four_cornered(outline: Outline) -> float:
    """Return how well four corners alone describe an outline, from 0 to 1.

    A membrane that runs together with a label beside it has more than four.
    """
    ratio = outline.area / max(polygon_area(outline.corners), 1e-9)
    agree = min(ratio, 1 / max(ratio, 1e-9))
    return float(np.clip((agree - CROOKED) / (FOUR_CORNERED - CROOKED), 0, 1))


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
    order = sorted(regions, key=lambda r: polygon_area(r.quad))
    for region in order:
        inner = [k for k in best if _within(region, best[k][1])]
        disjoint = _greedy([best[k] for k in inner])
        # Nearly as good parts are better: panels of one figure, pieces on one table.
        if len(disjoint[1]) > 1 and PARTS_WORTH * disjoint[0] > region.value:
            best[id(region)] = disjoint
            continue
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


def _cuts_lanes(chosen: Sequence[_Region], look: _Look) -> bool:
    """Tell whether much lies above or below the membranes that lines up with their bands.

    Then a gradient or a shadow was taken for an edge, and the lanes go on beyond it. Boxes off the
    frame are sure, and other membranes with the same lanes are among those chosen.
    """
    inside = np.array([r.around(look.points) for r in chosen]).any(axis=0)
    columns = look.relief.tone.shape[1]
    loose = [
        r.around(look.points)
        for r in chosen
        if not r.boxed
        or (r.quad[0][0] <= AT_FRAME_PX and r.quad[1][0] >= columns - 1 - AT_FRAME_PX)
    ]
    if not loose:
        return False
    mine = np.array(loose).any(axis=0) & (look.weights > 0)
    x, width = look.points[:, 0], look.widths
    in_line = np.abs(x[:, None] - x[mine]) < IN_LINE * width[mine]
    alike = np.abs(np.log(width[:, None] / width[mine])) < np.log(ALIKE)
    beyond = (in_line & alike).any(axis=1) & ~inside
    return bool(look.weights[beyond].sum() > LARGEST_LOSS * look.weights.sum())


def _with_whole_rows(chosen: Sequence[_Region], look: _Look) -> list[Quad]:
    """Widen what cuts through a row: the smear of some lanes alone is no membrane.

    Bands that go on beside a membrane, at its bands' height and about as wide as they are, are its
    own, unless they lie on another one or it is a box.
    """
    quads = []
    inside = [region.around(look.points) for region in chosen]
    on_any = np.any(inside, axis=0)
    for k, region in enumerate(chosen):
        mine = inside[k] & (look.weights > 0)
        left = right = None
        if not region.boxed and mine.any():
            (x, y), (xi, yi) = look.points.T[:, :, None], look.points[mine].T[:, None]
            reach = 2 * (look.thickness[:, None] + look.thickness[mine]) + TILT * np.abs(x - xi)
            level = np.abs(y - yi) < reach
            alike = np.abs(np.log(look.widths[:, None] / look.widths[mine])) < np.log(ALIKE)
            strong = look.weights[:, None] > WEAKEST * look.weights[mine]
            more = (level & alike & strong).any(axis=1) & ~on_any
            if more.any():
                left = float((look.points[:, 0] - 0.7 * look.widths)[more].min())
                right = float((look.points[:, 0] + 0.7 * look.widths)[more].max())
        quads.append(_widened(region, left, right, [r for j, r in enumerate(chosen) if j != k]))
    return quads


def _widened(
    region: _Region, left: float | None, right: float | None, others: Sequence[_Region]
) -> Quad:
    """Return the corners of a region that reaches from `left` to `right` at least."""
    if left is None or right is None:
        return region.quad
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = region.quad
    wide = replace(
        region,
        quad=(
            (min(ax, left), ay),
            (max(bx, right), by),
            (max(cx, right), cy),
            (min(dx, left), dy),
        ),
    )
    return region.quad if any(wide.meets(other) for other in others) else wide.quad


def _within(region: _Region, others: Sequence[_Region]) -> bool:
    return all(region.holds(o) for o in others)


def _greedy(sets: Sequence[tuple[float, list[_Region]]]) -> tuple[float, list[_Region]]:
    total, chosen = 0.0, list[_Region]()
    for value, found in sorted(sets, key=lambda s: -s[0]):
        if not any(a.meets(b) for a in found for b in chosen):
            total += value
            chosen += found
    return total, chosen


def _scaled(quad: Quad, factor: float) -> Quad:
    a, b, c, d = (((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5) for x, y in quad)
    return a, b, c, d
