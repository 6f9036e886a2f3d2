"""Which photograph a form's volume is taken from, and that volume, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blotquant.flags import Flag
from blotquant.model.band import BandMeasurement
from blotquant.model.project import ImageRole, Project
from blotquant.model.results import RowAssignment
from blotquant.model.target import Form, FormRole, Target
from blotquant.normalise.design import LaneKey
from blotquant.quantify.uncertainty import Quantity, missing, quantity_of, sum_of

_NO_BANDS = (ImageRole.TOTAL_PROTEIN, ImageRole.MARKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One form of a target and the photograph that its volumes are read from."""

    form: Form
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BandTable:
    """The measured bands of an experiment, to be asked by membrane, target and form.

    `rows` maps (membrane, target, photograph id, form name) to the assigned rows' assignments,
    photographs in the project's order; `bands` maps (photograph id, membrane, lane, row).
    """

    rows: Mapping[tuple[str, str, str, str], tuple[RowAssignment, ...]]
    bands: Mapping[tuple[str, str, int, int], BandMeasurement]

    def targets_on(self, membrane: str) -> tuple[str, ...]:
        """Return the ids of the targets that have a row on this membrane, in project order."""
        return tuple(dict.fromkeys(key[1] for key in self.rows if key[0] == membrane))

    def images_of(self, membrane: str, target: str) -> tuple[str, ...]:
        """Return the photographs that show rows of this target, in project order."""
        return tuple(dict.fromkeys(key[2] for key in self.rows if key[:2] == (membrane, target)))

    def sources(self, membrane: str, target: Target) -> tuple[Source, ...]:
        """Return the forms that have a row here and where each is read.

        One photograph that shows every kind of form is preferred, so that the forms share their
        exposure; among several the first with the fewest saturated lanes is taken. Otherwise each
        kind of form comes from its own photograph.
        """
        shown = [
            Source(form=form, image=image)
            for image in self.images_of(membrane, target.id)
            for form in target.forms
            if (membrane, target.id, image, form.name) in self.rows
        ]
        roles = {s.form.role for s in shown}
        images = list(dict.fromkeys(s.image for s in shown))
        complete = [i for i in images if {s.form.role for s in shown if s.image == i} == roles]
        if complete:
            best = self._least_saturated(membrane, target.id, complete, shown)
            return tuple(s for s in shown if s.image == best)
        chosen: list[Source] = []
        for role in dict.fromkeys(s.form.role for s in shown):
            of_role = [s for s in shown if s.form.role is role]
            able = list(dict.fromkeys(s.image for s in of_role))
            best = self._least_saturated(membrane, target.id, able, of_role)
            chosen.extend(s for s in of_role if s.image == best)
        return tuple(chosen)

    def quantity(self, key: LaneKey, target: Target, sources: tuple[Source, ...]) -> Quantity:
        """Return the sum of these forms' volumes in one lane; missing when there is no form."""
        parts = [
            self._row(key, source.image, row)
            for source in sources
            for row in self.rows[key[0], target.id, source.image, source.form.name]
        ]
        if not parts:
            return missing("no row is assigned to this form")
        return sum_of(parts) if len(parts) > 1 else parts[0]

    def _row(self, key: LaneKey, image: str, row: RowAssignment) -> Quantity:
        band = self.bands.get((image, key[0], key[1], row.row))
        if band is None:
            return missing("the photograph does not show this lane", row.flags)
        q = quantity_of(band)
        return Quantity(
            value=q.value,
            se=q.se,
            lod=q.lod,
            detected=q.detected,
            is_lower_bound=q.is_lower_bound,
            flags=q.flags | row.flags,
            reason=q.reason,
        )

    def _least_saturated(
        self, membrane: str, target: str, images: list[str], shown: list[Source]
    ) -> str:
        counts = {}
        for image in images:
            rows = {
                row.row
                for s in shown
                if s.image == image
                for row in self.rows[membrane, target, image, s.form.name]
            }
            counts[image] = sum(
                Flag.LOWER_BOUND in m.flags and Flag.LADDER_LANE not in m.flags
                for (i, on, _, row), m in self.bands.items()
                if i == image and on == membrane and row in rows
            )
        return min(images, key=lambda image: counts[image])


def band_table(
    project: Project,
    bands: tuple[BandMeasurement, ...],
    assignments: tuple[RowAssignment, ...],
) -> BandTable:
    """Return the bands in a form that can be asked by target; cost is one pass over both."""
    order = [p.id for p in project.photographs if p.role not in _NO_BANDS]
    used = [a for a in assignments if a.target and a.image in order]
    rows: dict[tuple[str, str, str, str], tuple[RowAssignment, ...]] = {}
    for a in sorted(used, key=lambda a: (order.index(a.image), a.row)):
        key = a.membrane, a.target, a.image, a.form
        rows[key] = (*rows.get(key, ()), a)
    return BandTable(rows=rows, bands={m.band.key: m for m in bands})


def with_role(sources: tuple[Source, ...], role: FormRole) -> tuple[Source, ...]:
    """Return the sources whose form has this role."""
    return tuple(s for s in sources if s.form.role is role)


def whole_forms(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return the sources without fragments, which are not part of a protein's amount."""
    return tuple(s for s in sources if s.form.role is not FormRole.CLEAVED) or sources
