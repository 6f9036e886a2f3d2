"""Templates of sample sheets: common designs to begin with, every field to be edited afterwards."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from blotquant.edits.samples import set_samples
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTemplate:
    """One design: what stands in each lane from left to right.

    The samples in `lanes` count from lane 1 and belong to no membrane yet.
    """

    id: str
    name: str
    about: str
    lanes: tuple[Sample, ...]


@cache
def sample_templates() -> tuple[SampleTemplate, ...]:
    """Return the templates that the program brings along."""
    source = files("blotquant_resources").joinpath("templates/samples.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))["template"]
    return tuple(
        SampleTemplate(
            id=table["id"],
            name=table["name"],
            about=table["about"],
            lanes=tuple(_sample(i + 1, *row) for i, row in enumerate(table["lanes"])),
        )
        for table in tables
    )


def _sample(
    lane: int,
    kind: str,
    condition: str,
    dose: float | str,
    unit: str,
    hours: float | str,
) -> Sample:
    return Sample(
        membrane="",
        lane=lane,
        condition=condition,
        dose=None if isinstance(dose, str) else float(dose),
        dose_unit=unit,
        time_h=None if isinstance(hours, str) else float(hours),
        kind=LaneKind(kind),
    )


def apply_template(project: Project, membrane: str, n_lanes: int, template: str) -> Project:
    """Fill the sheet of one membrane from a template, from lane 1 on; other membranes stay.

    A design with more lanes than the membrane is cut off; lanes beyond the design become plain
    samples. Raises KeyError for an unknown template.
    """
    designs = {t.id: t for t in sample_templates()}
    lanes = designs[template].lanes[:n_lanes]
    taken = tuple(replace(s, membrane=membrane) for s in lanes)
    plain = tuple(
        Sample(membrane=membrane, lane=n) for n in range(len(taken) + 1, max(n_lanes, 0) + 1)
    )
    others = tuple(s for s in project.samples if s.membrane != membrane)
    return set_samples(project, (*others, *taken, *plain))
