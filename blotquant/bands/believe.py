"""How sure a band is, and in words what speaks against it."""

from __future__ import annotations

import math

import numpy as np

from blotquant.bands.peaks import Peak

LINE_SHARE = 0.55  # of the lanes' contrast that a line across them keeps in the gaps
HINT_OF_LINE = 0.3  # from this share on a row may be a line
CLEAR_SNR = 10.0  # a band that stands out so far is sure
FAINT_SNR = 6.0
SURE_ALONE_SNR = 15.0  # a band that no other lane shows needs more
NO_BAND = 0.9  # how sure it is that there is none where none is seen
ODD = 1.3  # rows that had to stand out by this much more look unlike the others
PART_OF_STRIPS = 0.8

_FAINT = "barely stands out of the noise"
_ALONE = "no other lane shows a band at this height"
_LINE = "the gaps beside the lanes show something there too: it may be a line across the membrane"
_ODD = "taller than the other bands, or at the end of the lane: it may be a smear or a rim"
_PART = "shows in a part of the lane's width only"


def believe(
    peak: Peak | None, *, support: int, line_share: float, doubt: float
) -> tuple[float, str]:
    """Return the confidence in a band, from 0 to 1, and the strongest reason against it.

    Parameters
    ----------
    peak
        What was seen in the lane; None where the row runs through without a band.
    support
        In how many lanes the row shows.
    line_share
        Share of its contrast that the row keeps in the gaps between lanes.
    doubt
        By how much more the row had to stand out to be believed, from 1.

    The factors multiply: a faint band that may be a line is doubtful twice.
    """
    if peak is None:
        return NO_BAND, ""
    needed = CLEAR_SNR if support > 1 else SURE_ALONE_SNR
    factors = {
        _FAINT if peak.snr <= FAINT_SNR or support > 1 else _ALONE: min(1.0, peak.snr / needed),
        _LINE: _falling(line_share, HINT_OF_LINE, LINE_SHARE),
        _ODD: 1.0 if doubt < ODD else 1.0 / doubt,
        _PART: min(1.0, peak.strips / PART_OF_STRIPS),
    }
    confidence = min(max(math.prod(factors.values()), 0.05), 1.0)
    worst = min(factors, key=lambda reason: factors[reason])
    is_worth_words = factors[worst] < 1 and confidence <= FAINT_SNR / CLEAR_SNR
    return confidence, worst if is_worth_words else ""


def _falling(value: float, start: float, end: float) -> float:
    """Return 1 up to `start`, falling to 0.4 at `end`."""
    return float(np.interp(value, [start, end], [1.0, 0.4]))
