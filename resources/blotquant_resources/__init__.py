"""Files that the program brings along: tables of targets and ladders, icons, styles, templates.

>>> from blotquant_resources import text
>>> text("targets.toml").startswith("#")
True
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def path(name: str) -> Traversable:
    """Return the place of a resource, for instance ``"icons/open.svg"``.

    It can be opened and read wherever the package is installed, even inside a zip; raise
    `FileNotFoundError` when there is no such file or folder.
    """
    place = files(__name__).joinpath(*name.split("/"))
    if not (place.is_file() or place.is_dir()):
        raise FileNotFoundError(f"blotquant_resources holds no {name!r}")
    return place


def text(name: str) -> str:
    """Return the text of a UTF-8 resource; raise `FileNotFoundError` when there is none."""
    return path(name).read_text(encoding="utf-8")
