"""What a user said of rows and ladders that met nothing on the blots: a silent slip otherwise."""

from __future__ import annotations

from blotquant.model.ladder import LadderFit
from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.results import LaneResult, Notice, RowAssignment


def target_notices(
    project: Project,
    assignments: tuple[RowAssignment, ...],
    lanes: tuple[LaneResult, ...],
    fits: tuple[LadderFit, ...],
) -> tuple[Notice, ...]:
    """Return notices about named rows that are not there and ladders that give no weights."""
    return (*_absent_rows(project, assignments), *_unused_ladders(project, lanes, fits))


def _absent_rows(project: Project, assignments: tuple[RowAssignment, ...]) -> list[Notice]:
    rows = {(a.image, a.membrane, a.row) for a in assignments}
    membranes = {(image, membrane) for image, membrane, _ in rows}
    analysed = {image for image, _ in membranes}
    out = []
    for said in project.rows:
        if (said.image, said.membrane, said.row) in rows or said.image not in analysed:
            continue
        n = sum((image, membrane) == (said.image, said.membrane) for image, membrane, _ in rows)
        what = f"{said.target} {said.form}".strip() or "none of the targets"
        out.append(
            Notice(
                text=f"Row {said.row} of {said.membrane} was said to be {what}, "
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
