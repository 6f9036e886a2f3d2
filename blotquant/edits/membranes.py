"""Membranes: where each blot lies on a photograph, and which photographs show the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.geometry import Membrane, Point
from blotquant.model.lane import Lane
from blotquant.model.project import Photograph, PlacedMembranes, Project

Corners = tuple[Point, Point, Point, Point]
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
    )


def add_membrane(
    project: Project, membranes: tuple[Membrane, ...], image: str, name: str, corners: Corners
) -> Project:
    """Add a blot to a photograph; raise `SettingsError` if it shows that name already."""
    if any(m.image != image for m in membranes):
        raise ValueError("the membranes shown must be those of the photograph")
    new = Membrane(image=image, name=name, corners=corners, edited=True)
    return _put(project, image, (*membranes, new))


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
    return replace(project, membranes=membranes, lanes=lanes, bands=bands, rows=rows)


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
