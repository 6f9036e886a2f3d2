"""One line per target, ratio and condition, over independent experiments.

n counts independent experiments: the values of `replicate`, or the membranes where it is empty.
Technical lanes are averaged first. All of it happens on ln, for fractions on the logit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from blotquant.flags import Flag
from blotquant.model.project import Project
from blotquant.model.results import ConditionSummary, Ratio
from blotquant.normalise.design import control_lanes
from blotquant.normalise.ratios import FOLD
from blotquant.statistics.compare import Cell, Comparison, compare_with_control, t_quantile

FRACTION = "cleaved_fraction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What distinguishes the lines of a summary."""

    name: str
    dose: float | None
    dose_unit: str
    time_h: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """One condition of one ratio: its independent values and what was left out."""

    condition: Condition
    cells: tuple[Cell, ...]
    flags: Flag
    has_control: bool


def summarise(project: Project, ratios: tuple[Ratio, ...]) -> tuple[ConditionSummary, ...]:
    """Return the summary of every target and ratio, conditions in the order of the lanes.

    Bounds and missing values are left out of n and of every figure; the line's flags tell. Lanes
    without any annotation are left out. `fold_vs_control` is described but not tested: its control
    has no variance of its own, and the test of the index that it is built from stands beside it.
    For `cleaved_fraction` `geometric_mean` is the back-transformed mean logit and `sd_ln` the
    SD of the logit. Intervals are Student's over the experiments, NaN for n < 2.
    """
    keys = tuple(dict.fromkeys((r.membrane, r.lane) for r in ratios))
    control = control_lanes(project, keys).lanes
    level = project.settings.confidence_level
    lines: list[ConditionSummary] = []
    for target, name in dict.fromkeys((r.target, r.ratio) for r in ratios):
        own = tuple(r for r in ratios if (r.target, r.ratio) == (target, name) and _is_known(r))
        groups = _groups(own, control)
        compared = {} if name == FOLD else _compared(groups)
        lines.extend(_line(target, name, g, compared.get(g.condition), level) for g in groups)
    return tuple(lines)


def _is_known(ratio: Ratio) -> bool:
    """Return whether a lane was annotated with what was done to the cells."""
    return bool(ratio.condition) or ratio.dose is not None or ratio.time_h is not None


def condition_of(ratio: Ratio) -> Condition:
    """Return the condition that a lane belongs to."""
    return Condition(
        name=ratio.condition, dose=ratio.dose, dose_unit=ratio.dose_unit, time_h=ratio.time_h
    )


def _replicate(ratio: Ratio) -> tuple[str, str]:
    """Return the independent experiment that a lane belongs to."""
    return ("replicate", ratio.replicate) if ratio.replicate else ("membrane", ratio.membrane)


def _to_scale(name: str, value: float) -> float:
    return math.log(value / (1 - value)) if name == FRACTION else math.log(value)


def _from_scale(name: str, y: float) -> float:
    return 1 / (1 + math.exp(-y)) if name == FRACTION else math.exp(y)


def _is_number(ratio: Ratio) -> bool:
    """Return whether a ratio can be averaged on its scale."""
    if ratio.bound or not math.isfinite(ratio.value) or ratio.value <= 0:
        return False
    return ratio.ratio != FRACTION or ratio.value < 1


def _groups(own: tuple[Ratio, ...], control: frozenset[tuple[str, int]]) -> tuple[_Group, ...]:
    """Return the conditions of one ratio with their independent values."""
    numbers = [r for r in own if _is_number(r)]
    by_replicate: dict[tuple[str, str], list[Ratio]] = {}
    for r in numbers:
        by_replicate.setdefault(_replicate(r), []).append(r)
    averages: dict[tuple[Condition, tuple[str, str]], float] = {}
    mixed: set[tuple[str, str]] = set()
    for replicate, members in by_replicate.items():
        levels, connected = _average_technical(members)
        averages.update({(c, replicate): y for c, y in levels.items()})
        if not connected:
            mixed.add(replicate)
    blocks = _blocks(by_replicate)
    groups = []
    for condition in dict.fromkeys(condition_of(r) for r in own):
        lanes = [r for r in own if condition_of(r) == condition]
        flags = Flag.NONE
        for r in lanes:
            flags |= r.flags
        if any(_replicate(r) in mixed for r in lanes):
            flags |= Flag.SEPARATE_SOURCES
        groups.append(
            _Group(
                condition=condition,
                cells=tuple(
                    Cell(condition=condition, block=blocks[replicate], y=y)
                    for (c, replicate), y in averages.items()
                    if c == condition
                ),
                flags=flags,
                has_control=any((r.membrane, r.lane) in control for r in lanes),
            )
        )
    return tuple(groups)


def _average_technical(members: Sequence[Ratio]) -> tuple[dict[Condition, float], bool]:
    """Return one experiment's mean per condition, and whether its membranes could be aligned.

    An experiment on several membranes is averaged by ``y = condition + membrane``, since the
    units of two membranes differ. Membranes that share no condition cannot be aligned: plain means.
    """
    conditions = list(dict.fromkeys(condition_of(r) for r in members))
    membranes = list(dict.fromkeys(r.membrane for r in members))
    y = np.array([_to_scale(r.ratio, r.value) for r in members])
    x = np.zeros((len(members), len(conditions) + len(membranes) - 1))
    for row, r in enumerate(members):
        x[row, conditions.index(condition_of(r))] = 1.0
        # Membrane effects sum to zero, so that a condition stands at the mean of the membranes.
        where = membranes.index(r.membrane)
        if where < len(membranes) - 1:
            x[row, len(conditions) + where] = 1.0
        else:
            x[row, len(conditions) :] = -1.0
    connected = len(membranes) == 1 or bool(np.linalg.matrix_rank(x) == x.shape[1])
    if len(membranes) > 1 and connected:
        solution, *_ = np.linalg.lstsq(x, y, rcond=None)
        return {c: float(solution[i]) for i, c in enumerate(conditions)}, True
    means = {}
    for i, c in enumerate(conditions):
        own = [float(v) for v, row in zip(y, x, strict=True) if row[i]]
        means[c] = math.fsum(own) / len(own)
    return means, connected


def _blocks(
    by_replicate: dict[tuple[str, str], list[Ratio]],
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return each experiment's block: itself where experiments hold several conditions, else blot.

    Experiments that hold one condition each (control 1 to 3, treated 4 to 6) pair nothing; what
    they may share is their membrane.
    """
    paired = any(len({condition_of(r) for r in m}) > 1 for m in by_replicate.values())
    return {
        replicate: replicate if paired else tuple(dict.fromkeys(r.membrane for r in members))
        for replicate, members in by_replicate.items()
    }


def _compared(groups: tuple[_Group, ...]) -> dict[Condition, Comparison]:
    """Return each condition against its control: the control at the same time, if there are more.

    A control compared with itself has the difference 0 and no test.
    """
    controls = [g for g in groups if g.has_control]
    compared: dict[Condition, Comparison] = {}
    for control in controls:
        base = control.condition
        if not _belongs(control, control, controls):
            continue
        members = [g for g in groups if g is not control and _belongs(g, control, controls)]
        cells = [cell for g in (control, *members) for cell in g.cells]
        compared[base] = Comparison(condition=base, difference=0.0)
        found = {c.condition: c for c in compare_with_control(cells, base)}
        compared.update({g.condition: found[g.condition] for g in members if g.cells})
    return compared


def _belongs(group: _Group, control: _Group, controls: Sequence[_Group]) -> bool:
    """Return whether this control is the one for a group: of the same time, else the first."""
    time_h = group.condition.time_h
    same = [c for c in controls if c.condition.time_h == time_h]
    return control is (same or controls)[0]


def _line(
    target: str, name: str, group: _Group, comparison: Comparison | None, level: float
) -> ConditionSummary:
    ys = [cell.y for cell in group.cells]
    n = len(ys)
    line = ConditionSummary(
        target=target,
        ratio=name,
        condition=group.condition.name,
        dose=group.condition.dose,
        dose_unit=group.condition.dose_unit,
        time_h=group.condition.time_h,
        n=n,
        geometric_mean=math.nan,
        sd_ln=math.nan,
        ci_low=math.nan,
        ci_high=math.nan,
        fold_change=math.nan,
        p=math.nan,
        test="",
        flags=group.flags,
    )
    if not ys:
        return line
    mean = math.fsum(ys) / n
    line = replace(line, geometric_mean=_from_scale(name, mean))
    if comparison is not None:
        fold = _fold(name, mean, comparison.difference)
        line = replace(line, fold_change=fold, p=comparison.p, test=comparison.test)
    if n < 2:
        return line
    sd = math.sqrt(math.fsum((y - mean) ** 2 for y in ys) / (n - 1))
    half = t_quantile(level, n - 1) * sd / math.sqrt(n)
    return replace(
        line,
        sd_ln=sd,
        ci_low=_from_scale(name, mean - half),
        ci_high=_from_scale(name, mean + half),
    )


def _fold(name: str, mean: float, difference: float) -> float:
    """Return the fold change; for a fraction the ratio of the two fractions, not of their odds."""
    if not math.isfinite(difference):
        return math.nan
    return _from_scale(name, mean) / _from_scale(name, mean - difference)
