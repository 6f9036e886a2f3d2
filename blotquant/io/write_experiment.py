"""Writing a project as an experiment file, and saying what such a file cannot hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from blotquant.io.atomic import write_text_atomically
from blotquant.io.experiment_settings import control_error
from blotquant.io.paths import folder_of, relative
from blotquant.io.sample_sheet import is_shown
from blotquant.model.lane import LaneKind
from blotquant.model.project import AssignedRow, ImageRole, Photograph, Project
from blotquant.model.sample import Sample
from blotquant.model.settings import AnalysisSettings


def write_experiment(project: Project, path: Path | str) -> None:
    """Write an experiment file atomically; reading it gives an equal project.

    Except for what `what_toml_cannot_hold` lists, which is left out. Raises `ProjectError` when the
    file cannot be written.
    """
    write_text_atomically(path, experiment_text(project, folder_of(path)))


def experiment_text(project: Project, folder: Path) -> str:
    """Return the TOML text of a project; image files are named relative to `folder`."""
    project = _readable(project)
    document: dict[str, Any] = {"name": project.name}
    if project.note:
        document["note"] = project.note
    document["image"] = [
        _image(p, number, folder) for number, p in enumerate(project.photographs, start=1)
    ]
    document["lane"] = [_lane(s) for s in project.samples]
    document["analysis"] = _analysis(project.settings)
    document["membrane"] = [
        {"name": b.membrane, "background": b.background} for b in project.backgrounds
    ]
    document["row"] = [row_entry(r) for r in project.rows]
    return tomli_w.dumps({key: value for key, value in document.items() if value != []})


def what_toml_cannot_hold(project: Project) -> tuple[str, ...]:
    """Return, in words, the decisions that TOML leaves out; a ``.blot`` holds them."""
    name = {p.id: Path(p.file).name for p in project.photographs}
    lost = [
        f"{len(p.membranes)} placed membranes on {name.get(p.image, p.image)}"
        for p in project.membranes
    ]
    lost += [
        f"{len(p.lanes)} placed lanes on {name.get(p.image, p.image)}, membrane {p.membrane}"
        for p in project.lanes
    ]
    lost += [
        f"{len(p.bands)} placed bands on {name.get(p.image, p.image)}, membrane {p.membrane}"
        for p in project.bands
    ]
    kept = _readable(project)
    if project.weights:
        lost.append(f"{len(project.weights)} weights of marker bands")
    for n, what in (
        (len(project.samples) - len(kept.samples), "lanes of the sample sheet"),
        (len(project.backgrounds) - len(kept.backgrounds), "chosen backgrounds"),
    ):
        if n:
            lost.append(f"{n} {what} of membranes that no photograph shows")
    if project.settings.control != kept.settings.control:
        lost.append(f"the control {project.settings.control!r}, which no lane has")
    if project.embed_pictures:
        lost.append("that pictures are kept inside the project file")
    return tuple(lost)


def _readable(project: Project) -> Project:
    """Return the project without what the file could not be opened with again.

    That is what was said of membranes that no photograph shows any more, and a control that is no
    lane's.
    """
    shown = tuple(dict.fromkeys(m for p in project.photographs for m in p.membranes))
    samples = tuple(s for s in project.samples if not s.membrane or is_shown(s.membrane, shown))
    settings = project.settings
    if control_error(settings.control, samples, shown) is not None:
        settings = replace(settings, control="")
    return replace(
        project,
        samples=samples,
        settings=settings,
        backgrounds=tuple(b for b in project.backgrounds if is_shown(b.membrane, shown)),
    )


def row_entry(row: AssignedRow, image: str = "") -> dict[str, Any]:
    """Return the ``[[row]]`` entry that settles a row; `image` names it other than by its id."""
    return {
        "image": image or row.image,
        "membrane": row.membrane,
        "row": row.row,
        "target": row.target,
        **({"form": row.form} if row.target else {}),
        **({"at": list(row.at)} if row.at is not None else {}),
    }


def _filled(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs that say something."""
    return {key: value for key, value in pairs if value not in ("", None, [])}


def _one_or_list(names: tuple[str, ...]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def _image(photograph: Photograph, number: int, folder: Path) -> dict[str, Any]:
    p = photograph
    return {
        "file": relative(p.file, folder),
        "membrane": _one_or_list(p.membranes),
        **_filled(
            (
                ("targets", _one_or_list(p.targets)),
                ("role", "" if p.role is ImageRole.TARGET else p.role.value),
                ("ladder", p.ladder),
                ("chemistry", p.chemistry),
                ("polarity", p.polarity.value if p.polarity else ""),
                ("exposure_s", p.exposure_s),
                ("id", "" if p.id == f"img{number}" else p.id),
                ("sha256", p.sha256),
                ("page", p.page or None),
                ("series", p.series),
            )
        ),
    }


def _lane(sample: Sample) -> dict[str, Any]:
    s = sample
    return _filled(
        (
            ("membrane", s.membrane),
            ("lane", s.lane),
            ("sample", s.sample),
            ("condition", s.condition),
            ("dose", s.dose),
            ("dose_unit", s.dose_unit),
            ("time_h", s.time_h),
            ("replicate", s.replicate),
            ("kind", "" if s.kind is LaneKind.SAMPLE else s.kind.value),
        )
    )


def _analysis(settings: AnalysisSettings) -> dict[str, Any]:
    """Return the settings that differ from the defaults, and the panel for the reader."""
    table: dict[str, Any] = {"panel": settings.panel}
    for f in fields(AnalysisSettings):
        value = getattr(settings, f.name)
        if value != f.default:
            table[f.name] = list(value) if isinstance(value, tuple) else value
    return table
