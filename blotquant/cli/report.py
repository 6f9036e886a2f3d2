"""What ``blotquant analyse`` prints: what was found, what is open, where the tables are."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

from blotquant.model.project import Project
from blotquant.model.results import Analysis, ImageReport, Ratio, RowAssignment


def report_lines(project: Project, analysis: Analysis, written: tuple[Path, ...]) -> Iterator[str]:
    """Yield the lines, in reading order; the same analysis gives the same lines."""
    for report in analysis.images:
        yield from _photograph_lines(analysis, report)
    yield from _ratio_lines(analysis)
    yield from _open_lines(project, analysis)
    yield from _notice_lines(analysis)
    folders = dict.fromkeys(str(p.parent) for p in written)
    for folder in folders:
        names = ", ".join(p.name for p in written if str(p.parent) == folder)
        yield f"Wrote {names} to {folder}"


def _photograph_lines(analysis: Analysis, report: ImageReport) -> Iterator[str]:
    image = report.photograph.id
    sure = "sure" if report.polarity.is_sure else "NOT SURE, please confirm with --polarity"
    yield f"{report.image.name}: {report.polarity.polarity} ({sure})"
    for membrane in report.membranes:
        lanes = analysis.lanes_of(image, membrane.name)
        rows = [a for a in analysis.assignments if (a.image, a.membrane) == (image, membrane.name)]
        yield f"  membrane {membrane.name}: {len(lanes)} lanes, {len(rows)} rows of bands"
        for assignment in rows:
            yield f"    {_row_text(analysis, assignment)}"


def _row_text(analysis: Analysis, a: RowAssignment) -> str:
    bands = [m for m in analysis.bands_of(a.image, a.membrane) if m.band.row == a.row]
    seen = sum(m.detected for m in bands)
    what = f"{a.target} {a.form}" if a.target else "not assigned"
    mw = f", {a.mw_kda:.0f} kDa" if math.isfinite(a.mw_kda) else ""
    return f"row {a.row}: {what}{mw}, in {seen} of {len(bands)} lanes ({a.reason})"


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
    open_rows = [a for a in analysis.assignments if not a.target and a.candidates]
    if not open_rows:
        return
    yield "Not decided. Look at these rows and settle each by an option:"
    entries = []
    for a in open_rows:
        image = _image_name(project, a.image)
        target, form = a.candidates[0]
        others = ", ".join(f"{t}/{f}" for t, f in a.candidates[1:])
        alternative = f"   (or {others}, or none)" if others else "   (or none)"
        yield f"  --row {_quoted(f'{image}:{a.membrane}:{a.row}={target}/{form}')}{alternative}"
        entries.append(
            f"{{ image = {json.dumps(image)}, membrane = {json.dumps(a.membrane)},"
            f" row = {a.row}, target = {json.dumps(target)}, form = {json.dumps(form)} }}"
        )
    yield "or by this line at the top of the experiment file:"
    yield f"  row = [{', '.join(entries)}]"


def _image_name(project: Project, image: str) -> str:
    """Return the file name of a photograph, or its id where two files share the name."""
    names = {p.id: Path(p.file).name for p in project.photographs}
    return image if list(names.values()).count(names[image]) > 1 else names[image]


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _notice_lines(analysis: Analysis) -> Iterator[str]:
    seen: set[str] = set()
    for n in analysis.notices:
        place = f"{n.membrane}:{n.lane}: " if n.lane else f"{n.membrane}: " if n.membrane else ""
        text = f"{place}{n.text.rstrip('.')}."
        advice = f" {n.advice.rstrip('.')}." if n.advice else ""
        line = f"Note: {text}{advice}"
        if line not in seen:
            seen.add(line)
            yield line
