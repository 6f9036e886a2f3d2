"""The same lane on every photograph of a membrane.

Each photograph is looked at by itself; then the lanes of a membrane are brought together: which
lane is which, and lanes that show on one photograph only are taken over to the others, to where
the registration of the photographs puts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from blotquant.flags import Flag
from blotquant.image.contrast import WorkCopy
from blotquant.lanes.marks import SAME_LANE, middle_of
from blotquant.lanes.register import register
from blotquant.lanes.ridges import Piece
from blotquant.lanes.views import View, view_of
from blotquant.model.geometry import Membrane, Point
from blotquant.model.image import Polarity
from blotquant.model.lane import Lane
from blotquant.model.registration import Registration

TAKEN_OVER = "taken over from another photograph of the membrane"
UNSAFE = 0.3  # confidence in a lane whose photograph could not be registered safely


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """What the photographs of a membrane are registered by, beside lanes and outlines.

    `sha256` is that of the file, `shape` its (rows, columns); `pieces` are the crests of its bands.
    """

    sha256: str
    shape: tuple[int, int]
    copy: WorkCopy
    pieces: tuple[Piece, ...]
    polarity: Polarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The lanes of one membrane on one photograph, left to right; `placed` by the user or found.

    `picture` is None where lanes and outline are all that is known.
    """

    image: str
    membrane: Membrane
    lanes: tuple[Lane, ...]
    placed: bool = False
    picture: Picture | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The lanes of a membrane, numbered alike on all photographs.

    `registrations` holds every photograph but the lead, on which the others were registered.
    """

    lanes: Mapping[str, tuple[Lane, ...]]
    registrations: tuple[Registration, ...] = ()


def lead_of(seen: Sequence[Seen]) -> Seen:
    """Return the photograph that the others are registered on.

    The one whose lanes the user placed; else the one with the most and surest lanes.
    """
    return max(seen, key=lambda s: (s.placed, len(s.lanes), sum(x.confidence for x in s.lanes)))


def register_on_lead(seen: Sequence[Seen]) -> tuple[Registration, ...]:
    """Return how every photograph of a membrane but the lead lies against the lead.

    Costs about 30 ms for each; see `blotquant.lanes.register`.
    """
    lead = lead_of(seen)
    first = _view(lead)
    return tuple(register(first, _view(s)) for s in seen if s is not lead)


def _view(seen: Seen) -> View:
    if seen.picture is None:
        return View(membrane=seen.membrane, lanes=seen.lanes)
    p = seen.picture
    return view_of(seen.membrane, seen.lanes, p.copy, p.pieces, p.shape, p.polarity)


def match_lanes(
    seen: Sequence[Seen], registrations: Sequence[Registration] | None = None
) -> Matched:
    """Number the lanes of one membrane over all its photographs.

    The lanes that the user placed decide; else the photograph with the most lanes leads. A lane
    that a photograph lacks is taken over from another one, to where the registration puts it, and
    flagged. `registrations` are those of `register_on_lead`, made here when None.
    """
    lead = lead_of(seen)
    known = register_on_lead(seen) if registrations is None else tuple(registrations)
    on_lead = {r.image: r for r in known}
    on_lead[lead.image] = Registration(
        membrane=lead.membrane.name, image=lead.image, to=lead.image, centre=(0.0, 0.0)
    )
    union = _brought_together(lead, seen, on_lead)
    result: dict[str, tuple[Lane, ...]] = {}
    for s in seen:
        row = []
        for number, lanes in enumerate(union, start=1):
            own = lanes.get(s.image)
            row.append(
                replace(own, number=number)
                if own is not None
                else _taken_over(lanes, s, on_lead, number)
            )
        result[s.image] = tuple(row)
    return Matched(lanes=result, registrations=known)


def _brought_together(
    lead: Seen, seen: Sequence[Seen], on_lead: Mapping[str, Registration]
) -> list[dict[str, Lane]]:
    """Return every lane of the membrane, left to right, as a mapping from image to lane."""
    union: list[dict[str, Lane]] = [{lead.image: lane} for lane in lead.lanes]
    middles = [middle_of(lane)[0] for lane in lead.lanes]
    for other in seen:
        if other is lead:
            continue
        registration = on_lead[other.image]
        taken: set[int] = set()
        for lane in other.lanes:
            x = registration.back(middle_of(lane))[0]
            width = lane.width_px / registration.scale
            k = _nearest(x, width, middles, taken)
            if k is not None:
                union[k][other.image] = lane
                taken.add(k)
            elif not lead.placed or other.placed:
                union.append({other.image: lane})
                middles.append(x)
                taken.add(len(union) - 1)
    return [union[k] for k in np.argsort(middles, kind="stable")]


def _nearest(x: float, width: float, middles: Sequence[float], taken: set[int]) -> int | None:
    free = [k for k in range(len(middles)) if k not in taken]
    if not free:
        return None
    k = min(free, key=lambda k: abs(middles[k] - x))
    return k if abs(middles[k] - x) < SAME_LANE * width else None


def _taken_over(
    known: Mapping[str, Lane], to: Seen, on_lead: Mapping[str, Registration], number: int
) -> Lane:
    """Return a lane of another photograph where it lies on this one."""
    image, source = next(iter(known.items()))
    here, there = on_lead[to.image], on_lead[image]
    nodes = tuple(here.place(there.back(p)) for p in source.nodes)
    _, top, _, bottom = to.membrane.bounds
    is_safe = all(r.is_sure or r.image == r.to for r in (here, there))
    return replace(
        source,
        image=to.image,
        membrane=to.membrane.name,
        number=number,
        nodes=_spanning(source, nodes, top, bottom),
        width_px=source.width_px * here.scale / there.scale,
        edited=False,
        confidence=min(source.confidence, 0.5 if is_safe else UNSAFE),
        reason=TAKEN_OVER if is_safe else f"{TAKEN_OVER}, and it is not sure how the two lie",
        flags=source.flags | Flag.TRANSFERRED_LANE,
    )


def _spanning(lane: Lane, nodes: Sequence[Point], top: float, bottom: float) -> tuple[Point, ...]:
    """Return the path from the membrane's top to its bottom: cut there, or run on straight."""
    down = [nodes[0]]
    for node in nodes[1:]:
        # Turning can lay two close bends side by side; a path only runs downwards.
        if node[1] > down[-1][1]:
            down.append(node)
    if len(down) < 2:
        x, y = nodes[0]
        down.append((x, y + 1.0))
    path = replace(lane, nodes=tuple(down))
    inner = [p for p in down[1:-1] if top < p[1] < bottom]
    return (path.x_at(top), top), *inner, (path.x_at(bottom), bottom)
