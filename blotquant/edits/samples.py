"""The sample sheet: what was loaded in each physical lane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from blotquant.errors import SettingsError
from blotquant.model.project import Project
from blotquant.model.sample import Sample


def set_samples(project: Project, samples: tuple[Sample, ...]) -> Project:
    """Replace the whole sample sheet; raise `SettingsError` if it names one lane twice."""
    places = [(s.membrane, s.lane) for s in samples]
    for place in places:
        if places.count(place) > 1:
            membrane, lane = place
            raise SettingsError(
                f"Lane {lane} of membrane {membrane!r} stands in the sample sheet twice",
                "Delete one of the two lines",
            )
    return replace(project, samples=tuple(sorted(samples, key=lambda s: (s.membrane, s.lane))))


def set_sample(project: Project, membrane: str, lane: int, **values: Any) -> Project:
    """Change fields of one lane's sample (``sample``, ``condition``, ``dose`` ...).

    A lane without a sample gets one.
    """
    if lane < 1:
        raise SettingsError(f"There is no lane {lane}", "Lanes count from 1, left to right")
    if not values.keys().isdisjoint({"membrane", "lane"}):
        raise ValueError("a sample's membrane and lane say which one is meant: they cannot change")
    here = [s for s in project.samples if (s.membrane, s.lane) == (membrane, lane)]
    old = here[0] if here else Sample(membrane=membrane, lane=lane)
    rest = tuple(s for s in project.samples if (s.membrane, s.lane) != (membrane, lane))
    return set_samples(project, (*rest, replace(old, **values)))
