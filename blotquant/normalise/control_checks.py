"""Is the loading control fit to normalise this experiment? What a user should hear of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blotquant.flags import Flag
from blotquant.model.project import ImageRole, Project
from blotquant.model.results import LaneLoading, LaneResult, Notice, Ratio
from blotquant.normalise.design import control_lanes, sample_lanes, sample_of
from blotquant.normalise.loading_control import wanted_controls
from blotquant.normalise.total_protein import TOTAL_PROTEIN

if TYPE_CHECKING:
    from blotquant.targets.library import Library

_RANGE = 1.25
"""Conditions whose mean loadings differ by more than this factor are worth a look."""

_CV_GAIN = 1.1
"""Normalising counts as harmful when it widens the replicates' spread by more than this factor."""


def control_notices(
    project: Project,
    library: Library,
    loadings: tuple[LaneLoading, ...],
    ratios: tuple[Ratio, ...],
    lanes: tuple[LaneResult, ...],
) -> tuple[Notice, ...]:
    """Return what is doubtful about the loading control and the control condition, if anything."""
    notices: list[Notice] = []
    for membrane in dict.fromkeys(x.membrane for x in loadings):
        here = tuple(x for x in loadings if x.membrane == membrane)
        notices.extend(_missing(project, library, membrane, here))
        notices.extend(_saturated(membrane, here))
        notices.extend(_undetected(membrane, here))
        notices.extend(_depends_on_condition(project, membrane, here))
    notices.extend(_unsuitable(library, loadings))
    notices.extend(_conflicts(library, loadings, ratios))
    notices.extend(_widens_replicates(ratios))
    notices.extend(_no_control_condition(project, ratios, lanes))
    return tuple(notices)


def _missing(
    project: Project, library: Library, membrane: str, here: tuple[LaneLoading, ...]
) -> list[Notice]:
    if any(math.isfinite(x.loading) for x in here):
        stained = any(p.role is ImageRole.TOTAL_PROTEIN for p in project.photographs)
        if stained and not project.settings.loading_control and here[0].source != TOTAL_PROTEIN:
            return [
                Notice(
                    text=f"Membrane {membrane} is normalised by {here[0].source}, "
                    "though total protein was photographed too",
                    advice="Choose total-protein as the loading control to use the stain",
                    membrane=membrane,
                )
            ]
        return []
    if wanted_controls(project, library) == ():
        return []
    return [
        Notice(
            text=f"Membrane {membrane} is not normalised: {here[0].source}",
            advice="Add the loading control's photograph to this membrane, or assign its row",
            membrane=membrane,
        )
    ]


def _saturated(membrane: str, here: tuple[LaneLoading, ...]) -> list[Notice]:
    lanes = [str(x.lane) for x in here if Flag.LOWER_BOUND in x.flags]
    if not lanes:
        return []
    return [
        Notice(
            text=f"The loading control {here[0].source} is saturated on membrane {membrane}, "
            f"{_lanes(lanes)}: ratios built on it are upper bounds",
            advice="Use a shorter exposure of the loading control",
            membrane=membrane,
        )
    ]


def _undetected(membrane: str, here: tuple[LaneLoading, ...]) -> list[Notice]:
    lanes = [str(x.lane) for x in here if Flag.CONTROL_NOT_DETECTED in x.flags]
    if not lanes:
        return []
    name = here[0].source.partition(": ")[0]
    return [
        Notice(
            text=f"The loading control {name} is not detected on membrane {membrane}, "
            f"{_lanes(lanes)}: no ratio to it is given there",
            advice="Check the assigned row, or choose another loading control",
            membrane=membrane,
        )
    ]


def _depends_on_condition(
    project: Project, membrane: str, here: tuple[LaneLoading, ...]
) -> list[Notice]:
    """Compare ln L between the conditions of one membrane: by F test and by range."""
    groups: dict[tuple[str, float | None, float | None], list[float]] = {}
    for x in here:
        sample = sample_of(project, (membrane, x.lane))
        if sample is None or not (x.loading > 0) or Flag.CONTROL_NOT_DETECTED in x.flags:
            continue
        if sample.condition or sample.dose is not None:
            key = sample.condition, sample.dose, sample.time_h
            groups.setdefault(key, []).append(math.log(x.loading))
    if len(groups) < 2:
        return []
    means = [math.fsum(g) / len(g) for g in groups.values()]
    factor = math.exp(max(means) - min(means))
    p = _f_test(list(groups.values()))
    if factor <= _RANGE and not p < 0.05:
        return []
    by_p = f" (p = {p:.2g})" if math.isfinite(p) else ""
    return [
        Notice(
            text=f"The loading {here[0].source} differs {factor:.2f}-fold between conditions on "
            f"membrane {membrane}{by_p}",
            advice="Check that lanes were loaded evenly; if they were, the treatment changes this "
            "control: prefer total protein",
            membrane=membrane,
        )
    ]


def _f_test(groups: list[list[float]]) -> float:
    """Return the p value of a one-way analysis of variance, NaN without replicates."""
    n, k = sum(map(len, groups)), len(groups)
    if n <= k:
        return math.nan
    grand = math.fsum(x for g in groups for x in g) / n
    means = [math.fsum(g) / len(g) for g in groups]
    between = math.fsum(len(g) * (m - grand) ** 2 for g, m in zip(groups, means, strict=True))
    within = math.fsum((x - m) ** 2 for g, m in zip(groups, means, strict=True) for x in g)
    if within <= 0:
        return math.nan
    from scipy.special import fdtrc  # noqa: PLC0415 - slow import

    return float(fdtrc(k - 1, n - k, between / (k - 1) / (within / (n - k))))


def _unsuitable(library: Library, loadings: tuple[LaneLoading, ...]) -> list[Notice]:
    notices = []
    for name in _control_names(loadings):
        if name == TOTAL_PROTEIN:
            continue
        target = library.target(name)
        if target.caution:
            notices.append(
                Notice(
                    text=f"{target.name} is a doubtful loading control here: {target.caution}",
                    advice="Prefer total protein or another control",
                )
            )
    return notices


def _conflicts(
    library: Library, loadings: tuple[LaneLoading, ...], ratios: tuple[Ratio, ...]
) -> list[Notice]:
    """Return controls that run where a measured target runs on the same membrane."""
    notices = []
    measured = {(r.membrane, r.target) for r in ratios}
    for name in _control_names(loadings):
        if name == TOTAL_PROTEIN:
            continue
        control = library.target(name)
        membranes = {x.membrane for x in loadings if name in _names_in(x)}
        near = sorted({t for m, t in measured if m in membranes and t in control.conflicts})
        if near:
            listed = ", ".join(library.target(t).name for t in near)
            notices.append(
                Notice(
                    text=f"{control.name} runs close to {listed}, which is on the same membrane",
                    advice="Make sure that the antibodies were not seen in the same picture",
                )
            )
    return notices


def _widens_replicates(ratios: tuple[Ratio, ...]) -> list[Notice]:
    """Compare the spread of ln T and of ln (T/L) over lanes that hold the same condition."""
    notices = []
    for name in dict.fromkeys((r.target, r.ratio) for r in ratios):
        own = [r for r in ratios if (r.target, r.ratio) == name and _is_loaded(r)]
        groups: dict[tuple[object, ...], list[tuple[float, float]]] = {}
        for r in own:
            raw = r.terms[0][2]
            if raw > 0:
                key = r.membrane, r.condition, r.dose, r.time_h
                groups.setdefault(key, []).append((math.log(raw), math.log(r.value)))
        before, df = _pooled_sd([[a for a, _ in g] for g in groups.values()])
        after, _ = _pooled_sd([[b for _, b in g] for g in groups.values()])
        if df >= 2 and after > _CV_GAIN * before:
            notices.append(
                Notice(
                    text=f"Normalising {name[0]} by {own[0].normalisation} widens the spread of "
                    f"replicate lanes from {100 * before:.0f} % to {100 * after:.0f} %",
                    advice="The control adds more noise than it removes: try another one",
                )
            )
    return notices


def _is_loaded(ratio: Ratio) -> bool:
    """Return whether a ratio is a number over a loading, from a known condition."""
    return (
        ratio.ratio.endswith("to_loading")
        and bool(ratio.condition)
        and not ratio.bound
        and ratio.value > 0
    )


def _pooled_sd(groups: list[list[float]]) -> tuple[float, int]:
    """Return the SD within groups and its degrees of freedom."""
    df = sum(len(g) - 1 for g in groups)
    if df < 1:
        return math.nan, 0
    means = [math.fsum(g) / len(g) for g in groups]
    ss = math.fsum((x - m) ** 2 for g, m in zip(groups, means, strict=True) for x in g)
    return math.sqrt(ss / df), df


def _no_control_condition(
    project: Project, ratios: tuple[Ratio, ...], lanes: tuple[LaneResult, ...]
) -> list[Notice]:
    if not ratios:
        return []
    choice = control_lanes(project, sample_lanes(project, lanes))
    if choice.lanes or not (project.samples or project.settings.control):
        return []
    return [
        Notice(
            text=f"No fold changes are given: {choice.reason[0].lower()}{choice.reason[1:]}",
            advice="Choose the control condition, or a lane as MEMBRANE:LANE",
        )
    ]


def _control_names(loadings: tuple[LaneLoading, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(name for x in loadings if math.isfinite(x.loading) for name in _names_in(x))
    )


def _names_in(loading: LaneLoading) -> tuple[str, ...]:
    """Return the ids of the controls that a loading is built from."""
    words = loading.source.partition(": ")[0].removeprefix("geometric mean of ")
    return tuple(words.split(", "))


def _lanes(numbers: list[str]) -> str:
    return f"lane {numbers[0]}" if len(numbers) == 1 else f"lanes {', '.join(numbers)}"
