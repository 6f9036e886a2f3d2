"""Rows get their names: synthetic evidence of which the truth is known."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blotquant.errors import SettingsError
from blotquant.flags import Flag
from blotquant.model.ladder import LadderFit
from blotquant.model.project import AssignedRow, ImageRole, Photograph
from blotquant.model.settings import AnalysisSettings
from blotquant.targets import RowEvidence, assign_targets, load_library

LIBRARY = load_library()
PARP = ((72, 1000), (97, 400), (141, 40), (292, 25), (390, 20))
ACTIN = ((72, 500), (97, 250), (197, 800), (290, 40))


def photo(image, *targets, role=ImageRole.TARGET, chemistry=""):
    return Photograph(
        id=image, file=f"/blots/{image}.tif", targets=targets, role=role, chemistry=chemistry
    )


def rows(image, *seen):
    """Make evidence from (height, strength) or (height, strength, kDa), top to bottom."""
    return tuple(
        RowEvidence(
            image=image,
            membrane="m",
            row=n,
            y_px=s[0],
            reference_y_px=s[0],
            strength=s[1],
            volume=s[1] * 100,
            n_detected=4,
            n_lanes=4,
            mw=(s[2], s[2] * 0.96, s[2] * 1.04) if len(s) > 2 else None,
        )
        for n, s in enumerate(seen, 1)
    )


def assign(photographs, evidence, *, height=460.0, options=None, fits=(), said=()):
    return assign_targets(
        tuple(photographs),
        tuple(evidence),
        LIBRARY,
        options or AnalysisSettings(),
        height_px=height,
        fits=fits,
        given=tuple(said),
    )


def named(result, image=None):
    return [(a.target, a.form) for a in result if image in (None, a.image)]


def one(target, *seen, height=460.0, **more):
    return assign([photo("i", target)], rows("i", *seen), height=height, **more)


def word(row, target, form, image="i"):
    return AssignedRow(image=image, membrane="m", row=row, target=target, form=form)


NONE = ("", "")
PRO, P89 = ("parp", "pro"), ("parp", "p89")


def test_parp_is_told_apart_from_faint_rows():
    result = one("PARP", *PARP)
    assert named(result) == [PRO, P89, NONE, NONE, NONE]
    assert all(a.flags == Flag.NONE for a in result)
    assert "116/89" in result[0].reason
    assert math.isnan(result[0].mw_kda)
    assert "no probed target" in result[3].reason


@pytest.mark.parametrize("actin", [ACTIN, ((72, 900), (97, 350), (197, 300), (290, 40))])
@pytest.mark.parametrize("order", [("parp", "actin"), ("actin", "parp")])
def test_rows_left_from_parp_are_not_taken_for_actin(actin, order):
    photos = {"parp": photo("parp", "parp"), "actin": photo("actin", "β-actin", role="loading")}
    evidence = rows("parp", *PARP) + rows("actin", *actin)
    result = assign([photos[o] for o in order], evidence)
    assert named(result, "parp")[:2] == [PRO, P89]
    assert named(result, "actin") == [NONE, NONE, ("beta-actin", "full"), NONE]
    reasons = [a.reason for a in result if a.image == "actin"]
    assert "PARP" in reasons[0]
    assert "parp.tif" in reasons[1]
    assert list(dict.fromkeys(a.image for a in result)) == list(order)


def test_four_probings_of_one_membrane_are_judged_together():
    seen = {
        "caspase-3": ((150, 900), (300, 200), (322, 300)),
        "parp": ((45, 800), (72, 500), (150, 60)),
        "beta-actin": ((45, 200), (72, 150), (125, 900), (150, 300)),
    }
    photos = [photo(t, t) for t in seen]
    evidence = [r for t, s in seen.items() for r in rows(t, *s)]
    result = assign(photos, evidence, height=420)
    assert named(result, "caspase-3") == [("caspase-3", f) for f in ("pro", "p19", "p17")]
    assert named(result, "parp") == [PRO, P89, NONE]
    assert named(result, "beta-actin") == [NONE, NONE, ("beta-actin", "full"), NONE]


@pytest.mark.parametrize(
    ("strengths"), [(1000, 200, 350), (200, 500, 1000), (900, 60, 40), (500, 500, 500)]
)
def test_caspase_3_whichever_form_is_stronger(strengths):
    result = one("caspase-3", *zip((90, 290, 330), strengths, strict=True), height=420)
    assert named(result) == [("caspase-3", f) for f in ("pro", "p19", "p17")]


def test_caspase_9_doublet_by_rank_order():
    result = one("caspase-9", (90, 800), (165, 300), (184, 250), height=300)
    assert named(result) == [("caspase-9", f) for f in ("pro", "p37", "p35")]


def test_specks_above_and_between_are_passed_over():
    seen = ((40, 20), (90, 500), (200, 25), (290, 300), (330, 400))
    result = one("caspase-3", *seen, height=420)
    forms = [("caspase-3", f) for f in ("pro", "p19", "p17")]
    assert named(result) == [NONE, forms[0], NONE, forms[1], forms[2]]


def test_an_unresolved_doublet_says_so():
    result = one("caspase-3", (90, 500), (310, 800), height=420)
    assert named(result) == [("caspase-3", "pro"), ("caspase-3", "p19")]
    assert Flag.UNRESOLVED in result[1].flags
    assert ("caspase-3", "p17") in result[1].candidates
    assert "not resolved" in result[1].reason


def test_a_single_row_is_taken_for_the_pro_form_with_a_flag():
    (only,) = one("caspase-3", (90, 500), height=420)
    assert (only.target, only.form) == ("caspase-3", "pro")
    assert Flag.AMBIGUOUS_TARGET in only.flags
    assert ("caspase-3", "p17") in only.candidates
    assert "confirm" in only.reason


def test_a_single_row_of_a_cleaved_only_antibody_is_cleaved():
    (only,) = one("cleaved caspase-3", (90, 500), height=420)
    assert only.target == "cleaved-caspase-3"
    assert Flag.AMBIGUOUS_TARGET not in only.flags
    assert Flag.UNRESOLVED in only.flags


def test_a_single_form_needs_a_row_that_dominates():
    clear = one("actin", (72, 20), (197, 800), (290, 40))
    assert named(clear) == [NONE, ("beta-actin", "full"), NONE]
    assert clear[1].flags == Flag.NONE
    close = one("actin", (72, 750), (197, 800))
    assert all(a.target == "" or Flag.AMBIGUOUS_TARGET in a.flags for a in close)
    assert ("beta-actin", "full") in close[0].candidates


def test_two_targets_on_one_photograph():
    evidence = rows("i", (60, 900), (90, 800), (250, 300), (280, 250))
    result = assign([photo("i", "caspase-3", "actin")], evidence, height=420)
    expected = [("beta-actin", "full")] + [("caspase-3", f) for f in ("pro", "p19", "p17")]
    assert named(result) == expected


def test_without_ladder_and_without_a_named_target_nothing_is_guessed():
    result = assign([photo("i")], rows("i", (72, 900), (103, 500)))
    assert named(result) == [NONE, NONE]
    assert PRO in result[0].candidates
    assert "name the photograph's targets" in result[0].reason


def test_a_loading_photograph_shows_the_chosen_control():
    evidence = rows("i", (100, 900))
    first = assign([photo("i", role=ImageRole.LOADING)], evidence)
    chosen = AnalysisSettings(loading_control=("alpha-tubulin",))
    other = assign([photo("i", role=ImageRole.LOADING)], evidence, options=chosen)
    assert named(first) == [("beta-actin", "full")]
    assert named(other) == [("alpha-tubulin", "full")]


@pytest.mark.parametrize("role", [ImageRole.MARKER, ImageRole.TOTAL_PROTEIN])
def test_markers_and_stains_show_no_target(role):
    result = assign([photo("i", role=role)], rows("i", (72, 900), (103, 500)))
    assert named(result) == [NONE, NONE]
    assert "shows no target" in result[0].reason


def test_with_a_ladder_a_faint_cleaved_row_is_found():
    seen = ((72, 900, 115), (97, 20, 88), (141, 500, 70), (292, 25, 30))
    result = one("parp", *seen)
    assert named(result) == [PRO, P89, NONE, NONE]
    assert (result[1].mw_kda, result[1].mw_low) == (88, 88 * 0.96)
    assert "88.0 kDa" in result[1].reason
    assert "no probed form runs at 70 kDa" in result[2].reason


def test_with_a_ladder_the_panel_need_not_be_narrowed():
    result = assign([photo("i")], rows("i", (72, 900, 34), (110, 300, 19.2), (118, 500, 17.1)))
    assert named(result) == [("caspase-3", f) for f in ("pro", "p19", "p17")]


def test_with_a_ladder_doublets_keep_their_order_where_weights_are_off():
    result = one("caspase-3", (90, 900, 35), (290, 300, 18.2), (300, 500, 16.4))
    assert named(result) == [("caspase-3", f) for f in ("pro", "p19", "p17")]


def test_with_a_ladder_the_strongest_row_wins_when_several_fit():
    result = one("actin", (190, 40, 42.5), (197, 900, 43), (300, 700, 25))
    assert named(result) == [NONE, ("beta-actin", "full"), NONE]
    assert "fits β-actin full (43) better" in result[0].reason or result[0].candidates == ()


def test_a_row_that_two_proteins_fit_is_flagged_or_left():
    result = assign([photo("i", "p65", "nur77")], rows("i", (150, 900, 66.5)))
    assert result[0].target == "" or Flag.AMBIGUOUS_TARGET in result[0].flags
    assert {t for t, _ in result[0].candidates} & {"p65", "nur77"}


@pytest.mark.parametrize(("chemistry", "expected"), [("", "beta-actin"), ("bis-tris-mes", "")])
def test_an_unknown_gel_chemistry_widens_the_tolerance(chemistry, expected):
    fit = LadderFit(
        ladder="pageruler-plus",
        membrane="m",
        image="i",
        lane=1,
        position_px=(1.0, 2.0, 3.0),
        mw_kda=(70.0, 55.0, 35.0),
        rms_ln=0.02,
    )
    photographs = [photo("i", "actin", chemistry=chemistry)]
    result = assign(photographs, rows("i", (150, 900, 43 * math.exp(0.11))), fits=(fit,))
    assert result[0].target == expected


def test_the_users_word_wins_and_moves_the_rest():
    said = [word(1, "", ""), word(3, "PARP", "p89")]
    result = one("parp", *PARP, said=said)
    assert named(result) == [NONE, PRO, P89, NONE, NONE]
    assert result[0].flags == result[2].flags == Flag.EDITED
    assert "you said" in result[2].reason


def test_the_users_word_wins_even_against_the_order_of_weights():
    result = one("parp", *PARP, said=[word(1, "parp", "p89"), word(3, "parp", "pro")])
    assert named(result)[0] == P89
    assert named(result)[2] == PRO


def test_the_users_word_may_name_a_target_that_was_not_probed():
    result = one("parp", *PARP, said=[word(4, "beta-actin", "")])
    assert named(result) == [PRO, P89, NONE, ("beta-actin", "full"), NONE]


def test_the_users_word_settles_a_photograph_that_nothing_else_can():
    said = [word(1, "parp", "pro"), word(2, "parp", "p89")]
    result = assign([photo("i")], rows("i", (72, 900), (103, 500)), said=said)
    assert named(result) == [PRO, P89]


@pytest.mark.parametrize(("target", "form"), [("parp", "p17"), ("parp", ""), ("perp", "pro")])
def test_an_impossible_word_is_named(target, form):
    with pytest.raises(SettingsError):
        one("parp", *PARP, said=[word(1, target, form)])


def test_no_rows_and_no_photographs_are_fine():
    assert assign([photo("i", "parp")], ()) == ()
    assert assign([], ()) == ()


def test_rows_without_signal_are_not_assigned_before_those_with():
    result = one("parp", (72, 1000), (97, 400), (150, 0.0))
    assert named(result) == [PRO, P89, NONE]


@settings(max_examples=40, deadline=None)
@given(
    scale=st.floats(0.5, 3.0),
    gain=st.floats(0.01, 1000.0),
    shift=st.floats(-20.0, 20.0),
    jitter=st.lists(st.floats(-1.5, 1.5), min_size=9, max_size=9),
)
def test_neither_size_nor_exposure_changes_what_rows_are(scale, gain, shift, jitter):
    def moved(seen, offsets):
        return [
            ((y + o + shift) * scale, s * gain) for (y, s), o in zip(seen, offsets, strict=True)
        ]

    evidence = rows("parp", *moved(PARP, jitter[:5])) + rows("actin", *moved(ACTIN, jitter[5:]))
    photos = [photo("parp", "parp"), photo("actin", "actin", role=ImageRole.LOADING)]
    result = assign(photos, evidence, height=460 * scale)
    assert named(result, "parp")[:2] == [PRO, P89]
    assert named(result, "actin") == [NONE, NONE, ("beta-actin", "full"), NONE]


@settings(max_examples=60, deadline=None)
@given(
    seen=st.lists(
        st.tuples(st.integers(0, 400), st.floats(0, 1e6), st.floats(5, 300)), max_size=14
    ),
    weighed=st.booleans(),
    targets=st.sampled_from([(), ("parp",), ("caspase-8",), ("caspase-3", "gapdh")]),
)
def test_whatever_is_seen_every_row_gets_one_answer_and_no_form_twice(seen, weighed, targets):
    heights = {y: (s, kda) for y, s, kda in seen}
    triples = [(y, s, kda) if weighed else (y, s) for y, (s, kda) in sorted(heights.items())]
    result = assign([photo("i", *targets)], rows("i", *triples))
    assert [a.row for a in result] == list(range(1, len(triples) + 1))
    taken = [k for k in named(result) if k != NONE]
    assert len(taken) == len(set(taken))
    assert all(a.reason for a in result)
