"""Lane detectors behind one registry; the built-in one is called ``ridges``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from blotquant.flags import Flag
from blotquant.image.contrast import WorkCopy
from blotquant.lanes.choose import Weighed, choose_strips, weigh_strips
from blotquant.lanes.columns import column_pieces, column_strips
from blotquant.lanes.counted import exactly
from blotquant.lanes.fan import Fan, find_fan
from blotquant.lanes.lean import common_lean
from blotquant.lanes.ridges import Piece
from blotquant.lanes.strips import Strip, Table
from blotquant.lanes.wanted import (
    NOTHING_WANTED,
    Wanted,
    fit_around,
    limits_of,
    pieces_of,
    straight_extent,
)
from blotquant.lanes.widths import SPECK, without_lines
from blotquant.model.geometry import Membrane, Point
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane, LaneKind
from blotquant.registry import Registry

MARGIN = 1.12  # lane width over the band's width at half height: the flanks belong to the band


class LaneDetector(Protocol):
    """Finds the lanes of one membrane on one photograph."""

    def detect(
        self,
        copy: WorkCopy,
        pieces: tuple[Piece, ...],
        membrane: Membrane,
        polarity: Polarity,
        wanted: Wanted = NOTHING_WANTED,
    ) -> tuple[Lane, ...]:
        """Return the lanes, left to right, numbered from 1; an empty tuple where there are none.

        `pieces` are the crests of the whole photograph (`lane_pieces`), for detectors that use
        them; `polarity` tells whether bands are bright or dark in `copy`. `wanted` is the user's
        word: its fixed lanes are among the result as they are, and its count is kept exactly.
        """
        ...


RIM = 1.5  # thicknesses from a membrane's edge: a crest as near runs along it
MANY = 8  # as many narrow lanes are no specks

LANE_DETECTORS: Registry[LaneDetector] = Registry("lane detector", "blotquant.lane_detectors")


@LANE_DETECTORS.register("ridges")
@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeLanes:
    """Lanes as the set of parted strips that explains the crests of the bands best.

    Works for bands that stand out from above and below, however many lanes there are; does not see
    a lane that has no band at all (interior gaps of whole lanes are filled as inferred lanes).
    Costs a few ms beside the crests themselves, whatever the size of the photograph.
    """

    infer_blank_lanes: bool = True

    def detect(
        self,
        copy: WorkCopy,
        pieces: tuple[Piece, ...],
        membrane: Membrane,
        polarity: Polarity,
        wanted: Wanted = NOTHING_WANTED,
    ) -> tuple[Lane, ...]:
        """Return the lanes that explain those pieces that lie on the membrane, in file pixels."""
        inside = _on_membrane(pieces, copy, membrane)
        left, _, right, _ = membrane.bounds
        inside = without_lines(inside, (right - left) / copy.scale)
        inside += column_pieces(copy, polarity, _box(copy, membrane))
        if wanted:
            return self._around(inside, copy, membrane, polarity, wanted)
        strips, fan = self._strips(inside, copy, membrane)
        if sum(not s.inferred for s in strips) <= 1:
            # Bands that fill a crop stand out from nothing above and below.
            columns = column_strips(copy, polarity, _box(copy, membrane))
            if len(columns) > len(strips):
                strips, fan = list(columns), None
        return _lanes(strips, copy, membrane, fan)

    def _strips(
        self, inside: tuple[Piece, ...], copy: WorkCopy, membrane: Membrane
    ) -> tuple[list[Strip], Fan | None]:
        if not inside:
            return [], None
        fan = find_fan(inside, membrane.height_px / copy.scale)
        flat = fan.flatten(inside)
        table = Table.of(flat)
        lean = common_lean(table)
        strips = [_own_lean(s, table) for s in choose_strips(flat, lean)]
        if len(strips) < MANY:
            left, _, right, _ = membrane.bounds
            strips = [s for s in strips if s.width * copy.scale > SPECK * (right - left)]
        return (_with_inferred(strips) if self.infer_blank_lanes else strips), fan

    def _around(
        self,
        inside: tuple[Piece, ...],
        copy: WorkCopy,
        membrane: Membrane,
        polarity: Polarity,
        wanted: Wanted,
    ) -> tuple[Lane, ...]:
        """Return the fixed lanes and those that are found beside them, in the number wanted."""
        told = (*inside, *pieces_of(wanted.fixed, copy, inside, MARGIN))
        fan = find_fan(told, membrane.height_px / copy.scale) if told else Fan.parallel()
        flat = fan.flatten(told)
        table = Table.of(flat)
        lean = common_lean(table)
        limits = limits_of(wanted, copy, fan, lean)
        strips = [_own_lean(s, table) for s in choose_strips(flat, lean, limits)]
        if self.infer_blank_lanes:
            strips = [
                s
                for s in _with_inferred(strips)
                if not s.inferred or limits.allows(s.left, s.right)
            ]
        count = wanted.n_free
        if count is not None and len(strips) != count:
            columns = column_strips(copy, polarity, _box(copy, membrane))
            if not wanted.fixed and len(columns) == count:
                return _lanes(list(columns), copy, membrane, None)
            weighed = weigh_strips(flat, lean, limits) if flat else Weighed.nothing()
            extent = straight_extent(membrane, copy, fan, lean)
            room = straight_extent(membrane, copy, fan, lean, wanted.room)
            strips = exactly(count, strips, weighed, limits, extent, lean, room)
        lanes = _lanes(strips, copy, membrane, fan)
        if count is not None:
            # Who says how many lanes there are means lanes that hold something.
            lanes = tuple(replace(lane, kind=LaneKind.SAMPLE) for lane in lanes)
        return fit_around(lanes, wanted, membrane)


def _on_membrane(
    pieces: tuple[Piece, ...], copy: WorkCopy, membrane: Membrane
) -> tuple[Piece, ...]:
    """Return the pieces that lie on a membrane; those on its upper or lower rim are the rim."""
    last = copy.pixels.shape[0] - 1.0
    kept = []
    for p in pieces:
        x, rim = float(copy.to_file(p.centre)), RIM * p.thickness
        # Where a membrane is cut off by the frame there is no rim.
        heights = max(p.y - rim, 0.0), min(p.y + rim, last)
        if all(membrane.contains((x, float(copy.to_file(y)))) for y in heights):
            kept.append(p)
    return tuple(kept)


def _box(copy: WorkCopy, membrane: Membrane) -> tuple[int, int, int, int]:
    """Return the membrane's upright box in whole working pixels: left, top, right, bottom."""
    left, top, right, bottom = (float(copy.from_file(v)) for v in membrane.bounds)
    rows, columns = copy.pixels.shape
    return (
        max(0, round(left + 0.5)),
        max(0, round(top + 0.5)),
        min(columns, round(right + 0.5)),
        min(rows, round(bottom + 0.5)),
    )


def _own_lean(strip: Strip, crests: Table) -> Strip:
    """Let the strip follow its own crests, held near the common lean when there are few."""
    a, b = crests.sheared(strip.lean)
    both = np.minimum(b, strip.right) - np.maximum(a, strip.left)
    either = np.maximum(b, strip.right) - np.minimum(a, strip.left)
    its = both > 0.7 * either
    if not its.any():
        return strip
    mine, y = crests.only(its), crests.y[its]
    # Crests that fill the strip exactly say more about its edges than shorter ones.
    weight = mine.weight * (both[its] / either[its] - 0.65)
    centre_y = np.average(y, weights=weight)
    extra = 0.0
    spread = float((weight * (y - centre_y) ** 2).sum())
    if y.size > 1 and spread > 0:
        middle = (mine.left + mine.right) / 2 - strip.lean * y
        slope = float(
            (weight * (y - centre_y) * (middle - np.average(middle, weights=weight))).sum()
        )
        # A prior of 1 degree against a placement error of 1.5 px keeps short lanes straight.
        prior = (1.5 / 0.0175) ** 2
        extra = slope / (spread + prior)
    left, right = (_weighted_median(u, weight) for u in mine.sheared(strip.lean + extra))
    return replace(strip, left=left, right=right, lean=strip.lean + extra)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(np.interp(cumulated[-1] / 2, cumulated - weights[order] / 2, values[order]))


def _with_inferred(strips: list[Strip]) -> list[Strip]:
    """Fill gaps that hold one or more whole lanes at the pitch of their neighbours."""
    if len(strips) < 3:
        return strips
    centres = np.array([s.centre for s in strips])
    steps = np.diff(centres)
    width = float(np.median([s.width for s in strips]))
    plausible = steps[steps < 1.9 * width]
    if plausible.size < max(2, steps.size // 2):
        return strips
    pitch = float(np.median(plausible))
    out = [strips[0]]
    for strip, step in zip(strips[1:], steps, strict=True):
        count = round(step / pitch)
        room = step / max(count, 1) - (width + (out[-1].width + strip.width) / 2) / 2
        fits = abs(step / max(count, 1) - pitch) < 0.12 * pitch and room > -0.05 * width
        if 2 <= count <= 4 and fits:
            last = out[-1]
            for k in range(1, count):
                centre = last.centre + step * k / count
                out.append(
                    Strip(
                        left=centre - width / 2,
                        right=centre + width / 2,
                        gain=0.0,
                        lean=(last.lean + strip.lean) / 2,
                        inferred=True,
                    )
                )
        out.append(strip)
    return out


def _lanes(
    strips: list[Strip], copy: WorkCopy, membrane: Membrane, fan: Fan | None
) -> tuple[Lane, ...]:
    if not strips:
        return ()
    _, top, _, bottom = membrane.bounds
    middle = float(copy.from_file((top + bottom) / 2))
    strips = sorted(strips, key=lambda s: s.centre + s.lean * middle)
    at_middle = [s.centre + s.lean * middle for s in strips]
    strong = float(np.median([s.gain for s in strips if not s.inferred] or [1.0]))
    lanes = []
    for i, s in enumerate(strips):
        half = MARGIN * s.width / 2
        for other in (i - 1, i + 1):
            if 0 <= other < len(strips):
                # Neighbours share the gap between them; they never overlap.
                gap_middle = abs(at_middle[other] - at_middle[i]) * s.width
                half = min(half, gap_middle / (s.width + strips[other].width))
        nodes: tuple[Point, ...] = tuple(
            (float(copy.to_file(_spread(fan, s.centre + s.lean * w, w))), float(y))
            for y, w in ((y, float(copy.from_file(y))) for y in (top, bottom))
        )
        confidence, reason = _confidence(s, strong)
        lanes.append(
            Lane(
                image=membrane.image,
                membrane=membrane.name,
                number=i + 1,
                nodes=nodes,
                width_px=2 * half * copy.scale,
                confidence=confidence,
                reason=reason,
                kind=LaneKind.BLANK if s.inferred else LaneKind.SAMPLE,
                flags=Flag.INFERRED_LANE if s.inferred else Flag.NONE,
            )
        )
    return tuple(lanes)


def _spread(fan: Fan | None, x: float, y: float) -> float:
    return x if fan is None else fan.outwards(x, y)


def _confidence(strip: Strip, strong: float) -> tuple[float, str]:
    if strip.inferred:
        return 0.3, (
            "no band was seen here; the place follows from the spacing of the other lanes, "
            "and it counts as blank until you say what it holds"
        )
    if strip.doubt:
        return 0.4, strip.doubt
    confidence = float(np.clip(strip.gain / (0.5 * strong), 0.2, 1.0))
    return confidence, "" if confidence > 0.6 else "only little stands out in this lane"
