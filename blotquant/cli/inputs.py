"""From what was typed to a project: the same decisions as in an experiment file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blotquant import edits
from blotquant.cli.pages import image_name, images_called, no_such_image, with_pages
from blotquant.errors import SettingsError
from blotquant.io import vocabulary
from blotquant.io.experiment import ONE_MEMBRANE
from blotquant.io.experiment_settings import control_error
from blotquant.io.open_project import is_project, open_project, project_of_photographs
from blotquant.io.problems import instead
from blotquant.io.sample_sheet import is_shown, read_sample_sheet
from blotquant.model.image import Polarity
from blotquant.model.project import Photograph, Project

ALL = "all"  # instead of the names of all images


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed of the options that describe a project; None and () mean not given."""

    panel: str | None = None
    targets: tuple[str, ...] = ()
    loading_control: str | None = None
    control: str | None = None
    samples: Path | None = None
    ladder: str | None = None
    chemistry: str | None = None
    polarity: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    ball_radius_px: float | None = None
    sensitivity: float | None = None
    together: bool = False
    membrane: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
    use_estimates: bool = False


def project_of(inputs: tuple[Path, ...], options: Options) -> Project:
    """Return the project that inputs and options describe; raise a `BlotquantError` otherwise."""
    project = with_pages(_opened(inputs, options), options.page, one_membrane=options.together)
    project = _with_membranes(project, options)
    project = _with_targets(project, options)
    project = _with_exposures(project, options)
    project = _with_polarity(project, options)
    project = _with_settings(project, options)
    if options.samples is not None:
        sheet = read_sample_sheet(options.samples, _membranes(project))
        project = edits.set_samples(project, sheet)
    project = _with_rows(project, options)
    if options.control is not None:
        error = control_error(options.control, project.samples, _membranes(project))
        if error is not None:
            raise error
        project = edits.set_control(project, options.control)
    return project


def _opened(inputs: tuple[Path, ...], options: Options) -> Project:
    projects = [p for p in inputs if is_project(p)]
    if not projects:
        return project_of_photographs(inputs, ONE_MEMBRANE if options.together else None)
    if len(inputs) > 1:
        raise SettingsError(
            f"{projects[0].name} cannot be analysed together with other files",
            "Give images alone, or one experiment file, or one project",
        )
    if options.together:
        raise SettingsError(
            f"--together is for images, and {projects[0].name} says itself what shows one membrane",
            "Leave --together out, or name the membranes with --membrane",
        )
    return open_project(projects[0])


def _with_membranes(project: Project, options: Options) -> Project:
    for text in options.membrane:
        photographs, value = _addressed(project, text, "--membrane")
        for p in photographs:
            project = edits.set_photograph_membranes(project, p.id, _names(value, "--membrane"))
    return project


def _with_targets(project: Project, options: Options) -> Project:
    for text in options.targets:
        photographs, value = _addressed(project, text, "--targets")
        targets = tuple(vocabulary.target_id(n) for n in _names(value, "--targets"))
        for p in photographs:
            project = edits.set_photograph_targets(project, p.id, tuple(dict.fromkeys(targets)))
    return project


def _with_exposures(project: Project, options: Options) -> Project:
    for text in options.exposures:
        names = _names(text, "--exposures")
        members = (
            project.photographs
            if names == (ALL,)
            else tuple(_photograph(project, n, "--exposures") for n in names)
        )
        project = edits.merge_photographs(project, (p.id for p in members))
    return project


def _with_polarity(project: Project, options: Options) -> Project:
    for text in options.polarity:
        photographs, value = _addressed(project, text, "--polarity")
        known = {p.value: p for p in Polarity}
        if value not in known:
            raise SettingsError(
                f"There is no polarity called {value!r}", f"Choose one of: {', '.join(known)}"
            )
        for p in photographs:
            project = edits.set_polarity(project, p.id, known[value])
    return project


def _with_settings(project: Project, options: Options) -> Project:
    if options.panel is not None:
        project = edits.set_panel(project, vocabulary.panel_id(options.panel))
    if options.loading_control is not None:
        names = _names(options.loading_control, "--loading-control")
        controls = tuple(vocabulary.control_id(n) for n in names)
        project = edits.set_loading_control(project, tuple(dict.fromkeys(controls)))
    project = _with_backgrounds(project, options)
    if options.use_estimates:
        project = edits.change_settings(project, use_estimates=True)
    if options.sensitivity is not None:
        project = edits.set_sensitivity(project, options.sensitivity)
    if options.chemistry is not None or options.ladder is not None:
        chemistry = (
            project.settings.chemistry
            if options.chemistry is None
            else vocabulary.chemistry_name(options.chemistry)
        )
        ladder = project.settings.ladder if options.ladder is None else options.ladder
        if ladder:
            ladder = vocabulary.ladder_id(ladder, chemistry)
        project = edits.set_ladder(project, ladder, chemistry)
    return project


def _with_backgrounds(project: Project, options: Options) -> Project:
    for text in options.background:
        membrane, equals, name = text.rpartition("=")
        if equals and not is_shown(membrane, _membranes(project)):
            raise SettingsError(
                f"--background: no image shows a membrane {membrane!r}",
                instead(membrane, _membranes(project)),
            )
        method = vocabulary.background_name(name)
        project = edits.set_background(project, method, membrane if equals else None)
    if options.ball_radius_px is not None:
        project = edits.change_settings(project, ball_radius_px=options.ball_radius_px)
    return project


def _with_rows(project: Project, options: Options) -> Project:
    for text in options.row:
        place, equals, said = text.partition("=")
        head, colon, number = place.rpartition(":")
        if not (equals and colon and number.isdecimal() and int(number) > 0):
            raise SettingsError(
                f"--row {text!r} cannot be understood",
                "Write FILE:ROW=TARGET/FORM, for instance parp.tif:2=PARP/p89",
            )
        photograph, membrane = _photograph_and_membrane(project, head)
        name, _, form = said.partition("/")
        target = "" if name.strip().casefold() in ("", "none") else vocabulary.target_id(name)
        form = vocabulary.form_name(target, form) if target else ""
        project = edits.assign_row(project, photograph.id, membrane, int(number), target, form)
    return project


def _photograph_and_membrane(project: Project, text: str) -> tuple[Photograph, str]:
    """Return what ``FILE`` or ``FILE:MEMBRANE`` stands for."""
    found = images_called(project, text)
    if not found and ":" in text:
        file, _, membrane = text.rpartition(":")
        photograph = _photograph(project, file, "--row")
        if not is_shown(membrane, photograph.membranes):
            raise SettingsError(
                f"--row: {file} does not show a membrane {membrane!r}",
                instead(membrane, photograph.membranes),
            )
        return photograph, membrane
    photograph = _photograph(project, text, "--row")
    if len(photograph.membranes) != 1:
        raise SettingsError(
            f"--row: {text} shows {len(photograph.membranes)} membranes",
            f"Write FILE:MEMBRANE:ROW with one of: {', '.join(photograph.membranes)}",
        )
    return photograph, photograph.membranes[0]


def _addressed(project: Project, text: str, option: str) -> tuple[tuple[Photograph, ...], str]:
    """Return the photographs that ``[FILE=]VALUE`` is about (all without FILE), and the value."""
    file, equals, value = text.rpartition("=")
    if not equals:
        return project.photographs, text.strip()
    return (_photograph(project, file, option),), value.strip()


def _photograph(project: Project, name: str, option: str) -> Photograph:
    found = images_called(project, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingsError(
            f"{option}: {name!r} stands for {len(found)} images",
            f"Write one of: {', '.join(image_name(project, p.id) for p in found)}",
        )
    raise no_such_image(project, name, option)


def _membranes(project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m for p in project.photographs for m in p.membranes))


def _names(text: str, option: str) -> tuple[str, ...]:
    names = tuple(n.strip() for n in text.split(",") if n.strip())
    if not names:
        raise SettingsError(f"{option} names nothing", f"Write {option} NAME or {option} NAME,NAME")
    return names
