"""How much was loaded in each lane, by one or several loading controls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.project import ImageRole, Project
from blotquant.model.results import LaneLoading, LaneResult, RowAssignment
from blotquant.normalise.design import LaneKey, sample_lanes
from blotquant.normalise.sources import BandTable, band_table, whole_forms
from blotquant.normalise.total_protein import TOTAL_PROTEIN, total_protein, total_protein_image
from blotquant.quantify.uncertainty import NAN, Quantity, missing

if TYPE_CHECKING:
    from blotquant.targets.library import Library

NO_CONTROL = "none"


def lane_loadings(
    project: Project,
    library: Library,
    bands: tuple[BandMeasurement, ...],
    assignments: tuple[RowAssignment, ...],
    lanes: tuple[LaneResult, ...],
) -> tuple[LaneLoading, ...]:
    """Return the loading of every physical sample lane, membranes as found, lanes left to right.

    One control gives its volume in counts x px; several give the geometric mean of their volumes,
    each relative to its own geometric mean over the membrane's sample lanes. A lane without a
    usable control has the loading NaN, and `source` says why. Raises `SettingsError` for a
    loading control that the library does not know.
    """
    table = band_table(project, bands, assignments)
    keys = sample_lanes(project, lanes)
    loadings: list[LaneLoading] = []
    for membrane in dict.fromkeys(key[0] for key in keys):
        here = tuple(key for key in keys if key[0] == membrane)
        controls = controls_on(project, library, table, lanes, membrane)
        volumes = {name: _volumes(project, library, table, lanes, name, here) for name in controls}
        if not volumes:
            loadings.extend(_unloaded(project, library, here))
        elif len(volumes) == 1:
            ((name, values),) = volumes.items()
            loadings.extend(_loading(key, values[key], name) for key in here)
        else:
            loadings.extend(_mean_loadings(volumes, here))
    return tuple(loadings)


def controls_on(
    project: Project,
    library: Library,
    table: BandTable,
    lanes: tuple[LaneResult, ...],
    membrane: str,
) -> tuple[str, ...]:
    """Return the controls that normalise this membrane: target ids, or ``total-protein``.

    Those of `settings.loading_control` that are on the membrane; without a setting the loading
    controls that were probed (on photographs of that role, if there are any), and where none was,
    the total protein stain.
    """
    on_membrane = table.targets_on(membrane)
    has_stain = total_protein_image(project, membrane, lanes) is not None
    wanted = wanted_controls(project, library)
    if wanted is not None:
        return tuple(
            name for name in wanted if name in on_membrane or (name == TOTAL_PROTEIN and has_stain)
        )
    probed = _probed_controls(project, library, table, membrane)
    return probed or ((TOTAL_PROTEIN,) if has_stain else ())


def _probed_controls(
    project: Project, library: Library, table: BandTable, membrane: str
) -> tuple[str, ...]:
    """Return the loading controls of a membrane when the settings name none.

    What stands on photographs that are said to show loading comes before the same proteins seen
    elsewhere, for a histone may be a target too.
    """
    for_loading = {p.id for p in project.photographs if p.role is ImageRole.LOADING}
    on_membrane = table.targets_on(membrane)
    usual = tuple(t for t in on_membrane if library.target(t).is_loading_control)
    shown = {t: set(table.images_of(membrane, t)) for t in on_membrane}
    return (
        tuple(t for t in usual if shown[t] & for_loading)
        or tuple(t for t in on_membrane if shown[t] <= for_loading)
        or usual
    )


def wanted_controls(project: Project, library: Library) -> tuple[str, ...] | None:
    """Return the controls that the settings name, as ids; () for none at all, None for any."""
    names = [name.strip() for name in project.settings.loading_control if name.strip()]
    if not names:
        return None
    ids = []
    for name in names:
        word = name.casefold().replace(" ", "-").replace("_", "-")
        if word == NO_CONTROL:
            continue
        ids.append(TOTAL_PROTEIN if word == TOTAL_PROTEIN else library.target(name).id)
    return tuple(dict.fromkeys(ids))


def control_name(loading: LaneLoading | None) -> str:
    """Return what a lane was normalised by, without the reason why it may have failed."""
    return "" if loading is None else loading.source.partition(": ")[0]


def loading_quantity(loading: LaneLoading | None) -> Quantity:
    """Return a lane's loading as a term of a ratio."""
    if loading is None:
        return missing("the lane has no loading control")
    if not math.isfinite(loading.loading):
        return missing(loading.source, loading.flags)
    seen = Flag.CONTROL_NOT_DETECTED not in loading.flags
    return Quantity(
        value=loading.loading,
        se=loading.loading_se,
        detected=seen,
        is_lower_bound=Flag.LOWER_BOUND in loading.flags,
        flags=loading.flags,
        reason="" if seen else f"the loading control {loading.source} is not detected",
    )


def _volumes(
    project: Project,
    library: Library,
    table: BandTable,
    lanes: tuple[LaneResult, ...],
    name: str,
    keys: tuple[LaneKey, ...],
) -> Mapping[LaneKey, Quantity]:
    """Return one control's volume in every lane of a membrane."""
    if name == TOTAL_PROTEIN:
        image = total_protein_image(project, keys[0][0], lanes)
        sums = {} if image is None else total_protein(image, lanes)
        lost = missing("the stained photograph does not show this lane")
        return {key: sums.get(key, lost) for key in keys}
    target = library.target(name)
    sources = whole_forms(table.sources(keys[0][0], target))
    caution = Flag.UNSUITABLE_CONTROL if target.caution else Flag.NONE
    volumes = {}
    for key in keys:
        q = table.quantity(key, target, sources)
        volumes[key] = replace(q, flags=q.flags | caution)
    return volumes


def _loading(key: LaneKey, q: Quantity, source: str) -> LaneLoading:
    """Return a single control's volume as the loading, unclipped; NaN when not measured."""
    flags = q.flags & ~Flag.NOT_DETECTED
    if not math.isfinite(q.value):
        source = f"{source}: {q.reason}"
    if not q.is_seen:
        flags |= Flag.CONTROL_NOT_DETECTED
    return LaneLoading(
        membrane=key[0],
        lane=key[1],
        loading=q.value,
        loading_se=q.se,
        source=source,
        flags=flags,
    )


def _mean_loadings(
    volumes: Mapping[str, Mapping[LaneKey, Quantity]], keys: tuple[LaneKey, ...]
) -> list[LaneLoading]:
    """Return the geometric mean over controls, each relative to its own mean over the lanes."""
    source = "geometric mean of " + ", ".join(volumes)
    scale_ln = {name: _mean_ln([v[key] for key in keys]) for name, v in volumes.items()}
    loadings = []
    for key in keys:
        parts = {name: v[key] for name, v in volumes.items()}
        flags = Flag.NONE
        for q in parts.values():
            flags |= q.flags & ~Flag.NOT_DETECTED
        unseen = [name for name, q in parts.items() if not q.is_seen]
        if unseen:
            lost = f"{source}: {unseen[0]} is not detected"
            flags |= Flag.CONTROL_NOT_DETECTED
            loading, se, words = NAN, NAN, lost
        else:
            n = len(parts)
            ln = math.fsum(math.log(q.value) - scale_ln[name] for name, q in parts.items()) / n
            loading = math.exp(ln)
            se = loading * math.hypot(*(q.se / q.value for q in parts.values())) / n
            words = source
        loadings.append(
            LaneLoading(
                membrane=key[0],
                lane=key[1],
                loading=loading,
                loading_se=se,
                source=words,
                flags=flags,
            )
        )
    return loadings


def _mean_ln(quantities: list[Quantity]) -> float:
    logs = [math.log(q.value) for q in quantities if q.is_seen]
    return math.fsum(logs) / len(logs) if logs else NAN


def _unloaded(project: Project, library: Library, keys: tuple[LaneKey, ...]) -> list[LaneLoading]:
    """Return loadings without a number, each with the reason."""
    wanted = wanted_controls(project, library)
    if wanted is None:
        source = "no loading control on this membrane"
    elif wanted:
        source = f"{', '.join(wanted)} not found on this membrane"
    else:
        source = "no normalisation wanted"
    return [
        LaneLoading(membrane=key[0], lane=key[1], loading=NAN, loading_se=NAN, source=source)
        for key in keys
    ]
