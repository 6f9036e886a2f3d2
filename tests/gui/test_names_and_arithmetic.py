from __future__ import annotations

import math
from dataclasses import replace

import pytest

from blotquant.model.results import Ratio
from blotquant.targets.library import load_library
from blotquant_app.names import shortened, spoken
from blotquant_app.panels.explain import formula, term_name

RATIO = Ratio(
    membrane="A",
    lane=1,
    target="parp",
    ratio="cleaved_fraction",
    value=0.4,
    ci_low=0.35,
    ci_high=0.45,
    terms=(("parp", "p89", 400.0, 20.0), ("parp", "pro", 600.0, 20.0)),
)


@pytest.mark.parametrize(
    ("target", "form", "name"),
    [
        ("caspase-3", "pro", "pro-caspase-3"),
        ("caspase-3", "p17", "cleaved caspase-3"),
        ("cleaved-caspase-3", "p17", "cleaved caspase-3"),
        ("parp", "pro", "full-length PARP"),
        ("parp", "p89", "cleaved PARP"),
        ("cleaved-parp", "p89", "Cleaved PARP"),
        ("caspase-8", "p43", "caspase-8 intermediate"),
        ("lamin-a-c", "C", "full-length Lamin A/C C"),
        ("beta-actin", "full", "β-actin"),
        ("lc3b", "II", "LC3B II"),
        ("parp", "unheard-of", "PARP unheard-of"),
        ("no-such-target", "pro", "no-such-target pro"),
        ("", "", ""),
    ],
)
def test_forms_are_called_as_people_call_them(target, form, name):
    assert spoken(load_library(), target, form) == name


def test_forms_of_one_target_are_told_apart_by_name_or_weight():
    for target in load_library().targets:
        said = {(spoken(load_library(), target.id, f.name), f.kda) for f in target.forms}
        assert len(said) == len(target.forms), target.id


def test_terms_that_were_added_are_named_once_with_both_weights():
    library = load_library()
    assert term_name(library, "caspase-3", "p19+p17") == "cleaved caspase-3, 19 + 17 kDa"
    assert term_name(library, "beta-actin", "loading") == "β-actin"


def test_formula_gives_the_value_with_its_numbers():
    assert formula(RATIO) == "400.0 / (400.0 + 600.0) = 0.400"
    over = replace(RATIO, ratio="cleaved_to_pro", value=400 / 600)
    assert formula(over) == "400.0 / 600.0 = 0.667"
    fold = replace(RATIO, ratio="fold_vs_control", value=2.0, control="vehicle")
    assert formula(fold) == "400.0 / 600.0 = 0.667; over 0.333 of vehicle = 2.00"


@pytest.mark.parametrize("changes", [{"value": math.nan}, {"terms": ()}, {"value": 0.7}])
def test_no_formula_is_shown_where_the_numbers_do_not_give_the_value(changes):
    assert formula(replace(RATIO, **changes)) == ""


@pytest.mark.parametrize("n", [8, 13, 20])
def test_long_names_keep_both_ends(n):
    short = shortened("rhoa 20260220_131003_Ch_Chemi.1", n)
    assert len(short) == n
    first, last = short.split("…")
    assert "rhoa 20260220_131003_Ch_Chemi.1".startswith(first)
    assert "rhoa 20260220_131003_Ch_Chemi.1".endswith(last)
    assert len(last) >= len(first)


def test_short_names_stay():
    assert shortened("blot A", 6) == "blot A"
