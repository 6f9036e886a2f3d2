from dataclasses import FrozenInstanceError, replace

import pytest

from blotquant.errors import SettingsError
from blotquant.model.band import Band
from blotquant.model.project import Photograph, Project
from blotquant.model.settings import AnalysisSettings


def photograph(name):
    return Photograph(id=name, file=f"{name}.tif")


def test_an_empty_project_is_possible():
    project = Project()
    assert project.photographs == ()
    assert project.settings == AnalysisSettings()


def test_photographs_are_found_by_their_id():
    project = Project(photographs=(photograph("a"), photograph("b")))
    assert project.photograph("b").file == "b.tif"
    with pytest.raises(KeyError, match="'c'"):
        project.photograph("c")


def test_ids_are_unique():
    with pytest.raises(ValueError, match="unique"):
        Project(photographs=(photograph("a"), photograph("a")))


def test_projects_are_values():
    a, b = Project(photographs=(photograph("a"),)), Project(photographs=(photograph("a"),))
    assert a == b
    assert hash(a) == hash(b)
    assert replace(a, name="other") != b
    with pytest.raises(FrozenInstanceError):
        a.name = "other"


@pytest.mark.parametrize("level", [0.0, 0.49, 1.0, 95.0, float("nan")])
def test_impossible_confidence_levels(level):
    with pytest.raises(SettingsError, match=r"0\.95"):
        AnalysisSettings(confidence_level=level)


@pytest.mark.parametrize("sensitivity", [-1.0, 1.9, 20.5, float("nan")])
def test_impossible_sensitivities(sensitivity):
    with pytest.raises(SettingsError, match="between 2 and 20"):
        AnalysisSettings(sensitivity=sensitivity)


def band(start, stop):
    return Band(image="a", membrane="m", lane=2, row=3, apex_px=50.0, start_px=start, stop_px=stop)


def test_a_bands_key_is_its_place():
    assert band(40.0, 60.0).key == ("a", "m", 2, 3)


@pytest.mark.parametrize(("start", "stop"), [(60.0, 40.0), (50.0, 50.0), (float("nan"), 60.0)])
def test_bands_start_before_they_stop(start, stop):
    with pytest.raises(ValueError, match="start"):
        band(start, stop)
