"""Proteins, their forms on a blot, and panels of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FormRole(StrEnum):
    """What a form means for the activation indices."""

    PRO = "pro"
    CLEAVED = "cleaved"
    INTERMEDIATE = "intermediate"
    MODIFIED = "modified"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One band that an antibody may show.

    `group` joins forms that run too close for MW alone (19/17): they are told apart by rank order.
    `optional` forms (extra fragments, seen only with some antibodies) need not be on the blot.
    """

    name: str
    role: FormRole
    kda: float
    group: str = ""
    optional: bool = False
    provenance: str = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A protein as blots show it.

    `id` is what users type (``caspase-3``), `name` what they read. `is_loading_control` offers it
    as a control; `caution` says why it is a poor one in apoptosis (empty when it is not).
    `tolerance` is relative, in ln(MW).
    """

    id: str
    name: str
    gene: str
    uniprot: str
    forms: tuple[Form, ...]
    aliases: tuple[str, ...] = ()
    is_loading_control: bool = False
    caution: str = ""
    conflicts: tuple[str, ...] = ()
    total_of: str = ""
    tolerance: float = 0.08
    notes: str = ""
    provenance: str = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A set of targets that are probed together, and the controls offered with them.

    `is_own` tells the panels that a user made.
    """

    id: str
    name: str
    targets: tuple[str, ...]
    loading_controls: tuple[str, ...]
    description: str = ""
    is_own: bool = False
