"""Over independent experiments: geometric means, intervals, and tests against the control."""

from __future__ import annotations

from blotquant.statistics.summary import summarise

__all__ = ["summarise"]
