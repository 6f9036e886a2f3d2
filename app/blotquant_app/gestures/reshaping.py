"""Other lanes, rows and membranes than there were: split, merge, duplicate, take away."""

from __future__ import annotations

from dataclasses import replace

from blotquant import edits
from blotquant_app.document import Document
from blotquant_app.gestures.commands import NOTHING, Commands
from blotquant_app.selection import Selected
from blotquant_app.session import Session
from blotquant_app.views.shown import BlotScene

_PAIR = 2
_ASIDE = 1.1  # of a lane's width, from its middle to that of its double
_NOT_TWO = "Select two neighbouring lanes, or two bands one below the other: Ctrl-click adds one."


class Reshaping:
    """Edits that change how many lanes, rows or membranes there are."""

    def __init__(self, session: Session, commands: Commands) -> None:
        self._session = session
        self._commands = commands

    def split(self) -> None:
        """Make two of the selected lane, or of the selected band's row."""
        scene, now, document = self._at()
        lanes, bands = scene.lanes_of(now.membrane), scene.bands_of(now.membrane)
        if now.row and any(b.row == now.row for b in bands):
            new = edits.split_row(document.project, bands, now.row, lanes)
            document.edit(f"Split row {now.row}", new)
        elif scene.lane(now.membrane, now.lane) is not None:
            base = self._session.before_lane_edit(lanes)
            document.edit(f"Split lane {now.lane}", edits.split_lane(base, lanes, now.lane))
        else:
            self._session.notices.info(NOTHING)

    def merge(self) -> None:
        """Make one lane of the selected neighbours, or one row of two."""
        scene, now, document = self._at()
        lanes, bands = scene.lanes_of(now.membrane), scene.bands_of(now.membrane)
        things = self._commands.things(scene)
        rows = sorted({x.row for x in things})
        if len(rows) == _PAIR and rows[0] > 0:
            self._commands.attempt(
                f"Merge rows {rows[0]} and {rows[1]}",
                lambda: edits.merge_rows(document.project, bands, rows[0], rows[1], lanes),
            )
        elif len(things) > 1 and rows == [0]:
            numbers = sorted(x.lane for x in things)
            base = self._session.before_lane_edit(lanes)
            self._commands.attempt(
                f"Merge lanes {numbers[0]} to {numbers[-1]}",
                lambda: edits.merge_lanes(base, lanes, numbers),
            )
            self._session.selection.select(replace(now, lane=numbers[0], row=0))
        else:
            self._session.notices.info(_NOT_TWO)

    def duplicate_lane(self) -> None:
        """Add a lane like the selected one, one step to the right."""
        scene, now, document = self._at()
        lane, lanes = scene.lane(now.membrane, now.lane), scene.lanes_of(now.membrane)
        if lane is None:
            self._session.notices.info("No lane is selected. Click the lane that you want twice.")
            return
        nodes = tuple((x + lane.width_px * _ASIDE, y) for x, y in lane.nodes)
        base = self._session.before_lane_edit(lanes)
        new = edits.add_lane(
            base, lanes, scene.image, now.membrane, nodes, lane.width_px, lane.kind
        )
        document.edit(f"Duplicate lane {now.lane}", new)
        self._session.selection.select(replace(now, lane=now.lane + 1, row=0))

    def detect_membranes(self) -> None:
        """Forget where blots were drawn on the photograph."""
        scene, _, document = self._at()
        new = edits.detect_membranes_again(document.project, scene.image)
        if new == document.project:
            self._session.notices.info("No blot was drawn here: it lies where it was found.")
            return
        document.edit("Find the blot again", new)

    def delete_membrane(self) -> None:
        """Take the selected blot off the photograph, with what was placed on it."""
        scene, now, document = self._at()
        name = self._commands.one_membrane(scene, now)
        if len(scene.membranes) < 2:
            text = "This is the only blot on the photograph. Draw it elsewhere, or remove the file."
            self._session.notices.info(text)
            return
        new = edits.delete_membrane(document.project, scene.membranes, name)
        document.edit(f"Delete membrane {name}", new)
        self._session.selection.clear()

    def _at(self) -> tuple[BlotScene, Selected, Document]:
        session = self._session
        return session.scene(), session.selection.now, session.document
