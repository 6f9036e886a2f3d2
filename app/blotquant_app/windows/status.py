"""The bottom line: what the photograph is, what lies under the mouse, and progress with Cancel."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from blotquant.model.geometry import Point
from blotquant.model.image import BlotImage, Polarity
from blotquant.model.lane import Lane
from blotquant_app.digits import THIN_SPACE, count, plain, with_error
from blotquant_app.panels.images_page import POLARITY_LABELS
from blotquant_app.panels.widgets import button
from blotquant_app.runner import Runner
from blotquant_app.session import Session
from blotquant_app.views.outlines import along_and_across

_PATIENCE_MS = 300


class Status(QStatusBar):
    """Facts on the left, the mouse on the right, progress between when work takes longer."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.facts = QLabel()
        self.mouse = QLabel()
        self.doing = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(180)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.cancel = button("Cancel", self._cancel)
        self.cancel.setProperty("flat", "true")
        self.setSizeGripEnabled(False)
        self.addWidget(self.facts)
        self._progress: tuple[QWidget, ...] = (self.doing, self.bar, self.cancel)
        for widget in self._progress:
            self.addPermanentWidget(widget)
            widget.hide()
        self.addPermanentWidget(self.mouse)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE_MS)
        self._timer.timeout.connect(self._show_progress)
        for runner in (session.analysis_runner, session.task_runner):
            runner.busy_changed.connect(self._busy)
            runner.progressed.connect(self._report)
        session.analysed.connect(self.refresh)
        session.image_read.connect(self.refresh)
        session.document.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)

    @property
    def _runners(self) -> tuple[Runner, Runner]:
        return self._session.analysis_runner, self._session.task_runner

    def refresh(self, *_: object) -> None:
        """Show what is known of the photograph."""
        image = self._session.image(self._session.selection.now.image)
        self.facts.setText("" if image is None else "   ".join(self._facts(image)))

    def _facts(self, image: BlotImage) -> list[str]:
        facts = [Path(image.name).name, f"{image.width}×{image.height}", f"{image.bits}-bit"]
        analysis = self._session.analysis
        now = self._session.selection.now.image
        for report in analysis.images if analysis else ():
            if report.photograph.id == now:
                sure = "sure" if report.polarity.is_sure else "unsure"
                if report.photograph.polarity is not None:
                    sure = "you said so"
                facts.append(f"{POLARITY_LABELS[report.polarity.polarity]} ({sure})")
                n = report.n_saturated
                facts.append(f"{count(n, 'saturated pixel')}" if n else "no saturation")
        return facts

    def show_mouse(self, point: Point | None, polarity: Polarity) -> None:
        """Show the place under the mouse, its signal, and what lies there."""
        image = self._session.image(self._session.selection.now.image)
        if point is None or image is None:
            self.mouse.clear()
            return
        column, row = round(point[0]), round(point[1])
        if not (0 <= column < image.width and 0 <= row < image.height):
            self.mouse.clear()
            return
        raw = float(image.pixels[row, column])
        signal = raw if polarity is Polarity.LIGHT_ON_DARK else image.full_scale - raw
        text = f"{signal:,.6g}" if image.bits > 16 else f"{signal:,.0f}"
        parts = [f"x {column}  y {row}", f"signal {text.replace(',', THIN_SPACE)}"]
        parts += self._lane_under(point)
        self.mouse.setText("   ".join(parts))

    def _lane_under(self, point: Point) -> list[str]:
        for lane in self._session.scene().lanes:
            along, across = along_and_across(lane, point)
            if abs(across) <= lane.width_px / 2 and 0 <= along <= lane.length_px:
                return [f"lane {lane.number}", *self._read(lane, along)]
        return []

    def _read(self, lane: Lane, along: float) -> list[str]:
        """Return Rf, weight and the band at a place of a lane."""
        from blotquant.stages.reading import read_at  # noqa: PLC0415 - slow import

        analysis = self._session.analysis
        if analysis is None:
            return []
        reading = read_at(analysis, lane, along)
        parts = [f"Rf {reading.rf:.3f}"]
        if reading.weight is not None:
            about = "about " if reading.weight.extrapolated else ""
            parts.append(f"{about}{plain(reading.weight.mw)} kDa")
        scene = self._session.scene()
        for band in scene.bands_of(lane.membrane):
            if band.lane == lane.number and band.start_px <= along <= band.stop_px:
                label, measured = scene.label(lane.membrane, band.row), scene.measurement(band)
                name = label.text if label is not None and label.target else f"row {band.row}"
                volume = f": {with_error(measured.volume, measured.volume_se)}" if measured else ""
                parts.append(name + volume)
                break
        return parts

    def _busy(self, busy: bool) -> None:  # noqa: FBT001 - a Qt slot
        if busy and not self._timer.isActive() and self.bar.isHidden():
            self.bar.setValue(0)
            self.doing.setText("Working …")
            self._timer.start()
        elif not any(r.is_busy for r in self._runners):
            self._timer.stop()
            for widget in self._progress:
                widget.hide()

    def _report(self, fraction: float, text: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.doing.setText(text)

    def _show_progress(self) -> None:
        for widget in self._progress:
            widget.show()

    def _cancel(self) -> None:
        for runner in self._runners:
            runner.cancel()
        self._session.notices.info(
            "Stopped. The numbers on the screen are those of the last finished analysis.",
            "Analyse again",
            self._session.analyse_again,
        )
