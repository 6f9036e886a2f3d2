"""An experiment file opens again although a membrane was deleted that had samples."""

from __future__ import annotations

import pytest

from blotquant import edits
from blotquant.io.experiment import read_experiment
from blotquant.io.write_experiment import what_toml_cannot_hold, write_experiment
from blotquant.model.geometry import Membrane
from blotquant.model.project import Project
from blotquant.model.sample import Sample

CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@pytest.fixture
def shown(tmp_path):
    """Give a project of one photograph with the membranes A and B, a sample and a lane each."""
    (tmp_path / "a.tif").write_bytes(b"picture")
    project = edits.add_photographs(Project(), [tmp_path / "a.tif"], "A")
    shown = (Membrane(image="img1", name="A", corners=CORNERS),)
    project = edits.add_membrane(project, shown, "img1", "B", CORNERS)
    samples = (
        Sample(membrane="A", lane=1, condition="drug"),
        Sample(membrane="B", lane=1, condition="vehicle"),
    )
    return edits.set_background(edits.set_samples(project, samples), "local", "B")


@pytest.mark.parametrize("control", ["B:1", "vehicle"])
def test_what_belongs_to_a_deleted_membrane_is_left_out_and_listed(shown, tmp_path, control):
    shown = edits.set_control(shown, control)
    lost = what_toml_cannot_hold(shown)
    gone = edits.delete_membrane(shown, shown.membranes[0].membranes, "B")
    write_experiment(gone, tmp_path / "e.toml")
    again = read_experiment(tmp_path / "e.toml")
    assert again.samples == gone.samples[:1]
    assert again.backgrounds == ()
    assert again.settings.control == ""
    assert set(what_toml_cannot_hold(gone)) - set(lost) == {
        "1 placed membranes on a.tif",
        "1 lanes of the sample sheet of membranes that no photograph shows",
        "1 chosen backgrounds of membranes that no photograph shows",
        f"the control {control!r}, which no lane has",
    }


def test_what_belongs_to_a_shown_membrane_stays(shown, tmp_path):
    shown = edits.set_control(shown, "vehicle")
    write_experiment(shown, tmp_path / "e.toml")
    again = read_experiment(tmp_path / "e.toml")
    assert again.samples == shown.samples
    assert again.backgrounds == shown.backgrounds
    assert again.settings.control == "vehicle"
