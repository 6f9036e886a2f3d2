"""What the keys do to the selection."""

from __future__ import annotations

from dataclasses import replace

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import Project
from blotquant.model.results import Analysis
from blotquant_app.digits import count
from blotquant_app.document import Document
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene, is_doubtful_band, is_doubtful_lane

_BY_HAND = "by hand"
_NOTHING = "Nothing is selected. Click a lane or a band first."


class Commands:
    """Edits and steps that act on the selected lane or band."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- edits --------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete the selected bands or lanes."""
        scene, now, document = self._at()
        things = self._things(scene)
        if not things:
            self._session.notices.info(_NOTHING)
            return
        new = document.project
        # From the right: deleting a lane moves down the numbers of those beside it.
        for x in sorted(things, key=lambda x: (-x.lane, x.row)):
            if x.row:
                new = edits.delete_band(new, _bands(new, scene, x.membrane), x.lane, x.row)
            else:
                new = edits.delete_lane(new, _lanes(new, scene, x.membrane), x.lane)
        document.edit(f"Delete {_names(things)}", new)
        if now.row:
            self._session.selection.select(replace(now, row=0))
        else:
            self._session.selection.clear()

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
        """Keep the selected bands, or all bands of the lanes, out of every ratio, or take back."""
        scene, _, document = self._at()
        things = self._things(scene)
        places = {(x.membrane, x.lane, x.row) for x in things}
        chosen = [
            b
            for b in scene.bands
            if places & {(b.membrane, b.lane, b.row), (b.membrane, b.lane, 0)}
        ]
        if not chosen:
            self._session.notices.info(_NOTHING)
            return
        new = document.project
        takes_back = all(b.excluded for b in chosen)
        for b in chosen:
            bands = _bands(new, scene, b.membrane)
            if takes_back:
                new = edits.include_band(new, bands, b.lane, b.row)
            else:
                new = edits.exclude_band(new, bands, b.lane, b.row, _BY_HAND)
        document.edit(f"{'Include' if takes_back else 'Exclude'} {_names(things)}", new)

    def nudge(self, dx_px: float, dy_px: float) -> None:
        """Move the selected lanes or bands by so many file pixels; steps in a row are one edit."""
        scene, now, document = self._at()
        things = self._things(scene)
        new = document.project
        # The foremost first, so that no lane passes its neighbour on the way.
        for x in sorted(things, key=lambda x: x.lane, reverse=dx_px > 0):
            if x.row and dy_px:
                new = edits.move_band(new, _bands(new, scene, x.membrane), x.lane, x.row, dy_px)
            elif not x.row:
                new = edits.move_lane(new, _lanes(new, scene, x.membrane), x.lane, dx_px, dy_px)
        if new is not document.project:
            document.edit(f"Move {_names(things)}", new, merge_id=f"nudge {now} {len(things)}")

    def select_alike(self) -> None:
        """Select the whole row of the selected band, or all lanes of the membrane."""
        scene, now, _ = self._at()
        lanes = scene.lanes_of(now.membrane) or scene.lanes
        things = [
            Selected(image=scene.image, membrane=n.membrane, lane=n.number, row=now.row)
            for n in lanes
        ]
        if things:
            self._session.selection.select_all((now, *things) if now in things else things)

    def space_lanes(self, n: int) -> None:
        """Lay so many lanes between the outer ones of the selected membrane."""
        scene, now, document = self._at()
        name = now.membrane or next((m.name for m in scene.membranes), "")
        lanes = scene.lanes_of(name)
        if n == len(lanes):
            return
        try:
            new = edits.space_lanes(document.project, lanes, n)
        except BlotquantError as error:
            self._session.notices.info(str(error))
            return
        document.edit(f"Lay {n} lanes at equal distances", new)
        self._session.selection.select_lane(name, min(now.lane or 1, n))

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

    def _things(self, scene: BlotScene) -> list[Selected]:
        """Return the selected bands and lanes that are there."""
        return [
            x
            for x in self._session.selection.all
            if (x.row and scene.band(x.membrane, x.lane, x.row) is not None)
            or (not x.row and scene.lane(x.membrane, x.lane) is not None)
        ]


def _bands(project: Project, scene: BlotScene, membrane: str) -> tuple[Band, ...]:
    """Return the bands after the edits so far."""
    for placed in project.bands:
        if (placed.image, placed.membrane) == (scene.image, membrane):
            return placed.bands
    return scene.bands_of(membrane)


def _lanes(project: Project, scene: BlotScene, membrane: str) -> tuple[Lane, ...]:
    """Return the lanes after the edits so far."""
    for placed in project.lanes:
        if (placed.image, placed.membrane) == (scene.image, membrane):
            return placed.lanes
    return scene.lanes_of(membrane)


def _names(things: list[Selected]) -> str:
    """Return how the selected things are called in the history."""
    if len(things) == 1:
        return _name(things[0])
    return count(len(things), "band" if things[0].row else "lane")


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
