"""The shipped tables: their figures, their provenance, and finding entries by what people type."""

import pytest

from blotquant.errors import BlotquantError, SettingsError
from blotquant.model.target import FormRole
from blotquant.targets.library import load_library, read_library
from blotquant_resources import path, text

LIBRARY = load_library()
TOTALS = {"p-jnk": "jnk", "p-p38": "p38", "p-akt": "akt", "p-erk": "erk", "p-p65": "p65"}
TINY_TARGETS = """
[sources]
a = "somewhere"
[[target]]
id = "x"
name = "X"
gene = "X"
uniprot = "P1"
forms = [{ name = "full", role = "full", kda = 40 }]
provenance = ["a"]
"""
ODD_PANEL = '[[panel]]\nid="p"\nname="p"\ntargets=["q"]\nloading_controls=[]'
TINY_LADDERS = """
[[ladder]]
id = "l"
name = "L"
[[ladder.table]]
chemistry = ""
bands_kda = [100, 50, 25]
provenance = ["unverified"]
"""


def weights(target):
    return {f.name: f.kda for f in LIBRARY.target(target).forms}


@pytest.mark.parametrize(
    ("target", "uniprot", "expected"),
    [
        ("caspase-3", "P42574", {"pro": 35, "p20": 20, "p19": 19, "p17": 17, "p12": 12}),
        ("caspase-9", "P55211", {"pro": 47, "p37": 37, "p35": 35}),
        ("caspase-9-mouse", "Q8C3Q9", {"pro": 49, "p39": 39, "p37": 37}),
        ("parp", "P09874", {"pro": 116, "p89": 89, "p24": 24}),
        ("caspase-8", "Q14790", {"p57": 57, "p55": 55, "p43": 43, "p41": 41, "p18": 18}),
        ("caspase-7", "P55210", {"pro": 35, "p20": 20, "p12": 12}),
        ("bid", "P55957", {"pro": 22, "p15": 15, "p13": 13, "p11": 11}),
        ("jnk", "P45983, P45984, P53779", {"p54": 54, "p46": 46}),
        ("lc3b", "Q9GZQ8", {"I": 16, "II": 14}),
        ("erk", "P27361, P28482", {"p44": 44, "p42": 42}),
        ("bcl-2", "P10415", {"full": 26, "p23": 23}),
        ("cytochrome-c", "P99999", {"full": 14}),
        ("p-akt", "P31749", {"phospho": 60}),
    ],
)
def test_weights_are_those_of_the_literature(target, uniprot, expected):
    assert weights(target) == expected
    assert LIBRARY.target(target).uniprot == uniprot


@pytest.mark.parametrize(
    ("control", "low", "high"),
    [
        ("beta-actin", 42, 45),
        ("gapdh", 35, 38),
        ("alpha-tubulin", 50, 55),
        ("vinculin", 116, 124),
        ("lamin-b1", 66, 70),
        ("cox-iv", 17, 17),
        ("na-k-atpase", 100, 112),
    ],
)
def test_loading_controls_run_within_the_observed_range(control, low, high):
    target = LIBRARY.target(control)
    assert target in LIBRARY.loading_controls
    assert low <= target.forms[0].kda <= high


@pytest.mark.parametrize(
    ("ladder", "chemistry", "expected"),
    [
        ("pageruler-prestained", "tris-glycine", (180, 130, 100, 70, 55, 40, 35, 25, 15, 10)),
        ("26616", "bis-tris-mops", (140, 115, 80, 65, 50, 40, 30, 25, 15, 10)),
        ("26616", "tris-acetate", (150, 120, 85, 65, 50, 40, 30, 25)),
        ("pageruler-plus", "bis-tris-mes", (190, 115, 80, 70, 50, 30, 25, 15, 10)),
        ("dual color", "", (250, 150, 100, 75, 50, 37, 25, 20, 15, 10)),
        ("1610377", "", (250, 150, 100, 75, 50, 37, 25, 20, 15, 10, 5, 2)),
        ("seeblue-plus2", "tris-glycine", (250, 148, 98, 64, 50, 36, 22, 16, 6, 4)),
        ("seeblue-plus2", "bis-tris-mops", (191, 97, 64, 51, 39, 28, 19, 14)),
        ("P7719", "", (250, 180, 130, 95, 72, 55, 43, 34, 26, 17, 10)),
        ("P7717", "", (200, 150, 100, 85, 70, 60, 50, 40, 30, 25, 20, 15, 10)),
        ("ab116028", "", (245, 180, 135, 100, 75, 63, 48, 35, 25, 20, 17, 10)),
        ("RPN755E", "", (38, 31, 24, 17, 12, 8.5, 3.5)),
    ],
)
def test_ladder_tables_are_those_of_the_sources(ladder, chemistry, expected):
    assert LIBRARY.ladder(ladder, chemistry).bands_kda == expected


def test_no_row_lacks_provenance():
    rows = [*LIBRARY.targets, *LIBRARY.stains, *LIBRARY.ladders]
    rows += [f for t in LIBRARY.targets for f in t.forms]
    assert all(row.provenance for row in rows)
    assert len(rows) > 200


def test_what_is_not_confirmed_says_so():
    assert LIBRARY.target("bax").forms[0].provenance == "unverified"
    assert "unverified" not in LIBRARY.target("parp").forms[0].provenance
    assert LIBRARY.ladder("neb-p7712").provenance == "unverified"
    assert "conflict" in LIBRARY.ladder("ab116028").provenance


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("PARP", "parp"),
        ("PARP1", "parp"),
        ("PARP-1", "parp"),
        ("Casp3", "caspase-3"),
        ("caspase 3", "caspase-3"),
        ("cleaved caspase-3", "cleaved-caspase-3"),
        ("Cleaved_PARP", "cleaved-parp"),
        ("β-actin", "beta-actin"),
        ("ß-Actin", "beta-actin"),
        ("actin", "beta-actin"),
        ("ACTB", "beta-actin"),
        ("b-actin", "beta-actin"),
        ("NF-κB p65", "p65"),
        ("phospho-p38", "p-p38"),
        ("γ-H2AX", "gamma-h2ax"),
        ("IκBα", "ikba"),
        ("Cyt c", "cytochrome-c"),
        ("TR3/Nur77", "nur77"),
    ],
)
def test_targets_are_found_by_what_people_type(typed, found):
    assert LIBRARY.target(typed).id == found


def test_every_id_and_name_finds_its_own_entry():
    for target in LIBRARY.targets:
        assert LIBRARY.target(target.id) is target
        assert all(LIBRARY.target(a) is target for a in target.aliases)


def test_a_misspelt_target_brings_close_matches():
    with pytest.raises(SettingsError, match="`caspase-3`"):
        LIBRARY.target("caspse-3")


def test_a_hopeless_name_brings_the_list():
    with pytest.raises(SettingsError, match="Choose one of: caspase-3") as caught:
        LIBRARY.target("???")
    assert "more" in caught.value.what_to_do


def test_phospho_targets_name_their_total():
    for phospho, total in TOTALS.items():
        assert LIBRARY.target(phospho).total_of == total
        assert LIBRARY.target(phospho).forms[0].role is FormRole.MODIFIED


def test_panels_hold_what_they_promise():
    assert LIBRARY.panel("apoptosis").targets == ("caspase-3", "caspase-9", "parp")
    vitamin = set(LIBRARY.panel("Vitamin K2").targets)
    more = {"jnk", "p-jnk", "p38", "p-p38", "bcl-2", "bax", "cytochrome-c", "cyclin-d1", "p65"}
    assert vitamin >= {"caspase-3", "caspase-9", "parp", "akt", "p-akt", "nur77", *more}
    assert all(p.loading_controls[0] == "beta-actin" for p in LIBRARY.panels)


def test_poor_controls_are_cautioned():
    for poor in ("gapdh", "lamin-b1", "hsp90", "calnexin"):
        assert LIBRARY.target(poor).caution
    assert not LIBRARY.target("beta-actin").caution
    assert "caspase-3" in LIBRARY.target("gapdh").conflicts


def test_doublets_share_a_group():
    groups = {f.name: f.group for f in LIBRARY.target("caspase-3").forms}
    assert groups["p19"] == groups["p17"] == "19/17"
    assert groups["pro"] == ""


def test_a_ladder_without_known_weights_asks_for_numbers():
    with pytest.raises(SettingsError, match="numbers"):
        LIBRARY.ladder("Chameleon Trio")
    assert LIBRARY.ladder("250, 130 100").bands_kda == (250, 130, 100)


@pytest.mark.parametrize("typed", ["250, 300, 100", "250 100", "100 50 0"])
def test_impossible_own_ladders_are_refused(typed):
    with pytest.raises(SettingsError):
        LIBRARY.ladder(typed)


def test_gel_chemistry_is_known_only_where_the_table_was_made_for_it():
    assert not LIBRARY.chemistry_is_known("pageruler-plus")
    assert LIBRARY.chemistry_is_known("pageruler-plus", "Bis-Tris MES")
    assert LIBRARY.chemistry_is_known("precision-plus-dual-xtra")
    assert not LIBRARY.chemistry_is_known("neb-p7719", "tris-glycine")


def test_a_chemistry_without_table_is_refused():
    with pytest.raises(SettingsError, match="no table for tricine"):
        LIBRARY.ladder("pageruler-plus", "tricine")
    with pytest.raises(SettingsError, match="no gel chemistry"):
        LIBRARY.ladder("pageruler-plus", "agarose")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('provenance = ["a"]', "", "no provenance"),
        ('provenance = ["a"]', 'provenance = ["b"]', "unknown source"),
        ('role = "full"', 'role = "half"', "unknown role"),
        ('gene = "X"', 'gene = "X"\ncolour = "red"', "unknown key"),
        ('gene = "X"', 'gene = "X"\nconflicts = ["y"]', "unknown target"),
        ("kda = 40 }", 'kda = 40 }, { name = "b", role = "full", kda = 50 }', "largest first"),
        ("kda = 40 }", 'kda = 40 }, { name = "full", role = "full", kda = 5 }', "one name"),
        ("[[target]]", f"{ODD_PANEL}\n[[target]]", "unknown target"),
    ],
)
def test_a_faulty_target_table_is_refused(old, new, complaint):
    with pytest.raises(SettingsError, match=complaint):
        read_library(TINY_TARGETS.replace(old, new, 1), TINY_LADDERS)


def test_two_targets_of_one_name_are_refused():
    twin = TINY_TARGETS.split("[[target]]")[1].replace('id = "x"', 'id = "y"')
    with pytest.raises(SettingsError, match="answer to the name"):
        read_library(f"{TINY_TARGETS}[[target]]{twin}", TINY_LADDERS)


def test_a_faulty_ladder_table_is_refused():
    with pytest.raises(SettingsError, match="largest first"):
        read_library(TINY_TARGETS, TINY_LADDERS.replace("100, 50", "50, 100"))
    with pytest.raises(SettingsError, match="reference band"):
        read_library(TINY_TARGETS, TINY_LADDERS + "reference_kda = [75]")


def test_resources_are_found_and_missing_ones_named():
    assert path("targets.toml").is_file()
    assert text("ladders.toml").startswith("#")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        path("nowhere.toml")


def test_errors_say_what_to_do():
    with pytest.raises(BlotquantError) as caught:
        LIBRARY.panel("apoptosos")
    assert "apoptosis" in caught.value.what_to_do
