"""Membranes: where each blot lies on a photograph, and which photographs show the same one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane, Point, along_and_down
from blotquant.model.lane import Lane
from blotquant.model.project import Photograph, PlacedMembranes, Project

Corners = tuple[Point, Point, Point, Point]
LEAST_SIDE_PX = 4.0
MOST_TURN_DEG = 45.0
Part = TypeVar("Part", Lane, Band)


def set_membrane_corners(
    project: Project,
    membranes: tuple[Membrane, ...],
    name: str,
    corners: Corners,
    angle_deg: float | None = None,
) -> Project:
    """Say where a membrane lies; `membranes` are all that are shown on its photograph."""
    old = _named(membranes, name)
    angle = old.angle_deg if angle_deg is None else angle_deg
    new = replace(old, corners=corners, angle_deg=angle, edited=True)
    return _put(project, old.image, tuple(new if m is old else m for m in membranes))


def move_membrane(
    project: Project, membranes: tuple[Membrane, ...], name: str, dx_px: float, dy_px: float
) -> Project:
    """Move a membrane with the lanes (and so the bands) that were placed on it."""
    old = _named(membranes, name)
    a, b, c, d = ((x + dx_px, y + dy_px) for x, y in old.corners)
    project = set_membrane_corners(project, membranes, name, (a, b, c, d))
    here = (old.image, name)

    def moved(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
        return tuple(
            replace(n, nodes=tuple((x + dx_px, y + dy_px) for x, y in n.nodes)) for n in lanes
        )

    return replace(
        project,
        lanes=tuple(
            replace(p, lanes=moved(p.lanes), absent=moved(p.absent))
            if (p.image, p.membrane) == here
            else p
            for p in project.lanes
        ),
        bands=tuple(
            replace(p, lanes=moved(p.lanes)) if (p.image, p.membrane) == here else p
            for p in project.bands
        ),
        rows=tuple(
            replace(r, at=(r.at[0] + dx_px, r.at[1] + dy_px))
            if r.at is not None and (r.image, r.membrane) == here
            else r
            for r in project.rows
        ),
        weights=tuple(
            replace(w, at=(w.at[0] + dx_px, w.at[1] + dy_px))
            if (w.image, w.membrane) == here
            else w
            for w in project.weights
        ),
    )


def add_membrane(
    project: Project, membranes: tuple[Membrane, ...], image: str, name: str, corners: Corners
) -> Project:
    """Add a blot to a photograph; raise `SettingsError` if it shows that name already."""
    if any(m.image != image for m in membranes):
        raise ValueError("the membranes shown must be those of the photograph")
    new = Membrane(image=image, name=name, corners=corners, edited=True)
    return _put(project, image, (*membranes, new))


def draw_membrane(
    project: Project, membranes: tuple[Membrane, ...], image: str, start: Point, end: Point
) -> Project:
    """Draw an upright box around a blot, from one corner to the opposite one.

    It takes the place of the membranes whose middle it covers and bears the name of the first of
    them; else it is a further blot on the photograph.
    """
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    corners: Corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    box = Membrane(image=image, name="", corners=corners)
    covered = [m for m in membranes if box.contains(_middle(m))]
    if not covered:
        return add_membrane(project, membranes, image, _new_name(project, membranes), corners)
    first, *others = covered
    for other in others:
        project = delete_membrane(project, membranes, other.name)
        membranes = tuple(m for m in membranes if m is not other)
    return set_membrane_corners(project, membranes, first.name, corners, angle_deg=0.0)


def set_membrane_corner(
    project: Project, membranes: tuple[Membrane, ...], name: str, corner: int, point: Point
) -> Project:
    """Move one corner (0 to 3, as in `Membrane`); the opposite one stays, the angles stay right."""
    old = _named(membranes, name)
    u, v = along_and_down(old.angle_deg)
    fixed = old.corners[(corner + 2) % 4]
    dx, dy = point[0] - fixed[0], point[1] - fixed[1]
    along, down = dx * u[0] + dy * u[1], dx * v[0] + dy * v[1]
    # A corner stays on its side of the opposite one.
    along = min(along, -LEAST_SIDE_PX) if corner in {0, 3} else max(along, LEAST_SIDE_PX)
    down = min(down, -LEAST_SIDE_PX) if corner in {0, 1} else max(down, LEAST_SIDE_PX)
    middle = (
        fixed[0] + (along * u[0] + down * v[0]) / 2,
        fixed[1] + (along * u[1] + down * v[1]) / 2,
    )
    corners = _rectangle(middle, abs(along), abs(down), old.angle_deg)
    return set_membrane_corners(project, membranes, name, corners)


def straighten_membrane(
    project: Project, membranes: tuple[Membrane, ...], name: str, start: Point, end: Point
) -> Project:
    """Turn a membrane about its middle so that its bands run along the line from start to end.

    Its lanes are then sought across that line. Raises `SettingsError` for a line that runs down
    rather than across.
    """
    old = _named(membranes, name)
    (x0, y0), (x1, y1) = sorted((start, end))
    angle = -math.degrees(math.atan2(y1 - y0, x1 - x0))
    if abs(angle) > MOST_TURN_DEG:
        raise SettingsError(
            f"The line is {abs(angle):.0f}° off the horizontal",
            "Draw it along a row of bands, from one side of the blot to the other",
        )
    tl, tr, br, bl = old.corners
    width = (math.dist(tl, tr) + math.dist(bl, br)) / 2
    corners = _rectangle(_middle(old), width, old.height_px, angle)
    return set_membrane_corners(project, membranes, name, corners, angle_deg=angle)


def delete_membrane(project: Project, membranes: tuple[Membrane, ...], name: str) -> Project:
    """Delete a blot from a photograph, with the lanes, bands and rows placed there.

    Its samples stay: another photograph may show it.
    """
    old = _named(membranes, name)
    here = (old.image, name)
    project = replace(
        project,
        lanes=tuple(p for p in project.lanes if (p.image, p.membrane) != here),
        bands=tuple(p for p in project.bands if (p.image, p.membrane) != here),
        rows=tuple(r for r in project.rows if (r.image, r.membrane) != here),
        weights=tuple(w for w in project.weights if (w.image, w.membrane) != here),
    )
    return _put(project, old.image, tuple(m for m in membranes if m is not old))


def detect_membranes_again(project: Project, image: str) -> Project:
    """Forget where membranes were placed on a photograph; lanes and bands placed on them stay."""
    return replace(project, membranes=tuple(p for p in project.membranes if p.image != image))


def set_photograph_membranes(
    project: Project, image: str, names: tuple[str, ...], shown: tuple[str, ...] = ()
) -> Project:
    """Say which physical membranes a photograph shows; a name that others bear joins them.

    `shown` are the names now shown there, in the same order (they differ from the photograph's own
    when one name was completed to several). What was placed on this photograph takes the new name;
    samples do so when no other photograph shows the old one.
    """
    if len(set(names)) != len(names):
        raise SettingsError(
            f"A photograph cannot show two membranes called {_doubled(names)!r}",
            "Give each membrane on it a name of its own",
        )
    photograph = project.photograph(image)
    new_name = dict(zip(shown or photograph.membranes, names, strict=False))
    changed = replace(photograph, membranes=names)
    project = _rename_on(_put_photograph(project, changed), new_name, image)
    for old, new in new_name.items():
        if not any(shows(p, old) for p in project.photographs):
            project = _rename_samples(project, old, new)
    return project


def rename_membrane(
    project: Project, old: str, new: str, shown: Mapping[str, tuple[str, ...]] | None = None
) -> Project:
    """Rename a physical membrane everywhere; raise `SettingsError` if the new name is taken.

    `shown` gives the names now shown on each photograph (id to names) where one name was completed
    to several, so that a completed name can be renamed too.
    """
    new = new.strip()
    if not new:
        raise SettingsError("A membrane needs a name", "Type at least one character")
    names = {p.id: (shown or {}).get(p.id) or p.membranes for p in project.photographs}
    if new != old and any(new in n for n in names.values()):
        raise SettingsError(
            f"There is already a membrane called {new!r}",
            "Choose another name, or say that the photograph shows that membrane",
        )
    for image, here in names.items():
        if old in here:
            renamed = tuple(new if n == old else n for n in here)
            project = _put_photograph(
                project, replace(project.photograph(image), membranes=renamed)
            )
    project = _rename_on(project, {old: new}, None)
    return _rename_samples(project, old, new)


def shows(photograph: Photograph, membrane: str) -> bool:
    """Return whether a photograph shows a membrane: by its name, or by one completed from it."""
    if membrane in photograph.membranes:
        return True
    base, dot, number = membrane.rpartition(".")
    return bool(dot) and number.isdecimal() and photograph.membranes == (base,)


def _named(membranes: tuple[Membrane, ...], name: str) -> Membrane:
    for m in membranes:
        if m.name == name:
            return m
    raise KeyError(name)


def _middle(membrane: Membrane) -> Point:
    xs, ys = zip(*membrane.corners, strict=True)
    return sum(xs) / 4, sum(ys) / 4


def _rectangle(middle: Point, width: float, height: float, angle_deg: float) -> Corners:
    (ux, uy), (vx, vy) = along_and_down(angle_deg)

    def corner(i: float, j: float) -> Point:
        return (
            middle[0] + i * width / 2 * ux + j * height / 2 * vx,
            middle[1] + i * width / 2 * uy + j * height / 2 * vy,
        )

    return corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)


def _new_name(project: Project, membranes: tuple[Membrane, ...]) -> str:
    """Return a name for a further membrane that nothing in the experiment bears."""
    taken = {n for p in project.photographs for n in p.membranes} | {m.name for m in membranes}
    base = membranes[0].name.rpartition(".")[0] or membranes[0].name if membranes else "blot"
    numbers = range(2 if membranes else 1, len(taken) + 3)
    return next(name for n in numbers if (name := f"{base}.{n}") not in taken)


def _doubled(names: tuple[str, ...]) -> str:
    return next(n for n in names if names.count(n) > 1)


def _put_photograph(project: Project, photograph: Photograph) -> Project:
    photographs = tuple(photograph if p.id == photograph.id else p for p in project.photographs)
    return replace(project, photographs=photographs)


def _put(project: Project, image: str, membranes: tuple[Membrane, ...]) -> Project:
    """Place these membranes and let the photograph list their names."""
    photograph = project.photograph(image)
    names = tuple(m.name for m in membranes)
    if len(set(names)) != len(names):
        raise SettingsError(
            f"The photograph already shows a membrane called {_doubled(names)!r}",
            "Give the new membrane another name",
        )
    rest = tuple(p for p in project.membranes if p.image != image)
    entry = PlacedMembranes(image=image, membranes=membranes)
    project = replace(project, membranes=(*rest, entry))
    return _put_photograph(project, replace(photograph, membranes=names or photograph.membranes))


def _rename_on(project: Project, new_name: Mapping[str, str], image: str | None) -> Project:
    """Rename what was placed, on one photograph or (None) on all."""

    def name(place: str, membrane: str) -> str:
        return new_name.get(membrane, membrane) if image in (None, place) else membrane

    membranes = tuple(
        replace(p, membranes=tuple(replace(m, name=name(m.image, m.name)) for m in p.membranes))
        for p in project.membranes
    )

    def renamed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(replace(n, membrane=name(n.image, n.membrane)) for n in parts)

    lanes = tuple(
        replace(
            p,
            membrane=name(p.image, p.membrane),
            lanes=renamed(p.lanes),
            absent=renamed(p.absent),
        )
        for p in project.lanes
    )
    bands = tuple(
        replace(
            p,
            membrane=name(p.image, p.membrane),
            bands=renamed(p.bands),
            lanes=renamed(p.lanes),
            absent=renamed(p.absent),
        )
        for p in project.bands
    )
    rows = tuple(replace(r, membrane=name(r.image, r.membrane)) for r in project.rows)
    weights = tuple(replace(w, membrane=name(w.image, w.membrane)) for w in project.weights)
    return replace(
        project, membranes=membranes, lanes=lanes, bands=bands, rows=rows, weights=weights
    )


def _rename_samples(project: Project, old: str, new: str) -> Project:
    """Hand a membrane's samples and its background over to a new name.

    Lanes that have a sample there keep it.
    """
    taken = {s.lane for s in project.samples if s.membrane == new and old != new}
    samples = tuple(
        replace(s, membrane=new) if s.membrane == old and s.lane not in taken else s
        for s in project.samples
    )
    name, colon, lane = project.settings.control.rpartition(":")
    settings = project.settings
    if colon and name == old and lane.isdecimal():
        settings = replace(settings, control=f"{new}:{lane}")
    has_own = {b.membrane for b in project.backgrounds}
    backgrounds = tuple(
        replace(b, membrane=new) if b.membrane == old and new not in has_own else b
        for b in project.backgrounds
    )
    return replace(project, samples=samples, settings=settings, backgrounds=backgrounds)
