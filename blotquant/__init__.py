"""Western blots to numbers that a scientist can defend.

>>> import blotquant as bq
>>> project = bq.open_project("experiment.toml")  # doctest: +SKIP
>>> analysis = bq.analyse(project)  # doctest: +SKIP
>>> analysis.ratios  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blotquant.errors import BlotquantError
    from blotquant.export import write
    from blotquant.io.images import read_image
    from blotquant.io.open_project import open_project, save_project
    from blotquant.model.project import Photograph, Project
    from blotquant.model.results import Analysis
    from blotquant.model.settings import AnalysisSettings
    from blotquant.pipeline import analyse

__version__ = "0.1.0"

_HOME = {
    "Analysis": "blotquant.model.results",
    "AnalysisSettings": "blotquant.model.settings",
    "BlotquantError": "blotquant.errors",
    "Photograph": "blotquant.model.project",
    "Project": "blotquant.model.project",
    "analyse": "blotquant.pipeline",
    "open_project": "blotquant.io.open_project",
    "read_image": "blotquant.io.images",
    "save_project": "blotquant.io.open_project",
    "write": "blotquant.export",
}

__all__ = [
    "Analysis",
    "AnalysisSettings",
    "BlotquantError",
    "Photograph",
    "Project",
    "__version__",
    "analyse",
    "open_project",
    "read_image",
    "save_project",
    "write",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that start-up stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module 'blotquant' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
