"""The library: targets, panels, stains and ladders as the shipped tables state them.

Every entry carries its provenance in words; what begins with ``unverified`` is laboratory knowledge
that was not confirmed against a primary document, and is shown as such.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Any

from blotquant.errors import BlotquantError, SettingsError
from blotquant.model.ladder import Ladder
from blotquant.model.target import Panel, Target
from blotquant.targets.names import NameIndex, key_of
from blotquant.targets.own import GIVEN, joined, own_file, own_text
from blotquant.targets.tables import LadderTables, Stain, ladder_tables, panels_of, stains_of
from blotquant.targets.tables import targets_of as targets_of_table
from blotquant_resources import text

__all__ = ["Library", "Stain", "load_library", "read_library"]

ANY_CHEMISTRY = "any"
_FEWEST_CUSTOM_BANDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All entries, and ways to find them by what people type.

    `ladders` holds one `Ladder` per product and gel chemistry, the products in table order.
    `own_problem` says why a user's own entries are missing, empty where they are not.
    """

    targets: tuple[Target, ...]
    panels: tuple[Panel, ...]
    stains: tuple[Stain, ...]
    ladders: tuple[Ladder, ...]
    own_problem: str = ""
    _target_names: NameIndex = field(repr=False, compare=False)
    _panel_names: NameIndex = field(repr=False, compare=False)
    _ladder_names: NameIndex = field(repr=False, compare=False)
    _ladders_without_table: Mapping[str, str] = field(repr=False, compare=False)

    def known(self, targets: Iterable[str]) -> tuple[str, ...]:
        """Return the ids among these that it holds: own targets may be missing elsewhere."""
        held = {t.id for t in self.targets}
        return tuple(t for t in targets if t in held)

    def name_of(self, target: str) -> str:
        """Return what the target with this id is called, the id where there is none."""
        return next((t.name for t in self.targets if t.id == target), target)

    @property
    def own_targets(self) -> tuple[Target, ...]:
        """The targets that the user added."""
        return tuple(t for t in self.targets if t.provenance == GIVEN)

    @property
    def own_panels(self) -> tuple[Panel, ...]:
        """The panels that the user added."""
        return tuple(p for p in self.panels if p.is_own)

    @property
    def loading_controls(self) -> tuple[Target, ...]:
        """The targets that are offered as loading controls, in table order."""
        return tuple(t for t in self.targets if t.is_loading_control)

    @property
    def chemistries(self) -> tuple[str, ...]:
        """The gel chemistries for which some ladder has a table of its own."""
        named = (x.chemistry for x in self.ladders)
        return tuple(dict.fromkeys(c for c in named if c not in ("", ANY_CHEMISTRY)))

    def target(self, name: str) -> Target:
        """Return the target with this id or alias; raise `SettingsError` with close matches."""
        found = self._target_names.find(name)
        return next(t for t in self.targets if t.id == found)

    def panel(self, name: str) -> Panel:
        """Return the panel with this id; raise `SettingsError` with close matches."""
        found = self._panel_names.find(name)
        return next(p for p in self.panels if p.id == found)

    def ladder(self, name: str, chemistry: str = "") -> Ladder:
        """Return a ladder's table for one gel chemistry.

        Parameters
        ----------
        name
            Id, product name or catalogue number; or the bands themselves as numbers
            (``"250, 150, 100, 75"``, kDa), which makes a ladder of one's own.
        chemistry
            "" when it is not known: then the first table of the product is returned, and
            `chemistry_is_known` says no where that matters.

        Raises `SettingsError` for an unknown ladder, one whose weights are not known well enough,
        and a chemistry for which the product has no table.
        """
        own = _custom_ladder(name, chemistry)
        if own is not None:
            return own
        reason = self._ladders_without_table.get(key_of(name))
        if reason:
            raise SettingsError(
                f"The ladder {name!r} has no table: {reason}",
                "Give its bands in kDa as numbers from its leaflet, such as `250, 130, 100, 70`",
            )
        tables = self._tables(self._ladder_names.find(name))
        if not chemistry:
            return tables[0]
        return self._for_chemistry(tables, chemistry)

    def chemistry_is_known(self, name: str, chemistry: str = "") -> bool:
        """Return whether the table that `ladder` returns is certain to fit the gel."""
        ladder = self.ladder(name, chemistry)
        if ladder.chemistry == ANY_CHEMISTRY or _custom_ladder(name, chemistry) is not None:
            return True
        return bool(ladder.chemistry and chemistry)

    def _tables(self, ladder: str) -> tuple[Ladder, ...]:
        return tuple(x for x in self.ladders if x.id == ladder)

    def _for_chemistry(self, tables: tuple[Ladder, ...], chemistry: str) -> Ladder:
        known = {key_of(c): c for c in self.chemistries}
        if key_of(chemistry) not in known:
            raise SettingsError(
                f"There is no gel chemistry called {chemistry!r}",
                f"Choose one of: {', '.join(self.chemistries)}",
            )
        wanted = known[key_of(chemistry)]
        for choice in (wanted, ANY_CHEMISTRY, ""):
            for table in tables:
                if table.chemistry == choice:
                    return table
        there = ", ".join(t.chemistry for t in tables)
        raise SettingsError(
            f"{tables[0].name} has no table for {wanted} gels",
            f"Choose one of: {there}, or give the bands in kDa as numbers",
        )


def _custom_ladder(name: str, chemistry: str) -> Ladder | None:
    """Return a user's own ladder when the name is a list of numbers, else None."""
    parts = [p for p in re.split(r"[,;\s]+", name.strip()) if p]
    wrong = next((p for p in parts if not re.fullmatch(r"\d+(\.\d+)?", p)), "")
    if len(parts) < 2 or (wrong and not re.match(r"\s*[\d.]+\s*[,;]", name)):
        return None
    if wrong:
        raise SettingsError(
            f"In the ladder {name!r} {wrong!r} is not a weight",
            "Give the bands in kDa as plain numbers, for instance `250, 150, 100, 75`",
        )
    bands = tuple(float(p) for p in parts)
    falling = all(a > b for a, b in pairwise(bands))
    if len(bands) < _FEWEST_CUSTOM_BANDS or not falling or not math.isfinite(bands[0]):
        raise SettingsError(
            f"The ladder {name!r} is not a falling list of weights",
            "Give three or more bands in kDa, the largest first, for instance `250, 150, 100, 75`",
        )
    if bands[-1] <= 0:
        raise SettingsError(
            f"The ladder {name!r} holds a band of 0 kDa", "Give weights above 0 kDa"
        )
    return Ladder(
        id=name, name="own ladder", chemistry=chemistry, bands_kda=bands, provenance="given by user"
    )


def read_library(targets_toml: str, ladders_toml: str, own_toml: str = "") -> Library:
    """Return the library that TOML texts describe; raise `SettingsError` where they contradict.

    `own_toml` holds a user's own targets and panels.

    Checked: unique ids and names, forms and bands that fall in kDa, a provenance on every row, and
    that every id that is referred to exists.
    """
    shipped = tomllib.loads(targets_toml)
    proteins = joined(shipped, _own_tables(own_toml))
    n_shipped = len(shipped.get("panel", ()))
    markers: LadderTables = ladder_tables(tomllib.loads(ladders_toml))
    targets = targets_of_table(proteins)
    target_names = NameIndex("target", ((t.id, t.aliases) for t in targets))
    return Library(
        targets=targets,
        panels=tuple(
            replace(p, is_own=i >= n_shipped)
            for i, p in enumerate(panels_of(proteins, {t.id for t in targets}))
        ),
        stains=stains_of(proteins),
        ladders=markers.ladders,
        _target_names=target_names,
        _panel_names=NameIndex(
            "panel", ((p["id"], (p["name"],)) for p in proteins.get("panel", ()))
        ),
        _ladder_names=NameIndex("ladder", markers.names),
        _ladders_without_table={
            key_of(i): reason for ids, reason in markers.without_table for i in ids
        },
    )


def _own_tables(own_toml: str) -> dict[str, Any]:
    try:
        return tomllib.loads(own_toml)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The file of own targets cannot be read: {error}", f"Correct {own_file()}"
        ) from error


@cache
def load_library() -> Library:
    """Return the shipped library with the user's own entries; it is read once (about 5 ms).

    Own entries that cannot be read are left out, and `own_problem` says why.
    """
    shipped = text("targets.toml"), text("ladders.toml")
    try:
        return read_library(*shipped, own_text())
    except (BlotquantError, OSError, KeyError, TypeError, ValueError) as error:
        return replace(read_library(*shipped), own_problem=str(error) or type(error).__name__)
