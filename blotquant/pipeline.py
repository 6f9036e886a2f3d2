"""From a project to its analysis: the one place where the order of the steps is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from blotquant.cache import StageCache
from blotquant.io.images import read_images
from blotquant.lanes.match import Seen
from blotquant.model.image import BlotImage
from blotquant.model.project import Project
from blotquant.model.results import Analysis, ImageReport
from blotquant.normalise import (
    activation_ratios,
    control_notices,
    design_notices,
    lane_loadings,
    with_method_range,
)
from blotquant.progress import Progress, no_progress, part
from blotquant.stages import (
    advising,
    assigning,
    estimating,
    locating,
    measuring,
    merging,
    noticing,
    recognising,
    repeating,
    weighing,
)
from blotquant.stages.levels import Backgrounds
from blotquant.stages.placed import PlacedLane
from blotquant.statistics import (
    band_amounts,
    dilution_notices,
    dilution_series,
    summarise,
    with_range_flags,
)
from blotquant.targets import load_library, target_notices


def analyse(
    project: Project,
    images: Mapping[str, BlotImage] | None = None,
    progress: Progress = no_progress,
    cache: StageCache | None = None,
) -> Analysis:
    """Return everything that follows from a project.

    Parameters
    ----------
    project
        What the user decided.
    images
        The pictures by photograph id; read from the project's files when None. Photographs whose
        id is missing are left out.
    progress
        Called with a fraction and a text; may raise `Cancelled`.
    cache
        Keep one between calls to recompute only what an edit touches.

    Raises `BlotquantError` for unreadable files and impossible settings. The same project and
    pictures always give the same analysis.
    """
    if images is None:
        images = read_images(project, part(progress, 0.0, 0.2))
    stages = cache or StageCache()
    library = load_library()
    merged = merging.merge_exposures(project, images, stages)
    images, photographs = merged.images, merged.photographs
    steps = part(progress, 0.2, 0.6)

    reports: list[ImageReport] = []
    seen: list[Seen] = []
    for i, photograph in enumerate(photographs):
        steps(i / len(photographs), f"Finding lanes on {images[photograph.id].name}")
        located = locating.locate(project, photograph, images[photograph.id], stages)
        reports.append(located.report)
        seen.extend(located.seen)
    registrations = locating.register_photographs(seen, stages)
    lanes = locating.number_lanes(project, seen, stages)

    steps = part(progress, 0.6, 0.95)
    placed: list[PlacedLane] = []
    for i, report in enumerate(reports):
        steps(i / len(reports), f"Finding bands on {report.image.name}")
        placed.extend(measuring.find_bands(project, report, lanes, stages))
    ladders = recognising.recognise(project, library, lanes, placed, stages)
    if ladders.has_news:
        # Rows follow the samples: they are found again now that the ladder is none of them.
        placed = [
            p for r in reports for p in measuring.find_bands(project, r, ladders.lanes, stages)
        ]
    backgrounds = Backgrounds.of(project)
    chosen = estimating.with_estimates(
        placed, measuring.measure(placed, backgrounds, stages), stages
    )

    progress(0.95, "Assigning targets")
    fits = weighing.fit_ladders(project, library, reports, chosen, stages)
    assignments = assigning.assign(project, library, reports, chosen, fits)
    dilutions = dilution_series(project, chosen.bands, assignments, chosen.lanes)
    amounts = band_amounts(project, dilutions, chosen.bands, assignments, chosen.lanes)
    chosen = replace(chosen, bands=with_range_flags(chosen.bands, amounts))
    estimated = project.settings.use_estimates
    used = estimating.taken_as_volumes(chosen) if estimated else chosen
    loadings = lane_loadings(project, library, used.bands, assignments, chosen.lanes)
    ratios = activation_ratios(project, library, used.bands, assignments, loadings, chosen.lanes)
    # Without a ratio there is nothing whose range over the methods would be asked for.
    others: list[measuring.Measured] = []
    if ratios:
        others = [measuring.measure(placed, b, stages) for b in backgrounds.alternatives()]
        if estimated:
            others = [estimating.with_same_excess(chosen, other) for other in others]
        others += repeating.repeats(placed, used, stages)
    alternatives = []
    for other in others:
        other_loadings = lane_loadings(project, library, other.bands, assignments, other.lanes)
        alternatives.append(
            activation_ratios(
                project, library, other.bands, assignments, other_loadings, other.lanes
            )
        )
    ratios = with_method_range(ratios, alternatives)
    notices = (
        *merged.notices,
        *noticing.notices(project, reports, chosen, assignments),
        *estimating.estimate_notices(chosen, are_used=estimated),
        *advising.ball_notices(placed, backgrounds),
        *noticing.registration_notices(reports, registrations, chosen),
        *recognising.notices(library, ladders.guesses),
        *target_notices(project, assignments, chosen.lanes, fits, chosen.bands),
        *dilution_notices(project, chosen.lanes, dilutions, amounts),
        *design_notices(project, chosen.lanes),
        *control_notices(project, library, loadings, ratios, chosen.lanes),
    )
    progress(1.0, "Done")
    return Analysis(
        project=project,
        images=tuple(reports),
        lanes=chosen.lanes,
        bands=chosen.bands,
        ladder_fits=fits,
        ladder_guesses=ladders.guesses,
        dilutions=dilutions,
        amounts=amounts,
        assignments=assignments,
        loadings=loadings,
        ratios=ratios,
        summary=summarise(project, ratios),
        notices=notices,
        registrations=registrations,
        exposures=merged.series,
        background_advice=advising.background_advice(placed, chosen, backgrounds),
    )
