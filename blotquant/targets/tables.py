"""From the parsed TOML tables to value objects, with every mistake named by its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from blotquant.errors import SettingsError
from blotquant.model.image import Polarity
from blotquant.model.ladder import Ladder
from blotquant.model.target import Form, FormRole, Panel, Target

_TARGET_KEYS = frozenset(
    (
        *("id", "name", "gene", "uniprot", "uniprot_other", "predicted_kda", "aliases", "forms"),
        *("tolerance", "conflicts", "total_of", "antibodies", "notes", "caution"),
        *("is_loading_control", "provenance"),
    )
)
_FORM_KEYS = frozenset(("name", "role", "kda", "group", "optional", "provenance"))
_TABLE_KEYS = frozenset(("chemistry", "bands_kda", "reference_kda", "provenance", "caution"))
_UNVERIFIED = "unverified"
_ADVICE = "Correct the entry in the table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stain:
    """A total-protein stain: `polarity` is how bands look in a photograph of it."""

    id: str
    name: str
    polarity: Polarity
    notes: str
    provenance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderTables:
    """What a ladder file holds: tables, names of the products, and products without a table."""

    ladders: tuple[Ladder, ...]
    names: tuple[tuple[str, tuple[str, ...]], ...]
    without_table: tuple[tuple[tuple[str, ...], str], ...]


def _check_keys(where: str, row: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in row:
        if key not in known:
            raise SettingsError(f"{where} has an unknown key {key!r}", _ADVICE)


def _provenance(where: str, row: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """Return the addresses that a row's provenance keys stand for; every row must have some."""
    keys: Sequence[str] = row.get("provenance", ())
    if not keys:
        raise SettingsError(f"{where} has no provenance", _ADVICE)
    for key in keys:
        if key != _UNVERIFIED and key not in sources:
            raise SettingsError(f"{where} refers to an unknown source {key!r}", _ADVICE)
    return "; ".join(sources.get(key, _UNVERIFIED) for key in keys)


def _check_falling(where: str, kda: Sequence[float]) -> None:
    falls = all(a > b for a, b in pairwise(kda))
    if not kda or not falls or kda[-1] <= 0:
        raise SettingsError(f"{where} must list its weights largest first, above 0", _ADVICE)


def _form(where: str, row: Mapping[str, Any], of_target: str, sources: Mapping[str, str]) -> Form:
    _check_keys(where, row, _FORM_KEYS)
    own = _provenance(where, row, sources) if "provenance" in row else of_target
    try:
        role = FormRole(row["role"])
    except ValueError as error:
        raise SettingsError(f"{where} has an unknown role {row['role']!r}", _ADVICE) from error
    return Form(
        name=row["name"],
        role=role,
        kda=float(row["kda"]),
        group=row.get("group", ""),
        optional=bool(row.get("optional", False)),
        provenance=own,
    )


def _notes(row: Mapping[str, Any]) -> str:
    """Return one text of all that is known of a target beside its forms."""
    parts = [row.get("notes", "")]
    if "predicted_kda" in row:
        parts.append(f"Predicted mass {row['predicted_kda']:g} kDa.")
    if row.get("uniprot_other"):
        parts.append(f"UniProt: {row['uniprot_other']}.")
    if row.get("antibodies"):
        parts.append(f"Antibodies: {', '.join(row['antibodies'])}.")
    return " ".join(p for p in parts if p)


def _target(row: Mapping[str, Any], sources: Mapping[str, str]) -> Target:
    where = f"The target {row.get('id', '?')!r}"
    _check_keys(where, row, _TARGET_KEYS)
    provenance = _provenance(where, row, sources)
    forms = tuple(
        _form(f"{where}, form {f.get('name', '?')!r},", f, provenance, sources)
        for f in row["forms"]
    )
    _check_falling(where, [f.kda for f in forms])
    if len({f.name for f in forms}) != len(forms):
        raise SettingsError(f"{where} has two forms of one name", _ADVICE)
    return Target(
        id=row["id"],
        name=row["name"],
        gene=row["gene"],
        uniprot=row["uniprot"],
        forms=forms,
        aliases=tuple(dict.fromkeys((row["name"], *row.get("aliases", ())))),
        is_loading_control=bool(row.get("is_loading_control", False)),
        caution=row.get("caution", ""),
        conflicts=tuple(row.get("conflicts", ())),
        total_of=row.get("total_of", ""),
        tolerance=float(row.get("tolerance", 0.08)),
        notes=_notes(row),
        provenance=provenance,
    )


def targets_of(document: Mapping[str, Any]) -> tuple[Target, ...]:
    """Return the targets of a parsed targets file, all references checked."""
    sources: Mapping[str, str] = document.get("sources", {})
    targets = tuple(_target(row, sources) for row in document.get("target", ()))
    known = {t.id for t in targets}
    for target in targets:
        for other in (*target.conflicts, *((target.total_of,) if target.total_of else ())):
            if other not in known:
                raise SettingsError(
                    f"The target {target.id!r} refers to an unknown target {other!r}", _ADVICE
                )
    return targets


def panels_of(document: Mapping[str, Any], known: set[str]) -> tuple[Panel, ...]:
    """Return the panels of a parsed targets file; `known` are the ids of its targets."""
    panels = []
    for row in document.get("panel", ()):
        for other in (*row["targets"], *row["loading_controls"]):
            if other not in known:
                raise SettingsError(
                    f"The panel {row['id']!r} refers to an unknown target {other!r}", _ADVICE
                )
        panels.append(
            Panel(
                id=row["id"],
                name=row["name"],
                targets=tuple(row["targets"]),
                loading_controls=tuple(row["loading_controls"]),
                description=row.get("description", ""),
            )
        )
    return tuple(panels)


def stains_of(document: Mapping[str, Any]) -> tuple[Stain, ...]:
    """Return the total-protein stains of a parsed targets file."""
    sources: Mapping[str, str] = document.get("sources", {})
    return tuple(
        Stain(
            id=row["id"],
            name=row["name"],
            polarity=Polarity(row["polarity"]),
            notes=row["notes"],
            provenance=_provenance(f"The stain {row['id']!r}", row, sources),
        )
        for row in document.get("stain", ())
    )


def _ladder(
    product: Mapping[str, Any], row: Mapping[str, Any], sources: Mapping[str, str]
) -> Ladder:
    where = f"The ladder {product['id']!r}, chemistry {row.get('chemistry', '?')!r},"
    _check_keys(where, row, _TABLE_KEYS)
    bands = tuple(float(b) for b in row["bands_kda"])
    reference = tuple(float(b) for b in row.get("reference_kda", ()))
    _check_falling(where, bands)
    if not set(reference) <= set(bands):
        raise SettingsError(f"{where} has a reference band that it does not list", _ADVICE)
    provenance = _provenance(where, row, sources)
    caution = row.get("caution", "")
    return Ladder(
        id=product["id"],
        name=product["name"],
        chemistry=row["chemistry"],
        bands_kda=bands,
        reference_kda=reference,
        provenance=f"{provenance}; caution: {caution}" if caution else provenance,
    )


def ladder_tables(document: Mapping[str, Any]) -> LadderTables:
    """Return what a parsed ladder file holds, one `Ladder` per product and chemistry."""
    sources: Mapping[str, str] = document.get("sources", {})
    products: Sequence[Mapping[str, Any]] = document.get("ladder", ())
    ladders = tuple(_ladder(p, row, sources) for p in products for row in p["table"])
    if len({(x.id, x.chemistry) for x in ladders}) != len(ladders):
        raise SettingsError("A ladder has two tables for one gel chemistry", _ADVICE)
    return LadderTables(
        ladders=ladders,
        names=tuple((p["id"], (p["name"], *p.get("aliases", ()))) for p in products),
        without_table=tuple(
            (tuple(row["ids"]), row["reason"]) for row in document.get("without_table", ())
        ),
    )
