import functools
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.flags import MEANING, Flag, flag_names, flags_text

SETS = st.sets(st.sampled_from(list(Flag)))


def union(flags):
    return functools.reduce(operator.or_, flags, Flag.NONE)


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_has_a_meaning_and_an_advice(flag):
    meaning, advice = MEANING[flag]
    for sentence in (meaning, advice):
        assert len(sentence.split()) >= 2
        assert not sentence.endswith((".", " "))
    assert not meaning[0].isupper(), "the meaning goes on in a sentence"
    assert advice[0].isupper(), "the advice is a sentence of its own"


def test_nothing_else_stands_in_the_table():
    assert set(MEANING) == set(Flag)
    assert Flag.NONE not in MEANING


def test_every_flag_is_one_bit_of_its_own():
    assert all(flag.value.bit_count() == 1 for flag in Flag)
    assert len({flag.value for flag in Flag}) == len(list(Flag))


def test_no_flags_are_an_empty_cell():
    assert flag_names(Flag.NONE) == ()
    assert flags_text(Flag.NONE) == ""


def test_text_of_two_flags():
    assert flags_text(Flag.LOSSY_FILE | Flag.SATURATED) == "saturated lossy_file"


@given(SETS)
def test_the_text_can_be_read_back(flags):
    text = flags_text(union(flags))
    assert union(Flag[name.upper()] for name in text.split()) == union(flags)
    assert len(text.split()) == len(flags)


@given(SETS, SETS)
def test_names_follow_the_table_whatever_the_order(a, b):
    assert flag_names(union(a) | union(b)) == flag_names(union(b) | union(a))
    order = [flag.name.lower() for flag in MEANING]
    names = flag_names(union(a | b))
    assert [order.index(n) for n in names] == sorted(order.index(n) for n in names)
