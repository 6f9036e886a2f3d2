"""What the settings offer: one place that turns a field's `choices` into values and labels."""

from __future__ import annotations

from dataclasses import dataclass

from blotquant.model.project import Project
from blotquant.targets.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that a setting can take, how it is called, and what to know of it."""

    value: object
    label: str
    tip: str = ""


_BACKGROUND_LABELS = {
    "lane-baseline": "Lane baseline",
    "local": "Local surround",
    "rolling-ball": "Rolling ball",
    "valley": "Valley to valley",
    "constant": "Constant region",
    "none": "None",
}


def _label_of(name: str) -> str:
    return _BACKGROUND_LABELS.get(name, name.replace("-", " ").replace("_", " ").capitalize())


def _panels(library: Library, _: Project) -> tuple[Choice, ...]:
    return tuple(Choice(value=p.id, label=p.name, tip=p.description) for p in library.panels)


def _controls(library: Library, project: Project) -> tuple[Choice, ...]:
    known = {p.id for p in library.panels}
    panel = library.panel(project.settings.panel) if project.settings.panel in known else None
    first = panel.loading_controls if panel else ()
    controls = sorted(
        library.loading_controls, key=lambda t: (t.id not in first, t.name.casefold())
    )
    offered = [Choice(value=(), label="The control that was probed")]
    offered += [
        Choice(value=(t.id,), label=f"{t.name} (caution)" if t.caution else t.name, tip=t.caution)
        for t in controls
    ]
    offered += [
        Choice(value=("total-protein",), label="Total protein"),
        Choice(value=("none",), label="None"),
    ]
    chosen = project.settings.loading_control
    if chosen and all(c.value != chosen for c in offered):
        offered.append(Choice(value=chosen, label=" and ".join(chosen)))
    return tuple(offered)


def _ladders(library: Library, _: Project) -> tuple[Choice, ...]:
    names = {x.id: x.name for x in library.ladders}
    none = Choice(value="", label="Not known")
    return (none, *(Choice(value=i, label=name) for i, name in names.items()))


def _chemistries(library: Library, _: Project) -> tuple[Choice, ...]:
    none = Choice(value="", label="Not known")
    return (none, *(Choice(value=c, label=c.replace("-", " ")) for c in library.chemistries))


def _backgrounds(_: Library, __: Project) -> tuple[Choice, ...]:
    from blotquant.background import BACKGROUNDS  # noqa: PLC0415 - slow import

    return tuple(
        Choice(
            value=n, label=_label_of(n), tip=(BACKGROUNDS.factory(n).__doc__ or "").split("\n")[0]
        )
        for n in BACKGROUNDS.names()
    )


def _lane_detectors(_: Library, __: Project) -> tuple[Choice, ...]:
    from blotquant.lanes.detect import LANE_DETECTORS  # noqa: PLC0415 - slow import

    return tuple(Choice(value=n, label=_label_of(n)) for n in LANE_DETECTORS.names())


_OFFERS = {
    "panels": _panels,
    "controls": _controls,
    "ladders": _ladders,
    "chemistries": _chemistries,
    "backgrounds": _backgrounds,
    "lane_detectors": _lane_detectors,
}


def choices(kind: str, library: Library, project: Project) -> tuple[Choice, ...]:
    """Return what a setting with ``choices=kind`` in its metadata offers."""
    return _OFFERS[kind](library, project)


def control_choices(project: Project, lanes: tuple[tuple[str, int], ...]) -> tuple[Choice, ...]:
    """Return the conditions and the lanes (membrane, number) that can be the control."""
    conditions = dict.fromkeys(s.condition for s in project.samples if s.condition)
    by_name = "The condition called vehicle, DMSO, control, untreated or the like; else dose 0"
    offered = [Choice(value="", label="Found by its name", tip=by_name)]
    offered += [Choice(value=c, label=c) for c in conditions]
    offered += [Choice(value=f"{m}:{n}", label=f"Lane {n} of {m}") for m, n in lanes]
    chosen = project.settings.control
    if all(c.value != chosen for c in offered):
        offered.append(Choice(value=chosen, label=chosen))
    return tuple(offered)
