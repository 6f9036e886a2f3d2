"""Results as files: tables, provenance, figures.

An exporter is a small configured object with ``write(project, analysis, folder, now)`` that returns
the paths it wrote; third parties add theirs under the entry-point group ``blotquant.exporters``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from blotquant.errors import BlotquantError
from blotquant.export.csv_tables import write_tables
from blotquant.export.figure import FIGURE_FORMATS, write_figure
from blotquant.export.ladder_table import write_ladder_table
from blotquant.export.linearity_table import write_linearity_table
from blotquant.export.provenance import write_provenance
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant.registry import Registry

__all__ = ["EXPORTERS", "Exporter", "write", "write_figure"]


class Exporter(Protocol):
    """Something that writes an analysis into a folder."""

    def write(
        self, project: Project, analysis: Analysis, folder: Path, now: datetime | None
    ) -> tuple[Path, ...]:
        """Write into an existing folder and return the paths."""
        ...


EXPORTERS: Registry[Exporter] = Registry("exporter", "blotquant.exporters")

USUAL = ("tables", "provenance")


@EXPORTERS.register("tables")
@dataclass(frozen=True, slots=True, kw_only=True)
class TableExporter:
    """`bands.csv`, `lanes.csv`, `ratios.csv`, `summary.csv`, `ladders.csv`, `linearity.csv`."""

    def write(
        self, project: Project, analysis: Analysis, folder: Path, now: datetime | None
    ) -> tuple[Path, ...]:
        """Write the six tables; the time of the run does not stand in them."""
        del now
        paths = write_tables(project, analysis, folder)
        return (
            *paths,
            write_ladder_table(analysis, folder),
            write_linearity_table(analysis, folder),
        )


@EXPORTERS.register("provenance")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceExporter:
    """`provenance.json`."""

    def write(
        self, project: Project, analysis: Analysis, folder: Path, now: datetime | None
    ) -> tuple[Path, ...]:
        """Write the settings, the inputs and the decisions, with the time of the run."""
        return (write_provenance(project, analysis, folder, now),)


@EXPORTERS.register("figure")
@dataclass(frozen=True, slots=True, kw_only=True)
class FigureExporter:
    """`figure.svg`, or another `suffix` of `FIGURE_FORMATS`."""

    suffix: str = FIGURE_FORMATS[0]

    def write(
        self, project: Project, analysis: Analysis, folder: Path, now: datetime | None
    ) -> tuple[Path, ...]:
        """Write the figure; it holds no time."""
        del now
        return (write_figure(project, analysis, folder / f"figure{self.suffix}"),)


def write(
    project: Project,
    analysis: Analysis,
    folder: Path | str,
    *,
    exporters: Sequence[str] = USUAL,
    now: datetime | None = None,
) -> tuple[Path, ...]:
    """Write an analysis into a folder, which is made where it is missing; return the paths.

    Parameters
    ----------
    exporters
        Names in `EXPORTERS`, in the order in which they write; the tables and the provenance.
    now
        Time of the run for the provenance; None takes ``SOURCE_DATE_EPOCH`` or the clock.

    The same analysis gives the same bytes, but for the time in `provenance.json`. Raises
    `BlotquantError` naming the folder when it cannot be made or written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BlotquantError(
            f"The folder {folder} cannot be made: {error.strerror or error}",
            "Choose a folder that you may write to",
        ) from error
    paths: list[Path] = []
    for name in exporters:
        paths.extend(EXPORTERS.create(name).write(project, analysis, folder, now))
    return tuple(paths)
