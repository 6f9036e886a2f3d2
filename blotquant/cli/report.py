"""What ``blotquant analyse`` prints: what was found, what is open, where the tables are."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from blotquant.cli.linearity_report import range_lines
from blotquant.cli.pages import image_name
from blotquant.lanes.registration_words import registration_text
from blotquant.model.project import Project
from blotquant.model.results import Analysis, ImageReport, Ratio, RowAssignment


def report_lines(project: Project, analysis: Analysis, written: tuple[Path, ...]) -> Iterator[str]:
    """Yield the lines, in reading order; the same analysis gives the same lines."""
    for report in analysis.images:
        yield from _photograph_lines(analysis, report)
    yield from _ratio_lines(analysis)
    yield from range_lines(analysis)
    yield from _open_lines(project, analysis)
    yield from _notice_lines(analysis)
    folders = dict.fromkeys(str(p.parent) for p in written)
    for folder in folders:
        names = ", ".join(p.name for p in written if str(p.parent) == folder)
        yield f"Wrote {names} to {folder}"


def _photograph_lines(analysis: Analysis, report: ImageReport) -> Iterator[str]:
    image = report.photograph.id
    sure = "sure" if report.polarity.is_sure else "NOT SURE, please confirm with --polarity"
    yield f"{image_name(analysis.project, image)}: {report.polarity.polarity} ({sure})"
    for membrane in report.membranes:
        lanes = analysis.lanes_of(image, membrane.name)
        rows = [a for a in analysis.assignments if (a.image, a.membrane) == (image, membrane.name)]
        n_lanes, n_rows = _counted(len(lanes), "lane"), _counted(len(rows), "row")
        yield f"  membrane {membrane.name}: {n_lanes}, {n_rows}"
        registration = analysis.registration(image, membrane.name)
        if registration is not None:
            lead = image_name(analysis.project, registration.to)
            yield f"    {registration_text(registration, lead)}"
        # Neighbouring rows of which the same is said share a line.
        for (what, reason), group in groupby(rows, lambda a: (_what(a), a.reason)):
            yield f"    {_row_text(analysis, tuple(group), what, reason)}"


def _what(a: RowAssignment) -> str:
    mw = f", {a.mw_kda:.0f} kDa" if math.isfinite(a.mw_kda) else ""
    return f"{a.target} {a.form}{mw}" if a.target else "not assigned"


def _row_text(analysis: Analysis, rows: tuple[RowAssignment, ...], what: str, reason: str) -> str:
    first, last = rows[0], rows[-1]
    if len(rows) > 1:
        return f"rows {first.row} to {last.row}: {what} ({reason})"
    bands = [m for m in analysis.bands_of(first.image, first.membrane) if m.band.row == first.row]
    seen = f"in {sum(m.detected for m in bands)} of {_counted(len(bands), 'lane')}"
    return f"row {first.row}: {what}, {seen} ({reason})"


def _ratio_lines(analysis: Analysis) -> Iterator[str]:
    """Yield the cleaved fractions, the headline of an apoptosis blot, lane by lane."""
    ratios = [r for r in analysis.ratios if r.ratio == "cleaved_fraction"]
    if not ratios:
        return
    level = f"{100 * analysis.project.settings.confidence_level:g} %"
    yield f"Cleaved fraction with its {level} interval:"
    width = max(len(f"{r.membrane}:{r.lane}") for r in ratios)
    for r in ratios:
        lane = f"{r.membrane}:{r.lane}"
        yield f"  {lane:<{width}}  {r.target}  {_value_text(r)}  {r.condition or r.sample}".rstrip()


def _value_text(r: Ratio) -> str:
    if not math.isfinite(r.value):
        return f"- ({r.reason})" if r.reason else "-"
    if r.bound:
        return f"{r.bound} {r.value:.3g}"
    return f"{r.value:.3f} ({r.ci_low:.3f} to {r.ci_high:.3f})"


def _open_lines(project: Project, analysis: Analysis) -> Iterator[str]:
    """Yield the rows that could be several things, each with the words that settle it."""
    open_rows = [a for a in analysis.assignments if _is_open(a)]
    unnamed = [
        p for p in project.photographs if not p.targets and any(a.image == p.id for a in open_rows)
    ]
    if unnamed:
        yield "Not decided, for it is not known what was probed. Name it by an option:"
    for p in unnamed:
        yield f"  --targets {_quoted(f'{image_name(project, p.id)}=NAME,NAME')}"
    ids = {p.id for p in unnamed}
    open_rows = [a for a in open_rows if a.image not in ids]
    if open_rows:
        yield "Not decided. Look at these rows and settle each by an option:"
        yield from (f"  {_row_option(project, analysis, a)}" for a in open_rows)
        yield "or by this line at the top of the experiment file:"
        yield f"  row = [{', '.join(_row_entry(project, a) for a in open_rows)}]"


def _row_option(project: Project, analysis: Analysis, a: RowAssignment) -> str:
    image = image_name(project, a.image)
    membrane = f":{a.membrane}" if len(analysis.image(a.image).membranes) > 1 else ""
    (target, form), *others = a.candidates
    choices = [*(f"{t}/{f}" for t, f in others), "none"]
    return (
        f"--row {_quoted(f'{image}{membrane}:{a.row}={target}/{form}')}   (or {', '.join(choices)})"
    )


def _row_entry(project: Project, a: RowAssignment) -> str:
    """Return an inline TOML table; JSON's quotes and escapes are TOML's."""
    target, form = a.candidates[0]
    values = {
        "image": image_name(project, a.image),
        "membrane": a.membrane,
        "row": a.row,
        "target": target,
        "form": form,
    }
    return "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in values.items()) + " }"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _notice_lines(analysis: Analysis) -> Iterator[str]:
    """Yield what a user should read, each sentence once.

    That a row is open was said already; what concerns one lane of it (saturation) was not.
    """
    open_rows = {(a.image, a.membrane, a.row) for a in analysis.assignments if _is_open(a)}
    seen: set[str] = set()
    for n in analysis.notices:
        if n.row and not n.lane and (n.image, n.membrane, n.row) in open_rows:
            continue
        place = f"{n.membrane}: " if n.membrane and n.membrane not in n.text else ""
        advice = f" {n.advice.rstrip('.')}." if n.advice else ""
        line = f"Note: {place}{n.text.rstrip('.')}.{advice}"
        if line not in seen:
            seen.add(line)
            yield line


def _is_open(a: RowAssignment) -> bool:
    """Return whether a row could be one of several things and waits for the user's word."""
    return not a.target and bool(a.candidates)


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
