"""Over independent experiments: means, intervals, tests; over dilution series: linear ranges."""

from __future__ import annotations

from blotquant.statistics.dilution import band_amounts, dilution_series, with_range_flags
from blotquant.statistics.dilution_notices import dilution_notices
from blotquant.statistics.summary import summarise

__all__ = [
    "band_amounts",
    "dilution_notices",
    "dilution_series",
    "summarise",
    "with_range_flags",
]
