"""What the commands do: read, analyse, write, and say what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import typer

from blotquant import edits
from blotquant.cli import complain
from blotquant.cli.report import report_lines
from blotquant.errors import BlotquantError, ProjectError, SettingsError
from blotquant.io.images import read_image, read_images
from blotquant.io.open_project import is_project, open_project
from blotquant.model.image import BlotImage
from blotquant.model.lane import LaneKind
from blotquant.model.project import Photograph, Project
from blotquant.progress import Progress, no_progress, part

READING, ANALYSING = 0.2, 0.9  # shares of the bar


def run(project: Project, out: Path, figure: Path | None) -> tuple[BlotquantError, ...]:
    """Analyse a project, write its tables and print what was found.

    Returns the errors of photographs that had to be left out (each was complained of); nothing is
    written when none is left.
    """
    from blotquant.export import write  # noqa: PLC0415 - not needed when a file is bad
    from blotquant.pipeline import analyse  # noqa: PLC0415 - as above

    with progress_bar() as progress:
        project, images, errors = read_what_can_be_read(project, part(progress, 0.0, READING))
        if not project.photographs:
            return errors
        analysis = analyse(project, images, part(progress, READING, ANALYSING))
        _make_folder(out)
        progress(ANALYSING, "Writing tables")
        written = write(project, analysis, out)
        if figure is not None:
            from blotquant.export.figure import write_figure  # noqa: PLC0415 - slow import

            _make_folder(figure.parent)
            progress(0.95, "Drawing the figure")
            write_figure(project, analysis, figure)
            written = (*written, figure)
        progress(1.0, "Done")
    for line in report_lines(project, analysis, written):
        typer.echo(line)
    return errors


def run_linearity(
    project: Project, out: Path | None, figure: Path | None
) -> tuple[BlotquantError, ...]:
    """Analyse a project and print its dilution series; write their table and figure if wanted.

    Returns the errors of photographs that had to be left out. Raises `SettingsError` where no lane
    holds a standard.
    """
    from blotquant.cli.linearity_report import linearity_lines  # noqa: PLC0415 - for one command
    from blotquant.export.linearity_figure import write_linearity_figure  # noqa: PLC0415 - as above
    from blotquant.export.linearity_table import write_linearity_table  # noqa: PLC0415 - as above
    from blotquant.pipeline import analyse  # noqa: PLC0415 - not needed when a file is bad

    if not any(s.kind is LaneKind.STANDARD for s in project.samples):
        raise SettingsError(
            "No lane holds a standard, so there is no dilution series",
            "Give its lanes the kind standard, a dose and a dose_unit in the sample sheet",
        )
    with progress_bar() as progress:
        project, images, errors = read_what_can_be_read(project, part(progress, 0.0, READING))
        if not project.photographs:
            return errors
        analysis = analyse(project, images, part(progress, READING, 1.0))
    for line in linearity_lines(analysis):
        typer.echo(line)
    written = []
    if out is not None:
        _make_folder(out)
        written.append(write_linearity_table(analysis, out))
    if figure is not None:
        _make_folder(figure.parent)
        written.append(write_linearity_figure(analysis, figure))
    for path in written:
        typer.echo(f"Wrote {path}")
    return errors


def read_what_can_be_read(
    project: Project, progress: Progress = no_progress
) -> tuple[Project, dict[str, BlotImage], tuple[BlotquantError, ...]]:
    """Return the project without photographs that cannot be read, the images, and the errors."""
    images: dict[str, BlotImage] = {}
    errors: list[BlotquantError] = []
    n = len(project.photographs)
    for i, photograph in enumerate(project.photographs):
        progress(i / n, f"Reading {Path(photograph.file).name}")
        try:
            images |= read_images(replace(project, photographs=(photograph,)))
        except BlotquantError as error:
            complain(error)
            errors.append(error)
            project = edits.remove_photograph(project, photograph.id)
    return project, images, tuple(errors)


def describe_files(files: tuple[Path, ...]) -> tuple[BlotquantError, ...]:
    """Print what is known of each picture; return the errors of those that cannot be read."""
    from blotquant.image.contrast import contrasts, work_copy  # noqa: PLC0415 - slow import
    from blotquant.image.polarity import guess_polarity  # noqa: PLC0415 - slow import
    from blotquant.io.info import describe  # noqa: PLC0415 - only for this command

    errors: list[BlotquantError] = []
    pictures = 0
    for path in files:
        try:
            for photograph in _pictures(path):
                image = read_image(photograph.file, photograph.page)
                copy = work_copy(image.pixels)
                pairs = describe(image, guess_polarity(copy, contrasts(copy)))
                if pictures:
                    typer.echo()
                width = max(len(label) for label, _ in pairs)
                for label, text in pairs:
                    typer.echo(f"{label:<{width}}  {text}")
                pictures += 1
        except BlotquantError as error:
            complain(error)
            errors.append(error)
    return tuple(errors)


def _pictures(path: Path) -> tuple[Photograph, ...]:
    """Return a picture as a photograph, or the photographs of a project."""
    if not is_project(path):
        return (Photograph(id=path.name, file=str(path)),)
    return open_project(path).photographs


def simulate_blots(out: Path, scenario: str, seed: int | None) -> None:
    """Write the demo experiment, one scenario or all of them, and print what was written."""
    from blotquant.simulate import scenarios, write_demo  # noqa: PLC0415 - only for this command
    from blotquant.simulate.photos import photo_scenes  # noqa: PLC0415 - as above

    if scenario == "list":
        typer.echo(f"Blots with known volumes: {', '.join(scenarios())}")
        typer.echo(f"Photographs that are hard to read: {', '.join(photo_scenes())}")
        return
    if scenario == "demo":
        path = write_demo(out) if seed is None else write_demo(out, seed)
        typer.echo("Wrote the demo experiment (simulated). Analyse it with:")
        typer.echo(f"  blotquant analyse {path} --out {out / 'results'}")
        return
    number = 1 if seed is None else seed
    known = (*scenarios(), *photo_scenes())
    if scenario not in {"all", *known}:
        raise SettingsError(
            f"There is no scenario called {scenario!r}",
            f"Choose demo, all or one of: {', '.join(known)}",
        )
    for name in known if scenario == "all" else (scenario,):
        typer.echo(f"Wrote {_simulated(name, number, out)}")


def _simulated(name: str, seed: int, out: Path) -> Path:
    """Write a blot or a photograph with its truth; return the picture's path."""
    from blotquant import simulate  # noqa: PLC0415 - only for one command
    from blotquant.simulate import photos  # noqa: PLC0415 - as above

    if name in photos.photo_scenes():
        photo = photos.simulate_photo(photos.photo_scene(name, seed))
        return photos.write_photo(photo, out, f"{name}_{seed}")
    blot = simulate.simulate_blot(simulate.scene(name, seed))
    return simulate.write_blot(blot, out, f"{name}_{seed}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file has that name" if folder.exists() else (error.strerror or "").lower()
        raise ProjectError(
            f"The folder {folder} cannot be made: {reason or 'the system refuses'}",
            "Choose a folder that you may write to",
        ) from error


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a callback that draws a bar on the error stream of a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console  # noqa: PLC0415 - slow import
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn  # noqa: PLC0415 - as above
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)
        yield lambda fraction, text: bar.update(task, completed=fraction, description=text)
