"""Targets: what the tables say of proteins and ladders, and which row on a blot is which form."""

from __future__ import annotations

from blotquant.targets.assign import assign_targets
from blotquant.targets.checks import target_notices
from blotquant.targets.evidence import RowEvidence
from blotquant.targets.library import Library, Stain, load_library

__all__ = [
    "Library",
    "RowEvidence",
    "Stain",
    "assign_targets",
    "load_library",
    "target_notices",
]
