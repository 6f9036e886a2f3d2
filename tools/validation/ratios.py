"""Score the ratios that the program reports, name by name, against true volumes."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import blotquant as bq
from blotquant.model.results import Ratio
from blotquant.model.target import FormRole, Target
from blotquant.simulate import write_demo
from blotquant.targets.library import load_library

PRO, CLEAVED = 0, 1
CONTROL_LANE = 1  # of the demo experiment: the vehicle

Volumes = Mapping[tuple[str, int, str], Mapping[str, float]]
Loadings = Mapping[tuple[str, int], float]


class Index(StrEnum):
    """The ratios that are compared, as the tables name them."""

    FRACTION = "cleaved_fraction"
    TO_PRO = "cleaved_to_pro"
    TO_LOADING = "cleaved_to_loading"
    PRO_TO_LOADING = "pro_to_loading"
    FOLD = "fold_vs_control"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioScore:
    """One ratio of one lane.

    `error` is a share of the truth (of 1 for the fraction), NaN where no number was given;
    `bound` is '', '<' or '>'; `holds` says whether the interval or the bound holds the truth.
    """

    source: str
    target: str
    index: Index
    error: float
    bound: str
    holds: bool


def score_experiment(seed: int) -> tuple[RatioScore, ...]:
    """Simulate a dose series on two membranes, analyse it and score its ratios. About 4 s."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_demo(folder, seed)
        analysis = bq.analyse(bq.open_project(path))
        volumes, loadings = _demo_truth(path.with_name("truth.json"))
    return score_ratios("dose series", volumes, loadings, analysis, tuple(Index))


def score_ratios(
    source: str,
    volumes: Volumes,
    loadings: Loadings,
    analysis: bq.Analysis,
    indices: tuple[Index, ...],
) -> tuple[RatioScore, ...]:
    """Score every index that is true of a lane; one that is not reported has no number.

    `volumes` are the true ones by form, keyed (membrane, lane, target). The fold of the control
    lane, 1 by definition, is left out.
    """
    reported = {(r.membrane, r.lane, r.target, r.ratio): r for r in analysis.ratios}
    scores = []
    for membrane, lane, target in volumes:
        for index in indices:
            if index is Index.FOLD and lane == CONTROL_LANE:
                continue
            ratio = reported.get((membrane, lane, target, index))
            true = _true_value(index, ratio, (membrane, lane, target), volumes, loadings)
            scores.append(_score(source, target, index, ratio, true))
    return tuple(scores)


def pro_and_cleaved(target: Target) -> dict[str, int]:
    """Return which forms of a target are `PRO` and which `CLEAVED`."""
    kinds = {FormRole.PRO: PRO, FormRole.CLEAVED: CLEAVED}
    return {form.name: kinds[form.role] for form in target.forms if form.role in kinds}


def _score(source: str, target: str, index: Index, ratio: Ratio | None, true: float) -> RatioScore:
    if ratio is None or math.isnan(ratio.value) or math.isnan(true):
        error, bound, holds = float("nan"), "", False
    elif ratio.bound:
        error, bound, holds = float("nan"), ratio.bound, _bound_holds(ratio, true)
    else:
        unit = 1.0 if index is Index.FRACTION else true
        error, bound = abs(ratio.value - true) / unit, ""
        holds = ratio.ci_low <= true <= ratio.ci_high
    return RatioScore(
        source=source, target=target, index=index, error=error, bound=bound, holds=holds
    )


def _bound_holds(ratio: Ratio, true: float) -> bool:
    if ratio.bound == "<":
        return true <= (ratio.ci_high if math.isfinite(ratio.ci_high) else ratio.value)
    return true >= (ratio.ci_low if math.isfinite(ratio.ci_low) else ratio.value)


def _true_value(
    index: Index,
    ratio: Ratio | None,
    key: tuple[str, int, str],
    volumes: Volumes,
    loadings: Loadings,
) -> float:
    membrane, lane, target = key
    if index is Index.FOLD:
        if ratio is None:
            return float("nan")
        # The fold names the index that it is built from, for instance "cleaved_to_loading / actin".
        base = Index(ratio.normalisation.split(" / ")[0])
        control = (membrane, CONTROL_LANE, target)
        return _true_value(base, None, key, volumes, loadings) / _true_value(
            base, None, control, volumes, loadings
        )
    kinds = pro_and_cleaved(load_library().target(target))
    pro = sum(v for form, v in volumes[key].items() if kinds.get(form) == PRO)
    cleaved = sum(v for form, v in volumes[key].items() if kinds.get(form) == CLEAVED)
    if index is Index.FRACTION:
        return cleaved / (cleaved + pro)
    if index is Index.TO_PRO:
        return cleaved / pro
    part = cleaved if index is Index.TO_LOADING else pro
    return part / loadings[membrane, lane]


def _demo_truth(
    path: Path,
) -> tuple[dict[tuple[str, int, str], dict[str, float]], dict[tuple[str, int], float]]:
    """Return the true volumes by form and the true loadings of the demo experiment."""
    volumes: dict[tuple[str, int, str], dict[str, float]] = {}
    loadings: dict[tuple[str, int], float] = {}
    for picture in json.loads(path.read_text("utf-8"))["images"].values():
        for band in picture["bands"]:
            lane = (picture["membrane"], band["lane"])
            if picture["target"] == "beta-actin":
                loadings[lane] = band["volume"]
            else:
                volumes.setdefault((*lane, picture["target"]), {})[band["form"]] = band["volume"]
    return volumes, loadings
