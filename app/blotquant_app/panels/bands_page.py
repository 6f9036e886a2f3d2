"""Bands: the selected one with its numbers, sensitivity and background."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from blotquant.model.band import Band, BandMeasurement
from blotquant_app.actions import Actions
from blotquant_app.digits import count, plain, with_error
from blotquant_app.names import sentence
from blotquant_app.panels.background_field import BackgroundField
from blotquant_app.panels.doubt_box import DoubtBox
from blotquant_app.panels.page import Page
from blotquant_app.panels.sensitivity_field import SensitivityField
from blotquant_app.panels.settings_form import SettingsForm
from blotquant_app.panels.widgets import Lines, body, button, caption, section, warning
from blotquant_app.session import Session
from blotquant_app.tables.columns import flag_advice


class BandsPage(Page):
    """What was measured of the selected band, and how bands are found and measured."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session)
        self.summary = body()
        self.chosen = section("Selected band")
        self.numbers = Lines()
        self.doubt = DoubtBox(session, actions)
        self.sensitivity = SensitivityField(session)
        self.form = SettingsForm(session, ("background", "ball_radius_px"))
        self.background = BackgroundField(session)
        buttons = QWidget()
        grid = QGridLayout(buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(button("Add band", actions.trigger("add_band"), tip="Key B"), 0, 0)
        grid.addWidget(button("Delete band", actions.trigger("delete"), tip="Key Del"), 0, 1)
        grid.addWidget(button("Exclude", actions.trigger("exclude"), tip="Key X"), 1, 0)
        grid.addWidget(button("Delete row", actions.trigger("delete_row")), 1, 1)
        grid.addWidget(button("Detect again", actions.trigger("detect_bands")), 2, 0, 1, 2)
        self.add(
            self.summary,
            self.sensitivity,
            self.chosen,
            self.doubt,
            self.numbers,
            buttons,
            section("Measurement"),
            self.form,
            self.background,
        )
        self.close_column()

    def refresh(self) -> None:
        """Show the bands of the selected photograph."""
        scene = self.session.scene()
        rows = {(b.membrane, b.row) for b in scene.bands}
        found = sum(b.found for b in scene.bands)
        n_seen = sum(m.detected for m in scene.measured)
        self.summary.setText(
            f"{count(found, 'band')} found in {count(len(rows), 'row')}"
            + (f", {n_seen} detected" if scene.measured else "")
            if rows
            else "No bands yet. Press B and click where one is, or move the slider to the left."
        )
        now = self.session.selection.now
        band = scene.band(now.membrane, now.lane, now.row)
        measured = scene.measurement(band) if band is not None else None
        self.chosen.setText(
            f"Row {now.row}, lane {now.lane}" if band is not None else "Selected band"
        )
        self.doubt.refresh()
        is_told = self.doubt.isVisibleTo(self)
        self.numbers.show_for(
            (band, measured, is_told), lambda: _lines(band, measured, is_told=is_told)
        )
        self.sensitivity.refresh()
        self.form.refresh()
        self.background.refresh()


def _lines(band: Band | None, measured: BandMeasurement | None, *, is_told: bool) -> list[QWidget]:
    """Return the numbers of a band; `is_told`: what is doubtful stands elsewhere already."""
    if band is None:
        return [caption("Click a band in the picture, the profile or the table.")]
    if measured is None:
        return [caption("Measuring …")]
    lines: list[QWidget] = [
        body(f"Volume {with_error(measured.volume, measured.volume_se)} counts × px"),
        caption(
            f"{plain(measured.raw_volume, 5)} raw, {plain(measured.background_volume, 5)} of it "
            f"background, over {plain(measured.area_px, 4)} px"
        ),
        caption(
            f"Signal to noise {plain(measured.snr, 2)}; detected from {plain(measured.lod)}, "
            f"quantified from {plain(measured.loq)} counts × px"
        ),
    ]
    if measured.has_estimate:
        low, high = plain(measured.volume_estimate_low), plain(measured.volume_estimate_high)
        lines.append(
            body(
                f"Its flanks tell {plain(measured.volume_estimate)} counts × px, between {low} and "
                f"{high}, had the detector not clipped it. Ratios take that only if Normalise "
                "says so."
            )
        )
    if band.reason and not is_told:
        lines.append(body(sentence(band.reason)))
    advice = flag_advice(measured.flags)
    if advice:
        lines.append(warning(advice))
    return lines
