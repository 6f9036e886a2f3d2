"""What is known before rows get names: their heights and strengths, and what was probed where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from blotquant.model.ladder import GIVEN, LadderFit
from blotquant.model.project import ImageRole, Photograph
from blotquant.model.settings import AnalysisSettings
from blotquant.model.target import Form, Target
from blotquant.targets.library import Library

_NO_TARGET = frozenset(("none", "total-protein", ""))
_WIDE_TOLERANCE_LN = 0.12  # below 20 and above 120 kDa gels read worse
_UNKNOWN_CHEMISTRY_LN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEvidence:
    """One row of bands on one photograph of a membrane.

    Parameters
    ----------
    image, membrane, row
        Photograph id, membrane name, and the row's number there.
    y_px
        Its height on this photograph along migration, averaged over the lanes.
    reference_y_px
        The same height mapped to the membrane's first photograph, so that rows of different
        photographs can be compared.
    strength
        Positive volume summed over the sample lanes, relative to the noise; orders rows by how
        much of the blot they carry.
    volume
        Summed volume over the sample lanes, counts x px.
    n_detected, n_lanes
        In how many of the sample lanes it was detected.
    mw
        (kDa, low, high) from a ladder fit, or None.
    """

    image: str
    membrane: str
    row: int
    y_px: float
    reference_y_px: float
    strength: float
    volume: float
    n_detected: int
    n_lanes: int
    mw: tuple[float, float, float] | None = None

    @property
    def ln_strength(self) -> float:
        """Natural logarithm of the strength; a row without signal counts as a very weak one."""
        return math.log(max(self.strength, 1e-3))


@dataclass(frozen=True, slots=True)
class ProbedForm:
    """A form that may be on a photograph; `tolerance` is in ln(MW)."""

    target: Target
    form: Form
    tolerance: float

    @property
    def key(self) -> tuple[str, str]:
        """(target id, form name)."""
        return self.target.id, self.form.name

    @property
    def family(self) -> tuple[str, str]:
        """(target id, group), or the form's name where it has no group."""
        return self.target.id, self.form.group or self.form.name

    @property
    def ln_mw(self) -> float:
        """Natural logarithm of the form's weight."""
        return math.log(self.form.kda)


@dataclass(frozen=True, slots=True)
class Probed:
    """What was probed on one photograph; `is_stated` is False where the whole panel is possible."""

    forms: tuple[ProbedForm, ...]
    is_stated: bool

    @property
    def targets(self) -> tuple[Target, ...]:
        """The probed targets, each once, in the order of their forms."""
        return tuple({p.target.id: p.target for p in self.forms}.values())


def tolerance_of(target: Target, form: Form, *, chemistry_is_known: bool) -> float:
    """Return by how much ln(MW) may differ from the form's for a row to be taken for it."""
    wide = form.kda < 20 or form.kda > 120
    own = max(target.tolerance, _WIDE_TOLERANCE_LN) if wide else target.tolerance
    return own if chemistry_is_known else own + _UNKNOWN_CHEMISTRY_LN


def probed_targets(
    photograph: Photograph, library: Library, settings: AnalysisSettings
) -> tuple[tuple[Target, ...], bool]:
    """Return the targets that may be on a photograph, and whether they are sure to be probed there.

    Named targets win; then, for a loading photograph, the chosen control or the panel's first one;
    else, and unsure, the panel's targets. Markers and total-protein stains show no targets. Raises
    `SettingsError` for unknown names.
    """
    if photograph.targets:
        found = {t.id: t for t in map(library.target, photograph.targets)}
        return tuple(found.values()), True
    if photograph.role in (ImageRole.MARKER, ImageRole.TOTAL_PROTEIN):
        return (), False
    panel = library.panel(settings.panel)
    if photograph.role is ImageRole.LOADING:
        chosen = [c for c in settings.loading_control if c not in _NO_TARGET]
        return tuple(map(library.target, chosen or panel.loading_controls[:1])), True
    return tuple(map(library.target, panel.targets)), False


def probed_forms(
    photograph: Photograph,
    library: Library,
    settings: AnalysisSettings,
    fits: tuple[LadderFit, ...],
    *,
    with_optional: bool,
) -> Probed:
    """Return the forms that may be on a photograph, largest first.

    `with_optional` adds the extra fragments: without a ladder they are left out, because a faint
    speck would be taken for them.
    """
    targets, is_stated = probed_targets(photograph, library, settings)
    known = _chemistry_is_known(photograph, library, settings, fits)
    forms = [
        ProbedForm(t, f, tolerance_of(t, f, chemistry_is_known=known))
        for t in targets
        for f in t.forms
        if with_optional or not f.optional
    ]
    return Probed(tuple(sorted(forms, key=lambda p: -p.form.kda)), is_stated)


def _chemistry_is_known(
    photograph: Photograph,
    library: Library,
    settings: AnalysisSettings,
    fits: tuple[LadderFit, ...],
) -> bool:
    """Return whether the ladder that weighed this photograph's rows is certain to fit the gel."""
    chemistry = photograph.chemistry or settings.chemistry
    products = (f.ladder for f in fits if f.ladder != GIVEN)
    return all(library.chemistry_is_known(p, chemistry) for p in products)


def is_weighed(rows: tuple[RowEvidence, ...]) -> bool:
    """Return whether all rows of a photograph have a weight from a ladder."""
    return bool(rows) and all(r.mw is not None for r in rows)


def rows_by_image(rows: tuple[RowEvidence, ...]) -> Mapping[str, tuple[RowEvidence, ...]]:
    """Return the rows of each photograph, top to bottom."""
    images = dict.fromkeys(r.image for r in rows)
    return {
        image: tuple(sorted((r for r in rows if r.image == image), key=lambda r: r.reference_y_px))
        for image in images
    }
