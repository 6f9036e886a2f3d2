"""Activation indices and normalised values of every sample lane.

Indices without a loading control (`cleaved_fraction`, `cleaved_to_pro`, `phospho_to_total`) need
both forms on the membrane; loading cancels in them. The others divide by the lane's loading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.project import Project
from blotquant.model.results import LaneLoading, LaneResult, Ratio, RowAssignment
from blotquant.model.target import FormRole, Target
from blotquant.normalise.design import (
    ControlChoice,
    LaneKey,
    control_lanes,
    sample_lanes,
    sample_of,
)
from blotquant.normalise.loading_control import control_name, controls_on, loading_quantity
from blotquant.normalise.sources import BandTable, Source, band_table, whole_forms, with_role
from blotquant.quantify.uncertainty import (
    Estimate,
    Quantity,
    fold_of,
    fraction_of,
    quotient,
    ratio_of,
)

if TYPE_CHECKING:
    from blotquant.targets.library import Library

FOLD = "fold_vs_control"
Terms = tuple[tuple[str, str, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """One index of one target in one lane, before it becomes a `Ratio`."""

    name: str
    estimate: Estimate
    normalisation: str
    terms: Terms
    is_headline: bool = False
    is_written: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blot:
    """What the indices of one target on one membrane are built from."""

    target: Target
    sources: tuple[Source, ...]
    total: Target | None
    total_sources: tuple[Source, ...]
    has_loading: bool
    level: float


def activation_ratios(
    project: Project,
    library: Library,
    bands: tuple[BandMeasurement, ...],
    assignments: tuple[RowAssignment, ...],
    loadings: tuple[LaneLoading, ...],
    lanes: tuple[LaneResult, ...],
) -> tuple[Ratio, ...]:
    """Return every index of every assigned target in every sample lane.

    Membranes stand as found, lanes left to right, targets as assigned. An index that cannot be
    given has the value NaN and a reason. Where the experiment has a control, each lane and target
    has exactly one `fold_vs_control`, of the target's headline index.
    """
    table = band_table(project, bands, assignments)
    keys = sample_lanes(project, lanes)
    control = control_lanes(project, keys)
    by_lane = {(x.membrane, x.lane): x for x in loadings}
    ratios: list[Ratio] = []
    for membrane in dict.fromkeys(key[0] for key in keys):
        here = tuple(key for key in keys if key[0] == membrane)
        controls = controls_on(project, library, table, lanes, membrane)
        blots = [
            _blot(project, library, table, membrane, name, _has_loading(here, by_lane))
            for name in table.targets_on(membrane)
            if name not in controls
        ]
        indices = {
            (key, blot.target.id): _indices(table, blot, key, by_lane.get(key))
            for blot in blots
            for key in here
        }
        folds = {
            blot.target.id: _folds(
                {key: indices[key, blot.target.id] for key in here}, control, blot.level
            )
            for blot in blots
        }
        for key in here:
            for blot in blots:
                target = blot.target.id
                own = [*indices[key, target], *folds[target].get(key, ())]
                ratios.extend(_rows(project, key, target, own, control))
    return tuple(ratios)


def _has_loading(keys: tuple[LaneKey, ...], by_lane: dict[LaneKey, LaneLoading]) -> bool:
    """Return whether any lane of the membrane has a loading."""
    return any(key in by_lane and math.isfinite(by_lane[key].loading) for key in keys)


def _blot(
    project: Project,
    library: Library,
    table: BandTable,
    membrane: str,
    name: str,
    has_loading: bool,  # noqa: FBT001 - one fact of the membrane
) -> _Blot:
    target = library.target(name)
    total = library.target(target.total_of) if target.total_of else None
    total_sources = table.sources(membrane, total) if total is not None else ()
    return _Blot(
        target=target,
        sources=table.sources(membrane, target),
        total=total if total_sources else None,
        total_sources=total_sources,
        has_loading=has_loading,
        level=project.settings.confidence_level,
    )


def _indices(
    table: BandTable, blot: _Blot, key: LaneKey, lane_loading: LaneLoading | None
) -> list[_Index]:
    """Return one target's indices in one lane; exactly one of them is the headline."""
    roles = {form.role for form in blot.target.forms}
    # A whole protein with a by-product (Bcl-2 and its fragment) is measured by its amount.
    if FormRole.CLEAVED in roles and FormRole.FULL not in roles:
        return _cleavage_indices(table, blot, key, lane_loading, has_pro=FormRole.PRO in roles)
    return _amount_indices(table, blot, key, lane_loading)


def _cleavage_indices(
    table: BandTable,
    blot: _Blot,
    key: LaneKey,
    lane_loading: LaneLoading | None,
    *,
    has_pro: bool,
) -> list[_Index]:
    """Return the indices of a protein that is cut: C is the sum of all cleaved forms."""
    pro_sources = with_role(blot.sources, FormRole.PRO)
    cleaved_sources = with_role(blot.sources, FormRole.CLEAVED)
    pro = table.quantity(key, blot.target, pro_sources)
    cleaved = table.quantity(key, blot.target, cleaved_sources)
    loading = loading_quantity(lane_loading)
    name = control_name(lane_loading)
    c = _term(blot.target, cleaved_sources, cleaved)
    p = _term(blot.target, pro_sources, pro)
    indices = []
    if has_pro:
        images = {s.image for s in (*pro_sources, *cleaved_sources)}
        apart = Flag.SEPARATE_SOURCES if len(images) > 1 else Flag.NONE
        fraction = _marked(fraction_of(cleaved, pro, blot.level), apart)
        to_pro = _marked(ratio_of(cleaved, pro, blot.level), apart)
        indices.append(_index("cleaved_fraction", fraction, "none", (c, p)))
        indices.append(
            _index("cleaved_to_pro", to_pro, "none", (c, p), headline=not blot.has_loading)
        )
    if blot.has_loading:
        l_term = (name, "loading", loading.value, loading.se)
        to_loading = ratio_of(cleaved, loading, blot.level)
        indices.append(_index("cleaved_to_loading", to_loading, name, (c, l_term), headline=True))
        if has_pro:
            pro_to = ratio_of(pro, loading, blot.level)
            indices.append(_index("pro_to_loading", pro_to, name, (p, l_term)))
    elif not has_pro:
        indices.append(_raw_volume(cleaved, blot.level, c))
    return indices


def _amount_indices(
    table: BandTable, blot: _Blot, key: LaneKey, lane_loading: LaneLoading | None
) -> list[_Index]:
    """Return the indices of a protein whose forms are summed, such as JNK 54/46.

    Where a modified form runs beside the unmodified one (LC3-II beside I) only the modified one is
    read: antibodies see the two unequally, so their sum means nothing. Fragments of a whole protein
    are not part of its amount.
    """
    sources = whole_forms(blot.sources)
    if {s.form.role for s in sources} >= {FormRole.FULL, FormRole.MODIFIED}:
        sources = with_role(sources, FormRole.MODIFIED)
    amount = table.quantity(key, blot.target, sources)
    term = _term(blot.target, sources, amount)
    indices = []
    if blot.has_loading:
        loading, name = loading_quantity(lane_loading), control_name(lane_loading)
        l_term = (name, "loading", loading.value, loading.se)
        estimate = ratio_of(amount, loading, blot.level)
        is_headline = blot.total is None
        indices.append(_index("to_loading", estimate, name, (term, l_term), headline=is_headline))
    elif blot.total is None:
        indices.append(_raw_volume(amount, blot.level, term))
    if blot.total is not None:
        indices.append(_phospho_index(table, blot, blot.total, key, amount))
    return indices


def _phospho_index(
    table: BandTable, blot: _Blot, total: Target, key: LaneKey, phospho: Quantity
) -> _Index:
    """Return phospho over total: both stand on one membrane, so its loading cancels."""
    whole = table.quantity(key, total, blot.total_sources)
    images = {s.image for s in (*blot.sources, *blot.total_sources)}
    apart = Flag.SEPARATE_SOURCES if len(images) > 1 else Flag.NONE
    estimate = _marked(ratio_of(phospho, whole, blot.level), apart)
    terms = (
        _term(blot.target, blot.sources, phospho),
        _term(total, blot.total_sources, whole),
    )
    return _index("phospho_to_total", estimate, total.id, terms, headline=True)


def _raw_volume(amount: Quantity, level: float, term: tuple[str, str, float, float]) -> _Index:
    """Return the volume itself: what a fold is built from where nothing normalises it."""
    estimate = quotient((amount,), (), level)
    return replace(_index("volume", estimate, "none", (term,), headline=True), is_written=False)


def _folds(
    by_lane: dict[LaneKey, list[_Index]], control: ControlChoice, level: float
) -> dict[LaneKey, tuple[_Index, ...]]:
    """Return each lane's headline index relative to the control lanes of the same membrane."""
    if not control.lanes:
        return {}
    heads = {key: next(i for i in own if i.is_headline) for key, own in by_lane.items()}
    controls = [heads[key].estimate for key in by_lane if key in control.lanes]
    if not controls:
        return {}
    return {
        key: (
            _Index(
                name=FOLD,
                estimate=fold_of(head.estimate, controls, level),
                normalisation=_fold_of_what(head),
                terms=head.terms,
            ),
        )
        for key, head in heads.items()
    }


def _fold_of_what(head: _Index) -> str:
    return head.name if head.normalisation == "none" else f"{head.name} / {head.normalisation}"


def _index(
    name: str, estimate: Estimate, normalisation: str, terms: Terms, *, headline: bool = False
) -> _Index:
    return _Index(
        name=name,
        estimate=estimate,
        normalisation=normalisation,
        terms=terms,
        is_headline=headline,
    )


def _term(
    target: Target, sources: tuple[Source, ...], q: Quantity
) -> tuple[str, str, float, float]:
    return target.id, "+".join(dict.fromkeys(s.form.name for s in sources)), q.value, q.se


def _marked(estimate: Estimate, flag: Flag) -> Estimate:
    return replace(estimate, flags=estimate.flags | flag)


def _rows(
    project: Project, key: LaneKey, target: str, indices: list[_Index], control: ControlChoice
) -> list[Ratio]:
    """Return the indices with the lane's sample written beside them."""
    sample = sample_of(project, key)
    blank = Ratio(
        membrane=key[0],
        lane=key[1],
        target=target,
        ratio="",
        value=math.nan,
        ci_low=math.nan,
        ci_high=math.nan,
    )
    if sample is not None:
        blank = replace(
            blank,
            sample=sample.sample,
            condition=sample.condition,
            dose=sample.dose,
            dose_unit=sample.dose_unit,
            time_h=sample.time_h,
            replicate=sample.replicate,
        )
    return [
        replace(
            blank,
            ratio=index.name,
            value=index.estimate.value,
            ci_low=index.estimate.ci_low,
            ci_high=index.estimate.ci_high,
            bound=index.estimate.bound,
            control=control.name if index.name == FOLD else "",
            normalisation=index.normalisation,
            flags=index.estimate.flags,
            reason=index.estimate.reason,
            terms=index.terms,
        )
        for index in indices
        if index.is_written
    ]
