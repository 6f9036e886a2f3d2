"""Confidence falls with every reason against a band, and names the strongest one."""

import pytest

from blotquant.bands.believe import believe
from blotquant.bands.peaks import Peak


def peak(snr=30.0, strips=1.0):
    return Peak(position_px=50.0, snr=snr, scale_px=3.0, contrast=1.0, strips=strips)


def judge(given, support=5, line_share=0.0, doubt=1.0):
    return believe(given, support=support, line_share=line_share, doubt=doubt)


def test_a_clear_band_is_sure():
    assert judge(peak()) == (1.0, "")


def test_a_place_without_a_band_is_nothing_to_look_at():
    assert judge(None) == (0.9, "")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"given": peak(snr=4)}, "noise"),
        ({"given": peak(snr=7), "support": 1}, "no other lane"),
        ({"given": peak(), "line_share": 0.55}, "line across"),
        ({"given": peak(), "doubt": 2.5}, "smear"),
        ({"given": peak(strips=0.4)}, "part of the lane"),
    ],
)
def test_every_reason_is_told_in_words(given, word):
    confidence, reason = judge(**given)
    assert confidence < 0.51
    assert word in reason


def test_reasons_add_up():
    faint, _ = judge(peak(snr=7))
    both, _ = judge(peak(snr=7), line_share=0.5)
    assert 0.05 <= both < faint < 1


@pytest.mark.parametrize("snr", [3.0, 5.0, 8.0, 12.0])
def test_more_signal_is_never_less_sure(snr):
    assert judge(peak(snr=snr))[0] <= judge(peak(snr=snr + 1))[0]
