"""What the keys do to the selection."""

from __future__ import annotations

from dataclasses import replace

from blotquant import edits
from blotquant.model.band import Band
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant_app.document import Document
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene, is_doubtful_band, is_doubtful_lane

_BY_HAND = "by hand"


class Commands:
    """Edits and steps that act on the selected lane or band."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- edits --------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete the selected band or lane."""
        scene, now, document = self._at()
        band = scene.band(now.membrane, now.lane, now.row)
        if band is not None:
            bands = scene.bands_of(now.membrane)
            new = edits.delete_band(document.project, bands, now.lane, now.row)
            document.edit(f"Delete band {now.row} of lane {now.lane}", new)
            self._session.selection.select(replace(now, row=0))
        elif scene.lane(now.membrane, now.lane) is not None:
            lanes = scene.lanes_of(now.membrane)
            new = edits.delete_lane(document.project, lanes, now.lane)
            document.edit(f"Delete lane {now.lane}", new)
            self._session.selection.clear()
        else:
            self._session.notices.info("Nothing is selected. Click a lane or a band first.")

    def delete_row(self) -> None:
        """Delete the selected band in every lane."""
        scene, now, document = self._at()
        bands = scene.bands_of(now.membrane)
        if not any(b.row == now.row for b in bands):
            self._session.notices.info("No band is selected. Click a band of the row first.")
            return
        document.edit(f"Delete row {now.row}", edits.delete_row(document.project, bands, now.row))
        self._session.selection.select(replace(now, row=0))

    def exclude(self) -> None:
        """Keep the selected band or all bands of the lane out of every ratio, or take them back."""
        scene, now, document = self._at()
        bands = scene.bands_of(now.membrane)
        chosen = [b for b in bands if b.lane == now.lane and now.row in {0, b.row}]
        if not chosen:
            self._session.notices.info("Nothing is selected. Click a lane or a band first.")
            return
        new = document.project
        if all(b.excluded for b in chosen):
            for b in chosen:
                new = edits.include_band(new, self._placed(new, scene, now), b.lane, b.row)
            document.edit(f"Include {_name(now)}", new)
        elif now.row:
            document.edit(
                f"Exclude {_name(now)}",
                edits.exclude_band(new, bands, now.lane, now.row, _BY_HAND),
            )
        else:
            document.edit(
                f"Exclude {_name(now)}", edits.exclude_lane(new, bands, now.lane, _BY_HAND)
            )

    def nudge(self, dx_px: float, dy_px: float) -> None:
        """Move the selected lane or band by so many file pixels; steps in a row are one edit."""
        scene, now, document = self._at()
        if scene.band(now.membrane, now.lane, now.row) is not None:
            if dy_px:
                new = edits.move_band(
                    document.project, scene.bands_of(now.membrane), now.lane, now.row, dy_px
                )
                document.edit(f"Move {_name(now)}", new, merge_id=f"nudge {now}")
        elif scene.lane(now.membrane, now.lane) is not None:
            new = edits.move_lane(
                document.project, scene.lanes_of(now.membrane), now.lane, dx_px, dy_px
            )
            document.edit(f"Move {_name(now)}", new, merge_id=f"nudge {now}")

    def detect_lanes(self) -> None:
        """Forget corrected lanes of the selected membrane (or of all on the photograph)."""
        scene, now, document = self._at()
        new = document.project
        for name in self._membranes(scene, now):
            new = edits.detect_lanes_again(new, scene.image, name)
        document.edit("Detect lanes again", new)

    def detect_bands(self) -> None:
        """Forget corrected bands of the selected membrane (or of all on the photograph)."""
        scene, now, document = self._at()
        new = document.project
        for name in self._membranes(scene, now):
            new = edits.detect_bands_again(new, scene.image, name)
        document.edit("Detect bands again", new)

    def remove_photograph(self) -> None:
        """Take the selected photograph out of the experiment."""
        _, now, document = self._at()
        if now.image:
            document.edit("Remove photograph", edits.remove_photograph(document.project, now.image))

    # -- steps --------------------------------------------------------------------------------

    def step_lane(self, by: int) -> None:
        """Select the next or the previous lane; the row stays."""
        scene, now, _ = self._at()
        order = [(lane.membrane, lane.number) for lane in scene.lanes]
        if not order:
            return
        here = (now.membrane, now.lane)
        place = (order.index(here) + by) % len(order) if here in order else min(by, 0)
        membrane, lane = order[place]
        row = now.row if scene.band(membrane, lane, now.row) is not None else 0
        self._session.selection.select_band(membrane, lane, row)

    def step_band(self, by: int) -> None:
        """Select the next or the previous band of the lane."""
        scene, now, _ = self._at()
        if scene.lane(now.membrane, now.lane) is None:
            self.step_lane(1)
            scene, now, _ = self._at()
        here = [b for b in scene.bands_of(now.membrane) if b.lane == now.lane]
        rows = [b.row for b in sorted(here, key=lambda b: b.apex_px)]
        if not rows:
            return
        place = (rows.index(now.row) + by) % len(rows) if now.row in rows else min(by, 0)
        self._session.selection.select_band(now.membrane, now.lane, rows[place])

    def next_doubtful(self) -> None:
        """Select the next thing that wants a look, over all photographs."""
        doubts = doubtful_things(self._session)
        if not doubts:
            self._session.notices.info("Nothing is doubtful.")
            return
        now = self._session.selection.now
        place = doubts.index(now) + 1 if now in doubts else 0
        self._session.selection.select(doubts[place % len(doubts)])

    # -- helpers ------------------------------------------------------------------------------

    def _at(self) -> tuple[BlotScene, Selected, Document]:
        session = self._session
        return session.scene(), session.selection.now, session.document

    @staticmethod
    def _membranes(scene: BlotScene, now: Selected) -> tuple[str, ...]:
        return (now.membrane,) if now.membrane else tuple(m.name for m in scene.membranes)

    @staticmethod
    def _placed(project: Project, scene: BlotScene, now: Selected) -> tuple[Band, ...]:
        for placed in project.bands:
            if (placed.image, placed.membrane) == (scene.image, now.membrane):
                return placed.bands
        return scene.bands_of(now.membrane)


def _name(now: Selected) -> str:
    return f"band {now.row} of lane {now.lane}" if now.row else f"lane {now.lane}"


def doubtful_things(session: Session) -> list[Selected]:
    """Return every lane, band and row that wants a look, photograph by photograph."""
    analysis = session.analysis
    if analysis is None:
        return []
    doubts: list[Selected] = []
    for photograph in session.document.shown.photographs:
        doubts += doubtful_lanes(analysis, photograph.id)
        doubts += doubtful_bands(analysis, photograph.id)
        doubts += open_rows(analysis, photograph.id)
    return doubts


def doubtful_lanes(analysis: Analysis, image: str) -> list[Selected]:
    """Return the doubtful lanes on a photograph."""
    return [
        Selected(image=image, membrane=r.lane.membrane, lane=r.lane.number)
        for r in analysis.lanes_of(image)
        if is_doubtful_lane(r.lane)
    ]


def doubtful_bands(analysis: Analysis, image: str) -> list[Selected]:
    """Return the doubtful bands on a photograph."""
    return [
        Selected(image=image, membrane=m.band.membrane, lane=m.band.lane, row=m.band.row)
        for m in analysis.bands_of(image)
        if is_doubtful_band(m.band, m)
    ]


def open_rows(analysis: Analysis, image: str) -> list[Selected]:
    """Return the rows on a photograph that could be one of several forms."""
    return [
        Selected(image=image, membrane=a.membrane, row=a.row)
        for a in analysis.assignments
        if a.image == image and not a.target and a.candidates
    ]
