"""What a user said of rows and ladders that met nothing on the blots: a silent slip otherwise."""

from __future__ import annotations

from blotquant.bands.kept import row_at
from blotquant.model.band import BandMeasurement
from blotquant.model.ladder import LadderFit
from blotquant.model.lane import LaneKind
from blotquant.model.project import AssignedRow, Project
from blotquant.model.results import LaneResult, Notice, RowAssignment


def target_notices(
    project: Project,
    assignments: tuple[RowAssignment, ...],
    lanes: tuple[LaneResult, ...],
    fits: tuple[LadderFit, ...],
    bands: tuple[BandMeasurement, ...] = (),
) -> tuple[Notice, ...]:
    """Return notices about named rows that are not there and ladders that give no weights."""
    return (
        *_unnumbered_rows(project, assignments),
        *_absent_rows(project, assignments, lanes, bands),
        *_unused_ladders(project, lanes, fits),
    )


def _absent_rows(
    project: Project,
    assignments: tuple[RowAssignment, ...],
    lanes: tuple[LaneResult, ...],
    bands: tuple[BandMeasurement, ...],
) -> list[Notice]:
    """Look for rows that are known by their place."""
    out = []
    analysed = {a.image for a in assignments}
    for said in project.rows:
        if said.at is None or said.image not in analysed:
            continue
        place = (said.image, said.membrane)
        lanes_here = [r.lane for r in lanes if (r.lane.image, r.lane.membrane) == place]
        bands_here = [m.band for m in bands if (m.band.image, m.band.membrane) == place]
        if row_at(said.at, lanes_here, bands_here) is None:
            out.append(
                Notice(
                    text=f"A row of {said.membrane} was said to be {_what(said)}, "
                    f"but no row is found there now (x {said.at[0]:.0f}, y {said.at[1]:.0f})",
                    advice="Lower the sensitivity's limit, or add a band there",
                    image=said.image,
                    membrane=said.membrane,
                )
            )
    return out


def _what(said: AssignedRow) -> str:
    return f"{said.target} {said.form}".strip() or "none of the targets"


def _unnumbered_rows(project: Project, assignments: tuple[RowAssignment, ...]) -> list[Notice]:
    """Look for rows that are known by their number alone."""
    rows = {(a.image, a.membrane, a.row) for a in assignments}
    membranes = {(image, membrane) for image, membrane, _ in rows}
    analysed = {image for image, _ in membranes}
    out = []
    for said in project.rows:
        if (said.image, said.membrane, said.row) in rows or said.image not in analysed:
            continue
        if said.at is not None:
            continue
        n = sum((image, membrane) == (said.image, said.membrane) for image, membrane, _ in rows)
        out.append(
            Notice(
                text=f"Row {said.row} of {said.membrane} was said to be {_what(said)}, "
                f"but there {_rows(n)} on this photograph",
                advice="Look at the rows again and name the one that is meant",
                image=said.image,
                membrane=said.membrane,
            )
        )
    return out


def _rows(n: int) -> str:
    return "is 1 row" if n == 1 else f"are {n} rows" if n else "is no row"


def _unused_ladders(
    project: Project, lanes: tuple[LaneResult, ...], fits: tuple[LadderFit, ...]
) -> list[Notice]:
    """Look membrane by membrane: one photograph that shows the ladder serves all of them."""
    out = []
    fitted = {f.membrane for f in fits}
    for membrane in dict.fromkeys(r.lane.membrane for r in lanes):
        here = [r.lane for r in lanes if r.lane.membrane == membrane]
        images = dict.fromkeys(x.image for x in here)
        products = [project.photograph(i).ladder or project.settings.ladder for i in images]
        product = next((p for p in products if p), "")
        if not product or membrane in fitted:
            continue
        numbers = sorted({x.number for x in here if x.kind is LaneKind.LADDER})
        if numbers:
            text = (
                f"The bands of ladder lane {' and '.join(map(str, numbers))} on membrane "
                f"{membrane} do not fit {product} clearly, so no weights are given"
            )
            advice = (
                "Check the product and the gel chemistry, and that this photograph shows the ladder"
            )
        else:
            text = f"No lane of membrane {membrane} is marked as the ladder {product}"
            advice = "Give its lane the kind ladder in the sample sheet or in the window"
        out.append(Notice(text=text, advice=advice, membrane=membrane))
    return out
