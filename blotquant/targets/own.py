"""A user's own targets and panels: where they are kept, and how they join the shipped tables."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blotquant.model.target import FormRole, Panel, Target

VARIABLE = "BLOTQUANT_TARGETS"
SOURCE = "own"
GIVEN = "given by you"
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "µ": "mu", "μ": "mu"}


def own_file() -> Path:
    """Return the file that holds them; the window and the command line read the same one.

    The environment variable ``BLOTQUANT_TARGETS`` names another one.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return folder / "blotquant" / "targets.toml"


def own_text() -> str:
    """Return what the file holds, nothing where there is none."""
    try:
        return own_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def joined(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables with a user's rows, completed, behind the shipped ones."""
    usual = {"gene": "", "uniprot": "", "provenance": [SOURCE]}
    targets = [{**usual, **row} for row in own.get("target", ())]
    panels = [{"loading_controls": [], **row} for row in own.get("panel", ())]
    return {
        **shipped,
        "sources": {**shipped.get("sources", {}), SOURCE: GIVEN},
        "target": [*shipped.get("target", ()), *targets],
        "panel": [*shipped.get("panel", ()), *panels],
    }


def tables_of(targets: tuple[Target, ...], panels: tuple[Panel, ...]) -> dict[str, Any]:
    """Return own targets and panels as the file writes them."""
    return {
        "target": [
            {
                "id": t.id,
                "name": t.name,
                "is_loading_control": t.is_loading_control,
                "forms": [{"name": f.name, "role": f.role.value, "kda": f.kda} for f in t.forms],
            }
            for t in targets
        ],
        "panel": [
            {
                "id": p.id,
                "name": p.name,
                "targets": list(p.targets),
                "loading_controls": list(p.loading_controls),
                "description": p.description,
            }
            for p in panels
        ],
    }


def id_of(name: str) -> str:
    """Return what a target or a panel of this name is called in files.

    >>> id_of("β-Catenin"), id_of("YAP 1")
    ('beta-catenin', 'yap-1')
    """
    spelled = "".join(_GREEK.get(c, c) for c in name.casefold())
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def form_names(forms: tuple[tuple[FormRole, float], ...]) -> tuple[str, ...]:
    """Return how forms are called by what they are and what they weigh.

    >>> form_names(((FormRole.PRO, 47.0), (FormRole.CLEAVED, 35.0)))
    ('pro', 'p35')
    """
    names = []
    for role, kda in forms:
        by_weight = role is FormRole.CLEAVED or [r for r, _ in forms].count(role) > 1
        names.append(f"p{kda:g}" if by_weight else role.value)
    return tuple(names)
