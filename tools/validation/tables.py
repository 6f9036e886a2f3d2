"""The tables of `docs/validation.md`, and how they get there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from validation.hand_truth import Picture
from validation.markdown import fraction, markdown, mean, number, percent, share_of, spread
from validation.matching import f1, share
from validation.photographs import PictureScore
from validation.ratios import Index, RatioScore
from validation.simulated import BlotScore
from validation.times import Timing

_TABLE = re.compile(r"(<!-- table:([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
LOST = 1.0
_PHOTOGRAPH_HEAD = (
    "photograph",
    "lanes",
    "lane F1",
    "centre error, % of width",
    "invented lanes",
    "bands",
    "recall",
    "precision",
    "polarity",
    "membranes",
)


class DocumentError(ValueError):
    """A document whose markers do not fit the tables."""


def with_tables(document: str, tables: Mapping[str, str]) -> str:
    """Return the document with these tables between their markers, all else as it was.

    Raises `DocumentError` when a table has no marker there, or two.
    """
    names = [match[2] for match in _TABLE.finditer(document)]
    for name in tables:
        if names.count(name) != 1:
            raise DocumentError(
                f"The document needs '<!-- table:{name} -->' and '<!-- end -->' once,"
                f" it has them {names.count(name)} times"
            )

    def filled(match: re.Match[str]) -> str:
        if match[2] not in tables:
            return match[0]
        return f"{match[1]}{tables[match[2]].rstrip()}\n{match[3]}"

    return _TABLE.sub(filled, document)


def detection_table(scores: Sequence[BlotScore]) -> str:
    """Return lanes, bands and polarity, scenario by scenario."""
    head = (
        "scenario",
        "blots",
        "lanes",
        "lane F1",
        "centre error, % of width",
        "invented lanes",
        "bands",
        "band precision",
        "band recall",
        "band F1",
        "polarity right",
    )
    return markdown(head, _by_scenario(scores, _detection_row))


def volume_table(scores: Sequence[BlotScore]) -> str:
    """Return errors, intervals and saturation flags, scenario by scenario."""
    head = (
        "scenario",
        "lost",
        "volume error, %",
        "lost = 100 %",
        "cleaved fraction, points",
        "95 % holds (blot)",
        "95 % holds (row)",
        "saturated flagged",
        "others flagged",
    )
    return markdown(head, _by_scenario(scores, _volume_row))


def ratio_table(scores: Iterable[RatioScore]) -> str:
    """Return what the program reports as ratios, by target and index."""
    head = (
        "source",
        "target",
        "ratio",
        "lanes",
        "numbers",
        "error",
        "95 % holds",
        "bounds",
        "bounds hold",
    )
    groups: dict[tuple[str, str, Index], list[RatioScore]] = {}
    for score in scores:
        groups.setdefault((score.source, score.target, score.index), []).append(score)
    rows = [
        _ratio_row(key, group)
        for key, group in sorted(
            groups.items(), key=lambda g: (g[0][0], g[0][1], list(Index).index(g[0][2]))
        )
    ]
    return markdown(head, rows)


def photograph_table(scores: Sequence[PictureScore]) -> str:
    """Return lanes, rows, polarity and membranes of real photographs."""
    rows = [_photograph_row(score.name, [score]) for score in scores]
    return markdown(_PHOTOGRAPH_HEAD, [*rows, _with_lanes(scores)])


def source_table(pictures: Sequence[Picture], scores: Sequence[PictureScore]) -> str:
    """Return the same, all photographs of one repository in a row."""
    groups: dict[str, list[PictureScore]] = {}
    for picture, score in zip(pictures, scores, strict=True):
        name = _repository(picture)
        groups.setdefault(name, []).append(score)
    rows = [
        _photograph_row(f"{name} ({len(group)})", group) for name, group in sorted(groups.items())
    ]
    return markdown(_PHOTOGRAPH_HEAD, [*rows, _with_lanes(scores)])


def _with_lanes(scores: Sequence[PictureScore]) -> tuple[str, ...]:
    return _photograph_row("**all with lanes**", [s for s in scores if s.lanes_true])


def _repository(picture: Picture) -> str:
    """Return where a photograph comes from, without the commit and the place in it."""
    return picture.source.split(" at ")[0].split(" ")[0]


def source_list(pictures: Sequence[Picture]) -> str:
    """Return where the photographs come from, each repository once."""
    sources: dict[str, tuple[str, str]] = {}
    for picture in pictures:
        licence = picture.licence.split(" (")[0]
        sources.setdefault(picture.name.split("/")[0], (_repository(picture), licence))
    return "\n".join(f"- {name}: {repo} ({licence})" for name, (repo, licence) in sources.items())


def time_table(timings: Sequence[Timing], where: str) -> str:
    """Return seconds with the machine they were measured on."""
    rows = [
        (t.what, number(t.median_s, 2, "not measured"), number(t.longest_s, 2, "not measured"))
        for t in timings
    ]
    return f"Measured on {where}.\n\n" + markdown(("step", "median, s", "longest, s"), rows)


def run_line(version: str, seeds: Sequence[int], n_scenarios: int) -> str:
    """Return the sentence that says what the tables were made from."""
    return (
        f"blotquant {version}; {n_scenarios} scenarios, seeds {', '.join(str(s) for s in seeds)}:"
        f" {n_scenarios * len(seeds)} blots and {len(seeds)} dose series of eight photographs each."
    )


def _by_scenario(
    scores: Sequence[BlotScore], row: Callable[[str, Sequence[BlotScore]], tuple[str, ...]]
) -> list[tuple[str, ...]]:
    groups: dict[str, list[BlotScore]] = {}
    for score in scores:
        groups.setdefault(score.scenario, []).append(score)
    return [*(row(name, group) for name, group in groups.items()), row("**all**", scores)]


def _detection_row(name: str, scores: Sequence[BlotScore]) -> tuple[str, ...]:
    lanes = sum(s.lanes_true for s in scores)
    invented = sum(s.lanes_invented for s in scores)
    bands, hit = sum(s.bands_true for s in scores), sum(s.bands_hit for s in scores)
    false = sum(s.bands_false for s in scores)
    return (
        name,
        str(len(scores)),
        str(lanes),
        number(f1(sum(s.lanes_hit for s in scores), lanes, invented), 3),
        percent(mean([e for s in scores for e in s.centre_errors])),
        str(invented),
        str(bands),
        number(share(hit, hit + false), 3),
        number(share(hit, bands), 3),
        number(f1(hit, bands, false), 3),
        f"{sum(s.polarity_right for s in scores)}/{len(scores)}",
    )


def _volume_row(name: str, scores: Sequence[BlotScore]) -> tuple[str, ...]:
    errors = [e for s in scores for e in s.volume_errors]
    lost = sum(s.n_lost for s in scores)
    flags = [f for s in scores for f in s.flagged]
    return (
        name,
        str(lost),
        spread(errors, digits=2),
        spread([*errors, *[LOST] * lost], digits=2),
        spread([e for s in scores for e in s.fraction_errors], digits=2),
        share_of([c for s in scores for c in s.covered_by_image]),
        share_of([c for s in scores for c in s.covered_by_row]),
        fraction([flagged for true, flagged in flags if true]),
        fraction([flagged for true, flagged in flags if not true]),
    )


def _ratio_row(key: tuple[str, str, Index], scores: Sequence[RatioScore]) -> tuple[str, ...]:
    source, target, index = key
    numbers = [s for s in scores if not math.isnan(s.error)]
    bounds = [s for s in scores if s.bound]
    unit = " points" if index is Index.FRACTION else " %"
    return (
        source,
        target,
        f"`{index.value}`",
        str(len(scores)),
        str(len(numbers)),
        spread([s.error for s in numbers], digits=2, unit=unit),
        share_of([s.holds for s in numbers]),
        str(len(bounds)),
        fraction([s.holds for s in bounds]),
    )


def _photograph_row(name: str, scores: Sequence[PictureScore]) -> tuple[str, ...]:
    read = [s for s in scores if not s.refused]
    lanes, cells = sum(s.lanes_true for s in scores), sum(s.cells_true for s in scores)
    invented = sum(s.lanes_invented for s in scores)
    judged, false = sum(s.judged_hit for s in scores), sum(s.judged_false for s in scores)
    if not read:
        return (name, str(lanes), "not read", *("-",) * 7)
    return (
        name,
        str(lanes),
        number(f1(sum(s.lanes_hit for s in scores), lanes, invented), 3) if lanes else "-",
        percent(mean([e for s in scores for e in s.centre_errors])),
        str(invented),
        str(cells),
        number(share(sum(s.cells_hit for s in scores), cells), 3),
        number(share(judged, judged + false), 3),
        _right([s.polarity_right for s in read]),
        _right([s.membranes_right for s in read if s.membranes_right is not None]),
    )


def _right(values: Sequence[bool]) -> str:
    if len(values) == 1:
        return "right" if values[0] else "wrong"
    return fraction(values)
