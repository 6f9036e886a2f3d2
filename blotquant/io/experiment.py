"""The experiment file: TOML that says which photographs show what, and how to analyse them.

::

    name = "VK2 dose series"
    samples = "samples.csv"            # or [[lane]] entries

    [[image]]
    file = "parp.tif"                  # relative to this file
    membrane = "A"                     # the same name = the same piece of membrane
    targets = ["PARP"]
    role = "target"                    # target | loading | total-protein | marker
    page = 1                           # of a file with several pages or channels
    exposures = ["parp_60s.tif"]       # further exposures of the same blot, merged with it

    [analysis]
    loading_control = "beta-actin"
    control = "vehicle"

    [[membrane]]                       # measured otherwise than the rest
    name = "A"
    background = "rolling-ball"

    [[row]]                            # settles what one row of bands is
    image = "parp.tif"
    row = 2
    target = "PARP"
    form = "p89"

Images without `membrane` show one membrane together. Everything that is wrong is told at once.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from blotquant.errors import ExperimentError, ProjectError
from blotquant.io import vocabulary
from blotquant.io.experiment_membranes import read_backgrounds
from blotquant.io.experiment_rows import read_rows
from blotquant.io.experiment_settings import check_control, read_settings
from blotquant.io.files import is_there
from blotquant.io.paths import absolute, folder_of
from blotquant.io.problems import Entry, Problems, nearest
from blotquant.io.sample_sheet import COLUMNS as LANE_KEYS
from blotquant.io.sample_sheet import samples_of, sheet_entries
from blotquant.model.image import Polarity
from blotquant.model.project import ImageRole, Photograph, Project

TOP_KEYS = ("name", "note", "samples", "image", "lane", "analysis", "membrane", "row")
IMAGE_KEYS = (
    "file",
    "membrane",
    "targets",
    "role",
    "ladder",
    "chemistry",
    "polarity",
    "exposure_s",
    "id",
    "sha256",
    "page",
    "series",
    "exposures",
)
MEMBRANE_KEYS = ("name", "background")
ROW_KEYS = ("image", "file", "membrane", "row", "target", "form", "at")
ONE_MEMBRANE = "blot"  # the name of the one that images show which do not say
MAX_BYTES = 2**19  # some thousand images; what is larger is something else and takes long to read
_MAX_DOTS = 200  # in a line: the parser takes the square of their number


def read_experiment(path: Path | str) -> Project:
    """Read an experiment file.

    Raises `ExperimentError` whose `problems` name every unknown key and impossible value with its
    place and a remedy, and `ProjectError` when the file itself cannot be read.
    """
    path = Path(path)
    problems = Problems()
    table = _toml(path)
    top = Entry(table, "", TOP_KEYS, problems)
    folder = folder_of(path)
    entries = _entries(top, "image", IMAGE_KEYS)
    first = _photographs(entries, folder, problems)
    photographs = (
        *first,
        *(x for e, p in zip(entries, first, strict=False) for x in _further(e, p, folder)),
    )
    photographs = _marked(entries, photographs)
    membranes = tuple(dict.fromkeys(m for p in photographs for m in p.membranes))
    lanes = list(_entries(top, "lane", LANE_KEYS))
    if top.text("samples"):
        lanes += sheet_entries(folder / top.text("samples"), problems)
    samples = samples_of(lanes, membranes, problems)
    settings = read_settings(top)
    check_control(settings.control, samples, membranes, problems)
    rows = read_rows(_entries(top, "row", ROW_KEYS), entries, photographs[: len(first)])
    backgrounds = read_backgrounds(_entries(top, "membrane", MEMBRANE_KEYS), membranes)
    if problems.found:
        raise ExperimentError(path.name, tuple(problems.found))
    return Project(
        name=top.text("name") or path.stem,
        note=top.text("note"),
        photographs=photographs,
        samples=samples,
        settings=settings,
        rows=rows,
        backgrounds=backgrounds,
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProjectError(
                f"{path.name} is too large for an experiment file", "Check that it is the right one"
            )
        data = path.read_bytes()
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else (error.strerror or "unreadable").lower()
        raise ProjectError(
            f"{path.name} cannot be read: {reason}",
            "Check that the file exists and that you may read it",
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"line {line}: is not UTF-8 text; save the file as UTF-8"
        raise ExperimentError(path.name, (problem,)) from error
    for k, row in enumerate(text.splitlines(), start=1):
        if row.count(".") > _MAX_DOTS:
            raise ExperimentError(path.name, (f"line {k}: has too many dots; write two lines",))
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ExperimentError(path.name, (_syntax(error),)) from error


def _syntax(error: Exception) -> str:
    """Return what the TOML parser says, with the remedy for what biologists run into."""
    if isinstance(error, RecursionError):
        return "is nested too deeply; an experiment file has tables of plain values"
    what = str(error).replace(" (at", ", at").rstrip(")")
    hint = "texts stand in quotes, lists in [ ], one `key = value` a line"
    if "\\" in what or "escape" in what.lower():
        hint = "write paths with forward slashes"
    return f"{what}; {hint}"


def _entries(top: Entry, key: str, known: tuple[str, ...]) -> tuple[Entry, ...]:
    """Return the entries of an array of tables, each with its place for messages."""
    value = top.table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        top.problems.add(f"[[{key}]]", "is not a list of entries", f"write [[{key}]] above each")
        return ()
    places = [f"[[{key}]] entry {i}{_who(v)}" for i, v in enumerate(value, start=1)]
    return tuple(
        Entry(v, place, known, top.problems) for v, place in zip(value, places, strict=True)
    )


def _who(table: dict[str, Any]) -> str:
    """Return what tells an entry from others: its file, or its lane."""
    if isinstance(table.get("file"), str):
        return f" ({table['file']})"
    if isinstance(table.get("lane"), int):
        return f" (lane {table['lane']})"
    return ""


def _photographs(
    entries: tuple[Entry, ...], folder: Path, problems: Problems
) -> tuple[Photograph, ...]:
    if not entries:
        problems.add("[[image]]", "there is no image", 'add [[image]] and file = "blot.tif"')
    photographs = tuple(_photograph(e, i, folder) for i, e in enumerate(entries, start=1))
    for image, count in Counter(p.id for p in photographs).items():
        if count > 1:
            problems.add("[[image]]", f"the id {image!r} stands there twice", "give each its own")
            return tuple({p.id: p for p in photographs}.values())
    return photographs


def _photograph(entry: Entry, number: int, folder: Path) -> Photograph:
    polarity = entry.choice("polarity", "", [p.value for p in Polarity])
    chemistry = vocabulary.named(entry, "chemistry", vocabulary.chemistry_name)
    return Photograph(
        id=entry.text("id") or f"img{number}",
        file=_file(entry, folder),
        membranes=entry.texts("membrane", (ONE_MEMBRANE,)),
        targets=vocabulary.names(entry, "targets", vocabulary.target_id),
        role=ImageRole(entry.choice("role", ImageRole.TARGET.value, [r.value for r in ImageRole])),
        ladder=vocabulary.named(entry, "ladder", lambda n: vocabulary.ladder_id(n, chemistry)),
        chemistry=chemistry,
        polarity=Polarity(polarity) if polarity else None,
        exposure_s=entry.number("exposure_s", None, minimum=0.0),
        sha256=entry.text("sha256"),
        page=(entry.count("page") or 0) if "page" in entry.table else 0,
        series=entry.text("series"),
    )


def _further(entry: Entry, first: Photograph, folder: Path) -> tuple[Photograph, ...]:
    """Return the further exposures of a photograph, which show what it shows."""
    files = entry.texts("exposures", ())
    if files and entry.table.get("series"):
        entry.wrong("exposures", "stands beside `series`", "write one of the two")

    def wrong(what: str, remedy: str) -> None:
        entry.wrong("exposures", what, remedy)

    return tuple(
        replace(
            first,
            id=f"{first.id}-{number}",
            file=_path(file, folder, wrong),
            series=_series_name(first),
            sha256="",
            exposure_s=None,
            page=0,
        )
        for number, file in enumerate(files, start=2)
    )


def _series_name(first: Photograph) -> str:
    return f"{Path(first.file).stem} exposures"


def _marked(
    entries: tuple[Entry, ...], photographs: tuple[Photograph, ...]
) -> tuple[Photograph, ...]:
    """Return the photographs with those marked that have further exposures."""
    heads = {
        p.id
        for e, p in zip(entries, photographs, strict=False)
        if e.table.get("exposures") and not p.series
    }
    return tuple(replace(p, series=_series_name(p)) if p.id in heads else p for p in photographs)


def _file(entry: Entry, folder: Path) -> str:
    """Return the absolute path of an image; note it when it is not there."""
    file = entry.text("file")
    if not file:
        entry.wrong("file", "is missing", "name the image file")
        return ""
    return _path(file, folder, lambda what, remedy: entry.wrong("file", what, remedy))


def _path(file: str, folder: Path, wrong: Callable[[str, str], None]) -> str:
    """Return the absolute path of a file; tell `wrong` when it is not there, and what to do."""
    if "\\" in file and not (folder / file).exists():
        file = file.replace("\\", "/")  # written on Windows, read elsewhere
    path = Path(absolute(file, folder))
    if not is_there(path):
        there = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        near = " or ".join(f"`{n}`" for n in nearest(path.name, there))
        remedy = f"did you mean {near}?" if near else "check the name and the folder"
        wrong(f"{file!r} is not there", remedy)
    return path.as_posix()
