"""The columns of the four tables; units stand in the headers, the error decides the digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from blotquant.flags import MEANING, Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.linearity import BandAmount, amount_text
from blotquant.model.results import ConditionSummary, Notice, Ratio, RowAssignment
from blotquant.model.sample import Sample
from blotquant.statistics.dilution_notices import range_words
from blotquant_app.digits import DASH, bounded, interval, plain, with_error
from blotquant_app.tables.rows_model import Column

RATIO_NAMES = {
    "cleaved_fraction": "cleaved / (cleaved + pro)",
    "cleaved_to_pro": "cleaved / pro",
    "cleaved_to_loading": "cleaved / loading",
    "pro_to_loading": "pro / loading",
    "to_loading": "target / loading",
    "phospho_to_total": "phospho / total",
    "fold_vs_control": "fold of control",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """A measured band with what is known of its row and its lane."""

    measured: BandMeasurement
    assignment: RowAssignment | None
    sample: Sample | None
    target_name: str
    amount: BandAmount | None = None


def flag_words(flags: Flag) -> str:
    """Return the flags in words."""
    return ", ".join((f.name or "").lower().replace("_", " ") for f in MEANING if f in flags)


def flag_advice(flags: Flag) -> str:
    """Return what the flags mean and what to do, a line each."""
    return "\n".join(
        f"{meaning[0].upper()}{meaning[1:]}. {advice}."
        for flag, (meaning, advice) in MEANING.items()
        if flag in flags
    )


def _number(title: str, text: Callable[..., str], key: Callable[..., object], tip: str) -> Column:
    return Column(title=title, text=text, key=key, title_tip=tip, is_number=True)


def _mw(row: BandRow) -> float:
    return row.assignment.mw_kda if row.assignment is not None else math.nan


def _volume_tip(row: BandRow) -> str:
    m = row.measured
    return (
        f"Volume = raw volume - background = {plain(m.raw_volume, 5)} - "
        f"{plain(m.background_volume, 5)} = {with_error(m.volume, m.volume_se)} counts x px\n"
        f"Area {plain(m.area_px, 4)} px. Limit of detection {plain(m.lod)}, "
        f"of quantification {plain(m.loq)} counts x px"
    )


def _assignment_tip(row: BandRow) -> str:
    a = row.assignment
    if a is None:
        return ""
    return a.reason if not row.measured.band.reason else f"{a.reason}\n{row.measured.band.reason}"


def _amount(row: BandRow) -> str:
    a = row.amount
    return DASH if a is None else f"{amount_text(a.amount)} {a.unit}".rstrip()


def _amount_tip(row: BandRow) -> str:
    a = row.amount
    if a is None:
        return ""
    place = range_words(a.range_factor)
    return f"Linear range {a.range_text}: {'this band lies ' if place == 'inside' else ''}{place}"


def band_columns() -> tuple[Column, ...]:
    """Return the columns of the band table."""
    return (
        Column(title="Membrane", text=lambda r: r.measured.band.membrane, only_if="several"),
        _number(
            "Lane",
            lambda r: str(r.measured.band.lane),
            lambda r: r.measured.band.lane,
            "Counted from 1, left to right",
        ),
        Column(
            title="Sample",
            text=lambda r: (r.sample.sample or r.sample.condition or DASH) if r.sample else DASH,
            only_if="filled",
        ),
        _number(
            "Row",
            lambda r: str(r.measured.band.row),
            lambda r: r.measured.band.row,
            "The same band across the lanes, counted from the top",
        ),
        Column(title="Target", text=lambda r: r.target_name or DASH, tip=_assignment_tip),
        Column(
            title="Form",
            text=lambda r: (r.assignment.form or DASH) if r.assignment else DASH,
            tip=_assignment_tip,
        ),
        Column(
            title="MW (kDa)",
            text=lambda r: plain(_mw(r)),
            key=_mw,
            title_tip="From the ladder; a dash where there is none",
            is_number=True,
            only_if="filled",
        ),
        _number(
            "Rf", lambda r: plain(r.measured.rf), lambda r: r.measured.rf, "Relative migration"
        ),
        Column(
            title="Volume ± SE (counts × px)",
            text=lambda r: with_error(r.measured.volume, r.measured.volume_se),
            key=lambda r: r.measured.volume,
            tip=_volume_tip,
            title_tip="Signal minus background over the band's area, with its standard error",
            is_number=True,
        ),
        _number(
            "Signal/noise",
            lambda r: plain(r.measured.snr, 2),
            lambda r: r.measured.snr,
            "Volume over the noise of a blank place of the same size",
        ),
        _number(
            "Saturated (%)",
            lambda r: plain(100 * r.measured.saturated_fraction, 2),
            lambda r: r.measured.saturated_fraction,
            "Share of the band's area at the detector's limit",
        ),
        Column(
            title="Amount",
            text=_amount,
            key=lambda r: r.amount.amount if r.amount else math.nan,
            tip=_amount_tip,
            title_tip="Read off the dilution series of the same target",
            is_number=True,
            only_if="filled",
        ),
        Column(
            title="Seen",
            text=lambda r: "yes" if r.measured.detected else "no",
            title_tip="Whether the volume is above its limit of detection",
        ),
        Column(
            title="Remarks",
            text=lambda r: flag_words(r.measured.flags),
            tip=lambda r: flag_advice(r.measured.flags),
        ),
    )


def ratio_sentence(ratio: Ratio) -> str:
    """Return a ratio's value with its interval and the range over methods, in words."""
    if math.isnan(ratio.value):
        return ratio.reason or "There is no value."
    text = f"{RATIO_NAMES.get(ratio.ratio, ratio.ratio)}: "
    text += bounded(ratio.value, ratio.bound, ratio.ci_low, ratio.ci_high)
    if not ratio.bound:
        text += f", interval {interval(ratio.ci_low, ratio.ci_high)}"
    if math.isfinite(ratio.method_low):
        text += f"\nOther backgrounds and repeats: {plain(ratio.method_low)} to "
        text += plain(ratio.method_high)
    return text


def normalised_by(ratio: Ratio, name_of: Callable[[str], str]) -> str:
    """Return ``cleaved / loading by β-actin`` for ``cleaved_to_loading / beta-actin``."""
    if ratio.normalisation in {"", "none"}:
        return DASH
    index, slash, control = ratio.normalisation.partition(" / ")
    if not slash:
        return name_of(index)
    return f"{RATIO_NAMES.get(index, index)} by {name_of(control)}"


def ratio_columns(name_of: Callable[[str], str]) -> tuple[Column, ...]:
    """Return the columns of the ratio table; `name_of` turns a target's id into its name."""
    return (
        Column(title="Membrane", text=lambda r: r.membrane, only_if="several"),
        _number("Lane", lambda r: str(r.lane), lambda r: r.lane, "Counted from 1, left to right"),
        Column(title="Sample", text=lambda r: r.sample or DASH, only_if="filled"),
        Column(title="Condition", text=lambda r: r.condition or DASH, only_if="filled"),
        Column(title="Target", text=lambda r: name_of(r.target)),
        Column(title="Ratio", text=lambda r: RATIO_NAMES.get(r.ratio, r.ratio)),
        Column(
            title="Value",
            text=lambda r: bounded(r.value, r.bound, r.ci_low, r.ci_high),
            key=lambda r: r.value,
            tip=ratio_sentence,
            is_number=True,
        ),
        Column(
            title="Interval",
            text=lambda r: DASH if r.bound else interval(r.ci_low, r.ci_high),
            key=lambda r: r.ci_low,
            tip=ratio_sentence,
            title_tip="Confidence interval of the value",
            is_number=True,
        ),
        Column(title="Normalised by", text=lambda r: normalised_by(r, name_of)),
        Column(
            title="Remarks",
            text=lambda r: r.reason or flag_words(r.flags),
            tip=lambda r: "\n".join(x for x in (r.reason, flag_advice(r.flags)) if x),
        ),
    )


def _dose(row: ConditionSummary) -> str:
    return DASH if row.dose is None else f"{row.dose:g} {row.dose_unit}".strip()


def summary_columns(name_of: Callable[[str], str]) -> tuple[Column, ...]:
    """Return the columns of the summary over independent experiments."""
    return (
        Column(title="Target", text=lambda r: name_of(r.target)),
        Column(title="Ratio", text=lambda r: RATIO_NAMES.get(r.ratio, r.ratio)),
        Column(title="Condition", text=lambda r: r.condition or DASH),
        Column(title="Dose", text=_dose, key=lambda r: r.dose, is_number=True, only_if="filled"),
        _number("n", lambda r: str(r.n), lambda r: r.n, "Independent experiments"),
        _number(
            "Geometric mean",
            lambda r: bounded(r.geometric_mean, "", r.ci_low, r.ci_high),
            lambda r: r.geometric_mean,
            "Over independent experiments",
        ),
        _number(
            "Interval",
            lambda r: interval(r.ci_low, r.ci_high),
            lambda r: r.ci_low,
            "Confidence interval of the mean",
        ),
        _number("Fold change", lambda r: plain(r.fold_change), lambda r: r.fold_change, ""),
        _number("p", lambda r: plain(r.p, 2), lambda r: r.p, "Corrected for several comparisons"),
        Column(title="Test", text=lambda r: r.test or DASH),
        Column(
            title="Remarks",
            text=lambda r: flag_words(r.flags),
            tip=lambda r: flag_advice(r.flags),
        ),
    )


def notice_columns() -> tuple[Column, ...]:
    """Return the columns of the list of doubts."""

    def place(n: Notice) -> str:
        parts = [n.membrane]
        parts += [f"lane {n.lane}"] if n.lane else []
        parts += [f"row {n.row}"] if n.row else []
        return ", ".join(p for p in parts if p) or DASH

    return (
        Column(title="Where", text=place),
        Column(title="What is seen", text=lambda n: n.text),
        Column(title="What to do", text=lambda n: n.advice or DASH),
    )
