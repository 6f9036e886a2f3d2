"""What the keys do to the selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from blotquant import edits
from blotquant.errors import BlotquantError
from blotquant.model.band import Band
from blotquant.model.lane import Lane
from blotquant.model.project import PlacedBands, PlacedLanes, Project
from blotquant_app.digits import count
from blotquant_app.document import Document
from blotquant_app.gestures.doubts import Doubt, doubts
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene

_Placed = TypeVar("_Placed", PlacedBands, PlacedLanes)
_BY_HAND = "by hand"
NOTHING = "Nothing is selected. Click a lane or a band first."


class Commands:
    """Edits and steps that act on the selected lane or band."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._resume = 0  # place in the list of doubts where the walk goes on
        self.show_doubt: Callable[[Doubt], None] = lambda _: None

    # -- edits --------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete the selected bands or lanes."""
        scene, now, document = self._at()
        things = self.things(scene)
        if not things:
            self._session.notices.info(NOTHING)
            return
        new = document.project
        # From the right: deleting a lane moves down the numbers of those beside it.
        for x in sorted(things, key=lambda x: (-x.lane, x.row)):
            lanes = self._lanes(new, scene, x.membrane)
            if x.row:
                bands = self._bands(new, scene, x.membrane)
                new = edits.delete_band(new, bands, x.lane, x.row, lanes)
            else:
                new = edits.delete_lane(self._session.before_lane_edit(lanes, new), lanes, x.lane)
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
        lanes = scene.lanes_of(now.membrane)
        new = edits.delete_row(document.project, bands, now.row, lanes)
        document.edit(f"Delete row {now.row}", new)
        self._session.selection.select(replace(now, row=0))

    def exclude(self) -> None:
        """Keep the selected bands, or all bands of the lanes, out of every ratio, or take back."""
        self._exclude(_BY_HAND, may_take_back=True)

    def exclude_because(self, reason: str) -> None:
        """Keep the selected bands, or all bands of the lanes, out of every ratio for a reason."""
        self._exclude(reason, may_take_back=False)

    def _exclude(self, reason: str, *, may_take_back: bool) -> None:
        scene, _, document = self._at()
        things = self.things(scene)
        places = {(x.membrane, x.lane, x.row) for x in things}
        chosen = [
            b
            for b in scene.bands
            if places & {(b.membrane, b.lane, b.row), (b.membrane, b.lane, 0)}
        ]
        if not chosen:
            self._session.notices.info(NOTHING)
            return
        new = document.project
        takes_back = may_take_back and all(b.excluded for b in chosen)
        for b in chosen:
            bands = self._bands(new, scene, b.membrane)
            lanes = self._lanes(new, scene, b.membrane)
            if takes_back:
                new = edits.include_band(new, bands, b.lane, b.row, lanes)
            else:
                new = edits.exclude_band(new, bands, b.lane, b.row, reason, lanes)
        document.edit(f"{'Include' if takes_back else 'Exclude'} {_names(things)}", new)

    def nudge(self, dx_px: float, dy_px: float) -> None:
        """Move the selected lanes or bands by so many file pixels; steps in a row are one edit."""
        scene, now, document = self._at()
        things = self.things(scene)
        new = document.project
        # The foremost first, so that no lane passes its neighbour on the way.
        for x in sorted(things, key=lambda x: x.lane, reverse=dx_px > 0):
            lanes = self._lanes(new, scene, x.membrane)
            if x.row and dy_px:
                bands = self._bands(new, scene, x.membrane)
                new = edits.move_band(new, bands, x.lane, x.row, dy_px, lanes)
            elif not x.row:
                base = self._session.before_lane_edit(lanes, new)
                new = edits.move_lane(base, lanes, x.lane, dx_px, dy_px)
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

    def set_lane_count(self, n: int) -> None:
        """Find so many lanes on the selected membrane, those with the best evidence first."""
        scene, now, document = self._at()
        name = self.one_membrane(scene, now)
        lanes = scene.lanes_of(name)
        if n == len(lanes) or not name:
            return
        self.attempt(
            f"Find {count(n, 'lane')}",
            lambda: edits.set_lane_count(document.project, lanes, scene.image, name, n),
        )
        if lanes:
            self._session.selection.select_lane(name, min(now.lane or 1, len(lanes)))

    def space_lanes(self) -> None:
        """Lay the lanes of the selected membrane at equal distances between the outer ones."""
        scene, now, document = self._at()
        lanes = scene.lanes_of(self.one_membrane(scene, now))
        self.attempt(
            "Lay the lanes at equal distances",
            lambda: edits.space_lanes(document.project, lanes, len(lanes)),
        )

    def keep_other_lanes(self, keeps: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Say whether the other lanes stay as they are when one is changed."""
        self._session.keeps_other_lanes = keeps
        scene, now, document = self._at()
        name = self.one_membrane(scene, now)
        if not keeps and name:
            new = edits.find_lanes_around(document.project, scene.image, name)
            document.edit("Fit the other lanes", new)

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

    def merge_exposures(self, images: Sequence[str]) -> None:
        """Say that photographs are exposures of one blot; the first of them stands for all."""
        document = self._session.document
        try:
            new = edits.merge_photographs(document.project, images)
        except BlotquantError as error:
            self._session.notices.error(str(error))
            return
        document.edit("Merge exposures", new)
        lead = next(p.id for p in new.photographs if p.id in images)
        self._session.selection.select_image(lead)

    def part_exposures(self) -> None:
        """Make the exposures of the selected photograph photographs of their own again."""
        _, now, document = self._at()
        if now.image and document.project.photograph(now.image).series:
            new = edits.part_exposures(document.project, now.image)
            document.edit("Take exposures apart", new)
        else:
            self._session.notices.info("The selected photograph is not one of several exposures.")

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

    # -- doubts -------------------------------------------------------------------------------

    def next_doubtful(self) -> None:
        """Lead to the next thing that wants a look, from the most doubtful on."""
        found = doubts(self._session.document.shown, self._session.analysis)
        if not found:
            self._session.notices.info("Nothing is doubtful.")
            return
        places = [d.at for d in found]
        now = self._session.selection.now
        # What was accepted is not among them any more: its follower has taken its place.
        start = places.index(now) + 1 if now in places else self._resume
        self._resume = 0
        doubt = found[start % len(found)]
        self._session.selection.select(doubt.at)
        self.show_doubt(doubt)

    def accept(self) -> None:
        """Say that the selected things are right as they are; they are not doubtful any more."""
        scene, now, document = self._at()
        new = document.project
        if not (now.lane or now.row):
            self._accept_polarity(now)
            return
        things = self.things(scene)
        if not things:
            text = "Say which form the row is: no other word settles it." if now.row else NOTHING
            self._session.notices.info(text)
            return
        found = [d.at for d in doubts(document.shown, self._session.analysis)]
        self._resume = found.index(now) if now in found else 0
        for x in things:
            lanes = self._lanes(new, scene, x.membrane)
            if x.row:
                bands = self._bands(new, scene, x.membrane)
                new = edits.accept_band(new, bands, x.lane, x.row, lanes)
            else:
                new = edits.accept_lane(new, lanes, x.lane)
        document.edit(f"Accept {_names(things)}", new)
        if now in found:
            self.next_doubtful()

    def _accept_polarity(self, now: Selected) -> None:
        analysis, document = self._session.analysis, self._session.document
        report = next(
            (r for r in analysis.images if r.photograph.id == now.image) if analysis else iter(()),
            None,
        )
        if report is None:
            self._session.notices.info(NOTHING)
            return
        new = edits.set_polarity(document.project, now.image, report.polarity.polarity)
        document.edit("Accept the polarity", new)

    # -- helpers ------------------------------------------------------------------------------

    def _at(self) -> tuple[BlotScene, Selected, Document]:
        session = self._session
        return session.scene(), session.selection.now, session.document

    @staticmethod
    def one_membrane(scene: BlotScene, now: Selected) -> str:
        """Return the selected membrane, else the first one on the photograph."""
        return now.membrane or next((m.name for m in scene.membranes), "")

    def attempt(self, text: str, edit: Callable[[], Project]) -> None:
        """Make one step of an edit that may be refused, and say why if it is."""
        try:
            new = edit()
        except BlotquantError as error:
            self._session.notices.info(str(error))
            return
        self._session.document.edit(text, new)

    def _bands(self, project: Project, scene: BlotScene, membrane: str) -> tuple[Band, ...]:
        """Return the bands after the edits so far: as shown until the first one."""
        before = self._session.document.project.bands
        placed = _edited(project.bands, before, scene.image, membrane)
        return placed.bands if placed is not None else scene.bands_of(membrane)

    def _lanes(self, project: Project, scene: BlotScene, membrane: str) -> tuple[Lane, ...]:
        """Return the lanes after the edits so far: as shown until the first one."""
        before = self._session.document.project.lanes
        placed = _edited(project.lanes, before, scene.image, membrane)
        return placed.lanes if placed is not None else scene.lanes_of(membrane)

    @staticmethod
    def _membranes(scene: BlotScene, now: Selected) -> tuple[str, ...]:
        return (now.membrane,) if now.membrane else tuple(m.name for m in scene.membranes)

    def things(self, scene: BlotScene) -> list[Selected]:
        """Return the selected bands and lanes that are there."""
        return [
            x
            for x in self._session.selection.all
            if (x.row and scene.band(x.membrane, x.lane, x.row) is not None)
            or (not x.row and scene.lane(x.membrane, x.lane) is not None)
        ]


def _edited(
    entries: Iterable[_Placed], before: Iterable[_Placed], image: str, membrane: str
) -> _Placed | None:
    """Return what is placed on a membrane, None where it is what was `before`."""
    for entry in entries:
        if (entry.image, entry.membrane) == (image, membrane):
            return None if any(b is entry for b in before) else entry
    return None


def _names(things: list[Selected]) -> str:
    """Return how the selected things are called in the history."""
    if len(things) == 1:
        return _name(things[0])
    return count(len(things), "band" if things[0].row else "lane")


def _name(now: Selected) -> str:
    return f"band {now.row} of lane {now.lane}" if now.row else f"lane {now.lane}"
