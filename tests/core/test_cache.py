from hypothesis import given
from hypothesis import strategies as st

from blotquant.cache import StageCache


class Maker:
    """Counts how often it was asked for each key."""

    def __init__(self):
        self.calls = []

    def __call__(self, key):
        self.calls.append(key)
        return ("made of", key)


def ask(cache, maker, key):
    return cache.get(key, lambda: maker(key))


def test_the_same_key_is_made_once_and_is_the_same_object():
    cache, maker = StageCache(), Maker()
    first = ask(cache, maker, ("lanes", 1))
    assert ask(cache, maker, ("lanes", 1)) is first
    assert maker.calls == [("lanes", 1)]


def test_another_key_is_made_anew():
    cache, maker = StageCache(), Maker()
    assert ask(cache, maker, "a") != ask(cache, maker, "b")
    assert maker.calls == ["a", "b"]


def test_nothing_found_is_a_result_too():
    cache, calls = StageCache(), []
    for _ in range(3):
        assert cache.get("key", lambda: calls.append(1)) is None
    assert calls == [1]


def test_the_entry_used_longest_ago_goes_first():
    cache, maker = StageCache(limit=2), Maker()
    ask(cache, maker, "a")
    ask(cache, maker, "b")
    ask(cache, maker, "a")  # now b is the oldest
    ask(cache, maker, "c")
    maker.calls.clear()
    ask(cache, maker, "a")
    assert maker.calls == []
    ask(cache, maker, "b")
    assert maker.calls == ["b"]


def test_several_keys_are_made_once_each_and_stay_in_their_order():
    cache, made = StageCache(), []

    def make(i):
        made.append(i)
        return i

    ask(cache, Maker(), "b")
    assert cache.get_each(["a", "b", "a", "c"], make) == [0, ("made of", "b"), 0, 3]
    assert sorted(made) == [0, 3]
    assert cache.get_each(["c", "a"], make) == [3, 0]
    assert cache.get_each([], make) == []


def test_several_keys_fit_into_a_cache_for_fewer():
    assert StageCache(limit=2).get_each("abcde", lambda i: i) == [0, 1, 2, 3, 4]


def test_clear_forgets_everything():
    cache, maker = StageCache(), Maker()
    ask(cache, maker, "a")
    cache.clear()
    ask(cache, maker, "a")
    assert maker.calls == ["a", "a"]


def test_what_fails_is_not_remembered():
    cache = StageCache()

    def fail():
        raise ZeroDivisionError

    for _ in range(2):
        try:
            cache.get("key", fail)
        except ZeroDivisionError:
            continue
        raise AssertionError("the error did not pass through")
    assert cache.get("key", lambda: 5) == 5


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 6))
def test_always_the_right_value_and_never_more_entries_than_the_limit(keys, limit):
    cache, maker = StageCache(limit=limit), Maker()
    recent = []
    for key in keys:
        before = len(maker.calls)
        assert ask(cache, maker, key) == ("made of", key)
        was_kept = len(maker.calls) == before
        assert was_kept == (key in recent)
        recent = [key, *(k for k in recent if k != key)][:limit]
