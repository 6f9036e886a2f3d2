from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.sample import Sample


@pytest.mark.parametrize("template", edits.sample_templates(), ids=lambda t: t.id)
@pytest.mark.parametrize("n_lanes", [1, 6, 14])
def test_every_template_fills_exactly_the_lanes_there_are(template, n_lanes):
    other = Sample(membrane="B", lane=1, condition="kept")
    project = edits.set_samples(Project(), (other,))
    new = edits.apply_template(project, "A", n_lanes, template.id)
    assert other in new.samples
    mine = [s for s in new.samples if s.membrane == "A"]
    assert [s.lane for s in mine] == list(range(1, n_lanes + 1))
    assert [s.condition for s in mine][: len(template.lanes)] == [
        s.condition for s in template.lanes[:n_lanes]
    ]


def test_templates_say_that_they_are_templates():
    names = [t.name for t in edits.sample_templates()]
    assert len(names) == 5
    assert all(n.startswith("Template:") for n in names)


def test_dose_template_has_ladders_doses_and_one_control():
    lanes = next(t for t in edits.sample_templates() if t.id == "dose").lanes
    assert [s.lane for s in lanes if s.kind is LaneKind.LADDER] == [1, 10]
    assert [s.dose for s in lanes if s.dose is not None] == [0, 25, 50, 75, 100]
    assert [s.condition for s in lanes if s.dose == 0] == ["vehicle"]


def test_dilution_template_holds_standards_with_falling_amounts():
    lanes = next(t for t in edits.sample_templates() if t.id == "dilution").lanes
    standards = [s for s in lanes if s.kind is LaneKind.STANDARD]
    amounts = [s.dose for s in standards]
    assert len(amounts) >= 4
    assert amounts == sorted(amounts, reverse=True)
    assert {s.dose_unit for s in standards} == {"µg"}


def test_unknown_template_is_the_callers_mistake():
    with pytest.raises(KeyError):
        edits.apply_template(Project(), "A", 4, "nothing")
