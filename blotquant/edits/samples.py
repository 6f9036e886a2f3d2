"""The sample sheet: what was loaded in each physical lane."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from blotquant.errors import SettingsError
from blotquant.model.lane import Lane, LaneKind
from blotquant.model.project import PlacedLanes, Project
from blotquant.model.sample import Sample
from blotquant.normalise.design import sample_of


def set_samples(project: Project, samples: tuple[Sample, ...]) -> Project:
    """Replace the whole sample sheet; raise `SettingsError` if it names one lane twice.

    Placed lanes take over what the sheet newly says of their kind.
    """
    for (membrane, lane), count in Counter((s.membrane, s.lane) for s in samples).items():
        if count > 1:
            raise SettingsError(
                f"Lane {lane} of membrane {membrane!r} stands in the sample sheet twice",
                "Delete one of the two lines",
            )
    kinds = {(s.membrane, s.lane): s.kind for s in samples}
    before = {(s.membrane, s.lane): s.kind for s in project.samples}
    news = {
        place: kind
        for place, kind in kinds.items()
        if kind is not before.get(place, LaneKind.SAMPLE)
    }
    ordered = tuple(sorted(samples, key=lambda s: (s.membrane, s.lane)))
    return replace(project, samples=ordered, lanes=_placed_with_kinds(project, news))


def set_sample(project: Project, membrane: str, lane: int, **values: Any) -> Project:
    """Change fields of one lane's sample (``sample``, ``condition``, ``dose`` ...).

    A lane without a line of its own gets one, which begins as what holds for it so far.
    """
    if lane < 1:
        raise SettingsError(f"There is no lane {lane}", "Count lanes from 1, left to right")
    if not values.keys().isdisjoint({"membrane", "lane"}):
        raise ValueError("a sample's membrane and lane say which one is meant: they cannot change")
    so_far = sample_of(project, (membrane, lane))
    if so_far is None:
        so_far = Sample(membrane=membrane, lane=lane, kind=_placed_kind(project, membrane, lane))
    rest = tuple(s for s in project.samples if (s.membrane, s.lane) != (membrane, lane))
    return set_samples(project, (*rest, replace(so_far, membrane=membrane, **values)))


def _placed_kind(project: Project, membrane: str, lane: int) -> LaneKind:
    kinds = [n.kind for p in project.lanes for n in p.lanes if _is(n, membrane, lane)]
    return kinds[0] if kinds else LaneKind.SAMPLE


def _placed_with_kinds(
    project: Project, kinds: dict[tuple[str, int], LaneKind]
) -> tuple[PlacedLanes, ...]:
    """Return the placed lanes, those in `kinds` (by membrane and number) with their new kind."""
    return tuple(
        replace(
            p,
            lanes=tuple(
                replace(n, kind=kinds.get((n.membrane, n.number), n.kind)) for n in p.lanes
            ),
        )
        for p in project.lanes
    )


def _is(lane: Lane, membrane: str, number: int) -> bool:
    return (lane.membrane, lane.number) == (membrane, number)
