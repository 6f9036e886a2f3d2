"""What a user should read before trusting the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from blotquant.flags import Flag
from blotquant.model.project import ImageRole, Project
from blotquant.model.registration import Registration
from blotquant.model.results import ImageReport, Notice, RowAssignment
from blotquant.stages.measuring import Measured


def notices(
    project: Project,
    reports: Sequence[ImageReport],
    measured: Measured,
    assignments: Sequence[RowAssignment],
) -> tuple[Notice, ...]:
    """Return notices about the pictures, the lanes and the rows, in the order of the work."""
    out: list[Notice] = []
    for report in reports:
        out.extend(_about_picture(report))
        out.extend(_about_names(report))
        out.extend(_about_lanes(report, measured))
    out.extend(_about_saturation(measured))
    out.extend(_about_rows(project, reports, assignments))
    return tuple(out)


def _about_picture(report: ImageReport) -> list[Notice]:
    image = report.photograph.id
    out = [Notice(text=w, image=image) for w in report.image.warnings]
    if not report.polarity.is_sure:
        out.append(
            Notice(
                text=(
                    f"It is not certain that bands are {_words(report)} in {report.image.name}: "
                    f"{report.polarity.reason}"
                ),
                advice="Confirm or change the polarity",
                image=image,
            )
        )
    return out


def _words(report: ImageReport) -> str:
    return "brighter" if report.polarity.polarity.value == "light-on-dark" else "darker"


def _about_names(report: ImageReport) -> list[Notice]:
    wanted, found = len(report.photograph.membranes), len(report.membranes)
    if wanted <= 1 or wanted == found:
        return []
    return [
        Notice(
            text=(
                f"{report.image.name} shows {found} membrane{'s' if found != 1 else ''}, "
                f"but {wanted} names were given"
            ),
            advice="Draw the membranes in the window or correct their names",
            image=report.photograph.id,
        )
    ]


def _about_lanes(report: ImageReport, measured: Measured) -> list[Notice]:
    image = report.photograph.id
    lanes = [r.lane for r in measured.lanes if r.lane.image == image]
    if not lanes:
        return [
            Notice(
                text=f"No lanes were found on {report.image.name}",
                advice="Draw a lane, or check the polarity",
                image=image,
            )
        ]
    return [
        Notice(
            text=f"Lane {lane.number} of {lane.membrane} is doubtful: {lane.reason}",
            advice="Check its place; move or delete it if it is wrong",
            image=image,
            membrane=lane.membrane,
            lane=lane.number,
        )
        for lane in lanes
        if lane.confidence < 0.5 and lane.reason
    ]


def _about_saturation(measured: Measured) -> list[Notice]:
    return [
        Notice(
            text=(
                f"Lane {m.band.lane}, row {m.band.row} of {m.band.membrane} is saturated over "
                f"{m.saturated_fraction:.0%} of its area: its volume is a lower bound"
            ),
            advice="Use a shorter exposure",
            image=m.band.image,
            membrane=m.band.membrane,
            lane=m.band.lane,
            row=m.band.row,
        )
        for m in measured.bands
        if Flag.LOWER_BOUND in m.flags and m.detected
    ]


def _about_rows(
    project: Project, reports: Sequence[ImageReport], assignments: Sequence[RowAssignment]
) -> list[Notice]:
    out = []
    for report in reports:
        if report.photograph.role in (ImageRole.MARKER, ImageRole.TOTAL_PROTEIN):
            continue
        image = report.photograph.id
        for a in assignments:
            if a.image == image and not a.target and a.candidates:
                names = " or ".join(dict.fromkeys(f"{t} {f}" for t, f in a.candidates))
                out.append(
                    Notice(
                        text=(
                            f"Row {a.row} of {a.membrane} on {report.image.name} could be {names}: "
                            f"{a.reason}"
                        ),
                        advice="Say which it is",
                        image=image,
                        membrane=a.membrane,
                        row=a.row,
                    )
                )
        mine = [a for a in assignments if a.image == image]
        if mine and project.photograph(image).targets and not any(a.target for a in mine):
            if any(a.candidates for a in mine):
                continue
            out.append(
                Notice(
                    text=(
                        f"None of {', '.join(report.photograph.targets)} was recognised on "
                        f"{report.image.name}"
                    ),
                    advice="Assign a row to it",
                    image=image,
                )
            )
    return out


def registration_notices(
    reports: Sequence[ImageReport], registrations: Sequence[Registration], measured: Measured
) -> tuple[Notice, ...]:
    """Return a notice for every photograph whose place against the others is doubtful.

    Where all lanes were seen on the photograph itself, nothing hangs on it across the lanes, and
    nothing is said of a registration that found nothing.
    """
    names = {r.photograph.id: r.image.name for r in reports}
    out = []
    for r in registrations:
        if r.is_sure:
            continue
        taken = sum(
            bool(x.lane.flags & Flag.TRANSFERRED_LANE)
            for x in measured.lanes
            if (x.lane.image, x.lane.membrane) == (r.image, r.membrane)
        )
        if not taken and not r.reason:
            continue
        lanes = f", and {taken} of its lanes come from there" if taken > 1 else ""
        lanes = ", and one of its lanes comes from there" if taken == 1 else lanes
        doubt = f": {r.doubt}" if r.doubt else ""
        out.append(
            Notice(
                text=(
                    f"It is not certain how membrane {r.membrane} on {names[r.image]} lies against"
                    f" {names[r.to]}{lanes}{doubt}"
                ),
                advice=(
                    "Check its lanes in the picture; if they are wrong, draw the membrane on both"
                    " photographs or move one lane into its place"
                ),
                image=r.image,
                membrane=r.membrane,
            )
        )
    return tuple(out)
