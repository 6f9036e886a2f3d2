import pytest
from hypothesis import given
from hypothesis import strategies as st

from blotquant.progress import Cancelled, no_progress, part

SHARE = st.floats(0, 1)


def test_no_progress_accepts_everything():
    assert no_progress(0.5, "half way") is None


def test_a_part_covers_its_stretch_of_the_whole():
    seen = []
    report = part(lambda fraction, text: seen.append((fraction, text)), 0.2, 0.6)
    report(0.0, "start")
    report(0.5, "middle")
    report(1.0, "end")
    assert [f for f, _ in seen] == pytest.approx([0.2, 0.4, 0.6])
    assert [t for _, t in seen] == ["start", "middle", "end"]


@given(SHARE, SHARE, SHARE)
def test_parts_nest_and_stay_inside(a, b, fraction):
    start, stop = sorted((a, b))
    seen = []
    inner = part(part(lambda f, _text: seen.append(f), 0.0, 0.5), start, stop)
    inner(fraction, "")
    assert seen[0] == pytest.approx(0.5 * (start + (stop - start) * fraction))
    assert 0.0 <= seen[0] <= 0.5


def test_a_request_to_stop_passes_through_parts():
    def stop(_fraction, _text):
        raise Cancelled

    with pytest.raises(Cancelled):
        part(part(stop, 0.0, 0.5), 0.1, 0.2)(0.3, "working")


def test_a_request_to_stop_is_no_error_of_blotquant():
    from blotquant.errors import BlotquantError

    assert not issubclass(Cancelled, BlotquantError)
