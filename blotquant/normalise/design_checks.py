"""Does the sample sheet fit the lanes that were found? A lane too many shifts every condition."""

from __future__ import annotations

from blotquant.model.lane import LaneKind
from blotquant.model.project import Project
from blotquant.model.results import LaneResult, Notice
from blotquant.normalise.design import declared_name, sample_of

_ADVICE = "Lanes count from the left, ladder lanes too: compare sheet and picture lane by lane"


def design_notices(project: Project, lanes: tuple[LaneResult, ...]) -> tuple[Notice, ...]:
    """Return notices about lines of the sheet without a lane, and lanes without a line."""
    if not project.samples or not lanes:
        return ()
    found: dict[str, dict[int, LaneKind]] = {}
    for r in lanes:
        found.setdefault(r.lane.membrane, {})[r.lane.number] = r.lane.kind
    return (*_without_lane(project, found), *_without_line(project, found))


def _without_lane(project: Project, found: dict[str, dict[int, LaneKind]]) -> list[Notice]:
    used = {
        id(sample)
        for membrane, numbers in found.items()
        for number in numbers
        if (sample := sample_of(project, (membrane, number))) is not None
    }
    # A line that another one overrides on its membrane has a lane all the same.
    largest = max(max(numbers) for numbers in found.values())
    out = []
    for membrane in dict.fromkeys(s.membrane for s in project.samples):
        lost = [
            s.lane
            for s in project.samples
            if s.membrane == membrane and id(s) not in used and (membrane or s.lane > largest)
        ]
        if not lost:
            continue
        counts = [
            len(numbers)
            for name, numbers in found.items()
            if membrane in ("", name, declared_name(project, name))
        ]
        where = f" of membrane {membrane}" if membrane else ""
        n = max(counts, default=0)
        seen = f"{n} lane was found" if n == 1 else f"{n or 'no'} lanes were found"
        out.append(
            Notice(
                text=f"The sample sheet describes {_lanes(lost)}{where}, but {seen}",
                advice=_ADVICE,
                membrane=membrane if membrane in found else "",
            )
        )
    return out


def _without_line(project: Project, found: dict[str, dict[int, LaneKind]]) -> list[Notice]:
    out = []
    for membrane, numbers in found.items():
        samples = [n for n, kind in numbers.items() if kind is LaneKind.SAMPLE]
        lost = sorted(n for n in samples if sample_of(project, (membrane, n)) is None)
        if lost and len(lost) < len(samples):
            out.append(
                Notice(
                    text=f"The sample sheet has no line for {_lanes(lost)} of membrane {membrane}",
                    advice=_ADVICE,
                    membrane=membrane,
                )
            )
    return out


def _lanes(numbers: list[int]) -> str:
    noun = "lane" if len(numbers) == 1 else "lanes"
    return f"{noun} {', '.join(map(str, sorted(numbers)))}"
