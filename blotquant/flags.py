"""Quality flags: one table that the results, the tables, the window and the docs share.

Flags are OR-ed downstream: a ratio carries the flags of both bands and of the loading control.
"""

from __future__ import annotations

from enum import IntFlag, auto


class Flag(IntFlag):
    """What a reader of a number has to know about it."""

    NONE = 0
    SATURATED = auto()
    LOWER_BOUND = auto()
    NOT_DETECTED = auto()
    BELOW_LOQ = auto()
    UNRESOLVED = auto()
    TOUCHES_EDGE = auto()
    INFERRED_LANE = auto()
    TRANSFERRED_LANE = auto()
    LADDER_LANE = auto()
    EDITED = auto()
    EXCLUDED = auto()
    EXTRAPOLATED_MW = auto()
    AMBIGUOUS_TARGET = auto()
    SEPARATE_SOURCES = auto()
    UNSUITABLE_CONTROL = auto()
    CONTROL_NOT_DETECTED = auto()
    BOUND = auto()
    POLARITY_UNSURE = auto()
    LOSSY_FILE = auto()
    OUTSIDE_LINEAR_RANGE = auto()
    ESTIMATED = auto()


MEANING: dict[Flag, tuple[str, str]] = {
    Flag.SATURATED: (
        "at least one pixel of the band is at the detector's limit",
        "Use a shorter exposure",
    ),
    Flag.LOWER_BOUND: (
        "1 % or more of the band's area is saturated: its volume is a lower bound",
        "Use a shorter exposure; do not report this band as a number",
    ),
    Flag.NOT_DETECTED: (
        "the band is below its limit of detection",
        "Report it as not detected; ratios built on it are bounds",
    ),
    Flag.BELOW_LOQ: (
        "the band is detected but below its limit of quantification",
        "Expect a wide interval; load more or expose longer",
    ),
    Flag.UNRESOLVED: (
        "the band overlaps a neighbour without a clear valley",
        "Its error says how well the two are told apart; their sum is surer",
    ),
    Flag.TOUCHES_EDGE: (
        "the band or its background reaches the edge of the picture",
        "Crop less tightly",
    ),
    Flag.INFERRED_LANE: (
        "the lane was not seen but inferred from the spacing of its neighbours",
        "Check its place in the picture",
    ),
    Flag.TRANSFERRED_LANE: (
        "the lane was taken over from another photograph of the membrane",
        "Check its place in the picture",
    ),
    Flag.LADDER_LANE: ("the lane holds a ladder", "It is kept out of the samples"),
    Flag.EDITED: ("a user placed or changed this", "See the provenance"),
    Flag.EXCLUDED: ("a user excluded this", "See the provenance for the reason"),
    Flag.EXTRAPOLATED_MW: (
        "the molecular weight lies outside the ladder",
        "Treat it as a rough figure",
    ),
    Flag.AMBIGUOUS_TARGET: (
        "the form was assigned by order or spacing and another assignment is possible",
        "Confirm the form",
    ),
    Flag.SEPARATE_SOURCES: (
        "the two forms come from different photographs: arbitrary units",
        "Compare within this blot only",
    ),
    Flag.UNSUITABLE_CONTROL: (
        "the loading control is known to change in apoptosis or to run with the target",
        "Prefer total protein or another control",
    ),
    Flag.CONTROL_NOT_DETECTED: (
        "the loading control or the control condition is not different from zero",
        "No ratio is given; choose another control",
    ),
    Flag.BOUND: ("the value is a bound, not a number", "Report it with its sign"),
    Flag.POLARITY_UNSURE: (
        "it is not certain whether bands are bright or dark in this file",
        "Confirm the polarity",
    ),
    Flag.LOSSY_FILE: (
        "the file is 8-bit or JPEG: counts were rounded or altered before they came here",
        "Export 16-bit TIFF from the imager",
    ),
    Flag.OUTSIDE_LINEAR_RANGE: (
        "the band lies outside the range over which the dilution series was proportional",
        "Load less or more, or expose for another time; do not take its volume for an amount",
    ),
    Flag.ESTIMATED: (
        "a clipped peak was estimated from the band's flanks and used as its volume",
        "Say so where you report it; a shorter exposure measures it",
    ),
}


def flag_names(flags: Flag) -> tuple[str, ...]:
    """Return the names of the set flags in table order, as written in the CSV files."""
    return tuple((f.name or "").lower() for f in MEANING if f in flags)


def flags_text(flags: Flag) -> str:
    """Return the flags as one CSV cell: lower-case names parted by spaces."""
    return " ".join(flag_names(flags))
