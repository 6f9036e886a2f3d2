"""Writing a user's own targets and panels, checked against the shipped ones."""

from __future__ import annotations

import tomli_w

from blotquant.errors import ProjectError
from blotquant.io.atomic import write_text_atomically
from blotquant.model.target import Panel, Target
from blotquant.targets.library import load_library, read_library
from blotquant.targets.own import own_file, tables_of
from blotquant_resources import text

_HEAD = "# Own targets and panels; kda is what the band shows, not the predicted mass.\n"


def write_own_targets(targets: tuple[Target, ...], panels: tuple[Panel, ...]) -> None:
    """Write them in place of those that were there; `load_library` knows them from now on.

    Raises `SettingsError` where they contradict each other or the shipped tables, `ProjectError`
    where the file cannot be written; the file is as it was then.
    """
    own = _HEAD + tomli_w.dumps(tables_of(targets, panels))
    read_library(text("targets.toml"), text("ladders.toml"), own)
    path = own_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            f"The folder {path.parent} cannot be made: {error.strerror}",
            "Check its rights, or name another file in the variable BLOTQUANT_TARGETS",
        ) from error
    write_text_atomically(path, own)
    load_library.cache_clear()
