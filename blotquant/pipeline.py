"""From a project to its analysis: the one place where the order of the steps is written."""

from __future__ import annotations

from collections.abc import Mapping

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
from blotquant.stages import assigning, locating, measuring, noticing, recognising, weighing
from blotquant.statistics import summarise
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
    photographs = tuple(p for p in project.photographs if p.id in images)
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
    placed: list[measuring.PlacedLane] = []
    for i, report in enumerate(reports):
        steps(i / len(reports), f"Finding bands on {report.image.name}")
        placed.extend(measuring.find_bands(project, report, lanes, stages))
    ladders = recognising.recognise(project, library, lanes, placed, stages)
    if ladders.has_news:
        # Rows follow the samples: they are found again now that the ladder is none of them.
        placed = [
            p for r in reports for p in measuring.find_bands(project, r, ladders.lanes, stages)
        ]
    chosen = measuring.measure(placed, project.settings.background, stages)

    progress(0.95, "Assigning targets")
    fits = weighing.fit_ladders(project, library, reports, chosen, stages)
    assignments = assigning.assign(project, library, reports, chosen, fits)
    loadings = lane_loadings(project, library, chosen.bands, assignments, chosen.lanes)
    ratios = activation_ratios(project, library, chosen.bands, assignments, loadings, chosen.lanes)
    alternatives = []
    for name in measuring.alternatives(project.settings.background):
        other = measuring.measure(placed, name, stages)
        other_loadings = lane_loadings(project, library, other.bands, assignments, other.lanes)
        alternatives.append(
            activation_ratios(
                project, library, other.bands, assignments, other_loadings, other.lanes
            )
        )
    ratios = with_method_range(ratios, alternatives)
    notices = (
        *noticing.notices(project, reports, chosen, assignments),
        *noticing.registration_notices(reports, registrations, chosen),
        *recognising.notices(library, ladders.guesses),
        *target_notices(project, assignments, chosen.lanes, fits, chosen.bands),
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
        assignments=assignments,
        loadings=loadings,
        ratios=ratios,
        summary=summarise(project, ratios),
        notices=notices,
        registrations=registrations,
    )
