"""A user's own targets and panels stand beside the shipped ones."""

from __future__ import annotations

import pytest

from blotquant.errors import SettingsError
from blotquant.io.own_targets import write_own_targets
from blotquant.model.target import Form, FormRole, Panel, Target
from blotquant.targets.library import load_library
from blotquant.targets.own import VARIABLE, form_names, id_of, own_file


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "targets.toml"
    monkeypatch.setenv(VARIABLE, str(path))
    load_library.cache_clear()
    yield path
    load_library.cache_clear()


def yap(**more):
    return Target(
        id="yap1",
        name="YAP1",
        gene="",
        uniprot="",
        forms=(Form(name="full", role=FormRole.FULL, kda=65.0),),
        **more,
    )


PANEL = Panel(id="hippo", name="Hippo", targets=("yap1",), loading_controls=("beta-actin",))


def test_what_is_written_is_known_from_then_on(file):
    write_own_targets((yap(is_loading_control=True),), (PANEL,))
    library = load_library()
    [target] = library.own_targets
    assert (target.name, target.forms[0].kda) == ("YAP1", 65.0)
    assert target.is_loading_control
    assert library.target("yap 1") is target
    assert [p.name for p in library.own_panels] == ["Hippo"]
    assert library.panel("hippo").targets == ("yap1",)
    assert own_file() == file


@pytest.mark.usefixtures("file")
def test_taking_them_away_leaves_the_shipped_ones():
    write_own_targets((yap(),), (PANEL,))
    write_own_targets((), ())
    library = load_library()
    assert library.own_targets == library.own_panels == ()
    assert library.target("caspase-3").name == "Caspase-3"


def test_what_contradicts_is_not_written(file):
    write_own_targets((yap(),), ())
    before = file.read_bytes()
    double = Target(id="caspase-3", name="Mine", gene="", uniprot="", forms=yap().forms)
    with pytest.raises(SettingsError, match="caspase-3"):
        write_own_targets((yap(), double), ())
    with pytest.raises(SettingsError, match="unknown target"):
        write_own_targets((), (PANEL,))
    assert file.read_bytes() == before
    assert load_library().own_targets[0].id == "yap1"


def test_a_broken_file_costs_nothing_but_its_entries(file):
    file.parent.mkdir(parents=True)
    file.write_text("[[target]\nid = 1", encoding="utf-8")
    library = load_library()
    assert "own targets" in library.own_problem
    assert library.target("caspase-3").name == "Caspase-3"
    file.write_text('[[target]]\nid = "x"\n', encoding="utf-8")
    load_library.cache_clear()
    assert load_library().own_problem


@pytest.mark.parametrize(
    ("name", "written"), [("β-Catenin", "beta-catenin"), ("YAP 1/2", "yap-1-2"), ("  p62 ", "p62")]
)
def test_names_become_ids(name, written):
    assert id_of(name) == written


def test_forms_are_named_by_role_and_weight():
    roles = ((FormRole.PRO, 47.0), (FormRole.CLEAVED, 35.0), (FormRole.CLEAVED, 17.5))
    assert form_names(roles) == ("pro", "p35", "p17.5")
    assert form_names(((FormRole.FULL, 72.0), (FormRole.FULL, 70.0))) == ("p72", "p70")
