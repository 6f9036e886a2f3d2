from importlib.metadata import EntryPoint

import pytest

from blotquant import registry as registry_module
from blotquant.errors import SettingsError
from blotquant.registry import Registry


def make_registry():
    methods = Registry("counting method", "blotquant.tests.none")

    @methods.register("plain")
    def plain(step=1):
        return ("plain", step)

    @methods.register("fancy")
    class Fancy:
        def __init__(self, *, step=2):
            self.step = step

    return methods, plain, Fancy


@pytest.fixture
def plugins(monkeypatch):
    """Install entry points for the registries of a test; returns the groups asked for."""
    asked = []

    def install(*points):
        def entry_points(*, group):
            asked.append(group)
            return [p for p in points if p.group == group]

        monkeypatch.setattr(registry_module, "entry_points", entry_points)
        return asked

    return install


def test_names_come_in_the_order_of_registration():
    methods, _, _ = make_registry()
    assert methods.names() == ("plain", "fancy")
    assert tuple(methods) == ("plain", "fancy")


def test_a_decorated_thing_stays_what_it_is():
    methods, plain, fancy = make_registry()
    assert methods.factory("plain") is plain
    assert methods.factory("fancy") is fancy


def test_create_passes_the_parameters():
    methods, _, fancy = make_registry()
    assert methods.create("plain", step=7) == ("plain", 7)
    made = methods.create("fancy", step=3)
    assert isinstance(made, fancy)
    assert made.step == 3


def test_membership():
    methods, _, _ = make_registry()
    assert "plain" in methods
    assert "nothing" not in methods
    assert 3 not in methods


def test_an_unknown_name_is_answered_with_the_known_ones():
    methods, _, _ = make_registry()
    with pytest.raises(SettingsError) as caught:
        methods.create("plian")
    assert "'plian'" in caught.value.what_is_wrong
    assert "counting method" in caught.value.what_is_wrong
    assert "plain, fancy" in caught.value.what_to_do


def test_a_name_is_given_once():
    methods, plain, _ = make_registry()
    with pytest.raises(SettingsError, match="plain"):
        methods.register("plain")(lambda: None)
    assert methods.factory("plain") is plain


def test_plug_ins_follow_the_built_in_names(plugins):
    methods, _, _ = make_registry()
    plugins(EntryPoint(name="ordered", value="collections:OrderedDict", group=methods.group))
    assert methods.names() == ("plain", "fancy", "ordered")
    assert methods.create("ordered", a=1) == {"a": 1}


def test_a_plug_in_cannot_replace_a_built_in_method(plugins):
    methods, plain, _ = make_registry()
    plugins(EntryPoint(name="plain", value="collections:OrderedDict", group=methods.group))
    assert methods.names() == ("plain", "fancy")
    assert methods.factory("plain") is plain


def test_built_in_names_do_not_look_for_plug_ins(plugins):
    methods, _, _ = make_registry()
    asked = plugins()
    methods.create("plain")
    assert asked == []


def test_plug_ins_are_looked_for_once(plugins):
    methods, _, _ = make_registry()
    asked = plugins()
    methods.names()
    methods.names()
    with pytest.raises(SettingsError):
        methods.factory("nothing")
    assert asked == [methods.group]


def test_plug_ins_of_other_groups_stay_outside(plugins):
    methods, _, _ = make_registry()
    plugins(EntryPoint(name="ordered", value="collections:OrderedDict", group="somebody.else"))
    assert "ordered" not in methods
