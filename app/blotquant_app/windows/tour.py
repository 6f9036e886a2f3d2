"""A tour of five steps for a first visit: a card over the picture that leads through the stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from blotquant_app.panels.inspector import Stage
from blotquant_app.panels.widgets import button
from blotquant_app.settings import Memory

_WIDTH = 440
_MARGIN = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: the stage that is shown, and what to look at there."""

    stage: Stage
    title: str
    text: str


STEPS = (
    Step(
        stage=Stage.LANES,
        title="Lanes are found for you",
        text="Click a lane to see its profile at the same heights as the picture. Drag the lane "
        "or its edges; Ctrl+Z takes any step back. Wrong number? Type the right one on the right.",
    ),
    Step(
        stage=Stage.BANDS,
        title="Bands stand in rows",
        text="The same band in every lane is one row; a lane without it gets a limit, not a gap. "
        "Drag a limit in the picture or in the profile. Key B adds a band where you click.",
    ),
    Step(
        stage=Stage.TARGETS,
        title="Rows are named, with a reason",
        text="What is certain is named, what is not stays open with a question mark. Choose in "
        "the list, or with a right click on a band.",
    ),
    Step(
        stage=Stage.NORMALISE,
        title="Say what the lanes hold",
        text="Type or paste the samples into the sheet below, then choose the loading control and "
        "the control condition.",
    ),
    Step(
        stage=Stage.RESULTS,
        title="Every ratio explains itself",
        text="Choose a ratio in the table: its bands, its arithmetic and its interval stand on "
        "the right. Export CSV and Figure take the results away. N leads to whatever is doubtful.",
    ),
)


class Tour(QFrame):
    """The card. `start` begins; it begins by itself when the demo is opened for the first time."""

    def __init__(
        self, window: QWidget, memory: Memory, show_stage: Callable[[Stage], None]
    ) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self._window = window
        self._memory = memory
        self._show_stage = show_stage
        self.step = 0
        self.place = QLabel()
        self.place.setObjectName("caption")
        self.title = QLabel()
        self.title.setObjectName("tourTitle")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.back = button("Back", lambda: self._go(self.step - 1))
        self.next = button("Next", lambda: self._go(self.step + 1))
        self.next.setProperty("primary", "true")
        close = QToolButton()
        close.setText("×")
        close.setToolTip("End the tour")
        close.setAccessibleName("End the tour")
        close.clicked.connect(self.end)
        head = QHBoxLayout()
        head.addWidget(self.place, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 12)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self.title, self.text):
            widget.setContentsMargins(0, 0, 8, 0)
            column.addWidget(widget)
        foot.setContentsMargins(0, 8, 8, 0)
        column.addLayout(foot)
        window.installEventFilter(self)
        self.hide()

    def start_once(self) -> None:
        """Start unless the tour was seen before."""
        if not self._memory.tour_seen:
            self.start()

    def start(self) -> None:
        """Show the first step."""
        self.show()
        self.raise_()
        self._go(0)

    def end(self) -> None:
        """Put the card away and remember that it was seen."""
        self._memory.tour_seen = True
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep its place when the window changes its size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._put()
        return super().eventFilter(watched, event)

    def _go(self, step: int) -> None:
        if step >= len(STEPS):
            self.end()
            return
        self.step = max(step, 0)
        now = STEPS[self.step]
        self._show_stage(now.stage)
        self.place.setText(f"Step {self.step + 1} of {len(STEPS)}: {now.stage.value}")
        self.title.setText(now.title)
        self.text.setText(now.text)
        self.back.setEnabled(self.step > 0)
        self.next.setText("Done" if self.step == len(STEPS) - 1 else "Next")
        self._put()
        self.next.setFocus()

    def _put(self) -> None:
        layout = self.layout()
        height = layout.totalHeightForWidth(_WIDTH) if layout is not None else 0
        left = (self._window.width() - _WIDTH) // 2
        # Above the tables, over the foot of the picture.
        top = round(self._window.height() * 0.7) - height - _MARGIN
        self.setGeometry(left, top, _WIDTH, height)
