"""Decisions that hold for the whole experiment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from blotquant.edits.photographs import set_photograph
from blotquant.model.project import MembraneBackground, Project


def change_settings(project: Project, **values: Any) -> Project:
    """Change settings by name; impossible values raise `SettingsError`."""
    return replace(project, settings=replace(project.settings, **values))


def set_panel(project: Project, panel: str) -> Project:
    """Choose the proteins that may be on these blots."""
    return change_settings(project, panel=panel)


def set_loading_control(project: Project, controls: tuple[str, ...]) -> Project:
    """Choose what to normalise by; none means the control that was probed."""
    return change_settings(project, loading_control=controls)


def set_control(project: Project, control: str) -> Project:
    """Choose the condition (or ``MEMBRANE:LANE``) that fold changes are relative to."""
    return change_settings(project, control=control)


def set_background(project: Project, background: str, membrane: str | None = None) -> Project:
    """Choose how the level under a band is estimated, for one membrane or (None) for all.

    An empty name lets a membrane follow the experiment again.
    """
    if membrane is None:
        return change_settings(project, background=background)
    rest = tuple(b for b in project.backgrounds if b.membrane != membrane)
    own = (MembraneBackground(membrane=membrane, background=background),) if background else ()
    return replace(project, backgrounds=(*rest, *own))


def set_sensitivity(project: Project, sensitivity: float) -> Project:
    """Choose the smallest signal-to-noise ratio of a row of bands."""
    return change_settings(project, sensitivity=sensitivity)


def set_ladder(
    project: Project, ladder: str, chemistry: str = "", image: str | None = None
) -> Project:
    """Choose the marker product and the gel chemistry, for one photograph or (None) for all."""
    if image is None:
        return change_settings(project, ladder=ladder, chemistry=chemistry)
    return set_photograph(project, image, ladder=ladder, chemistry=chemistry)


def rename(project: Project, name: str) -> Project:
    """Name the experiment."""
    return replace(project, name=name.strip() or "Untitled")


def set_note(project: Project, note: str) -> Project:
    """Write a note on the experiment."""
    return replace(project, note=note)
